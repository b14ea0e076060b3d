//! What the bodies of several forms have in common.

use ratatui::text::Span;

use crate::account::user_password_rules;
use crate::credential::{Algorithm, Rule, password_rules};
use crate::text;
use crate::tui::app::App;
use crate::tui::form::{Control, Form, Id};
use crate::tui::theme::Theme;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::sheet::Sheet;

/// The error, or that the store is writing.
pub fn state(app: &App, problem: Option<&str>, sheet: &mut Sheet) {
    match problem {
        Some(problem) => {
            sheet.gap();
            sheet.wrong(problem);
        }
        None if app.is_waiting() => {
            sheet.gap();
            sheet.say("Saving ...", app.theme.strong());
        }
        None => {}
    }
}

/// Lines under the field of a Legacy password: the button that generates one, and the rules.
pub fn password_line(app: &App, form: &Form, generated: bool, wiped: bool, sheet: &mut Sheet) {
    let generate = form.shown().find(|(e, _)| e.id == Id::Generate);
    let focused = generate.is_some_and(|(_, focused)| focused);
    let words = if generated { "[ Type it ]" } else { "[ Generate ]" };
    let style = if focused { app.theme.button() } else { app.theme.text() };
    let typed = form.password(Id::Password).map_or(0, |p| p.chars());
    if generated {
        sheet.append(vec![span("24 letters and digits will be made", app.theme.success_words())]);
        sheet.under(vec![span(words, style)]);
    } else {
        sheet.under(vec![span(words, style), span(if typed == 0 { "  or type one" } else { "" }, app.theme.muted())]);
    }
    if focused {
        sheet.cursor_on_last(2 + 11 + 2);
    }
    let shown = form.password(Id::Password).map_or("", |p| p.expose());
    if wiped {
        sheet.under_say("The password was wiped when the desk locked. Type it again.", app.theme.warning());
    }
    let faulty = form.entry(Id::Password).is_some_and(|entry| entry.error.is_some());
    if !generated && !faulty {
        rule_lines(&app.theme, &password_rules(shown), sheet);
    }
    sheet.gap();
}

/// Rules with whether each is met, as many in a line as fit.
pub fn rule_lines(theme: &Theme, rules: &[Rule], sheet: &mut Sheet) {
    let rule = |rule: &Rule| {
        let glyph = if rule.met { theme.glyphs.done } else { theme.glyphs.broken };
        [
            span(glyph, if rule.met { theme.success() } else { theme.muted() }),
            span(&format!(" {}   ", rule.words), theme.muted()),
        ]
    };
    let mut line: Vec<Span<'static>> = Vec::new();
    for rule in rules.iter().map(rule) {
        let used: usize = line.iter().map(Span::width).sum();
        // The three blanks behind the last rule may be cut.
        if used + rule.iter().map(Span::width).sum::<usize>() > sheet.under_width() + 3 {
            sheet.under(std::mem::take(&mut line));
        }
        line.extend(rule);
    }
    sheet.under(line);
}

/// The checks of the algorithms, in one line.
pub fn algorithms(form: &Form, sheet: &mut Sheet) {
    let short = |id: Id| match id {
        Id::Algorithm(Algorithm::Sha1) => "sha1",
        Id::Algorithm(Algorithm::Sha256) => "sha256",
        Id::Algorithm(Algorithm::Sha384) => "sha384",
        _ => "sha512",
    };
    let checks: Vec<_> = form
        .shown()
        .filter(|(e, _)| matches!(e.id, Id::Algorithm(_)))
        .map(|(e, focused)| (e, focused, short(e.id)))
        .collect();
    sheet.checks("Algorithms", &checks);
}

/// Fields of a form with a new password in it, the rules under the last.
pub fn new_password_fields(app: &App, form: &Form, sheet: &mut Sheet) {
    let text = |id| form.password(id).map_or("", |p| p.expose());
    for (entry, focused) in form.shown().filter(|(e, _)| !matches!(e.input, Control::Button(_))) {
        sheet.field(entry, focused);
        if entry.id == Id::Again {
            let rules = user_password_rules(text(Id::Password), text(Id::Again));
            rule_lines(&app.theme, &rules, sheet);
        }
    }
}

/// A label and a value in one line.
pub fn pair(label: &str, value: &str) -> Vec<Span<'static>> {
    vec![plain(&text::pad(label, 10, '…')), plain(value)]
}
