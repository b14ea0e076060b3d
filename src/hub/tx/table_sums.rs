//! The sums in the head, compared with the rows. A correct tag says that a holder of the master key wrote the row at
//! some time; a correct sum says that the table holds exactly the current rows.

use crate::hub::HubError;
use crate::hub::error::tampered_head;
use crate::hub::users::throttle_rows::throttle_id;
use crate::store::tables::{
    self, AccountRecord, CredentialRecord, HeadRow, Record as _, SecretRecord, SettingRecord, SshKeyRecord, Tagged,
    ThrottleRecord, UserRecord,
};
use crate::store::{Cell, Tx};
use crate::vault::{Sum, Sums, Vault};

/// A table that the head has a sum of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SummedTable {
    pub(crate) table: &'static str,
    /// What its rows are called.
    pub(crate) things: &'static str,
}

const fn summed(table: &'static str, things: &'static str) -> SummedTable {
    SummedTable { table, things }
}

/// The credentials.
pub(crate) const KEYS: SummedTable = summed(CredentialRecord::TABLE, "keys");
/// The secrets, including those that ended.
pub(crate) const SECRETS: SummedTable = summed(SecretRecord::TABLE, "secrets");
/// The account.
pub(crate) const ACCOUNT: SummedTable = summed(AccountRecord::TABLE, "account");
/// The settings.
pub(crate) const SETTINGS: SummedTable = summed(SettingRecord::TABLE, "settings");
/// The users.
pub(crate) const USERS: SummedTable = summed(UserRecord::TABLE, "users");
/// The SSH keys, including removed ones.
pub(crate) const SSH_KEYS: SummedTable = summed(SshKeyRecord::TABLE, "SSH keys");
/// The failed sign-ins.
pub(crate) const TRIES: SummedTable = summed(ThrottleRecord::TABLE, "wrong passwords");

/// All of them.
pub(crate) const ALL: [SummedTable; 7] = [ACCOUNT, USERS, SETTINGS, KEYS, SECRETS, TRIES, SSH_KEYS];
/// Those that there were when sums were introduced.
const FIRST: [SummedTable; 6] = [ACCOUNT, USERS, SETTINGS, KEYS, SECRETS, TRIES];

/// Computes the sum of the rows of a table.
pub(crate) fn sum(tx: &mut dyn Tx, vault: &Vault, of: SummedTable) -> Result<Sum, HubError> {
    if of == TRIES {
        return tries(tx, vault);
    }
    let (mut sum, mut room) = (Sum::default(), Vec::new());
    tables::each_tag(tx, of.table, &mut |row| {
        add(&mut sum, vault, of.table, row, &mut room);
        Ok(())
    })?;
    Ok(sum)
}

/// The sum over the failed sign-ins of users. Rows of other names come and go, since anybody may try any name.
fn tries(tx: &mut dyn Tx, vault: &Vault) -> Result<Sum, HubError> {
    let mut sum = Sum::default();
    // Read as they were at step 6: this runs in the upgrade to it, before later columns are there.
    let names = tables::old_users(tx)?.into_iter().map(|(_, name, _)| throttle_id(vault, &name));
    let ids = names.collect::<Result<Vec<_>, _>>()?;
    for Tagged { record, tag } in tables::get_many::<ThrottleRecord>(tx, &ids)? {
        sum.add(vault.term(ThrottleRecord::TABLE, &record.id, record.version, &tag));
    }
    Ok(sum)
}

/// Adds a row of id, version and tag. A row of other types was not written by keydesk and is left out of the sum.
pub(crate) fn add(sum: &mut Sum, vault: &Vault, table: &str, row: &[Cell<'_>], room: &mut Vec<u8>) {
    if let [Cell::Text(id), Cell::Int(version), Cell::Bytes(tag)] = row {
        sum.add(vault.term_in(table, id, *version, tag, room));
    }
}

/// The sums in a head whose MAC was checked.
pub(crate) fn of_head(vault: &Vault, head: &HeadRow) -> Result<Sums, HubError> {
    vault.open_sums(&head.sums, &head.store_id).map_err(|_| tampered_head())
}

/// Whether the rows of a table match the sum in the head.
pub(crate) fn matches(tx: &mut dyn Tx, vault: &Vault, told: &Sums, of: SummedTable) -> Result<bool, HubError> {
    Ok(sum(tx, vault, of)? == told.of(of.table))
}

/// Computes all sums.
pub(crate) fn all(tx: &mut dyn Tx, vault: &Vault) -> Result<Sums, HubError> {
    of_tables(&ALL, tx, vault)
}

/// Computes the sums of the tables that there are at step 6. A table that came later began with no rows, and the sum of
/// no rows is the one that a head without it stands for.
pub(crate) fn first(tx: &mut dyn Tx, vault: &Vault) -> Result<Sums, HubError> {
    of_tables(&FIRST, tx, vault)
}

fn of_tables(tables: &[SummedTable], tx: &mut dyn Tx, vault: &Vault) -> Result<Sums, HubError> {
    let mut sums = Sums::default();
    for of in tables.iter().copied() {
        *sums.of_mut(of.table) = sum(tx, vault, of)?;
    }
    Ok(sums)
}

/// The first table that does not match its sum in the head, as a sentence without a full stop.
pub(crate) fn first_mismatch(tx: &mut dyn Tx, vault: &Vault, head: &HeadRow) -> Result<Option<String>, HubError> {
    let told = of_head(vault, head)?;
    for of in ALL {
        let (is, should) = (sum(tx, vault, of)?, told.of(of.table));
        if is != should {
            return Ok(Some(sentence(of, is, should)));
        }
    }
    Ok(None)
}

fn sentence(of: SummedTable, is: Sum, should: Sum) -> String {
    let things = of.things;
    match is.rows() == should.rows() {
        true => format!(
            "the {things} are not as keydesk left them: a row was changed outside keydesk, or an older copy of one put back"
        ),
        false => format!(
            "the {things} are not as keydesk left them: {} rows, where there should be {} (removed or added outside keydesk)",
            is.rows(),
            should.rows()
        ),
    }
}
