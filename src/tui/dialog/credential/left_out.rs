//! What a change of several leaves out of what was chosen.

use crate::hub::CredentialRow;
use crate::tui::dialog::Dialog;

/// Credentials that were chosen and are left out, and why in a word.
#[derive(Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Their names.
    pub names: Vec<String>,
    /// What they are.
    pub why: &'static str,
}

/// Takes the rows out of which this is said, and tells which they are.
pub fn leave_out(
    rows: &mut Vec<CredentialRow>,
    why: &'static str,
    is: impl Fn(&CredentialRow) -> bool,
) -> Option<LeftOut> {
    let names: Vec<String> = rows.iter().filter(|row| is(row)).map(|row| row.name.clone()).collect();
    rows.retain(|row| !is(row));
    (!names.is_empty()).then_some(LeftOut { names, why })
}

impl Dialog {
    /// Says in its sheet what is left out.
    pub fn without(self, left_out: Vec<LeftOut>) -> Self {
        Self { left_out, ..self }
    }
}
