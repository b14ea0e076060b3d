//! Connection timeouts: one for reading a request head, one for a response that the client does not read. Moved for
//! every request at the price of one atomic store.
//!
//! A timer of the runtime takes a lock; to set and cancel one for each request costs more than to judge the request.
//! Here the HTTP library writes its deadline down, and the one timer of the connection looks at it when it would have
//! passed: at most once in the time that a head may take. A response gets its deadline when the system accepts no more
//! of it, which is when the client does not read.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};

/// No deadline is set: the request is being answered.
const NONE: u64 = u64::MAX;

/// The deadline of a connection. All of it happens in the connection's task; the atomics are for the type's sake.
#[derive(Clone, Debug)]
pub(super) struct Deadline(Arc<Marks>);

#[derive(Debug)]
struct Marks {
    began: Instant,
    /// Deadline of the request head, in milliseconds since the connection began.
    at: AtomicU64,
    /// When the last response was ready, in milliseconds since the connection began.
    answered: AtomicU64,
    passed: AtomicBool,
    /// Deadline of the response that is being written, in milliseconds since the connection began.
    taken_by: AtomicU64,
}

impl Deadline {
    pub(super) fn new() -> Self {
        Self(Arc::new(Marks {
            began: Instant::now(),
            at: AtomicU64::new(NONE),
            answered: AtomicU64::new(0),
            passed: AtomicBool::new(false),
            taken_by: AtomicU64::new(NONE),
        }))
    }

    /// A response is ready: the time for the next head begins, and the clock need not be read again for it.
    pub(super) fn answered(&self, now: Instant) {
        self.0.answered.store(self.milliseconds(now), Relaxed);
    }

    fn milliseconds(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.0.began).as_millis()).unwrap_or(NONE)
    }

    /// The socket accepts no more of a response: the rest must be written within this time.
    pub(super) fn not_taken(&self, within: Duration) {
        let at = self.milliseconds(Instant::now() + within);
        // Only the first time counts: a client that reads a byte now and then gets no more time.
        let _ = self.0.taken_by.compare_exchange(NONE, at, Relaxed, Relaxed);
    }

    /// The whole response was written.
    pub(super) fn taken(&self) {
        self.0.taken_by.store(NONE, Relaxed);
    }

    /// Checks the deadlines whenever one may have passed; `most` is the longest that is ever set. Ends when a response
    /// was not read in time. A head that is late is noticed by the connection's own poll, which this wakes.
    pub(super) async fn watch(&self, most: Duration) {
        let marks = &self.0;
        loop {
            let now = Instant::now();
            // Whichever is set from now on ends later.
            let at = |mark: &AtomicU64| match mark.load(Relaxed) {
                NONE => now + most,
                at => marks.began + Duration::from_millis(at),
            };
            let (head, taken) = (at(&marks.at), at(&marks.taken_by));
            if taken <= now {
                return;
            }
            let passed = head <= now;
            marks.passed.store(passed, Relaxed);
            let next = if passed { now + most } else { head };
            tokio::time::sleep_until(next.min(taken).into()).await;
        }
    }
}

impl Timer for Deadline {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    /// Called when a head is awaited: after a response, or at the beginning.
    fn now(&self) -> Instant {
        self.0.began + Duration::from_millis(self.0.answered.load(Relaxed))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        // Rounded up, so that a sleep until then finds it passed.
        self.0.at.store(self.milliseconds(deadline).saturating_add(1), Relaxed);
        self.0.passed.store(false, Relaxed);
        Box::pin(Waiting(self.clone()))
    }
}

/// The timer of the HTTP library's header timeout.
#[derive(Debug)]
struct Waiting(Deadline);

impl Future for Waiting {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0.0.passed.load(Relaxed) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Sleep for Waiting {}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.at.store(NONE, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// Whether the time is over after so many milliseconds, watched all the while.
    async fn over(deadline: &Deadline, waiting: &mut Pin<Box<dyn Sleep>>, ms: u64) -> bool {
        let most = Duration::from_millis(50);
        let _ = tokio::time::timeout(Duration::from_millis(ms), deadline.watch(most)).await;
        poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx).is_ready())).await
    }

    #[test]
    fn it_passes_when_it_is_due_and_each_question_moves_it() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let deadline = Deadline::new();
            let mut waiting = deadline.sleep(Duration::from_secs(600));
            assert!(!over(&deadline, &mut waiting, 5).await);
            drop(waiting);
            let mut waiting = deadline.sleep(Duration::from_millis(20));
            assert!(over(&deadline, &mut waiting, 200).await);
            // The next request came all the same: its response has no deadline, and the head after it has its own.
            drop(waiting);
            assert_eq!(deadline.0.at.load(Relaxed), NONE);
            let mut waiting = deadline.sleep(Duration::from_secs(600));
            assert!(!over(&deadline, &mut waiting, 5).await);
        });
    }

    #[test]
    fn an_answer_that_is_not_taken_in_time_ends_it_and_a_byte_now_and_then_does_not_help() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let most = Duration::from_millis(50);
            let ends = async |deadline: &Deadline, ms: u64| {
                tokio::time::timeout(Duration::from_millis(ms), deadline.watch(most)).await.is_ok()
            };
            let deadline = Deadline::new();
            deadline.not_taken(most);
            deadline.taken();
            assert!(!ends(&deadline, 120).await, "it was taken");
            let began = Instant::now();
            deadline.not_taken(most);
            // Somewhat more was taken, not all.
            deadline.not_taken(Duration::from_secs(600));
            assert!(ends(&deadline, 60_000).await && began.elapsed() >= most);
        });
    }
}
