//! The screens: one file for the state of each.

mod api;
mod attention;
mod details;
mod docs;
mod filter_line;
mod keyset_list;
mod menu;
pub mod paged_list;
mod refused;
mod rows;
mod security;
mod trail;
mod users;

pub use api::{Api, Found, Hits, Tab, Ticks};
pub use attention::{HiddenLines, attention};
pub use details::{Details, DetailsPart, History};
pub use docs::Docs;
pub use filter_line::{FilterLine, LineFilter, LogSearch, Search, UserSearch};

pub use menu::{Menu, MenuFocus, MenuParts};
pub use refused::RefusedList;
pub use rows::{ACCOUNT, AccountRow, MENU, MenuRow, RowSelection, SETTINGS, SettingsRow};
pub use security::{SettingGroup, settings_in_order};
pub use trail::{TrailCheck, TrailList};
pub use users::UserList;

/// One screen. The menu is the lowest of the stack and never leaves it.
#[derive(Debug)]
pub enum Screen {
    /// Where a sign-in lands.
    Menu(Menu),
    /// API Settings, Users, Activity log, Security.
    Settings(RowSelection),
    /// The three tabs of API Settings.
    Api(Box<Api>),
    /// The users.
    Users(Box<UserList>),
    /// The trail.
    Trail(Box<TrailList>),
    /// One's own account.
    Account(RowSelection),
    /// How to call the API.
    Docs(Docs),
    /// A page to read.
    Page(Topic, usize),
}

/// What a page to read is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// How the desk is kept safe.
    Security,
    /// One's own last sign-ins.
    SignIns,
}

impl Screen {
    /// The way to it, for the first line.
    pub fn path(&self) -> Vec<String> {
        let path: &[&str] = match self {
            Self::Menu(_) => &["Menu"],
            Self::Settings(_) => &["Settings"],
            Self::Api(api) => {
                let name = api.page.as_ref().and_then(|_| api.list.selected()).map(|row| row.name.clone());
                let path = ["Settings", "API Settings"].map(str::to_owned);
                return path.into_iter().chain(name.filter(|_| api.tab == Tab::Api)).collect();
            }
            Self::Trail(_) => &["Settings", "Activity log"],
            Self::Account(_) => &["My account"],
            Self::Users(_) => &["Settings", "Users"],
            Self::Page(Topic::Security, _) => &["Settings", "Security"],
            Self::Page(Topic::SignIns, _) => &["My account", "Sign-ins"],
            Self::Docs(_) => &["Documentation"],
        };
        path.iter().map(|step| (*step).to_owned()).collect()
    }
}

/// Selects row `to` of `len`, or the last, and scrolls no further than needed to show it: the selection and the top row.
fn select(to: usize, len: usize, top: usize, height: usize) -> (usize, usize) {
    let selected = to.min(len.saturating_sub(1));
    (selected, top.clamp((selected + 1).saturating_sub(height.max(1)), selected))
}
