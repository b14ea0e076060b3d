//! The snapshot by itself: finding, changing, growing, and what it occupies.

use crate::credential::{Algorithm, BodyDigest, Networks, State};
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::{Stored, Term};
use crate::verify::snapshot::*;
use uuid::Uuid;

fn entry(n: u128, kind: Kind, key: &str) -> Entry {
    Entry {
        row: Uuid::from_u128(n),
        name: "a name of 20 letters".to_owned(),
        ..Entry::new(kind, key, Stored::Plain(Secret::from_text("kds3N9xQ7mVb2LpRw8sTzKd0Jc4abcde")))
    }
}

fn live(version: u32, stored: Stored, valid_until: Option<i64>) -> LiveSecret {
    LiveSecret { version, stored, valid_until: valid_until.map(Seconds) }
}

fn key(n: u128) -> String {
    format!("kdh{n:017}")
}

fn many(count: u128) -> Snapshot {
    let mut builder = Builder::new(usize::try_from(count).unwrap()).unwrap();
    (0..count).for_each(|n| builder.add(&entry(n, Kind::Hmac, &key(n))).unwrap());
    builder.finish().unwrap()
}

fn row(snapshot: &Snapshot, kind: Kind, key: &str) -> Option<u128> {
    snapshot.look_up(kind, key.as_bytes()).credential().map(|credential| credential.row().as_u128())
}

#[test]
fn every_key_is_found_in_its_kind_alone() {
    let snapshot = many(5000);
    assert_eq!(snapshot.len(), 5000);
    for n in 0..5000 {
        assert_eq!(row(&snapshot, Kind::Hmac, &key(n)), Some(n));
        assert!(matches!(snapshot.look_up(Kind::Basic, key(n).as_bytes()), Lookup::OtherKind));
        let longer = format!("{}x", key(n));
        assert!(matches!(snapshot.look_up(Kind::Hmac, longer.as_bytes()), Lookup::Nothing));
    }
    assert!(matches!(snapshot.look_up(Kind::Hmac, b""), Lookup::Nothing));
    assert!(Snapshot::of([]).unwrap().is_empty());
}

#[test]
fn a_credential_can_be_taken_out_as_it_was_put_in() {
    let full = Entry {
        not_before: Some(Seconds(5)),
        expires_at: Some(Seconds(9)),
        networks: "10.0.0.0/8 2001:db8::/32".parse().unwrap(),
        algorithms: "hmac-sha1 hmac-sha512".parse().unwrap(),
        body_digest: BodyDigest::Optional,
        state: State::Disabled,
        secrets: vec![
            live(1, Stored::Plain(Secret::from_text("one")), Some(7)),
            live(2, Stored::Plain(Secret::from_text("two")), None),
        ],
        ..entry(7, Kind::Hmac, "kdh")
    };
    let basic = Entry { secrets: vec![live(3, Stored::Sha256([9; 32]), None)], ..entry(8, Kind::Basic, "kdb") };
    let legacy = Entry { secrets: vec![live(1, Stored::Argon2("$x".to_owned()), None)], ..entry(9, Kind::Legacy, "l") };
    let all = [full, basic, legacy];
    let snapshot = Snapshot::of(&all).unwrap();
    for entry in &all {
        let out = snapshot.entry(entry.kind, &entry.key).unwrap();
        assert_eq!(format!("{out:?}"), format!("{entry:?}"));
        let secrets =
            |entry: &Entry| entry.secrets.iter().map(|s| s.stored.encode().expose().to_vec()).collect::<Vec<_>>();
        assert_eq!(secrets(&out), secrets(entry));
    }
    assert!(snapshot.entry(Kind::Basic, "kdh").is_none());
}

