//! The list of refused requests, of all credentials or of one.

use crate::hub::{CredentialId, RefusalCursor, RefusedRequest, RefusedRequestQuery};
use crate::tui::screen::keyset_list::{HasCursor, KeysetList, PAGE};

impl HasCursor for RefusedRequest {
    type Cursor = RefusalCursor;

    fn cursor(&self) -> RefusalCursor {
        Self::place(self)
    }
}

/// A page of them.
#[derive(Debug, Default)]
pub struct RefusedList {
    /// Only those of this credential; its name is for the status line.
    pub only: Option<(CredentialId, String)>,
    /// The rows.
    pub list: KeysetList<RefusedRequest>,
}

impl RefusedList {
    /// The query for the rows of this page.
    pub fn query(&self) -> RefusedRequestQuery {
        let of = self.only.as_ref().map(|(id, _)| *id);
        RefusedRequestQuery { of, before: self.list.before().cloned(), limit: PAGE }
    }

    /// Only those of the selected row's credential, or all again.
    pub fn toggle_only(&mut self) {
        let selected = self.list.selected().map(|row| (CredentialId(row.refusal.credential), row.name.clone()));
        self.only = if self.only.is_none() { selected } else { None };
        self.list.reset();
    }
}
