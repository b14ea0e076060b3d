//! A database that is written by somebody without the master key.

use keydesk::account::{Role, UserState};
use keydesk::credential::{Kind, Overlap, State, Verb};
use keydesk::hub::{ChangeOutcome, CredentialEdit, HubError, Origin, SessionOver, TrailQuery};

use super::made::on_postgres;
use super::support::{Desk, NOW, seen};

#[test]
fn what_was_changed_outside_is_told_beside_the_log() {
    let desk = Desk::on_disk();
    let row = desk.create(Kind::Basic, "target").row;
    desk.hub.record_usage(row.id, 1, keydesk::time::Seconds(NOW.seconds().0 + 60), None).unwrap();
    desk.clock.advance(jiff::SignedDuration::from_secs(3_600));
    desk.hub.rotate(&desk.alice(), row.target(), Overlap::Hour).unwrap();
    desk.sql("UPDATE credential SET note = 'mine', expires_at = 4102444800");
    let alice = desk.alice();
    let known = desk.hub.tampering(&alice, row.id).unwrap();
    assert_eq!((known.found_at, known.changed.as_slice()), (None, ["expiry", "note"].map(str::to_owned).as_slice()));
    let last = known.last.unwrap();
    assert_eq!((last.action.as_str(), known.whole_at), ("credential.rotated", last.at));
    // Whoever meets it first writes it down.
    let seen = desk.hub.details(&alice, row.id).unwrap().row;
    desk.hub.set_state(&alice, &[seen.target()], Verb::Disable).unwrap_err();
    assert_eq!(desk.hub.tampering(&alice, row.id).unwrap().found_at, Some(desk.hub.now()));
    // What the log does not tell is not guessed.
    let other = desk.create(Kind::Hmac, "other").row;
    desk.sql("UPDATE credential SET created_by = 'bram' WHERE kind = 'hmac'");
    assert!(desk.hub.tampering(&alice, other.id).unwrap().changed.is_empty());
}

#[test]
fn rows_changed_outside_keydesk_are_refused() {
    for change in [
        "UPDATE credential SET state = 'active' WHERE state = 'revoked'",
        "UPDATE credential SET networks = ''",
        "UPDATE credential SET expires_at = NULL, version = version",
        "UPDATE credential SET expires_at = 4102444800",
        "UPDATE credential SET key = 'kdbAAAAAAAAAAAAAAAAA' WHERE kind = 'basic'",
        "UPDATE credential SET version = version + 1",
        "UPDATE credential SET listed = 1 - listed",
        "UPDATE credential SET created_by = 'bram'",
        "UPDATE credential SET tag = (SELECT tag FROM credential WHERE kind = 'hmac')",
    ] {
        let desk = Desk::on_disk();
        let options = keydesk::credential::Options {
            networks: "203.0.113.0/24".parse().unwrap(),
            expires_at: Some(keydesk::time::Seconds(NOW.seconds().0 + 86_400)),
            ..Default::default()
        };
        let wanted = keydesk::hub::NewCredential { options, ..super::support::wanted(Kind::Basic, "target") };
        let row = desk.hub.create(&desk.alice(), &wanted).unwrap().row;
        desk.hub.set_state(&desk.alice(), &[row.target()], Verb::Revoke).unwrap();
        desk.create(Kind::Hmac, "other");
        desk.sql(change);
        let alice = desk.alice();
        let seen = desk.hub.details(&alice, row.id).unwrap().row;
        assert!(seen.tampered, "{change}");
        for refused in [
            desk.hub.set_state(&alice, &[seen.target()], Verb::Disable).err(),
            desk.hub.rotate(&alice, seen.target(), Overlap::None).err(),
        ] {
            let why = refused.unwrap_or_else(|| panic!("{change} was taken"));
            assert!(
                matches!(why, HubError::Tampered { .. }) && why.to_string().contains("tampered"),
                "{change}: {why}"
            );
        }
        let rows = desk.hub.trail(&alice, &TrailQuery { limit: 10, ..Default::default() }).unwrap();
        assert!(rows.iter().any(|row| row.action == "tampered"), "{change}: the trail says so");
    }
}

#[test]
fn nobody_becomes_administrator_by_sql() {
    let desk = Desk::on_disk();
    let chen = desk.user("chen", Role::Basic);
    desk.hub.set_user_state(&desk.alice(), &seen(&desk.hub, "chen"), UserState::Disabled).unwrap();
    for change in [
        "UPDATE person SET role = 'administrator' WHERE name = 'chen'",
        "UPDATE person SET state = 'active' WHERE name = 'chen'",
        "UPDATE person SET password = (SELECT password FROM person WHERE name = 'alice') WHERE name = 'chen'",
        "UPDATE person SET tag = (SELECT tag FROM person WHERE name = 'alice') WHERE name = 'chen'",
    ] {
        desk.sql(change);
        let said = desk.hub.create(&chen, &super::support::wanted(Kind::Basic, "x")).unwrap_err();
        assert!(matches!(said, HubError::SessionOver(SessionOver::Tampered)), "{change}: {said}");
        assert!(desk.hub.local_actor("chen", &Origin::default()).is_err());
    }
    let users = desk.hub.users(&desk.alice()).unwrap();
    assert!(users.iter().any(|user| user.name == "chen" && user.tampered));
}

