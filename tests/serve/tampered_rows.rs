//! Rows that were changed without the master key: refused, counted and reported, without harm to other keys.

use keydesk::credential::{Kind, Verb};
use keydesk::hub::Policy;

use super::support::{Desk, Key};

use super::attacker::{says, status};
use super::lock::Lock;
use super::made::places;

#[test]
fn an_untrusted_setting_closes_only_a_verifier_that_never_knew_it() {
    let desk = Desk::new();
    let one = desk.key(Kind::Basic, "one");
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &one), 200);
    desk.sql("UPDATE setting SET value = 'all' WHERE id = (SELECT id FROM setting WHERE value = 'off')");
    verifier.until("reported", |verifier| says(verifier, "keydesk setting set replay VALUE"));
    assert_eq!((status(&verifier, &one), verifier.get("/readyz").status()), (200, 200), "it knew it before");
    verifier.stop();
    let verifier = desk.verifier();
    assert_eq!((status(&verifier, &one), verifier.get("/readyz").status()), (503, 503));
    assert!(says(&verifier, "keydesk setting set replay VALUE") && verifier.get("/healthz").status() == 200);
    desk.policy(&Policy::default());
    verifier.until("set again", |verifier| status(verifier, &one) == 200);
    verifier.stop();
    desk.sql("DELETE FROM setting WHERE value = '60'");
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &one), 503, "a missing row is not an unset setting");
}

#[test]
fn a_row_changed_at_run_time_is_refused_and_recorded_once() {
    let desk = Desk::new();
    let (one, two) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Basic, "two"));
    let verifier = desk.verifier();
    assert_eq!((status(&verifier, &one), status(&verifier, &two)), (200, 200));
    desk.sql(&format!("UPDATE credential SET expires_at = 99999999999 WHERE key = '{}'", one.key));
    verifier.until("refused", |verifier| status(verifier, &one) == 401);
    assert_eq!(verifier.metric("keydesk_credentials_tampered"), 1.0);
    assert_eq!(status(&verifier, &two), 200);
    desk.sql(&format!("UPDATE credential SET expires_at = NULL WHERE key = '{}'", one.key));
    // Both rows are audited in one step: when the second is found, the first was read again.
    desk.sql(&format!("UPDATE credential SET expires_at = 99999999999 WHERE key = '{}'", two.key));
    verifier.until("the second is refused", |verifier| status(verifier, &two) == 401);
    assert_eq!(status(&verifier, &one), 401, "what looks right again may be an older row put back");
    let recorded = || desk.trail().iter().filter(|row| row.action == "tampered").map(|row| row.count).sum::<i64>();
    verifier.until("the second is recorded", |_| recorded() >= 2);
    assert_eq!(recorded(), 2, "each of them once");
}

#[test]
fn an_unreadable_row_hides_no_other_and_stops_no_verifier() {
    let desk = Desk::new();
    let keys = ["one", "two", "three"].map(|name| desk.key(Kind::Basic, name));
    let [one, two, three] = &keys;
    let verifier = desk.verifier();
    desk.sql(&format!(
        "UPDATE credential SET name = CAST(x'ff' AS TEXT) WHERE key = '{}';
         UPDATE credential SET note = 'changed' WHERE key = '{}'",
        one.key, two.key
    ));
    verifier.until("refused", |verifier| status(verifier, two) == 401);
    assert!(says(&verifier, "store: in sight") && status(&verifier, three) == 200);
    verifier.stop();
    let verifier = desk.verifier();
    assert_eq!(keys.each_ref().map(|key| status(&verifier, key)), [401, 401, 200]);
    let report = desk.hub.verify_trail(&desk.alice, None, &mut |_, _| ()).unwrap();
    assert!(report.broken.is_some_and(|what| what.contains("was changed outside keydesk")));
}

#[test]
fn a_changed_row_is_refused_before_the_trail_records_it() {
    let desk = Desk::new();
    let keys = ["one", "two", "three", "four", "five"].map(|name| desk.key(Kind::Basic, name));
    let verifier = desk.verifier();
    desk.sql("UPDATE credential SET note = 'changed'");
    let lock = Lock::on(&places(&desk.dir).store);
    verifier.until("refused", |verifier| keys.iter().all(|key| status(verifier, key) == 401));
    assert_eq!(verifier.metric("keydesk_credentials_tampered"), 5.0);
    assert!(verifier.get("/readyz").status() == 200, "the lock keeps nobody from looking");
    lock.release();
    verifier.until("in the trail", |_| desk.trail().iter().filter(|row| row.action == "tampered").count() >= 5);
}

#[test]
fn a_row_changed_outside_keydesk_is_refused_counted_and_recorded() {
    let desk = Desk::new();
    let keys = ["row", "secret", "moved", "good"].map(|name| desk.key(Kind::Basic, name));
    let [row, secret, moved, good] = &keys;
    desk.set(row, Verb::Revoke);
    desk.sql(&format!(
        "UPDATE credential SET state = 'active' WHERE key = '{}';
         UPDATE secret SET no = 9 WHERE credential = '{}';
         UPDATE secret SET sealed = (SELECT sealed FROM secret WHERE credential = '{}') WHERE credential = '{}';",
        row.key, secret.id, good.id, moved.id
    ));
    let verifier = desk.verifier();
    assert_eq!([row, secret, moved, good].map(|key| status(&verifier, key)), [401, 401, 401, 200]);
    assert_eq!(verifier.metric("keydesk_credentials_tampered"), 3.0);
    assert_eq!(verifier.metric("keydesk_denied_total{reason=\"tampered\"}"), 3.0);
    assert!(says(&verifier, "tampered credentials: 3"));
    for key in [row, secret, moved] {
        verifier.until(&format!("{} is in the trail", key.name), |_| {
            desk.trail().iter().any(|entry| entry.did.contains("tampered") && entry.what.contains(&key.key))
        });
    }
    let other = Key { secret: good.secret.clone(), ..moved.clone() };
    assert_eq!(status(&verifier, &other), 401, "another's secret under one's own key");
}
