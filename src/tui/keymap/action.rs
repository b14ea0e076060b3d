//! Actions: what a key asks for, whichever key it is.

use crate::credential::Kind;
use crate::tui::form::field::Edit;

/// One thing that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
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
    ToAttention,
    NextCredential,
    PreviousCredential,
    /// A part of the page about a credential, counted from 0.
    Part(usize),
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
    Gateways,
    NextLanguage,
    PreviousLanguage,
    SetRole,
    SetPassword,
    Unlock,
    ByWho,
    RefusedRequests,
    ByKey,
    NextClass,
    Verify,
    LockTime,
    ApiAddress,
    VerifierPolicy,
    Export,
    Order,
    ShowRevoked,
    Filter,
    NextField,
    PreviousField,
    Advance,
    Choose,
    ChooseBack,
    Toggle,
    ShowPassword,
    CopyBoth,
    CopySecret,
    Mask,
    Edit(Edit),
}

impl Action {
    /// Whether it moves through rows or lines.
    pub fn moves(self) -> bool {
        matches!(self, Self::Up | Self::Down | Self::PageUp | Self::PageDown | Self::First | Self::Last)
    }
}
