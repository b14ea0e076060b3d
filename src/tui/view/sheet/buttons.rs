//! The buttons at the foot of a sheet.

use ratatui::text::{Line, Span};

use crate::tui::form::{Control, Form, FormEntry, Id};
use crate::tui::view::paint::span;
use crate::tui::view::sheet::value::is_foot;
use crate::tui::view::sheet::{GAP, MARGIN, MARK, Sheet};

impl Sheet {
    /// The buttons of a form, in one line. Those that cannot be used yet have round brackets; a dangerous one that can
    /// is white on red.
    pub fn buttons(&mut self, form: &Form, usable: impl Fn(&FormEntry) -> bool) {
        let indent = if self.fields { MARK + self.label } else { 0 };
        let mut line = vec![Span::raw(" ".repeat(MARGIN + indent))];
        let mut at = MARGIN + indent;
        for (entry, focused) in form.shown().filter(|(e, _)| is_foot(e)) {
            let Control::Button(words) = &entry.input else { continue };
            let armed = usable(entry);
            if focused {
                self.cursor = Some((self.lines.len(), at + 2));
            }
            let button = self.button(words, focused, armed, entry.id == Id::Revoke);
            at += button.width() + GAP;
            line.push(button);
            line.push(Span::raw(" ".repeat(GAP)));
        }
        self.lines.push(Line::from(line));
    }

    /// One button: `[▸OK ]` has the focus, `( OK )` cannot be pressed yet.
    pub fn button(&self, words: &str, focused: bool, usable: bool, dangerous: bool) -> Span<'static> {
        let theme = self.theme;
        let [open, close] = if usable { ["[", "]"] } else { ["(", ")"] };
        let mark = if focused { theme.glyphs.focus } else { " " };
        let style = match (dangerous, usable, focused) {
            (true, true, _) if self.danger => theme.armed(),
            (_, _, true) => theme.button(),
            (true, ..) => theme.danger(),
            _ => theme.text(),
        };
        span(&format!("{open}{mark}{words} {close}"), style)
    }
}
