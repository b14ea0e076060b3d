//! What the bodies of several forms have in common.

use ratatui::text::Span;

use crate::account::user_password_rules;
use crate::credential::{Algorithm, Rule, address_for_network, password_rules};
use crate::text;
use crate::time::when_or_never;
use crate::tui::app::App;
use crate::tui::form::{Control, Form, FormEntry, Id};
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
    if let Some(entry) = form.entry(Id::Password).filter(|_| !generated && !faulty) {
        rule_lines(&app.theme, &rules_of(entry, password_rules(shown)), sheet);
    }
    sheet.gap();
}

/// Rules of a field, as many in a line as fit. One that is not met yet is neutral until the field was left; from then on
/// it says what is missing.
pub fn rule_lines(theme: &Theme, rules: &[(Rule, bool)], sheet: &mut Sheet) {
    let rule = |(rule, left): &(Rule, bool)| match (rule.met, left) {
        (true, _) => [span(theme.glyphs.done, theme.success()), span(&format!(" {}   ", rule.words), theme.muted())],
        (false, false) => [span(theme.glyphs.dot, theme.muted()), span(&format!(" {}   ", rule.words), theme.muted())],
        (false, true) => {
            // "An upper-case letter" is a thing that can be missing; "12 or more" is not.
            let missing = if rule.words.starts_with('a') { " is missing" } else { "" };
            [span(theme.glyphs.broken, theme.danger()), span(&format!(" {}{missing}   ", rule.words), theme.danger())]
        }
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

/// The rules of one field.
pub fn rules_of<const N: usize>(entry: &FormEntry, rules: [Rule; N]) -> Vec<(Rule, bool)> {
    rules.into_iter().map(|rule| (rule, entry.left)).collect()
}

/// What a point in time means that is written as a span or a date.
pub fn date_echo(app: &App, entry: &FormEntry, typed: &str, sheet: &mut Sheet) {
    let typed = typed.trim();
    if typed.is_empty() || entry.error.is_some() {
        return;
    }
    if let Ok(Some(at)) = when_or_never(typed, app.now.seconds()) {
        sheet.explain_under(&format!("{typed} = {}", at.millis().utc("%-d %b %Y %H:%M UTC")));
    }
}

/// What is odd about networks that were left, and sends all the same.
pub fn network_warning(app: &App, entry: &FormEntry, typed: &str, sheet: &mut Sheet) {
    if let Some(sentence) = address_for_network(typed).filter(|_| entry.left && entry.error.is_none()) {
        warn(app, &sentence, sheet);
    }
}

/// A warning under a field.
pub fn warn(app: &App, sentence: &str, sheet: &mut Sheet) {
    sheet.under_say(&format!("{} {sentence}", app.theme.glyphs.warning), app.theme.warning());
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
    for (entry, focused) in form.shown().filter(|(e, _)| !matches!(e.input, Control::Button(_))) {
        sheet.field(entry, focused);
        if entry.id == Id::Again {
            new_password_rules(app, form, sheet);
        }
    }
}

/// The rules of a new password that is typed twice, each neutral until its field was left.
pub fn new_password_rules(app: &App, form: &Form, sheet: &mut Sheet) {
    let text = |id| form.password(id).map_or("", |p| p.expose());
    let left = |id| form.entry(id).is_some_and(|entry| entry.left);
    let [length, same] = user_password_rules(text(Id::Password), text(Id::Again));
    rule_lines(&app.theme, &[(length, left(Id::Password)), (same, left(Id::Again))], sheet);
}

/// A label and a value in one line.
pub fn pair(label: &str, value: &str) -> Vec<Span<'static>> {
    vec![plain(&text::pad(label, 10, '…')), plain(value)]
}
