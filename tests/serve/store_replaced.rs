//! A store that is missing, replaced, rolled back, or not a store at all.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use keydesk::credential::{Kind, Verb};
use keydesk::hub::Policy;
use keydesk::secret::Secret;

use super::attacker::{says, status};
use super::made::{on_postgres, places};
use super::one_store::is_of_the_other_store;
use super::support::{Desk, GatewayRequest, Key, Verifier};
use super::swap::{bring_back, copy, nonsense, put, take_away};

/// Seconds since the store was last read.
fn age(verifier: &Verifier) -> f64 {
    verifier.metric("keydesk_snapshot_age_seconds")
}

#[test]
fn without_the_store_answers_continue_until_the_limit() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    desk.policy(&Policy { staleness: 3, ..Policy::default() });
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &one), 200);
    take_away(&desk);
    verifier.until("reported", |verifier| !says(verifier, "store: in sight"));
    let answered = (status(&verifier, &one), verifier.get("/readyz").status());
    assert!(answered == (200, 200) || age(&verifier) >= 3.0, "{answered:?} within the limit");
    verifier.until("stale", |verifier| status(verifier, &one) == 503);
    assert!(age(&verifier) >= 3.0, "not before the limit");
    let wrong = verifier.ask(&GatewayRequest::nginx("GET", "/"));
    assert_eq!((wrong.status(), wrong.text()), (503, String::new()), "closed for all");
    assert_eq!(verifier.get("/readyz").status(), 503);
    assert_eq!(verifier.get("/healthz").status(), 200);
    assert!(verifier.metric("keydesk_stale_total") >= 2.0);
    bring_back(&desk);
    verifier.until("back", |verifier| status(verifier, &one) == 200);
    desk.set(&one, Verb::Revoke);
    verifier.until("followed", |verifier| status(verifier, &one) == 401);
}

#[test]
fn the_same_store_in_a_new_file_is_followed() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    let copied = copy(&desk, "copy.db");
    put(&desk, &copied);
    // Of a file all is loaded again; on a server the head shows that nothing changed.
    let seen = |log: &str| match on_postgres() {
        true => log.contains("\"store\":\"Current\""),
        false => log.matches("\"loaded\"").count() == 2,
    };
    verifier.until("seen again", |verifier| seen(&verifier.log()));
    assert_eq!(status(&verifier, &one), 200);
    verifier.until("in sight", |verifier| says(verifier, "store: in sight"));
    let reopened = Desk::open_again(desk);
    reopened.set(&one, Verb::Disable);
    verifier.until("followed", |verifier| status(verifier, &one) == 401);
    let two = reopened.key(Kind::Basic, "two");
    verifier.until("the new one", |verifier| status(verifier, &two) == 200);
    verifier.stop();
    let used = reopened.hub.details(&reopened.alice, two.id).unwrap();
    assert!(used.row.last_used.is_some(), "reports go to the new file");
}

/// Somebody removes the files beside the database; processes that have it open must not go on separately.
#[test]
fn desk_and_verifier_survive_removed_wal_and_shm_files() {
    if is_of_the_other_store!() {
        return;
    }
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &one), 200);
    desk.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    for ending in ["db-wal", "db-shm"] {
        fs::remove_file(desk.database().with_extension(ending)).unwrap();
    }
    // A desk reports that, both on reading and on writing, and then uses the same files as everybody.
    let find = || desk.hub.find(&desk.alice, &one.key, Some(one.kind));
    let error = find().unwrap_err().to_string();
    assert!(error.contains("-wal, -shm") && error.contains("try again"), "{error}");
    let target = find().unwrap().target();
    let error = desk.hub.set_state(&desk.alice, &[target], Verb::Disable).unwrap_err().to_string();
    assert!(error.contains("Nothing was changed"), "{error}");
    assert_eq!(status(&verifier, &one), 200);
    desk.set(&one, Verb::Revoke);
    verifier.until("followed", |verifier| status(verifier, &one) == 401);
    assert!(says(&verifier, "store: in sight"));
    let two = desk.key(Kind::Basic, "two");
    verifier.until("the next change", |verifier| status(verifier, &two) == 200);
}

/// Longer than the staleness limit of the test.
const BEYOND: Duration = Duration::from_millis(2_500);

fn legacy(verifier: &Verifier, key: &Key, password: &str) -> u16 {
    verifier.ask(&GatewayRequest::envoy("POST", "/soap").legacy().body(key.soap(password))).status()
}

fn set_password(desk: &Desk, key: &Key, password: &str) {
    let row = desk.hub.find(&desk.alice, &key.key, Some(key.kind)).unwrap();
    desk.hub.set_legacy_password(&desk.alice, row.target(), Some(&Secret::from_text(password))).unwrap();
}

