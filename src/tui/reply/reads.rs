//! Replies to background reads.

use std::collections::BTreeMap;

use crate::hub::{
    CountPart, CredentialId, CredentialInfo, CredentialPage, HubError, NameInUse, Overview, OwnSignIn, Pulse,
    SecuritySettings, Tampering,
};
use crate::tui::act::DETAILS_AFTER;
use crate::tui::app::{App, PULSE, Workspace};
use crate::tui::dialog::{Dialog, DialogKind, Draft};
use crate::tui::layout;
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::screen::{Hits, Screen};
use crate::tui::toast::Toast;

/// The menu is read again after so long while verifiers count, and after so long while none is in sight.
const COUNTING: i64 = 10_000;
const NOT_COUNTING: i64 = 60_000;

impl App {
    pub(super) fn overview(&mut self, overview: Overview) {
        let now = self.now;
        if let Some(workspace) = &mut self.workspace {
            self.account.clone_from(&overview.account);
            if matches!(workspace.screen(), Some(Screen::Menu(_))) {
                let in_sight = overview.usage.as_ref().is_some_and(|usage| !usage.verifiers.is_empty());
                workspace.due.overview = Some(now.plus(if in_sight { COUNTING } else { NOT_COUNTING }));
            }
            workspace.overview = Some(overview);
        }
        self.menu_stays_in_range();
    }

    pub(super) fn security(&mut self, security: SecuritySettings) {
        if let Some(workspace) = &mut self.workspace {
            workspace.security = Some(security);
        }
    }

    pub(super) fn sign_ins(&mut self, rows: Vec<OwnSignIn>) {
        if let Some(workspace) = &mut self.workspace {
            workspace.sign_ins = Some(rows);
        }
    }

    pub(super) fn taken(&mut self, taken: NameInUse) {
        match self.dialog_mut() {
            Some(Dialog { form: Some(form), kind: DialogKind::Create(create), .. }) => {
                let Draft { name, username } = Draft::of(form);
                create.taken = Some((name, username, taken));
            }
            Some(Dialog { form: Some(form), kind: DialogKind::Edit(edit), .. }) => {
                edit.taken = edit.new_name(form).map(|(_, name)| (name, taken.name));
            }
            _ => {}
        }
    }

    pub(super) fn page(&mut self, page: CredentialPage) {
        let (now, size) = (self.now, self.size);
        let Some(workspace) = &mut self.workspace else { return };
        // The store changed while the page was on its way.
        let overtaken = workspace.change.is_some_and(|seen| page.change < seen);
        let Some(api) = workspace.api_mut() else { return };
        api.loaded = true;
        api.problem = None;
        api.search.awaited = false;
        api.awaited = false;
        let height = api.height(size);
        let before = api.list.selected().map(|row| row.id);
        let change = page.change;
        let more = api.list.take(page, height);
        let same = api.list.selected().map(|row| row.id) == before;
        if more || overtaken {
            workspace.due.list = Some(now);
        }
        if !same || workspace.due.details.is_none() {
            workspace.due.details = Some(now.plus(DETAILS_AFTER));
        }
        if layout::is_wide(size) {
            workspace.due.used_days = Some(now.plus(DETAILS_AFTER));
        }
        self.count_hits(change);
    }

    /// The rows that the filter finds are there: now they are counted in every section, behind every other read.
    fn count_hits(&mut self, change: i64) {
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some(api) = workspace.api_mut() else { return };
        let Some(query) = api.count_query() else {
            api.hits = None;
            return self.cancel(Slot::Hits);
        };
        let begins = match &mut api.hits {
            Some(hits) if hits.are_of(&query) => hits.begin_again(change),
            hits => {
                *hits = Some(Hits::new(query.clone(), change));
                true
            }
        };
        if begins {
            self.call(Slot::Hits, Call::CountFound(actor, query));
        }
    }

