//! The trail: its content, its verification, and rollback.

use keydesk::account::Role;
use keydesk::credential::{Kind, Overlap, State, Verb};
use keydesk::hub::{Cancel, CredentialEdit, Hub, HubError, LogFilter, TrailQuery, TrailReport};

use super::one_store::is_of_the_other_store;
use super::support::Desk;

fn filled() -> Desk {
    let desk = Desk::on_disk();
    let row = desk.create(Kind::Hmac, "webhooks").row;
    let row = desk.hub.rotate(&desk.alice(), row.target(), Overlap::Day).unwrap().row;
    desk.hub.set_state(&desk.alice(), &[row.target()], Verb::Revoke).unwrap();
    desk
}

fn report(hub: &Hub, desk: &Desk, expect: Option<(i64, String)>) -> TrailReport {
    hub.verify_trail(&desk.alice(), expect, &mut |_, _| ()).unwrap()
}

#[test]
fn every_change_is_recorded_with_before_and_after() {
    let desk = filled();
    let rows = desk.hub.trail(&desk.alice(), &TrailQuery { limit: 100, ..TrailQuery::default() }).unwrap();
    let did: Vec<_> = rows.iter().map(|row| (row.no, row.did.as_str(), row.what.as_str())).collect();
    assert_eq!(
        did,
        [
            (5, "revoked HMAC key", "webhooks"),
            (4, "rotated HMAC key", "webhooks"),
            (3, "created HMAC key", "webhooks"),
            (2, "added user", "alice"),
            (1, "set up the desk", "Acme Messaging"),
        ]
    );
    assert!(rows[0].before.as_deref().unwrap().contains("\"state\":\"active\""));
    assert!(rows[0].after.as_deref().unwrap().contains("\"state\":\"revoked\""));
    assert_eq!((rows[0].who.as_deref(), rows[0].via.as_deref()), (Some("alice"), Some("local")));
    let about =
        desk.hub.trail(&desk.alice(), &TrailQuery { credentials_only: true, limit: 2, ..TrailQuery::default() });
    assert_eq!(about.unwrap().iter().map(|row| row.no).collect::<Vec<_>>(), [5, 4]);
}

#[test]
fn an_intact_trail_verifies() {
    let desk = filled();
    let whole = report(&desk.hub, &desk, None);
    assert_eq!((whole.broken.as_deref(), whole.no, whole.rows), (None, 5, 5));
    assert_eq!(report(&desk.hub, &desk, Some((5, whole.hash.clone()))).broken, None);
    assert_eq!(
        report(&desk.hub, &desk, Some((3, "00".repeat(32)))).broken.unwrap(),
        "row 3 has another hash than the one you noted"
    );
    desk.create(Kind::Basic, "later");
    assert_eq!(report(&desk.hub, &desk, Some((5, whole.hash))).broken, None, "the trail went on");
}

#[test]
fn a_filtered_export_is_complete_and_needs_the_password() {
    let desk = filled();
    let alice = desk.alice();
    (0..600).for_each(|i| drop(desk.create(keydesk::credential::Kind::Basic, &format!("key-{i}"))));
    let (mut numbers, mut pages) = (Vec::new(), 0);
    let query = TrailQuery { who: Some("alice".to_owned()), ..TrailQuery::default() };
    let mut each = |rows: &[keydesk::hub::TrailRow]| {
        pages += 1;
        numbers.extend(rows.iter().map(|row| row.no));
        Ok(())
    };
    desk.hub.export_trail(&alice, &query, &mut each).unwrap();
    let whole = report(&desk.hub, &desk, None).no;
    assert!(pages == 2 && numbers.windows(2).all(|two| two[0] > two[1]), "{pages}");
    assert!(numbers.len() >= 600 && numbers[0] <= whole);
    let long_ago = keydesk::hub::Actor { via: keydesk::hub::Via::Password, ..alice };
    let refused = desk.hub.export_trail(&long_ago, &query, &mut |_| panic!("nothing is handed on"));
    assert!(matches!(refused, Err(keydesk::hub::HubError::PasswordNeeded)), "{refused:?}");
}

#[test]
fn a_verification_can_be_cancelled() {
    let desk = filled();
    let cancel = keydesk::hub::Cancel::default();
    cancel.cancel();
    let stopped = desk.hub.verify_trail_until(&desk.alice(), None, &cancel, &mut |_, _| ());
    assert!(matches!(&stopped, Err(keydesk::hub::HubError::Failed(why)) if why.contains("cancelled")), "{stopped:?}");
}

#[test]
fn the_database_refuses_edits_of_the_trail() {
    let desk = filled();
    for sql in ["UPDATE trail SET what = 'x' WHERE no = 3", "DELETE FROM trail WHERE no = 3"] {
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| desk.sql(sql)));
        assert!(done.is_err(), "{sql}");
    }
}

