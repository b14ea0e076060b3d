//! Scopes: where a key means something, and what passes to the scopes around.

/// Where a key means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Scope {
    Everywhere,
    Menu,
    Rows,
    Settings,
    Screen,
    Tabs,
    List,
    Details,
    Filter,
    LogFilter,
    UserFilter,
    Docs,
    Activity,
    Account,
    Users,
    Trail,
    Entry,
    TrailCheck,
    Security,
    UserKeys,
    SshKeys,
    Tampered,
    Reading,
    SignIn,
    Text,
    Preset,
    Choice,
    Check,
    Fold,
    Password,
    Form,
    Confirm,
    Buttons,
    Secret,
    Order,
    CopyAs,
    Pick,
    Jump,
    Palette,
}

/// What a scope lets through to the scopes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leak {
    /// Every key.
    All,
    /// Only what works everywhere: a dialog stands between the keys and the list under it.
    Everywhere,
    /// Letters are typed; only control keys and named keys get through.
    NoLetters,
}

impl Scope {
    /// The heading in help and documentation.
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Menu => "Menu",
            Self::Rows => "Lists",
            Self::Settings => "Settings",
            Self::Screen => "Screens behind the menu",
            Self::Tabs => "API Settings",
            Self::List => "API tab",
            Self::Details => "All about a credential",
            Self::Filter => "Filter",
            Self::LogFilter => "Filter of the log",
            Self::UserFilter => "Filter of the users",
            Self::Docs => "Documentation",
            Self::Activity => "Activity tab",
            Self::Account => "My account",
            Self::Users => "Users",
            Self::Trail => "Activity log",
            Self::Entry => "Entry of the log",
            Self::TrailCheck => "Check of the log",
            Self::Security => "Security",
            Self::SshKeys => "SSH keys",
            Self::UserKeys => "Keys that a user made",
            Self::Tampered => "Changed outside keydesk",
            Self::Reading => "Pages to read",
            Self::SignIn => "Set-up, sign-in, lock screen",
            Self::Text => "Text fields",
            Self::Preset | Self::Choice => "Choices",
            Self::Check => "Check boxes",
            Self::Fold => "Options",
            Self::Password => "Passwords",
            Self::Form => "Forms",
            Self::Confirm => "Revoke",
            Self::Buttons => "Dialogs",
            Self::Secret => "One-time view",
            Self::Order => "Order",
            Self::CopyAs => "Copy as",
            Self::Pick => "Sheets to choose from",
            Self::Jump => "Palette",
            Self::Palette => "Screens",
        }
    }

    /// The keys that the scope lets through.
    pub fn leak(self) -> Leak {
        match self {
            Self::Text => Leak::NoLetters,
            Self::Form
            | Self::Filter
            | Self::LogFilter
            | Self::UserFilter
            | Self::Confirm
            | Self::Buttons
            | Self::SignIn
            | Self::Pick
            | Self::Jump => Leak::Everywhere,
            _ => Leak::All,
        }
    }
}
