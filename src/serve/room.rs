//! Connection admission. Unauthenticated TCP connections have a limit of their own; when it is reached, the oldest is
//! evicted.
//!
//! Whoever reaches a TCP port can open connections; only gateways have the token. So a TCP connection counts as
//! unauthenticated until a request on it carries the token. Such connections may stay for a short time only, and when
//! their limit is reached the oldest is evicted: a gateway sends its token at once and is authenticated before its turn
//! comes. However many unauthenticated connections there are, gateways keep their share.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// One connection in so many may be unauthenticated.
const STRANGERS: usize = 4;
/// How long an unauthenticated connection may stay: as long as a request head may take.
pub(super) const STAY: Duration = Duration::from_secs(10);

/// The connection limits.
pub(super) struct Room {
    gateways: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    all: [usize; 2],
    here: Mutex<Here>,
}

/// The unauthenticated connections by number: the lowest is the oldest.
#[derive(Default)]
struct Here {
    next: u64,
    bells: BTreeMap<u64, Arc<Notify>>,
}

impl Here {
    fn comes(&mut self, bell: Arc<Notify>) -> u64 {
        self.next += 1;
        self.bells.insert(self.next, bell);
        self.next
    }
}

/// The permit of one connection, released when dropped.
pub(super) struct Place {
    permit: Mutex<OwnedSemaphorePermit>,
    /// Set for a TCP connection.
    came: Option<Stranger>,
}

struct Stranger {
    room: Arc<Room>,
    no: u64,
    bell: Arc<Notify>,
    known: AtomicBool,
}

impl Room {
    /// Limits for so many connections; without TCP none is unauthenticated.
    pub(super) fn new(most: usize, tcp: bool) -> Arc<Self> {
        let strangers = if tcp { (most / STRANGERS).max(1) } else { 0 };
        let gateways = most.saturating_sub(strangers).max(1);
        Arc::new(Self {
            gateways: Arc::new(Semaphore::new(gateways)),
            strangers: Arc::new(Semaphore::new(strangers)),
            all: [gateways, strangers],
            here: Mutex::default(),
        })
    }

    /// Waits for a permit for a connection on a Unix socket: its file mode says that it is a gateway.
    pub(super) async fn gateway(&self) -> Option<Place> {
        let permit = self.gateways.clone().acquire_owned().await.ok()?;
        Some(Place { permit: Mutex::new(permit), came: None })
    }

    /// Waits for a permit for a TCP connection; if there is none, evicts the oldest unauthenticated one.
    pub(super) async fn stranger(self: &Arc<Self>) -> Option<Place> {
        if self.strangers.available_permits() == 0
            && let Some((_, oldest)) = self.here().bells.pop_first()
        {
            oldest.notify_one();
        }
        let permit = self.strangers.clone().acquire_owned().await.ok()?;
        let bell = Arc::new(Notify::new());
        let no = self.here().comes(bell.clone());
        let came = Stranger { room: self.clone(), no, bell, known: AtomicBool::new(false) };
        Some(Place { permit: Mutex::new(permit), came: Some(came) })
    }

    /// Waits until every permit was released.
    pub(super) async fn empty(&self) {
        for (room, all) in [&self.gateways, &self.strangers].into_iter().zip(self.all) {
            // Closed it would be empty too.
            let _ = room.acquire_many(u32::try_from(all).unwrap_or(u32::MAX)).await;
        }
    }

    fn here(&self) -> MutexGuard<'_, Here> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Whether every request on this connection must carry the token.
    pub(super) fn wants_token(&self) -> bool {
        self.came.is_some()
    }

    /// A request carried the token: the connection counts as a gateway's from now on, if there is a permit left for
    /// one.
    pub(super) fn showed_token(&self) {
        let Some(came) = self.came.as_ref().filter(|came| !came.known.load(Relaxed)) else { return };
        let Ok(permit) = came.room.gateways.clone().try_acquire_owned() else { return };
        came.room.here().bells.remove(&came.no);
        came.known.store(true, Relaxed);
        *self.permit.lock().unwrap_or_else(PoisonError::into_inner) = permit;
    }

    /// Waits until this connection is evicted; a gateway's never is.
    pub(super) async fn gives_way(&self) {
        if let Some(came) = &self.came {
            came.bell.notified().await;
            if !came.known.load(Relaxed) {
                return;
            }
        }
        std::future::pending().await
    }

    /// Waits until the time of an unauthenticated connection is over; a gateway's never is.
    pub(super) async fn overstays(&self) {
        tokio::time::sleep(STAY).await;
        if self.came.as_ref().is_none_or(|came| came.known.load(Relaxed)) {
            std::future::pending().await
        }
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.room.here().bells.remove(&self.no);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(what: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(what)
    }

    /// Why an unauthenticated connection is closed.
    #[derive(Debug, PartialEq, Eq)]
    enum Leave {
        /// It was evicted.
        GiveWay,
        /// Its time is over.
        TimeIsOver,
    }

    async fn must_leave(place: &Place) -> Leave {
        tokio::select! {
            () = place.gives_way() => Leave::GiveWay,
            () = place.overstays() => Leave::TimeIsOver,
        }
    }

    /// Whether it has to be closed by now.
    async fn leaves(place: &Place) -> Option<Leave> {
        tokio::time::timeout(Duration::from_millis(1), must_leave(place)).await.ok()
    }

    #[test]
    fn strangers_give_way_to_one_another_and_never_take_a_gateways_place() {
        run(async {
            let room = Room::new(16, true);
            let mut here = Vec::new();
            for _ in 0..4 {
                let place = room.stranger().await.unwrap();
                assert!(place.wants_token());
                here.push(place);
            }
            let waiting = tokio::spawn({
                let room = room.clone();
                async move { room.stranger().await.unwrap() }
            });
            assert_eq!(leaves(&here[0]).await, Some(Leave::GiveWay), "the first that came");
            assert_eq!(leaves(&here[1]).await, None);
            assert!(!waiting.is_finished());
            drop(here.remove(0));
            let fifth = waiting.await.unwrap();
            // Twelve are left, however many strangers there are.
            let mut gateways = Vec::new();
            for _ in 0..12 {
                gateways.push(room.gateway().await.unwrap());
            }
            fifth.showed_token();
            assert_eq!(leaves(&fifth).await, None);
            assert_eq!(room.strangers.available_permits(), 0, "no place among the gateways: still a stranger");
            gateways.pop();
            fifth.showed_token();
            assert_eq!(room.strangers.available_permits(), 1, "its place is free for the next");
            drop((fifth, gateways, here));
            room.empty().await;
            assert!(room.here().bells.is_empty());
        });
    }

    #[test]
    fn a_stranger_leaves_when_its_time_is_over_and_a_gateway_stays() {
        run(async {
            let room = Room::new(16, true);
            let stranger = room.stranger().await.unwrap();
            let known = room.stranger().await.unwrap();
            known.showed_token();
            assert_eq!(must_leave(&stranger).await, Leave::TimeIsOver);
            assert!(tokio::time::timeout(100 * STAY, must_leave(&known)).await.is_err());
            let unix = room.gateway().await.unwrap();
            assert!(!unix.wants_token() && tokio::time::timeout(100 * STAY, must_leave(&unix)).await.is_err());
        });
    }

    #[test]
    fn without_tcp_every_place_is_a_gateways() {
        assert_eq!(Room::new(16, false).all, [16, 0]);
        assert_eq!((Room::new(1, true).all, Room::new(4_096, true).all), ([1, 1], [3_072, 1_024]));
    }
}
