//! The hint line: the last line, with the keys that work now, in the keymap's words or more specific ones.

mod places;

use std::borrow::Cow;

use ratatui::text::{Line, Span};

use crate::account::UserState;
use crate::credential::State;
use crate::hub::CredentialRow;
use crate::text::{self, grouped};
use crate::tui::app::App;
use crate::tui::dialog::{Confirmation, Dialog, DialogKind, OneTimeSecret, Target, UserAction, counted};
use crate::tui::form::Form;
use crate::tui::keymap::{self, Action, Binding, Scope};
use crate::tui::layout;
use crate::tui::pending::Slot;
use crate::tui::screen::{MenuFocus, Screen, Topic};
use crate::tui::sign_in::SignInKind;
use crate::tui::view;
use crate::tui::view::hints::places::{attention_focused, has_its_row, leads_from_menu, on_rows, works_on_list};
use crate::tui::view::paint::{Paint, span};
use crate::tui::view::screens::api;

/// The keys that work here, as many as fit; `? help` always. What the role may not do is not hinted.
pub fn line(app: &App, paint: &mut Paint<'_>, y: u16) {
    if let Some(seconds) = app.seconds_to_lock() {
        return countdown(app, seconds, paint, y);
    }
    let chain = app.scopes();
    let theme = app.theme;
    let room = usize::from(paint.area().width).saturating_sub(help(app, paint, y) + 2);
    let mut rows = hinted(app, &chain);
    rows.retain(|binding| !grey(app, binding));
    rows.sort_by_key(|b| chain.iter().position(|s| *s == b.scope));
    let ticked = ticked(app);
    if ticked.is_some() {
        rows.retain(|binding| TICKED.contains(&binding.action));
        rows.sort_by_key(|binding| TICKED.iter().position(|action| *action == binding.action));
    }
    let mut line = vec![Span::raw(" ")];
    let mut used = 1;
    if let Some(words) = ticked {
        used += text::width(&words) + 2;
        line.push(span(&format!("{words}  "), theme.text()));
    }
    for binding in rows {
        let keys = theme.keys(&binding.keys_in_hint());
        let word = hint_word(app, binding);
        let width = text::width(&keys) + 1 + text::width(&word);
        if used + width > room {
            break;
        }
        used += width + 2;
        let style = match binding.action {
            Action::Revoke => theme.danger(),
            _ => theme.accent(),
        };
        line.push(span(&keys, style.patch(theme.strong())));
        line.push(span(&format!(" {word}  "), theme.muted()));
    }
    if let Some(terms) = terms(&chain).filter(|terms| used + 2 + text::width(terms) <= room) {
        line.push(span(&format!(" {terms}"), theme.muted()));
    }
    paint.line(0, y, paint.area().width, &Line::from(line));
    help(app, paint, y);
}

/// What the keys of the list are about, if not the selected row: `6 ticked:`.
fn ticked(app: &App) -> Option<String> {
    let on_list = app.help.is_none() && app.sign_in.is_none() && app.dialog().is_none();
    let api = app.workspace.as_ref().filter(|_| on_list).and_then(|r| r.api())?;
    // Beside a wide list nothing else tells it.
    let elsewhere = layout::is_wide(app.size) && api.ticks_are_elsewhere();
    let elsewhere = if elsewhere { ", none shown here" } else { "" };
    api.acts_on_ticks().then(|| format!("{} ticked{elsewhere}:", api.ticks.len()))
}

/// What can be done with the ticked rows, in the order of the line.
const TICKED: [Action; 8] = [
    Action::DisableEnable,
    Action::Rotate,
    Action::EditKeys,
    Action::Revoke,
    Action::TickAll,
    Action::Back,
    Action::CopyKey,
    Action::Export,
];

/// The terms of the filter that is typed, where the line has room for them.
fn terms(chain: &[Scope]) -> Option<&'static str> {
    match chain {
        chain if chain.contains(&Scope::LogFilter) => Some("who: did: key: from: since: until:"),
        chain if chain.contains(&Scope::UserFilter) => Some("role: state:"),
        _ => None,
    }
}

/// The last seconds before the screen locks, in place of the hints.
pub fn countdown(app: &App, seconds: i64, paint: &mut Paint<'_>, y: u16) {
    let theme = app.theme;
    let words = format!("{} Locks in {seconds} s. Any key keeps you signed in.", theme.glyphs.warning);
    paint.text(1, y, &words, theme.warning());
    help(app, paint, y);
}

