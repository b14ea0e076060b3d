//! The store poller: when to check whether another process changed something that a list shows.
//!
//! Where the store sends notifications, it is read only after one: an idle desk sleeps. Where it sends none, it is
//! polled once a second.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::hub::{Actor, Hub};
use crate::tui::msg::{Call, Ticket};

/// Interval of polling for changes by other processes, and for whether the session is still valid.
const PULSE: Duration = Duration::from_secs(1);

/// Usual time from the first write of a transaction to its commit; a longer transaction is seen by the next poll.
const COMMIT: Duration = Duration::from_millis(100);

/// How long after a notification the store is polled every second. A commit that comes later sends another one.
const BUSY: Duration = Duration::from_secs(1);

/// Polling interval when the store sends notifications: one that was missed costs no more than this.
const REST: Duration = Duration::from_secs(10);

/// A message to the reading worker.
pub(super) enum ReadRequest {
    Call(Ticket, Box<Call>),
    /// Another process may have begun a commit.
    MayHaveChanged,
    /// Whether the store sends notifications.
    Notifies(bool),
}

/// A pulse that found nothing new and is not answered yet: the event loop stays asleep while the worker polls again.
struct PendingPulse {
    ticket: Ticket,
    actor: Actor,
    known: Option<i64>,
    again: Instant,
}

/// The queue of the reading worker, with the pending pulse.
pub(super) struct StorePoller<'a> {
    requests: &'a Receiver<ReadRequest>,
    pending: Option<PendingPulse>,
    notified: bool,
    busy_until: Instant,
}

impl<'a> StorePoller<'a> {
    pub(super) fn new(requests: &'a Receiver<ReadRequest>) -> Self {
        Self { requests, pending: None, notified: false, busy_until: Instant::now() }
    }

    /// Keeps a pulse that found nothing new, to answer it later.
    pub(super) fn hold_back(&mut self, ticket: Ticket, actor: Actor, known: Option<i64>) {
        self.pending = Some(PendingPulse { ticket, actor, known, again: Instant::now() + PULSE });
    }

    /// The next job: the pulse when something may have changed, otherwise the next message; `None` when the sender is
    /// gone.
    pub(super) fn next(&mut self, nothing_new: impl Fn(Ticket) -> bool) -> Option<(Ticket, Call)> {
        loop {
            let request = match &self.pending {
                None => self.requests.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(pending) => self.requests.recv_timeout(pending.again.saturating_duration_since(Instant::now())),
            };
            match (request, &mut self.pending) {
                (Ok(ReadRequest::Call(ticket, call)), pending) => {
                    // A newer pulse replaces the pending one.
                    pending.take_if(|_| matches!(*call, Call::Pulse(..)));
                    return Some((ticket, *call));
                }
                (Ok(ReadRequest::Notifies(notified)), _) => self.notified = notified,
                (Ok(ReadRequest::MayHaveChanged), pending) => {
                    let now = Instant::now();
                    self.busy_until = now + BUSY;
                    pending.iter_mut().for_each(|pending| pending.again = pending.again.min(now + COMMIT));
                }
                (Err(RecvTimeoutError::Timeout), Some(pending)) if nothing_new(pending.ticket) => {
                    let now = Instant::now();
                    pending.again = now + if self.notified && self.busy_until <= now { REST } else { PULSE };
                }
                (Err(RecvTimeoutError::Timeout), pending) => {
                    return pending.take().map(|pending| (pending.ticket, Call::Pulse(pending.actor, pending.known)));
                }
                (Err(RecvTimeoutError::Disconnected), _) => return None,
            }
        }
    }
}

/// Forwards the store's notifications, at most one a second, until there are no more.
pub(super) fn forward_notices(hub: &Hub, requests: &Sender<ReadRequest>) {
    let Some(mut notice) = hub.notice() else { return };
    let mut connected = requests.send(ReadRequest::Notifies(true)).is_ok();
    while connected && notice.wait() {
        connected = requests.send(ReadRequest::MayHaveChanged).is_ok();
        thread::sleep(PULSE);
    }
    let _ = requests.send(ReadRequest::Notifies(false));
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::hub::{Origin, Via};

    fn actor() -> Actor {
        let user = crate::account::UserName::new("alice").unwrap();
        Actor { user, via: Via::Password, origin: Origin::default(), epoch: 1, confirmed_at: None }
    }

    #[test]
    fn a_notice_releases_the_pending_pulse() {
        let (request, requests) = channel();
        let mut poller = StorePoller::new(&requests);
        poller.hold_back(Ticket(1), actor(), Some(7));
        request.send(ReadRequest::Notifies(true)).unwrap();
        request.send(ReadRequest::MayHaveChanged).unwrap();
        let next = poller.next(|_| false);
        assert!(matches!(next, Some((Ticket(1), Call::Pulse(_, Some(7))))));
    }

    #[test]
    fn only_a_newer_pulse_replaces_the_pending_one() {
        let (request, requests) = channel();
        let mut poller = StorePoller::new(&requests);
        poller.hold_back(Ticket(1), actor(), Some(7));
        request.send(ReadRequest::Call(Ticket(2), Box::new(Call::Overview(actor(), vec![])))).unwrap();
        assert!(matches!(poller.next(|_| false), Some((Ticket(2), Call::Overview(..)))));
        assert!(poller.pending.is_some());
        request.send(ReadRequest::Call(Ticket(3), Box::new(Call::Pulse(actor(), Some(8))))).unwrap();
        assert!(matches!(poller.next(|_| false), Some((Ticket(3), Call::Pulse(_, Some(8))))));
        assert!(poller.pending.is_none());
    }

    #[test]
    fn a_notified_poller_sleeps_longer_than_one_that_must_poll() {
        let (request, requests) = channel();
        let mut poller = StorePoller::new(&requests);
        for (notified, rest) in [(false, PULSE), (true, REST)] {
            poller.hold_back(Ticket(1), actor(), Some(7));
            request.send(ReadRequest::Notifies(notified)).unwrap();
            let looked = std::cell::Cell::new(None);
            // The first poll finds nothing new; the request sent then ends the wait.
            let next = poller.next(|_| {
                assert!(looked.replace(Some(Instant::now())).is_none());
                request.send(ReadRequest::Call(Ticket(2), Box::new(Call::Overview(actor(), vec![])))).unwrap();
                true
            });
            assert!(next.is_some());
            let (again, looked) = (poller.pending.as_ref().unwrap().again, looked.get().unwrap());
            assert!(again >= looked + rest, "{:?}", again - looked);
        }
    }
}
