//! Migrates the rows of an older desk for a schema step that changes what their tags cover, in the transaction of the
//! step: all of it, or nothing.

use std::collections::HashMap;

use crate::hub::HubError;
use crate::hub::audit::trail_state::{LastKnown, TrailState};
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::users::throttle_rows::throttle_id;
use crate::store::tables::{
    self, AccountRecord, CredentialRecord, HeadRow, Record as _, SecretRecord, Tagged, ThrottleRecord,
};
use crate::store::{Cell, StoreError, Value, WriteTx};
use crate::time::Millis;
use crate::vault::{Sums, TagInput, Vault, VaultError};

/// The step that introduced the sums.
pub(crate) const SUMS: i64 = 6;
/// Credentials that are migrated at a time.
const RUN: i64 = 1_000;

/// Gets the number of rows done, and the estimated number of all.
pub type Progress<'a> = &'a mut dyn FnMut(i64, i64);

/// Migrates all rows for step 6: new tags, numbers of secrets in the rows of credentials, and sums in the head.
///
/// A row that was not trusted before is not trusted afterwards: it keeps its wrong tag. When the trail is not intact,
/// nobody can say which rows are older copies. Then the rows keep their tags, but the sums in the head stay empty and
/// match no table: verifiers that start answer nobody until an Administrator accepts the store.
pub(crate) fn over_step_6(
    tx: &mut dyn WriteTx,
    vault: &Vault,
    now: Millis,
    progress: Progress<'_>,
) -> Result<(), HubError> {
    let Some(head) = tables::head(tx)? else { return Ok(()) };
    let was_intact = row_tags::head_of_before_is_intact(vault, &head);
    let trail = TrailState::read(tx, &head, false)?;
    let all: i64 = tables::tallies(tx)?.iter().map(|(_, _, n)| (*n).max(0)).fold(0, i64::saturating_add);
    let (mut after, mut done) = (String::new(), 0);
    loop {
        let run = MigratedCredential::read(tx, vault, &trail, &after, now)?;
        let Some(one) = run.last() else { break };
        after.clone_from(&one.id);
        run.iter().try_for_each(|one| one.write(tx))?;
        done += run.len() as i64;
        progress(done, all);
    }
    migrate_account(tx, vault, &trail)?;
    spoil_users(tx, &trail)?;
    first_throttles(tx, vault, now)?;
    let sums = if trail.whole { table_sums::first(tx, vault)? } else { Sums::default() };
    let mut head = HeadRow { sums: vault.seal_sums(&sums, &head.store_id)?, ..head };
    if was_intact {
        head.mac = row_tags::head_mac(vault, &head)?;
    }
    Ok(tables::update_head(tx, &head)?)
}

/// A credential during its migration, with its secrets.
struct MigratedCredential {
    id: String,
    numbers: [Value; 3],
    tag: Vec<u8>,
    /// Id and tag of each secret.
    secrets: Vec<(String, Vec<u8>)>,
}

/// A secret in its old form, as far as it matters.
struct OldSecret {
    id: String,
    no: i64,
    valid_until: Option<i64>,
    intact: bool,
    tag: Vec<u8>,
}

impl MigratedCredential {
    fn read(
        tx: &mut dyn WriteTx,
        vault: &Vault,
        trail: &TrailState,
        after: &str,
        now: Millis,
    ) -> Result<Vec<Self>, HubError> {
        let mut rows = Vec::new();
        tables::old_credentials(tx, after, RUN, &mut |row| {
            if let [Cell::Text(id), ..] = row {
                rows.push(((*id).to_owned(), row.iter().map(|cell| Value::from(*cell)).collect::<Vec<_>>()));
            }
            Ok(())
        })?;
        let Some((until, _)) = rows.last() else { return Ok(Vec::new()) };
        let mut secrets: HashMap<String, Vec<OldSecret>> = HashMap::new();
        tables::old_secrets(tx, (after, until), &mut |row| {
            if let Some((credential, secret)) = old_secret(vault, row)? {
                secrets.entry(credential).or_default().push(secret);
            }
            Ok(())
        })?;
        rows.into_iter()
            .map(|(id, row)| {
                let secrets = secrets.remove(&id).unwrap_or_default();
                Self::of(vault, trail, id, &row, secrets, now)
            })
            .collect()
    }

    fn of(
        vault: &Vault,
        trail: &TrailState,
        id: String,
        row: &[Value],
        secrets: Vec<OldSecret>,
        now: Millis,
    ) -> Result<Self, HubError> {
        let cells: Vec<_> = row.iter().map(Cell::from).collect();
        let [_, Cell::Int(version), columns @ .., Cell::Bytes(tag)] = cells.as_slice() else {
            return Ok(Self {
                id,
                numbers: [0.into(), Value::Null, Value::Null],
                tag: Vec::new(),
                secrets: Vec::new(),
            });
        };
        let numbers = numbers(&secrets, now.seconds().0);
        let changed_at = columns.get(tables::CHANGED_AT - 2).and_then(number);
        let as_left = !trail.whole
            || trail.keys.get(&id).is_some_and(|told| {
                Some(told.at) == changed_at && numbers.is_none_or(|numbers| are_told(numbers, told, now.seconds().0))
            });
        let trusted = as_left
            && row_tags::is_tag_of(vault, (CredentialRecord::TABLE, &id, *version), columns, tag)
            && secrets.iter().all(|secret| secret.intact);
        let (no, older) = numbers.unwrap_or((0, None));
        let (older_no, older_until) = older.unzip();
        let numbered = [Value::from(no), older_no.into(), older_until.into()];
        let tag = if trusted && numbers.is_some() {
            let input = TagInput::new(CredentialRecord::TABLE, &id, *version);
            vault.tag(&row_tags::add_all(input, columns.iter().copied().chain(numbered.iter().map(Cell::from))))?
        } else {
            tag.to_vec()
        };
        Ok(Self { id, numbers: numbered, tag, secrets: secrets.into_iter().map(|old| (old.id, old.tag)).collect() })
    }

