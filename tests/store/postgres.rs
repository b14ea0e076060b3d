//! What only PostgreSQL has: servers that go away, catalogues that others change, roles.

use std::sync::Arc;

use keydesk::store::{Cancel, NEWEST_STEP, PostgresPlace, PostgresStore, Store as _, StoreError, StoreUse};

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
        "CREATE TABLE public.other (id TEXT REFERENCES keydesk.person (id))",
        "CREATE ROLE stranger; ALTER TABLE keydesk.head OWNER TO stranger",
        "GRANT SELECT ON keydesk.secret TO PUBLIC",
        "GRANT UPDATE (state) ON keydesk.credential TO PUBLIC",
        "GRANT USAGE ON SCHEMA keydesk TO PUBLIC",
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
        "REINDEX TABLE keydesk.credential",
        "CREATE TABLE public.of_another_program (id TEXT)",
        "ALTER TABLE keydesk.head SET (fillfactor = 10)",
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
