//! Every column of every table, changed by whoever owns the database: found, or decides nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use keydesk::account::{PublicKey, Role};
use keydesk::credential::{Kind, Overlap, Verb};
use keydesk::hub::{
    DeskPaths, Hub, NewSshKey, OpenOutcome, Origin, PostgresPlace, ProcessKind, StorePlace, UsageReport,
};
use keydesk::secret::Secret;

use super::one_store::is_of_the_other_store;
use super::server::{Server, server};
use super::support::{Desk, refusal, set_lock_time};

/// What `audit verify` says nothing of, and why it need not.
const TELL_NOTHING: &[(&str, &str)] = &[
    ("asked", "when a gateway last asked is a line of the overview"),
    ("process", "a wrong tag counts as no verifier"),
    ("refusal", "refused requests prove nothing"),
    ("repeat", "a wrong tag is counted anew"),
    ("ring.created_at", "nobody asks"),
    ("throttle.at", "a wrong tag is a lock at the next sign-in"),
    ("throttle.failed", "the same"),
    ("throttle.locked_until", "the same"),
    ("throttle.pauses", "the same"),
    ("usage", "last uses prove nothing"),
    ("used_day", "the same"),
];

/// One with rows in every table.
fn filled() -> Desk {
    let desk = Desk::on_disk();
    let alice = desk.alice();
    desk.user("chen", Role::Basic);
    let [basic, hmac] = [(Kind::Basic, "one"), (Kind::Hmac, "two")].map(|(kind, name)| desk.create(kind, name).row);
    desk.create(Kind::Legacy, "three");
    desk.hub.rotate(&alice, hmac.target(), Overlap::Day).unwrap();
    desk.hub.set_state(&alice, &[basic.target()], Verb::Revoke).unwrap();
    set_lock_time(&desk.hub, &alice, 20).unwrap();
    for name in ["alice", "nobody"] {
        desk.hub.sign_in(name, &Secret::from_text("wrong wrong wrong"), &Origin::default()).unwrap();
    }
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINfy3/VFcxeGlxU91B6hAirwxwDTMIJMFBng9lP1RR6n";
    desk.hub.add_ssh_key(&alice, "chen", &NewSshKey::of(PublicKey::parse(key).unwrap())).unwrap();
    let used = UsageReport { credential: hmac.id.0, secret: 2, at: desk.hub.now().seconds(), address: None };
    desk.hub.feed().write_uses(&[used]).unwrap();
    desk.hub.feed().write_refusals(&[refusal(hmac.id, "signature_wrong")]).unwrap();
    desk.hub.note_process(&desk.hub.process_note(ProcessKind::Verifier).unwrap()).unwrap();
    desk
}

/// What is said of a database by whoever opens it and checks it; nothing if it is as keydesk left it.
fn found(desk: &Desk, place: &Arc<PostgresPlace>) -> Option<String> {
    let store = StorePlace::Postgres(place.clone());
    let places = DeskPaths { store, state_dir: None, ..desk.places() };
    let hub = match Hub::open(&places, desk.clock.clone()) {
        Ok(OpenOutcome::Ready(hub)) => hub,
        Ok(OpenOutcome::New) => return Some("there is none".to_owned()),
        Err(why) => return Some(why.to_string()),
    };
    let alice = match hub.local_actor("alice", &Origin::default()) {
        Ok(alice) => alice,
        Err(why) => return Some(why.to_string()),
    };
    match hub.verify_trail(&alice, None, &mut |_, _| ()) {
        Err(why) => Some(why.to_string()),
        Ok(report) => report.broken.or_else(|| report.tampered.first().map(|row| format!("{row:?}"))),
    }
}

/// A statement in the way of the triggers, which are there again afterwards.
fn past_triggers(sql: &str) -> String {
    let again = ["rows", "text", "all"].map(|of| format!("ALTER TABLE trail ENABLE ALWAYS TRIGGER trail_keeps_{of}"));
    format!(
        "SET search_path = keydesk; SET session_replication_role = replica; ALTER TABLE trail DISABLE TRIGGER USER; {sql}; {}",
        again.join("; ")
    )
}

