//! Hears of commits on a connection of its own. Nothing depends on it: behind a pooler that gives every transaction another
//! connection LISTEN succeeds and nothing is ever heard.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::{AsyncMessage, Client};

use crate::store::{Heard, Listener};

use super::connect::{self, Connected, Driver, Encryption};
use super::place::PostgresPlace;

/// The channel on which changes are announced.
const CHANNEL: &str = "keydesk";
/// Time between two hints: any user of the database may notify as often as they like.
const BETWEEN: Duration = Duration::from_millis(50);
/// More notifications than this in a second are worth no attention.
const FLOOD: u32 = 2_000;
/// How long to stay away then.
const AFTER_FLOOD: Duration = Duration::from_secs(60);
/// A connection on which nothing was heard for so long is given up: what is sent on the own channel arrives more often.
const SILENCE: Duration = Duration::from_secs(60);
/// How long LISTEN may take.
const ASKING: Duration = Duration::from_secs(10);
/// The pauses before a new connection: at first; at most when there is no server; at most when nothing is heard.
const PAUSES: (Duration, Duration, Duration) =
    (Duration::from_secs(1), Duration::from_secs(30), Duration::from_secs(600));

/// Listens for as long as it is asked.
pub(super) struct PostgresListener {
    place: Arc<PostgresPlace>,
    encryption: Encryption,
    runtime: Runtime,
    channel: String,
    connection: Option<Connection>,
    /// How long to wait after the next loss, and how long before the next connection.
    pause: Duration,
    rest: Option<Duration>,
    /// A connection was lost, and nobody knows yet.
    lost: bool,
}

struct Connection {
    /// Dropping it ends the connection.
    _client: Client,
    driver: Driver,
    heard_at: Instant,
    /// Since when notifications are counted, and how many there were.
    counted: (Instant, u32),
    hinted_at: Option<Instant>,
    /// When the next hint is to be given, if there is one.
    due: Option<Instant>,
}

/// Why a connection ends.
enum End {
    Closed,
    Silent,
    Flooded,
}

impl PostgresListener {
    pub(super) fn new(place: Arc<PostgresPlace>, encryption: Encryption) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let channel = format!("{CHANNEL}_{:016x}", RandomState::new().hash_one(std::process::id()));
        let (pause, _, _) = PAUSES;
        Ok(Self { place, encryption, runtime, channel, connection: None, pause, rest: None, lost: false })
    }

    async fn connect(&self) -> Option<Connection> {
        let Connected { client, mut driver, .. } = connect::connect(&self.place, &self.encryption).await.ok()?;
        let sql = format!("LISTEN {CHANNEL}; LISTEN {}", self.channel);
        let asked = timeout(ASKING, async {
            tokio::select! {
                asked = client.batch_execute(&sql) => asked.is_ok(),
                () = driver.run() => false,
            }
        });
        asked.await.ok().filter(|listens| *listens)?;
        let now = Instant::now();
        Some(Connection { _client: client, driver, heard_at: now, counted: (now, 0), hinted_at: None, due: None })
    }

    /// There is no connection: rests before the next one, longer each time until something is heard.
    fn end(&mut self, why: &End) {
        let (_, unreachable, silent) = PAUSES;
        self.lost |= self.connection.take().is_some();
        // Not all verifiers at the same moment.
        let jitter = self.pause.mul_f64(f64::from(std::process::id() % 8) / 16.0);
        let most = match why {
            End::Closed => unreachable,
            End::Silent => silent,
            End::Flooded => {
                self.rest = Some(AFTER_FLOOD + jitter);
                return;
            }
        };
        self.rest = Some(self.pause / 2 + jitter);
        self.pause = (self.pause * 2).min(most.max(self.pause));
    }
}

impl Listener for PostgresListener {
    fn channel(&self) -> &str {
        &self.channel
    }

    fn hear(&mut self) -> Heard {
        let (first, _, _) = PAUSES;
        loop {
            if std::mem::take(&mut self.lost) {
                return Heard::Lost;
            }
            if let Some(connection) = &mut self.connection {
                match self.runtime.block_on(connection.hear(&self.channel)) {
                    Ok(heard) => {
                        if heard == Heard::Proof {
                            self.pause = first;
                        }
                        return heard;
                    }
                    Err(why) => self.end(&why),
                }
                continue;
            }
            if let Some(rest) = self.rest.take() {
                std::thread::sleep(rest);
            }
            self.connection = self.runtime.block_on(self.connect());
            if self.connection.is_some() {
                return Heard::Connected;
            }
            self.end(&End::Closed);
        }
    }
}

impl Connection {
    async fn hear(&mut self, own: &str) -> Result<Heard, End> {
        loop {
            let until = self.due.unwrap_or(self.heard_at + SILENCE);
            let notification = match timeout_at(until, self.driver.message()).await {
                Ok(Some(AsyncMessage::Notification(notification))) => notification,
                Ok(Some(_)) => continue,
                Ok(None) => return Err(End::Closed),
                Err(_) if self.due.is_some() => return Ok(self.hint()),
                Err(_) => return Err(End::Silent),
            };
            let now = Instant::now();
            self.heard_at = now;
            self.count(now)?;
            match (notification.channel(), self.hinted_at.map(|at| at + BETWEEN)) {
                (channel, _) if channel == own => return Ok(Heard::Proof),
                (CHANNEL, Some(next)) if next > now => self.due = Some(next),
                (CHANNEL, _) => return Ok(self.hint()),
                _ => {}
            }
        }
    }

    fn hint(&mut self) -> Heard {
        self.due = None;
        self.hinted_at = Some(Instant::now());
        Heard::Commit
    }

    fn count(&mut self, now: Instant) -> Result<(), End> {
        let (since, count) = &mut self.counted;
        if now.duration_since(*since) >= Duration::from_secs(1) {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        if *count > FLOOD { Err(End::Flooded) } else { Ok(()) }
    }
}
