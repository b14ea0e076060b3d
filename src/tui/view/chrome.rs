//! The first two lines and the last two: where one is, who one is, what happened, which keys there are.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::account::UserState;
use crate::text;

use super::super::action::Action;
use super::super::app::App;
use super::super::dialog::{Dialog, Doing, Question};
use super::super::door::Kind;
use super::super::keys::{self, Binding, Scope};
use super::super::layout::SMALLEST;
use super::super::pending::Slot;
use super::super::screen::{Screen, Tab};
use super::super::toast::{Severity, Toast};
use super::paint::{Paint, plain, span, wrap};

/// What is shown in a window that is too small.
pub fn too_small(paint: &mut Paint<'_>) {
    let area = paint.area();
    let (columns, rows) = SMALLEST;
    let said = format!(
        "This window is {} x {}. Please make it at least {columns} x {rows}. Nothing is lost. Your form is kept.",
        area.width, area.height
    );
    paint.text(0, 0, "keydesk", Style::new());
    for (y, line) in (2..area.height).zip(wrap(&said, usize::from(area.width))) {
        paint.text(0, y, &line, Style::new());
    }
}

/// Where one is and who one is.
pub fn header(app: &App, paint: &mut Paint<'_>) {
    let area = paint.area();
    let theme = app.theme;
    let who = match (&app.door, &app.room) {
        (None, Some(room)) => {
            format!("{} {} {}", room.session.actor.user, theme.glyphs.dot, room.session.role)
        }
        (Some(door), Some(room)) if door.kind == Kind::Lock => format!("locked by {}", room.session.actor.user),
        _ => "not signed in".to_owned(),
    };
    let who = text::fit(&who, 30, theme.glyphs.ellipsis);
    let room = usize::from(area.width).saturating_sub(14 + text::width(&who));
    let path = text::fit(&path(app), room, theme.glyphs.ellipsis);
    let line = Line::from(vec![Span::raw(" "), span("keydesk", theme.accent()), Span::raw("   "), plain(&path)]);
    paint.line(0, 0, area.width, &line);
    paint.right(0, &Line::from(plain(&who)));
    paint.rule(0, 1, area.width, theme.glyphs.horizontal, Style::new());
}

fn path(app: &App) -> String {
    let arrow = format!(" {} ", app.theme.glyphs.arrow);
    let mut steps: Vec<&str> = match (&app.door, &app.room) {
        (Some(door), _) => vec![match door.kind {
            Kind::SetUp => "Set-up",
            Kind::SignIn => "Sign in",
            Kind::Lock => "Locked",
        }],
        (None, Some(room)) => room.screen().map(|s| s.path().to_vec()).unwrap_or_default(),
        (None, None) => vec![],
    };
    let dialog = app.room.as_ref().filter(|_| app.door.is_none()).and_then(|r| r.dialogs.last());
    if let Some(Dialog::Create(_)) = dialog {
        steps.push("Create new key");
    }
    steps.join(&arrow)
}

/// What happened, and which keys there are.
pub fn footer(app: &App, paint: &mut Paint<'_>) {
    let area = paint.area();
    let y = area.height.saturating_sub(2);
    match &app.toast {
        Some(toast) => draw_toast(toast, app, paint, y),
        None => paint.text(1, y, &super::list::status(app), Style::new()),
    }
    hints(app, paint, area.height.saturating_sub(1));
}

/// Long sentences grow upwards over the screen: what went wrong matters more than what it covers.
fn draw_toast(toast: &Toast, app: &App, paint: &mut Paint<'_>, last: u16) {
    let width = paint.area().width;
    let style = match toast.severity {
        Severity::Done => app.theme.good(),
        Severity::Note => app.theme.warn(),
        Severity::Error => app.theme.bad(),
    };
    let word = toast.severity.word();
    let end = if toast.severity == Severity::Error { " (press a key)" } else { "" };
    let lines = wrap(&format!("{word}: {}{end}", toast.text), usize::from(width).saturating_sub(2));
    let count = u16::try_from(lines.len()).unwrap_or(1);
    for (i, line) in (0u16..).zip(&lines) {
        let y = last.saturating_sub(count - 1 - i);
        paint.text_in(0, y, width, &" ".repeat(usize::from(width)), Style::reset());
        let (head, rest) = if i == 0 { line.split_at(word.len() + 1) } else { ("", line.as_str()) };
        let spans = vec![span(head, style.patch(app.theme.strong())), plain(rest)];
        paint.line(1, y, width.saturating_sub(1), &Line::from(spans));
    }
}