#[test]
fn a_rolled_back_store_is_not_followed_until_it_is_accepted() {
    let desk = Desk::new();
    let [one, two, last] = ["one", "two", "last"].map(|name| desk.key(Kind::Basic, name));
    let sms = desk.key(Kind::Legacy, "smsbatch");
    desk.policy(&Policy { staleness: 2, ..Policy::default() });
    let old = copy(&desk, "old.db");
    desk.set(&one, Verb::Revoke);
    set_password(&desk, &sms, "Undone1password");
    let verifier = desk.verifier();
    assert_eq!((status(&verifier, &one), status(&verifier, &two)), (401, 200));
    assert_eq!(legacy(&verifier, &sms, "Undone1password"), 200);
    put(&desk, &old);
    verifier.until("reported", |verifier| says(verifier, "went back"));
    let limit = Instant::now() + BEYOND;
    verifier.until("newer data answers beyond the limit", |verifier| {
        Instant::now() > limit && (status(verifier, &one), status(verifier, &two)) == (401, 200)
    });
    assert!(says(&verifier, "keydesk audit accept") && verifier.get("/readyz").status() == 200);
    assert_eq!(verifier.metric("keydesk_store_went_back"), 1.0);
    // On a machine that has seen nothing of the desk.
    let desk = desk.open_elsewhere();
    assert_eq!(desk.trail()[0].action, "store.went_back", "an Administrator sees it at the desk");
    let new = desk.key(Kind::Basic, "new");
    for verb in [Verb::Disable, Verb::Enable, Verb::Disable, Verb::Enable] {
        desk.set(&two, verb);
    }
    // The secret gets the same version as the one that the rollback removed.
    set_password(&desk, &sms, "Another1password");
    desk.set(&last, Verb::Disable);
    verifier.until("looked at", |verifier| status(verifier, &last) == 401);
    assert_eq!((status(&verifier, &new), says(&verifier, "went back")), (401, true), "whatever is changed there");
    desk.hub.accept_store(&desk.alice, false).unwrap();
    verifier.until("accepted", |verifier| status(verifier, &new) == 200);
    assert_eq!((status(&verifier, &one), status(&verifier, &two)), (200, 200), "as in the accepted store");
    let passwords = ["Undone1password", "Another1password"].map(|password| legacy(&verifier, &sms, password));
    assert_eq!(passwords, [401, 200], "the cache is for the secret that is gone");
    assert!(says(&verifier, "store: in sight") && verifier.metric("keydesk_store_went_back") == 0.0);
    desk.set(&new, Verb::Revoke);
    verifier.until("followed", |verifier| status(verifier, &new) == 401);
}

#[test]
fn the_newest_copy_is_followed_again_once_restored() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let old = copy(&desk, "old.db");
    let two = desk.key(Kind::Basic, "two");
    let verifier = desk.verifier();
    let new = copy(&desk, "new.db");
    put(&desk, &old);
    verifier.until("reported", |verifier| says(verifier, "went back"));
    put(&desk, &new);
    verifier.until("back", |verifier| says(verifier, "store: in sight"));
    assert_eq!((status(&verifier, &one), status(&verifier, &two)), (200, 200));
    let desk = Desk::open_again(desk);
    desk.set(&one, Verb::Revoke);
    verifier.until("followed", |verifier| status(verifier, &one) == 401);
}

#[test]
fn a_verifier_that_starts_with_an_older_store_answers_nobody() {
    let desk = Desk::new();
    let (one, two) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Basic, "two"));
    let old = copy(&desk, "old.db");
    let verifier = desk.verifier();
    let file = places(&desk.dir).high_water_mark();
    let mark = || fs::read(&file).unwrap_or_default();
    verifier.until("the mark is written", |_| !mark().is_empty());
    let before = mark();
    desk.set(&one, Verb::Revoke);
    verifier.until("revoked", |verifier| status(verifier, &one) == 401);
    verifier.until("the mark is raised", |_| mark() != before);
    let new = copy(&desk, "new.db");
    verifier.kill();
    put(&desk, &old);
    let verifier = desk.verifier();
    assert_eq!((status(&verifier, &one), status(&verifier, &two)), (503, 503), "from its first request");
    assert!(says(&verifier, "keydesk audit accept") && verifier.get("/readyz").status() == 503);
    assert_eq!((verifier.metric("keydesk_store_went_back"), verifier.get("/healthz").status()), (1.0, 200));
    put(&desk, &new);
    verifier.until("the newest is back", |verifier| status(verifier, &two) == 200);
    assert_eq!((status(&verifier, &one), verifier.get("/readyz").status()), (401, 200));
    verifier.stop();
    put(&desk, &old);
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &two), 503);
    let desk = Desk::open_again(desk);
    verifier.until("reported", |_| desk.trail()[0].action == "store.went_back");
    desk.hub.accept_store(&desk.alice, false).unwrap();
    verifier.until("accepted", |verifier| status(verifier, &two) == 200);
    assert_eq!(status(&verifier, &one), 200, "as in the accepted store");
    desk.set(&one, Verb::Revoke);
    verifier.until("followed", |verifier| status(verifier, &one) == 401);
    verifier.stop();
    // A file without a valid mark is reported and replaced.
    let seen = places(&desk.dir).high_water_mark();
    assert_eq!(fs::metadata(&seen).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(&seen, "nonsense").unwrap();
    let verifier = desk.verifier();
    assert_eq!((status(&verifier, &one), status(&verifier, &two)), (401, 200));
    assert!(verifier.log().contains("cannot be read") && says(&verifier, "could not be read at the start"));
    verifier.until("kept", |_| fs::read(&seen).is_ok_and(|line| line.starts_with(b"[")));
}

