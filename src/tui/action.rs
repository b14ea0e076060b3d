//! What a key asks for, whatever key it is.

use crate::credential::Kind;

use super::field::Edit;

/// One thing that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Action {
    Help,
    Back,
    Lock,
    Repaint,
    Suspend,
    Quit,
    Up,
    Down,
    First,
    Last,
    PageUp,
    PageDown,
    Open,
    LookAt,
    NextTab,
    PreviousTab,
    Section(Kind),
    Create,
    EditKeys,
    Rotate,
    StopOld,
    Find,
    DisableEnable,
    Revoke,
    Tick,
    TickShown,
    CopyKey,
    CopySample,
    NextLanguage,
    PreviousLanguage,
    Order,
    ShowRevoked,
    Filter,
    NextField,
    PreviousField,
    Advance,
    Choose,
    ChooseBack,
    ShowPassword,
    CopyBoth,
    CopySecret,
    Mask,
    Edit(Edit),
}
