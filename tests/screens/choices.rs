//! One grammar for all dialogs: in a group of choices the arrows choose and Tab leaves; a box is ticked by Space alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use keydesk::tui::keymap::Scope;
use keydesk::tui::msg::Msg;

use super::desk::{Desk, chord};

/// The dialogs with a group of choices: the file that has it, and the way there from the list of Basic keys.
const GROUPS: &[(&str, &str)] = &[
    ("rotate.rs", "R"),
    ("signing.rs", "2 n tab →"),
    ("signing.rs", "2 e"),
    ("user.rs", "esc ↓ enter n"),
    ("user.rs", "esc ↓ enter ↓ r"),
    ("export.rs", "esc ↓ ↓ enter x"),
    ("settings.rs", "esc ↓ ↓ ↓ enter ↓ ↓ ↓ ↓ enter"),
];

/// Dialogs with boxes to tick.
const BOXES: &[&str] = &["2 n tab →", "2 e"];

impl Desk {
    fn is_in(&self, scope: Scope) -> bool {
        self.app.scopes().first() == Some(&scope)
    }

    /// Tab until the focus is in a place of this kind.
    #[track_caller]
    fn tabs_to(&mut self, scope: Scope) -> &mut Self {
        for _ in 0..20 {
            if self.is_in(scope) {
                return self;
            }
            self.blindly("tab");
        }
        panic!("no {scope:?} in\n{}", self.screen());
    }

    /// Each mark of a choice or a box, with its position.
    fn marks(&self) -> Vec<String> {
        let screen = self.screen();
        let marks = screen.lines().map(|line| {
            let marks = ["(•)", "( ) ", "☑", "☐"];
            let found = marks
                .iter()
                .flat_map(|mark| line.match_indices(mark))
                .map(|(at, mark)| format!("{}{mark}", line[..at].chars().count()));
            found.collect::<String>()
        });
        marks.collect()
    }

    /// Presses a key until it changes nothing any more, and counts how often it did.
    fn until_the_end(&mut self, key: &str) -> usize {
        let mut times = 0;
        loop {
            let before = self.marks();
            self.blindly(key);
            assert!(self.is_in(Scope::Choice), "{key} left the group:\n{}", self.screen());
            if self.marks() == before {
                return times;
            }
            times += 1;
            assert!(times < 20, "{key} goes round");
        }
    }
}

#[test]
fn in_every_group_of_choices_the_arrows_choose_and_tab_leaves() {
    for (_, way) in GROUPS {
        let mut desk = Desk::on_list_then(way);
        desk.tabs_to(Scope::Choice).sees("↑↓ choose");
        desk.until_the_end("↑");
        let all = desk.until_the_end("↓");
        assert!(all >= 1, "{way}: there is nothing to choose");
        assert_eq!(desk.until_the_end("↑"), all, "{way}");
        assert_eq!((desk.until_the_end("→"), desk.until_the_end("←")), (all, all), "{way}");
        // Space wraps around.
        let first = desk.marks();
        for _ in 0..=all {
            desk.blindly("space");
        }
        assert_eq!(desk.marks(), first, "{way}");
        for (leaves, comes_back) in [("tab", "shift-tab"), ("shift-tab", "tab")] {
            let (marks, title, place) = (desk.marks(), desk.title_shown(), desk.frame().1);
            desk.blindly(leaves);
            // The next field may be a group as well.
            assert!(desk.frame().1 != place && desk.marks() == marks, "{way}: {leaves}\n{}", desk.screen());
            assert_eq!(desk.title_shown(), title);
            desk.blindly(comes_back);
            assert!(desk.frame().1 == place && desk.marks() == marks, "{way}: {comes_back}\n{}", desk.screen());
        }
    }
}

#[test]
fn no_dialog_with_choices_was_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui/dialog");
    let holds = |path: &Path| fs::read_to_string(path).unwrap().contains("Control::Choice { words: ");
    let files: BTreeSet<String> = [folder.join("credential"), folder]
        .into_iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && holds(path))
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(files, GROUPS.iter().map(|(file, _)| (*file).to_owned()).collect());
}

#[test]
fn a_box_is_ticked_by_space_and_by_nothing_else() {
    for way in BOXES {
        for key in ["→", "←", "↑", "↓", "tab", "shift-tab", "enter"] {
            let mut desk = Desk::on_list_then(way);
            desk.tabs_to(Scope::Check);
            let marks = desk.marks();
            desk.send(Msg::Key(chord(key)));
            assert_eq!(desk.marks(), marks, "{way}: {key}");
        }
        let mut desk = Desk::on_list_then(way);
        desk.tabs_to(Scope::Check).sees("✓ sha1").sees("space tick").press("space").sees("· sha1");
        desk.press("→ space").sees("· sha256").press("← space").sees("✓ sha1").sees("· sha256");
    }
}

#[test]
fn arrows_through_a_group_never_give_more_rights() {
    let mut desk = Desk::on_list_then("esc ↓ enter n");
    desk.tabs_to(Scope::Choice).press("↑ ↑").sees("(•) Basic User").press("tab").sees("(•) Basic User");
}

#[test]
fn options_open_and_close() {
    let mut desk = Desk::on_list_then("n tab");
    desk.sees("enter open").press("→").sees("Starts").sees("enter close").press("→").sees("Starts");
    desk.press("←").sees_no("Starts").press("←").sees_no("Starts").press("space").sees("Starts");
}