#[test]
fn a_pipe_beside_the_database_blocks_no_verifier() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let seen = places(&desk.dir).high_water_mark();
    fs::create_dir_all(seen.parent().unwrap()).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &seen, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &one), 200);
    // Reading a pipe would block.
    verifier.until("it is replaced", |_| fs::symlink_metadata(&seen).is_ok_and(|meta| meta.is_file()));
    assert!(fs::read(&seen).unwrap().starts_with(b"["));
}

/// Polls a key and `/readyz` until something is true; returns all statuses.
fn statuses_until(verifier: &Verifier, key: &Key, mut is: impl FnMut() -> bool) -> Vec<(u16, u16)> {
    let mut said = Vec::new();
    verifier.until("it is", |verifier| {
        said.push((status(verifier, key), verifier.get("/readyz").status()));
        is()
    });
    said
}

/// Seconds for which a verifier with slow loads answers without the store: more than a loaded machine takes from one look to
/// the next.
const STALENESS: i64 = 3;

/// A verifier whose loads are delayed; with millions of credentials they take as long. It answers for less than half of that
/// without the store.
fn slow(desk: &Desk) -> Verifier {
    desk.policy(&Policy { staleness: STALENESS, ..Policy::default() });
    let socket = desk.dir.path().join("v.sock");
    let mut command = desk.command(&["--listen", &format!("unix:{}", socket.display())]);
    command.env("KEYDESK_TEST_DELAY", "load=8000");
    Verifier::spawn(command, desk.dir.path(), socket)
}

fn loads(verifier: &Verifier) -> usize {
    verifier.log().matches("\"loaded\"").count()
}

#[test]
fn a_slow_load_closes_nothing_and_hides_no_change() {
    let desk = Desk::new();
    let [one, two] = ["one", "two"].map(|name| desk.key(Kind::Basic, name));
    let verifier = slow(&desk);
    assert_eq!((status(&verifier, &one), loads(&verifier)), (200, 1));
    // A change of settings needs no load.
    desk.policy(&Policy { staleness: STALENESS, algorithms: "hmac-sha512".parse().unwrap(), ..Policy::default() });
    let signs = desk.key(Kind::Hmac, "signs");
    verifier.until("narrowed", |verifier| {
        let signed = GatewayRequest::nginx("GET", "/").fields(&signs.hmac("GET", "/"));
        verifier.ask(&signed).status() == 401 && verifier.log().contains("algorithm_not_allowed")
    });
    assert_eq!(loads(&verifier), 1);
    // A store that is accepted needs one.
    desk.hub.accept_store(&desk.alice, false).unwrap();
    let statuses = statuses_until(&verifier, &one, || loads(&verifier) == 2);
    assert!(statuses.iter().all(|status| *status == (200, 200)) && statuses.len() > 10, "{statuses:?}");
    desk.set(&two, Verb::Disable);
    verifier.until("followed", |verifier| status(verifier, &two) == 401);
}

#[test]
fn a_rollback_closes_nothing_however_long_it_takes_to_read() {
    if is_of_the_other_store!() {
        return;
    }
    let desk = Desk::new();
    let [one, two] = ["one", "two"].map(|name| desk.key(Kind::Basic, name));
    let old = copy(&desk, "old.db");
    let verifier = slow(&desk);
    desk.set(&two, Verb::Disable);
    verifier.until("followed", |verifier| status(verifier, &two) == 401);
    let newest = copy(&desk, "new.db");
    put(&desk, &old);
    let statuses = statuses_until(&verifier, &one, || says(&verifier, "went back"));
    assert!(statuses.iter().all(|status| *status == (200, 200)), "{statuses:?}");
    // The newest copy is back: changes are followed during the load.
    put(&desk, &newest);
    let desk = Desk::open_again(desk);
    desk.set(&two, Verb::Enable);
    desk.set(&one, Verb::Disable);
    let mut last = 200;
    verifier.until("followed while it loads", |verifier| {
        last = status(verifier, &one);
        last == 401
    });
    assert_eq!(loads(&verifier), 1, "the load has not ended");
    let statuses = statuses_until(&verifier, &one, || loads(&verifier) == 2);
    assert!(statuses.iter().all(|status| *status == (401, 200)), "{statuses:?}");
    assert_eq!((status(&verifier, &one), status(&verifier, &two)), (401, 200), "the new snapshot has the change");
}

