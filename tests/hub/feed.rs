//! What a verifier reads and writes through the hub.

use std::collections::BTreeSet;

use keydesk::account::Role;
use keydesk::credential::{Kind, Options, Overlap, State, Verb};
use keydesk::hub::{
    Actor, Drift, EffectivePolicy, Findings, Hub, HubError, NewCredential, Policy, ReadAgreement, Replay, SetUp,
    Setting, StorePlace, TrailQuery, VerifierCredential,
};
use keydesk::secret::Secret;
use keydesk::time::Seconds;

use super::made::on_postgres;
use super::one_store::is_of_the_other_store;
use super::server::server;
use super::support::{Desk, NOW};

pub fn all(hub: &Hub) -> Vec<VerifierCredential> {
    let (mut fed, mut findings) = (Vec::new(), Findings::default());
    for part in hub.feed().halves().unwrap() {
        hub.feed().load(&part, &mut |_| ReadAgreement::Yes, &mut findings, &mut |run| fed.extend(run)).unwrap();
    }
    hub.feed().record_findings(&mut findings);
    fed
}

#[test]
fn both_halves_hold_every_credential_once_with_its_live_secrets() {
    let desk = Desk::on_disk();
    assert!(all(&desk.hub).is_empty());
    let issued: Vec<_> = (0..7).map(|n| desk.create(Kind::ALL[n % 3], ["aaaaa", "bbbbb", "ccccc"][n / 3])).collect();
    let rotated = desk.hub.rotate(&desk.alice(), issued[0].row.target(), Overlap::Hour).unwrap();
    let ended = desk.hub.rotate(&desk.alice(), issued[1].row.target(), Overlap::None).unwrap();
    let mut fed = all(&desk.hub);
    assert_eq!((fed.len(), desk.hub.feed().count().unwrap()), (7, 7));
    fed.sort_by_key(|fed| fed.id);
    let mut ids: Vec<_> = issued.iter().map(|issued| issued.row.id.0).collect();
    ids.sort();
    assert_eq!(fed.iter().map(|fed| fed.id).collect::<Vec<_>>(), ids);
    let of = |issued: &keydesk::hub::Issued| fed.iter().find(|fed| fed.id == issued.row.id.0).unwrap();
    let both = of(&rotated);
    assert_eq!(both.secrets.iter().map(|s| s.no).collect::<Vec<_>>(), [1, 2]);
    assert!(both.secrets[0].stored.matches(issued[0].secret.as_ref().unwrap()).unwrap());
    assert!(both.secrets[1].stored.matches(rotated.secret.as_ref().unwrap()).unwrap());
    assert_eq!(both.secrets[0].valid_until, Some(Seconds(NOW.seconds().0 + 3_600)));
    assert_eq!(of(&ended).secrets.iter().map(|s| s.no).collect::<Vec<_>>(), [2], "an ended one is not read");
    assert!(fed.iter().all(|fed| !fed.tampered && fed.state == State::Active));
}

#[test]
fn a_position_file_needs_the_master_key() {
    let desk = Desk::on_disk();
    desk.create(Kind::Basic, "one");
    let wanted = SetUp {
        account: "Other Ltd".to_owned(),
        name: "alice".to_owned(),
        password: Secret::from_text("correct horse battery"),
    };
    let other = Hub::in_memory(desk.clock.clone(), &wanted).unwrap();
    let feed = desk.hub.feed();
    let mark = feed.position().unwrap();
    let line = feed.encode_position(&mark).unwrap();
    assert_eq!(feed.decode_position(&line).as_ref(), Some(&mark));
    assert_eq!(desk.reopened().feed().decode_position(&line), Some(mark));
    assert_eq!(other.feed().decode_position(&line), None, "another desk's");
    let change = line.split(',').nth(2).unwrap();
    let forged = line.replacen(&format!(",{change},"), &format!(",1{change},"), 1);
    assert_ne!(forged, line);
    for none in [forged.as_str(), &line[1..], "[]", ""] {
        assert_eq!(feed.decode_position(none), None, "{none}");
    }
}

