//! Typing into forms, and submitting the forms of set-up, sign-in and lock.

use crate::hub::SetUp;
use crate::tui::app::App;
use crate::tui::dialog::DialogKind;
use crate::tui::form::field::{Refused, TextField};
use crate::tui::form::{Advance, Form, Id};
use crate::tui::keymap::Action;
use crate::tui::keymap::chord::Chord;
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::sign_in::{SignInKind, SignInMessage, SignInScreen};
use crate::tui::toast::Toast;

/// How long after the last letter, in milliseconds, the store is asked whether a name is taken.
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
        Action::Send if form.has_fields() => return Some(Advance::Submit),
        _ => {}
    }
    None
}

impl App {
    /// A letter in a sheet where no field takes it: the button that begins with it is pressed. One that ends something
    /// only gets the focus, and so does the next of several that begin with the letter. `false` if there is none.
    pub(in crate::tui) fn press_by_letter(&mut self, chord: Chord) -> bool {
        let Some(letter) = chord.typed().filter(|_| self.help.is_none() && self.sign_in.is_none()) else {
            return false;
        };
        let Some(dialog) = self.dialog_mut() else { return false };
        let Some(form) = &mut dialog.form else {
            // A sheet that is only read has one button.
            let closes = dialog.has_ok() && letter == 'o';
            if closes {
                self.cancel_dialog();
            }
            return closes;
        };
        let found = form.buttons_of(letter);
        let Some(first) = found.first().copied() else { return false };
        form.focus_on(first);
        if found.len() == 1 && !dialog.ends_something(first) {
            self.pressed(first);
        }
        true
    }

    /// Types or pastes into the focused field.
    pub(in crate::tui) fn insert(&mut self, text: &str) -> bool {
        self.dirty = true;
        let form = match (&mut self.sign_in, &mut self.workspace) {
            (Some(sign_in), _) => Some(&mut sign_in.form),
            (None, Some(workspace)) => workspace.form_mut(),
            (None, None) => None,
        };
        let refused = form.and_then(|form| form.insert(text).err());
        if let Some(why) = refused {
            let message = match why {
                Refused::Full => format!("That is too long for the field: at most {} characters fit.", TextField::MAX),
                Refused::NotALine(why) => format!("{why} Nothing was pasted."),
            };
            self.toast = Some(Toast::note(self.now, message));
        }
        self.field_changed();
        refused.is_none()
    }

    /// A field changed: earlier errors and answers about it no longer apply.
    pub(super) fn field_changed(&mut self) {
        let now = self.now;
        let Some(workspace) = self.workspace.as_mut().filter(|_| self.sign_in.is_none()) else { return };
        if workspace.dialogs.is_empty() {
            self.filter_typed();
            self.user_filter_typed();
            return self.log_filter_typed();
        }
        let Some(dialog) = workspace.dialogs.last_mut() else { return };
        if matches!(dialog.kind, DialogKind::Jump(_)) {
            return self.jump_typed();
        }
        let focus = dialog.form.as_ref().and_then(Form::focus);
        match &mut dialog.kind {
            DialogKind::NewPassword(new) => (new.generate, new.wiped) = (false, false),
            DialogKind::Create(create) if focus == Some(Id::Password) => {
                (create.generate, create.wiped) = (false, false);
            }
            DialogKind::Create(_) | DialogKind::Edit(_) if matches!(focus, Some(Id::Name | Id::Username)) => {
                workspace.due.taken = Some(now.plus(ASK_AFTER));
            }
            DialogKind::Create(_) | DialogKind::FindBySecret { .. } | DialogKind::Edit(_) => {}
            _ => return,
        }
        dialog.problem = None;
    }

    pub(super) fn act_on_sign_in(&mut self, action: Action) {
        let Some(sign_in) = &mut self.sign_in else { return };
        let before = sign_in.form.focus();
        let advance = edit(&mut sign_in.form, action);
        if before != sign_in.form.focus()
            && let Some(left) = before
        {
            let fault = sign_in.fault_of(left);
            sign_in.form.judge(left, fault);
        }
        if let Some(Advance::Submit | Advance::Pressed(_)) = advance {
            self.submit_sign_in();
        }
    }

    /// Submits the form of set-up, sign-in or lock.
    fn submit_sign_in(&mut self) {
        let Some(sign_in) = &mut self.sign_in else { return };
        sign_in.message = None;
        sign_in.form.clear_faults();
        sign_in.form.leave_all();
        if let Err((id, message)) = sign_in.check() {
            sign_in.form.fault(id, message);
            return self.drop_type_ahead();
        }
        let call = call_of(sign_in);
        self.call(Slot::SignIn, call);
    }

    /// Shows a message under the form of set-up, sign-in or lock, and clears the typed password where another try is
    /// possible.
    pub(in crate::tui) fn show_sign_in_message(&mut self, message: SignInMessage) {
        if let Some(sign_in) = &mut self.sign_in {
            if sign_in.kind != SignInKind::SetUp {
                sign_in.form.wipe_passwords();
                sign_in.form.focus_on(Id::Password);
            }
            sign_in.message = Some(message);
        }
        self.drop_type_ahead();
    }
}

fn call_of(sign_in: &SignInScreen) -> Call {
    let (name, password) = (sign_in.name().to_owned(), sign_in.form.secret(Id::Password));
    match sign_in.kind {
        SignInKind::SetUp => {
            let account = sign_in.form.text(Id::Account).trim().to_owned();
            Call::SetUp(SetUp { account, name, password })
        }
        SignInKind::SignIn | SignInKind::Lock => Call::SignIn { name, password },
    }
}
