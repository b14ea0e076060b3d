//! Tags of the schema steps that a store has taken. What the database says about its own schema is trusted only as
//! far as a holder of the master key signed it.

use crate::hub::HubError;
use crate::hub::desk::upgrade;
use crate::store::tables::{self, StepRow};
use crate::store::{NEWEST_STEP, STEPS, StoreError, Tx, WriteTx, oldest};
use crate::vault::{TagInput, Vault, sha256};

fn input(row: &StepRow) -> TagInput {
    let input = TagInput::new("schema_step", &row.no.to_string(), 1);
    input.int(row.applied_at).text(&row.nature).int(row.oldest).bytes(&row.catalogue)
}

/// Signs all steps, once the last one is taken. The newest carries the hash of the whole catalogue after it.
pub(crate) fn sign(tx: &mut dyn WriteTx, vault: &Vault) -> Result<(), HubError> {
    let catalogue = sha256(&tx.catalogue()?).to_vec();
    for mut row in tables::steps(tx)? {
        let Some(step) = STEPS.iter().find(|step| step.no == row.no) else { continue };
        row.nature = step.nature.as_str().to_owned();
        row.oldest = oldest(step.no);
        row.catalogue = if step.no == NEWEST_STEP { catalogue.clone() } else { Vec::new() };
        row.tag = vault.tag(&input(&row))?;
        tables::sign_step(tx, &row)?;
    }
    Ok(())
}

/// Whether this program may use a store at step `at`: its catalogue is the one of the newest step with a correct tag,
/// and that step allows programs as old as this one.
pub(crate) fn check(tx: &mut dyn Tx, vault: &Vault, at: i64) -> Result<(), HubError> {
    // Steps before that are not signed, and have no column for it.
    let steps = if at < upgrade::SUMS { Vec::new() } else { tables::steps(tx)? };
    let newest = steps.iter().find(|row| vault.tag_is_right(&input(row), &row.tag));
    let foreign = |sentence: String| Err(StoreError::Foreign(sentence).into());
    match newest {
        Some(row) if row.no == at && row.oldest <= NEWEST_STEP && row.catalogue == sha256(&tx.catalogue()?) => Ok(()),
        _ if at > NEWEST_STEP => foreign(format!(
            "The database was made by a newer keydesk (schema {at}, this one knows {NEWEST_STEP}). It was left alone; install the \
             newer keydesk."
        )),
        _ => foreign(
            "The schema of the database was changed outside keydesk (a table, index, trigger or view that is not its own). \
             It was left alone; restore a backup."
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::hub::{DeskPaths, Hub, OpenOutcome, Origin, SetUp};
    use crate::secret::Secret;
    use crate::store::SqliteStore;
    use crate::time::{Millis, SetClock};
    use crate::vault::MasterKeyPlace;

    /// A desk that a newer keydesk has brought to the step after the last one.
    fn newer(nature: &str, oldest: i64, planted: &str) -> Result<(), HubError> {
        let dir = tempfile::tempdir().unwrap();
        let places = DeskPaths::new(dir.path().join("keydesk.db"), MasterKeyPlace::file(dir.path().join("master.key")));
        let password = Secret::from_text("correct horse battery");
        let wanted = SetUp { account: "Acme".to_owned(), name: "alice".to_owned(), password };
        let clock = Arc::new(SetClock::at(Millis(1_786_698_764_000)));
        let hub = Hub::set_up(&places, clock.clone(), &wanted, &Origin::default()).unwrap();
        let connection = rusqlite::Connection::open(places.store.file().unwrap()).unwrap();
        let no = NEWEST_STEP + 1;
        connection
            .execute_batch(&format!(
                "CREATE TABLE later (id TEXT NOT NULL PRIMARY KEY) STRICT; PRAGMA user_version = {no};
                 INSERT INTO schema_step (no, applied_at, nature, oldest) VALUES ({no}, 7, '{nature}', {oldest})"
            ))
            .unwrap();
        let store = SqliteStore::open(places.store.file().unwrap(), &mut |_, _| Ok(())).unwrap();
        assert_eq!(crate::store::Store::changed(&store), Ok(true));
        let mut tx = crate::store::Store::read(&store, &crate::store::Cancel::default()).unwrap();
        let catalogue = sha256(&tx.catalogue().unwrap()).to_vec();
        drop(tx);
        let mut row = StepRow { no, applied_at: 7, nature: nature.to_owned(), oldest, catalogue, tag: Vec::new() };
        row.tag = hub.vault.tag(&input(&row)).unwrap();
        let mut tx = crate::store::Store::write(&store).unwrap();
        tables::sign_step(&mut *tx, &row).unwrap();
        assert_eq!(tx.commit(), crate::store::Commit::Committed);
        drop((store, hub));
        connection.execute_batch(planted).unwrap();
        let opened = Hub::open(&places, clock)?;
        let OpenOutcome::Ready(hub) = opened else { panic!("no desk") };
        let alice = hub.local_actor("alice", &Origin::default())?;
        hub.accept_store(&alice, false).map(drop)
    }

    #[test]
    fn only_a_tagged_additive_step_of_a_newer_keydesk_is_accepted() {
        newer("additive", NEWEST_STEP, "").unwrap();
        for (nature, oldest, planted) in [
            ("breaking", NEWEST_STEP + 1, ""),
            ("additive", NEWEST_STEP, "CREATE TABLE more (id TEXT)"),
            ("additive", NEWEST_STEP, "CREATE TRIGGER planted AFTER UPDATE ON head BEGIN DELETE FROM person; END"),
            ("additive", NEWEST_STEP, "UPDATE schema_step SET oldest = 1"),
            (
                "additive",
                NEWEST_STEP,
                "DELETE FROM schema_step WHERE tag = (SELECT tag FROM schema_step ORDER BY no DESC LIMIT 1)",
            ),
            ("additive", NEWEST_STEP, "PRAGMA user_version = 99"),
        ] {
            let why = newer(nature, oldest, planted).unwrap_err();
            assert!(why.to_string().contains("newer keydesk"), "{nature} {oldest} {planted}: {why}");
        }
    }
}
