//! What a signed-in user works with: the stack of screens, the dialogs over them, and what was read.

use crate::account::{Right, allows};
use crate::hub::{
    Actor, CredentialRow, Denied, Overview, OwnSignIn, SecuritySettings, Session, SshKeyRow, TrailRow, UnsavedSecret,
};
use crate::time::Millis;
use crate::tui::dialog::{Dialog, DialogKind, SecretPage, lost_words};
use crate::tui::form::Form;
use crate::tui::reply::Spread;
use crate::tui::screen::{Api, Menu, SETTINGS, Screen, Topic};

/// The state of a signed-in user's session.
#[derive(Debug)]
pub struct Workspace {
    pub(in crate::tui) session: Session,
    pub(in crate::tui) screens: Vec<Screen>,
    pub(in crate::tui) dialogs: Vec<Dialog>,
    pub(in crate::tui) overview: Option<Overview>,
    pub(in crate::tui) security: Option<SecuritySettings>,
    pub(in crate::tui) sign_ins: Option<Vec<OwnSignIn>>,
    /// One's own, as My account shows them.
    pub(in crate::tui) own_ssh_keys: Option<Vec<SshKeyRow>>,
    pub(in crate::tui) due: Due,
    /// The change whose way to the verifiers is shown.
    pub(in crate::tui) spread: Option<Spread>,
    /// Change number that the last pulse saw.
    pub(in crate::tui) change: Option<i64>,
    /// The store does not answer; shown once.
    pub(in crate::tui) store_unavailable: bool,
    /// Secrets that were dropped before they were copied.
    pub(in crate::tui) lost_secrets: Vec<UnsavedSecret>,
    /// The screen locks as soon as the copy that is under way has left.
    pub(in crate::tui) locks_after_copy: bool,
    /// An SSH key opened the session and it is over: the program ends.
    pub(in crate::tui) is_over: bool,
    /// The credentials that were looked at last.
    pub(in crate::tui) recent: Vec<CredentialRow>,
}

/// When each read is due next.
#[derive(Debug, Default)]
pub struct Due {
    pub(in crate::tui) overview: Option<Millis>,
    pub(in crate::tui) list: Option<Millis>,
    pub(in crate::tui) details: Option<Millis>,
    pub(in crate::tui) used_days: Option<Millis>,
    pub(in crate::tui) taken: Option<Millis>,
    pub(in crate::tui) trail: Option<Millis>,
    pub(in crate::tui) users: Option<Millis>,
    pub(in crate::tui) ssh_keys: Option<Millis>,
    pub(in crate::tui) pulse: Option<Millis>,
    pub(in crate::tui) seen_by: Option<Millis>,
}

impl Due {
    pub(super) fn earliest(&self) -> Option<Millis> {
        let &Self { overview, list, details, used_days, taken, trail, users, ssh_keys, pulse, seen_by } = self;
        [overview, list, details, used_days, taken, trail, users, ssh_keys, pulse, seen_by].into_iter().flatten().min()
    }

    /// Nothing is due later than `at`.
    pub(in crate::tui) fn at_most(&mut self, at: Millis) {
        let Self { overview, list, details, used_days, taken, trail, users, ssh_keys, pulse, seen_by } = self;
        for due in [overview, list, details, used_days, taken, trail, users, ssh_keys, pulse, seen_by] {
            *due = due.map(|due| due.min(at));
        }
    }
}

impl Workspace {
    /// The menu, with Settings selected.
    pub(in crate::tui) fn new(session: Session, now: Millis) -> Self {
        let forced = session.must_change_password;
        let dialogs = if forced { vec![Dialog::own_password(true)] } else { vec![] };
        let due = Due { overview: Some(now), pulse: Some(now.plus(PULSE)), ..Due::default() };
        Self {
            session,
            screens: vec![Screen::Menu(Menu::default())],
            dialogs,
            overview: None,
            security: None,
            sign_ins: None,
            own_ssh_keys: None,
            due,
            spread: None,
            change: None,
            store_unavailable: false,
            lost_secrets: Vec::new(),
            recent: Vec::new(),
            locks_after_copy: false,
            is_over: false,
        }
    }

