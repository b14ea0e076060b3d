//! Whether the store is what its head tells of, and what is not. Who can write the database but has no master key can put an
//! older copy of a row back, take one away or add one; the sums in the head tell. A verifier that runs goes on with what it
//! knew and follows only what is taken away; one that starts answers nobody.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use crate::hub::{Hub, HubError, Wrong};

use super::load::Loaded;

/// What is wrong beside the credentials is looked at this often at the most.
const EVERY: Duration = Duration::from_secs(2);
/// And this often at the least.
const SURE_EVERY: Duration = Duration::from_secs(5);
/// After a load that found an altered store the next one waits for so many times as long.
const RESTS: u32 = 10;
/// But no longer than that.
const RESTS_MOST: Duration = Duration::from_secs(30);

/// What is known of the store's wholeness.
#[derive(Default)]
pub(super) struct Trust {
    /// The credentials are not what the head tells of.
    altered: bool,
    /// And the trail does not say what was taken away since.
    blind: bool,
    /// An index does not lead to every row.
    index_lies: bool,
    wrongs: Vec<Wrong>,
    /// When these were last looked for.
    looked: Option<Instant>,
    /// When everything was last loaded, and how long that took.
    loaded: Option<(Instant, Duration)>,
    /// What the trail was told of since it was first found.
    noted: HashSet<String>,
}

/// What is said of credentials that are not what the head tells of.
const KEYS: &str =
    "the keys are not as keydesk left them: an older copy of a row was put back, or one removed or added";
/// What is said of a trail that does not tell what was done since.
const BLIND: &str =
    "the activity log of what was done since is not whole, so what was revoked is not known and nobody is answered";
/// What is said of an index that does not lead to every row.
const INDEX: &str = "an index of the database does not lead to every key, so all keys are read without it";

impl Trust {
    /// What is known right after everything was loaded for the first time.
    pub(super) fn of(hub: &Hub, loaded: &Loaded) -> Self {
        let mut trust = Self { altered: !loaded.is_whole(), index_lies: loaded.index_lies, ..Self::default() };
        trust.look(hub);
        trust.loaded(loaded.phases.all);
        trust
    }

    /// Whether the credentials are not what the head tells of.
    pub(super) fn is_altered(&self) -> bool {
        self.altered
    }

    /// Notes whether they are.
    pub(super) fn alter(&mut self, is: bool) {
        self.altered = is;
    }

    /// Notes whether an index leads past a row.
    pub(super) fn index(&mut self, lies: bool) {
        self.index_lies = lies;
    }

    /// Everything was loaded just now.
    pub(super) fn loaded(&mut self, took: Duration) {
        self.loaded = Some((Instant::now(), took));
    }

    /// Whether an altered store may be loaded again.
    pub(super) fn may_load(&self) -> bool {
        let rest = |took: Duration| (took * RESTS).min(RESTS_MOST);
        self.loaded.is_none_or(|(at, took)| at.elapsed() >= rest(took))
    }

    /// Whether it is time to look at what is beside the credentials.
    pub(super) fn is_due(&self, stirred: bool) -> bool {
        let since = self.looked.map(|at| at.elapsed());
        since.is_none_or(|since| since >= SURE_EVERY || (stirred && since >= EVERY))
    }

    /// Looks at what is beside the credentials. What cannot be looked at is not to be trusted.
    pub(super) fn look(&mut self, hub: &Hub) {
        let unread = |why: HubError| vec![Wrong { what: format!("the store cannot be checked: {why}"), closes: true }];
        self.wrongs = hub.feed().wrongs().unwrap_or_else(unread);
        self.looked = Some(Instant::now());
    }

    /// Whether the trail since the last state that was known is not whole, so that nobody can say what was taken away.
    pub(super) fn is_blind(&self) -> bool {
        self.altered && self.blind
    }

    /// Notes whether it is.
    pub(super) fn blind(&mut self, is: bool) {
        self.blind = is;
    }

    /// All that is wrong, as sentences without an end.
    pub(super) fn sentences(&self) -> Vec<String> {
        let keys = self.altered.then(|| KEYS.to_owned());
        let blind = self.is_blind().then(|| BLIND.to_owned());
        let index = self.index_lies.then(|| INDEX.to_owned());
        keys.into_iter().chain(blind).chain(index).chain(self.wrongs.iter().map(|wrong| wrong.what.clone())).collect()
    }

    /// Whether a verifier that knows nothing better must answer nobody.
    pub(super) fn closes(&self) -> bool {
        self.altered || self.wrongs.iter().any(|wrong| wrong.closes)
    }

    /// Tells the log and the trail what was not told yet.
    pub(super) fn tell(&mut self, hub: &Hub) {
        let sentences = self.sentences();
        self.noted.retain(|told| sentences.contains(told));
        for what in sentences {
            if self.noted.contains(&what) {
                continue;
            }
            tracing::error!("{what}: `keydesk audit verify --as NAME`, `keydesk audit accept --as NAME`");
            // Whoever holds the store's lock keeps the trail from it for now; it is told at the next look.
            if hub.feed().note_wrong(&what).is_ok() {
                self.noted.insert(what);
            }
        }
    }
}
