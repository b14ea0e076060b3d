//! The store poller: when to check whether another process changed something that a list shows.
//!
//! Where the store sends notifications, it is read only after one: an idle desk sleeps. Where it sends none, it is
//! polled once a second.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use crate::{
    hub::{Actor, Hub},
    tui::msg::{Call, Ticket},
};

/// Interval of polling for changes by other processes, and for whether the session is still valid.
const PULSE: Duration = Duration::from_secs(1);

/// From the first write of a transaction to its commit, mostly. A longer one is seen by the next look.
const COMMIT: Duration = Duration::from_millis(100);

/// How long after a notification the store is polled every second.
const LIVELY: Duration = Duration::from_secs(3);

/// Polling interval when the store sends notifications: one that was missed costs no more than this.
const REST: Duration = Duration::from_secs(10);

/// A message to the reading worker.
pub(super) enum Wish {
    Call(Ticket, Box<Call>),
    /// Another process may have begun a commit.
    Stirred,
    /// Whether the store sends notifications.
    Hearing(bool),
}

/// A pulse that found nothing new and is not answered yet: the loop sleeps on while the worker looks again.
struct Held {
    ticket: Ticket,
    actor: Actor,
    known: Option<i64>,
    again: Instant,
}

/// The queue of the reading worker, with the pending pulse.
pub(super) struct Watch<'a> {
    wishes: &'a Receiver<Wish>,
    held: Option<Held>,
    hearing: bool,
    lively: Instant,
}

impl<'a> Watch<'a> {
    pub(super) fn new(wishes: &'a Receiver<Wish>) -> Self {
        Self { wishes, held: None, hearing: false, lively: Instant::now() }
    }

    /// Holds a pulse back that found nothing new.
    pub(super) fn hold(&mut self, ticket: Ticket, actor: Actor, known: Option<i64>) {
        self.held = Some(Held { ticket, actor, known, again: Instant::now() + PULSE });
    }

    /// The next job: the pulse when something may have changed, otherwise the next message; `None` when the sender is
    /// gone.
    pub(super) fn next(&mut self, nothing_new: impl Fn(Ticket) -> bool) -> Option<(Ticket, Call)> {
        loop {
            let wish = match &self.held {
                None => self.wishes.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(held) => self.wishes.recv_timeout(held.again.saturating_duration_since(Instant::now())),
            };
            match (wish, &mut self.held) {
                (Ok(Wish::Call(ticket, call)), held) => {
                    // A newer pulse takes the place of the one that waits.
                    held.take_if(|_| matches!(*call, Call::Pulse(..)));
                    return Some((ticket, *call));
                }
                (Ok(Wish::Hearing(hearing)), _) => self.hearing = hearing,
                (Ok(Wish::Stirred), held) => {
                    let now = Instant::now();
                    self.lively = now + LIVELY;
                    held.iter_mut().for_each(|held| held.again = held.again.min(now + COMMIT));
                }
                (Err(RecvTimeoutError::Timeout), Some(held)) if nothing_new(held.ticket) => {
                    let now = Instant::now();
                    held.again = now + if self.hearing && self.lively <= now { REST } else { PULSE };
                }
                (Err(RecvTimeoutError::Timeout), held) => {
                    return held.take().map(|held| (held.ticket, Call::Pulse(held.actor, held.known)));
                }
                (Err(RecvTimeoutError::Disconnected), _) => return None,
            }
        }
    }
}

/// Passes the store's notices on, at most one a second, for as long as there are any.
pub(super) fn listen(hub: &Hub, wishes: &Sender<Wish>) {
    let Some(mut notice) = hub.notice() else { return };
    let mut told = wishes.send(Wish::Hearing(true)).is_ok();
    while told && notice.wait() {
        told = wishes.send(Wish::Stirred).is_ok();
        thread::sleep(PULSE);
    }
    let _ = wishes.send(Wish::Hearing(false));
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
    fn a_notice_brings_the_held_pulse_back() {
        let (wish, wishes) = channel();
        let mut watch = Watch::new(&wishes);
        watch.hold(Ticket(1), actor(), Some(7));
        wish.send(Wish::Hearing(true)).unwrap();
        wish.send(Wish::Stirred).unwrap();
        let next = watch.next(|_| false);
        assert!(matches!(next, Some((Ticket(1), Call::Pulse(_, Some(7))))));
    }

    #[test]
    fn a_newer_pulse_takes_the_place_of_the_held_one_and_another_call_does_not() {
        let (wish, wishes) = channel();
        let mut watch = Watch::new(&wishes);
        watch.hold(Ticket(1), actor(), Some(7));
        wish.send(Wish::Call(Ticket(2), Box::new(Call::Overview(actor(), vec![])))).unwrap();
        assert!(matches!(watch.next(|_| false), Some((Ticket(2), Call::Overview(..)))));
        assert!(watch.held.is_some());
        wish.send(Wish::Call(Ticket(3), Box::new(Call::Pulse(actor(), Some(8))))).unwrap();
        assert!(matches!(watch.next(|_| false), Some((Ticket(3), Call::Pulse(_, Some(8))))));
        assert!(watch.held.is_none());
    }

    #[test]
    fn who_hears_sleeps_longer_than_who_must_look() {
        let (wish, wishes) = channel();
        let mut watch = Watch::new(&wishes);
        for (hearing, rest) in [(false, PULSE), (true, REST)] {
            watch.hold(Ticket(1), actor(), Some(7));
            wish.send(Wish::Hearing(hearing)).unwrap();
            let looked = std::cell::Cell::new(None);
            // The first look finds nothing new; what comes then keeps the test from sleeping through the rest.
            let next = watch.next(|_| {
                assert!(looked.replace(Some(Instant::now())).is_none());
                wish.send(Wish::Call(Ticket(2), Box::new(Call::Overview(actor(), vec![])))).unwrap();
                true
            });
            assert!(next.is_some());
            let (again, looked) = (watch.held.as_ref().unwrap().again, looked.get().unwrap());
            assert!(again >= looked + rest, "{:?}", again - looked);
        }
    }
}
