//! A desk with users, keys and a history, made once and copied for each test.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;
use keydesk::account::{PublicKey, Role};
use keydesk::credential::{Filter, Kind, Note, Options, Verb};
use keydesk::demo::{self, DemoClock};
use keydesk::hub::{
    Actor, Hub, Issued, KeyProof, ListQuery, LossCause, NewCredential, NewLegacy, NewSshKey, Origin, Session,
    SshKeyRow, UnsavedSecret, UserTarget,
};
use keydesk::time::{Clock as _, Millis, Seconds, SetClock};
use tempfile::TempDir;

pub use crate::made::{PASSWORD, password};
use crate::made::{copy, make, open, places};

/// 2026-08-14 09:12:44 UTC.
pub const NOW: Millis = Millis(1_786_698_764_000);

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// In memory if possible, so that no test waits for a disk.
fn directory() -> TempDir {
    match Path::new("/dev/shm").is_dir() {
        true => tempfile::tempdir_in("/dev/shm").unwrap(),
        false => tempfile::tempdir().unwrap(),
    }
}

/// A hub on files of its own.
pub struct Copy {
    pub hub: Hub,
    pub clock: Arc<SetClock>,
    pub dir: TempDir,
}

impl Copy {
    /// The account, alice, and nothing else.
    pub fn bare() -> Self {
        static MADE: OnceLock<TempDir> = OnceLock::new();
        Self::of(MADE.get_or_init(|| made(false)))
    }

    /// The keys and users of docs/screens.md.
    pub fn filled() -> Self {
        static MADE: OnceLock<TempDir> = OnceLock::new();
        Self::of(MADE.get_or_init(|| made(true)))
    }

    /// What `keydesk demo` opens.
    pub fn demo() -> Self {
        let clock = Arc::new(SetClock::at(NOW));
        let hub = demo::fill(&Arc::new(DemoClock::over(clock.clone()))).unwrap();
        Self { hub, clock, dir: directory() }
    }

    /// More Basic keys than a list keeps rows of.
    pub fn long() -> Self {
        static MADE: OnceLock<TempDir> = OnceLock::new();
        Self::made_once(&MADE, || with_keys(450))
    }

    /// A copy of what `make` makes the first time.
    pub fn made_once(made: &OnceLock<TempDir>, make: impl FnOnce() -> Self) -> Self {
        Self::of(made.get_or_init(|| {
            let Self { hub, dir, .. } = make();
            drop(hub);
            dir
        }))
    }

    fn of(made: &TempDir) -> Self {
        let dir = directory();
        copy(made, &dir);
        let clock = Arc::new(SetClock::at(NOW));
        let hub = open(&places(&dir), clock.clone());
        Self { hub, clock, dir }
    }

    pub fn database(&self) -> PathBuf {
        places(&self.dir).store.file().unwrap().to_owned()
    }
}

fn made(filled: bool) -> TempDir {
    let dir = directory();
    let clock = Arc::new(SetClock::at(NOW));
    let hub = make(&dir, clock.clone());
    if filled {
        fill(&hub, &clock);
    }
    drop(hub);
    dir
}

pub fn local(hub: &Hub, name: &str) -> Actor {
    let origin = Origin { unix: Some("keydesk".to_owned()), address: Some("203.0.113.9".parse().unwrap()) };
    hub.local_actor(name, &origin).unwrap()
}

/// SSH public keys as the files that end in .pub have them.
pub const SSH_KEYS: [&str; 3] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES alice@laptop",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINfy3/VFcxeGlxU91B6hAirwxwDTMIJMFBng9lP1RR6n",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEnOJovH7gslRzULz4qtUqaT1KLHnx1pEcbNgL/jLhT5 old desk",
];

/// One of them with its comment for a label, without limits.
pub fn ssh_key(n: usize) -> NewSshKey {
    NewSshKey::of(PublicKey::parse(SSH_KEYS[n]).unwrap())
}

/// A session that one of them opened, from 203.0.113.9 over a connection that began now.
pub fn session_by_key(hub: &Hub, row: &SshKeyRow, n: usize) -> Session {
    let proof = KeyProof { key: Ok(ssh_key(n).key), connected_at: Some(hub.now()) };
    let origin = Origin { unix: Some("keydesk".to_owned()), address: Some("203.0.113.9".parse().unwrap()) };
    hub.sign_in_by_key(row.no, &proof, &origin).unwrap()
}

/// A user as the desk shows them now.
pub fn seen(hub: &Hub, name: &str) -> UserTarget {
    hub.user(&local(hub, "bram"), name, keydesk::hub::UserOperation::See).unwrap().target()
}

