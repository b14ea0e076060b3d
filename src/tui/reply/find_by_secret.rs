//! Replies to find by secret, and the history of one credential.

use crate::account::Right;
use crate::credential::State;
use crate::hub::{CredentialId, FoundSecret, TrailQuery, TrailRow};
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::screen::History;
use crate::tui::screen::paged_list::WINDOW;

/// Most rows of a history: the Activity tab has them all.
const HISTORY: u32 = 50;

impl App {
    pub(super) fn secret_searched(&mut self, found: Option<FoundSecret>) {
        if let Some(found) = found {
            return self.found(found);
        }
        if let Some(Dialog { problem, kind: DialogKind::FindBySecret { .. }, .. }) = self.dialog_mut() {
            *problem = Some("No credential has or had this secret. Check that it was copied whole.".to_owned());
        }
    }

    /// Selects the credential in the list, and shows the answer above it.
    fn found(&mut self, found: FoundSecret) {
        let (now, row) = (self.now, &found.row);
        let Some(workspace) = &mut self.workspace else { return };
        workspace.dialogs.retain(|dialog| !matches!(dialog.kind, DialogKind::FindBySecret { .. }));
        if let Some(api) = workspace.api_mut() {
            if api.kind != row.kind {
                api.go_to(row.kind);
            }
            api.revoked |= row.state == State::Revoked;
            api.search.clear();
        }
        let fits = workspace.section_fits(row.kind);
        if let Some(api) = workspace.api_mut() {
            api.list.seek_in(row, fits);
        }
        workspace.read_list(now);
        workspace.dialogs.push(Dialog::found_secret(found));
    }

    /// Asks for the newest rows of the trail about a credential, if the role may read them.
    pub(super) fn ask_history(&mut self, id: CredentialId) {
        let Some(workspace) = self.workspace.as_mut().filter(|workspace| workspace.may(Right::ReadTrail)) else {
            return;
        };
        // What is shown of the same credential stays until it is read again.
        if let Some(api) = workspace.api_mut()
            && api.history.as_ref().is_none_or(|history| history.of != id)
        {
            api.history = Some(History { of: id, rows: None });
        }
        let query = TrailQuery { credential: Some(id), limit: HISTORY, ..TrailQuery::default() };
        let call = Call::Trail(workspace.actor(), query);
        self.call(Slot::History, call);
    }

    pub(super) fn history(&mut self, rows: Vec<TrailRow>) {
        let api = self.workspace.as_mut().and_then(Workspace::api_mut);
        if let Some(history) = api.and_then(|api| api.history.as_mut()) {
            history.rows = Some(rows);
        }
    }
}

impl Workspace {
    /// Whether a section fits into the window, as far as is known.
    pub(in crate::tui) fn section_fits(&self, kind: crate::credential::Kind) -> bool {
        let counts = self.overview.as_ref().and_then(|o| o.credentials.as_ref()).map(|c| c.counts);
        counts.is_some_and(|c| c.of_kind(kind) < i64::from(WINDOW))
    }
}
