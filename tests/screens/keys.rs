//! Names of keys, as tests press them.

use keydesk::tui::keymap::chord::{Chord, Code, Mods};

/// Reads `ctrl-c`, `enter`, `↑`, `n`.
pub fn chord(key: &str) -> Chord {
    let named = |code| Chord { code, mods: Mods::default() };
    if let Some(c) = key.strip_prefix("ctrl-") {
        return Chord::ctrl(c.chars().next().unwrap());
    }
    match key {
        "enter" => named(Code::Enter),
        "esc" => named(Code::Esc),
        "tab" => named(Code::Tab),
        "shift-tab" => named(Code::BackTab),
        "backspace" => named(Code::Backspace),
        "space" => Chord::char(' '),
        "↑" => named(Code::Up),
        "↓" => named(Code::Down),
        "←" => named(Code::Left),
        "→" => named(Code::Right),
        "Home" => named(Code::Home),
        "End" => named(Code::End),
        "PgUp" => named(Code::PageUp),
        "PgDn" => named(Code::PageDown),
        "F1" => named(Code::F(1)),
        key => {
            let mut chars = key.chars();
            let c = chars.next().unwrap();
            assert_eq!(chars.next(), None, "{key} is no key");
            Chord::char(c)
        }
    }
}
