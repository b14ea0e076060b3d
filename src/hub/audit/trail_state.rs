//! What the trail still says for certain. A row counts if the hash chain holds from it to the hash in the head, which
//! has a MAC: in a trail that was edited or cut somewhere, the rows after that place still count.

use std::collections::HashMap;

use crate::account::{Role, UserState};
use crate::hub::HubError;
use crate::hub::audit::action;
use crate::hub::audit::chain::{self, Link, SettingValues};
use crate::hub::users::mapping::is_able_administrator;
use crate::store::tables::{self, CredentialRecord, HeadRow, Record as _, SshKeyRecord, TrailRecord, UserRecord};
use crate::store::{StoreError, Tx};
use crate::time::{Millis, Seconds, parse_when};

/// Rows read at a time.
const BATCH: i64 = 5_000;

/// What the trail says of keys, users and settings.
#[derive(Default)]
pub(crate) struct TrailState {
    /// Keys by their ids.
    pub(crate) keys: HashMap<String, LastKnown>,
    /// Users by their ids.
    pub(crate) users: HashMap<String, LastKnown>,
    /// SSH keys by their ids.
    pub(crate) ssh_keys: HashMap<String, LastKnown>,
    /// The name that set-up gave the account.
    pub(crate) account: Option<String>,
    /// Values of settings.
    pub(crate) settings: SettingValues,
    /// Whether the whole trail counts: what it does not name was never created.
    pub(crate) whole: bool,
}

/// What the trail says about one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LastKnown {
    /// When the row was last changed, in milliseconds.
    pub(crate) at: i64,
    /// Its name at creation; `None` if its creation is not among the rows that count.
    pub(crate) name: Option<String>,
    /// When and by whom it was created.
    pub(crate) made: (i64, String),
    /// The last JSON of the whole row, kept only on request: for a million keys it takes much memory.
    row: Option<Box<str>>,
    /// The number of the newest secret, for a key; 0 if these rows do not say.
    pub(crate) secret: i64,
    /// When the previous secret stops working, in seconds.
    pub(crate) old_until: Option<i64>,
    /// When the password of a user was last set, in milliseconds.
    pub(crate) password_at: i64,
    /// The key is revoked, so its secrets no longer matter; or the SSH key is removed.
    pub(crate) revoked: bool,
}

impl TrailState {
    /// Reads the trail up to the end that the head names; keeps the JSON of rows if `keep`. The MAC of the head was
    /// checked already.
    pub(crate) fn read(tx: &mut dyn Tx, head: &HeadRow, keep: bool) -> Result<Self, HubError> {
        let mut read = Self { whole: true, ..Self::default() };
        let (mut at, end) = (Link::start(head), Link::end(head));
        loop {
            let before = at.no;
            tables::trail_after(tx, before, BATCH, &mut |row| -> Result<(), StoreError> {
                if row.no > head.trail_no {
                    return Ok(());
                }
                if at.step(&row).is_ok() {
                    read.take_up(&row, keep);
                } else {
                    read.forget();
                    at = Link { no: row.no, hash: row.hash };
                }
                Ok(())
            })?;
            if at.no == before {
                break;
            }
        }
        if at != end {
            read.forget();
        }
        Ok(read)
    }

    /// The user of this name, if they are an Administrator who is not disabled. Only a whole trail can say.
    pub(crate) fn administrator(&self, name: &str, epoch: i64) -> Option<UserRecord> {
        let named = |(_, told): &(&String, &LastKnown)| told.name.as_deref() == Some(name);
        let (id, told) = self.users.iter().filter(|_| self.whole).find(named)?;
        let user = told.user(id, name, epoch, Vec::new());
        is_able_administrator(&user).then_some(user)
    }

    fn forget(&mut self) {
        *self = Self::default();
    }

    fn take_up(&mut self, row: &TrailRecord, keep: bool) {
        chain::apply(&mut self.settings, &row.action, row.after.as_deref());
        if row.action == action::SET_UP.code {
            self.account = Some(row.what.clone());
        }
        let of = match changed_row(row) {
            Some(CredentialRecord::TABLE) => &mut self.keys,
            Some(SshKeyRecord::TABLE) => &mut self.ssh_keys,
            Some(_) => &mut self.users,
            None => return,
        };
        let Some(subject) = &row.subject else { return };
        of.entry(subject.clone()).or_default().take_up(row, keep);
    }
}

/// The table of the key, user or SSH key whose row was changed by what this trail row records.
pub(crate) fn changed_row(row: &TrailRecord) -> Option<&'static str> {
    // A lock after wrong passwords has a table of its own and does not change the user's row.
    let beside = [action::USER_LOCKED.code, action::USER_UNLOCKED.code];
    if row.class != "change" || beside.contains(&row.action.as_str()) {
        return None;
    }
    if [action::SSH_KEY_ADDED.code, action::SSH_KEY_REMOVED.code].contains(&row.action.as_str()) {
        return Some(SshKeyRecord::TABLE);
    }
    match row.about.as_str() {
        about if about == action::CREATED.about => Some(CredentialRecord::TABLE),
        about if about == action::USER_ADDED.about => Some(UserRecord::TABLE),
        _ => None,
    }
}

impl LastKnown {
    /// The user as of these trail rows, in a new `epoch` and without a usable password.
    pub(crate) fn user(&self, id: &str, name: &str, epoch: i64, password: Vec<u8>) -> UserRecord {
        let row = self.row();
        let text = |field: &str, none: &str| row[field].as_str().unwrap_or(none).to_owned();
        UserRecord {
            id: id.to_owned(),
            version: 1,
            name: name.to_owned(),
            role: text("role", Role::Basic.as_str()),
            state: text("state", UserState::Disabled.as_str()),
            epoch,
            password,
            password_version: epoch,
            must_change: true,
            created_at: self.made.0,
            created_by: self.made.1.clone(),
            changed_at: self.at,
            changed_by: self.made.1.clone(),
            change: 0,
            note: text("note", ""),
        }
    }

    /// The last JSON of the whole row; null if it is not known.
    pub(crate) fn row(&self) -> serde_json::Value {
        self.row.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Applies a trail row about this key or user. Must get every one, in order.
    pub(crate) fn take_up(&mut self, row: &TrailRecord, keep: bool) {
        self.at = row.at;
        let now = Millis(row.at).seconds().0;
        match row.action.as_str() {
            code if [action::ROTATED.code, action::LEGACY_PASSWORD.code].contains(&code) => {
                let after = row.after.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
                let after = after.unwrap_or_default();
                let until = after["old_until"].as_str().and_then(|text| parse_when(text, Seconds(0)).ok());
                let next = if self.secret > 0 { self.secret + 1 } else { 0 };
                self.secret = after["secret"].as_i64().unwrap_or(next);
                self.old_until = until.map(|at| at.0).or(Some(now));
            }
            code if code == action::OLD_SECRET_STOPPED.code => self.old_until = Some(now),
            code if [action::PASSWORD_SET.code, action::PASSWORD_OWN.code].contains(&code) => self.password_at = row.at,
            code => {
                if code == action::CREATED.code {
                    self.secret = 1;
                }
                if [action::CREATED.code, action::USER_ADDED.code, action::SSH_KEY_ADDED.code].contains(&code) {
                    self.name = Some(row.what.clone());
                    self.made = (row.at, row.who.clone().unwrap_or_default());
                }
                self.revoked = [action::REVOKED.code, action::SSH_KEY_REMOVED.code].contains(&code);
                self.row = row.after.as_deref().filter(|_| keep).map(Box::from);
            }
        }
    }
}
