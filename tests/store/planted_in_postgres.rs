//! Whatever somebody plants with SQL who may do everything: noticed by whoever has the desk open, and by whoever opens it, or
//! harmless.

use std::sync::Arc;
use std::sync::OnceLock;

use keydesk::store::{Cancel, NEWEST_STEP, PostgresPlace, PostgresStore, Store as _, StoreError, StoreUse};

use super::server::{Server, server};

/// What is noticed.
const NOTICED: &[&str] = &[
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
    "CREATE VIEW keydesk.v AS SELECT 1",
    "CREATE MATERIALIZED VIEW keydesk.v AS SELECT 1 AS x",
    "CREATE SEQUENCE keydesk.s",
    "CREATE TYPE keydesk.t AS (a int)",
    "CREATE TYPE keydesk.t AS ENUM ('a')",
    "CREATE TYPE keydesk.t",
    "CREATE TYPE keydesk.r AS RANGE (subtype = text)",
    "CREATE DOMAIN keydesk.text AS pg_catalog.text",
    "CREATE DOMAIN keydesk.bigint AS pg_catalog.int8",
    "CREATE AGGREGATE keydesk.max(bigint) (SFUNC = pg_catalog.int8larger, STYPE = bigint)",
    "CREATE PROCEDURE keydesk.p() LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION keydesk.extract(text, timestamptz) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0'",
    "CREATE FUNCTION keydesk.pg_get_indexdef(int) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'",
    "CREATE TABLE keydesk.pg_class (a int)",
    "CREATE COLLATION keydesk.\"C\" (locale = 'C')",
    "CREATE UNLOGGED TABLE keydesk.u (a int)",
    "CREATE TABLE keydesk.part (a int) PARTITION BY RANGE (a)",
    "CREATE TABLE public.part (LIKE keydesk.used_day) PARTITION BY RANGE (day);
     ALTER TABLE public.part ATTACH PARTITION keydesk.used_day DEFAULT",
    "CREATE TABLE keydesk.child () INHERITS (keydesk.head)",
    "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE keydesk.ft (a int) SERVER s",
    "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
     CREATE FOREIGN TABLE public.ft () INHERITS (keydesk.credential) SERVER s",
    "CREATE TRIGGER t BEFORE UPDATE ON keydesk.credential FOR EACH ROW
     EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()",
    "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
     CREATE CONSTRAINT TRIGGER t AFTER UPDATE ON keydesk.head DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.f()",
    "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
     CREATE TRIGGER t AFTER TRUNCATE ON keydesk.head EXECUTE FUNCTION public.f()",
    "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
     CREATE TRIGGER t AFTER UPDATE ON keydesk.head EXECUTE FUNCTION public.f(); ALTER TABLE keydesk.head DISABLE TRIGGER t",
    "ALTER TABLE keydesk.trail ENABLE REPLICA TRIGGER trail_keeps_rows",
    "ALTER TRIGGER trail_keeps_rows ON keydesk.trail RENAME TO other",
    "DROP TRIGGER trail_keeps_all ON keydesk.trail",
    "ALTER FUNCTION keydesk.trail_keeps() RENAME TO other",
    "ALTER FUNCTION keydesk.trail_keeps() IMMUTABLE",
    "ALTER FUNCTION keydesk.trail_keeps() SET row_security = off",
    "CREATE RULE r AS ON INSERT TO keydesk.trail DO ALSO NOTHING; ALTER TABLE keydesk.trail DISABLE RULE r",
    "CREATE POLICY p ON keydesk.head FOR UPDATE TO PUBLIC USING (TRUE)",
    "ALTER TABLE keydesk.head ALTER COLUMN change TYPE integer",
    "ALTER TABLE keydesk.head ALTER COLUMN change SET DEFAULT 7",
    "ALTER TABLE keydesk.head ALTER COLUMN epoch ADD GENERATED BY DEFAULT AS IDENTITY",
    "ALTER TABLE keydesk.head RENAME COLUMN mac TO mac2",
    "ALTER TABLE keydesk.head DROP COLUMN mac",
    "ALTER TABLE keydesk.head ADD COLUMN x int",
    "ALTER TABLE keydesk.head RENAME TO head2",
    "ALTER TABLE keydesk.head DROP CONSTRAINT head_pkey",
    "ALTER TABLE keydesk.credential DROP CONSTRAINT credential_pkey CASCADE",
    "ALTER TABLE keydesk.secret ALTER CONSTRAINT secret_credential_fkey DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE keydesk.secret DROP CONSTRAINT secret_credential_fkey; ALTER TABLE keydesk.secret ADD CONSTRAINT
     secret_credential_fkey FOREIGN KEY (credential) REFERENCES keydesk.credential (id) NOT VALID",
    "ALTER TABLE keydesk.secret DROP CONSTRAINT secret_credential_fkey; ALTER TABLE keydesk.secret ADD CONSTRAINT
     secret_credential_fkey FOREIGN KEY (credential) REFERENCES keydesk.credential (id) ON DELETE CASCADE",
    "ALTER TABLE keydesk.credential ADD CONSTRAINT c EXCLUDE USING btree (id WITH =)",
    "ALTER TABLE keydesk.credential ADD CONSTRAINT c UNIQUE (name)",
    "ALTER TABLE keydesk.credential ADD CHECK (length(name) < 100)",
    "ALTER TABLE keydesk.credential ALTER COLUMN name TYPE varchar(500) COLLATE \"C\"",
    "ALTER TABLE keydesk.credential ALTER COLUMN name TYPE text COLLATE \"default\"",
    "ALTER TABLE keydesk.credential ADD COLUMN g text GENERATED ALWAYS AS (name || 'x') STORED",
    "ALTER INDEX keydesk.credential_by_name RENAME TO other",
    "DROP INDEX keydesk.credential_by_expiry",
    "DROP INDEX keydesk.credential_by_expiry;
     CREATE INDEX credential_by_expiry ON keydesk.credential (expires_at, id) WHERE state = 'active'",
    "DROP INDEX keydesk.credential_by_name; CREATE INDEX credential_by_name ON keydesk.credential USING hash (name)",
    "CREATE INDEX n ON keydesk.credential (name)",
    "CREATE UNIQUE INDEX n ON keydesk.usage (credential)",
    "CREATE INDEX n ON keydesk.credential ((lower(name)))",
    "UPDATE pg_index SET indisready = FALSE WHERE indexrelid = 'keydesk.credential_by_name'::regclass",
    "UPDATE pg_index SET indislive = FALSE WHERE indexrelid = 'keydesk.credential_by_name'::regclass",
    "UPDATE pg_index SET indisunique = FALSE WHERE indexrelid = 'keydesk.credential_pkey'::regclass",
    "UPDATE pg_index SET indimmediate = FALSE WHERE indexrelid = 'keydesk.credential_pkey'::regclass",
    "UPDATE pg_constraint SET convalidated = FALSE WHERE conname = 'credential_state_check'",
    "UPDATE pg_class SET relhastriggers = FALSE WHERE oid = 'keydesk.trail'::regclass",
    "UPDATE pg_class SET relhasindex = FALSE WHERE oid = 'keydesk.credential'::regclass",
    "UPDATE pg_class SET relchecks = 0 WHERE oid = 'keydesk.credential'::regclass",
    "UPDATE pg_attribute SET attnotnull = FALSE WHERE attrelid = 'keydesk.head'::regclass AND attname = 'mac'",
    "UPDATE pg_trigger SET tgenabled = 'O' WHERE tgname = 'trail_keeps_rows'",
    "UPDATE pg_trigger SET tgfoid = 'pg_catalog.suppress_redundant_updates_trigger'::regproc WHERE tgname = 'trail_keeps_rows'",
    "DELETE FROM pg_trigger WHERE tgname = 'trail_keeps_rows'",
    "DELETE FROM pg_trigger WHERE tgisinternal AND tgrelid = 'keydesk.secret'::regclass",
    "UPDATE pg_proc SET prosrc = 'BEGIN RETURN OLD; END' WHERE proname = 'trail_keeps'",
    "GRANT SELECT ON ALL TABLES IN SCHEMA keydesk TO pg_monitor",
    "GRANT TRIGGER ON keydesk.head TO PUBLIC",
    "GRANT REFERENCES ON keydesk.person TO PUBLIC",
    "GRANT TRUNCATE ON keydesk.trail TO pg_monitor",
    "GRANT SELECT (sealed) ON keydesk.secret TO pg_monitor",
    "GRANT SELECT ON keydesk.head TO pg_monitor WITH GRANT OPTION",
    "GRANT CREATE ON SCHEMA keydesk TO PUBLIC",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA keydesk GRANT EXECUTE ON FUNCTIONS TO pg_monitor",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA keydesk GRANT USAGE ON TYPES TO pg_monitor",
    "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO pg_monitor",
    "ALTER SCHEMA keydesk OWNER TO pg_monitor",
    "ALTER TABLE keydesk.setting OWNER TO pg_monitor",
    "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
     CREATE EVENT TRIGGER planted ON sql_drop EXECUTE FUNCTION public.e()",
    "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
     CREATE EVENT TRIGGER planted ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.e();
     ALTER EVENT TRIGGER planted ENABLE ALWAYS",
];

