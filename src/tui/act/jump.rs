//! Actions of the palette.

use crate::account::Right;
use crate::credential::{Kind, State};
use crate::hub::{CredentialRow, JumpPart, JumpQuery, UserRow};
use crate::tui::app::{App, Workspace};
use crate::tui::dialog::{Dialog, DialogKind, Jump, Place, Target};
use crate::tui::form::Id;
use crate::tui::keymap::Action;
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::screen::{ACCOUNT, AccountRow, Docs, RowSelection, Screen, Search, Tab, Topic};

/// Credentials that are remembered as the last places.
const RECENT: usize = 5;

impl App {
    /// Opens the palette.
    pub(super) fn open_jump(&mut self) {
        let chain = self.scopes();
        let Some(workspace) = &mut self.workspace else { return };
        let places = Place::ALL.into_iter().filter(|(place, _)| workspace.may(needs(*place))).collect();
        let recent = if workspace.may(Right::SeeCredentials) { workspace.recent.clone() } else { Vec::new() };
        workspace.dialogs.push(Dialog::jump(&chain, places, recent));
        if workspace.may(Right::SeeUsers) {
            let call = Call::Users(workspace.actor());
            self.call(Slot::JumpUsers, call);
        }
    }

    /// Other words are in the field: they are searched for, and no key waits for that.
    pub(super) fn jump_typed(&mut self) {
        self.cancel(Slot::Jump);
        let Some(workspace) = &mut self.workspace else { return };
        let (actor, sees) = (workspace.actor(), workspace.may(Right::SeeCredentials));
        let Some((jump, typed)) = workspace.jump_mut() else { return };
        match jump.typed(&typed) {
            Some(query) if sees => self.call(Slot::Jump, Call::Jump(actor, query)),
            _ => jump.answered = true,
        }
    }

    /// A part of the credentials was looked at; the next one follows.
    pub(in crate::tui) fn jump_read(&mut self, part: JumpPart) {
        let Some(workspace) = &mut self.workspace else { return };
        let actor = workspace.actor();
        let Some((jump, typed)) = workspace.jump_mut() else { return };
        let next = part.next.clone();
        jump.take(part, &typed);
        if let (Some(after), Some(query)) = (next, Jump::query(&typed)) {
            self.call(Slot::Jump, Call::Jump(actor, JumpQuery { after, ..query }));
        }
    }

    /// The users, for the palette.
    pub(in crate::tui) fn jump_users_read(&mut self, rows: Vec<UserRow>) {
        if let Some((jump, typed)) = self.workspace.as_mut().and_then(Workspace::jump_mut) {
            jump.users = rows;
            jump.choose_again(&typed);
        }
    }

    /// Goes where the selected row leads, or does what it says.
    pub(super) fn jump_there(&mut self) {
        let Some((jump, _)) = self.workspace.as_mut().and_then(Workspace::jump_mut) else { return };
        let Some(target) = jump.chosen().cloned() else { return };
        self.close_jump();
        match target {
            Target::Credential(row) => self.show_credential(row),
            Target::User(row) => {
                self.go_to_place(Place::Users);
                if let Some(Screen::Users(users)) = self.workspace.as_mut().and_then(Workspace::screen_mut) {
                    users.seek(&row.name);
                }
            }
            Target::Place(place, _) => self.go_to_place(place),
            Target::Filter(_, filter) => self.go_to_filter(filter),
            Target::Action(binding) => match binding.right.filter(|right| !self.may(*right)) {
                Some(right) => self.refuse_action(binding.action, right),
                None => self.act(binding.action),
            },
        }
    }

    /// Copies the key of the selected credential; the palette stays.
    pub(super) fn jump_copies_key(&mut self) {
        let Some((jump, _)) = self.workspace.as_mut().and_then(Workspace::jump_mut) else { return };
        if let Some(Target::Credential(row)) = jump.chosen().cloned() {
            self.copy_keys(&[row], None);
        }
    }

    fn close_jump(&mut self) {
        self.cancel(Slot::Jump);
        self.cancel(Slot::JumpUsers);
        if let Some(workspace) = &mut self.workspace {
            workspace.dialogs.pop_if(|dialog| matches!(dialog.kind, DialogKind::Jump(_)));
        }
    }

