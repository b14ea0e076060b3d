//! Attacks by somebody who can write to the database but has no master key: older rows, removed and added rows, and lying
//! indexes are refused or reported by a running verifier, by one that starts, and by `audit verify`.

use std::time::Duration;

use keydesk::account::{Role, UserState};
use keydesk::credential::{Kind, Overlap, Verb};
use keydesk::hub::{Origin, Setting, SignIn, UserTarget};
use keydesk::secret::Secret;

use super::attacker::{Kept, found, of_key, ready, rotate, says, status, whole};
use super::one_store::is_of_the_other_store;
use super::support::{Desk, GatewayRequest, Verifier};

const NOT_AS_LEFT: &str = "the keys are not as keydesk left them";

#[test]
fn an_older_row_only_restricts_and_later_changes_are_followed() {
    let desk = Desk::new();
    let [one, two, three] = ["one", "two", "three"].map(|name| desk.key(Kind::Basic, name));
    let kept = Kept::of(&desk, "credential", of_key(&one));
    let verifier = desk.verifier();
    assert_eq!([&one, &two, &three].map(|key| status(&verifier, key)), [200; 3]);
    desk.set(&one, Verb::Revoke);
    // At the moment of the change: a verifier may never see the revoked row.
    kept.put_back(&desk);
    verifier.until("revoked according to the trail", |verifier| status(verifier, &one) == 401);
    verifier.until("reported", |verifier| says(verifier, NOT_AS_LEFT));
    assert_eq!(ready(&verifier).0, 200, "it goes on with what it knew");
    assert_eq!(verifier.metric("keydesk_store_altered"), 1.0);
    verifier.until("in the trail", |_| desk.trail().iter().any(|row| row.action == "store.altered"));
    let new = desk.key(Kind::Basic, "new");
    desk.set(&two, Verb::Disable);
    verifier.until("restrictions are followed", |verifier| status(verifier, &two) == 401);
    assert_eq!([&new, &three].map(|key| status(&verifier, key)), [401, 200], "and nothing else");
    assert!(found(&desk).contains("the key one is not as the trail left it"), "{}", found(&desk));
    verifier.stop();
    let verifier = desk.verifier();
    assert_eq!(
        [&one, &two, &three].map(|key| status(&verifier, key)),
        [503; 3],
        "one that starts knows nothing better"
    );
    assert!(ready(&verifier).0 == 503 && says(&verifier, "nobody is answered"), "{}", ready(&verifier).1);
    // Once accepted, the trail decides: what was revoked stays revoked.
    let accepted = desk.hub.accept_store(&desk.alice, false).unwrap();
    assert_eq!((accepted.put_right, accepted.trail_broken), (1, false));
    verifier.until("answers", |verifier| status(verifier, &three) == 200);
    assert_eq!([&one, &two, &new].map(|key| status(&verifier, key)), [401, 401, 200]);
    assert!(says(&verifier, "changed outside keydesk: none"), "{}", ready(&verifier).1);
    whole(&desk);
}

#[test]
fn an_older_row_restored_while_the_verifier_is_down_closes_it() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let kept = Kept::of(&desk, "credential", of_key(&one));
    let renewed = rotate(&desk, &one, Overlap::None);
    kept.put_back(&desk);
    let verifier = desk.verifier();
    assert_eq!((status(&verifier, &one), status(&verifier, &renewed)), (503, 503), "the older secret may have leaked");
    assert!(found(&desk).contains("the key one"), "{}", found(&desk));
    desk.hub.accept_store(&desk.alice, false).unwrap();
    verifier.until("accepted", |verifier| status(verifier, &renewed) == 200);
    assert_eq!(status(&verifier, &one), 401, "a secret that was rotated away stays invalid");
}

#[test]
fn an_old_secret_that_was_stopped_stays_stopped() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let renewed = rotate(&desk, &one, Overlap::Week);
    let kept = Kept::of(&desk, "credential", of_key(&one));
    let verifier = desk.verifier();
    assert_eq!((status(&verifier, &one), status(&verifier, &renewed)), (200, 200));
    let row = desk.hub.find(&desk.alice, &one.key, None).unwrap();
    desk.hub.stop_old_secret(&desk.alice, row.target()).unwrap();
    kept.put_back(&desk);
    verifier.until("stopped", |verifier| status(verifier, &one) == 401);
    assert_eq!(status(&verifier, &renewed), 200);
    assert!(found(&desk).contains("the key one"), "{}", found(&desk));
    desk.hub.accept_store(&desk.alice, false).unwrap();
    verifier.until("accepted", |verifier| says(verifier, "changed outside keydesk: none"));
    assert_eq!((status(&verifier, &one), status(&verifier, &renewed)), (401, 200));
}