/// What is not, and why it need not be.
const TAKEN: &[(&str, &str)] = &[
    ("CREATE CONVERSION keydesk.c FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1", "text is sent as UTF8"),
    ("CREATE OPERATOR FAMILY keydesk.f USING btree", "an index names its own"),
    (
        "CREATE OPERATOR CLASS keydesk.c FOR TYPE text USING btree AS OPERATOR 3 =, FUNCTION 1 bttextcmp(text, text)",
        "an index names its own, and one that is made anew is noticed",
    ),
    ("CREATE TEXT SEARCH CONFIGURATION keydesk.t (COPY = simple)", "keydesk searches with LIKE"),
    ("CREATE TEXT SEARCH DICTIONARY keydesk.d (TEMPLATE = simple)", "keydesk searches with LIKE"),
    ("CREATE STATISTICS keydesk.s ON kind, state FROM keydesk.credential", "a plan is no result"),
    ("ALTER FUNCTION keydesk.trail_keeps() STRICT", "a trigger's function has no arguments"),
    ("ALTER FUNCTION keydesk.trail_keeps() LEAKPROOF", "it is in no view"),
    ("ALTER FUNCTION keydesk.trail_keeps() COST 7", "a plan is no result"),
    ("ALTER FUNCTION keydesk.trail_keeps() PARALLEL SAFE", "a change is not made in parallel"),
    ("REVOKE EXECUTE ON FUNCTION keydesk.trail_keeps() FROM PUBLIC", "a trigger asks for no right"),
    ("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC", "a right less"),
    ("UPDATE pg_index SET indcheckxmin = TRUE WHERE indexrelid = 'keydesk.credential_by_name'::regclass", "a plan is no result"),
    ("UPDATE pg_class SET relhasrules = TRUE WHERE oid = 'keydesk.head'::regclass", "there are none"),
    ("UPDATE pg_class SET reltuples = 1e9 WHERE oid = 'keydesk.credential'::regclass", "a plan is no result"),
    (
        "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
         CREATE EVENT TRIGGER planted ON ddl_command_end EXECUTE FUNCTION public.e(); ALTER EVENT TRIGGER planted DISABLE",
        "it does not run",
    ),
    ("CREATE CAST (text AS bigint) WITH INOUT AS ASSIGNMENT", "every value is sent with its type"),
    ("CREATE LANGUAGE l HANDLER plpgsql_call_handler", "no function is in it"),
    ("CREATE PUBLICATION p FOR TABLE keydesk.head", "it reads only, and is written up as not noticed"),
    ("ALTER TABLE keydesk.trail REPLICA IDENTITY NOTHING", "of replicas by another way than the server's own"),
    ("COMMENT ON TABLE keydesk.head IS 'x'", "nobody asks for it"),
    ("ALTER TABLE keydesk.head SET (user_catalog_table = TRUE)", "of replicas by another way than the server's own"),
    ("ALTER TABLE keydesk.head ALTER COLUMN mac SET STORAGE EXTERNAL", "how it is stored"),
    ("ALTER TABLE keydesk.credential SET WITHOUT CLUSTER", "how it is stored"),
    ("CREATE VIEW public.v AS SELECT * FROM keydesk.secret", "written up as not noticed"),
];