#[test]
fn a_deleted_count_of_wrong_passwords_locks() {
    let desk = Desk::on_disk();
    let wrong = keydesk::secret::Secret::from_text("wrong wrong wrong");
    desk.hub.sign_in("alice", &wrong, &Origin::default()).unwrap();
    desk.sql("UPDATE throttle SET failed = 0");
    let next = desk.hub.sign_in("alice", &wrong, &Origin::default()).unwrap();
    assert!(matches!(next, keydesk::hub::SignIn::Locked { .. }), "{next:?}");
}

/// Huge numbers in rows that keydesk writes again although their tag is wrong.
#[test]
fn absurd_numbers_in_the_database_do_no_harm() {
    let wrong = keydesk::secret::Secret::from_text("wrong wrong wrong");
    for version in ["0", "-1", "9223372036854775807", "-9223372036854775808"] {
        let desk = Desk::on_disk();
        let nobody = Origin::default();
        desk.hub.sign_in("alice", &wrong, &nobody).unwrap();
        super::support::set_lock_time(&desk.hub, &desk.alice(), 20).unwrap();
        let numbers = format!("failed = {version}, pauses = {version}, locked_until = {version}, at = {version}");
        desk.sql(&format!("UPDATE throttle SET version = {version}, {numbers}"));
        desk.sql(&format!("UPDATE repeat SET version = {version}, n = {version}"));
        desk.sql(&format!("UPDATE setting SET version = {version}"));
        let next = desk.hub.sign_in("alice", &wrong, &nobody).unwrap();
        assert!(matches!(next, keydesk::hub::SignIn::Locked { .. }), "{version}: {next:?}");
        desk.hub.unlock_user(&desk.alice(), "alice").unwrap();
        let next = desk.hub.sign_in("alice", &wrong, &nobody).unwrap();
        assert!(matches!(next, keydesk::hub::SignIn::Wrong { left: 4, .. }), "{version}: {next:?}");
        super::support::set_lock_time(&desk.hub, &desk.alice(), 30).unwrap();
        assert_eq!(desk.hub.security(&desk.alice()).unwrap().idle_lock_minutes(), 30, "{version}");
        desk.create(Kind::Basic, "a");
        desk.sql(&format!("UPDATE tally SET n = {version}"));
        desk.sql(&format!("UPDATE usage SET at = {version}"));
        let overview = desk.hub.overview(&desk.alice()).unwrap().credentials.unwrap();
        let shown = overview.counts.in_state(keydesk::credential::State::Active) + overview.counts.listed(Kind::Basic);
        assert!(shown >= 0, "{version}");
    }
}

/// An older row that was put back has a correct tag, but differs from the trail.
#[test]
fn an_older_row_put_back_is_found_by_the_trail() {
    for (table, rows) in [("credential", "key"), ("person", "user")] {
        let desk = Desk::on_disk();
        desk.user("chen", Role::Administrator);
        let row = desk.create(Kind::Basic, "target").row;
        desk.sql_beside(&format!("CREATE TABLE beside.kept AS SELECT * FROM {table}"));
        desk.clock.advance(jiff::SignedDuration::from_secs(1));
        desk.hub.set_role(&desk.alice(), &seen(&desk.hub, "chen"), Role::Basic).unwrap();
        let rotated = desk.hub.rotate(&desk.alice(), row.target(), Overlap::None).unwrap();
        desk.hub.set_state(&desk.alice(), &[rotated.row.target()], Verb::Revoke).unwrap();
        let whole = desk.hub.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap();
        assert_eq!(whole.broken, None, "{table}");
        desk.sql_beside(&format!(
            "PRAGMA foreign_keys = OFF; DELETE FROM {table} WHERE id IN (SELECT id FROM kept); \
             INSERT INTO {table} SELECT * FROM beside.kept"
        ));
        let hub = desk.reopened();
        let found = hub.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap().broken.unwrap();
        assert!(found.contains(rows), "{table}: {found}");
    }
}

#[test]
fn a_row_that_was_removed_is_found_by_the_trail() {
    for (sql, says) in [
        ("DELETE FROM person WHERE name = 'chen'", "the user chen was removed"),
        ("DELETE FROM credential", "the key target was removed"),
        ("DELETE FROM secret", "the secrets of the key"),
    ] {
        let desk = Desk::on_disk();
        desk.user("chen", Role::Basic);
        desk.create(Kind::Basic, "target");
        desk.sql(&format!("PRAGMA foreign_keys = OFF; {sql}"));
        let found = desk.reopened().verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap().broken.unwrap();
        assert!(found.contains(says), "{found}");
    }
}

