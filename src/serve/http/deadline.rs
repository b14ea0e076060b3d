//! Connection timeouts: one for reading a request head, one for a response that the client does not read. Moved for
//! every request at the price of one atomic store.
//!
//! A timer of the runtime takes a lock; to set and cancel one for each request costs more than to judge the request.
//! Here the HTTP library only stores its deadline, and the one timer of the connection checks it when it would have
//! passed: at most once in the time that a head may take. A response gets its deadline when the system accepts no more
//! of it, because the client does not read.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

/// No deadline is set: the request is being response_at.
const NONE: u64 = u64::MAX;

/// The deadlines of a connection. Only the connection's task uses them; they are atomic because `Timer` must be `Sync`.
#[derive(Clone, Debug)]
pub(in crate::serve) struct Deadline(Arc<Deadlines>);

#[derive(Debug)]
struct Deadlines {
    began: Instant,
    /// Deadline of the request head, in milliseconds since the connection began.
    head_by: AtomicU64,
    /// When the last response was ready, in milliseconds since the connection began.
    response_at: AtomicU64,
    passed: AtomicBool,
    /// Deadline of the response that is being written, in milliseconds since the connection began.
    write_by: AtomicU64,
}

impl Deadline {
    pub(in crate::serve) fn new() -> Self {
        Self(Arc::new(Deadlines {
            began: Instant::now(),
            head_by: AtomicU64::new(NONE),
            response_at: AtomicU64::new(0),
            passed: AtomicBool::new(false),
            write_by: AtomicU64::new(NONE),
        }))
    }

    /// A response is ready: the time for the next head begins, and the clock need not be read again for it.
    pub(in crate::serve) fn response_ready(&self, now: Instant) {
        self.0.response_at.store(self.milliseconds(now), Relaxed);
    }

    fn milliseconds(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.0.began).as_millis()).unwrap_or(NONE)
    }

    /// The socket accepts no more of a response: the rest must be written within this time.
    pub(in crate::serve) fn write_blocked(&self, within: Duration) {
        let at = self.milliseconds(Instant::now() + within);
        // Only the first time counts: a client that reads a byte now and then gets no more time.
        let _ = self.0.write_by.compare_exchange(NONE, at, Relaxed, Relaxed);
    }

    /// The whole response was written.
    pub(in crate::serve) fn write_finished(&self) {
        self.0.write_by.store(NONE, Relaxed);
    }

    /// Checks the deadlines whenever one may have passed; `most` is the longest that is ever set. Ends when a response
    /// was not read in time. A head that is late is noticed by the connection's own poll, which this wakes.
    pub(in crate::serve) async fn watch(&self, most: Duration) {
        let deadlines = &self.0;
        loop {
            let now = Instant::now();
            // A deadline that is set from now on is later than this.
            let at = |mark: &AtomicU64| match mark.load(Relaxed) {
                NONE => now + most,
                at => deadlines.began + Duration::from_millis(at),
            };
            let (head, write) = (at(&deadlines.head_by), at(&deadlines.write_by));
            if write <= now {
                return;
            }
            let passed = head <= now;
            deadlines.passed.store(passed, Relaxed);
            let next = if passed { now + most } else { head };
            tokio::time::sleep_until(next.min(write).into()).await;
        }
    }
}

impl Timer for Deadline {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    /// Called when a head is awaited: after a response, or at the beginning.
    fn now(&self) -> Instant {
        self.0.began + Duration::from_millis(self.0.response_at.load(Relaxed))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        // Rounded up, so that it has passed after a sleep until then.
        self.0.head_by.store(self.milliseconds(deadline).saturating_add(1), Relaxed);
        self.0.passed.store(false, Relaxed);
        Box::pin(HeaderTimer(self.clone()))
    }
}

/// The timer of the HTTP library's header timeout.
#[derive(Debug)]
struct HeaderTimer(Deadline);

impl Future for HeaderTimer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0.0.passed.load(Relaxed) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Sleep for HeaderTimer {}

impl Drop for HeaderTimer {
    fn drop(&mut self) {
        self.0.0.head_by.store(NONE, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// Whether the deadline has passed after so many milliseconds in which it was watched.
    async fn over(deadline: &Deadline, waiting: &mut Pin<Box<dyn Sleep>>, ms: u64) -> bool {
        let most = Duration::from_millis(50);
        let _ = tokio::time::timeout(Duration::from_millis(ms), deadline.watch(most)).await;
        poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx).is_ready())).await
    }

    #[test]
    fn it_passes_when_it_is_due_and_each_request_moves_it() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let deadline = Deadline::new();
            let mut waiting = deadline.sleep(Duration::from_secs(600));
            assert!(!over(&deadline, &mut waiting, 5).await);
            drop(waiting);
            let mut waiting = deadline.sleep(Duration::from_millis(20));
            assert!(over(&deadline, &mut waiting, 200).await);
            // The next request came in spite of that: while it is answered there is no deadline, and the next head has its own.
            drop(waiting);
            assert_eq!(deadline.0.head_by.load(Relaxed), NONE);
            let mut waiting = deadline.sleep(Duration::from_secs(600));
            assert!(!over(&deadline, &mut waiting, 5).await);
        });
    }

    #[test]
    fn a_client_that_reads_too_slowly_runs_out_of_time() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let most = Duration::from_millis(50);
            let ends = async |deadline: &Deadline, ms: u64| {
                tokio::time::timeout(Duration::from_millis(ms), deadline.watch(most)).await.is_ok()
            };
            let deadline = Deadline::new();
            deadline.write_blocked(most);
            deadline.write_finished();
            assert!(!ends(&deadline, 120).await, "the client read it");
            let began = Instant::now();
            deadline.write_blocked(most);
            // The client read a little, not all.
            deadline.write_blocked(Duration::from_secs(600));
            assert!(ends(&deadline, 60_000).await && began.elapsed() >= most);
        });
    }
}
