//! Draws a sheet to choose from: each line has the letter that takes it.

use ratatui::text::Span;

use crate::copy_as::{CopyForm, PLACEHOLDER};
use crate::credential::Kind;
use crate::text;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{DialogKind, Pick};
use crate::tui::keymap::{Action, Scope};
use crate::tui::view::paint::{plain, span};
use crate::tui::view::sheet::Sheet;

/// Columns of the word before its outline.
const WORD: usize = 14;

/// What can be chosen, each with its letter.
pub fn pick(app: &App, d: &Pick, sheet: &mut Sheet) {
    sheet.gap();
    let forms = matches!(d.scope, Scope::CopyAs);
    for (i, row) in d.rows().enumerate() {
        let key = span(&row.keys_in_hint(), app.theme.accent().patch(app.theme.strong()));
        let mut line = vec![key, plain(&format!("  {}", row.words))];
        if let Action::CopyIn(form) = row.action {
            line = vec![line.remove(0), plain(&format!("  {}", text::pad(row.words, WORD, app.theme.glyphs.ellipsis)))];
            line.push(outline(app, form, sheet.width().saturating_sub(WORD + 3)));
        }
        sheet.row(line, i == d.selected);
    }
    sheet.gap();
    if forms {
        about_forms(app, sheet);
        sheet.gap();
    }
}

/// The kind of what is copied, and whether its secret is there.
fn subject(app: &App) -> (Option<Kind>, bool) {
    let view = app.workspace.as_ref().and_then(|workspace| {
        workspace.dialogs.iter().find_map(|dialog| match &dialog.kind {
            DialogKind::OneTimeSecret(view) => view.credential(),
            _ => None,
        })
    });
    match view {
        Some(row) => (Some(row.kind), true),
        None => {
            let api = app.workspace.as_ref().and_then(Workspace::api);
            (api.and_then(|api| api.targets().next()).map(|row| row.kind), false)
        }
    }
}

/// What the form looks like, with what is left out of it.
fn outline(app: &App, form: CopyForm, room: usize) -> Span<'static> {
    let cut = app.theme.glyphs.ellipsis;
    let (kind, secret) = subject(app);
    let [key, word] = kind.map_or(["key", "secret"], |kind| [kind.key_word(), kind.secret_word()]);
    let site = app.workspace.as_ref().map(Workspace::site).unwrap_or_default();
    let words = match (form, kind.unwrap_or(Kind::Basic)) {
        (CopyForm::Lines, _) => format!("{key}, then {word}"),
        (CopyForm::Env, _) => format!("KEYDESK_API_KEY={cut}  KEYDESK_API_SECRET={cut}"),
        (CopyForm::Json, _) => format!("{{\"key\":{cut},\"secret\":{cut},\"name\":{cut}}}"),
        (CopyForm::Curl, Kind::Basic) => format!("curl -sS -u \"$KEY:$SECRET\" {}/{cut}", site.base()),
        (CopyForm::Curl, Kind::Hmac) if secret => "a signed example, good for 5 minutes".to_owned(),
        (CopyForm::Curl, Kind::Hmac) => "openssl signs, curl sends".to_owned(),
        (CopyForm::Curl, Kind::Legacy) => "asks the SOAP API for checkUser".to_owned(),
        (CopyForm::Header, Kind::Basic) => format!("Authorization: Basic {cut}"),
        (CopyForm::Header, Kind::Hmac) if secret => "Date, Digest and Authorization, good for 5 minutes".to_owned(),
        (CopyForm::Header, Kind::Hmac) => "the command that signs and prints them".to_owned(),
        (CopyForm::Header, Kind::Legacy) => format!("<authentication>{cut} of SOAP: it has no header"),
    };
    span(&text::fit(&words, room, cut), app.theme.muted())
}

fn about_forms(app: &App, sheet: &mut Sheet) {
    let (kind, secret) = subject(app);
    if !secret {
        return sheet.explain(&format!("The secret is not here: {PLACEHOLDER} holds its place."));
    }
    match kind {
        Some(kind) if kind.signs() => sheet.explain("The secret is in neither u nor h: they are signed with it now."),
        _ => sheet.explain("The secret is in each of them."),
    }
}
