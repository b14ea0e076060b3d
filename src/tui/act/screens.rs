//! Actions on screens.

use std::collections::BTreeMap;

use crate::account::Right;
use crate::config::Appearance;
use crate::credential::{Kind, State};
use crate::hub::{AttentionItem, CredentialRow, Group, RefusedDeed, RefusedKey};
use crate::tui::act::scroll;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Confirmation, Dialog};
use crate::tui::keymap::Action;
use crate::tui::msg::{Call, Effect};
use crate::tui::pending::Slot;
use crate::tui::screen::{
    ACCOUNT, AccountRow, Api, Docs, MENU, MenuFocus, MenuRow, RowSelection, SETTINGS, Screen, Search, SettingsRow,
    Topic,
};
use crate::tui::toast::Toast;

impl App {
    pub(super) fn act_on_screen(&mut self, action: Action) {
        if self.filter_handles(action) || self.log_filter_handles(action) || self.user_filter_handles(action) {
            return;
        }
        if action == Action::Back {
            if self.details_handle(action) {
                return;
            }
            return self.back();
        }
        let most = self.scroll_limit(action);
        let Some(workspace) = &mut self.workspace else { return };
        let changes = workspace.last_changes().len();
        match workspace.screen_mut() {
            Some(Screen::Menu(_)) => self.act_on_menu(action),
            Some(Screen::Settings(rows)) => match action {
                Action::Open if rows.selected >= SETTINGS.len() => self.open_change(),
                Action::Open => self.open_setting(),
                // The last changes follow the last row of the settings.
                action => rows.act(action, SETTINGS.len() + changes),
            },
            Some(Screen::Account(rows)) => match action {
                Action::Open => self.open_account(),
                Action::SshKeys => self.open_own_ssh_keys(),
                action => rows.act(action, ACCOUNT.len()),
            },
            Some(Screen::Docs(_)) => self.act_on_docs(action),
            Some(Screen::Users(_)) => self.act_on_users(action),
            Some(Screen::Page(Topic::Security, _)) => self.act_on_security(action),
            Some(Screen::Page(Topic::SignIns, at)) => scroll(at, action, most),
            Some(Screen::Trail(_)) => self.act_on_trail(action),
            Some(Screen::Api(_)) => self.act_on_api(action),
            None => {}
        }
    }

    fn act_on_menu(&mut self, action: Action) {
        let (items, parts) = (self.attention(), self.menu_parts());
        let Some(Screen::Menu(menu)) = self.workspace.as_mut().and_then(Workspace::screen_mut) else { return };
        match (action, menu.focus) {
            (Action::NextTab, _) => menu.focus = menu.next(parts, true),
            (Action::PreviousTab, _) => menu.focus = menu.next(parts, false),
            (Action::HideLine, MenuFocus::Attention(_)) => self.hide_attention_line(),
            (Action::Open, MenuFocus::Rows) => self.open_menu_row(),
            (Action::Open, MenuFocus::Attention(i)) => {
                if let Some(attention) = items.get(i).cloned() {
                    self.open_attention_item(attention);
                }
            }
            (Action::Open, MenuFocus::Changes(_)) => self.open_change(),
            (Action::Open, MenuFocus::MostUsed(i)) => self.open_most_used(i),
            (action, _) => menu.act(action, parts),
        }
    }

    /// All about the selected one of the last changes.
    fn open_change(&mut self) {
        if let Some(row) = self.workspace.as_ref().and_then(Workspace::selected_change).cloned() {
            self.push(Dialog::trail_entry(row, true));
        }
    }

    /// Leads to one of the credentials that are used most.
    fn open_most_used(&mut self, i: usize) {
        let Some(workspace) = &self.workspace else { return };
        let usage = workspace.overview.as_ref().and_then(|overview| overview.usage.as_ref());
        if let Some(used) = usage.and_then(|usage| usage.most_used.get(i)) {
            let call = Call::Details(workspace.actor(), used.id);
            self.call(Slot::GoTo, call);
        }
    }

    fn open_menu_row(&mut self) {
        let Some(Screen::Menu(menu)) = self.workspace.as_ref().and_then(Workspace::screen) else { return };
        match MENU[menu.rows.selected.min(MENU.len() - 1)].0 {
            MenuRow::Settings => self.open(Screen::Settings(RowSelection::default())),
            MenuRow::Account => self.open(Screen::Account(RowSelection::default())),
            MenuRow::Documentation => self.open(Screen::Docs(Docs::new(Kind::Basic))),
            MenuRow::Lock => self.lock_now(),
            MenuRow::SignOut => self.sign_out(),
            MenuRow::Quit => self.quit(),
        }
    }

    fn open_setting(&mut self) {
        let Some(workspace) = &self.workspace else { return };
        let Some(Screen::Settings(rows)) = workspace.screen() else { return };
        let (row, _, right) = SETTINGS[rows.selected.min(SETTINGS.len() - 1)];
        if !workspace.may(right) {
            return self.refuse(right);
        }
        match row {
            SettingsRow::Api => self.open_api(Kind::Basic, None, ""),
            SettingsRow::Users => self.open(Screen::Users(Box::default())),
            SettingsRow::Activity => self.open(Screen::Trail(Box::default())),
            SettingsRow::Security => {
                self.open(Screen::Page(Topic::Security, 0));
                self.read_security();
            }
        }
    }

