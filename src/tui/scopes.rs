//! The active scopes: which keys work at the moment.

use crate::account::Right;
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::form_scopes;
use crate::tui::keymap::Scope;
use crate::tui::screen::{Screen, Tab, Topic};

impl App {
    /// The scopes that keys go through, innermost first.
    pub fn scopes(&self) -> Vec<Scope> {
        let mut chain = if self.help.is_some() {
            vec![Scope::Reading, Scope::Rows]
        } else if let Some(sign_in) = &self.sign_in {
            form_scopes(&sign_in.form, Scope::SignIn)
        } else if let Some(workspace) = &self.workspace {
            let mut chain = workspace.scopes();
            if workspace.dialogs.is_empty() && chain.first() != Some(&Scope::Text) {
                chain.push(Scope::Palette);
            }
            chain
        } else {
            vec![]
        };
        chain.push(Scope::Everywhere);
        chain
    }
}

impl Workspace {
    fn scopes(&self) -> Vec<Scope> {
        if let Some(dialog) = self.dialogs.last() {
            return dialog.scopes();
        }
        match self.screen() {
            Some(Screen::Menu(_)) | None => vec![Scope::Rows, Scope::Menu],
            Some(Screen::Settings(_)) => vec![Scope::Rows, Scope::Settings, Scope::Screen],
            Some(Screen::Account(_)) => vec![Scope::Rows, Scope::Account, Scope::Screen],
            Some(Screen::Docs(_)) => vec![Scope::Docs, Scope::Rows, Scope::Screen],
            Some(Screen::Users(users)) if users.search.open => vec![Scope::Text, Scope::UserFilter],
            Some(Screen::Users(_)) => vec![Scope::Users, Scope::Rows, Scope::Screen],
            Some(Screen::Page(Topic::Security, _)) => vec![Scope::Security, Scope::Rows, Scope::Screen],
            Some(Screen::Page(Topic::SignIns, _)) => vec![Scope::Rows, Scope::Screen],
            Some(Screen::Trail(list)) if list.search.open => vec![Scope::Text, Scope::LogFilter],
            Some(Screen::Trail(_)) => vec![Scope::Trail, Scope::Rows, Scope::Screen],
            Some(Screen::Api(api)) => match api.tab {
                Tab::Api if api.search.open => vec![Scope::Text, Scope::Filter],
                Tab::Api if api.page.is_some() => vec![Scope::Details, Scope::List, Scope::Rows, Scope::Screen],
                Tab::Api if self.may(Right::SeeCredentials) => {
                    vec![Scope::List, Scope::Rows, Scope::Tabs, Scope::Screen]
                }
                Tab::Api => vec![Scope::Tabs, Scope::Screen],
                Tab::Documentation => vec![Scope::Docs, Scope::Rows, Scope::Tabs, Scope::Screen],
                Tab::Activity => vec![Scope::Activity, Scope::Rows, Scope::Tabs, Scope::Screen],
            },
        }
    }
}