/// The keys that work here, as many as fit; `? help` always.
fn hints(app: &App, paint: &mut Paint<'_>, y: u16) {
    let chain = app.scopes();
    let help = if chain.first() == Some(&Scope::Text) { "F1 help" } else { "? help" };
    let help = if app.help.is_some() { "" } else { help };
    let room = usize::from(paint.area().width).saturating_sub(text::width(help) + 3);
    let mut rows = hinted(app, &chain);
    // Within a scope, what the role may not comes last, all of it in one pair of brackets.
    rows.sort_by_key(|b| (chain.iter().position(|s| *s == b.scope), grey(app, b)));
    let mut shown: Vec<(String, bool)> = Vec::new();
    let mut used = 1;
    for binding in rows {
        let (words, grey) = (hint(app, binding), grey(app, binding));
        let opens = grey && !shown.last().is_some_and(|(_, grey)| *grey);
        let width = text::width(&words) + 2 + if opens { 2 } else { 0 };
        if used + width <= room + 2 {
            used += width;
            shown.push((words, grey));
        }
    }
    let line = bracketed(app, &shown);
    paint.line(0, y, paint.area().width, &Line::from(line));
    paint.right(y, &Line::from(plain(help)));
}

/// Hints with two blanks between, and brackets around those that cannot be used.
fn bracketed(app: &App, shown: &[(String, bool)]) -> Vec<Span<'static>> {
    let mut line = vec![Span::raw(" ")];
    for (i, (words, grey)) in shown.iter().enumerate() {
        let before = i > 0 && shown[i - 1].1;
        let after = shown.get(i + 1).is_some_and(|(_, grey)| *grey);
        let open = if *grey && !before { "(" } else { "" };
        let close = if *grey && !after { ")" } else { "" };
        let style = if *grey { app.theme.grey() } else { Style::new() };
        line.push(Span::raw(if i > 0 { "  " } else { "" }));
        line.push(span(&format!("{open}{words}{close}"), style));
    }
    line
}

/// The rows of the table that the hint line tells of here.
pub(in super::super) fn hinted(app: &App, chain: &[Scope]) -> Vec<&'static Binding> {
    let on_menu = matches!(app.room.as_ref().and_then(|r| r.screen()), Some(Screen::Menu(_)));
    let dialog = app.room.as_ref().is_some_and(|r| !r.dialogs.is_empty());
    let at_door = app.door.is_some();
    let form = app.room.as_ref().and_then(|r| r.dialogs.last()).and_then(Dialog::form);
    let one_of_several = at_door || form.is_none_or(|f| f.shown().count() > 1);
    let has_row = app.room.as_ref().and_then(|r| r.api()).is_some_and(|api| api.list.selected().is_some());
    let is_final = app.all_final();
    let nothing_to_look_at = app.room.as_ref().is_none_or(|r| r.to_look_at().is_empty());
    let works = |b: &&&Binding| match b.action {
        // From the menu there is no step back, and at the door nothing to go back to.
        Action::Back => app.help.is_some() || (!at_door && (dialog || !on_menu)),
        // In a dialog it works too, but there is more to say.
        Action::Lock => !at_door && !dialog && app.help.is_none(),
        Action::LookAt => !nothing_to_look_at,
        // The trail's rows are told in full as it is.
        Action::ByKey | Action::Open if b.scope == Scope::Activity => shows_refused(app),
        // One search at a time.
        Action::Advance if b.scope == Scope::Form => !app.pending.has(Slot::Find),
        // One button has no other to move to.
        Action::NextField => one_of_several,
        Action::EditKeys | Action::Open | Action::Rotate | Action::DisableEnable | Action::Revoke | Action::CopyKey
            if b.scope == Scope::List =>
        {
            // Nothing can be done to a key that is revoked: help says why.
            has_row && !(changes_a_key(b) && is_final)
        }
        _ => true,
    };
    let mut seen: Vec<Action> = Vec::new();
    let mut rows = Vec::new();
    for binding in keys::reachable(chain).iter().filter(|b| !b.hint.is_empty()).filter(works) {
        if !seen.contains(&binding.action) {
            seen.push(binding.action);
            rows.push(*binding);
        }
    }
    rows
}

fn grey(app: &App, binding: &Binding) -> bool {
    let room = app.room.as_ref().filter(|_| app.door.is_none());
    room.is_some_and(|r| binding.right.is_some_and(|right| !r.may(right)))
}