#[test]
fn an_older_secret_row_revives_no_secret() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let of = format!("credential = '{}'", one.id);
    let kept = Kept::of(&desk, "secret", of.clone());
    let renewed = rotate(&desk, &one, Overlap::None);
    // The new secret removed, the old one restored.
    kept.put_back(&desk);
    assert!(found(&desk).contains("one was removed"), "{}", found(&desk));
    let verifier = desk.verifier();
    assert_eq!((status(&verifier, &one), status(&verifier, &renewed)), (401, 401));
    assert!(says(&verifier, "tampered credentials: 1"));
}

#[test]
fn a_removed_or_renamed_row_is_refused_and_can_be_revoked() {
    for change in [
        "DELETE FROM secret WHERE credential = 'ID'; DELETE FROM usage WHERE credential = 'ID'; DELETE FROM credential WHERE id = 'ID'",
        "UPDATE credential SET key = 'kdbAAAAAAAAAAAAAAAAA' WHERE id = 'ID'",
        "UPDATE credential SET kind = 'hmac' WHERE id = 'ID'",
        "UPDATE credential SET id = 'no uuid' WHERE id = 'ID'",
        "UPDATE credential SET id = '00000000-0000-7000-8000-000000000000' WHERE id = 'ID'",
        "UPDATE credential SET version = version + 1 WHERE id = 'ID'",
        "UPDATE credential SET tag = x'00' WHERE id = 'ID'",
        "UPDATE credential SET name = CAST(x'ff' AS TEXT) WHERE id = 'ID'",
    ] {
        let desk = Desk::new();
        let (one, two) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Basic, "two"));
        let verifier = desk.verifier();
        assert_eq!((status(&verifier, &one), status(&verifier, &two)), (200, 200));
        desk.sql(&format!("PRAGMA foreign_keys = OFF; {}", change.replace("ID", &one.id.to_string())));
        verifier.until(change, |verifier| status(verifier, &one) == 401);
        assert_eq!(status(&verifier, &two), 200, "{change}");
        found(&desk);
        verifier.stop();
        let verifier = desk.verifier();
        assert_ne!(status(&verifier, &one), 200, "{change}");
        // An Administrator can always revoke.
        let revoked = desk
            .hub
            .find(&desk.alice, &one.key, Some(Kind::Basic))
            .and_then(|row| desk.hub.set_state(&desk.alice, &[row.target()], Verb::Revoke).map(drop));
        if revoked.is_err() {
            desk.hub.revoke_lost(&desk.alice, &one.key, None).unwrap_or_else(|why| panic!("{change}: {why}"));
        }
        desk.hub.accept_store(&desk.alice, false).unwrap();
        verifier.until(change, |verifier| status(verifier, &two) == 200);
        assert_eq!(status(&verifier, &one), 401, "{change}");
        let row = desk.hub.find(&desk.alice, &one.key, Some(Kind::Basic)).unwrap();
        assert_eq!((row.state.as_str(), row.tampered), ("revoked", false), "{change}");
    }
}

#[test]
fn an_added_row_is_reported() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let kept = Kept::of(&desk, "credential", of_key(&one));
    desk.sql("PRAGMA foreign_keys = OFF; DELETE FROM credential");
    // The key is removed and that is accepted; then the row comes back.
    desk.hub.accept_store(&desk.alice, false).unwrap();
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &one), 401);
    kept.put_back(&desk);
    verifier.until("reported", |verifier| says(verifier, NOT_AS_LEFT));
    assert_eq!(status(&verifier, &one), 401);
    found(&desk);
}

#[test]
fn an_older_user_row_is_reported_and_signs_nobody_in() {
    let desk = Desk::new();
    let password = Secret::from_text("another horse battery");
    desk.hub.add_user(&desk.alice, "chen", Role::Administrator, &password).unwrap();
    let one = desk.key(Kind::Basic, "one");
    let kept = Kept::of(&desk, "person", "name = 'chen'".to_owned());
    let verifier = desk.verifier();
    let version = desk.hub.users(&desk.alice).unwrap().iter().find(|user| user.name == "chen").unwrap().version;
    let target = UserTarget { name: "chen".to_owned(), version };
    desk.hub.set_user_state(&desk.alice, &target, UserState::Disabled).unwrap();
    kept.put_back(&desk);
    verifier.until("reported", |verifier| says(verifier, "the users are not as keydesk left them"));
    assert_eq!((status(&verifier, &one), ready(&verifier).0), (200, 200), "it concerns no credential");
    let said = desk.hub.sign_in("chen", &password, &Origin::default()).unwrap_err();
    assert!(said.to_string().contains("users"), "{said}");
    assert!(found(&desk).contains("the user chen"), "{}", found(&desk));
    desk.hub.accept_store(&desk.alice, false).unwrap();
    let chen = desk.hub.users(&desk.alice).unwrap().into_iter().find(|user| user.name == "chen").unwrap();
    assert_eq!(chen.state, UserState::Disabled, "as the trail says");
    verifier.until("accepted", |verifier| says(verifier, "changed outside keydesk: none"));
}