#[test]
fn edits_removals_reorders_and_truncation_are_detected() {
    for (sql, broken) in [
        ("UPDATE trail SET what = 'webhook' WHERE no = 3", "row 3 was edited, or a row before it"),
        ("UPDATE trail SET at = at + 1 WHERE no = 4", "row 4 was edited, or a row before it"),
        ("UPDATE trail SET via = NULL WHERE no = 5", "row 5 was edited, or a row before it"),
        ("DELETE FROM trail WHERE no = 3", "row 3 is missing"),
        ("DELETE FROM trail WHERE no = 5", "row 5 is missing"),
        (&forged(-7), "row -7 was added outside keydesk"),
        (&forged(0), "row 0 was added outside keydesk"),
        (
            "UPDATE trail SET no = 99 WHERE no = 3; UPDATE trail SET no = 3 WHERE no = 4; UPDATE trail SET no = 4 WHERE no = 99",
            "row 3 was edited, or a row before it",
        ),
    ] {
        let desk = filled();
        let found = report_after(&desk, sql);
        assert_eq!(found.broken.as_deref(), Some(broken), "{sql}");
    }
}

/// A trail row before the first one: in every list, but not in the chain.
fn forged(no: i64) -> String {
    format!(
        "INSERT INTO trail SELECT {no}, at, 'bram', via, unix, address, action, class, about, subject, what, before, \
         after, operation, hash FROM trail WHERE no = 3"
    )
}

/// Drops the triggers, edits, and creates them again word for word, as an attacker who knows keydesk would.
fn report_after(desk: &Desk, sql: &str) -> TrailReport {
    desk.sql_past_triggers(sql);
    report(&desk.reopened(), desk, None)
}

#[test]
fn a_forged_end_is_detected_by_the_head() {
    let desk = filled();
    // Cut the last row and adapt the head, except the MAC, which needs the head key.
    let sql = "DELETE FROM trail WHERE no = 5; \
               UPDATE head SET trail_no = 4, trail_hash = (SELECT hash FROM trail WHERE no = 4)";
    assert_eq!(report_after(&desk, sql).broken.as_deref(), Some("the head was changed outside keydesk"));
    let change = desk.reopened().create(&desk.alice(), &super::support::wanted(Kind::Basic, "x"));
    assert!(matches!(change, Err(HubError::Tampered { .. })), "{change:?}");
}

/// The copy has grown past the original by now, but differs.
#[test]
fn an_older_store_that_was_continued_is_detected() {
    let desk = filled();
    let old = desk.keep();
    desk.create(Kind::Basic, "after the backup");
    desk.put_back(&old);
    let other = desk.elsewhere();
    for name in ["one", "two", "three"] {
        other.create(&desk.alice(), &super::support::wanted(Kind::Basic, name)).unwrap();
    }
    let alice = other.local_actor("alice", &Default::default()).unwrap();
    let why = desk.hub.create(&alice, &super::support::wanted(Kind::Basic, "x")).unwrap_err();
    assert!(why.to_string().contains("older copy"), "{why}");
    let why = desk.hub.pulse(&alice).unwrap_err();
    assert!(why.to_string().contains("lacks changes"), "an open desk notices without a change: {why}");
}

#[test]
fn an_older_file_put_back_is_detected_by_noted_numbers() {
    let desk = filled();
    let noted = report(&desk.hub, &desk, None);
    let old = desk.keep();
    desk.create(Kind::Basic, "after the backup");
    desk.put_back(&old);
    let change = desk.hub.create(
        &desk.hub.local_actor("alice", &Default::default()).unwrap(),
        &super::support::wanted(Kind::Basic, "x"),
    );
    assert!(
        matches!(&change, Err(why @ HubError::Unavailable(_)) if why.to_string().contains("older copy")),
        "{change:?}"
    );
    assert_eq!(
        report(&desk.reopened(), &desk, Some((6, noted.hash))).broken.unwrap(),
        "the trail ends at row 5, but row 6 was noted"
    );
}

#[test]
fn a_replaced_file_is_detected() {
    if is_of_the_other_store!() {
        return;
    }
    let desk = filled();
    let alice = desk.alice();
    let copy = desk.database().with_extension("copy");
    std::fs::copy(desk.database(), &copy).unwrap();
    std::fs::rename(copy, desk.database()).unwrap();
    let change = desk.hub.create(&alice, &super::support::wanted(Kind::Basic, "x"));
    assert!(matches!(&change, Err(why) if why.exit_code() == 6 && why.to_string().contains("replaced")), "{change:?}");
}