/// An open desk without rows, in a database of its own.
fn desk(server: &Server) -> (Arc<PostgresPlace>, PostgresStore) {
    static MADE: OnceLock<String> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let place = server.database();
        PostgresStore::create_at(&place, NEWEST_STEP).unwrap();
        server.disconnect(&place.database);
        place.database.clone()
    });
    let place = server.copy(made);
    let store = opened(&place).unwrap();
    (place, store)
}

fn opened(place: &Arc<PostgresPlace>) -> Result<PostgresStore, StoreError> {
    PostgresStore::open(place, StoreUse::Desk, &mut |_, _| Ok(()))
}

/// What the step's row is signed with, and compared with at each start.
fn catalogue(store: &PostgresStore) -> Result<Vec<u8>, StoreError> {
    store.read(&Cancel::default())?.catalogue()
}

/// Allows what the server itself never does to its own catalogue.
fn plant(server: &Server, place: &PostgresPlace, sql: &str) {
    server.sql(&place.database, &format!("SET allow_system_table_mods = on; {sql}"));
}

#[test]
fn whatever_is_planted_in_the_schema_is_noticed() {
    let Some(server) = server() else { return };
    server.sql("postgres", "CREATE ROLE keydesk_stranger");
    for planted in NOTICED {
        let (place, store) = desk(server);
        let signed = catalogue(&store).unwrap();
        drop(store.write().unwrap());
        plant(server, &place, planted);
        let why = store.write().err().unwrap_or_else(|| panic!("not noticed: {planted}"));
        assert!(matches!(&why, StoreError::Foreign(said) if said.contains("was changed while")), "{planted}: {why:?}");
        assert!(store.fresh().is_err(), "{planted}");
        let started = opened(&place).and_then(|store| catalogue(&store));
        assert!(started.is_err() || started.is_ok_and(|is| is != signed), "{planted}: it is signed");
        drop(store);
        server.sql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", place.database));
    }
}

#[test]
fn what_is_planted_and_changes_nothing_is_taken() {
    let Some(server) = server() else { return };
    for (planted, why) in TAKEN {
        let (place, store) = desk(server);
        let signed = catalogue(&store).unwrap();
        plant(server, &place, planted);
        assert!(store.write().is_ok(), "{planted}: {why}");
        assert_eq!(opened(&place).and_then(|store| catalogue(&store)), Ok(signed), "{planted}: {why}");
    }
}
