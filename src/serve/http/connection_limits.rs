//! Connection limits and admission. Unauthenticated TCP connections have a limit of their own; when it is reached, the oldest is
//! evicted.
//!
//! Anybody who reaches a TCP port can open connections; only gateways have the token. So a TCP connection counts as
//! unauthenticated until a request on it carries the token. Such connections may stay for a short time only, and when
//! their limit is reached the oldest is evicted: a gateway sends its token at once and is authenticated before its turn
//! comes. However many unauthenticated connections there are, gateways keep their share.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Limit on open connections, if the limit on open files allows so many; more wait in the listen backlog.
const MAX_CONNECTIONS: u64 = 4_096;
/// Files that are left for the store, the log and the listeners.
const OTHER_FILES: u64 = 64;
/// One connection in so many may be unauthenticated.
const UNAUTHENTICATED_SHARE: usize = 4;
/// How long an unauthenticated connection may stay: as long as a request head may take.
pub(in crate::serve) const STAY: Duration = Duration::from_secs(10);

/// The connection limit. Raises the limit of open files as far as needed and allowed.
pub(in crate::serve) fn connection_limit() -> usize {
    let wanted = MAX_CONNECTIONS + OTHER_FILES;
    let limit = getrlimit(Resource::Nofile);
    let allowed = limit.maximum.unwrap_or(wanted).min(wanted);
    if limit.current.is_some_and(|now| now < allowed) {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(allowed), ..limit });
    }
    let files = getrlimit(Resource::Nofile).current.unwrap_or(wanted);
    let most = files.saturating_sub(OTHER_FILES).clamp(1, MAX_CONNECTIONS);
    usize::try_from(most).unwrap_or(1)
}

/// The connection limits.
pub(in crate::serve) struct ConnectionLimits {
    gateways: Arc<Semaphore>,
    unauthenticated: Arc<Semaphore>,
    /// Permits of both at the beginning.
    totals: [usize; 2],
    evictable: Mutex<Evictable>,
}

/// The unauthenticated connections by number: the lowest is the oldest.
#[derive(Default)]
struct Evictable {
    last: u64,
    notices: BTreeMap<u64, Arc<Notify>>,
}

impl Evictable {
    fn add(&mut self, notice: Arc<Notify>) -> u64 {
        self.last += 1;
        self.notices.insert(self.last, notice);
        self.last
    }
}

/// The permit of one connection, released when dropped.
pub(in crate::serve) struct ConnectionPermit {
    semaphore: Mutex<OwnedSemaphorePermit>,
    /// Set for a TCP connection.
    tcp: Option<TcpConnection>,
}

struct TcpConnection {
    limits: Arc<ConnectionLimits>,
    number: u64,
    eviction: Arc<Notify>,
    authenticated: AtomicBool,
}

impl ConnectionLimits {
    /// Limits for so many connections; without TCP none is unauthenticated.
    pub(in crate::serve) fn new(most: usize, tcp: bool) -> Arc<Self> {
        let unauthenticated = if tcp { (most / UNAUTHENTICATED_SHARE).max(1) } else { 0 };
        let gateways = most.saturating_sub(unauthenticated).max(1);
        Arc::new(Self {
            gateways: Arc::new(Semaphore::new(gateways)),
            unauthenticated: Arc::new(Semaphore::new(unauthenticated)),
            totals: [gateways, unauthenticated],
            evictable: Mutex::default(),
        })
    }

    /// Waits for a permit for a connection on a Unix socket: its file mode says that it is a gateway.
    pub(in crate::serve) async fn admit_gateway(&self) -> Option<ConnectionPermit> {
        let permit = self.gateways.clone().acquire_owned().await.ok()?;
        Some(ConnectionPermit { semaphore: Mutex::new(permit), tcp: None })
    }

    /// Waits for a permit for a TCP connection; if there is none, evicts the oldest unauthenticated one.
    pub(in crate::serve) async fn admit_unauthenticated(self: &Arc<Self>) -> Option<ConnectionPermit> {
        if self.unauthenticated.available_permits() == 0
            && let Some((_, oldest)) = self.evictable().notices.pop_first()
        {
            oldest.notify_one();
        }
        let permit = self.unauthenticated.clone().acquire_owned().await.ok()?;
        let eviction = Arc::new(Notify::new());
        let number = self.evictable().add(eviction.clone());
        let tcp = TcpConnection { limits: self.clone(), number, eviction, authenticated: AtomicBool::new(false) };
        Some(ConnectionPermit { semaphore: Mutex::new(permit), tcp: Some(tcp) })
    }

    /// Waits until every permit was released.
    pub(in crate::serve) async fn all_released(&self) {
        for (semaphore, total) in [&self.gateways, &self.unauthenticated].into_iter().zip(self.totals) {
            // A closed semaphore has no permits out either.
            let _ = semaphore.acquire_many(u32::try_from(total).unwrap_or(u32::MAX)).await;
        }
    }