#[test]
fn an_older_setting_is_not_followed_despite_a_rewritten_trail() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let kept = Kept::of(&desk, "setting", "id = 'verifier_replay'".to_owned());
    desk.hub.set_settings(&desk.alice, &[(Setting::Replay, "node".to_owned())]).unwrap();
    desk.key(Kind::Basic, "more");
    let verifier = desk.verifier();
    kept.put_back(&desk);
    desk.sql_past_triggers("DELETE FROM trail WHERE action = 'setting.changed'");
    verifier.until("reported", |verifier| says(verifier, "the settings are not as keydesk left them"));
    assert_eq!(status(&verifier, &one), 200, "it knew the newer setting");
    verifier.stop();
    let verifier = desk.verifier();
    assert_eq!((status(&verifier, &one), ready(&verifier).0), (503, 503));
    found(&desk);
}

#[test]
fn a_forged_account_name_is_never_sent() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let account = |verifier: &Verifier| {
        verifier.ask(&GatewayRequest::nginx("GET", "/").by(&one)).field("X-Keydesk-Account").unwrap_or_default()
    };
    desk.sql("UPDATE account SET name = 'Other Corp'");
    verifier.until("reported", |verifier| says(verifier, "the name of the account"));
    assert_eq!(account(&verifier), "Acme%20Messaging");
    verifier.stop();
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &one), 503);
    assert!(found(&desk).contains("the name of the account"));
    desk.hub.accept_store(&desk.alice, false).unwrap();
    verifier.until("accepted", |verifier| status(verifier, &one) == 200);
    assert_eq!(account(&verifier), "Acme%20Messaging", "as set-up named it");
}

#[test]
fn a_row_beyond_the_trails_end_is_reported_and_moved() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    desk.sql(
        "INSERT INTO trail SELECT (SELECT MAX(no) + 1 FROM trail), at, who, via, unix, address, action, class, about, subject, \
         what, before, after, operation, hash FROM trail WHERE no = 1",
    );
    verifier.until("reported", |verifier| says(verifier, "of the activity log was added outside keydesk"));
    assert_eq!(status(&verifier, &one), 200);
    assert!(found(&desk).contains("was added outside keydesk"), "{}", found(&desk));
    let row = desk.hub.find(&desk.alice, &one.key, None).unwrap();
    let said = desk.hub.rotate(&desk.alice, row.target(), Overlap::None).unwrap_err();
    assert!(said.to_string().contains("keydesk audit accept"), "{said}");
    assert_eq!(desk.hub.accept_store(&desk.alice, false).unwrap().moved, 1);
    desk.set(&one, Verb::Revoke);
    verifier.until("revoked", |verifier| status(verifier, &one) == 401);
    whole(&desk);
}

/// Root pages are swapped: running processes keep the old ones, and whoever opens the file gets the new ones.
fn swapped(desk: &Desk, make: &str, swaps: &[(&str, &str)]) {
    let connection = rusqlite::Connection::open(desk.database()).unwrap();
    let number: i64 = connection.query_row("PRAGMA schema_version", [], |row| row.get(0)).unwrap();
    let swaps: String = swaps
        .iter()
        .map(|(of, by)| {
            format!(
                "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema c WHERE c.name = '{by}') \
                 WHERE name = '{of}';"
            )
        })
        .collect();
    let sql = format!(
        "PRAGMA writable_schema = ON; BEGIN IMMEDIATE; {make}; {swaps} DELETE FROM sqlite_schema WHERE name LIKE 'planted%'; \
         PRAGMA schema_version = {number}; COMMIT"
    );
    connection.execute_batch(&sql).unwrap();
}