#[test]
fn changes_contain_only_what_changed() {
    let desk = Desk::on_disk();
    let (one, two) = (desk.create(Kind::Basic, "one"), desk.create(Kind::Hmac, "two"));
    let verifier = desk.reopened();
    let before = verifier.feed().position().unwrap();
    assert!(verifier.feed().may_have_changed().unwrap(), "the first answer is yes");
    // Whoever writes to another database of the same server stirs PostgreSQL's answer.
    let at_rest = || on_postgres() || !verifier.feed().may_have_changed().unwrap();
    assert!(at_rest());
    desk.hub.set_state(&desk.alice(), &[one.row.target()], Verb::Disable).unwrap();
    assert!(verifier.feed().may_have_changed().unwrap() && at_rest());
    let (since, now) = verifier.feed().drift(&before).unwrap();
    assert_eq!((since, &now), (Drift::Changed, &verifier.feed().position().unwrap()));
    let (fed, mark) = verifier.feed().changes(&before, &mut Findings::default()).unwrap();
    assert_eq!(mark, now);
    assert_eq!(fed.iter().map(|fed| (fed.id, fed.state)).collect::<Vec<_>>(), [(one.row.id.0, State::Disabled)]);
    assert!(verifier.feed().changes(&mark, &mut Findings::default()).unwrap().0.is_empty());
    desk.hub.rotate(&desk.alice(), two.row.target(), Overlap::Day).unwrap();
    let (fed, _) = verifier.feed().changes(&mark, &mut Findings::default()).unwrap();
    assert_eq!(fed.iter().map(|fed| (fed.id, fed.secrets.len())).collect::<Vec<_>>(), [(two.row.id.0, 2)]);
}

#[test]
fn a_wrong_tag_refuses_one_credential_and_is_recorded() {
    let desk = Desk::on_disk();
    let keys: Vec<_> = ["one", "two", "three"].map(|name| desk.create(Kind::Basic, name)).into();
    desk.sql(&format!("UPDATE credential SET name = 'x' WHERE id = '{}'", keys[0].row.id));
    desk.sql(&format!("UPDATE secret SET no = 9 WHERE credential = '{}'", keys[1].row.id));
    let fed = all(&desk.reopened());
    let tampered: BTreeSet<_> = fed.iter().filter(|fed| fed.tampered).map(|fed| fed.id).collect();
    assert_eq!(tampered, BTreeSet::from([keys[0].row.id.0, keys[1].row.id.0]));
    assert!(fed.iter().filter(|fed| fed.tampered).all(|fed| fed.secrets.is_empty()));
    let trail = desk.hub.trail(&desk.alice(), &keydesk::hub::TrailQuery { limit: 50, ..Default::default() }).unwrap();
    assert_eq!(trail.iter().filter(|row| row.action == "tampered").count(), 2);
}

#[test]
fn a_head_with_a_forged_mac_is_not_followed() {
    let desk = Desk::on_disk();
    desk.create(Kind::Basic, "one");
    let verifier = desk.reopened();
    desk.sql("UPDATE head SET change = change + 1");
    assert!(matches!(verifier.feed().position(), Err(HubError::Tampered { .. })));
}

/// The policy of a verifier that starts now.
fn fresh(hub: &Hub) -> EffectivePolicy {
    hub.feed().policy(&EffectivePolicy::default()).unwrap()
}

#[test]
fn the_policy_is_set_by_administrators_and_followed_by_the_feed() {
    let desk = Desk::on_disk();
    assert_eq!(fresh(&desk.hub).policy, Policy::default());
    assert!(fresh(&desk.hub).is_known() && fresh(&desk.hub).tampered.is_empty());
    let policy = Policy { staleness: 5, replay: Replay::Node, algorithms: "hmac-sha256".parse().unwrap() };
    let advanced = desk.user("bram", Role::Advanced);
    assert!(matches!(super::support::set_policy(&desk.hub, &advanced, &policy), Err(HubError::Denied(_))));
    let before = desk.hub.feed().position().unwrap();
    super::support::set_policy(&desk.hub, &desk.alice(), &policy).unwrap();
    assert_eq!(desk.hub.feed().drift(&before).unwrap().0, Drift::Changed, "verifiers hear of it");
    assert_eq!(fresh(&desk.hub).policy, policy);
    assert_eq!(fresh(&desk.reopened()).policy, policy);
    let again = desk.hub.feed().position().unwrap();
    super::support::set_policy(&desk.hub, &desk.alice(), &policy).unwrap();
    assert_eq!(desk.hub.feed().drift(&again).unwrap().0, Drift::Same, "the same again is no change");
    for staleness in [0, -1, 3_601] {
        let wrong = super::support::set_policy(&desk.hub, &desk.alice(), &Policy { staleness, ..policy.clone() });
        assert!(matches!(wrong, Err(HubError::Invalid { .. })));
    }
}

