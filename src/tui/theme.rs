//! Colours and glyphs. A state is always a word and a glyph; colour only repeats it. What cannot be used is in
//! brackets, since faint text is too dark to read on some terminals.

use ratatui::style::{Color, Modifier, Style};

/// Colours and glyphs of the desk. Backgrounds are the terminal's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Which colours.
    pub palette: Palette,
    /// Which characters draw lines and marks.
    pub glyphs: &'static Glyphs,
}

/// Which colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// For dark backgrounds.
    #[default]
    Dark,
    /// For light backgrounds, where cyan and green are hard to read.
    Light,
    /// None: `NO_COLOR`.
    None,
}

impl Palette {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::None => "none",
        }
    }
}

/// The characters that draw lines and marks.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// A horizontal line.
    pub horizontal: &'static str,
    /// A vertical line.
    pub vertical: &'static str,
    /// The line under the current tab.
    pub tab: &'static str,
    /// Before the selected row.
    pub selected: &'static str,
    /// Before the focused field.
    pub focus: &'static str,
    /// A fold that is closed.
    pub closed: &'static str,
    /// A fold that is open.
    pub open: &'static str,
    /// A check that is on.
    pub ticked: &'static str,
    /// A check that is off.
    pub unticked: &'static str,
    /// A key or user that works.
    pub usable: &'static str,
    /// Disabled.
    pub stopped: &'static str,
    /// Revoked, expired or tampered with.
    pub over: &'static str,
    /// Before a warning.
    pub warning: &'static str,
    /// Before a rule that is met.
    pub met: &'static str,
    /// Before a rule that is not met, and before an error.
    pub unmet: &'static str,
    /// The choice that is made.
    pub chosen: &'static str,
    /// Another choice.
    pub unchosen: &'static str,
    /// Stands for a character of a masked password.
    pub bullet: &'static str,
    /// Between two parts of a title.
    pub dot: &'static str,
    /// Between a value before and after a change.
    pub arrow: &'static str,
    /// Ordered from the first on, and from the last on.
    pub order: [&'static str; 2],
    /// Stands for what was cut off.
    pub ellipsis: char,
    /// The keys up and down.
    pub up_down: &'static str,
    /// The keys left and right.
    pub left_right: &'static str,
    /// Before the rest of a line that was too long.
    pub goes_on: &'static str,
}

/// Unicode: what docs/screens.md shows.
pub static UNICODE: Glyphs = Glyphs {
    corners: ["╭", "╮", "╰", "╯"],
    horizontal: "─",
    vertical: "│",
    tab: "━",
    selected: "▸",
    focus: "┃",
    closed: "▸",
    open: "▾",
    ticked: "☑",
    unticked: "☐",
    usable: "●",
    stopped: "○",
    over: "×",
    warning: "!",
    met: "✓",
    unmet: "✗",
    chosen: "(•)",
    unchosen: "( )",
    bullet: "•",
    dot: "·",
    arrow: "›",
    order: ["↑", "↓"],
    ellipsis: '…',
    up_down: "↑↓",
    left_right: "←→",
    goes_on: "↳ ",
};

/// ASCII: for terminals and fonts that have nothing else.
pub static ASCII: Glyphs = Glyphs {
    corners: ["+", "+", "+", "+"],
    horizontal: "-",
    vertical: "|",
    tab: "=",
    selected: ">",
    focus: "|",
    closed: ">",
    open: "v",
    ticked: "x",
    unticked: "-",
    usable: "*",
    stopped: "o",
    over: "x",
    warning: "!",
    met: "[x]",
    unmet: "[ ]",
    chosen: "(*)",
    unchosen: "( )",
    bullet: "*",
    dot: "-",
    arrow: ">",
    order: ["^", "v"],
    ellipsis: '~',
    up_down: "up/down",
    left_right: "left/right",
    goes_on: "\\ ",
};

impl Default for Theme {
    fn default() -> Self {
        Self { palette: Palette::Dark, glyphs: &UNICODE }
    }
}

impl Theme {
    /// From the environment: `NO_COLOR`, `KEYDESK_THEME` (dark, light, none), `COLORFGBG`, and whether the locale can
    /// show more than ASCII. `var` reads one variable, so that a test can replace the environment.
    pub fn from_env(var: &dyn Fn(&str) -> Option<String>) -> Self {
        Self { palette: palette(var), glyphs: if shows_unicode(var) { &UNICODE } else { &ASCII } }
    }

    /// The accent: the title, the open tab.
    pub fn accent(&self) -> Style {
        self.colour(Color::Cyan, Color::Magenta).add_modifier(Modifier::BOLD)
    }

    /// Something good: usable, met. On white no green of the sixteen can be read.
    pub fn good(&self) -> Style {
        self.colour(Color::Green, Color::Blue)
    }

    /// Something to look at soon.
    pub fn warn(&self) -> Style {
        self.colour(Color::LightMagenta, Color::Magenta)
    }

    /// Something wrong, or final.
    pub fn bad(&self) -> Style {
        self.colour(Color::LightRed, Color::Red)
    }

    /// Headings.
    pub fn strong(&self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// The selected row, the focused button.
    pub fn selected(&self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Names of keys, in characters that the terminal has.
    pub fn keys(&self, names: &str) -> String {
        if self.glyphs == &UNICODE {
            return names.to_owned();
        }
        let pairs = names.replace("↑↓", self.glyphs.up_down).replace("←→", self.glyphs.left_right);
        pairs.replace('↑', "up").replace('↓', "down").replace('←', "left").replace('→', "right")
    }

    fn colour(&self, dark: Color, light: Color) -> Style {
        match self.palette {
            Palette::Dark => Style::new().fg(dark),
            Palette::Light => Style::new().fg(light),
            Palette::None => Style::new(),
        }
    }
}

fn palette(var: &dyn Fn(&str) -> Option<String>) -> Palette {
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

fn shows_unicode(var: &dyn Fn(&str) -> Option<String>) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(vars: &[(&str, &str)]) -> (Palette, bool) {
        let theme = Theme::from_env(&|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()));
        (theme.palette, theme.glyphs == &UNICODE)
    }

    #[test]
    fn the_environment_decides() {
        for (vars, palette, unicode) in [
            (&[][..], Palette::Dark, true),
            (&[("NO_COLOR", "1")], Palette::None, true),
            (&[("NO_COLOR", "")], Palette::Dark, true),
            (&[("NO_COLOR", "1"), ("KEYDESK_THEME", "light")], Palette::None, true),
            (&[("KEYDESK_THEME", "light")], Palette::Light, true),
            (&[("COLORFGBG", "0;15")], Palette::Light, true),
            (&[("COLORFGBG", "15;0")], Palette::Dark, true),
            (&[("LANG", "C")], Palette::Dark, false),
            (&[("LANG", "C"), ("LC_ALL", "en_GB.UTF-8")], Palette::Dark, true),
            (&[("TERM", "linux"), ("LANG", "en_GB.UTF-8")], Palette::Dark, false),
            (&[("LANG", "C"), ("KEYDESK_GLYPHS", "unicode")], Palette::Dark, true),
        ] {
            assert_eq!(theme(vars), (palette, unicode), "{vars:?}");
        }
    }

    #[test]
    fn without_colour_no_style_has_one() {
        let theme = Theme { palette: Palette::None, glyphs: &UNICODE };
        for style in [theme.accent(), theme.good(), theme.warn(), theme.bad(), theme.selected()] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
}
