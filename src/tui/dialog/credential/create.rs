//! Create a key: only the name is required, the options are folded away.

use crate::{
    credential::{
        Algorithm, Algorithms, BodyDigest, Kind, Name, Networks, Note, Options, check_password, check_username,
    },
    hub::{Field, NewCredential, NewLegacy, Taken},
    time::{Millis, Seconds, when_or_never},
    tui::{
        dialog::credential::signing,
        form::{Control, Form, Id, button, entry, folded, password, text},
    },
};

/// A validation error: field and sentence.
type Fault = (Id, String);

/// The dialog's state.
#[derive(Debug)]
pub struct Create {
    /// Kind of the new key.
    pub kind: Kind,
    /// The fields.
    pub form: Form,
    /// Legacy: have the password generated.
    pub generate: bool,
    /// What the store said of name and username, and of which ones.
    pub taken: Option<(String, String, Taken)>,
    /// Error of the last try.
    pub problem: Option<String>,
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

impl Create {
    /// An empty form.
    pub fn new(kind: Kind) -> Self {
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
        entries.push(folded(text(Id::NotBefore, "Not before")));
        entries.push(folded(text(Id::Expires, "Expires")));
        entries.push(folded(text(Id::Networks, "Networks")));
        entries.push(folded(text(Id::Note, "Note")));
        if kind == Kind::Hmac {
            entries.extend(signing::entries(&Algorithms::default(), BodyDigest::default()).into_iter().map(folded));
        }
        entries.push(button(Id::Submit, "Create Key"));
        entries.push(button(Id::Cancel, "Cancel"));
        Self { kind, form: Form::new(entries), generate: false, taken: None, problem: None, wiped: false }
    }

    /// What is typed and can be asked about.
    pub fn draft(&self) -> Draft {
        let name = self.form.text(Id::Name).trim().to_owned();
        Draft { name, username: self.form.text(Id::Username).to_owned() }
    }

    /// What the store said of what is typed now.
    pub fn taken_now(&self) -> Option<Taken> {
        let draft = self.draft();
        let (name, username, taken) = self.taken.as_ref()?;
        (*name == draft.name && *username == draft.username).then_some(*taken)
    }

    /// Reads the fields.
    pub fn wanted(&self, now: Millis) -> Result<NewCredential, Fault> {
        let name = match self.kind {
            // The name of a Legacy credential defaults to its username.
            Kind::Legacy if self.draft().name.is_empty() => String::new(),
            _ => self.name()?,
        };
        let legacy = if self.kind == Kind::Legacy { Some(self.legacy()?) } else { None };
        Ok(NewCredential { kind: self.kind, name, legacy, options: self.options(now.seconds())? })
    }

    fn name(&self) -> Result<String, Fault> {
        let name = Name::new(self.form.text(Id::Name)).map_err(|why| (Id::Name, why.to_string()))?;
        Ok(name.as_str().to_owned())
    }

    fn legacy(&self) -> Result<NewLegacy, Fault> {
        let username = self.form.text(Id::Username);
        check_username(username).map_err(|why| (Id::Username, why.to_owned()))?;
        if self.taken_now().is_some_and(|t| t.username) {
            return Err((Id::Username, format!("{username} is taken already. Choose another.")));
        }
        let typed = self.form.password(Id::Password).filter(|p| !p.is_empty());
        let password = match (self.generate, typed) {
            (true, _) => None,
            (false, Some(typed)) => {
                check_password(typed.expose()).map_err(|why| (Id::Password, why.to_owned()))?;
                Some(typed.to_secret())
            }
            (false, None) => {
                return Err((Id::Password, "Type a password, or choose Generate to have one made.".to_owned()));
            }
        };
        Ok(NewLegacy { username: username.to_owned(), password })
    }

    fn options(&self, now: Seconds) -> Result<Options, Fault> {
        let options = Options {
            not_before: self.when(Id::NotBefore, now)?,
            expires_at: self.when(Id::Expires, now)?,
            networks: self.networks()?,
            note: Note::new(self.form.text(Id::Note)).map_err(|why| (Id::Note, why.to_string()))?,
            algorithms: self.algorithms()?,
            body_digest: signing::digest(&self.form),
        };
        options.check(self.kind, now).map_err(|why| (Id::Expires, why.to_string()))?;
        Ok(options)
    }