/// The key of the help at the end of the line; how many columns it takes. None in the help itself.
pub fn help(app: &App, paint: &mut Paint<'_>, y: u16) -> usize {
    if app.help.is_some() {
        return 0;
    }
    let typing = app.scopes().first() == Some(&Scope::Text);
    let key = if typing { "F1" } else { "?" };
    let words = if terms(&app.scopes()).is_some() { " terms" } else { " help" };
    let line =
        Line::from(vec![span(key, app.theme.accent().patch(app.theme.strong())), span(words, app.theme.muted())]);
    paint.right(y, &line);
    line.width() + 1
}

/// The rows of the table that the hint line shows here.
pub(in crate::tui) fn hinted(app: &App, chain: &[Scope]) -> Vec<&'static Binding> {
    let on_menu = matches!(app.workspace.as_ref().and_then(|r| r.screen()), Some(Screen::Menu(_)));
    let dialog = app.workspace.as_ref().is_some_and(|r| !r.dialogs.is_empty());
    let at_sign_in = app.sign_in.is_some();
    let form = app.dialog().and_then(|d| d.form.as_ref());
    let one_of_several = at_sign_in || form.is_none_or(|f| f.shown().count() > 1);
    let has_pages =
        matches!(app.dialog().map(|d| &d.kind), Some(DialogKind::OneTimeSecret(view)) if view.pages().len() > 1);
    let works = |b: &&&Binding| match b.action {
        // There is no step back from the menu, and none from the sign-in screen.
        Action::Back => app.help.is_some() || (!at_sign_in && (dialog || !on_menu)),
        // It works in a dialog too, but other hints matter more there.
        Action::Lock => !at_sign_in && !dialog && app.help.is_none(),
        Action::Send if asks_first(app) => false,
        // The sign-in has two fields: enter is enough.
        Action::Send => app.sign_in.as_ref().is_none_or(|d| matches!(d.kind, SignInKind::SetUp)),
        Action::NextTab if b.scope == Scope::Menu => leads_from_menu(app) != MenuFocus::Rows || !on_rows(app),
        Action::HideLine => attention_focused(app),
        _ if matches!(b.scope, Scope::List | Scope::Details) => works_on_list(app, b),
        // A page that fits does not scroll.
        Action::Up => !only_read(app) || view::overflow(app) > 0,
        Action::ByKey if b.scope == Scope::Activity => shows_refused(app),
        // One search at a time.
        Action::Advance if b.scope == Scope::Form => !app.pending.has(Slot::Find),
        // One button has no other to move to.
        Action::NextField => one_of_several,
        Action::Go | Action::CopyKey if b.scope == Scope::Jump => leads_somewhere(app, b),
        // Pages to turn are there only after a rotation of several.
        Action::NextPage | Action::CopyAll => has_pages,
        Action::Revoke | Action::CopyKey if b.scope == Scope::SshKeys => selects_ssh_key(app),
        Action::CopyAs if b.scope == Scope::Secret => !shows_password(app),
        _ => true,
    };
    let mut seen: Vec<Action> = Vec::new();
    let mut rows = Vec::new();
    for binding in keymap::reachable(chain).iter().filter(|b| !b.hint.is_empty() && has_its_row(app, b)).filter(works) {
        if !seen.contains(&binding.action) {
            seen.push(binding.action);
            rows.push(*binding);
        }
    }
    rows
}

/// Whether a key of the palette does something: there is nowhere to go where nothing matches, and only a credential has a
/// key to copy.
fn leads_somewhere(app: &App, binding: &Binding) -> bool {
    let Some(DialogKind::Jump(jump)) = app.dialog().map(|dialog| &dialog.kind) else { return false };
    match (binding.action, jump.chosen()) {
        (_, None) => false,
        (Action::CopyKey, Some(target)) => matches!(target, Target::Credential(_)),
        (_, Some(_)) => true,
    }
}

/// Whether the list of SSH keys has one to act on.
fn selects_ssh_key(app: &App) -> bool {
    let kind = app.dialog().map(|dialog| &dialog.kind);
    matches!(kind, Some(DialogKind::SshKeys(keys)) if keys.content.row().is_some())
}

fn grey(app: &App, binding: &Binding) -> bool {
    let workspace = app.workspace.as_ref().filter(|_| app.sign_in.is_none());
    let keys = binding.changes_ssh_keys();
    workspace.is_some_and(|r| binding.right.is_some_and(|right| !r.may(right)) || (keys && !r.manages_ssh_keys()))
}

/// Whether a key of the list changes the selected key, or the ticked ones.
pub(in crate::tui) fn changes_a_key(binding: &Binding) -> bool {
    let changes = [Action::EditKeys, Action::Rotate, Action::DisableEnable, Action::Revoke, Action::StopOld];
    binding.scope == Scope::List && changes.contains(&binding.action)
}