    /// Selects a credential in its list, and shows all about it.
    fn show_credential(&mut self, row: CredentialRow) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let fits = workspace.section_fits(row.kind);
        match workspace.api_mut() {
            Some(api) => {
                api.tab = Tab::Api;
                if api.kind != row.kind {
                    api.go_to(row.kind);
                }
                api.revoked |= row.state == State::Revoked;
                api.search.clear();
                api.list.seek_in(&row, fits);
                workspace.read_list(now);
            }
            None => self.open_api(row.kind, Some(&row), ""),
        }
        let Some(workspace) = &mut self.workspace else { return };
        // The row itself is not read yet: the details of the one that is selected now are not asked for.
        if let Some(api) = workspace.api_mut() {
            api.open_page();
        }
        workspace.remember(&row);
    }

    /// Narrows the list to a ready filter.
    fn go_to_filter(&mut self, filter: &str) {
        let now = self.now;
        let Some(api) = self.workspace.as_mut().and_then(Workspace::api_mut) else {
            return self.open_api(Kind::Basic, None, filter);
        };
        api.tab = Tab::Api;
        api.close_page();
        api.search = Search::of(filter, now);
        api.list.reset();
        if let Some(workspace) = &mut self.workspace {
            workspace.read_list(now);
        }
    }

    fn go_to_place(&mut self, place: Place) {
        while self.workspace.as_ref().is_some_and(|workspace| workspace.screens.len() > 1) {
            self.back();
        }
        match place {
            Place::Menu => {}
            Place::Credentials => self.open_api(Kind::Basic, None, ""),
            Place::Users => self.open(Screen::Users(Box::default())),
            Place::ActivityLog => self.open(Screen::Trail(Box::default())),
            Place::Security => {
                self.open(Screen::Page(Topic::Security, 0));
                self.read_security();
            }
            Place::Account => self.open(Screen::Account(RowSelection::default())),
            Place::SshKeys => {
                self.open(Screen::Account(RowSelection { selected: own_ssh_keys() }));
                self.open_own_ssh_keys();
            }
            Place::Documentation => self.open(Screen::Docs(Docs::new(Kind::Basic))),
        }
    }

    pub(super) fn act_on_jump(&mut self, action: Action) {
        match action {
            Action::Go => self.jump_there(),
            Action::CopyKey => self.jump_copies_key(),
            action => {
                if let Some((jump, _)) = self.workspace.as_mut().and_then(Workspace::jump_mut) {
                    jump.act(action);
                }
            }
        }
    }
}

/// What a place is open to.
fn needs(place: Place) -> Right {
    match place {
        Place::Users => Right::SeeUsers,
        Place::ActivityLog => Right::ReadTrail,
        Place::Security => Right::SeeSite,
        Place::Menu | Place::Credentials | Place::Account | Place::SshKeys | Place::Documentation => Right::OwnAccount,
    }
}

/// Index of the row of My account that the sheet of one's own SSH keys is opened from.
fn own_ssh_keys() -> usize {
    ACCOUNT.iter().position(|(row, ..)| matches!(row, AccountRow::SshKeys)).unwrap_or_default()
}

impl Workspace {
    /// The palette on top, and what is typed in it.
    fn jump_mut(&mut self) -> Option<(&mut Jump, String)> {
        let dialog = self.dialogs.last_mut()?;
        let typed = dialog.form.as_ref().map(|form| form.text(Id::Jump).to_owned()).unwrap_or_default();
        match &mut dialog.kind {
            DialogKind::Jump(jump) => Some((jump, typed)),
            _ => None,
        }
    }

    /// A credential is other than it was: wherever it is kept, it is kept as it is now.
    pub(in crate::tui) fn changed(&mut self, row: &CredentialRow) {
        for screen in &mut self.screens {
            if let Screen::Api(api) = screen {
                api.ticks.changed(row);
            }
        }
        self.recent.iter_mut().filter(|kept| kept.id == row.id).for_each(|kept| kept.clone_from(row));
    }

    /// Remembers where the user was.
    pub(super) fn remember(&mut self, row: &CredentialRow) {
        self.recent.retain(|other| other.id != row.id);
        self.recent.insert(0, row.clone());
        self.recent.truncate(RECENT);
    }
}
