//! Replies about users, and to reauthentication.

use crate::account::UserState;
use crate::hub::{Actor, CredentialPage, UserRow, WithPassword};
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind, SecretPage, UserAction, lost_words};
use crate::tui::layout;
use crate::tui::screen::Screen;
use crate::tui::toast::Toast;

impl App {
    pub(super) fn users_read(&mut self, rows: Vec<UserRow>) {
        let (now, height) = (self.now, layout::trail_rows(self.size, false));
        if let Some(Screen::Users(users)) = self.workspace.as_mut().and_then(Workspace::screen_mut) {
            users.take(rows, height, now);
        }
    }

    /// Says that the password of a user was wiped before anybody saw it.
    fn password_lost(&mut self, name: &str) {
        self.notice("Password wiped", vec![lost_words(name)]);
    }

    pub(super) fn user_keys_read(&mut self, page: CredentialPage) {
        if let Some(Dialog { kind: DialogKind::UserKeys(keys), .. }) = self.dialog_mut() {
            keys.content.more = page.more_after;
            keys.content.rows = Some(page.rows);
        }
    }

    pub(super) fn user_changed(&mut self, changed: WithPassword) {
        let (now, locked) = (self.now, self.sign_in.is_some());
        let WithPassword { row, password } = changed;
        let Some(workspace) = &mut self.workspace else { return };
        let Some(DialogKind::User(action)) = workspace.dialogs.pop().map(|dialog| dialog.kind) else { return };
        if let Some(Screen::Users(users)) = workspace.screen_mut() {
            users.seek(&row.name);
        }
        workspace.due.users = Some(now);
        workspace.due.overview = Some(now);
        let added = matches!(*action, UserAction::Add);
        match password {
            // The desk was locked while the store wrote: the password is dropped unseen.
            Some(_) if locked => self.password_lost(&row.name),
            Some(password) => {
                let page = SecretPage::of_user(row, password, added);
                workspace.dialogs.extend(Dialog::one_time_secret(vec![page]));
            }
            None => self.toast = Some(Toast::done(now, outcome_words(&action, &row))),
        }
    }

    /// The password was right: the dialog that needed it is sent again.
    pub(super) fn reauthenticated(&mut self, actor: Actor) {
        let Some(workspace) = &mut self.workspace else { return };
        workspace.session.actor = actor;
        let asked = matches!(workspace.dialog(), Some(Dialog { kind: DialogKind::Reauthenticate, .. }));
        if asked && self.sign_in.is_none() {
            workspace.dialogs.pop();
            self.resend();
        }
    }
}

/// The outcome as a sentence.
fn outcome_words(action: &UserAction, row: &UserRow) -> String {
    let name = &row.name;
    // The hub does not change a row that is already as wanted.
    let already = action.row().is_some_and(|was| was.version == row.version);
    match action {
        UserAction::Add if !row.has_password => format!("{name} was added and signs in with the SSH key."),
        UserAction::Add => format!("{name} was added and chooses an own password at the first sign-in."),
        UserAction::Password(_) => format!("{name} has the new password and must change it at the next sign-in."),
        UserAction::Unlock(_) => format!("{name} can sign in again."),
        UserAction::Note(_) if row.note.is_empty() => format!("{name} has no note now."),
        UserAction::Note(_) => format!("The note on {name} is saved."),
        UserAction::Role(_) if already => format!("{name} is {} already.", row.role.with_article()),
        UserAction::Role(_) => format!("{name} is {} now.", row.role.with_article()),
        UserAction::State(_, state) if already => format!("{name} is {} already.", state.as_str()),
        UserAction::State(_, UserState::Disabled) => format!("{name} is disabled and signed out everywhere."),
        UserAction::State(_, UserState::Active) => format!("{name} can sign in again."),
    }
}
