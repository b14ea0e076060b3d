//! From the store's feed to a snapshot.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::credential::{Algorithm, Algorithms};
use crate::hub::{Fed, FedSecret, Hub, HubError, Mark, Part, Policy};
use crate::verify::{Builder, Entry, LiveSecret, Snapshot, SnapshotError};

/// Credentials with a wrong tag: as long as one is among them it is counted.
pub(super) type Tampered = HashSet<Uuid>;

/// Everything that was in the store.
pub(super) struct Loaded {
    pub(super) snapshot: Snapshot,
    pub(super) tampered: Tampered,
    pub(super) mark: Mark,
    pub(super) took: Duration,
}

/// Where two threads put what they read.
struct Growing {
    builder: Builder,
    tampered: Tampered,
    failed: Option<SnapshotError>,
}

/// Loads everything, on two threads if there is a second handle to read with.
pub(super) fn load(first: &Hub, second: Option<&Hub>, policy: &Policy) -> Result<Loaded, HubError> {
    let began = Instant::now();
    let feed = first.feed();
    let builder = Builder::new(feed.count()?).map_err(HubError::from)?;
    let growing = Mutex::new(Growing { builder, tampered: Tampered::new(), failed: None });
    let [one, two] = feed.halves()?;
    let read = |hub: &Hub, part: &Part| hub.feed().load(part, &mut |run| grow(&growing, run, policy));
    let marks = std::thread::scope(|scope| {
        let other = scope.spawn(|| read(second.unwrap_or(first), &two));
        let own = read(first, &one);
        (own, other.join().unwrap_or_else(|_| Err(HubError::Failed("A thread that read the store died.".to_owned()))))
    });
    let mark = marks.0?.earlier(marks.1?);
    let Growing { builder, tampered, failed } = growing.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(why) = failed {
        return Err(HubError::Failed(why.to_string()));
    }
    let snapshot = builder.finish().map_err(|why| HubError::Failed(why.to_string()))?;
    Ok(Loaded { snapshot, tampered, mark, took: began.elapsed() })
}

fn grow(growing: &Mutex<Growing>, run: Vec<Fed>, policy: &Policy) {
    // Made outside the lock: it is most of the work.
    let entries: Vec<_> = run.into_iter().map(|fed| entry(fed, policy)).collect();
    let mut growing = growing.lock().unwrap_or_else(PoisonError::into_inner);
    for mut entry in entries {
        let added = growing.builder.add(&entry).or_else(|_| {
            refuse(&mut entry);
            growing.builder.add(&entry)
        });
        if entry.tampered {
            growing.tampered.insert(entry.row);
        }
        if let Err(why) = added {
            growing.failed.get_or_insert(why);
        }
    }
}

/// Turns an entry that cannot be held into one that is refused.
pub(super) fn refuse(entry: &mut Entry) {
    entry.secrets.clear();
    entry.tampered = true;
}

/// What the snapshot keeps of a credential, narrowed by what the site allows.
pub fn entry(fed: Fed, policy: &Policy) -> Entry {
    let (algorithms, none_left) = narrowed(&fed.algorithms, &policy.algorithms);
    let signs = fed.kind == crate::credential::Kind::Hmac;
    // An empty set would mean all: a credential that may sign in no way has no secret to sign with.
    let secrets = if signs && none_left { Vec::new() } else { fed.secrets.into_iter().filter_map(live).collect() };
    Entry {
        row: fed.id,
        kind: fed.kind,
        key: fed.key,
        name: fed.name,
        state: fed.state,
        not_before: fed.not_before,
        expires_at: fed.expires_at,
        networks: fed.networks,
        algorithms,
        body_digest: fed.body_digest,
        secrets,
        tampered: fed.tampered,
    }
}

fn live(secret: FedSecret) -> Option<LiveSecret> {
    let version = u32::try_from(secret.no).ok()?;
    Some(LiveSecret { version, stored: secret.stored, valid_until: secret.valid_until })
}

fn narrowed(own: &Algorithms, site: &Algorithms) -> (Algorithms, bool) {
    let both: Vec<_> = Algorithm::ALL.into_iter().filter(|a| own.admit(*a) && site.admit(*a)).collect();
    let none_left = both.is_empty();
    (Algorithms::new(both), none_left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_narrows_and_never_widens() {
        let set = |text: &str| text.parse::<Algorithms>().unwrap();
        for (own, site, both, none_left) in [
            ("", "", "", false),
            ("hmac-sha1", "", "hmac-sha1", false),
            ("", "hmac-sha256 hmac-sha512", "hmac-sha256 hmac-sha512", false),
            ("hmac-sha1 hmac-sha256", "hmac-sha256 hmac-sha512", "hmac-sha256", false),
            ("hmac-sha1", "hmac-sha256", "", true),
        ] {
            assert_eq!(narrowed(&set(own), &set(site)), (set(both), none_left), "{own} and {site}");
        }
    }
}
