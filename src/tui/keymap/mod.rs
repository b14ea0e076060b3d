//! The keymap: one table of keys, which drives dispatch, the hint line, help and the documentation.

mod action;
pub mod chord;
pub mod help;
mod scope;
mod table;

pub use action::Action;
pub use help::{log_terms_markdown, markdown, terms_markdown, user_terms_markdown};
pub use scope::{Leak, Scope};
pub use table::BINDINGS;

use crate::account::Right;
use crate::tui::keymap::chord::Chord;

/// One row of the table.
#[derive(Debug)]
pub struct Binding {
    /// Scope in which it works.
    pub scope: Scope,
    /// The keys; help and hints show the first one first.
    pub chords: &'static [Chord],
    /// The action that it runs.
    pub action: Action,
    /// Word in the hint line; empty for keys that are only in help.
    pub hint: &'static str,
    /// How the hint line writes the keys, where one word stands for two rows; empty to write the first chord.
    pub short: &'static str,
    /// The words for it in help and documentation.
    pub words: &'static str,
    /// How help writes the keys; empty to write all chords; `-` to leave the row out (another row tells of it).
    pub keys: &'static str,
    /// The right that it needs.
    pub right: Option<Right>,
    /// Cannot be undone: its key is shifted, and a dialog asks.
    pub dangerous: bool,
}

impl Binding {
    const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    const fn hint_as(mut self, short: &'static str, hint: &'static str) -> Self {
        self.short = short;
        self.hint = hint;
        self
    }

    const fn keys(mut self, keys: &'static str) -> Self {
        self.keys = keys;
        self
    }

    const fn needs(mut self, right: Right) -> Self {
        self.right = Some(right);
        self
    }

    const fn dangerous(mut self) -> Self {
        self.dangerous = true;
        self
    }

    /// Whether it changes the SSH keys that are listed, which everybody may with their own.
    pub fn changes_ssh_keys(&self) -> bool {
        self.scope == Scope::SshKeys && matches!(self.action, Action::Create | Action::Revoke)
    }

    /// The keys as help writes them; `None` when another row tells of them.
    pub fn keys_in_help(&self) -> Option<String> {
        match self.keys {
            "-" => None,
            "" => Some(self.chords.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
            keys => Some(keys.to_owned()),
        }
    }

    /// The keys as the hint line writes them.
    pub fn keys_in_hint(&self) -> String {
        match self.short {
            "" => self.chords.first().map(ToString::to_string).unwrap_or_default(),
            short => short.to_owned(),
        }
    }
}

/// What a key means in a chain of scopes, innermost first.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// A row of the table.
    Bound(&'static Binding),
    /// A letter for the focused field.
    Typed(char),
    /// Nothing.
    Nothing,
}

/// What a key means in a chain of scopes.
pub fn resolve(chain: &[Scope], chord: Chord) -> Meaning {
    for scope in open_scopes(chain) {
        if scope == Scope::Text
            && let Some(c) = chord.typed()
        {
            return Meaning::Typed(c);
        }
        // A digit begins a value of one's own, a letter chooses the word that begins with it.
        if scope == Scope::Preset
            && let Some(c) = chord.typed().filter(|c| c.is_ascii_alphanumeric() || *c == '+')
        {
            return Meaning::Typed(c);
        }
        if let Some(binding) = BINDINGS.iter().find(|b| b.scope == scope && b.chords.contains(&chord)) {
            return Meaning::Bound(binding);
        }
    }
    Meaning::Nothing
}

/// The rows that work in a chain, in the order of the hint line: each can be reached by its first key.
pub fn reachable(chain: &[Scope]) -> Vec<&'static Binding> {
    let rows = open_scopes(chain).into_iter().flat_map(|s| BINDINGS.iter().filter(move |b| b.scope == s));
    rows.filter(|b| b.chords.iter().any(|c| reaches(chain, *c, b))).collect()
}

fn reaches(chain: &[Scope], chord: Chord, binding: &Binding) -> bool {
    matches!(resolve(chain, chord), Meaning::Bound(hit) if std::ptr::eq(hit, binding))
}

/// The scopes that keys reach, by what each lets through.
fn open_scopes(chain: &[Scope]) -> Vec<Scope> {
    let mut only_everywhere = false;
    let mut open = Vec::with_capacity(chain.len());
    for scope in chain {
        if !only_everywhere || *scope == Scope::Everywhere {
            open.push(*scope);
        }
        only_everywhere |= scope.leak() == Leak::Everywhere;
    }
    open
}

#[cfg(test)]
mod tests;