/// Setting rows that were changed, removed, or put back older: the default is never used.
#[test]
fn a_tampered_setting_is_not_followed_and_can_be_set_again() {
    for (how, sql) in [
        ("changed", "UPDATE setting SET value = 'off' WHERE id = 'verifier_replay'"),
        ("removed", "DELETE FROM setting WHERE id = 'verifier_replay'"),
        ("all removed", "DELETE FROM setting"),
        (
            "put back",
            "DELETE FROM setting WHERE id = 'verifier_replay'; INSERT INTO setting SELECT * FROM beside.taken",
        ),
    ] {
        let desk = Desk::on_disk();
        desk.sql_beside("CREATE TABLE beside.taken AS SELECT * FROM setting WHERE id = 'verifier_replay'");
        let policy = Policy { replay: Replay::Node, ..Policy::default() };
        super::support::set_policy(&desk.hub, &desk.alice(), &policy).unwrap();
        let known = fresh(&desk.hub);
        let alice = desk.alice();
        desk.sql_beside(sql);
        let hub = desk.reopened();
        let (running, starting) = (hub.feed().policy(&known).unwrap(), fresh(&hub));
        assert!(running.tampered.contains(&Setting::Replay) && running.is_known(), "{how}");
        assert_eq!(running.policy, policy, "{how}: what was followed before");
        assert!(!starting.is_known() && starting.tampered == running.tampered, "{how}: nobody may answer by this");
        let told = hub.trail(&alice, &TrailQuery { limit: 9, ..TrailQuery::default() }).unwrap();
        assert!(told[0].action == "tampered" && told.iter().any(|row| row.what.contains("replay")), "{how}: {told:?}");
        let security = hub.security(&alice).unwrap();
        assert!(security.tampered().any(|setting| setting == Setting::Replay) && security.problem().is_some(), "{how}");
        let broken = hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken.unwrap();
        assert!(broken.contains("the setting "), "{how}: {broken}");
        let all: Vec<_> = security.tampered().map(|setting| (setting, setting.default_value())).collect();
        hub.set_settings(&alice, &all).unwrap();
        let mended = hub.feed().policy(&running).unwrap();
        assert!(mended.tampered.is_empty() && mended.policy.replay == Replay::Off, "{how}: as it was set now");
        assert!(fresh(&desk.reopened()).is_known(), "{how}");
        assert_eq!(hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken, None, "{how}");
    }
}

/// An older row with the same value as the current one.
#[test]
fn a_running_verifier_detects_an_older_row_of_a_setting() {
    let desk = Desk::on_disk();
    let set = |replay| {
        let policy = Policy { replay, ..Policy::default() };
        super::support::set_policy(&desk.hub, &desk.alice(), &policy).unwrap();
    };
    set(Replay::Node);
    desk.sql_beside("CREATE TABLE beside.taken AS SELECT * FROM setting WHERE id = 'verifier_replay'");
    set(Replay::Off);
    set(Replay::Node);
    let known = fresh(&desk.hub);
    desk.sql_beside("DELETE FROM setting WHERE id = 'verifier_replay'; INSERT INTO setting SELECT * FROM beside.taken");
    let hub = desk.reopened();
    assert_eq!(hub.feed().policy(&known).unwrap().tampered, [Setting::Replay], "older than what was followed");
    assert!(
        hub.feed().policy(&known.after_reset()).unwrap().tampered.is_empty(),
        "in a store that was put back on purpose it is not"
    );
}