#[test]
fn a_secret_changed_outside_keydesk_marks_its_key() {
    let desk = Desk::on_disk();
    let row = desk.create(Kind::Basic, "target").row;
    desk.sql("UPDATE secret SET created_by = 'bram'");
    assert!(desk.hub.details(&desk.alice(), row.id).unwrap().row.tampered);
}

#[test]
fn swapped_secrets_both_fail() {
    let desk = Desk::on_disk();
    let (one, two) = (desk.create(Kind::Hmac, "one").row, desk.create(Kind::Hmac, "two").row);
    desk.sql(
        "CREATE TEMP TABLE two AS SELECT id, sealed, tag FROM secret; \
         UPDATE secret SET sealed = (SELECT b.sealed FROM two b WHERE b.id <> secret.id), \
                           tag = (SELECT b.tag FROM two b WHERE b.id <> secret.id)",
    );
    for row in [one, two] {
        let rotated = desk.hub.rotate(&desk.alice(), row.target(), Overlap::Day);
        assert!(matches!(rotated, Err(HubError::Tampered { .. })), "{rotated:?}");
    }
}

#[test]
fn a_trigger_planted_in_an_open_desk_never_runs() {
    if on_postgres() {
        return a_function_planted_in_an_open_desk_never_runs();
    }
    let desk = Desk::on_disk();
    let one = desk.create(Kind::Basic, "one");
    let alice = desk.alice();
    let revoke = || desk.hub.set_state(&alice, &[one.row.target()], Verb::Revoke);
    desk.sql(
        "CREATE TRIGGER nice AFTER UPDATE ON credential WHEN new.state = 'revoked' BEGIN \
         UPDATE credential SET state = old.state, version = old.version, change = old.change, tag = old.tag \
         WHERE id = old.id; END",
    );
    let why = revoke().unwrap_err().to_string();
    assert!(why.contains("changed outside keydesk") && why.contains("trigger"), "{why}");
    assert!(desk.hub.trail(&alice, &TrailQuery::default()).is_err(), "nor is anything read by it");
    desk.sql("DROP TRIGGER nice; ANALYZE");
    revoke().unwrap();
    assert_eq!(desk.hub.details(&alice, one.row.id).unwrap().row.state, State::Revoked);
    desk.sql("PRAGMA user_version = 99; CREATE TABLE newer (id INTEGER)");
    let why = desk.hub.trail(&alice, &TrailQuery::default()).unwrap_err().to_string();
    assert!(why.contains("newer keydesk"), "{why}");
}

fn a_function_planted_in_an_open_desk_never_runs() {
    let desk = Desk::on_disk();
    let one = desk.create(Kind::Basic, "one");
    let alice = desk.alice();
    let revoke = || desk.hub.set_state(&alice, &[one.row.target()], Verb::Revoke);
    desk.sql(
        "CREATE FUNCTION nice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.state = 'revoked' THEN RETURN OLD; \
         END IF; RETURN NEW; END $$; \
         CREATE TRIGGER nice BEFORE UPDATE ON credential FOR EACH ROW EXECUTE FUNCTION nice()",
    );
    let why = revoke().unwrap_err().to_string();
    assert!(why.contains("outside keydesk"), "{why}");
    desk.sql("DROP TRIGGER nice ON credential; DROP FUNCTION nice(); ANALYZE");
    revoke().unwrap();
    assert_eq!(desk.hub.details(&alice, one.row.id).unwrap().row.state, State::Revoked);
}

#[test]
fn a_whole_row_out_of_reach_before_is_revoked_like_any() {
    let desk = Desk::on_disk();
    let (hub, alice) = (&desk.hub, desk.alice());
    let row = desk.create(Kind::Basic, "before").row;
    let edit = CredentialEdit { name: Some("after".to_owned()), note: Some("kept".to_owned()), ..Default::default() };
    hub.edit(&alice, &[row.target()], &edit).unwrap();
    let done = hub.revoke_lost(&alice, &row.key, Some(row.kind)).unwrap();
    assert!(matches!(done, ChangeOutcome::Done(_)), "{done:?}");
    let is = hub.find(&alice, &row.key, Some(row.kind)).unwrap();
    assert_eq!(
        (is.state, is.name.as_str(), is.options.note.as_str(), is.version),
        (State::Revoked, "after", "kept", 3)
    );
    let again = hub.revoke_lost(&alice, &row.key, Some(row.kind)).unwrap();
    assert!(matches!(again, ChangeOutcome::Already(_)), "{again:?}");
    let trail = hub.trail(&alice, &TrailQuery { limit: 9, ..TrailQuery::default() }).unwrap();
    assert_eq!(trail.iter().filter(|row| row.action == "credential.revoked").count(), 1);
}
