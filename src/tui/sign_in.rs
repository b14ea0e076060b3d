//! The screens before the desk: set-up, sign-in, lock.

use crate::hub::InputField;
use crate::time::Millis;
use crate::tui::dialog;
use crate::tui::form::{Form, Id, button, lower_case, password, text, text_with};

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
    /// Who locked the screen: the name is fixed there. Empty on the other screens, where it is a field.
    pub locked_by: String,
    /// Its fields.
    pub form: Form,
    /// The message under the form.
    pub message: Option<SignInMessage>,
    /// Keys do nothing before: they were meant for the desk that locked a moment ago.
    pub deaf_until: Option<Millis>,
}

impl SignInScreen {
    /// Account, first Administrator, password twice.
    pub fn set_up() -> Self {
        let form = Form::new(vec![
            text(Id::Account, "Account"),
            lower_case(text(Id::Name, "Your name")),
            password(Id::Password, "Password"),
            password(Id::Again, "Again"),
            button(Id::Submit, "Set up"),
        ]);
        Self { kind: SignInKind::SetUp, locked_by: String::new(), form, message: None, deaf_until: None }
    }

    /// Name and password.
    pub fn sign_in(name: &str) -> Self {
        let mut form = Form::new(vec![
            lower_case(text_with(Id::Name, "Name", name)),
            password(Id::Password, "Password"),
            button(Id::Submit, "Sign in"),
        ]);
        if !name.is_empty() {
            form.focus_on(Id::Password);
        }
        Self { kind: SignInKind::SignIn, locked_by: String::new(), form, message: None, deaf_until: None }
    }

    /// The password of who locked the screen.
    pub fn lock(name: &str) -> Self {
        let form = Form::new(vec![password(Id::Password, "Password"), button(Id::Submit, "Unlock")]);
        Self { kind: SignInKind::Lock, locked_by: name.to_owned(), form, message: None, deaf_until: None }
    }

    /// Who signs in.
    pub fn name(&self) -> &str {
        match self.kind {
            SignInKind::Lock => &self.locked_by,
            SignInKind::SetUp | SignInKind::SignIn => self.form.text(Id::Name).trim(),
        }
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

    /// What is wrong with one field of set-up that was left; its passwords have rules beside them.
    pub fn fault_of(&self, id: Id) -> Option<String> {
        match (self.kind, id) {
            (SignInKind::SetUp, Id::Account) => self.account().err(),
            (SignInKind::SetUp, Id::Name) => {
                crate::account::UserName::new(self.name()).err().map(|why| why.to_string())
            }
            _ => None,
        }
    }

    fn account(&self) -> Result<(), String> {
        let account = crate::account::AccountName::new(self.form.text(Id::Account));
        account.map(|_| ()).map_err(|why| account_words(&why))
    }

    /// Whether the form can be sent; else where the fault is.
    pub fn check(&self) -> Result<(), (Id, String)> {
        let typed = |id| self.form.password(id).map_or("", |p| p.expose());
        match self.kind {
            SignInKind::SignIn | SignInKind::Lock if self.name().is_empty() => {
                Err((Id::Name, "Type your name.".to_owned()))
            }
            SignInKind::SignIn | SignInKind::Lock if typed(Id::Password).is_empty() => {
                Err((Id::Password, "Type your password.".to_owned()))
            }
            SignInKind::SignIn | SignInKind::Lock => Ok(()),
            SignInKind::SetUp => {
                self.account().map_err(|why| (Id::Account, why))?;
                let name = self.name();
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
