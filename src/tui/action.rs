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
    Rotate,
    DisableEnable,
    Revoke,
    Tick,
    TickShown,
    CopyKey,
    SetRole,
    SetPassword,
    Unlock,
    Filter,
    ByWho,
    NextClass,
    Verify,
    LockTime,
    Export,
    Order,
    ShowRevoked,
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
