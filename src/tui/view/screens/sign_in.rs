//! Draws set-up, sign-in and lock screen.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::app::App;
use crate::tui::form::Control;
use crate::tui::sign_in::{SignInKind, SignInMessage, SignInScreen};
use crate::tui::view::forms;
use crate::tui::view::paint::{Paint, plain, wrap};
use crate::tui::view::sheet::Sheet;
use crate::{text, time};

/// Columns of the box.
const WIDTH: u16 = 52;

/// Draws the screen.
pub fn draw(app: &App, sign_in: &SignInScreen, paint: &mut Paint<'_>, body: Rect) {
    match sign_in.kind {
        SignInKind::SetUp => set_up(app, sign_in, paint, body),
        SignInKind::SignIn | SignInKind::Lock => name_and_password(app, sign_in, paint, body),
    }
}

fn set_up(app: &App, sign_in: &SignInScreen, paint: &mut Paint<'_>, body: Rect) {
    let mut sheet = Sheet::new("Set up", WIDTH, app.theme).labels(11);
    sheet.gap();
    forms::new_password_fields(app, &sign_in.form, &mut sheet);
    sheet.gap();
    sheet.buttons(&sign_in.form, |_| !app.is_waiting());
    let height = sheet.len() as u16 + 2;
    // With little room the words around the box go first, then the box scrolls.
    let words = body.height >= height + 8;
    let top = if words { 3 } else { 0 };
    if words {
        let welcome = "Welcome. This desk is new: make its account and the first Administrator. \
                       It takes a minute, and is done once.";
        say(paint, body, 0, welcome, Style::new());
    }
    let area = Rect { y: body.y + top, height: body.height.saturating_sub(top).min(height), ..body };
    sheet.draw(paint, area, 0);
    let under = top + height + 1;
    match message(app, sign_in) {
        Some((message, style)) => {
            say(paint, body, under.min(body.height.saturating_sub(3)), &message, style);
        }
        None => places(app, paint, body, under),
    }
}

/// Where things will be, as much as there is room for: the key is the one to keep a copy of.
fn places(app: &App, paint: &mut Paint<'_>, body: Rect, from: u16) {
    let key = &app.places.master_key;
    if body.height < from + 3 {
        say(paint, body, from, &format!("Master key: {key}"), Style::new());
        return;
    }
    let sentence = format!(
        "The master key is written to {key} - keep a copy of it elsewhere: without it nothing in this desk works."
    );
    let lines = say(paint, body, from, &sentence, Style::new());
    say(paint, body, from + lines + 1, &format!("The database is {}", app.places.database), Style::new());
}

fn name_and_password(app: &App, sign_in: &SignInScreen, paint: &mut Paint<'_>, body: Rect) {
    let account = if app.account.is_empty() { "keydesk" } else { &app.account };
    let mut sheet = Sheet::new(account, WIDTH, app.theme).labels(11);
    sheet.gap();
    if !sign_in.locked_by.is_empty() {
        sheet.spans(vec![plain(&text::pad("Name", 11, app.theme.glyphs.ellipsis)), plain(&sign_in.locked_by)]);
    }
    for (entry, focused) in sign_in.form.shown().filter(|(e, _)| !matches!(e.input, Control::Button(_))) {
        sheet.field(entry, focused);
    }
    sheet.gap();
    sheet.buttons(&sign_in.form, |_| !app.is_waiting());
    let height = (sheet.len() as u16 + 2).min(body.height);
    sheet.draw(paint, Rect { height, ..body }, 0);
    let (sentence, style) = message(app, sign_in).unwrap_or_else(|| (greeting(app, sign_in), Style::new()));
    say(paint, body, height + 1, &sentence, style);
}

/// The text under the form before the first try.
fn greeting(app: &App, sign_in: &SignInScreen) -> String {
    let locked = match sign_in.kind {
        SignInKind::Lock => "Locked. Your screen and your forms are kept; secrets were wiped.",
        SignInKind::SetUp | SignInKind::SignIn => "",
    };
    format!("{locked} {}", app.notice.as_deref().unwrap_or_default()).trim().to_owned()
}

fn message(app: &App, sign_in: &SignInScreen) -> Option<(String, Style)> {
    let bad = app.theme.bad();
    if app.is_waiting() {
        let doing = if sign_in.kind == SignInKind::SetUp { "Setting up ..." } else { "Checking ..." };
        return Some((doing.to_owned(), app.theme.strong()));
    }
    Some(match sign_in.message.as_ref()? {
        SignInMessage::Sentence(sentence) => (sentence.clone(), bad),
        SignInMessage::Wrong(left, pause) => {
            let tries = if *left == 1 { "1 try".to_owned() } else { format!("{left} tries") };
            let are = if *left == 1 { "is" } else { "are" };
            let pause = time::duration(*pause);
            (
                format!(
                    "{} Name or password is wrong. {tries} {are} left, then it waits {pause}.",
                    app.theme.glyphs.over
                ),
                bad,
            )
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
        SignInMessage::Locked(_) => ("The pause is over. Type your password.".to_owned(), Style::new()),
    })
}

/// Draws a sentence as wide as the box, from a line of the body on; returns the number of its lines.
fn say(paint: &mut Paint<'_>, body: Rect, from: u16, sentence: &str, style: Style) -> u16 {
    let columns = WIDTH - 2;
    let x = body.x + body.width.saturating_sub(columns) / 2;
    let lines = wrap(sentence, usize::from(columns));
    for (y, line) in (from..body.height).zip(&lines) {
        let line = text::fit(line, usize::from(columns), paint.theme.glyphs.ellipsis);
        paint.text_in(x, body.y + y, columns, &line, style);
    }
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}
