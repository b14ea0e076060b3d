//! Draws the one-time view: a page of its own, on which the secret stands alone on its line, so that a double click
//! selects it.

use ratatui::text::Span;

use crate::copy_as::CopyForm;
use crate::hub::CredentialRow;
use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::{CopyPart, Holder, Issue, OneTimeSecret};
use crate::tui::form::Form;
use crate::tui::layout;
use crate::tui::msg::CopyOutcome;
use crate::tui::view::paint::span;
use crate::tui::view::screens::details;
use crate::tui::view::sheet::Sheet;

/// Number of dots for a masked secret, the same for all, so that it reveals nothing.
const DOTS: usize = 12;

/// With fewer lines the gaps are left out, so that key, secret and buttons are visible together.
const ROOMY: usize = 20;

/// Lines of the view.
pub fn one_time_secret(app: &App, view: &OneTimeSecret, form: &Form, sheet: &mut Sheet) {
    let theme = &app.theme;
    let roomy = layout::sheet_rows(app.size) >= ROOMY;
    let gap = |sheet: &mut Sheet| {
        if roomy {
            sheet.gap()
        }
    };
    gap(sheet);
    match view.pages() {
        [_] => ready(app, view, sheet),
        _ => several(app, view, roomy, sheet),
    }
    gap(sheet);
    let [key, secret] = view.holder().labels();
    let letter =
        |letter: &str| vec![span(letter, theme.accent().patch(theme.strong())), span(" copies it", theme.muted())];
    sheet.spans(vec![span(&format!("  {key}"), theme.muted())]);
    sheet.at_end(match view.pages().len() {
        1 => letter("k"),
        all => {
            let [back, on] = if theme.glyphs.line == "─" { ["←", "→"] } else { ["<", ">"] };
            vec![span(&format!("{back} {} of {all} {on}", view.at() + 1), theme.muted())]
        }
    });
    sheet.spans(vec![span(&format!("  {}", view.holder().key()), theme.strong())]);
    gap(sheet);
    let head = vec![
        span(&format!("  {secret}"), theme.accent().patch(theme.strong())),
        span(", shown only now", theme.muted()),
    ];
    sheet.spans(head);
    sheet.at_end(letter("s"));
    band(app, view, roomy, sheet);
    gap(sheet);
    copied(app, view, roomy, sheet);
    gap(sheet);
    gap(sheet);
    sheet.buttons(form, |_| true);
}

/// What was made, and what limits it or still works.
fn ready(app: &App, view: &OneTimeSecret, sheet: &mut Sheet) {
    let theme = &app.theme;
    let (holder, issue) = (view.holder(), &view.page().issue);
    let name = holder.name();
    let (words, kind) = match (holder, issue) {
        (Holder::Credential(row), Issue::Created) => (format!("{name} is ready"), row.kind.title()),
        (Holder::Credential(row), Issue::Rotated { .. }) => (format!("{name} has a new secret"), row.kind.title()),
        (Holder::User(row), Issue::Created) => (format!("{name} is added"), row.role.title()),
        (Holder::User(row), Issue::Rotated { .. }) => (format!("{name} has a new password"), row.role.title()),
    };
    let room = sheet.width().saturating_sub(26);
    let words = text::fit_middle(&words, room, theme.glyphs.ellipsis);
    sheet.spans(vec![span(theme.glyphs.done, theme.success()), span(&format!(" {words}"), theme.strong())]);
    sheet.at_end(vec![span(kind, theme.muted())]);
    match holder {
        Holder::Credential(row) => limits(app, row, issue, sheet),
        Holder::User(row) => {
            let when = if matches!(issue, Issue::Created) { "first" } else { "next" };
            let line = format!("  hand it to {} yourself; it is changed at the {when} sign-in", row.name);
            sheet.spans(vec![span(&line, theme.muted())]);
        }
    }
}

/// What limits a new credential, or what still works of one that was rotated.
fn limits(app: &App, row: &CredentialRow, issue: &Issue, sheet: &mut Sheet) {
    let theme = &app.theme;
    let options = row.options.words(row.kind);
    match issue {
        Issue::Created => {
            let expires = match row.options.expires_at {
                Some(at) => at.millis().utc("expires %-d %b %Y"),
                None => "expires never".to_owned(),
            };
            let owner = format!("owner {}", options.owner);
            let tags = options.tags;
            let parts = [Some(expires), Some(owner).filter(|o| o != "owner none"), Some(tags).filter(|t| t != "none")];
            let line = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
            sheet.spans(vec![span(&format!("  {line}"), theme.muted())]);
        }
        Issue::Rotated { old_until, ended_early } => {
            let refused = details::refused_because(app, row);
            let old = match old_until {
                // An overlap is a week at most.
                Some(until) => {
                    let works = if refused.is_some() { "would work" } else { "works" };
                    format!("the old one {works} {}", until.millis().utc("until %-d %b %Y %H:%M UTC"))
                }
                None => "the old one stopped".to_owned(),
            };
            sheet.spans(vec![span(&format!("  {old}"), theme.muted())]);
            if let Some(why) = refused {
                sheet.warn(&format!("Its secrets are refused: {why}."));
            }
            ended_early.iter().for_each(|old| sheet.warn(&old.sentence("stopped")));
        }
    }
}

