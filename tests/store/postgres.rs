//! What only PostgreSQL has: servers that go away, catalogues that others change, roles.

use std::sync::Arc;

use keydesk::store::{
    Cancel, Commit, NEWEST_STEP, PostgresPlace, PostgresStore, Store as _, StoreError, StoreUse, tables,
};
use keydesk::vault::sha256;

use super::server::{Server, server};

fn made(server: &Server) -> (Arc<PostgresPlace>, PostgresStore) {
    let place = server.database();
    PostgresStore::create_at(&place, NEWEST_STEP).unwrap();
    let store = PostgresStore::open(&place, StoreUse::Desk, &mut |_, _| Ok(())).unwrap();
    (place, store)
}

#[test]
fn whatever_is_planted_in_the_schema_is_noticed() {
    let Some(server) = server() else { return };
    server.sql("postgres", "CREATE ROLE keydesk_stranger");
    for planted in [
        "CREATE TABLE keydesk.more (id TEXT)",
        "CREATE FUNCTION keydesk.lower(bigint) RETURNS text LANGUAGE sql AS $$ SELECT '' $$",
        "CREATE RULE r AS ON UPDATE TO keydesk.credential DO ALSO NOTHING",
        "CREATE POLICY p ON keydesk.credential USING (FALSE)",
        "ALTER TABLE keydesk.credential ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE keydesk.trail DISABLE TRIGGER trail_keeps_rows",
        "ALTER TABLE keydesk.trail ENABLE TRIGGER trail_keeps_rows",
        "ALTER TABLE keydesk.secret DISABLE TRIGGER ALL",
        "ALTER TABLE keydesk.credential ALTER COLUMN state SET DEFAULT 'active'",
        "DROP INDEX keydesk.credential_by_name",
        "ALTER TABLE keydesk.credential DROP CONSTRAINT credential_state_check",
        "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
         CREATE TRIGGER planted AFTER UPDATE ON keydesk.credential FOR EACH ROW EXECUTE FUNCTION public.f()",
        "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
         CREATE EVENT TRIGGER planted ON ddl_command_start EXECUTE FUNCTION public.e()",
        "CREATE TABLE public.child () INHERITS (keydesk.credential)",
        // Whoever owns the parent reads and writes the rows of the child without a grant.
        "CREATE TABLE public.parent (id TEXT COLLATE \"C\" NOT NULL); ALTER TABLE keydesk.credential INHERIT public.parent",
        "CREATE TABLE public.other (id TEXT REFERENCES keydesk.person (id))",
        "CREATE ROLE stranger; ALTER TABLE keydesk.head OWNER TO stranger",
        "GRANT SELECT ON keydesk.secret TO PUBLIC",
        "GRANT UPDATE (state) ON keydesk.credential TO PUBLIC",
        "GRANT USAGE ON SCHEMA keydesk TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA keydesk GRANT INSERT ON TABLES TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        "CREATE COLLATION public.\"C\" (locale = 'C.UTF-8');
         ALTER TABLE keydesk.credential ALTER COLUMN key TYPE text COLLATE public.\"C\"",
        "CREATE DOMAIN public.text AS pg_catalog.text;
         ALTER TABLE keydesk.setting ALTER COLUMN value TYPE public.text",
        "ALTER TABLE keydesk.credential ADD COLUMN planted TEXT GENERATED ALWAYS AS ('active') STORED",
        "ALTER TABLE keydesk.setting ADD COLUMN planted BIGINT GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE keydesk.used_day RENAME TO kept; CREATE VIEW keydesk.used_day AS SELECT * FROM keydesk.kept",
        "ALTER TABLE keydesk.used_day SET SCHEMA public; CREATE VIEW keydesk.used_day AS SELECT * FROM public.used_day",
        "ALTER TABLE keydesk.used_day SET UNLOGGED",
        "ALTER TABLE keydesk.head ALTER COLUMN mac DROP NOT NULL",
        "ALTER TABLE keydesk.credential ADD CONSTRAINT planted CHECK (state <> 'revoked') NOT VALID",
        "ALTER TABLE keydesk.secret DROP CONSTRAINT secret_credential_fkey",
        "CREATE UNIQUE INDEX planted ON keydesk.trail (class)",
        "CREATE INDEX credential_by_change_ccnew ON keydesk.credential ((change + 1));
         UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'keydesk.credential_by_change_ccnew'::regclass",
        "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'keydesk.credential_by_change'::regclass",
        // A condition that looks like a storage parameter.
        "DROP INDEX keydesk.credential_by_change;
         CREATE INDEX credential_by_change ON keydesk.credential (change) WITH (fillfactor = 70) WHERE name <> ' WITH (fillfactor=''70'')'",
        "CREATE FUNCTION public.trail_keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$;
         DROP TRIGGER trail_keeps_rows ON keydesk.trail; CREATE TRIGGER trail_keeps_rows BEFORE DELETE ON keydesk.trail
         FOR EACH ROW EXECUTE FUNCTION public.trail_keeps();
         ALTER TABLE keydesk.trail ENABLE ALWAYS TRIGGER trail_keeps_rows",
        "CREATE OR REPLACE FUNCTION keydesk.trail_keeps() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog
         AS $$ BEGIN RETURN OLD; END $$",
        "ALTER FUNCTION keydesk.trail_keeps() RESET search_path",
        "ALTER FUNCTION keydesk.trail_keeps() SECURITY DEFINER",
        "CREATE RULE planted AS ON DELETE TO keydesk.trail DO INSTEAD NOTHING",
        "CREATE FUNCTION keydesk.same(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT TRUE $$;
         CREATE OPERATOR keydesk.= (LEFTARG = text, RIGHTARG = text, FUNCTION = keydesk.same)",
        "ALTER TABLE keydesk.trail FORCE ROW LEVEL SECURITY",
        "GRANT keydesk_stranger TO postgres; ALTER FUNCTION keydesk.trail_keeps() OWNER TO keydesk_stranger",
    ] {
        let (place, store) = made(server);
        drop(store.write().unwrap());
        server.sql(&place.database, planted);
        let why = store.write().err().unwrap_or_else(|| panic!("not noticed: {planted}"));
        assert!(matches!(&why, StoreError::Foreign(said) if said.contains("was changed while")), "{planted}: {why:?}");
        assert!(store.fresh().is_err(), "{planted}");
    }
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