#[test]
fn a_lying_index_hides_no_revocation_from_a_verifier() {
    if is_of_the_other_store!() {
        return;
    }
    for rows in ["", "WHERE change < 0"] {
        let desk = Desk::new();
        let (one, two) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Basic, "two"));
        let verifier = desk.verifier();
        assert_eq!((status(&verifier, &one), status(&verifier, &two)), (200, 200));
        swapped(
            &desk,
            &format!("CREATE INDEX planted_by_change ON credential (change) {rows}"),
            &[("credential_by_change", "planted_by_change")],
        );
        let desk = desk.open_again();
        assert!(found(&desk).contains("damaged"), "{}", found(&desk));
        let row = desk.hub.find(&desk.alice, &one.key, None).unwrap();
        if desk.hub.set_state(&desk.alice, &[row.target()], Verb::Revoke).is_err() {
            desk.hub.revoke_lost(&desk.alice, &one.key, None).unwrap();
        }
        verifier.until("followed", |verifier| status(verifier, &one) == 401);
        assert_eq!(status(&verifier, &two), 200);
    }
}

#[test]
fn a_key_hidden_by_indexes_is_loaded_reported_and_revoked() {
    if is_of_the_other_store!() {
        return;
    }
    let desk = Desk::new();
    let (one, two) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Basic, "two"));
    let hidden = format!("WHERE key <> '{}'", one.key);
    let make: String = ["(kind, listed, name_fold, id)", "(kind, listed, key, id)", "(change)"]
        .iter()
        .enumerate()
        .map(|(i, columns)| format!("CREATE INDEX planted{i} ON credential {columns} {hidden};"))
        .collect();
    let ids = format!(
        "CREATE UNIQUE INDEX planted_id ON credential (id) {hidden}; CREATE UNIQUE INDEX planted_key ON credential (kind, key) {hidden}"
    );
    swapped(
        &desk,
        &format!("{make}{ids}"),
        &[
            ("credential_by_name", "planted0"),
            ("credential_by_key", "planted1"),
            ("credential_by_change", "planted2"),
            ("sqlite_autoindex_credential_1", "planted_id"),
            ("sqlite_autoindex_credential_2", "planted_key"),
        ],
    );
    let desk = desk.open_again();
    let verifier = desk.verifier();
    assert_eq!((status(&verifier, &one), status(&verifier, &two)), (200, 200), "all of them, without the indexes");
    assert!(says(&verifier, "an index of the database does not lead to every key"), "{}", ready(&verifier).1);
    assert!(found(&desk).contains("damaged"), "{}", found(&desk));
    desk.hub.revoke_lost(&desk.alice, &one.key, None).unwrap();
    verifier.until("revoked", |verifier| status(verifier, &one) == 401);
}

#[test]
fn the_count_of_wrong_passwords_cannot_be_reset() {
    let desk = Desk::new();
    let (wrong, nobody) = (Secret::from_text("wrong horse battery"), Origin::default());
    let right = Secret::from_text("correct horse battery");
    let locked =
        |password: &Secret| matches!(desk.hub.sign_in("alice", password, &nobody).unwrap(), SignIn::Locked { .. });
    let kept = Kept::of(&desk, "throttle", "1 = 1".to_owned());
    (0..5).for_each(|_| drop(desk.hub.sign_in("alice", &wrong, &nobody).unwrap()));
    assert!(locked(&wrong));
    desk.sql("DELETE FROM throttle");
    assert!(locked(&right), "a missing row locks");
    kept.put_back(&desk);
    assert!(locked(&right), "an older row locks");
    desk.hub.unlock_user(&desk.alice, "alice").unwrap();
    assert!(!locked(&right));
    whole(&desk);
}

/// Other commits may come at any time during the audit.
#[test]
fn an_untouched_store_is_never_called_altered() {
    let desk = Desk::new();
    let keys: Vec<_> = (0..30).map(|n| desk.key(Kind::Basic, &format!("key-{n}"))).collect();
    let verifier = desk.verifier();
    for (n, key) in keys.iter().enumerate() {
        match n % 4 {
            0 => desk.set(key, Verb::Disable),
            1 => drop(rotate(&desk, key, Overlap::Day)),
            2 => desk.set(key, Verb::Revoke),
            _ => drop(desk.key(Kind::Hmac, &format!("more-{n}"))),
        }
        desk.sql("UPDATE usage SET at = at");
    }
    verifier.until("followed", |verifier| status(verifier, &keys[28]) == 401);
    std::thread::sleep(Duration::from_secs(2));
    assert!(says(&verifier, "changed outside keydesk: none"), "{}", ready(&verifier).1);
    assert!(!verifier.log().contains("everything is loaded anew"), "{}", verifier.log());
    whole(&desk);
}