#[test]
fn every_credential_keeps_its_own_term() {
    let with_term = |n: u128| Entry { term: Term::of_number(n), ..entry(n, Kind::Hmac, &key(n)) };
    let all: Vec<_> = (0..3000).map(with_term).collect();
    let [mut one, mut two] = Builder::halves(3000).unwrap();
    all[..1000].iter().for_each(|entry| one.add(entry).unwrap());
    all[1000..].iter().for_each(|entry| two.add(entry).unwrap());
    let snapshot = Builder::join([one, two]).unwrap();
    let changed = Entry { term: Term::of_number(1 << 100), ..entry(77, Kind::Hmac, &key(77)) };
    let changed = snapshot.apply(&[Change::Put(&changed), Change::Remove { kind: Kind::Hmac, key: &key(78) }]).unwrap();
    let term = |snapshot: &Snapshot, n: u128| snapshot.find(Kind::Hmac, &key(n)).map(CredentialRef::term);
    for n in (0..3000).filter(|n| ![77, 78].contains(n)) {
        assert_eq!([term(&snapshot, n), term(&changed, n)], [Some(Term::of_number(n)); 2]);
    }
    assert_eq!([term(&changed, 77), term(&changed, 78)], [Some(Term::of_number(1 << 100)), None]);
    let sum = snapshot.credentials().fold(Sum::default(), |mut sum, credential| {
        sum.add(credential.term());
        sum
    });
    assert_eq!(sum, snapshot.sum());
}

#[test]
fn an_overfull_shard_finds_the_right_term() {
    let state = RandomState::new();
    let hash = |key: &[u8]| KeyHash(state.hash_one(key));
    let mut growing = Growing::default();
    for n in 0..70_000 {
        growing.push(&Entry { term: Term::of_number(n), ..entry(n, Kind::Hmac, &key(n)) }).unwrap();
    }
    let shard = growing.finish(hash).unwrap();
    for n in [0, 65_534, 65_535, 65_536, 69_999] {
        let ShardLookup::Record((_, term)) = shard.find(hash(key(n).as_bytes()), Kind::Hmac, key(n).as_bytes()) else {
            panic!("{n}")
        };
        assert_eq!(*term, Term::of_number(n));
    }
}

#[test]
fn one_key_may_exist_once_in_each_kind() {
    let legacy = Stored::Argon2("$argon2id$…".to_owned());
    let all = [
        entry(1, Kind::Basic, "bob"),
        entry(2, Kind::Hmac, "bob"),
        Entry { secrets: vec![live(1, legacy, None)], ..entry(3, Kind::Legacy, "bob") },
    ];
    let snapshot = Snapshot::of(&all).unwrap();
    assert_eq!(Kind::ALL.map(|kind| row(&snapshot, kind, "bob")), [Some(1), Some(2), Some(3)]);
    let twice = Snapshot::of(&[entry(1, Kind::Basic, "bob"), entry(4, Kind::Basic, "bob")]);
    assert!(matches!(twice, Err(BuildError::Snapshot(SnapshotError::Twice { .. }))));
}

#[test]
fn everything_packed_can_be_read_back() {
    let packed = Entry {
        not_before: Some(Seconds(-5)),
        expires_at: Some(Seconds(i64::MAX)),
        state: State::Revoked,
        networks: Networks::parse(["203.0.113.0/24", "2001:db8:5::/48"]).unwrap(),
        algorithms: Algorithms::new([Algorithm::Sha512]),
        body_digest: BodyDigest::Optional,
        secrets: vec![
            live(7, Stored::Plain(Secret::from_text("new")), None),
            live(6, Stored::Plain(Secret::from_text("")), Some(20)),
            live(5, Stored::Plain(Secret::from_text("older")), Some(10)),
        ],
        ..entry(9, Kind::Hmac, "Zoë:1")
    };
    let snapshot = Snapshot::of([&packed]).unwrap();
    let read = snapshot.look_up(Kind::Hmac, "Zoë:1".as_bytes()).credential().unwrap();
    assert_eq!((read.key(), read.name(), read.kind()), ("Zoë:1", "a name of 20 letters", Kind::Hmac));
    assert_eq!(
        (read.state(), read.not_before(), read.expires_at()),
        (packed.state, packed.not_before, packed.expires_at)
    );
    assert!(read.admits(Algorithm::Sha512) && !read.admits(Algorithm::Sha1));
    assert!(read.digest_optional() && !read.tampered());
    let secrets: Vec<_> = read.secrets().map(|s| (s.version, s.bytes, s.is_live(15))).collect();
    assert_eq!(secrets, [(7, &b"new"[..], true), (6, b"", true), (5, b"older", false)]);
    for (address, inside) in [
        ("203.0.113.9", true),
        ("::ffff:203.0.113.9", true),
        ("203.0.114.9", false),
        ("2001:db8:5::1", true),
        ("2001:db8:6::1", false),
    ] {
        assert_eq!(read.admits_address(address.parse().ok()), inside, "{address}");
    }
    assert!(!read.admits_address(None));
}

