//! Create a key: only the name is required, the options are folded away.

use crate::credential::{
    Algorithm, Algorithms, BodyDigest, Kind, Name, Networks, Note, Options, Owner, TagError, Tags, check_username,
};
use crate::hub::{InputField, NameInUse, NewCredential, NewLegacy};
use crate::time::{Millis, Seconds, when_or_never};
use crate::tui::dialog::credential::replace_secret::typed_or_generated;
use crate::tui::dialog::credential::signing;
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Control, Fault, Form, Id, Preset, button, entry, folded, password, text};

/// When a new key expires, mostly.
const EXPIRES: &[&str] = &["never", "30d", "90d", "1y", "other"];

/// What the form itself does not hold.
#[derive(Debug)]
pub struct Create {
    /// Kind of the new key.
    pub kind: Kind,
    /// Legacy: have the password generated.
    pub generate: bool,
    /// What the store said of name and username, and of which ones.
    pub taken: Option<(String, String, NameInUse)>,
    /// The typed password was wiped by the lock.
    pub wiped: bool,
}

/// What is typed and can be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The name, or empty.
    pub name: String,
    /// The username, or empty.
    pub username: String,
}

impl Dialog {
    /// An empty form.
    pub fn create(kind: Kind) -> Self {
        let mut entries = match kind {
            Kind::Legacy => vec![
                text(Id::Username, "Username"),
                password(Id::Password, "Password"),
                button(Id::Generate, "Generate"),
                entry(Id::Options, "Options", Control::Fold { open: false }),
                folded(text(Id::Name, "Name")),
            ],
            Kind::Basic | Kind::Hmac => {
                vec![text(Id::Name, "Name"), entry(Id::Options, "Options", Control::Fold { open: false })]
            }
        };
        entries.push(folded(text(Id::Owner, "Owner")));
        entries.push(folded(text(Id::Tags, "Tags")));
        entries.push(folded(entry(Id::Expires, "Expires", Control::Preset(Preset::new(EXPIRES)))));
        entries.push(folded(text(Id::NotBefore, "Starts")));
        entries.push(folded(text(Id::Networks, "Networks")));
        entries.push(folded(text(Id::Note, "Note")));
        if kind.signs() {
            entries.extend(signing::entries(&Algorithms::default(), BodyDigest::default()).into_iter().map(folded));
        }
        entries.push(button(Id::Submit, "Create key"));
        entries.push(button(Id::Cancel, "Cancel"));
        let create = Create { kind, generate: false, taken: None, wiped: false };
        Self::with_form(Form::new(entries), DialogKind::Create(Box::new(create)))
    }
}

impl Draft {
    /// Reads it from the form.
    pub fn of(form: &Form) -> Self {
        Self { name: form.text(Id::Name).trim().to_owned(), username: form.text(Id::Username).to_owned() }
    }
}

impl Create {
    /// What the store said of what is typed now.
    pub fn taken_now(&self, form: &Form) -> Option<NameInUse> {
        let draft = Draft::of(form);
        let (name, username, taken) = self.taken.as_ref()?;
        (*name == draft.name && *username == draft.username).then_some(*taken)
    }

    /// Reads the fields.
    pub fn wanted(&self, form: &Form, now: Millis) -> Result<NewCredential, Fault> {
        let name = match self.kind {
            // The name of a Legacy credential defaults to its username.
            Kind::Legacy if Draft::of(form).name.is_empty() => String::new(),
            _ => name(form)?,
        };
        let legacy = if self.kind.has_username() { Some(self.legacy(form)?) } else { None };
        Ok(NewCredential { kind: self.kind, name, legacy, options: self.options(form, now.seconds())? })
    }

    /// What is wrong with one field that was left. Username and password have rules beside them.
    pub fn fault_of(&self, form: &Form, id: Id, now: Millis) -> Option<String> {
        let found = match id {
            Id::Name if self.kind.has_username() && Draft::of(form).name.is_empty() => Ok(()),
            Id::Name => name(form).map(drop),
            Id::Expires | Id::NotBefore => when(form, id, now.seconds()).map(drop),
            Id::Networks => networks(form).map(drop),
            Id::Note => note(form).map(drop),
            Id::Owner => owner(form).map(drop),
            Id::Tags => tags(form).map(drop),
            Id::Algorithm(_) => signing::algorithms(form).map(drop),
            _ => Ok(()),
        };
        found.err().filter(|(at, _)| *at == id).map(|(_, why)| why)
    }

    fn legacy(&self, form: &Form) -> Result<NewLegacy, Fault> {
        let username = form.text(Id::Username);
        check_username(username).map_err(|why| (Id::Username, why.to_owned()))?;
        if self.taken_now(form).is_some_and(|t| t.username) {
            return Err((Id::Username, format!("{username} is taken already. Choose another.")));
        }
        Ok(NewLegacy { username: username.to_owned(), password: typed_or_generated(form, self.generate)? })
    }

    fn options(&self, form: &Form, now: Seconds) -> Result<Options, Fault> {
        let options = Options {
            not_before: when(form, Id::NotBefore, now)?,
            expires_at: when(form, Id::Expires, now)?,
            networks: networks(form)?,
            note: note(form)?,
            owner: owner(form)?,
            tags: tags(form)?,
            algorithms: self.algorithms(form)?,
            body_digest: signing::digest(form),
        };
        options.check(self.kind, now).map_err(|why| (Id::Expires, why.to_string()))?;
        Ok(options)
    }

