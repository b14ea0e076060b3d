//! Colours and glyphs by role. A state is always a word and a glyph; colour only repeats it. Nothing is faint: faint
//! text is too dark to read on some terminals.

mod environment;
mod glyphs;

use ratatui::style::{Color, Modifier, Style};

pub use glyphs::{ASCII, Glyphs, UNICODE};

/// Colours and glyphs of the desk. Backgrounds are the terminal's own, but for what is marked by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Which colours.
    pub palette: Palette,
    /// How many colours the terminal has.
    pub depth: Depth,
    /// Which characters draw lines and marks.
    pub glyphs: &'static Glyphs,
}

/// Which colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// For dark backgrounds.
    #[default]
    Dark,
    /// For light backgrounds.
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

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// 256: the values are known.
    #[default]
    Many,
    /// The sixteen that each terminal has its own values for.
    Sixteen,
}

impl Default for Theme {
    fn default() -> Self {
        Self { palette: Palette::Dark, depth: Depth::Many, glyphs: &UNICODE }
    }
}

/// One role's colours: of 256 on dark and on light, of the sixteen on dark and on light. `None` is the terminal's own.
struct Role {
    many: [Option<u8>; 2],
    sixteen: [Option<Color>; 2],
}

const fn role(dark: u8, light: u8, sixteen: [Option<Color>; 2]) -> Role {
    Role { many: [Some(dark), Some(light)], sixteen }
}

const MUTED: Role = role(247, 241, [None, None]);
const LINE: Role = role(240, 250, [Some(Color::DarkGray), Some(Color::DarkGray)]);
const VEIL: Role = role(240, 249, [Some(Color::DarkGray), Some(Color::DarkGray)]);
const ACCENT: Role = role(80, 24, [Some(Color::Cyan), Some(Color::Blue)]);
const CHART: Role = role(73, 31, [Some(Color::Cyan), Some(Color::Blue)]);
const SUCCESS: Role = role(114, 22, [Some(Color::Green), Some(Color::Green)]);
const WARNING: Role = role(221, 94, [Some(Color::Yellow), None]);
const DANGER: Role = role(210, 124, [Some(Color::LightRed), Some(Color::Red)]);
/// Behind the selected row, and what is muted in it.
const SELECTED: Role = role(237, 254, [None, None]);
const MUTED_SELECTED: Role = role(250, 238, [None, None]);
/// Text and background of the focused button, of armed danger and tampered, and of a new secret.
const BUTTON: [Role; 2] =
    [role(16, 231, [Some(Color::Black), Some(Color::White)]), role(80, 24, [Some(Color::Cyan), Some(Color::Blue)])];
const ARMED: [Role; 2] =
    [role(231, 231, [Some(Color::White), Some(Color::White)]), role(160, 160, [Some(Color::Red), Some(Color::Red)])];
const SECRET: [Role; 2] = [role(231, 231, [None, None]), role(23, 23, [None, None])];

