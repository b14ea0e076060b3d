//! Help: in every place every key of it can be read to its last word, in every window.

use keydesk::account::Role;
use keydesk::credential::filter_terms;
use keydesk::tui::keymap::{self, Scope};
use keydesk::tui::msg::Msg;
use keydesk::tui::theme::{ASCII, Palette, Theme, UNICODE};
use ratatui::style::Modifier;

use super::desk::{Desk, chord};

/// The ways from the list of Basic keys to every place that has keys of its own.
pub const PLACES: &[&str] = &[
    "esc esc",
    "esc",
    "ctrl-l",
    "tab",
    "tab tab",
    "tab tab r",
    "n",
    "n tab",
    "n shift-tab",
    "2 n tab → tab tab tab tab tab tab tab",
    "3 n",
    "D",
    "R",
    "o",
    "C",
    ":",
    "e",
    "enter",
    "n x enter L",
    "/",
    "n x enter",
    "L",
    "esc esc ↓ enter",
    "esc ↓ ↓ ↓ enter",
    "esc ↓ ↓ enter",
    "esc ↓ ↓ enter /",
    "esc ↓ ↓ enter enter",
    "esc ↓ ↓ enter v",
    "esc ↓ enter",
    "esc ↓ enter /",
    "esc ↓ enter s",
    "esc ↓ enter enter",
];

impl Desk {
    /// A desk on the list of Basic keys, after these keys.
    pub fn on_list_then(keys: &str) -> Self {
        Self::on_list_as_then(Role::Administrator, keys)
    }

    pub fn on_list_as_then(role: Role, keys: &str) -> Self {
        let mut desk = Self::on_list_as(role);
        desk.blindly(keys);
        desk
    }

    /// Presses keys without the driver's checks.
    pub fn blindly(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ') {
            self.send(Msg::Key(chord(key)));
        }
        self.rest()
    }

    /// The rows of the help sheet, and the columns of the window where its columns begin.
    fn sheet(&self, theme: Theme) -> (Vec<String>, Vec<u16>) {
        let buffer = self.buffer();
        let (width, end) = (self.size.0, self.size.1 - 1);
        let heavy = |y: &u16| buffer[(width - 1, *y)].symbol() == theme.glyphs.heavy;
        let top = (1..end).find(heavy).expect("the line of a sheet");
        let lines = (top + 1..end).map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect());
        let bold = |x: u16, y: u16| buffer[(x, y)].modifier.contains(Modifier::BOLD);
        let heading = |x: u16, y: u16| bold(x, y) && !bold(x - 1, y) && buffer[(x - 1, y)].symbol() == " ";
        let mut begins: Vec<u16> = (top + 1..end).flat_map(|y| (1..width).filter(move |x| heading(*x, y))).collect();
        begins.sort_unstable();
        begins.dedup();
        (lines.collect(), begins)
    }

    /// Everything that the help sheet says, column by column, read by going down line by line.
    fn reads_help(&mut self, theme: Theme) -> Vec<String> {
        let (mut lines, mut begins) = self.sheet(theme);
        loop {
            let before = self.frame();
            self.send(Msg::Key(chord("↓")));
            if self.frame() == before {
                break;
            }
            let (next, more) = self.sheet(theme);
            lines.extend(next.last().cloned());
            begins.extend(more);
        }
        begins.sort_unstable();
        begins.dedup();
        assert!((1..=2).contains(&begins.len()), "{begins:?}\n{}", self.screen());
        let middle = begins.get(1).map_or(usize::MAX, |x| usize::from(*x));
        let part = |right: bool| {
            let cut = move |line: &String| {
                let chars = line.chars().enumerate();
                chars.filter(|(i, _)| (*i >= middle) == right).map(|(_, c)| c).collect::<String>()
            };
            lines.iter().map(cut).flat_map(|l| l.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        };
        [part(false).collect::<Vec<_>>().join(" "), part(true).collect::<Vec<_>>().join(" ")].into()
    }
}

fn reads_all_of_it(role: Role, way: &str, theme: Theme, size: (u16, u16)) {
    let mut desk = Desk::on_list_as_then(role, way);
    desk.app.set_theme(theme);
    desk.sized(size.0, size.1);
    let chain = desk.app.scopes();
    desk.blindly("F1");
    let first = desk.frame();
    let read = desk.reads_help(theme);
    assert!(!read.iter().any(|text| text.contains(theme.glyphs.ellipsis)), "{way}: {read:?}");
    let told = |keys: &str, words: &str| {
        let both = [format!("{keys} {words}"), format!("({keys}) {words}")];
        read.iter().any(|text| both.iter().any(|one| text.contains(one.as_str())))
    };
    for binding in keymap::reachable(&chain) {
        let Some(keys) = binding.keys_in_help() else { continue };
        let keys = theme.keys(&keys);
        assert!(told(&keys, binding.words), "{way} at {size:?}: {keys} {} is not in {read:?}", binding.words);
    }
    if chain.iter().any(|scope| matches!(scope, Scope::List | Scope::Filter)) {
        assert!(filter_terms().all(|(term, words)| told(term, words)), "{way} at {size:?}: {read:?}");
    }
    // The real cursor marks where reading begins, and returns there.
    desk.blindly("g");
    assert_eq!(desk.frame(), first);
    let (buffer, at) = first;
    let heading = buffer[(at.x, at.y)].symbol();
    assert!(at.y >= 2 && heading.trim() != "", "{way}: the cursor is at {at:?}\n{}", desk.screen());
}

#[test]
fn help_shows_every_key_of_every_place_in_full() {
    for way in PLACES {
        for size in [(80, 24), (60, 16), (120, 40)] {
            reads_all_of_it(Role::Administrator, way, Theme::default(), size);
        }
    }
}

#[test]
fn help_is_complete_in_ascii_and_for_other_roles() {
    let ascii = Theme { palette: Palette::None, glyphs: &ASCII, ..Theme::default() };
    let unicode = Theme { palette: Palette::None, glyphs: &UNICODE, ..Theme::default() };
    for way in PLACES {
        reads_all_of_it(Role::Administrator, way, ascii, (60, 16));
    }
    for way in ["ctrl-l", "tab", "enter", "esc esc"] {
        for role in [Role::Advanced, Role::Basic] {
            reads_all_of_it(role, way, unicode, (80, 24));
            reads_all_of_it(role, way, ascii, (60, 16));
        }
    }
}

#[test]
fn the_cursor_is_visible_in_every_place() {
    super::scenes::each_scene(Theme::default(), |desk| {
        let (_, at) = desk.frame();
        assert!(at.y > 0, "nothing says where one is on\n{}", desk.screen());
    });
}
