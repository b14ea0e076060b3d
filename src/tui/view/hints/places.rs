//! What is hinted on the list, on the page about one of its credentials, and on the menu.

use crate::tui::app::App;
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::layout;
use crate::tui::screen::{Api, Details, MenuFocus, Screen, Tab};
use crate::tui::view::hints::{changes_a_key, ticked};

/// Whether a key of the list, or of the page about one of its credentials, does something here that is worth a hint.
pub(super) fn works_on_list(app: &App, binding: &Binding) -> bool {
    let Some(api) = app.workspace.as_ref().and_then(|workspace| workspace.api()) else { return false };
    match binding.action {
        Action::TickAll => ticked(app).is_some(),
        // On the page about one credential only what is about it.
        Action::Create | Action::Filter | Action::Export => on_page(app).is_none(),
        Action::OpenLog => on_page(app).is_some(),
        Action::StopOld => {
            on_page(app).is_some() && api.details_now().is_some_and(|read| read.old_secret(app.now).is_some())
        }
        Action::Open if binding.scope == Scope::Details => {
            on_page(app).is_some() && api.history_entry(layout::details_fit(app.size)).is_some()
        }
        // Nothing can be done to a key that is revoked: help says why.
        Action::EditKeys
        | Action::Open
        | Action::Rotate
        | Action::DisableEnable
        | Action::Revoke
        | Action::CopyKey
        | Action::CopyAs => api.list.selected().is_some() && !(changes_a_key(binding) && app.all_revoked()),
        _ => true,
    }
}

/// Whether a key that is about a selected entry or user has one: where nothing matches a filter, nothing is selected.
pub(super) fn has_its_row(app: &App, binding: &Binding) -> bool {
    let Some(workspace) = app.workspace.as_ref() else { return true };
    match (binding.scope, binding.action) {
        (Scope::Users, Action::Create | Action::Filter) => true,
        (Scope::Users, _) => {
            matches!(workspace.screen(), Some(Screen::Users(users)) if users.selected().is_some())
        }
        (Scope::Trail | Scope::Activity, Action::Open) => match workspace.refused() {
            Some(refused) => refused.list.selected().is_some(),
            None => workspace.trail().is_some_and(|list| list.selected().is_some()),
        },
        _ => true,
    }
}

/// The page about one credential, if it is open.
fn on_page(app: &App) -> Option<(&Api, &Details)> {
    let api = app.workspace.as_ref().filter(|workspace| workspace.dialogs.is_empty())?.api()?;
    Some((api, api.page.as_ref().filter(|_| matches!(api.tab, Tab::Api))?))
}

/// Where tab leads on the menu.
pub(super) fn leads_from_menu(app: &App) -> MenuFocus {
    match app.workspace.as_ref().and_then(|workspace| workspace.screen()) {
        Some(Screen::Menu(menu)) => menu.next(app.menu_parts(), true),
        _ => MenuFocus::Rows,
    }
}

/// Whether the rows of the menu have the focus.
pub(super) fn on_rows(app: &App) -> bool {
    let screen = app.workspace.as_ref().and_then(|workspace| workspace.screen());
    matches!(screen, Some(Screen::Menu(menu)) if menu.focus == MenuFocus::Rows)
}

/// Whether the focus on the menu is on a line of "To look at".
pub(super) fn attention_focused(app: &App) -> bool {
    matches!(app.workspace.as_ref().and_then(|r| r.screen()), Some(Screen::Menu(menu)) if menu.attention().is_some())
}