/// The word of the table, or a more specific one for this place.
fn hint_word(app: &App, binding: &Binding) -> Cow<'static, str> {
    let sign_in = app.sign_in.as_ref().map(|d| d.kind);
    let dialog = app.dialog();
    let form = dialog.and_then(|d| d.form.as_ref());
    let kind = dialog.map(|d| &d.kind);
    let menu = app.workspace.as_ref().is_some_and(|r| r.screens.len() == 2);
    let counted = match binding.action {
        Action::TickAll => all_that_is_found(app),
        _ => dialog.filter(|_| !asks_first(app)).and_then(|dialog| word_with_count(dialog, binding)),
    };
    if let Some(words) = counted {
        return words.into();
    }
    Cow::Borrowed(match (binding.scope, binding.action, sign_in, kind) {
        (Scope::SignIn, Action::Advance, Some(SignInKind::SetUp), _) => "next, at the end set up",
        (Scope::SignIn, Action::Advance, Some(SignInKind::SignIn), _) => "next, at the end sign in",
        (Scope::SignIn, Action::Send, Some(SignInKind::SetUp), _) => "set up",
        (Scope::SignIn, Action::Advance, Some(SignInKind::Lock), _) => "unlock",
        (Scope::Form, Action::Advance, None, Some(_)) if asks_first(app) => "to the button",
        (Scope::Form, Action::Advance, None, Some(kind)) if form.is_some_and(Form::sends_on_enter) => {
            word_for_enter(kind)
        }
        (Scope::Form, Action::Advance, None, Some(_)) => "next",
        (Scope::Form, Action::Send, None, Some(kind)) => word_for_enter(kind),
        (Scope::Rows, Action::Up, ..) if only_read(app) => "scroll",
        (Scope::Fold, Action::Toggle, None, Some(_)) if form.is_some_and(Form::unfolded) => "close",
        (Scope::Menu, Action::NextTab, None, None) => match leads_from_menu(app) {
            MenuFocus::Rows => "to the menu",
            MenuFocus::Attention(_) => binding.hint,
            MenuFocus::Changes(_) => "last changes",
            MenuFocus::MostUsed(_) => "most used",
        },
        (Scope::Docs, action, None, None) if shows_gateways(app) => word_for_gateways(action, binding.hint),
        (Scope::Secret, action, None, Some(DialogKind::OneTimeSecret(view))) => {
            word_for_secret(view, action, binding.hint)
        }
        (Scope::Password, _, None, Some(_)) if form.is_some_and(Form::shows_passwords) => "hide",
        (Scope::Buttons | Scope::Form, Action::Back, None, Some(kind)) => word_for_back(app, binding, kind),
        (Scope::Everywhere, Action::Back, None, None) if ticked(app).is_some() => "untick",
        (Scope::Everywhere, Action::Back, None, None) if is_filtered(app) => "clear filter",
        (Scope::Activity, Action::RefusedRequests, None, None) if shows_refused(app) => "activity log",
        (Scope::Everywhere, Action::Back, None, None) if menu => "menu",
        (Scope::Users, Action::DisableEnable, None, None) if selected_is_disabled(app) => "enable",
        (Scope::Pick, Action::Pick, None, Some(DialogKind::Pick(pick))) if matches!(pick.scope, Scope::CopyAs) => {
            "copy"
        }
        (Scope::List, Action::CopyKey, None, None) if ticked(app).is_some() => "copy keys",
        (Scope::List, Action::DisableEnable, None, None) if all_disabled(app) => "enable",
        _ => binding.hint,
    })
}

/// Whether what would send the dialog leads to its button first.
fn asks_first(app: &App) -> bool {
    app.dialog().is_some_and(|dialog| dialog.asks_first(app.now))
}

/// `all 18`, as far as it is known how many there are.
fn all_that_is_found(app: &App) -> Option<String> {
    let api = app.workspace.as_ref()?.api()?;
    if api.all_ticked(api::total(app, api)?) {
        return Some("untick".to_owned());
    }
    Some(format!("all {}", grouped(api::total(app, api)?)))
}

/// What Enter does to several: `save 6`.
fn word_with_count(dialog: &Dialog, binding: &Binding) -> Option<String> {
    let form = dialog.form.as_ref()?;
    let sends = match binding.action {
        Action::Advance => form.sends_on_enter() && !form.on_button(),
        Action::Send => true,
        _ => false,
    };
    let (verb, rows) = match (&dialog.kind, binding.scope) {
        (DialogKind::Edit(edit), Scope::Form) => ("save", edit.rows.len()),
        (DialogKind::Rotate(rotate), Scope::Form) => ("make", rotate.rows.len()),
        (DialogKind::ChangeState(change), Scope::Confirm) if change.confirmed(form) => ("revoke", change.rows.len()),
        _ => return None,
    };
    sends.then(|| counted(verb, rows))
}