/// Whether a key of the list changes the selected key, or the ticked ones.
pub(in super::super) fn changes_a_key(binding: &Binding) -> bool {
    let changes = [Action::EditKeys, Action::Rotate, Action::DisableEnable, Action::Revoke, Action::StopOld];
    binding.scope == Scope::List && changes.contains(&binding.action)
}

fn hint(app: &App, binding: &Binding) -> String {
    let keys = app.theme.keys(&binding.keys_in_hint());
    format!("{keys} {}", hint_word(app, binding))
}

/// The word of the table, or a nearer one where the place knows it.
fn hint_word(app: &App, binding: &Binding) -> &'static str {
    let door = app.door.as_ref().map(|d| d.kind);
    let dialog = app.room.as_ref().and_then(|r| r.dialogs.last());
    let menu = app.room.as_ref().is_some_and(|r| r.screens.len() == 2);
    match (binding.scope, binding.action, door, dialog) {
        (Scope::Door, Action::Advance, Some(Kind::SetUp), _) => "next or set up",
        (Scope::Door, Action::Advance, Some(Kind::SignIn), _) => "next or sign in",
        (Scope::Door, Action::Advance, Some(Kind::Lock), _) => "unlock",
        (Scope::Form, Action::Advance, None, Some(dialog)) if dialog.form().is_some_and(|f| f.sends_on_enter()) => {
            sent_by_enter(dialog)
        }
        (Scope::Form, Action::Advance, None, Some(_)) => "next",
        (Scope::Password, _, None, Some(d)) if d.form().is_some_and(|f| f.shows_passwords()) => "hide",
        (Scope::Buttons | Scope::Form, Action::Back, None, Some(Dialog::Find(_))) if app.pending.has(Slot::Find) => {
            "stop"
        }
        (Scope::Buttons, Action::Back, None, Some(Dialog::Ask(d))) if d.question == Question::Lines => "stay here",
        (Scope::Buttons, Action::Back, None, Some(Dialog::Ask(_))) => "keep open",
        (Scope::Buttons | Scope::Form, Action::Back, None, Some(Dialog::Password(d))) if d.forced => "sign out",
        (
            Scope::Buttons,
            Action::Back,
            None,
            Some(
                Dialog::Create(_)
                | Dialog::Edit(_)
                | Dialog::Find(_)
                | Dialog::NewPassword(_)
                | Dialog::Password(_)
                | Dialog::Person(_)
                | Dialog::Again(_)
                | Dialog::Export(_)
                | Dialog::Narrow(_)
                | Dialog::Settings(_),
            ),
        ) => "cancel",
        (Scope::Everywhere, Action::Back, None, None)
            if app.room.as_ref().and_then(|r| r.api()).is_some_and(|a| a.tab == Tab::Api && a.search.shown()) =>
        {
            "clear filter"
        }
        (Scope::Activity, Action::RefusedRequests, None, None) if shows_refused(app) => "trail",
        (Scope::Everywhere, Action::Back, None, None) if menu => "menu",
        (Scope::People, Action::DisableEnable, None, None) if selected_is_disabled(app) => "enable",
        (Scope::List, Action::DisableEnable, None, None) => {
            let api = app.room.as_ref().and_then(|r| r.api());
            let off = |rows: Vec<crate::hub::CredentialRow>| {
                !rows.is_empty() && rows.iter().all(|r| r.state == crate::credential::State::Disabled)
            };
            if api.is_some_and(|api| off(api.targets())) { "enable" } else { binding.hint }
        }
        _ => binding.hint,
    }
}

fn shows_refused(app: &App) -> bool {
    app.room.as_ref().is_some_and(|room| room.refused().is_some())
}

/// What Enter does in the last field of a form.
fn sent_by_enter(dialog: &Dialog) -> &'static str {
    match dialog {
        Dialog::Password(_) => "change",
        Dialog::Edit(_) => "save",
        Dialog::NewPassword(_) => "set it",
        Dialog::Find(_) => "find",
        Dialog::Again(_) => "go on",
        Dialog::Narrow(_) => "show",
        Dialog::Settings(_) => "set",
        Dialog::Export(_) => "export",
        Dialog::Person(d) if matches!(d.doing, Doing::Add) => "add",
        Dialog::Person(_) => "set",
        _ => "create",
    }
}

fn selected_is_disabled(app: &App) -> bool {
    match app.room.as_ref().and_then(|r| r.screen()) {
        Some(Screen::People(people)) => people.selected().is_some_and(|row| row.state == UserState::Disabled),
        _ => false,
    }
}
