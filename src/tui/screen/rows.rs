//! Screens that are a short list of rows: menu, settings, my account.

use crate::account::Right;
use crate::tui::keymap::Action;

/// Which of a few rows is selected.
#[derive(Debug, Default)]
pub struct RowSelection {
    /// Index of the selected row.
    pub selected: usize,
}

impl RowSelection {
    /// Moves the selection among `len` rows.
    pub fn act(&mut self, action: Action, len: usize) {
        let last = len.saturating_sub(1);
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => (self.selected + 1).min(last),
            Action::First | Action::PageUp | Action::HalfUp => 0,
            Action::Last | Action::PageDown | Action::HalfDown => last,
            _ => self.selected,
        }
        .min(last);
    }
}

/// A row of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuRow {
    Settings,
    Account,
    Documentation,
    Lock,
    SignOut,
    Quit,
}

/// The menu: row, title, what is behind it.
pub const MENU: [(MenuRow, &str, &str); 6] = [
    (MenuRow::Settings, "Settings", "API keys, users, activity log, security"),
    (MenuRow::Account, "My account", "password, SSH keys, appearance, sign-ins"),
    (MenuRow::Documentation, "Documentation", "how to call the API, gateway files"),
    (MenuRow::Lock, "Lock", "L"),
    (MenuRow::SignOut, "Sign out", ""),
    (MenuRow::Quit, "Quit", "q"),
];

/// A row of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsRow {
    Api,
    Users,
    Activity,
    Security,
}

/// The settings: row, title, the right it needs. API Settings opens for everybody: its Documentation is for all roles.
pub const SETTINGS: [(SettingsRow, &str, Right); 4] = [
    (SettingsRow::Api, "API Settings", Right::OwnAccount),
    (SettingsRow::Users, "Users", Right::SeeUsers),
    (SettingsRow::Activity, "Activity log", Right::ReadTrail),
    (SettingsRow::Security, "Security", Right::SeeSite),
];

/// A row of one's own account that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRow {
    ChangePassword,
    SshKeys,
    Colours,
    Glyphs,
    Lines,
    SignIns,
}

/// One's own account.
pub const ACCOUNT: [(AccountRow, &str, &str); 6] = [
    (AccountRow::ChangePassword, "Change password", "your other sessions end when it is changed"),
    (AccountRow::SshKeys, "SSH keys", "the keys that you sign in with over SSH"),
    (AccountRow::Colours, "Colours", "enter changes: auto, dark, light or none"),
    (AccountRow::Glyphs, "Lines and marks", "enter changes: Unicode or ASCII"),
    (AccountRow::Lines, "Line by line", "for screen readers; leaves this screen"),
    (AccountRow::SignIns, "Last sign-ins", "yours, and refused sign-ins on your name"),
];