    fn evictable(&self) -> MutexGuard<'_, Evictable> {
        self.evictable.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnectionPermit {
    /// Whether every request on this connection must carry the token.
    pub(in crate::serve) fn needs_token(&self) -> bool {
        self.tcp.is_some()
    }

    /// A request carried the token: the connection counts as a gateway's from now on, if there is a permit left for
    /// one.
    pub(in crate::serve) fn authenticate(&self) {
        let Some(tcp) = self.tcp.as_ref().filter(|tcp| !tcp.is_authenticated()) else { return };
        let Ok(permit) = tcp.limits.gateways.clone().try_acquire_owned() else { return };
        tcp.limits.evictable().notices.remove(&tcp.number);
        tcp.authenticated.store(true, Relaxed);
        *self.semaphore.lock().unwrap_or_else(PoisonError::into_inner) = permit;
    }

    /// Waits until this connection is evicted; a gateway's never is.
    pub(in crate::serve) async fn evicted(&self) {
        if let Some(tcp) = &self.tcp {
            tcp.eviction.notified().await;
            if !tcp.is_authenticated() {
                return;
            }
        }
        std::future::pending().await
    }

    /// Waits until the time of an unauthenticated connection is over; a gateway's never is.
    pub(in crate::serve) async fn expired(&self) {
        tokio::time::sleep(STAY).await;
        if self.tcp.as_ref().is_none_or(TcpConnection::is_authenticated) {
            std::future::pending().await
        }
    }
}

impl TcpConnection {
    fn is_authenticated(&self) -> bool {
        self.authenticated.load(Relaxed)
    }
}

impl Drop for TcpConnection {
    fn drop(&mut self) {
        self.limits.evictable().notices.remove(&self.number);
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
    enum Close {
        Evicted,
        Expired,
    }

    async fn closes(permit: &ConnectionPermit) -> Close {
        tokio::select! {
            () = permit.evicted() => Close::Evicted,
            () = permit.expired() => Close::Expired,
        }
    }

    /// Whether it has to be closed by now.
    async fn closes_now(permit: &ConnectionPermit) -> Option<Close> {
        tokio::time::timeout(Duration::from_millis(1), closes(permit)).await.ok()
    }

    #[test]
    fn unauthenticated_connections_evict_one_another_and_never_a_gateway() {
        run(async {
            let limits = ConnectionLimits::new(16, true);
            let mut tcp = Vec::new();
            for _ in 0..4 {
                let permit = limits.admit_unauthenticated().await.unwrap();
                assert!(permit.needs_token());
                tcp.push(permit);
            }
            let waiting = tokio::spawn({
                let limits = limits.clone();
                async move { limits.admit_unauthenticated().await.unwrap() }
            });
            assert_eq!(closes_now(&tcp[0]).await, Some(Close::Evicted), "the oldest");
            assert_eq!(closes_now(&tcp[1]).await, None);
            assert!(!waiting.is_finished());
            drop(tcp.remove(0));
            let fifth = waiting.await.unwrap();
            // Twelve are left, however many unauthenticated connections there are.
            let mut gateways = Vec::new();
            for _ in 0..12 {
                gateways.push(limits.admit_gateway().await.unwrap());
            }
            fifth.authenticate();
            assert_eq!(closes_now(&fifth).await, None);
            assert_eq!(limits.unauthenticated.available_permits(), 0, "no gateway's permit is left: it keeps its own");
            gateways.pop();
            fifth.authenticate();
            assert_eq!(limits.unauthenticated.available_permits(), 1, "its permit is free for the next");
            drop((fifth, gateways, tcp));
            limits.all_released().await;
            assert!(limits.evictable().notices.is_empty());
        });
    }

    #[test]
    fn an_unauthenticated_connection_expires_and_a_gateway_stays() {
        run(async {
            let limits = ConnectionLimits::new(16, true);
            let unauthenticated = limits.admit_unauthenticated().await.unwrap();
            let gateway = limits.admit_unauthenticated().await.unwrap();
            gateway.authenticate();
            assert_eq!(closes(&unauthenticated).await, Close::Expired);
            assert!(tokio::time::timeout(100 * STAY, closes(&gateway)).await.is_err());
            let unix = limits.admit_gateway().await.unwrap();
            assert!(!unix.needs_token() && tokio::time::timeout(100 * STAY, closes(&unix)).await.is_err());
        });
    }

    #[test]
    fn without_tcp_all_permits_are_for_gateways() {
        assert_eq!(ConnectionLimits::new(16, false).totals, [16, 0]);
        let totals = |most| ConnectionLimits::new(most, true).totals;
        assert_eq!((totals(1), totals(4_096)), ([1, 1], [3_072, 1_024]));
    }
}