impl Theme {
    /// From the environment: `NO_COLOR`, `KEYDESK_THEME` (dark, light, none), `COLORFGBG`, how many colours `TERM` and
    /// `COLORTERM` tell of, and whether the locale can show more than ASCII. `var` reads one variable, so that a test
    /// can replace the environment.
    pub fn from_env(var: &dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            palette: environment::palette(var),
            depth: environment::depth(var),
            glyphs: if environment::shows_unicode(var) { &UNICODE } else { &ASCII },
        }
    }

    /// Whether the environment leaves the palette to the background of the terminal, and the terminal can be asked for
    /// it: no choice was made, and it is none of those that show questions, or have a ground of their own.
    pub fn follows_terminal(var: &dyn Fn(&str) -> Option<String>) -> bool {
        environment::follows_terminal(var)
    }

    /// Values; what is read.
    pub fn text(&self) -> Style {
        Style::new()
    }

    /// Names and numbers: what differs from row to row.
    pub fn strong(&self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Labels and hints: what is known by heart.
    pub fn muted(&self) -> Style {
        self.ink(&MUTED)
    }

    /// Thin lines.
    pub fn line(&self) -> Style {
        self.ink(&LINE)
    }

    /// The page behind a sheet; `None` where it is left blank.
    pub fn veil(&self) -> Option<Style> {
        match self.palette {
            Palette::None => None,
            Palette::Dark | Palette::Light => Some(self.ink(&VEIL)),
        }
    }

    /// Where you are, keys, tags, the open tab, the line of a sheet.
    pub fn accent(&self) -> Style {
        match self.palette {
            Palette::None => self.strong(),
            Palette::Dark | Palette::Light => self.ink(&ACCENT),
        }
    }

    /// Bars of what was allowed.
    pub fn chart(&self) -> Style {
        self.ink(&CHART)
    }

    /// The glyph of what is active or done.
    pub fn success(&self) -> Style {
        self.ink(&SUCCESS)
    }

    /// Words that say that something is done. Of the sixteen colours no green can be read on white.
    pub fn success_words(&self) -> Style {
        match (self.palette, self.depth) {
            (Palette::Light, Depth::Sixteen) => self.text(),
            _ => self.success(),
        }
    }

    /// What asks for a look.
    pub fn warning(&self) -> Style {
        match (self.palette, self.depth) {
            (Palette::Light, Depth::Sixteen) => self.strong(),
            _ => self.ink(&WARNING),
        }
    }

    /// What is over, or asks for an act.
    pub fn danger(&self) -> Style {
        match self.palette {
            Palette::None => self.strong(),
            Palette::Dark | Palette::Light => self.ink(&DANGER),
        }
    }

    /// The focused button, and the focused choice.
    pub fn button(&self) -> Style {
        self.filled(&BUTTON)
    }

    /// A button that ends something for good and can be pressed now; a row that was changed outside keydesk.
    pub fn armed(&self) -> Style {
        self.filled(&ARMED)
    }

    /// A secret that is shown this once.
    pub fn secret(&self) -> Style {
        self.filled(&SECRET)
    }

    /// The letters that a filter found.
    pub fn found(&self) -> Style {
        match self.palette {
            Palette::None => Style::new().add_modifier(Modifier::UNDERLINED),
            Palette::Dark | Palette::Light => self.accent().add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        }
    }

    /// A cell of the selected row in place of one that is drawn so.
    pub fn selected(&self, cell: Style) -> Style {
        if self.reverses() {
            // Colours turned around could not be read.
            let kept = cell.add_modifier & (Modifier::BOLD | Modifier::UNDERLINED);
            return Style::reset().add_modifier(kept | Modifier::REVERSED);
        }
        let cell = if cell.fg == self.muted().fg { cell.patch(self.ink(&MUTED_SELECTED)) } else { cell };
        match cell.bg {
            // What has a background of its own keeps it.
            Some(own) if own != Color::Reset => cell,
            _ => Style { bg: self.ink(&SELECTED).fg, ..cell },
        }
    }

    /// Names of keys, in characters that the terminal has.
    pub fn keys(&self, names: &str) -> String {
        if self.glyphs == &UNICODE {
            return names.to_owned();
        }
        let pairs = names.replace("↑↓", self.glyphs.up_down).replace("←→", self.glyphs.left_right);
        pairs.replace('↑', "up").replace('↓', "down").replace('←', "left").replace('→', "right")
    }

    /// Whether the selected row is told by reversed text alone.
    fn reverses(&self) -> bool {
        matches!((self.palette, self.depth), (Palette::None, _) | (_, Depth::Sixteen))
    }

    fn ink(&self, role: &Role) -> Style {
        Style { fg: self.value(role), ..Style::new() }
    }

    fn value(&self, role: &Role) -> Option<Color> {
        let ground = match self.palette {
            Palette::Dark => 0,
            Palette::Light => 1,
            Palette::None => return None,
        };
        match self.depth {
            Depth::Many => role.many[ground].map(Color::Indexed),
            Depth::Sixteen => role.sixteen[ground],
        }
    }

    /// Text on a background, bold where the colours are known; reversed where there are none.
    fn filled(&self, [text, ground]: &[Role; 2]) -> Style {
        match (self.value(text), self.value(ground), self.depth) {
            (Some(fg), Some(bg), Depth::Many) => Style::new().fg(fg).bg(bg).add_modifier(Modifier::BOLD),
            (Some(fg), Some(bg), Depth::Sixteen) => Style::new().fg(fg).bg(bg),
            _ => Style::new().add_modifier(Modifier::REVERSED),
        }
    }
}

#[cfg(test)]
mod tests;