    fn algorithms(&self, form: &Form) -> Result<Algorithms, Fault> {
        match self.kind {
            Kind::Hmac => signing::algorithms(form),
            Kind::Basic | Kind::Legacy => Ok(Algorithms::default()),
        }
    }
}

fn name(form: &Form) -> Result<String, Fault> {
    let name = Name::new(form.text(Id::Name)).map_err(|why| (Id::Name, why.to_string()))?;
    Ok(name.as_str().to_owned())
}

fn note(form: &Form) -> Result<Note, Fault> {
    Note::new(form.text(Id::Note)).map_err(|why| (Id::Note, why.to_string()))
}

fn owner(form: &Form) -> Result<Owner, Fault> {
    Owner::new(form.text(Id::Owner)).map_err(|why| (Id::Owner, why.to_string()))
}

fn tags(form: &Form) -> Result<Tags, Fault> {
    form.text(Id::Tags).parse().map_err(|why: TagError| (Id::Tags, why.to_string()))
}

/// A point in time. "Other" without a word would be never, and that is not what was chosen.
pub fn when(form: &Form, id: Id, now: Seconds) -> Result<Option<Seconds>, Fault> {
    let typed = form.text(id).trim();
    match form.entry(id).map(|entry| &entry.input) {
        Some(Control::Preset(preset)) if preset.is_typed() && typed.is_empty() => {
            Err((id, "Write a span such as 45d, or a date such as 2027-01-31; or choose never.".to_owned()))
        }
        _ => when_or_never(typed, now).map_err(|why| (id, why.to_string())),
    }
}

fn networks(form: &Form) -> Result<Networks, Fault> {
    Networks::from_line(form.text(Id::Networks)).map_err(|why| (Id::Networks, why.to_string()))
}

/// The entry that a refusal of the hub is about.
pub fn entry_of(field: InputField, kind: Kind) -> Option<Id> {
    Some(match field {
        InputField::Name => Id::Name,
        InputField::Username => Id::Username,
        InputField::LegacyPassword => Id::Password,
        InputField::Password if kind.has_username() => Id::Password,
        InputField::NotBefore => Id::NotBefore,
        InputField::Expiry => Id::Expires,
        InputField::Networks => Id::Networks,
        InputField::Note => Id::Note,
        InputField::Algorithms => Id::Algorithm(Algorithm::Sha256),
        InputField::Owner => Id::Owner,
        InputField::Tags => Id::Tags,
        InputField::Account
        | InputField::UserName
        | InputField::Password
        | InputField::SshKey
        | InputField::Setting(_)
        | InputField::Other => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_786_000_000_000);

    struct Typed {
        create: Create,
        form: Form,
    }

    impl Typed {
        fn wanted(&self) -> Result<NewCredential, Fault> {
            self.create.wanted(&self.form, NOW)
        }

        fn ticks(&mut self, algorithm: Algorithm) {
            self.form.focus_on(Id::Algorithm(algorithm));
            self.form.toggle();
        }
    }

    fn typed(kind: Kind, fields: &[(Id, &str)]) -> Typed {
        let Dialog { form: Some(mut form), kind: DialogKind::Create(create), .. } = Dialog::create(kind) else {
            panic!("another dialog")
        };
        for (id, text) in fields {
            form.focus_on(*id);
            form.insert(text).unwrap();
        }
        Typed { create: *create, form }
    }

    #[test]
    fn the_name_alone_is_enough() {
        let wanted = typed(Kind::Basic, &[(Id::Name, " nightly-export ")]).wanted().unwrap();
        assert_eq!((wanted.name.as_str(), &wanted.options), ("nightly-export", &Options::default()));
    }

    #[test]
    fn each_wrong_field_is_named() {
        for (kind, fields, at, begins) in [
            (Kind::Basic, &[][..], Id::Name, "A name is needed"),
            (Kind::Basic, &[(Id::Name, "a"), (Id::Expires, "9soon")], Id::Expires, "\"9soon\" is not a time"),
            (Kind::Basic, &[(Id::Name, "a"), (Id::Networks, "here")], Id::Networks, "\"here\" is not a network"),
            (Kind::Legacy, &[(Id::Username, "abc")], Id::Username, "A Legacy username has"),
            (Kind::Legacy, &[(Id::Username, "smsbatch")], Id::Password, "Type a password, or"),
            (Kind::Legacy, &[(Id::Username, "smsbatch"), (Id::Password, "abc")], Id::Password, "A Legacy password"),
        ] {
            let (id, message) = typed(kind, fields).wanted().unwrap_err();
            assert_eq!(id, at);
            assert!(message.starts_with(begins), "{message}");
        }
    }

    #[test]
    fn algorithms_of_hmac_only() {
        let mut create = typed(Kind::Hmac, &[(Id::Name, "a")]);
        assert!(create.wanted().unwrap().options.algorithms.is_any());
        create.ticks(Algorithm::Sha1);
        assert_eq!(create.wanted().unwrap().options.algorithms.to_string(), "hmac-sha256 hmac-sha384 hmac-sha512");
        for algorithm in [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512] {
            create.ticks(algorithm);
        }
        assert_eq!(create.wanted().unwrap_err().1, "Tick at least one algorithm.");
    }

    #[test]
    fn a_generated_password_needs_none_typed() {
        let mut create = typed(Kind::Legacy, &[(Id::Username, "smsbatch")]);
        create.create.generate = true;
        let wanted = create.wanted().unwrap();
        assert!(wanted.legacy.is_some_and(|l| l.password.is_none()));
    }
}