    fn when(&self, id: Id, now: Seconds) -> Result<Option<Seconds>, Fault> {
        when_or_never(self.form.text(id), now).map_err(|why| (id, why.to_string()))
    }

    fn networks(&self) -> Result<Networks, Fault> {
        Networks::from_line(self.form.text(Id::Networks)).map_err(|why| (Id::Networks, why.to_string()))
    }

    fn algorithms(&self) -> Result<Algorithms, Fault> {
        match self.kind {
            Kind::Hmac => signing::algorithms(&self.form),
            Kind::Basic | Kind::Legacy => Ok(Algorithms::default()),
        }
    }
}

/// The entry that a refusal of the hub is about.
pub fn entry_of(field: Field, kind: Kind) -> Option<Id> {
    Some(match field {
        Field::Name => Id::Name,
        Field::Username => Id::Username,
        Field::LegacyPassword => Id::Password,
        Field::Password if kind == Kind::Legacy => Id::Password,
        Field::NotBefore => Id::NotBefore,
        Field::Expiry => Id::Expires,
        Field::Networks => Id::Networks,
        Field::Note => Id::Note,
        Field::Algorithms => Id::Algorithm(Algorithm::Sha256),
        Field::Account | Field::UserName | Field::Password | Field::Setting(_) | Field::Other => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_786_000_000_000);

    fn typed(kind: Kind, fields: &[(Id, &str)]) -> Create {
        let mut create = Create::new(kind);
        for (id, text) in fields {
            create.form.focus_on(*id);
            create.form.insert(text).unwrap();
        }
        create
    }

    #[test]
    fn the_name_alone_is_enough() {
        let wanted = typed(Kind::Basic, &[(Id::Name, " nightly-export ")]).wanted(NOW).unwrap();
        assert_eq!((wanted.name.as_str(), &wanted.options), ("nightly-export", &Options::default()));
    }

    #[test]
    fn each_wrong_field_is_named() {
        for (kind, fields, at, begins) in [
            (Kind::Basic, &[][..], Id::Name, "A name is needed"),
            (Kind::Basic, &[(Id::Name, "a"), (Id::Expires, "soon")], Id::Expires, "\"soon\" is not a time"),
            (Kind::Basic, &[(Id::Name, "a"), (Id::Networks, "here")], Id::Networks, "\"here\" is not a network"),
            (Kind::Legacy, &[(Id::Username, "abc")], Id::Username, "A Legacy username has"),
            (Kind::Legacy, &[(Id::Username, "smsbatch")], Id::Password, "Type a password, or"),
            (Kind::Legacy, &[(Id::Username, "smsbatch"), (Id::Password, "abc")], Id::Password, "A Legacy password"),
        ] {
            let (id, said) = typed(kind, fields).wanted(NOW).unwrap_err();
            assert_eq!(id, at);
            assert!(said.starts_with(begins), "{said}");
        }
    }

    #[test]
    fn algorithms_of_hmac_only() {
        let mut create = typed(Kind::Hmac, &[(Id::Name, "a")]);
        assert!(create.wanted(NOW).unwrap().options.algorithms.is_any());
        create.form.focus_on(Id::Algorithm(Algorithm::Sha1));
        create.form.toggle();
        assert_eq!(create.wanted(NOW).unwrap().options.algorithms.to_string(), "hmac-sha256 hmac-sha384 hmac-sha512");
        for algorithm in [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512] {
            create.form.focus_on(Id::Algorithm(algorithm));
            create.form.toggle();
        }
        assert_eq!(create.wanted(NOW).unwrap_err().1, "Tick at least one algorithm.");
    }

    #[test]
    fn a_generated_password_needs_none_typed() {
        let mut create = typed(Kind::Legacy, &[(Id::Username, "smsbatch")]);
        create.generate = true;
        let wanted = create.wanted(NOW).unwrap();
        assert!(wanted.legacy.is_some_and(|l| l.password.is_none()));
    }
}
