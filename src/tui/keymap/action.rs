//! Actions: what a key asks for, whichever key it is.

use crate::copy_as::CopyForm;
use crate::credential::Kind;
use crate::hub::ListOrder;
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
    Interrupt,
    Up,
    Down,
    First,
    Last,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    Open,
    OpenLog,
    HideLine,
    NextCredential,
    PreviousCredential,
    /// A part of the page about a credential, counted from 0.
    Part(usize),
    NextTab,
    PreviousTab,
    Section(Kind),
    NextSection,
    PreviousSection,
    Create,
    EditKeys,
    Rotate,
    StopOld,
    Find,
    DisableEnable,
    Revoke,
    Tick,
    TickAll,
    TickEveryKind,
    CopyKey,
    CopySample,
    CopyEntry,
    CopyLine,
    GoToTampered,
    Gateways,
    NextLanguage,
    PreviousLanguage,
    SetRole,
    SetPassword,
    EditNote,
    SshKeys,
    Unlock,
    ByWho,
    RefusedRequests,
    ByKey,
    NextClass,
    Verify,
    Export,
    Order,
    OrderBy(ListOrder),
    Pick,
    Jump,
    Go,
    ShowRevoked,
    Filter,
    NextField,
    PreviousField,
    Advance,
    Send,
    Choose,
    ChooseBack,
    Toggle,
    ShowPassword,
    CopyBoth,
    CopyAs,
    CopyIn(CopyForm),
    CopyAll,
    CopySecret,
    NextPage,
    PreviousPage,
    Mask,
    Edit(Edit),
}

impl Action {
    /// Whether it moves through rows or lines.
    pub fn moves(self) -> bool {
        matches!(
            self,
            Self::Up
                | Self::Down
                | Self::PageUp
                | Self::PageDown
                | Self::HalfUp
                | Self::HalfDown
                | Self::First
                | Self::Last
        )
    }
}
