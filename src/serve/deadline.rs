//! The deadline of a head, moved for every question at the price of one number.
//!
//! A timer of the runtime is a place in a wheel behind a lock; to take one and give it back for each question costs more
//! than to judge the question. Here the HTTP library writes its deadline down, and one timer of the connection looks at
//! it when it would have passed: at most once in the time that a head may take.

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

/// No deadline is set: the question is there and is being answered.
const NONE: u64 = u64::MAX;

/// The deadline of a connection. All of it happens in the connection's task; the atomics are for the type's sake.
#[derive(Clone, Debug)]
pub(super) struct Deadline(Arc<Marks>);

#[derive(Debug)]
struct Marks {
    began: Instant,
    /// Milliseconds after the beginning.
    at: AtomicU64,
    /// When the last answer was there: milliseconds after the beginning.
    answered: AtomicU64,
    passed: AtomicBool,
}

impl Deadline {
    pub(super) fn new() -> Self {
        Self(Arc::new(Marks {
            began: Instant::now(),
            at: AtomicU64::new(NONE),
            answered: AtomicU64::new(0),
            passed: AtomicBool::new(false),
        }))
    }

    /// An answer is there: the time of the next head begins, and the clock need not be read again for it.
    pub(super) fn answered(&self, now: Instant) {
        self.0.answered.store(self.milliseconds(now), Relaxed);
    }

    fn milliseconds(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.0.began).as_millis()).unwrap_or(NONE)
    }

    /// Looks at the deadline whenever it may have passed; `most` is the longest that is ever set. Never ends: whoever
    /// polls the connection after this was woken sees that the time is over.
    pub(super) async fn watch(&self, most: Duration) {
        let marks = &self.0;
        loop {
            let now = Instant::now();
            let at = match marks.at.load(Relaxed) {
                // Whichever is set from now on ends later.
                NONE => now + most,
                at => marks.began + Duration::from_millis(at),
            };
            let passed = at <= now;
            marks.passed.store(passed, Relaxed);
            tokio::time::sleep_until(if passed { now + most } else { at }.into()).await;
        }
    }
}

impl Timer for Deadline {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    /// Asked when a head is waited for: after an answer, or at the beginning.
    fn now(&self) -> Instant {
        self.0.began + Duration::from_millis(self.0.answered.load(Relaxed))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        // Rounded up, so that whoever sleeps until then finds it passed.
        self.0.at.store(self.milliseconds(deadline).saturating_add(1), Relaxed);
        self.0.passed.store(false, Relaxed);
        Box::pin(Waiting(self.clone()))
    }
}

/// What the HTTP library asks whether the time is over.
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
            // The next question came all the same: its answer has no deadline, and the head after it has its own.
            drop(waiting);
            assert_eq!(deadline.0.at.load(Relaxed), NONE);
            let mut waiting = deadline.sleep(Duration::from_secs(600));
            assert!(!over(&deadline, &mut waiting, 5).await);
        });
    }
}