#[test]
fn an_old_copy_that_was_continued_counts_as_rolled_back() {
    let desk = Desk::on_disk();
    let one = desk.create(Kind::Basic, "one");
    let old = desk.keep();
    desk.hub.set_state(&desk.alice(), &[one.row.target()], Verb::Revoke).unwrap();
    let (alice, before) = (desk.alice(), desk.hub.feed().position().unwrap());
    desk.put_back(&old);
    let back = desk.elsewhere();
    let since = |hub: &Hub| hub.feed().drift(&before).unwrap().0;
    assert_eq!(since(&back), Drift::WentBack);
    for name in ["two", "three", "four"] {
        let wanted =
            NewCredential { kind: Kind::Basic, name: name.to_owned(), legacy: None, options: Options::default() };
        back.create(&alice, &wanted).unwrap();
        assert_eq!(since(&back), Drift::WentBack, "longer by now, and still another");
    }
    let here = back.feed().position().unwrap();
    let report = || back.verify_trail(&alice, None, &mut |_, _| ()).unwrap();
    assert_eq!(report().rolled_back, None);
    back.feed().record_rollback(&before).unwrap();
    back.feed().record_rollback(&before).unwrap();
    assert!(report().broken.is_none() && report().rolled_back.is_some(), "whole, and older than somebody knows it");
    let site = || back.overview(&alice).unwrap().site.unwrap();
    assert!(site().rolled_back.is_some(), "the menu says so");
    assert_eq!(back.feed().drift(&here).unwrap().0, Drift::Same, "a row of the trail is no change");
    let reader = Actor { user: "bram".parse().unwrap(), ..alice.clone() };
    assert!(back.accept_store(&reader, false).is_err());
    let unsure = Actor { via: keydesk::hub::Via::Password, confirmed_at: None, ..alice.clone() };
    assert!(matches!(back.accept_store(&unsure, false), Err(HubError::PasswordNeeded)));
    back.accept_store(&alice, false).unwrap();
    assert_eq!((since(&back), back.feed().drift(&here).unwrap().0), (Drift::Anew, Drift::Anew));
    assert!(report().rolled_back.is_none() && site().rolled_back.is_none());
    let accepted = back.feed().position().unwrap();
    back.accept_store(&alice, false).unwrap();
    assert_eq!(back.feed().drift(&accepted).unwrap().0, Drift::Anew, "in the same second too");
    let trail = back.trail(&alice, &TrailQuery { limit: 9, ..TrailQuery::default() }).unwrap();
    let actions: Vec<_> = trail.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions[..2], ["store.accepted", "store.accepted"]);
    assert_eq!(actions.iter().filter(|action| **action == "store.went_back").count(), 1, "{actions:?}");
}

/// The clock was a year ahead when a copy was accepted, and was set back; then that copy is put back again.
#[test]
fn a_store_is_accepted_although_the_clock_was_once_ahead() {
    let desk = Desk::on_disk();
    let alice = desk.alice();
    let old = desk.keep();
    let year = jiff::SignedDuration::from_hours(365 * 24);
    desk.clock.advance(year);
    desk.hub.accept_store(&alice, false).unwrap();
    let known = desk.hub.feed().position().unwrap();
    desk.clock.advance(-year);
    desk.put_back(&old);
    let back = desk.elsewhere();
    assert_eq!(back.feed().drift(&known).unwrap().0, Drift::WentBack);
    back.feed().record_rollback(&known).unwrap();
    back.accept_store(&alice, false).unwrap();
    assert_eq!(back.feed().drift(&known).unwrap().0, Drift::Anew);
}

#[test]
fn a_table_that_cannot_be_reached_is_no_sign_of_tampering() {
    if is_of_the_other_store!() {
        return;
    }
    let desk = Desk::on_disk();
    let StorePlace::Postgres(place) = desk.places().store else { panic!("no server") };
    let (server, database) = (server().unwrap(), place.database.clone());
    let other = std::thread::spawn(move || {
        let lock = "BEGIN; LOCK TABLE keydesk.account IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)";
        server.sql_as("postgres", &database, lock)
    });
    let locked = "SELECT count(*) FROM pg_locks WHERE relation = 'keydesk.account'::regclass AND granted \
                  AND mode = 'AccessExclusiveLock'";
    while server.sql(&place.database, locked) != "1" {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let why = desk.hub.feed().store_findings().unwrap_err();
    assert!(matches!(why, HubError::Unavailable(_)), "{why}");
    server.disconnect(&place.database);
    assert!(other.join().unwrap().is_err());
    assert_eq!(desk.hub.feed().store_findings().unwrap(), []);
}
