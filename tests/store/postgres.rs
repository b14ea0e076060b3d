//! What only PostgreSQL has: servers that go away, catalogues that others change, roles.

use std::sync::Arc;

use keydesk::store::{
    Cancel, Commit, NEWEST_STEP, PostgresPlace, PostgresStore, Store as _, StoreError, StoreUse, tables,
};
use keydesk::vault::sha256;

use super::server::{Server, server};

pub fn made(server: &Server) -> (Arc<PostgresPlace>, PostgresStore) {
    let place = server.database();
    PostgresStore::create_at(&place, NEWEST_STEP).unwrap();
    let store = PostgresStore::open(&place, StoreUse::Desk, &mut |_, _| Ok(())).unwrap();
    (place, store)
}

#[test]
fn what_an_operator_does_to_a_server_is_no_tampering() {
    let Some(server) = server() else { return };
    let (place, store) = made(server);
    for done in [
        "ANALYZE",
        "VACUUM",
        "VACUUM FULL",
        "REINDEX TABLE keydesk.credential",
        "REINDEX SCHEMA CONCURRENTLY keydesk",
        // What that looks like while it works, which takes an hour on a large table.
        "CREATE INDEX credential_by_change_ccnew ON keydesk.credential (change);
         UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'keydesk.credential_by_change_ccnew'::regclass",
        "CREATE TABLE public.of_another_program (id TEXT)",
        "ALTER TABLE keydesk.head SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_enabled = false)",
        "ALTER INDEX keydesk.credential_by_change SET (fillfactor = 70, deduplicate_items = off)",
        "ALTER INDEX keydesk.setting_pkey SET (fillfactor = 70)",
        "REINDEX INDEX CONCURRENTLY keydesk.credential_by_change",
        // Every index, those with a condition too.
        "DO $$ DECLARE name regclass; BEGIN FOR name IN SELECT indexrelid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
             WHERE c.relnamespace = 'keydesk'::regnamespace LOOP
             EXECUTE format('ALTER INDEX %s SET (fillfactor = 80)', name); END LOOP; END $$",
        "ALTER INDEX keydesk.credential_by_change RESET (fillfactor, deduplicate_items)",
        "ALTER TABLE keydesk.credential ALTER COLUMN name SET STATISTICS 500, ALTER COLUMN name SET STORAGE EXTERNAL,
             ALTER COLUMN name SET (n_distinct = -1)",
        "ALTER TABLE keydesk.trail CLUSTER ON trail_pkey; CLUSTER keydesk.trail",
        "ALTER TABLE keydesk.trail REPLICA IDENTITY FULL",
        "CREATE PUBLICATION p FOR ALL TABLES",
        "COMMENT ON TABLE keydesk.head IS 'theirs'",
        "CREATE STATISTICS public.s ON kind, state FROM keydesk.credential",
    ] {
        server.sql(&place.database, done);
        store.write().unwrap_or_else(|why| panic!("{done}: {why}"));
    }
}

/// A server that crashed gives the number of a transaction that was lost once more: its snapshot looks like the one before.
#[test]
fn behind_a_new_connection_anything_may_have_changed() {
    let Some(server) = Server::start("-c autovacuum=off") else { return };
    let (place, store) = made(&server);
    assert_eq!((store.changed(), store.changed()), (Ok(true), Ok(false)));
    let sql = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()";
    server.sql("postgres", &sql.replace("{}", &place.database));
    assert_eq!((store.changed(), store.changed()), (Ok(true), Ok(false)));
}

#[test]
fn the_catalogue_is_the_same_for_every_owner() {
    let Some(server) = server() else { return };
    let (place, store) = made(server);
    server.sql("postgres", "CREATE ROLE owner_of_a_desk LOGIN");
    let other = server.database();
    server.sql("postgres", &format!("ALTER DATABASE {} OWNER TO owner_of_a_desk", other.database));
    let other = Arc::new(PostgresPlace { user: "owner_of_a_desk".to_owned(), ..(*other).clone() });
    PostgresStore::create_at(&other, NEWEST_STEP).unwrap();
    let of_owner = PostgresStore::open(&other, StoreUse::Desk, &mut |_, _| Ok(())).unwrap();
    let catalogue = |store: &PostgresStore| store.read(&Cancel::default()).unwrap().catalogue().unwrap();
    assert_eq!(catalogue(&store), catalogue(&of_owner));
    assert!(catalogue(&store).len() > 5_000, "{}", &place.database);
}

#[test]
fn the_catalogue_of_a_step_is_the_same_in_every_version() {
    let Some(server) = server() else { return };
    let (_, store) = made(server);
    let catalogue = store.read(&Cancel::default()).unwrap().catalogue().unwrap();
    let hash: String = sha256(&catalogue).iter().map(|byte| format!("{byte:02x}")).collect();
    // Whatever else is asked of a server: a desk that another version signed at this step would be refused.
    assert_eq!((NEWEST_STEP, hash.as_str()), (12, "cb2c5021178b8127eacdbf8629bd50723d6eb86f0a29ff3220be962a9f08dcd2"));
}

#[test]
fn a_connection_that_the_server_ended_is_replaced() {
    let Some(server) = server() else { return };
    let (place, store) = made(server);
    let kill = format!(
        "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()",
        place.database
    );
    let mut reading = store.read(&Cancel::default()).unwrap();
    let mut writing = store.write().unwrap();
    assert_eq!(server.sql(&place.database, &kill), "2");
    let lost = |why: StoreError| matches!(&why, StoreError::Unavailable(said) if said.contains("was lost"));
    assert!(lost(reading.rows("SELECT no FROM trail", &[]).unwrap_err()));
    assert!(lost(writing.execute("DELETE FROM tally", &[]).unwrap_err()));
    drop((reading, writing));
    store.read(&Cancel::default()).unwrap().rows("SELECT no FROM trail", &[]).unwrap();
    store.write().unwrap();
    server.sql(&place.database, &kill);
    assert_eq!(store.changed(), Ok(true));
}

#[test]
fn whoever_stands_still_while_counting_keeps_nobody_from_a_change() {
    let Some(server) = server() else { return };
    let (place, store) = made(server);
    let mut still = store.write_relaxed().unwrap();
    tables::note_asked(&mut *still, 7).unwrap();
    assert!(tables::ever_asked(&mut *still).unwrap(), "it has the row");
    let other = PostgresStore::open(&place, StoreUse::Desk, &mut |_, _| Ok(())).unwrap();
    let mut change = other.write().unwrap();
    tables::lock_asked(&mut *change).unwrap();
    assert!(!tables::ever_asked(&mut *change).unwrap(), "what stood still was undone");
    assert_eq!(change.commit(), Commit::Committed);
    assert!(!matches!(still.commit(), Commit::Committed));
}
