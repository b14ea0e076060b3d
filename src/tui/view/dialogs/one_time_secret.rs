//! Draws the one-time view: key and secret alone on their lines, so that a double click selects them.

use ratatui::style::Style;

use crate::tui::app::App;
use crate::tui::dialog::{CopyPart, Issue, OneTimeSecret};
use crate::tui::form::Form;
use crate::tui::layout;
use crate::tui::msg::CopyOutcome;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::sheet::Sheet;

/// Number of dots for a masked secret, the same for all, so that it reveals nothing.
const DOTS: usize = 12;

/// With fewer lines the gaps are left out, so that key, secret and buttons are visible together.
const ROOMY: usize = 17;

/// Title of the view.
pub fn title(view: &OneTimeSecret) -> &'static str {
    match view.page().issue {
        Issue::Created => "Save these credentials now",
        Issue::Rotated { .. } if view.pages().len() > 1 => "Save the new secrets now",
        Issue::Rotated { .. } => "Save the new secret now",
    }
}

/// Lines of the view.
pub fn one_time_secret(app: &App, view: &OneTimeSecret, form: &Form, sheet: &mut Sheet) {
    let theme = &app.theme;
    let roomy = layout::dialog_rows(app.size) >= ROOMY;
    let gap = |sheet: &mut Sheet| {
        if roomy {
            sheet.gap()
        }
    };
    let (row, issue) = (view.row(), &view.page().issue);
    let [key, secret] = row.kind.api_labels();
    let dots = theme.glyphs.bullet.repeat(DOTS);
    let ended_early = match issue {
        Issue::Rotated { ended_early, .. } => ended_early.as_slice(),
        Issue::Created => &[],
    };
    // Lines about secrets that stopped need the space of this gap.
    if ended_early.is_empty() {
        gap(sheet);
    }
    sheet.spans(vec![span(&row.name, theme.strong()), plain(&format!("    {}{}", row.kind.title(), pages(view)))]);
    gap(sheet);
    sheet.tell(key);
    sheet.say(&row.key, theme.strong());
    gap(sheet);
    sheet.tell(secret);
    sheet.say(if view.masked { &dots } else { view.text() }, theme.strong());
    gap(sheet);
    sheet.tell(if roomy { warning(issue) } else { "This is the only time the secret is shown." });
    if let Issue::Rotated { old_until: Some(until), .. } = issue {
        // An overlap is a week at most: in a small window the year is left out.
        let until = until.millis().utc(if roomy { "%-d %b %Y %H:%M UTC" } else { "%-d %b %H:%M UTC" });
        sheet.tell(&format!("The old secret works until {until}."));
    }
    match (roomy, ended_early) {
        (_, []) => {}
        (false, _) => sheet.say("An older secret stopped before its time.", theme.warn()),
        (true, all) => all.iter().for_each(|old| sheet.say(&old.sentence("stopped"), theme.warn())),
    }
    gap(sheet);
    copied(app, view, roomy, sheet);
    gap(sheet);
    sheet.buttons(form, |_| true);
}

/// Which page it is, and how many were copied.
fn pages(view: &OneTimeSecret) -> String {
    match view.pages().len() {
        1 => String::new(),
        all => format!("    {} of {all}, {} copied", view.at() + 1, all - view.unsaved().count()),
    }
}

fn warning(issue: &Issue) -> &'static str {
    match issue {
        Issue::Created => {
            "This is the only time the secret is shown. If you lose it, you need a new one: rotate this key, or create another."
        }
        Issue::Rotated { .. } => "This is the only time the secret is shown. If you lose it, rotate the key again.",
    }
}

fn copied(app: &App, view: &OneTimeSecret, roomy: bool, sheet: &mut Sheet) {
    let theme = &app.theme;
    match &view.copied {
        Some((what, outcome @ (CopyOutcome::Impossible(_) | CopyOutcome::SentInto(_)))) => {
            let message = outcome.sentence(&view.words(*what));
            sheet.say(&format!("{} {message}", theme.glyphs.warning), theme.warn());
        }
        Some((what, outcome)) => {
            sheet.say(&format!("{} {}", theme.glyphs.met, outcome.sentence(&view.words(*what))), theme.good());
            if roomy && *outcome != CopyOutcome::Copied {
                let first = if view.masked { "Press m to show it, then double-click" } else { "Double-click" };
                sheet.tell(&format!("  Nothing arrived? {first} the {} to select it.", view.words(CopyPart::Secret)));
            }
        }
        None if app.is_waiting() => sheet.tell("Copying ..."),
        None => match &app.no_clipboard {
            Some(why) => sheet.say(&format!("{} {why}", theme.glyphs.warning), theme.warn()),
            None => sheet.say("Not copied yet. Press c to copy both.", Style::new()),
        },
    }
}