#[test]
fn changed_counters_of_keys_are_detected_and_recounted() {
    let desk = filled();
    desk.create(Kind::Basic, "one");
    let active = |desk: &Desk| desk.hub.counts(&desk.alice()).unwrap().of(Kind::Basic, State::Active);
    for (sql, which) in [
        ("UPDATE tally SET n = 1 << 62 WHERE kind = 'basic' AND state = 'active'", "active Basic keys"),
        ("DELETE FROM tally WHERE kind = 'hmac' AND state = 'revoked'", "revoked HMAC keys"),
        ("INSERT INTO tally (kind, state, n) VALUES (char(27) || '[2J', 'active', 1)", "keys of a kind or state"),
        ("INSERT INTO tally (kind, state, n) VALUES ('legacy', 'disabled', -1)", "disabled Legacy keys"),
    ] {
        desk.sql(sql);
        let broken = report(&desk.hub, &desk, None).broken.unwrap();
        assert!(broken.contains(which) && broken.contains("`keydesk audit accept --as NAME`"), "{broken}");
        assert!(!broken.contains('\u{1b}'), "{broken:?}");
        // Wrong counters stop no change, and accepting the store corrects them.
        let row = desk.create(Kind::Basic, "another").row;
        desk.hub.set_state(&desk.alice(), &[row.target()], Verb::Revoke).unwrap();
        desk.hub.accept_store(&desk.alice(), false).unwrap();
        assert_eq!((report(&desk.hub, &desk, None).broken, active(&desk)), (None, 1), "{sql}");
    }
}

#[test]
fn a_renamed_account_is_detected() {
    let desk = Desk::on_disk();
    let broken = |hub: &Hub| hub.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap().broken;
    assert_eq!(broken(&desk.hub), None);
    desk.sql("UPDATE account SET name = 'Evil Ltd'");
    assert!(broken(&desk.hub).is_some_and(|what| what.contains("name of the account")));
}

#[test]
fn a_row_with_a_wrong_tag_is_named() {
    for (sql, what) in [
        ("UPDATE credential SET note = 'mine' WHERE kind = 'hmac'", "the key kdh"),
        ("UPDATE credential SET state = 'active' WHERE kind = 'hmac'", "the key kdh"),
        ("UPDATE secret SET tag = x'00'", "a secret of the key kdh"),
        ("UPDATE person SET role = 'basic' WHERE name = 'alice'", "the user alice"),
    ] {
        let desk = filled();
        let alice = desk.alice();
        desk.sql(sql);
        // An Administrator with an untrusted row may still read on the machine itself, by the trail.
        let found = desk.hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap();
        assert!(found.broken.is_some_and(|said| said.starts_with(what)), "{sql}");
    }
    let desk = filled();
    desk.user("bram", Role::Basic);
    desk.sql("UPDATE person SET role = 'administrator' WHERE name = 'bram'");
    assert!(report(&desk.hub, &desk, None).broken.is_some_and(|said| said.starts_with("the user bram")));
}

#[test]
fn the_log_is_searched_by_words_and_terms_and_counted() {
    let desk = filled();
    let row = desk.create(Kind::Basic, "crm-sync").row;
    let edit = CredentialEdit { name: Some("crm-eu".to_owned()), ..CredentialEdit::default() };
    let renamed = desk.hub.edit(&desk.alice(), &[row.target()], &edit).unwrap();
    assert_eq!(renamed.len(), 1);
    let now = desk.hub.now();
    let found = |typed: &str| {
        let query = LogFilter::parse(typed, now).unwrap().put(TrailQuery { limit: 100, ..TrailQuery::default() });
        let rows = desk.hub.trail(&desk.alice(), &query).unwrap();
        let count = desk.hub.trail_count(&desk.alice(), &query, &Cancel::default()).unwrap();
        assert_eq!((count.found, count.all), (rows.len() as i64, 7), "{typed}");
        rows.into_iter().map(|row| row.no).collect::<Vec<_>>()
    };
    for (typed, numbers) in [
        ("", &[7, 6, 5, 4, 3, 2, 1][..]),
        ("crm", &[7, 6]),
        ("key:crm-eu", &[7, 6]),
        ("key:crm-sync", &[7, 6]),
        (&format!("key:{}", row.key), &[7, 6]),
        (&row.key, &[7, 6]),
        ("did:rotated", &[4]),
        ("webhooks revoked", &[5]),
        ("WHO:AL type:change did:created", &[6, 3]),
        ("who:bob", &[]),
        ("until:2000-01-01", &[]),
        ("100%", &[]),
    ] {
        assert_eq!(found(typed), numbers, "{typed}");
    }
    let cancel = Cancel::default();
    cancel.cancel();
    let query = LogFilter::parse("crm", now).unwrap().put(TrailQuery { limit: 100, ..TrailQuery::default() });
    assert!(desk.hub.trail_until(&desk.alice(), &query, &cancel).is_err(), "a search that nobody waits for ends");
    let chen = desk.user("chen", Role::Basic);
    assert!(matches!(desk.hub.trail_count(&chen, &query, &Cancel::default()), Err(HubError::Denied(_))));
}
