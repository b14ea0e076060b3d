//! Edit, Legacy passwords, stopping an old secret, finding by secret.

use keydesk::account::Role;
use keydesk::credential::{BodyDigest, Kind, Overlap, Verb};
use keydesk::hub::{Cancel, ChangeOutcome, Conflict, CredentialEdit, HubError, Remedy, TrailQuery, WhichSecret};
use keydesk::secret::Secret;
use keydesk::time::Seconds;

use super::support::{Desk, NOW};

fn name(name: &str) -> CredentialEdit {
    CredentialEdit { name: Some(name.to_owned()), ..CredentialEdit::default() }
}

#[test]
fn the_second_administrator_to_rename_is_told_of_the_first() {
    let desk = Desk::in_memory();
    let (alice, bram) = (desk.alice(), desk.user("bram", Role::Administrator));
    let row = desk.create(Kind::Basic, "crm-sync").row;
    let renamed = desk.hub.edit(&bram, &[row.target()], &name(" crm-import ")).unwrap();
    assert!(matches!(&renamed[0], ChangeOutcome::Done(now) if now.name == "crm-import" && now.key == row.key));
    let late = desk.hub.edit(&alice, &[row.target()], &name("mine")).unwrap_err();
    assert_eq!(late.to_string(), "bram renamed crm-import a moment ago. Look at it as it is now, then decide again.");
    let same = desk.hub.find(&alice, &row.key, None).unwrap();
    assert!(matches!(
        desk.hub.edit(&alice, &[same.target()], &name("crm-import")).unwrap()[0],
        ChangeOutcome::Already(_)
    ));
    let bad = desk.hub.edit(&alice, &[same.target()], &name("a\u{200b}b")).unwrap_err();
    assert_eq!(bad.exit_code(), 2);
}

#[test]
fn expiry_and_networks_of_many_keys_change_together() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let rows: Vec<_> = ["one", "two", "three"].map(|name| desk.create(Kind::Hmac, name).row).into();
    desk.hub.set_state(&alice, &[rows[2].target()], Verb::Revoke).unwrap();
    let tomorrow = Some(Seconds(NOW.seconds().0 + 86_400));
    let edit = CredentialEdit {
        expires_at: Some(tomorrow),
        networks: Some("203.0.113.0/24".parse().unwrap()),
        ..CredentialEdit::default()
    };
    let targets: Vec<_> = rows.iter().map(|row| row.target()).collect();
    let outcomes = desk.hub.edit(&alice, &targets, &edit).unwrap();
    for outcome in &outcomes[..2] {
        let ChangeOutcome::Done(row) = outcome else { panic!("{outcome:?}") };
        assert_eq!((row.options.expires_at, row.options.networks.to_string().as_str()), (tomorrow, "203.0.113.0/24"));
    }
    assert!(matches!(&outcomes[2], ChangeOutcome::LeftOut { why: Conflict::Revoked { .. }, .. }));
    let past = CredentialEdit { expires_at: Some(Some(Seconds(5))), ..CredentialEdit::default() };
    let row = desk.hub.find(&alice, &rows[0].key, None).unwrap();
    assert_eq!(desk.hub.edit(&alice, &[row.target()], &past).unwrap_err().exit_code(), 2);
    assert!(desk.hub.edit(&alice, &targets, &name("all the same")).is_err(), "a name belongs to one");
    let never = CredentialEdit { expires_at: Some(None), ..CredentialEdit::default() };
    let done = desk.hub.edit(&alice, &[row.target()], &never).unwrap();
    assert!(matches!(&done[0], ChangeOutcome::Done(row) if row.options.expires_at.is_none()));
}

