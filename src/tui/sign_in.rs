//! The screens before the desk: set-up, sign-in, lock.

use crate::hub::InputField;
use crate::time::Millis;
use crate::tui::dialog;
use crate::tui::form::{Form, Id, button, password, text, text_with};

/// Which of the three screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInKind {
    /// Set-up: the desk is new.
    SetUp,
    /// Sign-in: nobody is signed in.
    SignIn,
    /// Lock: the signed-in user is away.
    Lock,
}

/// A message under the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInMessage {
    /// A sentence.
    Sentence(String),
    /// Wrong name or password; tries left, length of the pause that follows.
    Wrong(u32, i64),
    /// The name is locked until then.
    Locked(Millis),
}

/// One of these screens, with its form.
#[derive(Debug)]
pub struct SignInScreen {
    /// Which screen it is.
    pub kind: SignInKind,
    /// Its fields.
    pub form: Form,
    /// The message under the form.
    pub message: Option<SignInMessage>,
}

impl SignInScreen {
    /// Account, first Administrator, password twice.
    pub fn set_up() -> Self {
        let form = Form::new(vec![
            text(Id::Account, "Account"),
            text(Id::Name, "Your name"),
            password(Id::Password, "Password"),
            password(Id::Again, "Again"),
            button(Id::Submit, "Set up"),
        ]);
        Self { kind: SignInKind::SetUp, form, message: None }
    }

    /// Name and password.
    pub fn sign_in(name: &str) -> Self {
        Self::named(SignInKind::SignIn, name)
    }

    /// The sign-in with the name set.
    pub fn lock(name: &str) -> Self {
        Self::named(SignInKind::Lock, name)
    }

    fn named(kind: SignInKind, name: &str) -> Self {
        let mut form = Form::new(vec![
            text_with(Id::Name, "Name", name),
            password(Id::Password, "Password"),
            button(Id::Submit, if kind == SignInKind::Lock { "Unlock" } else { "Sign in" }),
        ]);
        if !name.is_empty() {
            form.focus_on(Id::Password);
        }
        Self { kind, form, message: None }
    }

    /// Says a sentence under the form.
    pub fn saying(self, sentence: impl Into<String>) -> Self {
        Self { message: Some(SignInMessage::Sentence(sentence.into())), ..self }
    }

    /// When the pause after wrong passwords ends, if one was named.
    pub fn pause_end(&self) -> Option<Millis> {
        match self.message {
            Some(SignInMessage::Locked(until)) => Some(until),
            _ => None,
        }
    }

    /// Whether the form can be sent; else where the fault is.
    pub fn check(&self) -> Result<(), (Id, String)> {
        let typed = |id| self.form.password(id).map_or("", |p| p.expose());
        match self.kind {
            SignInKind::SignIn | SignInKind::Lock if self.form.text(Id::Name).trim().is_empty() => {
                Err((Id::Name, "Type your name.".to_owned()))
            }
            SignInKind::SignIn | SignInKind::Lock if typed(Id::Password).is_empty() => {
                Err((Id::Password, "Type your password.".to_owned()))
            }
            SignInKind::SignIn | SignInKind::Lock => Ok(()),
            SignInKind::SetUp => {
                let account = crate::account::AccountName::new(self.form.text(Id::Account));
                account.map_err(|why| (Id::Account, account_words(&why)))?;
                let name = self.form.text(Id::Name).trim();
                crate::account::UserName::new(name).map_err(|why| (Id::Name, why.to_string()))?;
                dialog::check_new(name, typed(Id::Password), typed(Id::Again))
            }
        }
    }
}

fn account_words(why: &crate::credential::NameError) -> String {
    match why {
        crate::credential::NameError::Empty => {
            "The account needs a name: the organisation this desk serves.".to_owned()
        }
        why => why.to_string(),
    }
}

/// The entry that a refusal of the hub is about.
pub fn entry_of(field: InputField) -> Option<Id> {
    match field {
        InputField::Account => Some(Id::Account),
        InputField::UserName | InputField::Name => Some(Id::Name),
        InputField::Password => Some(Id::Password),
        _ => None,
    }
}
