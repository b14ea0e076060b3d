use super::*;
use crate::tui::form::field::Edit;
use crate::tui::keymap::chord::Code;

#[test]
fn no_key_is_bound_twice_in_a_scope() {
    for (i, a) in BINDINGS.iter().enumerate() {
        for b in &BINDINGS[i + 1..] {
            let shared = a.chords.iter().find(|c| a.scope == b.scope && b.chords.contains(c));
            assert_eq!(shared, None, "{:?}: {} and {}", a.scope, a.words, b.words);
        }
    }
}

#[test]
fn every_row_has_words_and_keys_that_plain_terminals_send() {
    for binding in BINDINGS {
        assert!(!binding.words.is_empty() && !binding.chords.is_empty());
        for chord in binding.chords {
            // Flow control, and what is the same byte as tab, enter and esc.
            let forbidden = ['s', 'q', 'i', 'm', 'j', '[', 'h'];
            // Sending by ctrl-s is never the only way: enter on the last field sends too.
            let spared = binding.action == Action::Send;
            let bad = matches!(chord.code, Code::Char(c) if chord.mods.ctrl && forbidden.contains(&c)) && !spared;
            assert!(!bad, "{chord} ({}) does not exist on a plain terminal", binding.words);
            // Esc and a letter look alike on slow links, so alt is never the only way.
            let needed = chord.mods.alt && !matches!(binding.action, Action::Edit(Edit::WordLeft | Edit::WordRight));
            assert!(!needed, "{chord} ({})", binding.words);
        }
    }
}

#[test]
fn what_cannot_be_undone_has_a_shifted_key_and_a_right() {
    for binding in BINDINGS.iter().filter(|b| b.dangerous) {
        let apart = |c: &Chord| match c.code {
            Code::Char(c) => c.is_ascii_uppercase(),
            code => code == Code::Delete,
        };
        let shifted = binding.chords.iter().all(apart);
        // Everybody removes their own SSH keys.
        let own = binding.scope == Scope::SshKeys;
        assert!(shifted && (own || binding.right.is_some()), "{}", binding.words);
    }
}

#[test]
fn fields_keep_letters_and_dialogs_keep_keys_of_the_list() {
    let field = [Scope::Text, Scope::Form, Scope::List, Scope::Everywhere];
    assert!(matches!(resolve(&field, Chord::char('?')), Meaning::Typed('?')));
    assert!(matches!(resolve(&field, Chord::plain(Code::F(1))), Meaning::Bound(b) if b.action == Action::Help));
    let dialog = [Scope::Secret, Scope::Buttons, Scope::List, Scope::Rows, Scope::Everywhere];
    assert!(matches!(resolve(&dialog, Chord::char('D')), Meaning::Nothing));
    assert!(matches!(resolve(&dialog, Chord::char('G')), Meaning::Nothing));
    assert!(matches!(resolve(&dialog, Chord::char('L')), Meaning::Bound(b) if b.action == Action::Lock));
}

#[test]
fn the_readme_table_names_every_scope_that_has_keys() {
    let table = markdown();
    assert!(table.contains("| Everywhere | `?` `F1` | this help |"));
    assert!(table.contains("revoke, for good (Administrators)"));
    assert_eq!(table.lines().count(), 2 + BINDINGS.iter().filter(|b| b.keys != "-").count());
}
