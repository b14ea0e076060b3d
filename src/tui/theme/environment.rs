//! What the environment says about the terminal: colours, how many, and characters.

use crate::tui::theme::{Depth, Palette};

/// Which colours.
pub(super) fn palette(var: &dyn Fn(&str) -> Option<String>) -> Palette {
    // https://no-color.org: set and not empty, whatever it says.
    if var("NO_COLOR").is_some_and(|v| !v.is_empty()) {
        return Palette::None;
    }
    match var("KEYDESK_THEME").as_deref() {
        Some("none") => Palette::None,
        Some("light") => Palette::Light,
        Some("dark") => Palette::Dark,
        // rxvt, Konsole and others write "foreground;background"; 7 and 15 are the light ones.
        _ => match var("COLORFGBG").as_deref().and_then(|v| v.rsplit(';').next()) {
            Some("7" | "15") => Palette::Light,
            _ => Palette::Dark,
        },
    }
}

/// Whether the palette follows the terminal, which can be asked.
pub(super) fn follows_terminal(var: &dyn Fn(&str) -> Option<String>) -> bool {
    let chosen = matches!(var("KEYDESK_THEME").as_deref(), Some("none" | "light" | "dark"));
    let colourless = var("NO_COLOR").is_some_and(|v| !v.is_empty());
    let term = var("TERM").unwrap_or_default();
    let mute = ["", "dumb", "linux"].contains(&term.as_str()) || term.starts_with("screen") || term.starts_with("vt");
    !chosen && !colourless && !mute
}

/// Terminals with 256 colours whose names do not say so.
const MANY: [&str; 8] = ["alacritty", "contour", "foot", "ghostty", "kitty", "mintty", "wezterm", "-direct"];

/// How many colours, by `COLORTERM` and `TERM`.
pub(super) fn depth(var: &dyn Fn(&str) -> Option<String>) -> Depth {
    let term = var("TERM").unwrap_or_default();
    let named = term.contains("256color") || MANY.iter().any(|name| term.contains(name));
    // A console that cannot do it may have inherited the variable.
    let told = var("COLORTERM").is_some_and(|v| v == "truecolor" || v == "24bit") && term != "linux" && term != "dumb";
    if named || told { Depth::Many } else { Depth::Sixteen }
}

/// Whether more than ASCII can be shown.
pub(super) fn shows_unicode(var: &dyn Fn(&str) -> Option<String>) -> bool {
    match var("KEYDESK_GLYPHS").as_deref() {
        Some("ascii") => return false,
        Some("unicode") => return true,
        _ => {}
    }
    if var("TERM").is_some_and(|term| term == "linux" || term == "dumb") {
        return false;
    }
    // The first of these that is set decides (POSIX). None set is common over SSH, with terminals that show UTF-8.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| var(name).filter(|v| !v.is_empty()));
    locale.is_none_or(|l| {
        let l = l.to_ascii_lowercase();
        l.contains("utf-8") || l.contains("utf8")
    })
}