#[test]
fn a_change_shows_in_the_next_snapshot_only() {
    let before = many(2000);
    let changed = Entry { state: State::Disabled, ..entry(77, Kind::Hmac, &key(77)) };
    let (new, gone) = (entry(9999, Kind::Basic, "new"), key(78));
    let after = before
        .apply(&[Change::Put(&changed), Change::Put(&new), Change::Remove { kind: Kind::Hmac, key: &gone }])
        .unwrap();
    assert_eq!((before.len(), after.len()), (2000, 2000));
    let state = |s: &Snapshot| s.look_up(Kind::Hmac, key(77).as_bytes()).credential().unwrap().state();
    assert_eq!((state(&before), state(&after)), (State::Active, State::Disabled));
    assert_eq!((row(&before, Kind::Basic, "new"), row(&after, Kind::Basic, "new")), (None, Some(9999)));
    assert_eq!((row(&before, Kind::Hmac, &gone), row(&after, Kind::Hmac, &gone)), (Some(78), None));
    for n in (0..2000).filter(|n| *n != 78) {
        assert_eq!(row(&after, Kind::Hmac, &key(n)), Some(n));
    }
    // Removing another kind removes nothing, and removing twice does no harm.
    let again = after.apply(&[Change::Remove { kind: Kind::Basic, key: &gone }]).unwrap();
    assert_eq!(again.len(), 2000);
}

