//! Appearance actions: colours and glyphs, chosen in My account, applied at once, remembered for the next time.

use crate::{
    config::{Appearance, Face},
    tui::{
        app::App,
        msg::Effect,
        theme::{ASCII, Palette, Theme, UNICODE},
        toast::Toast,
    },
};

impl App {
    /// The colours after these.
    pub(super) fn next_colours(&mut self) {
        if self.no_color {
            let said = "NO_COLOR is set in your environment, and it wins. Unset it to choose colours here.";
            self.toast = Some(Toast::note(self.now, said));
            return;
        }
        let palette = match self.theme.palette {
            Palette::Dark => Palette::Light,
            Palette::Light => Palette::None,
            Palette::None => Palette::Dark,
        };
        let chosen = Appearance { colours: Some(palette.as_str().to_owned()), ..Appearance::default() };
        self.apply_theme(Theme { palette, ..self.theme }, chosen);
    }

    /// The other glyphs.
    pub(super) fn next_glyphs(&mut self) {
        let (glyphs, word) = if self.theme.glyphs == &UNICODE { (&ASCII, "ascii") } else { (&UNICODE, "unicode") };
        let chosen = Appearance { glyphs: Some(word.to_owned()), ..Appearance::default() };
        self.apply_theme(Theme { glyphs, ..self.theme }, chosen);
    }

    /// The desk goes on line by line, once that is written down, if it is.
    pub(super) fn go_on_line_by_line(&mut self) {
        if let Some(workspace) = &mut self.workspace {
            workspace.dialogs.pop();
        }
        if !self.remembers {
            return self.leave_for(Effect::Lines);
        }
        self.leaves_for_lines = true;
        self.out.push(Effect::Remember(Appearance::with_face(Face::Lines)));
    }

    fn apply_theme(&mut self, theme: Theme, chosen: Appearance) {
        self.set_theme(theme);
        // With other lines and marks every cell is another one.
        self.out.push(Effect::Repaint);
        self.out.push(Effect::Remember(chosen));
    }

    /// The choice was written down, or not.
    pub(in crate::tui) fn remembered(&mut self, outcome: Result<(), String>) {
        self.dirty = true;
        if std::mem::take(&mut self.leaves_for_lines) {
            return match outcome {
                Ok(()) => self.leave_for(Effect::Lines),
                Err(why) => {
                    let said = format!("{why} `keydesk --plain` opens the desk line by line without remembering it.");
                    self.toast = Some(Toast::note(self.now, said));
                }
            };
        }
        self.toast = Some(match outcome {
            Ok(()) => Toast::done(self.now, "This is remembered for the next time."),
            Err(why) => Toast::note(self.now, format!("It holds until you leave. {why}")),
        });
    }
}
