//! Create, rotate, disable, enable, revoke.

use jiff::SignedDuration;
use keydesk::credential::{Filter, Kind, Options, Overlap, SECRET_LEN, State, Verb, Wanted};
use keydesk::hub::{
    ChangeOutcome, Conflict, CredentialTarget, HubError, InputField, ListQuery, NewCredential, NewLegacy,
};
use keydesk::secret::Secret;

use super::support::{Desk, refusal, wanted};

#[test]
fn each_kind_is_created_with_keys_of_its_shape() {
    let desk = Desk::in_memory();
    for (kind, prefix, key_len, secret_len) in
        [(Kind::Basic, "kdb", 20, SECRET_LEN), (Kind::Hmac, "kdh", 20, SECRET_LEN), (Kind::Legacy, "sms", 8, 24)]
    {
        let issued = desk.create(kind, "smsbatch");
        assert!(issued.row.key.starts_with(prefix) && issued.row.key.len() == key_len, "{:?}", issued.row);
        assert_eq!(issued.secret.unwrap().len(), secret_len);
        assert_eq!((issued.row.name.as_str(), issued.row.state), ("smsbatch", State::Active));
        let found = desk.hub.find(&desk.alice(), &issued.row.key, None).unwrap();
        assert_eq!(found.id, issued.row.id);
        assert_eq!(desk.hub.counts(&desk.alice()).unwrap().of(kind, State::Active), 1);
    }
}

#[test]
fn a_typed_password_is_never_handed_back() {
    let desk = Desk::in_memory();
    let typed = Some(Secret::from_text("Abcdef123"));
    let legacy = Some(NewLegacy { username: "smsbatch".to_owned(), password: typed });
    let wanted = NewCredential { kind: Kind::Legacy, name: String::new(), legacy, options: Options::default() };
    let issued = desk.hub.create(&desk.alice(), &wanted).unwrap();
    assert!(issued.secret.is_none());
    assert_eq!(issued.row.name, "smsbatch", "the name defaults to the username");
    let again = desk.hub.create(&desk.alice(), &wanted);
    assert!(matches!(again, Err(HubError::Conflict(Conflict::Taken { .. }))), "usernames are unique for ever");
    desk.hub.set_state(&desk.alice(), &[issued.row.target()], Verb::Revoke).unwrap();
    assert!(desk.hub.create(&desk.alice(), &wanted).is_err(), "also after they were revoked");
}

#[test]
fn invalid_input_changes_nothing() {
    let desk = Desk::in_memory();
    let legacy = |username: &str, password: &str| NewCredential {
        legacy: Some(NewLegacy { username: username.to_owned(), password: Some(Secret::from_text(password)) }),
        ..wanted(Kind::Basic, "x")
    };
    let past = Options { expires_at: Some(keydesk::time::Seconds(5)), ..Options::default() };
    for (bad, field) in [
        (wanted(Kind::Basic, ""), InputField::Name),
        (wanted(Kind::Hmac, "a\u{202e}b"), InputField::Name),
        (wanted(Kind::Legacy, "Smsbatch"), InputField::Username),
        (NewCredential { kind: Kind::Legacy, ..legacy("smsbatch", "alllower") }, InputField::LegacyPassword),
        (legacy("smsbatch", "Abcdef123"), InputField::Username),
        (NewCredential { options: past, ..wanted(Kind::Basic, "x") }, InputField::Expiry),
    ] {
        match desk.hub.create(&desk.alice(), &bad) {
            Err(why @ HubError::Invalid { field: named, .. }) => {
                assert_eq!((named, why.exit_code()), (field, 2), "{why}");
            }
            other => panic!("{bad:?}: {other:?}"),
        }
    }
    assert_eq!(desk.hub.counts(&desk.alice()).unwrap(), keydesk::hub::CredentialCounts::default());
}

#[test]
fn rotation_keeps_at_most_two_live_secrets() {
    let desk = Desk::in_memory();
    let (alice, first) = (desk.alice(), desk.create(Kind::Hmac, "webhooks"));
    let live = |id| desk.hub.details(&alice, id).unwrap().secrets.iter().map(|s| s.version).collect::<Vec<_>>();
    assert_eq!(live(first.row.id), [1]);

    let second = desk.hub.rotate(&alice, first.row.target(), Overlap::Day).unwrap();
    assert_ne!(second.secret, first.secret);
    assert_eq!(second.row.key, first.row.key, "the key stays");
    assert_eq!(second.old_until.unwrap(), keydesk::time::Seconds(super::support::NOW.seconds().0 + 86_400));
    assert_eq!(live(first.row.id), [2, 1]);

    let third = desk.hub.rotate(&alice, second.row.target(), Overlap::Hour).unwrap();
    assert_eq!(live(first.row.id), [3, 2], "a rotation during an overlap ends the older one");
    desk.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(live(first.row.id), [3], "the end of the overlap is out");

    let fourth = desk.hub.rotate(&alice, third.row.target(), Overlap::None).unwrap();
    assert_eq!((live(first.row.id), fourth.old_until), (vec![4], None));
}

