//! Rollback: from a store older than our snapshot, only restrictions are applied. Whoever disables a key there wants it
//! disabled, and may not know that verifiers have a newer state. What would grant more waits until an Administrator accepts
//! the store.

use crate::credential::{Algorithm, Algorithms, BodyDigest, Networks, State};
use crate::hub::{Restriction, SecretRestriction};
use crate::time::Seconds;
use crate::vault::{Stored, sha256};
use crate::verify::{Entry, LiveSecret};

use crate::serve::follower::load;

/// The credential of `now`, restricted by an `older` row of it; `None` if that row restricts nothing.
pub(super) fn restrict_only(mut now: Entry, older: &Entry) -> Option<Entry> {
    if now.tampered || now.row != older.row {
        return None;
    }
    if older.tampered {
        load::mark_tampered(&mut now);
        return Some(now);
    }
    let restricted = [
        replace_if(&mut now.state, older.state, |old, new| *old as u8 > *new as u8),
        replace_if(&mut now.not_before, older.not_before, |old, new| old > new),
        replace_if(&mut now.expires_at, older.expires_at, |old, new| ends_earlier(*old, *new)),
        replace_if(&mut now.body_digest, older.body_digest, |old, new| {
            (*old, *new) == (BodyDigest::Required, BodyDigest::Optional)
        }),
        narrow_networks(&mut now, &older.networks),
        narrow_algorithms(&mut now, &older.algorithms),
        restrict_secrets(&mut now, older),
    ];
    restricted.contains(&true).then_some(now)
}

/// Applies a restriction that the trail records.
pub(super) fn apply_recorded_restriction(now: &mut Entry, recorded: &Restriction) {
    if let Some(state) = recorded.state {
        replace_if(&mut now.state, state, |old, new| *old as u8 > *new as u8);
    }
    if recorded.not_before.is_some() {
        replace_if(&mut now.not_before, recorded.not_before, |old, new| old > new);
    }
    replace_if(&mut now.expires_at, recorded.expires_at, |old, new| ends_earlier(*old, *new));
    if recorded.body_digest == Some(BodyDigest::Required) {
        now.body_digest = BodyDigest::Required;
    }
    if let Some(networks) = &recorded.networks {
        narrow_networks(now, networks);
    }
    if let Some(other) = &recorded.algorithms {
        narrow_algorithms(now, other);
    }
    match recorded.secrets {
        Some(SecretRestriction::Renewed { no, until }) => now.secrets.retain_mut(|secret| {
            let (number, older) = (i64::from(secret.version), no.saturating_sub(1));
            if number == older {
                replace_if(&mut secret.valid_until, Some(until), |old, new| ends_earlier(*old, *new));
            }
            number >= older
        }),
        Some(SecretRestriction::Stopped(no)) => now.secrets.retain(|secret| i64::from(secret.version) != no),
        None => {}
    }
}

/// Replaces a value by the older one if that restricts.
fn replace_if<T>(now: &mut T, older: T, restricts: impl Fn(&T, &T) -> bool) -> bool {
    let restricts = restricts(&older, now);
    if restricts {
        *now = older;
    }
    restricts
}

/// Whether one end is before another; no end is after all others.
fn ends_earlier(one: Option<Seconds>, other: Option<Seconds>) -> bool {
    one.is_some_and(|one| other.is_none_or(|other| one < other))
}

fn narrow_networks(now: &mut Entry, networks: &Networks) -> bool {
    match now.networks.both(networks) {
        Some(both) => replace_if(&mut now.networks, both, |both, now| both != now),
        // No address is in both, and a credential without networks admits all.
        None => replace_if(&mut now.state, State::Disabled, |_, now| *now == State::Active),
    }
}

fn narrow_algorithms(now: &mut Entry, other: &Algorithms) -> bool {
    let (both, none_left) = intersect(&now.algorithms, other);
    if now.kind.signs() && none_left {
        let had = !now.secrets.is_empty();
        now.secrets.clear();
        return had;
    }
    replace_if(&mut now.algorithms, both, |both, now| both != now)
}

/// Stops the secrets that are stopped in the older row. A secret newer than all of its secrets was made later, and stays.
fn restrict_secrets(now: &mut Entry, older: &Entry) -> bool {
    let newest = older.secrets.iter().map(|secret| secret.version).max().unwrap_or_default();
    let before = now.secrets.len();
    let same = |one: &LiveSecret, other: &LiveSecret| {
        one.version == other.version && fingerprint(&one.stored) == fingerprint(&other.stored)
    };
    let mut shorter = false;
    now.secrets.retain_mut(|secret| match older.secrets.iter().find(|old| same(old, secret)) {
        Some(old) => {
            shorter |= replace_if(&mut secret.valid_until, old.valid_until, |old, new| ends_earlier(*old, *new));
            true
        }
        None => secret.version > newest,
    });
    shorter || now.secrets.len() < before
}

/// A fingerprint of a secret, whatever its stored form.
fn fingerprint(stored: &Stored) -> [u8; 32] {
    match stored {
        Stored::Sha256(hash) => *hash,
        Stored::Plain(secret) => sha256(secret.expose()),
        Stored::Argon2(phc) => sha256(phc.as_bytes()),
    }
}