#[test]
fn changed_signing_options_are_in_the_trail_with_their_old_values() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let row = desk.create(Kind::Hmac, "webhooks").row;
    let stricter = CredentialEdit {
        algorithms: Some("hmac-sha512 hmac-sha256".parse().unwrap()),
        body_digest: Some(BodyDigest::Optional),
        ..CredentialEdit::default()
    };
    let ChangeOutcome::Done(now) = desk.hub.edit(&alice, &[row.target()], &stricter).unwrap().remove(0) else {
        panic!()
    };
    assert_eq!(
        (now.options.algorithms.to_string().as_str(), now.options.body_digest.as_str()),
        ("hmac-sha256 hmac-sha512", "optional")
    );
    assert!(!desk.hub.find(&alice, &row.key, None).unwrap().tampered, "the tag covers what was changed");
    let page = desk.hub.trail(&alice, &TrailQuery { credential: Some(row.id), ..TrailQuery::default() }).unwrap();
    let edited = page.iter().find(|row| row.action == "credential.edited").unwrap_or_else(|| panic!("{page:?}"));
    let (before, after) = (edited.before.as_deref().unwrap(), edited.after.as_deref().unwrap());
    assert!(before.contains(r#""algorithms":"""#) && before.contains(r#""body_digest":"required""#), "{before}");
    assert!(after.contains("hmac-sha256 hmac-sha512") && after.contains(r#""body_digest":"optional""#), "{after}");

    let late = desk.hub.edit(&alice, &[row.target()], &stricter).unwrap_err();
    assert!(matches!(late, HubError::Conflict(Conflict::Changed { .. })), "{late}");
    let again = desk.hub.edit(&alice, &[now.target()], &stricter).unwrap();
    assert!(matches!(again[0], ChangeOutcome::Already(_)), "what does not differ is no change");
    let basic = desk.create(Kind::Basic, "basic").row;
    let refused = desk
        .hub
        .edit(&alice, &[now.target(), basic.target()], &CredentialEdit { body_digest: None, ..stricter })
        .unwrap_err();
    assert_eq!(refused.to_string(), "Algorithms and the body digest are for HMAC keys only. Leave them out.");
}

#[test]
fn an_expired_key_can_be_renamed() {
    let desk = Desk::in_memory();
    let row = desk.create(Kind::Basic, "short").row;
    let soon = CredentialEdit { expires_at: Some(Some(Seconds(NOW.seconds().0 + 60))), ..CredentialEdit::default() };
    let ChangeOutcome::Done(row) = desk.hub.edit(&desk.alice(), &[row.target()], &soon).unwrap().remove(0) else {
        panic!()
    };
    desk.clock.advance(jiff::SignedDuration::from_hours(1));
    assert!(matches!(desk.hub.edit(&desk.alice(), &[row.target()], &name("over")).unwrap()[0], ChangeOutcome::Done(_)));
}

#[test]
fn a_legacy_password_is_replaced_at_once() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let row = desk.create(Kind::Legacy, "smsbatch").row;
    let typed = desk.hub.set_legacy_password(&alice, row.target(), Some(&Secret::from_text("Abcdef12"))).unwrap();
    assert!(typed.secret.is_none());
    let generated = desk.hub.set_legacy_password(&alice, typed.row.target(), None).unwrap();
    assert_eq!(generated.secret.unwrap().len(), 24);
    let details = desk.hub.details(&alice, row.id).unwrap();
    assert_eq!(details.secrets.iter().map(|s| s.version).collect::<Vec<_>>(), [3], "the old ones stopped");
    let weak = desk.hub.set_legacy_password(&alice, generated.row.target(), Some(&Secret::from_text("weak")));
    assert_eq!(weak.unwrap_err().exit_code(), 2);
    let basic = desk.create(Kind::Basic, "basic").row;
    assert_eq!(desk.hub.set_legacy_password(&alice, basic.target(), None).unwrap_err().exit_code(), 2);
}

#[test]
fn the_old_secret_is_stopped_early() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let row = desk.create(Kind::Hmac, "webhooks").row;
    assert!(matches!(desk.hub.stop_old_secret(&alice, row.target()).unwrap(), ChangeOutcome::Already(_)));
    let rotated = desk.hub.rotate(&alice, row.target(), Overlap::Week).unwrap().row;
    assert_eq!(desk.hub.details(&alice, row.id).unwrap().secrets.len(), 2);
    assert!(matches!(desk.hub.stop_old_secret(&alice, rotated.target()).unwrap(), ChangeOutcome::Done(_)));
    assert_eq!(desk.hub.details(&alice, row.id).unwrap().secrets.len(), 1);
}

#[test]
fn a_leaked_secret_names_its_credential() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let mut made = Vec::new();
    for kind in [Kind::Basic, Kind::Hmac] {
        for i in 0..60 {
            made.push(desk.create(kind, &format!("key {i}")));
        }
    }
    made.push(desk.create(Kind::Legacy, "smsbatch"));
    let find = |secret: &Secret| {
        let mut seen = 0;
        let found = desk.hub.find_by_secret(&alice, secret, &Cancel::default(), &mut |n| seen = n).unwrap();
        (found.map(|found| found.row.id), seen)
    };
    for i in [0, 59, 60, 119, 120] {
        assert_eq!(find(made[i].secret.as_ref().unwrap()).0, Some(made[i].row.id), "{i}");
    }
    let rotated = desk.hub.rotate(&alice, made[5].row.target(), Overlap::None).unwrap();
    assert_eq!(find(made[5].secret.as_ref().unwrap()).0, Some(made[5].row.id), "also one that stopped");
    assert_eq!(find(rotated.secret.as_ref().unwrap()).0, Some(made[5].row.id));
    assert_eq!(find(&Secret::from_text("nobody has this one")), (None, 100));
    let stopped = Cancel::default();
    stopped.cancel();
    let cancelled = desk.hub.find_by_secret(&alice, made[9].secret.as_ref().unwrap(), &stopped, &mut |_| ());
    assert!(matches!(cancelled, Err(HubError::Failed(_))), "{cancelled:?}");
}

