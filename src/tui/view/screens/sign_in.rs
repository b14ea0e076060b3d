//! Draws set-up, sign-in and lock screen.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::text;
use crate::time;
use crate::tui::app::App;
use crate::tui::form::Control;
use crate::tui::layout;
use crate::tui::sign_in::{SignInKind, SignInMessage, SignInScreen};
use crate::tui::view::forms;
use crate::tui::view::paint::{Paint, span};
use crate::tui::view::sheet::Sheet;

/// Draws the screen.
pub fn draw(app: &App, sign_in: &SignInScreen, paint: &mut Paint<'_>, body: Rect) {
    let mut sheet = Sheet::new("", layout::sheet_columns(app.size), app.theme).paged();
    match sign_in.kind {
        SignInKind::SetUp => set_up(app, sign_in, &mut sheet, body),
        SignInKind::SignIn | SignInKind::Lock => name_and_password(app, sign_in, &mut sheet, body),
    }
    sheet.draw(paint, 0);
}

fn set_up(app: &App, sign_in: &SignInScreen, sheet: &mut Sheet, body: Rect) {
    sheet.gap();
    let roomy = body.height >= 18;
    if roomy {
        sheet.gap();
        sheet.tell(
            "Welcome. This desk is new: it needs the name of your account and its first Administrator. It takes a \
             minute, and is done once.",
        );
        sheet.gap();
        sheet.gap();
    }
    forms::new_password_fields(app, &sign_in.form, sheet);
    sheet.gap();
    sheet.buttons(&sign_in.form, |_| !app.is_waiting());
    sheet.gap();
    match message(app, sign_in) {
        Some(message) => say(sheet, message),
        None => places(app, sheet, roomy),
    }
}

/// Where things will be, as much as there is room for: the key is the one to keep a copy of.
fn places(app: &App, sheet: &mut Sheet, roomy: bool) {
    let key = &app.places.master_key;
    if !roomy {
        return sheet.explain(&format!("Master key: {key}"));
    }
    sheet.gap();
    sheet.explain(&format!("The master key will be written to {key}"));
    sheet.explain("Keep a copy of it elsewhere: without it nothing in this desk opens.");
    sheet.explain(&format!("The database is {}", app.places.database));
}

fn name_and_password(app: &App, sign_in: &SignInScreen, sheet: &mut Sheet, body: Rect) {
    let account = if app.account.is_empty() { "keydesk" } else { &app.account };
    for _ in 0..if body.height >= 18 { 5 } else { 1 } {
        sheet.gap();
    }
    sheet.say(account, app.theme.strong());
    sheet.gap();
    if !sign_in.locked_by.is_empty() {
        let name = text::pad("Name", 11, app.theme.glyphs.ellipsis);
        sheet.spans(vec![Span::raw("  "), span(&name, app.theme.muted()), span(&sign_in.locked_by, app.theme.text())]);
    }
    for (entry, focused) in sign_in.form.shown().filter(|(e, _)| !matches!(e.input, Control::Button(_))) {
        sheet.field(entry, focused);
    }
    sheet.gap();
    sheet.buttons(&sign_in.form, |_| !app.is_waiting());
    sheet.gap();
    sheet.gap();
    match message(app, sign_in) {
        Some(message) => say(sheet, message),
        None => sheet.explain(&greeting(app, sign_in)),
    }
}

/// A message under the form: what went wrong behind its mark.
fn say(sheet: &mut Sheet, (sentence, wrong): (String, bool)) {
    if wrong { sheet.wrong(&sentence) } else { sheet.tell(&sentence) }
}

/// The text under the form before the first try.
fn greeting(app: &App, sign_in: &SignInScreen) -> String {
    let locked = match sign_in.kind {
        SignInKind::Lock => "Locked. Your screen and your forms are kept; secrets were wiped.",
        SignInKind::SetUp | SignInKind::SignIn => "",
    };
    format!("{locked} {}", app.notice.as_deref().unwrap_or_default()).trim().to_owned()
}

/// What happened, and whether it is wrong.
fn message(app: &App, sign_in: &SignInScreen) -> Option<(String, bool)> {
    let bad = true;
    if app.is_waiting() {
        let doing = if sign_in.kind == SignInKind::SetUp { "Setting up ..." } else { "Checking ..." };
        return Some((doing.to_owned(), false));
    }
    Some(match sign_in.message.as_ref()? {
        SignInMessage::Sentence(sentence) => (sentence.clone(), bad),
        SignInMessage::Wrong(left, pause) => {
            let tries = if *left == 1 { "1 try".to_owned() } else { format!("{left} tries") };
            let (are, pause) = (if *left == 1 { "is" } else { "are" }, time::duration(*pause));
            (format!("Name or password is wrong. {tries} {are} left, then it waits {pause}."), bad)
        }
        SignInMessage::Locked(until) if *until > app.now => {
            let (clock, left) = (until.utc("%H:%M UTC"), time::duration(until.since(app.now)));
            (
                format!(
                    "Too many wrong passwords: this name is locked until {clock}, for {left}. Wait, or ask an Administrator."
                ),
                bad,
            )
        }
        SignInMessage::Locked(_) => ("The pause is over. Type your password.".to_owned(), false),
    })
}
