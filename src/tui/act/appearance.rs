//! Appearance actions: colours and glyphs, chosen in My account, applied at once, remembered for the next time.

use crate::config::{Appearance, Frontend};
use crate::tui::app::App;
use crate::tui::msg::Effect;
use crate::tui::theme::{ASCII, Palette, Theme, UNICODE};
use crate::tui::toast::Toast;

impl App {
    /// Changes to the next palette.
    pub(super) fn next_colours(&mut self) {
        if self.no_color {
            let message = "NO_COLOR is set in your environment, and it wins. Unset it to choose colours here.";
            self.toast = Some(Toast::note(self.now, message));
            return;
        }
        let (palette, follows) = match (self.follows_terminal, self.theme.palette) {
            (true, _) => (Palette::Dark, false),
            (false, Palette::Dark) => (Palette::Light, false),
            (false, Palette::Light) => (Palette::None, false),
            (false, Palette::None) => (self.fitting, true),
        };
        self.follows_terminal = follows;
        let word = if follows { "auto" } else { palette.as_str() };
        let chosen = Appearance { colours: Some(word.to_owned()), ..Appearance::default() };
        self.apply_theme(Theme { palette, ..self.theme }, chosen);
    }

    /// The terminal told what its background is: the palette follows, unless another was chosen.
    pub(in crate::tui) fn background(&mut self, light: bool) {
        self.fitting = if light { Palette::Light } else { Palette::Dark };
        if self.follows_terminal && self.fitting != self.theme.palette {
            self.set_theme(Theme { palette: self.fitting, ..self.theme });
        }
    }

    /// Changes between Unicode and ASCII.
    pub(super) fn next_glyphs(&mut self) {
        let (glyphs, word) = if self.theme.glyphs == &UNICODE { (&ASCII, "ascii") } else { (&UNICODE, "unicode") };
        let chosen = Appearance { glyphs: Some(word.to_owned()), ..Appearance::default() };
        self.apply_theme(Theme { glyphs, ..self.theme }, chosen);
    }

    /// Goes on line by line, after that choice was saved, if choices are.
    pub(super) fn continue_line_by_line(&mut self) {
        if let Some(workspace) = &mut self.workspace {
            workspace.dialogs.pop();
        }
        if !self.remembers {
            return self.leave_for(Effect::Lines);
        }
        self.leaving_for_lines = true;
        self.out.push(Effect::Remember(Appearance::with_frontend(Frontend::Lines)));
    }

    fn apply_theme(&mut self, theme: Theme, chosen: Appearance) {
        self.set_theme(theme);
        // Other lines and marks change every cell.
        self.out.push(Effect::Repaint);
        self.out.push(Effect::Remember(chosen));
    }

    /// The choice was saved, or could not be.
    pub(in crate::tui) fn remembered(&mut self, outcome: Result<(), String>) {
        self.dirty = true;
        if std::mem::take(&mut self.leaving_for_lines) {
            return match outcome {
                Ok(()) => self.leave_for(Effect::Lines),
                Err(why) => {
                    let message =
                        format!("{why} `keydesk --plain` opens the desk line by line without remembering it.");
                    self.toast = Some(Toast::note(self.now, message));
                }
            };
        }
        self.toast = Some(match outcome {
            Ok(()) => Toast::done(self.now, "This is remembered for the next time."),
            Err(why) => Toast::note(self.now, format!("It holds until you leave. {why}")),
        });
    }
}
