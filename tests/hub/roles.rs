//! The group roles of `assets/sql/roles.sql`: what each may do, and what its database refuses.

use std::sync::Arc;

use keydesk::account::PublicKey;
use keydesk::account::Role;
use keydesk::credential::{Kind, Overlap, Verb};
use keydesk::hub::{DeskPaths, Hub, PostgresPlace, ProcessKind, StorePlace, StoreUse, UsageReport, authorized_key};

use super::made::open;
use super::one_store::is_of_the_other_store;
use super::server::server;
use super::support::{Desk, refusal, wanted};

pub const ROLES: &str = include_str!("../../assets/sql/roles.sql");

#[test]
fn each_role_does_its_work_and_nothing_else() {
    if is_of_the_other_store!() {
        return;
    }
    let desk = Desk::on_disk();
    let StorePlace::Postgres(owner) = desk.places().store else { panic!("no server") };
    let server = server().unwrap();
    server.sql(&owner.database, ROLES);
    for (user, group) in [("desk_user", "desk"), ("verifier_user", "verifier"), ("keys_user", "keys")] {
        server
            .sql("postgres", &format!("DROP ROLE IF EXISTS {user}; CREATE ROLE {user} LOGIN IN ROLE keydesk_{group}"));
    }
    let place =
        |user: &str| StorePlace::Postgres(Arc::new(PostgresPlace { user: user.to_owned(), ..(*owner).clone() }));
    let as_user = |user: &str, store_use| -> Hub {
        open(&DeskPaths { store: place(user), store_use, ..desk.places() }, desk.clock.clone())
    };

    let hub = as_user("desk_user", StoreUse::Desk);
    let alice = desk.alice();
    let row = hub.create(&alice, &wanted(Kind::Hmac, "one")).unwrap().row;
    let row = hub.rotate(&alice, row.target(), Overlap::Day).unwrap().row;
    hub.set_state(&alice, &[row.target()], Verb::Disable).unwrap();
    hub.add_user(&alice, "chen", Role::Basic, &keydesk::secret::Secret::from_text("another horse battery")).unwrap();
    super::support::set_lock_time(&hub, &alice, 20).unwrap();
    hub.accept_store(&alice, false).unwrap();
    assert!(hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken.is_none());

    let verifier = as_user("verifier_user", StoreUse::Verifier);
    verifier.feed().position().unwrap();
    verifier.feed().write_refusals(&[refusal(row.id, "signature_wrong")]).unwrap();
    assert_eq!(desk.number("SELECT COUNT(*) FROM refusal"), 1);
    let used = UsageReport { credential: row.id.0, secret: 1, at: desk.hub.now().seconds(), address: None };
    verifier.feed().write_uses(&[used]).unwrap();
    verifier.note_process(&verifier.process_note(ProcessKind::Verifier).unwrap()).unwrap();
    let why = verifier.create(&alice, &wanted(Kind::Basic, "planted")).unwrap_err();
    assert!(why.exit_code() == 6 && why.to_string().contains("permission denied"), "{why}");

    let key =
        PublicKey::of("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAINfy3/VFcxeGlxU91B6hAirwxwDTMIJMFBng9lP1RR6n").unwrap();
    assert_eq!(authorized_key(&place("keys_user"), &key, &*desk.clock).unwrap(), None);

    for (user, sql) in [
        ("desk_user", "UPDATE trail SET what = '' WHERE no = 1"),
        ("desk_user", "DELETE FROM trail WHERE no = 1"),
        ("desk_user", "TRUNCATE trail"),
        ("desk_user", "DROP TRIGGER trail_keeps_rows ON trail"),
        ("desk_user", "ALTER TABLE trail DISABLE TRIGGER ALL"),
        ("desk_user", "UPDATE schema_step SET oldest = 1"),
        ("desk_user", "CREATE TABLE keydesk.more (id TEXT)"),
        ("desk_user", "DELETE FROM head"),
        ("verifier_user", "UPDATE credential SET state = 'active'"),
        ("verifier_user", "INSERT INTO secret SELECT * FROM secret"),
        ("verifier_user", "UPDATE person SET role = 'administrator'"),
        ("verifier_user", "UPDATE setting SET value = '0'"),
        ("verifier_user", "DELETE FROM trail"),
        ("verifier_user", "UPDATE ring SET active = 0"),
        ("keys_user", "SELECT 1 FROM secret"),
        ("keys_user", "SELECT 1 FROM credential"),
        ("keys_user", "SELECT 1 FROM ring"),
        ("keys_user", "UPDATE ssh_key SET state = 'active'"),
    ] {
        let said = server.sql_as(user, &owner.database, &format!("SET search_path = keydesk; {sql}")).unwrap_err();
        let refused = ["permission denied", "must be owner", "keeps its rows"].iter().any(|word| said.contains(word));
        assert!(refused, "{user}: {sql}: {said}");
    }
    // One grant more than these is a change from outside.
    server.sql(&owner.database, "GRANT INSERT ON keydesk.credential TO keydesk_verifier");
    let why = hub.create(&alice, &wanted(Kind::Basic, "two")).unwrap_err();
    assert!(why.to_string().contains("outside keydesk"), "{why}");
}
