//! Passwords of users: the policy for new ones, and how a hash is written.

use crate::account::{PasswordError, check_user_password};
use crate::hub::HubError;
use crate::hub::tx::seal_places::password_place;
use crate::hub::tx::write::Change;
use crate::secret::Secret;
use crate::store::tables::UserRecord;

/// Hash to verify when there is no such user, at the current cost. A match would be refused as well.
pub(crate) const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$a2V5ZGVzayBub2JvZHkuLg$bm9ib2R5IGhhcyB0aGlzIHBhc3N3b3JkLCBub2JvZHkuLi4";

/// Checks a new password against the password policy.
pub(crate) fn check_new_password(name: &str, password: &Secret) -> Result<(), HubError> {
    let text = password.expose_text().ok_or(PasswordError::Control)?;
    Ok(check_user_password(name, text)?)
}

impl Change<'_> {
    /// Writes a new password hash; raises the epoch, so that other sessions end.
    pub(crate) fn set_password(
        &mut self,
        before: UserRecord,
        hash: &str,
        must_change: bool,
        by: &str,
    ) -> Result<UserRecord, HubError> {
        let password_version = before.password_version + 1;
        let password = self.vault().seal(hash.as_bytes(), &password_place(&before.id, password_version))?;
        let user = UserRecord {
            version: before.version + 1,
            epoch: before.epoch + 1,
            password,
            password_version,
            must_change,
            changed_at: self.now.0,
            changed_by: by.to_owned(),
            change: self.number(),
            ..before
        };
        self.update(&user)?;
        Ok(user)
    }
}
