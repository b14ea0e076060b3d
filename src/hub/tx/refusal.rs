//! Refusals of the desk in the trail: one row per reason, subject and minute, with a count.

use crate::account::Right;
use crate::hub::audit::action::{self, Action};
use crate::hub::tx::entry::{Author, Subject};
use crate::hub::tx::intent::Intent;
use crate::hub::tx::row_tags;
use crate::hub::tx::write::Change;
use crate::hub::{Actor, CredentialId, Denied, Hub, HubError, SessionOver};
use crate::store::tables::{self, CredentialRecord, RepeatRecord, Tagged, UserRecord};
use crate::time::MINUTE;
use crate::vault::{TagInput, sha256};

/// What the screen refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDeed {
    /// The right that it needs.
    pub right: Right,
    /// The verb, as calls of the hub name it.
    pub asked: &'static str,
    /// The credential that it was about.
    pub credential: Option<CredentialId>,
    /// The user that it was about.
    pub user: Option<String>,
}

impl RefusedDeed {
    /// The use of a right, where nothing more is known.
    pub fn of(right: Right) -> Self {
        Self { right, asked: "use", credential: None, user: None }
    }
}

impl Hub {
    /// Records in the trail that an actor was refused. A conflict or a full disk is not a refusal.
    pub(in crate::hub) fn note_refusal(&self, actor: &Actor, intent: &Intent, why: &HubError) {
        let reason = match why {
            HubError::Denied(_) => format!("{} ({})", intent.asked, intent.right.as_str()),
            HubError::SessionOver(_) => format!("{} (session over)", intent.asked),
            HubError::PasswordMustChange => format!("{} (password must be changed)", intent.asked),
            HubError::Tampered { .. } => format!("{} (tampered)", intent.asked),
            _ => return,
        };
        let tampered = matches!(why, HubError::Tampered { .. });
        let (mut subject, mut what) = (None, String::new());
        if let Some(id) = intent.subject {
            subject = Some(id.to_string());
            what = self.name_of(id).unwrap_or_default();
        }
        if let Some(user) = &intent.user {
            what = self.known_user_name(user).unwrap_or_default();
        }
        let action = match (tampered, &subject) {
            (true, _) => action::TAMPERED,
            (false, Some(_)) => action::REFUSED_KEY,
            (false, None) => action::REFUSED,
        };
        let after = serde_json::json!({ "asked": reason }).to_string();
        let subject = Subject { id: subject, what, before: None, after: Some(after) };
        // The call is refused whether or not the trail can be written: a store that is gone lets nobody in.
        let _ = self.write_refusal(Author::of(actor), action, subject, &reason);
    }

    /// Records a refusal that the screen made itself, because the action was greyed out.
    pub fn record_denied(&self, actor: &Actor, right: Right) -> Result<Denied, HubError> {
        self.record_denied_deed(actor, &RefusedDeed::of(right))
    }

    /// The same, with what was asked and of which credential or user.
    pub fn record_denied_deed(&self, actor: &Actor, deed: &RefusedDeed) -> Result<Denied, HubError> {
        let mut intent = Intent::new(deed.right, deed.asked);
        intent.subject = deed.credential;
        intent.user.clone_from(&deed.user);
        match self.read(actor, &intent, |_| Ok(())) {
            Err(HubError::Denied(denied)) => Ok(denied),
            Err(why) => Err(why),
            // The role was raised in the meantime: nothing is refused, so there is nothing to say.
            Ok(()) => Err(HubError::SessionOver(SessionOver::Changed)),
        }
    }

    /// One row for each reason, subject and minute; the second of a minute only raises the count.
    pub(in crate::hub) fn write_refusal(
        &self,
        author: Author,
        action: Action,
        subject: Subject,
        reason: &str,
    ) -> Result<(), HubError> {
        let who = author.who.clone().unwrap_or_default();
        let mut change = Change::begin(self, author)?;
        change.refusal(action, subject, reason, &who)?;
        change.commit()
    }

    /// The name of a user, if there is one: what was typed in place of a name is not kept.
    fn known_user_name(&self, name: &str) -> Option<String> {
        let mut tx = self.store.read(&crate::store::Cancel::default()).ok()?;
        let found: Option<Tagged<UserRecord>> = tables::get(&mut *tx, "name", name).ok()?;
        found.map(|row| row.record.name)
    }

    fn name_of(&self, id: CredentialId) -> Option<String> {
        let mut tx = self.store.read(&crate::store::Cancel::default()).ok()?;
        let found: Option<Tagged<CredentialRecord>> = tables::get(&mut *tx, "id", &id.to_string()).ok()?;
        found.map(|row| row.record.name)
    }
}

impl Change<'_> {
    /// A refusal inside a transaction of its own or one that counts a try.
    pub(crate) fn refusal(
        &mut self,
        action: Action,
        subject: Subject,
        reason: &str,
        who: &str,
    ) -> Result<(), HubError> {
        let minute = self.now.0.div_euclid(MINUTE);
        let input = TagInput::new("repeat", action.code, minute).text(reason).text(who);
        let input = input.text(subject.id.as_deref().unwrap_or_default()).text(&subject.what);
        let id = data_encoding::HEXLOWER.encode(&sha256(input.as_bytes())[..16]);
        let known: Option<Tagged<RepeatRecord>> = tables::get(&mut *self.tx, "id", &id)?;
        match known {
            Some(row) if row_tags::intact(self.vault(), &row) => {
                let record = row.record;
                self.update(&RepeatRecord { version: record.version + 1, n: record.n + 1, ..record })
            }
            // A count that was changed by hand counts for nothing: a new row of the trail begins a new one.
            known => {
                let no = self.note(action, subject)?;
                let record = RepeatRecord { id, version: 1, no, n: 1 };
                match known {
                    Some(row) => self.replace(&record, row.record.version),
                    None => self.insert(&record),
                }
            }
        }
    }
}