    /// A part was counted; the next one follows.
    pub(super) fn hits_counted(&mut self, part: &CountPart) {
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let next = workspace.api_mut().and_then(|api| api.hits.as_mut()).and_then(|hits| hits.take(part));
        if let Some(query) = next {
            self.call(Slot::Hits, Call::CountFound(actor, query));
        }
    }

    pub(super) fn used_days_read(&mut self, days: BTreeMap<CredentialId, Vec<i64>>) {
        if let Some(api) = self.workspace.as_mut().and_then(Workspace::api_mut) {
            api.used = days;
        }
    }

    pub(super) fn tampering_read(&mut self, known: Tampering) {
        if let Some(Dialog { kind: DialogKind::Tampered(sheet), .. }) = self.dialog_mut() {
            sheet.known = Some(known);
        }
    }

    pub(super) fn details(&mut self, details: CredentialInfo) {
        let Some(workspace) = &mut self.workspace else { return };
        workspace.refresh_open_edit(&details.row);
        let id = details.row.id;
        match workspace.dialog_mut().map(|dialog| &mut dialog.kind) {
            Some(DialogKind::Rotate(rotate)) if matches!(rotate.rows.as_slice(), [row] if row.id == id) => {
                rotate.live.clone_from(&details.secrets)
            }
            _ => {}
        }
        let Some(api) = workspace.api_mut() else { return };
        api.details = Some(details);
        if api.page.is_some() {
            self.ask_history(id);
        }
    }

    /// Reads again if the store changed.
    pub(super) fn pulse(&mut self, pulse: Pulse) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        workspace.due.pulse = Some(now.plus(PULSE));
        let recovered = std::mem::take(&mut workspace.store_unavailable);
        let seen = workspace.change.replace(pulse.change);
        let list_is_old = workspace.api().is_some_and(|api| api.loaded && api.list.change() != pulse.change);
        // The first pulse cannot tell whether somebody changed something since users or SSH keys were read.
        let may_be_old = seen.is_none() && matches!(workspace.screen(), Some(Screen::Users(_) | Screen::Account(_)));
        if recovered || list_is_old || may_be_old || seen.is_some_and(|seen| seen != pulse.change) {
            workspace.reload(now);
        }
        if recovered {
            self.dirty = true;
            self.toast = Some(Toast::done(now, "The store answers again."));
        }
    }

    pub(super) fn read_failed(&mut self, slot: Slot, why: HubError) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        if slot == Slot::Pulse {
            workspace.due.pulse = Some(now.plus(PULSE));
        }
        match (slot, workspace.api_mut()) {
            (Slot::Ticks, Some(api)) => drop(api.ticks.stop()),
            (Slot::Hits, Some(api)) => api.hits = None,
            _ => {}
        }
        if slot == Slot::Verify {
            workspace.stop_comparing();
        }
        match why {
            HubError::SessionOver(over) => self.end_session(&over.to_string()),
            // The row no longer exists for this user; the list will show that when it is read.
            HubError::NotFound(_) if slot == Slot::Details => {
                if let Some(api) = workspace.api_mut() {
                    api.details = None;
                }
            }
            HubError::PasswordMustChange => self.must_change_password(),
            HubError::Denied(denied) => {
                self.dirty = true;
                workspace.session.role = denied.role;
                if let Some(overview) = &mut workspace.overview {
                    overview.administrators = denied.administrators;
                }
            }
            why => {
                let gone = matches!(why, HubError::Unavailable(_));
                let sentence = why.to_string();
                if let Some(api) = workspace.api_mut().filter(|api| slot == Slot::List && !api.loaded) {
                    api.problem = Some(sentence.clone());
                }
                // Shown once: the same error every second would hide everything else.
                if !gone || !std::mem::replace(&mut workspace.store_unavailable, true) {
                    self.dirty = true;
                    self.toast = Some(Toast::error(sentence));
                }
                if slot != Slot::Pulse {
                    self.drop_type_ahead();
                }
            }
        }
    }
}
