//! `select` that polls its rarely ready arm only after that arm's own waker fired.
//!
//! `select!` polls both arms whenever either may make progress, and an arm that waits for a signal or a timer takes a
//! lock each time. Here the rare arm has a waker of its own.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// A future with a waker of its own.
pub(in crate::serve) struct LazyArm<F> {
    future: Pin<Box<F>>,
    flag: Arc<WakeFlag>,
    /// The waker that the future is polled with: it sets the flag and wakes the task.
    waker: Waker,
    /// The waker of the task; a copy, so that comparing it takes no lock.
    task: Waker,
}

struct WakeFlag {
    set: AtomicBool,
    task: Mutex<Waker>,
}

impl Wake for WakeFlag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Before the task is woken: it looks at nothing else.
        self.set.store(true, Ordering::Release);
        self.task.lock().unwrap_or_else(PoisonError::into_inner).wake_by_ref();
    }
}

impl<F: Future> LazyArm<F> {
    pub(in crate::serve) fn new(future: F) -> Self {
        // Set at first, so that the future is polled once and registers its waker.
        let flag = Arc::new(WakeFlag { set: AtomicBool::new(true), task: Mutex::new(Waker::noop().clone()) });
        Self { future: Box::pin(future), waker: flag.clone().into(), flag, task: Waker::noop().clone() }
    }

    /// Polls the future if its waker fired. Must not be called again once it was ready.
    pub(in crate::serve) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<F::Output> {
        if !self.task.will_wake(cx.waker()) {
            self.task.clone_from(cx.waker());
            self.flag.task.lock().unwrap_or_else(PoisonError::into_inner).clone_from(cx.waker());
        }
        if !self.flag.set.load(Ordering::Relaxed) || !self.flag.set.swap(false, Ordering::Acquire) {
            return Poll::Pending;
        }
        self.future.as_mut().poll(&mut Context::from_waker(&self.waker))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_is_polled_only_after_its_own_waker_fired() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let polled = Arc::new(AtomicUsize::new(0));
        let turns = runtime.block_on(async {
            let mut sleep = Box::pin(tokio::time::sleep(Duration::from_millis(30)));
            let mut arm = LazyArm::new(poll_fn(|cx| {
                polled.fetch_add(1, Ordering::Relaxed);
                sleep.as_mut().poll(cx)
            }));
            let mut turns = 0;
            // The other is ready to go on at once, always.
            poll_fn(|cx| {
                turns += 1;
                let ended = arm.poll(cx);
                if ended.is_pending() {
                    cx.waker().wake_by_ref();
                }
                ended
            })
            .await;
            turns
        });
        assert!(turns > 10, "{turns}");
        assert_eq!(polled.load(Ordering::Relaxed), 2, "once to begin, once when the time was over");
    }

    #[test]
    fn it_wakes_the_task_that_polled_it_last() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let mut arm = LazyArm::new(receiver);
        let pending = runtime.block_on(poll_fn(|cx| Poll::Ready(arm.poll(cx).is_pending())));
        assert!(pending);
        let other = runtime.spawn(poll_fn(move |cx| arm.poll(cx)));
        // It is polled by another task now.
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(20)).await });
        sender.send(7).unwrap();
        let heard = async { tokio::time::timeout(Duration::from_secs(30), other).await };
        assert_eq!(runtime.block_on(heard).unwrap().unwrap(), Ok(7));
    }
}