/// The intersection, and whether it is empty.
fn intersect(one: &Algorithms, other: &Algorithms) -> (Algorithms, bool) {
    let both: Vec<_> = Algorithm::ALL.into_iter().filter(|a| one.admit(*a) && other.admit(*a)).collect();
    let none_left = both.is_empty();
    (Algorithms::new(both), none_left)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::credential::Kind;
    use crate::secret::Secret;

    #[test]
    fn the_intersection_of_algorithms_is_never_wider() {
        let set = |text: &str| text.parse::<Algorithms>().unwrap();
        for (one, other, both, none_left) in [
            ("", "", "", false),
            ("hmac-sha1", "", "hmac-sha1", false),
            ("", "hmac-sha256 hmac-sha512", "hmac-sha256 hmac-sha512", false),
            ("hmac-sha1 hmac-sha256", "hmac-sha256 hmac-sha512", "hmac-sha256", false),
            ("hmac-sha1", "hmac-sha256", "", true),
        ] {
            assert_eq!(intersect(&set(one), &set(other)), (set(both), none_left), "{one} and {other}");
        }
    }

    fn entry() -> Entry {
        Entry {
            row: Uuid::from_u128(7),
            name: "one".to_owned(),
            expires_at: Some(Seconds(100)),
            body_digest: BodyDigest::Optional,
            ..Entry::new(Kind::Hmac, "kdh", secret(1, "one", None).stored)
        }
    }

    fn secret(version: u32, text: &str, until: Option<i64>) -> LiveSecret {
        let stored = Stored::Plain(Secret::from_text(text));
        LiveSecret { version, stored, valid_until: until.map(Seconds) }
    }

    fn with(change: impl FnOnce(&mut Entry)) -> Entry {
        let mut entry = entry();
        change(&mut entry);
        entry
    }

    #[test]
    fn only_what_restricts_is_taken_from_an_older_row() {
        let nets = |text: &str| text.parse::<Networks>().unwrap();
        let cases: [(&str, Entry, Entry, bool); 14] = [
            ("the same", entry(), entry(), false),
            ("disabled there", entry(), with(|e| e.state = State::Disabled), true),
            ("revoked here", with(|e| e.state = State::Revoked), with(|e| e.state = State::Disabled), false),
            ("ends sooner there", entry(), with(|e| e.expires_at = Some(Seconds(99))), true),
            ("ends later there", entry(), with(|e| e.expires_at = Some(Seconds(101))), false),
            ("never ends there", entry(), with(|e| e.expires_at = None), false),
            ("begins later there", entry(), with(|e| e.not_before = Some(Seconds(9))), true),
            ("networks there", entry(), with(|e| e.networks = nets("10.0.0.0/8")), true),
            ("networks here", with(|e| e.networks = nets("10.0.0.0/8")), entry(), false),
            (
                "wider there",
                with(|e| e.networks = nets("10.1.0.0/16")),
                with(|e| e.networks = nets("10.0.0.0/8")),
                false,
            ),
            ("digest wanted there", entry(), with(|e| e.body_digest = BodyDigest::Required), true),
            ("fewer algorithms", entry(), with(|e| e.algorithms = "hmac-sha256".parse().unwrap()), true),
            ("tampered there", entry(), with(|e| e.tampered = true), true),
            ("another row", entry(), with(|e| (e.row, e.state) = (Uuid::nil(), State::Revoked)), false),
        ];
        for (what, now, older, restricted) in cases {
            assert_eq!(restrict_only(now, &older).is_some(), restricted, "{what}");
        }
        let apart =
            restrict_only(with(|e| e.networks = nets("10.0.0.0/8")), &with(|e| e.networks = nets("192.0.2.0/24")));
        assert_eq!(apart.unwrap().state, State::Disabled, "no address is in both");
        let ends = restrict_only(entry(), &with(|e| e.expires_at = Some(Seconds(9)))).unwrap();
        assert_eq!((ends.expires_at, ends.state, ends.secrets.len()), (Some(Seconds(9)), State::Active, 1));
    }

    #[test]
    fn a_secret_stopped_in_the_older_row_stops_and_newer_ones_stay() {
        let left = |now: Vec<LiveSecret>, older: Vec<LiveSecret>| {
            let entry = restrict_only(with(|e| e.secrets = now), &with(|e| e.secrets = older));
            entry.map(|e| e.secrets.iter().map(|s| (s.version, s.valid_until.map(|at| at.0))).collect::<Vec<_>>())
        };
        assert_eq!(left(vec![secret(2, "two", None)], vec![secret(1, "one", None)]), None, "rotated since");
        let rotated_there = vec![secret(1, "one", Some(50)), secret(2, "other", None)];
        assert_eq!(left(vec![secret(1, "one", None)], rotated_there), Some(vec![(1, Some(50))]));
        assert_eq!(left(vec![secret(1, "one", None)], vec![secret(2, "other", None)]), Some(vec![]), "it leaked");
        assert_eq!(left(vec![secret(2, "two", None)], vec![secret(2, "other", None)]), Some(vec![]), "on both sides");
    }
}