/// What a load reads is the older store then, and must not be followed as the newest.
#[test]
fn a_rollback_during_a_load_is_noticed() {
    let desk = Desk::new();
    let [one, two] = ["one", "two"].map(|name| desk.key(Kind::Basic, name));
    let old = copy(&desk, "old.db");
    let verifier = slow(&desk);
    desk.set(&two, Verb::Revoke);
    verifier.until("followed", |verifier| status(verifier, &two) == 401);
    // A store that is accepted is loaded anew.
    desk.hub.accept_store(&desk.alice, false).unwrap();
    verifier.until("it loads", |verifier| verifier.threads().iter().any(|name| name == "load"));
    put(&desk, &old);
    let statuses = statuses_until(&verifier, &two, || says(&verifier, "went back"));
    assert!(statuses.iter().all(|(two, _)| [401, 503].contains(two)), "{statuses:?}");
    verifier.until("answered", |verifier| status(verifier, &one) == 200);
    assert_eq!(status(&verifier, &two), 401, "what was revoked stays so");
}

#[test]
fn another_desk_in_its_place_is_loaded_with_its_master_key() {
    let (desk, other) = (Desk::new(), Desk::of("Other Ltd"));
    let (one, two) = (desk.key(Kind::Basic, "one"), other.key(Kind::Basic, "two"));
    let verifier = desk.verifier();
    let account = |key: &Key| verifier.ask(&GatewayRequest::nginx("GET", "/").by(key)).field("X-Keydesk-Account");
    assert_eq!(account(&one).as_deref(), Some("Acme%20Messaging"));
    let foreign = copy(&other, "foreign.db");
    put(&desk, &foreign);
    verifier.until("reported", |verifier| says(verifier, "master key"));
    assert_eq!((status(&verifier, &one), status(&verifier, &two)), (200, 401), "nothing opens it yet");
    fs::copy(other.master_key(), desk.master_key()).unwrap();
    verifier.until("loaded", |verifier| status(verifier, &two) == 200);
    assert_eq!((status(&verifier, &one), account(&two).as_deref()), (401, Some("Other%20Ltd")));
    verifier.until("in sight", |verifier| says(verifier, "store: in sight"));
    assert_eq!(verifier.metric("keydesk_credentials"), 1.0);
    let moved = Desk::open_again(desk);
    moved.set(&two, Verb::Disable);
    verifier.until("followed", |verifier| status(verifier, &two) == 401);
    moved.set(&two, Verb::Enable);
    verifier.until("followed again", |verifier| status(verifier, &two) == 200);
    verifier.stop();
    let used = moved.hub.details(&moved.alice, two.id).unwrap();
    assert!(used.row.last_used.is_some(), "reports go to the desk that is there");
}

#[test]
fn a_rolled_back_store_only_restricts() {
    let desk = Desk::new();
    let [one, two, three] = ["one", "two", "three"].map(|name| desk.key(Kind::Basic, name));
    let old = copy(&desk, "old.db");
    desk.set(&three, Verb::Disable);
    let verifier = desk.verifier();
    assert_eq!([&one, &two, &three].map(|key| status(&verifier, key)), [200, 200, 401]);
    put(&desk, &old);
    verifier.until("reported", |verifier| says(verifier, "went back"));
    let desk = Desk::open_again(desk);
    desk.set(&one, Verb::Revoke);
    verifier.until("taken away", |verifier| status(verifier, &one) == 401);
    assert_eq!([&two, &three].map(|key| status(&verifier, key)), [200, 401], "what it would give is not followed");
    desk.set(&two, Verb::Disable);
    verifier.until("taken away too", |verifier| status(verifier, &two) == 401);
    desk.hub.accept_store(&desk.alice, false).unwrap();
    verifier.until("accepted", |verifier| status(verifier, &three) == 200);
    assert_eq!([&one, &two].map(|key| status(&verifier, key)), [401, 401]);
}

#[test]
fn with_a_broken_store_answers_continue_until_the_limit() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    desk.policy(&Policy { staleness: 2, ..Policy::default() });
    let verifier = desk.verifier();
    put(&desk, &nonsense(&desk));
    verifier.until("reported", |verifier| !says(verifier, "store: in sight"));
    let answered = status(&verifier, &one);
    assert!(answered == 200 || age(&verifier) >= 2.0, "{answered} within the limit");
    verifier.until("closed", |verifier| status(verifier, &one) == 503);
    assert_eq!(verifier.get("/readyz").status(), 503);
}
