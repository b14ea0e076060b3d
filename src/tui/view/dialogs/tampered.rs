//! The body of the sheet about a credential that was changed outside keydesk.

use crate::hub::Tampering;
use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::Tampered;
use crate::tui::relative_time;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::sheet::Sheet;

/// Columns of a label.
const LABEL: usize = 13;

/// Lines of the sheet.
pub fn tampered(app: &App, d: &Tampered, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell(
        "Somebody wrote into the database. Verifiers refuse this credential; it can no longer be edited, rotated or enabled.",
    );
    sheet.gap();
    let reading = || "Reading ...".to_owned();
    let told = |words: fn(&App, &Tampering) -> String| d.known.as_ref().map_or_else(reading, |known| words(app, known));
    for (label, words) in [
        ("Key", d.row.key.clone()),
        ("Found", told(found)),
        ("Changed", told(changed)),
        ("Last entry", told(last)),
        ("What to do", "revoke it and create another; its history is kept".to_owned()),
    ] {
        let room = sheet.width().saturating_sub(LABEL);
        let words = text::fit(&text::safe(&words), room, app.theme.glyphs.ellipsis);
        sheet.spans(vec![span(&format!("{label:<LABEL$}"), app.theme.muted()), plain(&words)]);
    }
}

/// When it was found, and when it was whole.
fn found(app: &App, known: &Tampering) -> String {
    let whole = format!("it was whole {}", relative_time::moment(app.now, known.whole_at));
    match known.found_at {
        Some(at) => format!("{} UTC; {whole}", relative_time::moment(app.now, at)),
        None => format!("now, by its tag; {whole} UTC"),
    }
}

/// What differs from the activity log.
fn changed(_: &App, known: &Tampering) -> String {
    match known.changed.is_empty() {
        true => "something that the activity log does not tell".to_owned(),
        false => known.changed.join(", "),
    }
}

/// The last entry about a change of it.
fn last(app: &App, known: &Tampering) -> String {
    match &known.last {
        None => "none".to_owned(),
        Some(entry) => {
            let who = entry.who.as_deref().unwrap_or(app.theme.glyphs.nobody);
            format!("{}, {}, {who} {}", entry.no, relative_time::moment(app.now, entry.at), entry.did)
        }
    }
}
