//! What somebody may set for a role or a database, or put where names are looked for, without touching keydesk's schema: it
//! changes nothing.

use std::sync::Arc;

use keydesk::store::{Cancel, Commit, NEWEST_STEP, PostgresPlace, PostgresStore, Store as _, StoreUse, tables};

use super::server::{Server, TRAPS, server, settings};

fn made(server: &Server) -> Arc<PostgresPlace> {
    let place = server.database();
    PostgresStore::create_at(&place, NEWEST_STEP).unwrap();
    place
}

fn open(place: &Arc<PostgresPlace>) -> PostgresStore {
    PostgresStore::open(place, StoreUse::Desk, &mut |_, _| Ok(())).unwrap()
}

fn set_all(server: &Server, place: &PostgresPlace, of: &str) {
    let all: Vec<_> = settings().map(|setting| format!("ALTER {of} SET {setting}")).collect();
    server.sql("postgres", &all.join("; "));
    server.disconnect(&place.database);
}

/// A change is kept, and on disk; who reads sees it, and that something changed.
fn works(place: &Arc<PostgresPlace>, catalogue: &[u8]) {
    let store = open(place);
    assert_eq!(store.read(&Cancel::default()).unwrap().catalogue().unwrap(), catalogue, "it looks the same");
    assert_eq!(store.changed(), Ok(true));
    let other = open(place);
    let mut tx = other.write().unwrap();
    let durable = tx.row("SELECT current_setting('synchronous_commit')", &[]).unwrap().unwrap().text();
    assert_eq!(durable.as_deref(), Ok("on"));
    tables::add_to_tally(&mut *tx, "basic", "active", 1).unwrap();
    let back = "SELECT $1 || ''";
    let odd = "a\\'b\\\\ \u{e4}\u{1f511}";
    assert_eq!(tx.row(back, &[odd.into()]).unwrap().unwrap().text().as_deref(), Ok(odd));
    let like =
        "SELECT CASE WHEN 'a_b' LIKE 'a\\_b' ESCAPE '\\' AND NOT 'axb' LIKE 'a\\_b' ESCAPE '\\' THEN 1 ELSE 0 END";
    assert_eq!(tx.row(like, &[]).unwrap().unwrap().int(), Ok(1));
    assert_eq!(tx.commit(), Commit::Committed);
    assert_eq!(store.changed(), Ok(true), "another's change is noticed");
    let mut tx = store.read(&Cancel::default()).unwrap();
    assert_eq!(tables::tallies(&mut *tx).unwrap(), [("basic".to_owned(), "active".to_owned(), 1)]);
    drop(tx);
    let mut tx = other.write().unwrap();
    tables::add_to_tally(&mut *tx, "basic", "active", -1).unwrap();
    assert_eq!(tx.commit(), Commit::Committed);
}

/// Set where the server knows it, from 17 on. Longer than a busy machine needs for what is asked of a server before the limit can
/// be lifted.
const OF_NEWER_SERVERS: &str = "SELECT format('ALTER DATABASE %I SET transaction_timeout = %L', current_database(), '2s') \
                                FROM pg_settings WHERE name = 'transaction_timeout'";

#[test]
fn a_time_limit_of_transactions_stops_none() {
    let Some(server) = server() else { return };
    let place = made(server);
    let limits = server.sql(&place.database, OF_NEWER_SERVERS);
    if limits.is_empty() {
        return;
    }
    server.sql("postgres", &limits);
    server.disconnect(&place.database);
    let store = open(&place);
    let mut tx = store.write().unwrap();
    tx.rows("SELECT CASE WHEN pg_sleep(2.2) IS NULL THEN 0 ELSE 1 END", &[]).unwrap();
    tables::add_to_tally(&mut *tx, "basic", "active", 1).unwrap();
    assert_eq!(tx.commit(), Commit::Committed);
}

#[test]
fn settings_of_roles_and_databases_change_nothing() {
    let Some(server) = server() else { return };
    let place = made(server);
    let catalogue = open(&place).read(&Cancel::default()).unwrap().catalogue().unwrap();
    set_all(server, &place, &format!("DATABASE {}", place.database));
    works(&place, &catalogue);
    server.sql("postgres", "CREATE ROLE hostile LOGIN SUPERUSER");
    let other = Arc::new(PostgresPlace { user: "hostile".to_owned(), ..(*made(server)).clone() });
    set_all(server, &other, "ROLE hostile");
    works(&other, &catalogue);
}

/// Tables of the same names.
const TABLES: &str = "CREATE TABLE public.head (LIKE keydesk.head); CREATE TABLE public.tally (LIKE keydesk.tally); \
                      CREATE TABLE public.schema_step (LIKE keydesk.schema_step)";

#[test]
fn names_in_other_schemas_are_never_found() {
    let Some(server) = server() else { return };
    let place = made(server);
    let catalogue = open(&place).read(&Cancel::default()).unwrap().catalogue().unwrap();
    server.sql(&place.database, TRAPS);
    server.sql(&place.database, TABLES);
    for path in ["public, keydesk, pg_catalog", "public, pg_catalog", "pg_temp, public, keydesk, pg_catalog"] {
        server.sql("postgres", &format!("ALTER DATABASE {} SET search_path = {path}", place.database));
        server.disconnect(&place.database);
        works(&place, &catalogue);
        let trapped = "SELECT pg_catalog.count(*) FROM public.trap";
        assert_eq!(server.sql(&place.database, trapped), "0", "{path}: somebody else's function was called");
    }
}