/// A session without the cost of a password.
pub fn session(hub: &Hub, name: &str, role: Role) -> Session {
    // The Auditor is no user of most tests.
    if matches!(role, Role::Auditor) {
        hub.add_user(&local(hub, "alice"), name, role, &password()).unwrap();
    }
    Session {
        actor: local(hub, name),
        role,
        account: "Acme Messaging".to_owned(),
        last: Some(keydesk::hub::LastSignIn {
            at: NOW.plus(-58_000_000),
            address: Some("203.0.113.9".to_owned()),
            via: Some("password".to_owned()),
        }),
        must_change_password: false,
        has_password: true,
        ends_at: None,
        dropped: vec![],
        idle_lock: 600_000,
    }
}

pub fn name_of(role: Role) -> &'static str {
    match role {
        Role::Administrator => "alice",
        Role::Auditor => "emil",
        Role::Advanced => "dora",
        Role::Basic => "chen",
    }
}

/// A desk with this many Basic keys `key-0000`, `key-0001` and so on, and nothing else.
pub fn with_keys(count: usize) -> Copy {
    let copy = Copy::bare();
    let alice = local(&copy.hub, "alice");
    let wanted: Vec<_> = (0..count).map(|i| wanted(Kind::Basic, &format!("key-{i:04}"), Options::default())).collect();
    for part in wanted.chunks(500) {
        copy.hub.create_many(&alice, part).unwrap();
    }
    copy
}

/// alice's session, after her line dropped while the secret of a credential was shown.
pub fn dropped_session(copy: &Copy, name: &str) -> Session {
    let query = ListQuery { filter: Filter::parse(name).unwrap(), limit: 9, ..ListQuery::default() };
    let rows = copy.hub.list(&local(&copy.hub, "alice"), &query).unwrap().rows;
    let id = rows.into_iter().find(|row| row.name == name).unwrap().id;
    let dropped = vec![UnsavedSecret { id, version: 1, how: LossCause::LineDropped }];
    Session { dropped, ..session(&copy.hub, "alice", Role::Administrator) }
}

pub fn wanted(kind: Kind, name: &str, options: Options) -> NewCredential {
    let legacy = (kind == Kind::Legacy).then(|| NewLegacy { username: name.to_owned(), password: None });
    NewCredential { kind, name: name.to_owned(), legacy, options }
}

fn fill(hub: &Hub, clock: &SetClock) {
    let alice = local(hub, "alice");
    for (name, role) in [("bram", Role::Administrator), ("chen", Role::Basic), ("dora", Role::Advanced)] {
        hub.add_user(&alice, name, role, &password()).unwrap();
    }
    let bram = local(hub, "bram");
    let at = |days: i64, make: &dyn Fn() -> Issued| {
        let back = SignedDuration::from_secs(days * DAY);
        clock.advance(-back);
        let issued = make();
        clock.advance(back);
        issued
    };
    let in_days = |days: i64| Some(Seconds(NOW.seconds().0 + days * DAY + HOUR));
    let with = |note: &str, expires_at| Options { note: Note::new(note).unwrap(), expires_at, ..Options::default() };
    let create = |actor: &Actor, kind, name: &str, options| hub.create(actor, &wanted(kind, name, options)).unwrap();
    let billing = at(1, &|| create(&alice, Kind::Basic, "billing-gateway", with("", None)));
    let crm = at(12, &|| create(&bram, Kind::Basic, "crm-sync", with("nightly CRM import", None)));
    at(85, &|| create(&alice, Kind::Basic, "支払い-batch", with("", in_days(3))));
    let old = at(216, &|| create(&bram, Kind::Basic, "old-gateway", with("", None)));
    at(40, &|| create(&bram, Kind::Hmac, "webhooks-prod", with("orders and refunds", None)));
    at(9, &|| create(&alice, Kind::Hmac, "webhooks-staging", with("", None)));
    at(30, &|| create(&alice, Kind::Legacy, "smsbatch", with("", None)));
    hub.set_state(&bram, &[old.row.target()], Verb::Disable).unwrap();
    let used = |issued: &Issued, ago: i64, address: &str| {
        let at = Seconds(clock.now().seconds().0 - ago);
        hub.record_usage(issued.row.id, 1, at, Some(address.parse().unwrap())).unwrap();
    };
    used(&billing, 120, "203.0.113.40");
    used(&crm, 20 * HOUR, "203.0.113.40");
    used(&old, 216 * DAY, "198.51.100.7");
}
