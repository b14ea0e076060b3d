//! From the store's feed to a snapshot.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::hub::{Fed, FedSecret, Findings, Hub, HubError, Mark, Part, Policy, Took};
use crate::verify::{Builder, Entry, LiveSecret, Snapshot, SnapshotError};

/// Credentials with a wrong tag: as long as one is among them it is counted.
pub type Tampered = HashSet<Uuid>;

/// Everything that was in the store.
pub struct Loaded {
    /// The credentials.
    pub snapshot: Snapshot,
    /// Where the time went.
    pub phases: Phases,
    pub(super) tampered: Tampered,
    /// What the trail is to say of them.
    pub(super) findings: Findings,
    pub(super) mark: Mark,
}

/// Where the time of a load went. Two threads work: of each part this is what the slower one took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Phases {
    /// Reading rows and checking their tags.
    pub reading: Duration,
    /// Opening secrets.
    pub opening: Duration,
    /// Packing credentials and making the index of their keys.
    pub indexing: Duration,
    /// From the first look to the finished snapshot.
    pub all: Duration,
}

/// What one of the threads gathers.
struct Half {
    builder: Builder,
    tampered: Tampered,
    findings: Findings,
    failed: Option<SnapshotError>,
    packing: Duration,
}

/// Loads everything on two threads, which read at the same time if there is a second handle.
pub fn load(first: &Hub, second: Option<&Hub>, policy: &Policy) -> Result<Loaded, HubError> {
    let began = Instant::now();
    let feed = first.feed();
    let [one, two] = feed.halves()?;
    let builders = Builder::halves(feed.count()?)?;
    let [one, two] = [(first, one), (second.unwrap_or(first), two)];
    let [own, other] = builders.map(Half::new);
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(|| other.read(two));
        let own = own.read(one);
        (own, other.join().unwrap_or_else(|_| Err(HubError::Failed("A thread that read the store died.".to_owned()))))
    });
    let ((one, at, took), (two, at_two, took_two)) = (one?, two?);
    let mark = at.earlier(at_two);
    let packing = one.packing.max(two.packing);
    let mut findings = one.findings;
    findings.append(two.findings);
    let tampered = one.tampered.into_iter().chain(two.tampered).collect();
    if let Some(why) = one.failed.or(two.failed) {
        return Err(HubError::Failed(why.to_string()));
    }
    let joining = Instant::now();
    let snapshot = Builder::join([one.builder, two.builder]).map_err(|why| HubError::Failed(why.to_string()))?;
    let snapshot = snapshot.admitting(&policy.algorithms);
    let phases = Phases {
        reading: took.reading.max(took_two.reading),
        opening: took.opening.max(took_two.opening),
        indexing: packing + joining.elapsed(),
        all: began.elapsed(),
    };
    Ok(Loaded { snapshot, phases, tampered, findings, mark })
}

impl Half {
    fn new(builder: Builder) -> Self {
        Self {
            builder,
            tampered: Tampered::new(),
            findings: Findings::default(),
            failed: None,
            packing: Duration::ZERO,
        }
    }

    /// Reads a part of the store.
    fn read(mut self, (hub, part): (&Hub, Part)) -> Result<(Self, Mark, Took), HubError> {
        let mut findings = Findings::default();
        let (mark, took) = hub.feed().load(&part, &mut findings, &mut |run| self.pack(run))?;
        self.findings = findings;
        Ok((self, mark, took))
    }

    fn pack(&mut self, run: Vec<Fed>) {
        let began = Instant::now();
        for fed in run {
            let mut entry = entry(fed);
            let added = self.builder.add(&entry).or_else(|_| {
                refuse(&mut entry);
                self.builder.add(&entry)
            });
            if entry.tampered {
                self.tampered.insert(entry.row);
            }
            if let Err(why) = added {
                self.failed.get_or_insert(why);
            }
        }
        self.packing += began.elapsed();
    }
}

/// Turns an entry that cannot be held into one that is refused.
pub(super) fn refuse(entry: &mut Entry) {
    entry.secrets.clear();
    entry.tampered = true;
}

/// What the snapshot keeps of a credential.
pub fn entry(fed: Fed) -> Entry {
    Entry {
        row: fed.id,
        kind: fed.kind,
        key: fed.key,
        name: fed.name,
        state: fed.state,
        not_before: fed.not_before,
        expires_at: fed.expires_at,
        networks: fed.networks,
        algorithms: fed.algorithms,
        body_digest: fed.body_digest,
        secrets: fed.secrets.into_iter().filter_map(live).collect(),
        tampered: fed.tampered,
    }
}

fn live(secret: FedSecret) -> Option<LiveSecret> {
    let version = u32::try_from(secret.no).ok()?;
    Some(LiveSecret { version, stored: secret.stored, valid_until: secret.valid_until })
}