#[test]
fn every_state_change_through_the_hub() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let row = desk.create(Kind::Basic, "crm-sync").row;
    let set = |target: CredentialTarget, verb| desk.hub.set_state(&alice, &[target], verb);
    let rows = |outcomes: Vec<ChangeOutcome>| match outcomes.into_iter().next().unwrap() {
        ChangeOutcome::Done(row) => (true, row),
        ChangeOutcome::Already(row) => (false, row),
        ChangeOutcome::LeftOut { why, .. } => panic!("{why}"),
    };
    let trail_rows =
        || desk.hub.trail(&alice, &keydesk::hub::TrailQuery { limit: 500, ..Default::default() }).unwrap().len();

    let (changed, row) = rows(set(row.target(), Verb::Disable).unwrap());
    assert!(changed && row.state == State::Disabled);
    let before = trail_rows();
    let (changed, row) = rows(set(row.target(), Verb::Disable).unwrap());
    assert!(!changed && trail_rows() == before, "a state already reached is success without a trail row");
    let (_, row) = rows(set(row.target(), Verb::Enable).unwrap());
    let (_, row) = rows(set(row.target(), Verb::Revoke).unwrap());
    let revoked = set(row.target(), Verb::Enable);
    assert!(matches!(&revoked, Err(why @ HubError::Conflict(Conflict::Revoked { .. })) if why.exit_code() == 5));
    let rotated = desk.hub.rotate(&alice, row.target(), Overlap::None);
    assert!(matches!(rotated, Err(HubError::Conflict(Conflict::Revoked { .. }))));
    let counts = desk.hub.counts(&alice).unwrap();
    assert_eq!((counts.listed(Kind::Basic), counts.of(Kind::Basic, State::Revoked)), (0, 1));
}

#[test]
fn the_second_of_two_administrators_gets_a_conflict() {
    let desk = Desk::in_memory();
    let (alice, bram) = (desk.alice(), desk.user("bram", keydesk::account::Role::Administrator));
    let (one, two) = (desk.create(Kind::Basic, "one").row, desk.create(Kind::Basic, "two").row);
    desk.hub.set_state(&bram, &[one.target()], Verb::Disable).unwrap();

    let late = desk.hub.set_state(&alice, &[one.target()], Verb::Revoke).unwrap_err();
    assert_eq!(late.to_string(), "bram disabled one a moment ago. Look at it as it is now, then decide again.");
    assert_eq!(desk.hub.find(&alice, &one.key, None).unwrap().state, State::Disabled, "nothing was done");

    let several = desk.hub.set_state(&alice, &[one.target(), two.target()], Verb::Revoke).unwrap();
    assert!(matches!(&several[0], ChangeOutcome::LeftOut { row, .. } if row.state == State::Disabled));
    assert!(matches!(&several[1], ChangeOutcome::Done(row) if row.state == State::Revoked));

    let stale = desk.hub.rotate(&alice, one.target(), Overlap::None).unwrap_err();
    assert!(stale.to_string().starts_with("bram disabled one"), "{stale}");
}

#[test]
fn expiring_and_never_used_keys_are_counted() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let soon = Options {
        expires_at: Some(keydesk::time::Seconds(super::support::NOW.seconds().0 + 3 * 86_400)),
        ..Options::default()
    };
    let expiring =
        desk.hub.create(&alice, &NewCredential { options: soon, ..wanted(Kind::Basic, "soon") }).unwrap().row;
    let used = desk.create(Kind::Basic, "used").row;
    let stopped = desk.create(Kind::Basic, "stopped").row;
    let address = Some("203.0.113.40".parse().unwrap());
    let now = super::support::NOW.seconds();
    desk.hub.record_usage(used.id, 1, now, address).unwrap();
    let disabled = desk.hub.set_state(&alice, &[stopped.target()], Verb::Disable).unwrap();

    let overview = desk.hub.overview(&alice).unwrap().credentials.unwrap();
    assert_eq!(overview.states.total(Wanted::Expiring), 1);
    assert_eq!(waiting(&desk), ["soon"], "one was used, one is disabled");
    assert_eq!(overview.next_to_expire.map(|row| row.id), Some(expiring.id));
    let ChangeOutcome::Done(row) = &disabled[0] else { panic!() };
    desk.hub.set_state(&alice, &[row.target()], Verb::Enable).unwrap();
    assert_eq!(waiting(&desk), ["soon", "stopped"], "one that comes back waits again");

    let last = desk.hub.find(&alice, &used.key, None).unwrap().last_used.unwrap();
    assert_eq!((last.at, last.address.as_deref()), (now, Some("203.0.113.40")));
    desk.hub.record_usage(used.id, 1, keydesk::time::Seconds(now.0 - 60), None).unwrap();
    assert_eq!(desk.hub.find(&alice, &used.key, None).unwrap().last_used.unwrap().at, now, "an older report loses");
}

/// Whether the menu says that no gateway has ever asked.
fn unasked(desk: &Desk) -> bool {
    desk.hub.overview(&desk.alice()).unwrap().credentials.unwrap().unasked
}