#[test]
fn the_later_of_two_changes_counts() {
    let before = many(10);
    let (first, second) = (entry(100, Kind::Hmac, "new"), entry(101, Kind::Hmac, "new"));
    let remove = || Change::Remove { kind: Kind::Hmac, key: "new" };
    let after = |changes: &[Change<'_>]| row(&before.apply(changes).unwrap(), Kind::Hmac, "new");
    assert_eq!(after(&[Change::Put(&first), Change::Put(&second)]), Some(101));
    assert_eq!(after(&[Change::Put(&first), remove()]), None);
    assert_eq!(after(&[remove(), Change::Put(&first)]), Some(100));
}

#[test]
fn any_number_of_expected_credentials_is_allowed() {
    for expected in [0, 1, 1 << 24, 1 << 62, usize::MAX] {
        let mut halves = Builder::halves(expected).unwrap();
        halves[0].add(&entry(1, Kind::Basic, "one")).unwrap();
        halves[1].add(&entry(2, Kind::Hmac, "two")).unwrap();
        let snapshot = Builder::join(halves).unwrap();
        assert_eq!((snapshot.len(), row(&snapshot, Kind::Hmac, "two")), (2, Some(2)), "{expected}");
        let room: usize = Builder::new(expected).unwrap().shards.iter().map(Growing::room).sum();
        assert!(room < 100 << 20, "{expected}: {room}");
    }
}

#[test]
fn a_snapshot_that_outgrows_its_shards_is_split_again() {
    let mut snapshot = many(10);
    for step in 0..40 {
        let more: Vec<_> = (0..100).map(|n| 1000 + step * 100 + n).map(|n| entry(n, Kind::Hmac, &key(n))).collect();
        let changes: Vec<_> = more.iter().map(Change::Put).collect();
        snapshot = snapshot.apply(&changes).unwrap();
    }
    assert_eq!(snapshot.len(), 4010);
    assert!(snapshot.shards.len() >= 4, "{} shards", snapshot.shards.len());
    assert!((1000..5000).all(|n| row(&snapshot, Kind::Hmac, &key(n)) == Some(n)));
    assert_eq!(snapshot.credentials().count(), 4010);
}

#[test]
fn a_secret_that_does_not_fit_its_kind_is_refused() {
    for (kind, stored) in [
        (Kind::Hmac, Stored::Sha256([0; 32])),
        (Kind::Hmac, Stored::Argon2(String::new())),
        (Kind::Legacy, Stored::Sha256([0; 32])),
        (Kind::Legacy, Stored::Plain(Secret::from_text("x"))),
    ] {
        let wrong = Entry { secrets: vec![live(1, stored, None)], ..entry(1, kind, "bob") };
        let error = Snapshot::of([&wrong]).unwrap_err();
        assert!(matches!(error, BuildError::Snapshot(SnapshotError::Scheme { .. })), "{error}");
        // Marked as tampered it fits, so that it is refused by name and not unknown.
        let tampered = Snapshot::of([&Entry { tampered: true, ..wrong }]).unwrap();
        let held = tampered.look_up(kind, b"bob").credential().unwrap();
        assert!(held.tampered() && held.secrets().count() == 0);
    }
    let planted = Entry { name: "n".repeat(70_000), tampered: true, ..entry(1, Kind::Basic, "bob") };
    assert!(Snapshot::of([&planted]).unwrap().look_up(Kind::Basic, b"bob").credential().unwrap().tampered());
    let long = Entry { key: "k".repeat(70_000), ..entry(1, Kind::Basic, "") };
    assert!(matches!(Snapshot::of([&long]), Err(BuildError::Snapshot(SnapshotError::TooLong { .. }))));
}

#[test]
fn a_refused_entry_leaves_nothing_in_the_builder() {
    let mut builder = Builder::new(10).unwrap();
    builder.add(&entry(1, Kind::Hmac, "one")).unwrap();
    let long = Entry { name: "n".repeat(70_000), ..entry(2, Kind::Hmac, "two") };
    builder.add(&long).unwrap_err();
    builder.add(&entry(3, Kind::Hmac, "three")).unwrap();
    let snapshot = builder.finish().unwrap();
    assert_eq!(snapshot.len(), 2);
    assert_eq!((row(&snapshot, Kind::Hmac, "one"), row(&snapshot, Kind::Hmac, "two")), (Some(1), None));
    assert_eq!(row(&snapshot, Kind::Hmac, "three"), Some(3));
}

#[test]
fn two_halves_are_one_snapshot() {
    let halves = |second: u128| {
        let [mut one, mut two] = Builder::halves(5000).unwrap();
        (0..2500).for_each(|n| one.add(&entry(n, Kind::Hmac, &key(n))).unwrap());
        (second..5000).for_each(|n| two.add(&entry(n, Kind::Hmac, &key(n))).unwrap());
        Builder::join([one, two])
    };
    let snapshot = halves(2500).unwrap();
    assert_eq!(snapshot.len(), 5000);
    assert!((0..5000).all(|n| row(&snapshot, Kind::Hmac, &key(n)) == Some(n)));
    assert_eq!(halves(2499).unwrap_err(), SnapshotError::Twice { kind: Kind::Hmac, key: key(2499) });
    // One of them may have nothing at all, and what comes later goes into the same shards.
    let [one, two] = Builder::halves(0).unwrap();
    let empty = Builder::join([one, two]).unwrap();
    let after = empty.apply(&[Change::Put(&entry(1, Kind::Basic, "one"))]).unwrap();
    assert_eq!((empty.len(), row(&after, Kind::Basic, "one")), (0, Some(1)));
}

#[test]
fn a_credential_takes_less_than_200_bytes() {
    let each = many(20_000).memory() / 20_000;
    assert!(each < 200, "{each} bytes");
}

#[test]
fn debug_output_shows_no_secret() {
    let snapshot = Snapshot::of([&entry(1, Kind::Hmac, "bob")]).unwrap();
    let credential = snapshot.look_up(Kind::Hmac, b"bob").credential().unwrap();
    let printed = format!("{snapshot:?} {credential:?} {:?}", entry(1, Kind::Hmac, "bob"));
    assert!(printed.contains("bob") && !printed.contains("kds3N9"), "{printed}");
}

#[test]
fn threads_share_a_snapshot_and_take_password_checks_along() {
    fn shared<T: Send + Sync>() {}
    shared::<Snapshot>();
    shared::<super::super::PasswordCheck>();
    shared::<super::super::replay::Guard>();
}