    fn write(&self, tx: &mut dyn WriteTx) -> Result<(), StoreError> {
        tables::migrate_credential(tx, &self.id, self.numbers.clone(), &self.tag)?;
        self.secrets.iter().try_for_each(|(id, tag)| tables::migrate_secret(tx, id, tag))
    }
}

fn number(cell: &Cell<'_>) -> Option<i64> {
    cell.int().ok()
}

/// Reads a secret in its old form, and computes its new tag if the old one is correct.
fn old_secret(vault: &Vault, row: &[Cell<'_>]) -> Result<Option<(String, OldSecret)>, StoreError> {
    let [Cell::Text(id), Cell::Int(version), columns @ .., Cell::Bytes(tag)] = row else { return Ok(None) };
    let [Cell::Text(credential), Cell::Int(no), _, valid_until, ..] = columns else { return Ok(None) };
    let intact = row_tags::is_tag_of(vault, (SecretRecord::TABLE, id, *version), columns, tag);
    let tag = match intact {
        true => migrated_tag(vault, id, columns).map_err(|why| StoreError::Broken(why.to_string()))?,
        false => tag.to_vec(),
    };
    let valid_until = valid_until.maybe_int().unwrap_or(Some(0));
    Ok(Some(((*credential).to_owned(), OldSecret { id: (*id).to_owned(), no: *no, valid_until, intact, tag })))
}

/// The new tag of a secret, which no longer covers its end and its change number.
fn migrated_tag(vault: &Vault, id: &str, columns: &[Cell<'_>]) -> Result<Vec<u8>, VaultError> {
    let kept = columns.iter().enumerate().filter(|(i, _)| ![3, 6].contains(i)).map(|(_, cell)| *cell);
    vault.tag(&row_tags::add_all(TagInput::new(SecretRecord::TABLE, id, 1), kept))
}

/// Number of the current secret, and number and end of the one before; `None` unless exactly one is current.
fn numbers(secrets: &[OldSecret], now: i64) -> Option<(i64, Option<(i64, i64)>)> {
    let mut current = secrets.iter().filter(|secret| secret.valid_until.is_none());
    let one = current.next().filter(|_| current.next().is_none())?;
    let ended = secrets.iter().filter(|secret| secret.no < one.no);
    let older = ended.max_by_key(|secret| secret.no).and_then(|secret| Some((secret.no, secret.valid_until?)));
    // Never more than one older secret works, so the newest of them is enough.
    let others = secrets.iter().filter(|secret| older.is_none_or(|(no, _)| secret.no != no));
    let dead = others.clone().all(|secret| secret.valid_until.is_none_or(|until| until <= now));
    dead.then_some((one.no, older))
}

/// Whether the numbers of the secrets match the trail: an older copy of a secret may end later than the
/// secret was stopped.
fn are_told((no, older): (i64, Option<(i64, i64)>), told: &LastKnown, now: i64) -> bool {
    let until = older.map(|(_, until)| until).filter(|until| *until > now);
    told.revoked || (told.secret == no && until.is_none_or(|until| told.old_until == Some(until)))
}

fn migrate_account(tx: &mut dyn WriteTx, vault: &Vault, trail: &TrailState) -> Result<(), HubError> {
    let Some(Tagged { record, .. }) = tables::account(tx)? else { return Ok(()) };
    if !trail.whole || trail.account.as_ref() == Some(&record.name) {
        let tag = row_tags::tag::<AccountRecord>(vault, &record)?;
        tables::migrate_account(tx, &record.id, &tag)?;
    }
    Ok(())
}

/// Gives every user a row of failed sign-ins: from now on a missing one was removed.
fn first_throttles(tx: &mut dyn WriteTx, vault: &Vault, now: Millis) -> Result<(), HubError> {
    for (_, name, _) in tables::old_users(tx)? {
        let id = throttle_id(vault, &name)?;
        if tables::get::<ThrottleRecord>(tx, "id", &id)?.is_none() {
            let record = ThrottleRecord { id, version: 1, failed: 0, pauses: 0, locked_until: None, at: now.0 };
            tables::insert(tx, &record, row_tags::tag(vault, &record)?)?;
        }
    }
    Ok(())
}

/// Removes the tags of users that are not as the trail left them; the others keep theirs.
fn spoil_users(tx: &mut dyn WriteTx, trail: &TrailState) -> Result<(), HubError> {
    for (id, _, changed_at) in tables::old_users(tx)? {
        if trail.whole && trail.users.get(&id).map(|told| told.at) != Some(changed_at) {
            tables::spoil_user(tx, &id)?;
        }
    }
    Ok(())
}