/// Values of another sort than what is there, of which the database takes the first that it may.
fn others(column: &str, sort: &str) -> Vec<String> {
    let these: &[&str] = match sort {
        "bigint" => &["COALESCE({}, 0) + 1", "1 - COALESCE({}, 0)"],
        "bytea" => &["CASE WHEN length({}) > 0 THEN set_byte({}, 0, get_byte({}, 0) # 1) ELSE '\\x07' END"],
        _ => &[
            "COALESCE({}, '') || 'x'",
            "'disabled'",
            "'active'",
            "'revoked'",
            "'basic'",
            "'hmac'",
            "'administrator'",
            "'breaking'",
            "'additive'",
            "'removed'",
        ],
    };
    these.iter().map(|value| value.replace("{}", column)).collect()
}

/// A change: what it is called, and statements of which one may do it.
type Change = (String, Vec<String>);

/// Every column changed, and every table with a row less and without any, by table.
fn changes(server: &Server, database: &str) -> BTreeMap<String, Vec<Change>> {
    let sql = "SELECT table_name || ' ' || column_name || ' ' || data_type FROM information_schema.columns \
               WHERE table_schema = 'keydesk' ORDER BY 1";
    let mut changes: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    for line in server.sql(database, sql).lines() {
        let [table, column, sort] = line.splitn(3, ' ').collect::<Vec<_>>().try_into().unwrap();
        // Of the steps of the schema the newest one decides.
        let last = if table == "schema_step" { "it.no" } else { "it::text COLLATE \"C\"" };
        let one = format!("WHERE ctid = (SELECT ctid FROM {table} it ORDER BY {last} DESC LIMIT 1)");
        let removals = || {
            let sql = [format!("DELETE FROM {table} {one}"), format!("DELETE FROM {table}")];
            ["a row", "all rows"].map(str::to_owned).into_iter().zip(sql.map(|sql| vec![sql])).collect()
        };
        let update = |value: String| {
            format!("UPDATE {table} SET {column} = {value} {one} AND {column} IS DISTINCT FROM {value}")
        };
        let updates = others(column, sort).into_iter().map(update).collect();
        changes.entry(table.to_owned()).or_insert_with(removals).push((column.to_owned(), updates));
    }
    changes
}

#[test]
fn every_column_changed_outside_is_found_or_decides_nothing() {
    if is_of_the_other_store!() {
        return;
    }
    let server = server().unwrap();
    let desk = filled();
    let StorePlace::Postgres(of) = desk.places().store else { panic!("no server") };
    assert_eq!(found(&desk, &of), None);
    let (mut wrong, mut changed) = (Vec::new(), 0);
    for (table, all) in &changes(server, &of.database) {
        desk.sql_beside(&format!("CREATE TABLE beside.kept AS SELECT * FROM {table}"));
        for (named, all) in all {
            // The first that the database allows and that changes something.
            let done = all.iter().any(|sql| {
                let sql = past_triggers(&format!("WITH it AS ({sql} RETURNING 1) SELECT count(*) FROM it"));
                server.sql_as("postgres", &of.database, &sql).is_ok_and(|n| n != "0")
            });
            if !done {
                continue;
            }
            changed += 1;
            let told = found(&desk, &of);
            let whole = format!("{table}.{named}");
            if told.is_some() == TELL_NOTHING.iter().any(|(of, _)| of == table || *of == whole) {
                wrong.push(format!("{whole}: {told:?}"));
            }
            let back = past_triggers(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM beside.kept"));
            server.sql(&of.database, &back);
        }
        desk.sql("DROP TABLE beside.kept");
        assert_eq!(found(&desk, &of), None, "{table} is as it was");
    }
    assert!(wrong.is_empty() && changed > 150, "{changed} {wrong:#?}");
}