#[test]
fn current_previous_and_ended_secrets_get_their_own_remedies() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let first = desk.create(Kind::Hmac, "webhooks");
    let found = |issued: &keydesk::hub::Issued| {
        let secret = issued.secret.as_ref().unwrap();
        let found = desk.hub.find_by_secret(&alice, secret, &Cancel::default(), &mut |_| ()).unwrap().unwrap();
        (found.which, found.remedy(), found.which_words())
    };
    assert_eq!(found(&first), (WhichSecret::Current, Remedy::Rotate, "It is the current secret.".to_owned()));
    let second = desk.hub.rotate(&alice, first.row.target(), Overlap::Hour).unwrap();
    let until = second.old_until.unwrap();
    let words = "It is an old secret, which works until 14 Aug 2026 10:12 UTC.".to_owned();
    assert_eq!(found(&first), (WhichSecret::Previous(until), Remedy::StopOld, words));
    assert_eq!(found(&second).0, WhichSecret::Current);
    desk.clock.advance(jiff::SignedDuration::from_hours(1));
    let words = "It is an old secret, which stopped working on 14 Aug 2026 10:12 UTC.".to_owned();
    assert_eq!(found(&first), (WhichSecret::Ended(until), Remedy::Nothing, words));
    desk.hub.set_state(&alice, &[second.row.target()], Verb::Revoke).unwrap();
    assert_eq!(found(&second).1, Remedy::Nothing, "of a revoked one nothing works");
}

/// Users may choose a password twice: an ended one must not hide a current one.
#[test]
fn a_working_password_is_found_before_an_ended_one() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let typed = Secret::from_text("Abcdef12");
    let find = || desk.hub.find_by_secret(&alice, &typed, &Cancel::default(), &mut |_| ()).unwrap().unwrap();
    let one = desk.create(Kind::Legacy, "smsbatch").row;
    let one = desk.hub.set_legacy_password(&alice, one.target(), Some(&typed)).unwrap().row;
    assert_eq!(find().which, WhichSecret::Current);
    let one = desk.hub.set_legacy_password(&alice, one.target(), None).unwrap().row;
    assert!(matches!(find().which, WhichSecret::Ended(_)));
    let other = desk.create(Kind::Legacy, "frontdesk").row;
    let other = desk.hub.set_legacy_password(&alice, other.target(), Some(&typed)).unwrap().row;
    assert_eq!((find().row.name, find().which), ("frontdesk".to_owned(), WhichSecret::Current));
    desk.hub.set_state(&alice, &[other.target()], Verb::Revoke).unwrap();
    assert_eq!(find().remedy(), Remedy::Nothing);
    desk.hub.set_legacy_password(&alice, one.target(), Some(&typed)).unwrap();
    assert_eq!((find().row.name, find().which), ("smsbatch".to_owned(), WhichSecret::Current));
}