    fn open_account(&mut self) {
        let Some(workspace) = &mut self.workspace else { return };
        let Some(Screen::Account(rows)) = workspace.screen() else { return };
        match ACCOUNT[rows.selected.min(ACCOUNT.len() - 1)].0 {
            AccountRow::ChangePassword if !workspace.session.has_password => {
                let message = "You have no password: you sign in by SSH key. An Administrator can set one.";
                self.toast = Some(Toast::note(self.now, message));
            }
            AccountRow::ChangePassword => {
                workspace.dialogs.push(Dialog::own_password(false));
            }
            AccountRow::SshKeys => self.open_own_ssh_keys(),
            AccountRow::Colours => self.next_colours(),
            AccountRow::Glyphs => self.next_glyphs(),
            AccountRow::Lines => self.ask(Confirmation::Lines),
            AccountRow::SignIns => {
                let actor = workspace.actor();
                self.open(Screen::Page(Topic::SignIns, 0));
                self.call(Slot::SignIns, Call::SignIns(actor));
            }
        }
    }

    /// Opens API Settings narrowed to what `filter` says, at one row if there is one to show.
    pub(in crate::tui) fn open_api(&mut self, kind: Kind, row: Option<&CredentialRow>, filter: &str) {
        let mut api = Api::new(kind);
        let fits = self.workspace.as_ref().is_some_and(|workspace| workspace.section_fits(kind));
        if !filter.is_empty() {
            api.search = Search::of(filter, self.now);
        }
        if let Some(row) = row {
            api.list.seek_in(row, fits);
            api.revoked = row.state == State::Revoked;
        }
        self.open(Screen::Api(Box::new(api)));
        let Some(workspace) = &mut self.workspace else { return };
        if !workspace.may(Right::SeeCredentials) {
            // The page itself says why; the refusal is in the trail like any other.
            let actor = workspace.actor();
            workspace.due.list = None;
            self.call(Slot::Refused, Call::Refused(actor, RefusedDeed::of(Right::SeeCredentials)));
        }
    }

    fn open_attention_item(&mut self, attention: AttentionItem) {
        let filter = attention.filter().unwrap_or_default();
        match attention {
            AttentionItem::Tampered(group) | AttentionItem::Unused(group) | AttentionItem::NeverUsed(group) => {
                self.open_group(&group, &filter);
            }
            AttentionItem::Lost(lost) => self.open_api(lost.row.kind, Some(&lost.row), ""),
            AttentionItem::Expiring(_, row) => self.open_api(row.kind, Some(&row), &filter),
            AttentionItem::ExpiredCalled(keys) | AttentionItem::RefusedMore(keys) => {
                self.open_refused_keys(&keys, &filter);
            }
            AttentionItem::Unasked => self.open(Screen::Docs(Docs::of_gateways())),
            AttentionItem::OneAdministrator(..) | AttentionItem::Locked(_) | AttentionItem::UsersTampered(_) => {
                self.open(Screen::Users(Box::default()));
            }
            AttentionItem::Store(notice) => self.toast = Some(Toast::error(notice.sentence())),
            AttentionItem::WentBack | AttentionItem::Altered(_) => self.open(Screen::Trail(Box::default())),
            AttentionItem::SettingTampered => {
                self.open(Screen::Page(Topic::Security, 0));
                self.read_security();
            }
        }
    }

    /// Opens the first section that has some of a group.
    fn open_group(&mut self, group: &Group, filter: &str) {
        if let Some(kind) = group.kind() {
            self.open_api(kind, None, filter);
        }
    }

    /// Opens the first of some credentials whose requests are refused, among all that are refused as often.
    fn open_refused_keys(&mut self, keys: &[RefusedKey], filter: &str) {
        let Some(first) = keys.first() else { return };
        self.open_api(first.row.kind, Some(&first.row), filter);
    }

    /// Hides the selected line of "Needs attention" until its number grows.
    fn hide_attention_line(&mut self) {
        let now = self.now;
        let items = self.attention();
        let Some(workspace) = &mut self.workspace else { return };
        let Some(Screen::Menu(menu)) = workspace.screen_mut() else { return };
        let Some(item) = menu.attention().and_then(|i| items.get(i)) else { return };
        let Some((name, n)) = item.hiding() else {
            self.toast = Some(Toast::note(now, "This line stays until what it tells of is put right."));
            return;
        };
        let user = workspace.session.actor.user.to_string();
        let lines = self.hidden_lines.entry(user.clone()).or_default();
        lines.insert(name.to_owned(), n);
        let hidden = BTreeMap::from([(user, lines.clone())]);
        self.toast = Some(Toast::done(now, "Hidden until its number grows."));
        self.menu_stays_in_range();
        if self.remembers {
            self.out.push(Effect::RememberQuietly(Appearance { hidden, ..Appearance::default() }));
        }
    }
}