/// How many there are, and which of them were copied; the one that is shown is marked.
fn several(app: &App, view: &OneTimeSecret, roomy: bool, sheet: &mut Sheet) {
    let theme = &app.theme;
    let glyphs = theme.glyphs;
    let old = match view.page().issue {
        Issue::Rotated { old_until: Some(until), .. } => {
            until.millis().utc("the old ones work until %-d %b %Y %H:%M UTC")
        }
        _ => "the old ones stopped".to_owned(),
    };
    let words = format!(" {} new secrets, {old}", view.pages().len());
    sheet.spans(vec![span(glyphs.done, theme.success()), span(&words, theme.strong())]);
    if !roomy {
        return;
    }
    sheet.gap();
    let half = (sheet.width() - 4) / 2;
    // Three lines of two, with the one that is shown among them.
    let first = (view.at() / 6) * 6;
    let pages: Vec<_> = view.pages().iter().enumerate().skip(first).take(6).collect();
    let lines = pages.len().div_ceil(2);
    for i in 0..lines {
        let mut line = Vec::new();
        for (at, page) in [pages.get(i), pages.get(i + lines)].into_iter().flatten() {
            let here = if *at == view.at() { glyphs.here } else { " " };
            let mark =
                if page.saved { span(glyphs.done, theme.success()) } else { span(glyphs.disabled, theme.warning()) };
            let name = text::pad(page.holder.name(), half.saturating_sub(4), glyphs.ellipsis);
            let style = if *at == view.at() { theme.strong() } else { theme.text() };
            line.extend([span(here, theme.accent()), Span::raw(" "), mark, span(&format!(" {name}"), style)]);
        }
        sheet.spans(line);
    }
}

/// The secret, on the only filled band that the desk has.
fn band(app: &App, view: &OneTimeSecret, roomy: bool, sheet: &mut Sheet) {
    let theme = &app.theme;
    let width = sheet.width();
    let edge = |sheet: &mut Sheet| sheet.spans(vec![span(&theme.glyphs.heavy.repeat(width), theme.accent())]);
    let row = |words: &str| {
        let words = format!("  {words}");
        let rest = width.saturating_sub(text::width(&words));
        vec![span(&format!("{words}{}", " ".repeat(rest)), theme.secret())]
    };
    let dots = theme.glyphs.bullet.repeat(DOTS);
    let secret = if view.masked { &dots } else { view.text() };
    let lines: &[&str] = if roomy { &["", secret, ""] } else { &[secret] };
    if roomy {
        edge(sheet);
    }
    lines.iter().for_each(|line| sheet.spans(row(line)));
    if roomy {
        edge(sheet);
    }
}

fn copied(app: &App, view: &OneTimeSecret, roomy: bool, sheet: &mut Sheet) {
    let theme = &app.theme;
    let glyphs = theme.glyphs;
    match &view.copied {
        Some((what, outcome @ (CopyOutcome::Impossible(_) | CopyOutcome::SentInto { .. }))) => {
            sheet.warn(&outcome.sentence(&view.words(*what)));
        }
        Some((what, outcome)) => {
            let words = outcome.sentence(&view.words(*what));
            sheet.marked(glyphs.done, &words, theme.success(), theme.success_words());
            if roomy && *outcome != CopyOutcome::Copied {
                let first = if view.masked { "Press m to show it, then double-click" } else { "Double-click" };
                let lost = format!("Nothing arrived? {first} the {} to select it.", view.words(CopyPart::Secret));
                sheet.marked(" ", &lost, theme.text(), theme.muted());
            }
        }
        None if app.is_waiting() => sheet.tell("Copying ..."),
        None => match &app.no_clipboard {
            Some(why) => sheet.warn(why),
            None => {
                let all = view.pages().len();
                if all > 1 {
                    let copied = all - view.unsaved().count();
                    let how = match view.form() {
                        CopyForm::Lines => String::new(),
                        form => format!(" as {}", form.word()),
                    };
                    let words = format!(
                        "{copied} of {all} copied. c copies this one and turns the page, a copies all {all}{how}."
                    );
                    let (mark, style) =
                        if copied < all { (glyphs.disabled, theme.warning()) } else { (glyphs.done, theme.success()) };
                    return sheet.marked(mark, &words, style, style);
                }
                let line: Vec<Span<'static>> = vec![
                    span(glyphs.disabled, theme.warning()),
                    span(" Not copied yet. ", theme.warning().patch(theme.strong())),
                    span("c", theme.accent().patch(theme.strong())),
                    span(
                        if roomy { " copies both; then paste them where they belong." } else { " copies both." },
                        theme.warning(),
                    ),
                ];
                sheet.spans(line);
                if roomy {
                    let [_, secret] = view.holder().words();
                    let lost =
                        format!("Nobody can show the {secret} again. If it gets lost, {}.", view.holder().remedy());
                    sheet.marked(" ", &lost, theme.text(), theme.muted());
                }
            }
        },
    }
}