/// What Esc does in a dialog with a form.
fn word_for_back(app: &App, binding: &Binding, kind: &DialogKind) -> &'static str {
    match kind {
        DialogKind::FindBySecret { .. } if app.pending.has(Slot::Find) => "stop",
        DialogKind::Confirm(Confirmation::Lines) if binding.scope == Scope::Buttons => "stay here",
        DialogKind::Confirm(_) if binding.scope == Scope::Buttons => "keep open",
        DialogKind::OwnPassword { forced: true, .. } => "sign out",
        DialogKind::OneTimeSecret(_) | DialogKind::FoundSecret(_) | DialogKind::StopOldSecret(_) => binding.hint,
        _ if binding.scope == Scope::Buttons => "cancel",
        _ => binding.hint,
    }
}

/// Whether the place is only read, with nothing to select.
fn only_read(app: &App) -> bool {
    let workspace = app.workspace.as_ref();
    let bare = workspace.filter(|r| r.dialogs.is_empty());
    let page = matches!(bare.and_then(|r| r.screen()), Some(Screen::Page(Topic::SignIns, _)));
    app.help.is_some() || page || bare.is_some_and(|r| r.docs_of().is_some())
}

fn shows_gateways(app: &App) -> bool {
    app.workspace.as_ref().and_then(|r| r.docs_of()).is_some_and(|(docs, _)| docs.gateways)
}

fn word_for_gateways(action: Action, usual: &'static str) -> &'static str {
    match action {
        Action::NextLanguage => "gateway",
        Action::CopySample => "copy file",
        Action::Gateways => "samples",
        _ => usual,
    }
}

/// The word for a key of the one-time view: Legacy has username and password, and a masked secret can be shown.
fn word_for_secret(view: &OneTimeSecret, action: Action, usual: &'static str) -> &'static str {
    let [key, secret] = view.holder().words();
    match action {
        Action::CopyBoth if view.pages().len() > 1 => "copy, next",
        Action::CopySecret => secret,
        Action::CopyKey => key,
        Action::Mask if view.masked => "show",
        _ => usual,
    }
}

/// Whether the one-time view shows the password of a user.
fn shows_password(app: &App) -> bool {
    matches!(
        app.dialog().map(|dialog| &dialog.kind),
        Some(DialogKind::OneTimeSecret(view)) if view.credential().is_none()
    )
}

fn is_filtered(app: &App) -> bool {
    match app.workspace.as_ref().and_then(|r| r.screen()) {
        Some(Screen::Api(api)) => api.on_list() && api.search.shown(),
        Some(Screen::Users(users)) => users.search.shown(),
        _ => false,
    }
}

/// Whether everything that `d` would change is disabled.
fn all_disabled(app: &App) -> bool {
    let api = app.workspace.as_ref().and_then(|r| r.api());
    api.is_some_and(|api| {
        api.targets().next().is_some() && api.targets().all(|row: &CredentialRow| row.state == State::Disabled)
    })
}

fn shows_refused(app: &App) -> bool {
    app.workspace.as_ref().is_some_and(|workspace| workspace.refused().is_some())
}

/// What Enter does in the last field of a form.
fn word_for_enter(kind: &DialogKind) -> &'static str {
    match kind {
        DialogKind::OwnPassword { .. } => "change",
        DialogKind::Rotate(_) => "make",
        DialogKind::Edit(_) => "save",
        DialogKind::NewPassword(_) => "set it",
        DialogKind::FindBySecret { .. } => "find",
        DialogKind::Reauthenticate => "go on",
        DialogKind::Setting(_) => "set",
        DialogKind::Export(_) => "export",
        DialogKind::User(action) if matches!(**action, UserAction::Add) => "add",
        DialogKind::User(action) if matches!(**action, UserAction::Note(_)) => "save",
        DialogKind::AddSshKey(_) => "add",
        DialogKind::User(_) => "set",
        DialogKind::TrailCheck(_) => "compare",
        _ => "create",
    }
}

fn selected_is_disabled(app: &App) -> bool {
    match app.workspace.as_ref().and_then(|r| r.screen()) {
        Some(Screen::Users(users)) => users.selected().is_some_and(|row| row.state == UserState::Disabled),
        _ => false,
    }
}