    pub(in crate::tui) fn may(&self, right: Right) -> bool {
        allows(self.session.role, right)
    }

    pub(in crate::tui) fn actor(&self) -> Actor {
        self.session.actor.clone()
    }

    /// The topmost dialog.
    pub(in crate::tui) fn dialog(&self) -> Option<&Dialog> {
        self.dialogs.last()
    }

    pub(in crate::tui) fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.dialogs.last_mut()
    }

    /// The screen that is shown.
    pub(in crate::tui) fn screen(&self) -> Option<&Screen> {
        self.screens.last()
    }

    pub(in crate::tui) fn screen_mut(&mut self) -> Option<&mut Screen> {
        self.screens.last_mut()
    }

    /// API Settings, if it is the screen that is shown.
    pub(in crate::tui) fn api(&self) -> Option<&Api> {
        match self.screen() {
            Some(Screen::Api(api)) => Some(api),
            _ => None,
        }
    }

    pub(in crate::tui) fn api_mut(&mut self) -> Option<&mut Api> {
        match self.screen_mut() {
            Some(Screen::Api(api)) => Some(api),
            _ => None,
        }
    }

    /// The last changes, as the menu and the settings show them.
    pub(in crate::tui) fn last_changes(&self) -> &[TrailRow] {
        let site = self.overview.as_ref().and_then(|overview| overview.site.as_ref());
        site.map_or(&[], |site| site.last_changes.as_slice())
    }

    /// The selected one of them.
    pub(in crate::tui) fn selected_change(&self) -> Option<&TrailRow> {
        let selected = match self.screen()? {
            Screen::Menu(menu) => menu.change(),
            Screen::Settings(rows) => rows.selected.checked_sub(SETTINGS.len()),
            _ => None,
        };
        self.last_changes().get(selected?)
    }

    /// The refusal of something this role may not do, in the help page's words.
    pub(in crate::tui) fn denied(&self, right: Right) -> Denied {
        let administrators = self.overview.as_ref().map(|o| o.administrators.clone()).unwrap_or_default();
        Denied { right, role: self.session.role, administrators }
    }

    /// Whether times such as "2 min ago" are on the screen.
    pub(super) fn shows_relative_times(&self) -> bool {
        match self.screen() {
            Some(Screen::Docs(_)) | None => false,
            Some(Screen::Page(topic, _)) => matches!(topic, Topic::SignIns),
            Some(
                Screen::Menu(_)
                | Screen::Settings(_)
                | Screen::Api(_)
                | Screen::Users(_)
                | Screen::Trail(_)
                | Screen::Account(_),
            ) => true,
        }
    }
}

/// Interval of polling the store while the desk is open, in milliseconds.
pub const PULSE: i64 = 1000;

impl Workspace {
    /// Closes the one-time view and wipes passwords in forms; forms keep everything else.
    pub(super) fn drop_secrets(&mut self) {
        // The copy that a lock waited for is not awaited any more.
        self.locks_after_copy = false;
        let lost_secrets = &mut self.lost_secrets;
        let mut passwords = Vec::new();
        self.dialogs.retain(|dialog| match &dialog.kind {
            DialogKind::OneTimeSecret(view) => {
                lost_secrets.extend(view.unsaved().filter_map(SecretPage::lost));
                let users = view.unsaved().filter(|page| page.holder.credential().is_none());
                passwords.extend(users.map(|page| lost_words(page.holder.name())));
                false
            }
            // Unlocking asks for the password; it need not be asked for again.
            DialogKind::Confirm(_) | DialogKind::Reauthenticate | DialogKind::Pick(_) => false,
            DialogKind::ChangeState(change) => !change.over_secret,
            _ => true,
        });
        if !passwords.is_empty() {
            let notice = DialogKind::Notice { title: "Password wiped".to_owned(), lines: passwords };
            self.dialogs.push(Dialog::to_read(notice));
        }
        for dialog in &mut self.dialogs {
            let wiped = dialog.form.as_mut().is_some_and(Form::wipe_passwords);
            match &mut dialog.kind {
                DialogKind::Create(create) => create.wiped |= wiped,
                DialogKind::NewPassword(new) => new.wiped |= wiped,
                _ => {}
            }
        }
    }
}
