//! The entries of a form, and how they are made.

use std::borrow::Cow;

use crate::credential::Algorithm;
use crate::hub::Setting;
use crate::tui::form::field::{PasswordField, TextField};
use crate::tui::form::preset::Preset;

/// Identifies an entry of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    Account,
    PublicKey,
    Label,
    Name,
    Username,
    Password,
    Again,
    Old,
    Generate,
    Options,
    NotBefore,
    Expires,
    Networks,
    Note,
    Owner,
    Tags,
    Algorithm(Algorithm),
    Digest,
    Confirm,
    Filter,
    Jump,
    Another,
    Overlap,
    Role,
    Source,
    See,
    Setting(Setting),
    File,
    Format,
    Submit,
    Cancel,
    Revoke,
    Disable,
    Ok,
    GoTo,
    Noted,
    CopyLine,
}

/// The content of an entry.
#[derive(Debug)]
pub enum Control {
    /// A text field.
    Text(TextField),
    /// A password field.
    Password(PasswordField),
    /// A checkbox.
    Check(bool),
    /// A choice of one of several.
    Choice {
        /// The words of each.
        words: &'static [&'static str],
        /// Which one.
        chosen: usize,
    },
    /// A choice of common values, the last of which is typed.
    Preset(Preset),
    /// The heading of entries that are folded away.
    Fold {
        /// Whether they are shown.
        open: bool,
    },
    /// A button.
    Button(Cow<'static, str>),
}

/// A validation error: the field, and the sentence for it.
pub type Fault = (Id, String);

/// One entry of a form.
#[derive(Debug)]
pub struct FormEntry {
    /// Identifies the entry.
    pub id: Id,
    /// The words before it.
    pub label: &'static str,
    /// What it holds.
    pub input: Control,
    /// Lies under the fold.
    pub folded: bool,
    /// Shown only while this choice is made elsewhere in the form.
    pub only_if: Option<(Id, usize)>,
    /// Capitals become small letters as they are typed.
    pub lower_case: bool,
    /// The focus was on it and went on: from then on it says what is wrong with it.
    pub left: bool,
    /// The validation error, if any.
    pub error: Option<String>,
}

impl FormEntry {
    /// Whether it is filled in: neither a button nor the fold.
    pub fn is_field(&self) -> bool {
        !matches!(self.input, Control::Button(_) | Control::Fold { .. })
    }

    /// Whether letters go into it.
    pub fn takes_text(&self) -> bool {
        match &self.input {
            Control::Text(_) | Control::Password(_) => true,
            Control::Preset(preset) => preset.is_typed(),
            _ => false,
        }
    }
}

/// An entry for text.
pub fn text(id: Id, label: &'static str) -> FormEntry {
    entry(id, label, Control::Text(TextField::default()))
}

/// An entry for text that holds something already.
pub fn text_with(id: Id, label: &'static str, held: &str) -> FormEntry {
    entry(id, label, Control::Text(TextField::with(held)))
}

/// An entry for a password.
pub fn password(id: Id, label: &'static str) -> FormEntry {
    entry(id, label, Control::Password(PasswordField::default()))
}

/// A button.
pub fn button(id: Id, words: impl Into<Cow<'static, str>>) -> FormEntry {
    entry(id, "", Control::Button(words.into()))
}

/// Any entry.
pub fn entry(id: Id, label: &'static str, input: Control) -> FormEntry {
    FormEntry { id, label, input, folded: false, only_if: None, lower_case: false, left: false, error: None }
}

/// The entry under the fold.
pub fn folded(entry: FormEntry) -> FormEntry {
    FormEntry { folded: true, ..entry }
}

/// The entry, shown only while this choice is made in `id`.
pub fn only_if(id: Id, chosen: usize, entry: FormEntry) -> FormEntry {
    FormEntry { only_if: Some((id, chosen)), ..entry }
}

/// The entry in which capitals become small letters.
pub fn lower_case(entry: FormEntry) -> FormEntry {
    FormEntry { lower_case: true, ..entry }
}
