//! A credential that was changed outside keydesk: it can be revoked, and nothing else.

use crate::hub::{CredentialRow, Tampering};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Form, Id, button};

/// The credential, and what is known of the change.
#[derive(Debug)]
pub struct Tampered {
    /// The row as it stands in the store.
    pub row: CredentialRow,
    /// `None` before it was read.
    pub known: Option<Tampering>,
}

impl Dialog {
    /// The sheet in place of edit, rotate and enable.
    pub fn tampered(row: CredentialRow) -> Self {
        let buttons =
            vec![button(Id::See, "Its entries"), button(Id::Revoke, "Revoke as it is"), button(Id::Cancel, "Close")];
        Self::with_form(Form::new(buttons), DialogKind::Tampered(Box::new(Tampered { row, known: None })))
    }
}
