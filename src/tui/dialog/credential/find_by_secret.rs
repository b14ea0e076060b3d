//! Find by secret: whose is a secret that leaked?

use crate::hub::{FoundSecret, Remedy};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Form, Id, button, password};

impl Dialog {
    /// An empty field.
    pub fn find_by_secret() -> Self {
        let form =
            Form::new(vec![password(Id::Password, "Secret"), button(Id::Submit, "Find"), button(Id::Cancel, "Cancel")]);
        Self::with_form(form, DialogKind::FindBySecret { compared: 0 })
    }

    /// The answer, with the safe button focused.
    pub fn found_secret(found: FoundSecret) -> Self {
        let mut buttons = vec![button(Id::Cancel, "Close")];
        buttons.extend(match found.remedy() {
            Remedy::Rotate => Some(button(Id::Submit, "Rotate it now")),
            Remedy::StopOld => Some(button(Id::Submit, "Stop the old secret")),
            Remedy::Nothing => None,
        });
        Self::with_form(Form::new(buttons), DialogKind::FoundSecret(Box::new(found)))
    }
}
