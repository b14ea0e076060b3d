//! Typing into forms, and submitting the forms of set-up, sign-in and lock.

use crate::{
    hub::SetUp,
    secret::Secret,
    tui::{
        app::App,
        dialog::Dialog,
        form::{
            Advance, Form, Id,
            field::{Refused, TextField},
        },
        keymap::Action,
        msg::Call,
        pending::Slot,
        sign_in::{Door, Kind, Said},
        toast::Toast,
    },
};

/// How long after the last letter the store is asked whether a name is taken.
const ASK_AFTER: i64 = 150;

/// The actions that every form understands; `None` when Enter was pressed and the caller has to look.
pub(super) fn edit(form: &mut Form, action: Action) -> Option<Advance> {
    match action {
        Action::NextField => form.next(),
        Action::PreviousField => form.previous(),
        Action::Choose => form.choose(true),
        Action::ChooseBack => form.choose(false),
        Action::Toggle => form.toggle(),
        Action::ShowPassword => form.toggle_passwords(),
        Action::Edit(step) => form.edit(step),
        Action::Advance => return Some(form.advance()),
        _ => {}
    }
    None
}

impl App {
    /// Types or pastes into the focused field.
    pub(in crate::tui) fn insert(&mut self, text: &str) -> bool {
        self.dirty = true;
        let form = match (&mut self.door, &mut self.room) {
            (Some(door), _) => Some(&mut door.form),
            (None, Some(room)) => room.form_mut(),
            (None, None) => None,
        };
        let refused = form.and_then(|form| form.insert(text).err());
        if let Some(why) = refused {
            let said = match why {
                Refused::Full => format!("That is too long for the field: at most {} characters fit.", TextField::MAX),
                Refused::NotALine(why) => format!("{why} Nothing was pasted."),
            };
            self.toast = Some(Toast::note(self.now, said));
        }
        self.edited();
        refused.is_none()
    }

    /// After a field changed: what was known of it holds no longer.
    pub(super) fn edited(&mut self) {
        let now = self.now;
        let Some(room) = self.room.as_mut().filter(|_| self.door.is_none()) else { return };
        if room.dialogs.is_empty() {
            return self.narrow();
        }
        if let Some(Dialog::NewPassword(d)) = room.dialogs.last_mut() {
            d.problem = None;
            d.generate = false;
            d.wiped = false;
        }
        if let Some(Dialog::Find(find)) = room.dialogs.last_mut() {
            find.problem = None;
        }
        if let Some(Dialog::Edit(edit)) = room.dialogs.last_mut() {
            edit.problem = None;
        }
        if let Some(Dialog::Create(create)) = room.dialogs.last_mut() {
            create.problem = None;
            match create.form.focus() {
                Some(Id::Password) => {
                    create.generate = false;
                    create.wiped = false;
                }
                Some(Id::Name | Id::Username) => room.due.taken = Some(now.plus(ASK_AFTER)),
                _ => {}
            }
        }
    }

    pub(super) fn act_on_door(&mut self, action: Action) {
        let Some(door) = &mut self.door else { return };
        if let Some(Advance::Submit | Advance::Pressed(_)) = edit(&mut door.form, action) {
            self.knock();
        }
    }

    /// Submits the form of set-up, sign-in or lock.
    fn knock(&mut self) {
        let Some(door) = &mut self.door else { return };
        door.said = None;
        door.form.clear_faults();
        if let Err((id, said)) = door.check() {
            door.form.fault(id, said);
            return self.drop_ahead();
        }
        let call = call_of(door);
        self.call(Slot::Door, call);
    }

    /// Shows a message under the form of set-up, sign-in or lock, and clears the typed password where another try is
    /// possible.
    pub(in crate::tui) fn say_at_door(&mut self, said: Said) {
        if let Some(door) = &mut self.door {
            if door.kind != Kind::SetUp {
                door.form.wipe_passwords();
                door.form.focus_on(Id::Password);
            }
            door.said = Some(said);
        }
        self.drop_ahead();
    }
}

fn call_of(door: &Door) -> Call {
    let text = |id| door.form.text(id).trim().to_owned();
    let password = door.form.password(Id::Password).map_or_else(|| Secret::new(Vec::new()), |p| p.to_secret());
    match door.kind {
        Kind::SetUp => Call::SetUp(SetUp { account: text(Id::Account), name: text(Id::Name), password }),
        Kind::SignIn | Kind::Lock => Call::SignIn { name: text(Id::Name), password },
    }
}