/// The names of usable credentials that were never used.
fn waiting(desk: &Desk) -> Vec<String> {
    let filter = Filter::parse("used:never").unwrap();
    let of_kind = |kind| {
        let query = ListQuery { kind: Some(kind), filter: filter.clone(), limit: 9, ..ListQuery::default() };
        desk.hub.list(&desk.alice(), &query).unwrap().rows.into_iter().map(|row| row.name)
    };
    Kind::ALL.into_iter().flat_map(of_kind).collect()
}

#[test]
fn never_used_counts_credentials_and_not_secrets() {
    let desk = Desk::in_memory();
    let row = desk.create(Kind::Basic, "rotated before its first use").row;
    let once = desk.hub.rotate(&desk.alice(), row.target(), Overlap::Week).unwrap();
    desk.hub.rotate(&desk.alice(), once.row.target(), Overlap::Week).unwrap();
    desk.create(Kind::Hmac, "webhooks");
    assert_eq!(waiting(&desk), ["rotated before its first use", "webhooks"]);
    let use_of = |secret_no| desk.hub.record_usage(row.id, secret_no, desk.hub.now().seconds(), None).unwrap();
    use_of(1);
    assert_eq!(waiting(&desk), ["webhooks"], "whichever of its secrets was used");
}

#[test]
fn a_used_key_stays_used_when_it_is_rotated() {
    let desk = Desk::in_memory();
    let (alice, now) = (desk.alice(), desk.hub.now().seconds());
    let row = desk.create(Kind::Basic, "crm-sync").row;
    desk.hub.record_usage(row.id, 1, now, "203.0.113.40".parse().ok()).unwrap();
    let rotated = desk.hub.rotate(&alice, row.target(), Overlap::None).unwrap().row;
    assert_eq!(rotated.last_used.as_ref().map(|used| used.at), Some(now), "what was just rotated says so");
    assert_eq!(waiting(&desk), [""; 0]);
    let listed = desk.hub.find(&alice, &row.key, None).unwrap();
    assert_eq!(listed.last_used.and_then(|used| used.address).as_deref(), Some("203.0.113.40"));
    let live = desk.hub.details(&alice, row.id).unwrap().secrets;
    assert_eq!((live.len(), live[0].last_used.clone()), (1, None), "the details tell the uses of each secret");
    // It still counts as used after it was disabled and enabled.
    for verb in [Verb::Disable, Verb::Enable] {
        let seen = desk.hub.find(&alice, &row.key, None).unwrap();
        let done = desk.hub.set_state(&alice, &[seen.target()], verb).unwrap();
        assert!(matches!(&done[0], ChangeOutcome::Done(row) if row.last_used.is_some()), "{done:?}");
    }
    assert_eq!(waiting(&desk), [""; 0]);
}

#[test]
fn a_rotation_within_an_overlap_names_the_secret_it_ends() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    let row = desk.create(Kind::Hmac, "webhooks").row;
    let first = desk.hub.rotate(&alice, row.target(), Overlap::Week).unwrap();
    assert_eq!(first.ended_early, [], "the one it has works on as it was chosen");
    let until = first.old_until.unwrap();
    desk.clock.advance(jiff::SignedDuration::from_hours(1));
    let known = desk.hub.details(&alice, row.id).unwrap().secrets;
    let before: Vec<_> = known.iter().filter_map(|secret| secret.ended_early(desk.hub.now())).collect();
    let second = desk.hub.rotate(&alice, first.row.target(), Overlap::Day).unwrap();
    assert_eq!(second.ended_early, before, "what is said before is what happens");
    assert_eq!((before.len(), before[0].until, before[0].created_at), (1, until, row.created_at));
    assert_eq!(
        before[0].sentence("stops"),
        "The secret from 14 Aug 2026, which would have worked until 21 Aug 2026 09:12 UTC, stops now."
    );
    let versions: Vec<_> = desk.hub.details(&alice, row.id).unwrap().secrets.iter().map(|s| s.version).collect();
    assert_eq!(versions, [3, 2], "never three that work");
    let trail = desk.hub.trail(&alice, &keydesk::hub::TrailQuery { limit: 1, ..Default::default() }).unwrap();
    assert!(
        trail[0].after.as_deref().unwrap().contains(&format!("\"stopped_before\":\"{}\"", until.rfc3339())),
        "{trail:?}"
    );
    // A secret whose overlap is over is not ended early.
    desk.clock.advance(jiff::SignedDuration::from_hours(25));
    assert_eq!(desk.hub.rotate(&alice, second.row.target(), Overlap::None).unwrap().ended_early, []);
}

#[test]
fn the_first_gateway_request_is_noted_with_any_number_of_keys() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    assert!(!unasked(&desk), "there is nothing to ask about");
    let used = desk.create(Kind::Basic, "used").row;
    desk.create(Kind::Basic, "active");
    assert!(unasked(&desk));
    desk.hub.feed().write_refusals(&[refusal(used.id, "bad_secret")]).unwrap();
    assert!(!unasked(&desk), "one that was refused was asked about");
    desk.hub.set_state(&alice, &[used.target()], Verb::Revoke).unwrap();
    assert!(!unasked(&desk), "also when none of those that are active was");
}
