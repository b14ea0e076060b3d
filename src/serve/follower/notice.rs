//! Whether hints of commits arrive. The store is looked at five times a second whether they do or not.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::hub::Heard;

/// As many proofs have to be heard: behind a pooler one may arrive by chance.
const PROOFS: u32 = 2;
/// Pauses between two proofs: at first, and later.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));
/// How many proofs are sent with the first pause.
const SOON: u32 = 6;
/// After this time without a proof nothing is heard any more.
const HEARD_LATELY: Duration = Duration::from_secs(25);

/// What is known about hints of commits.
#[derive(Debug, Default)]
pub(in crate::serve) struct NoticeState(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    channel: Option<String>,
    connected: bool,
    heard: u32,
    heard_at: Option<Instant>,
    sent: u32,
    sent_at: Option<Instant>,
}

impl NoticeState {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A listener has this channel for itself.
    pub(in crate::serve) fn listen_on(&self, channel: &str) {
        self.known().channel = Some(channel.to_owned());
    }

    /// The listener heard something.
    pub(in crate::serve) fn record(&self, heard: Heard, now: Instant) {
        let mut known = self.known();
        match heard {
            Heard::Connected | Heard::Lost => {
                let (channel, connected) = (known.channel.take(), heard == Heard::Connected);
                *known = Known { channel, connected, ..Known::default() };
            }
            Heard::Proof => {
                known.heard = known.heard.saturating_add(1);
                known.heard_at = Some(now);
            }
            Heard::Commit => {}
        }
    }

    /// The channel on which a proof is to be sent now, over another connection; sent is what it counts as from here on.
    pub(in crate::serve) fn next_proof(&self, now: Instant) -> Option<String> {
        let mut known = self.known();
        let (soon, later) = PAUSES;
        let pause = if known.sent < SOON { soon } else { later };
        let due = known.connected && known.sent_at.is_none_or(|at| now.saturating_duration_since(at) >= pause);
        if !due {
            return None;
        }
        (known.sent, known.sent_at) = (known.sent.saturating_add(1), Some(now));
        known.channel.clone()
    }

    /// How the verifier notices changes, in one word.
    pub(in crate::serve) fn word(&self, now: Instant) -> &'static str {
        let known = self.known();
        let lately = known.heard_at.is_some_and(|at| now.saturating_duration_since(at) < HEARD_LATELY);
        if lately && known.heard >= PROOFS { "listening" } else { "polling" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proofs_heard_again_and_again_are_listening() {
        let (state, start) = (NoticeState::default(), Instant::now());
        let after = |seconds: u64| start + Duration::from_secs(seconds);
        assert_eq!((state.word(start), state.next_proof(start)), ("polling", None), "no listener");
        state.listen_on("keydesk_1");
        assert_eq!(state.next_proof(start), None, "it has no connection yet");
        state.record(Heard::Connected, start);
        assert_eq!(state.next_proof(start).as_deref(), Some("keydesk_1"));
        assert_eq!(state.next_proof(start), None, "one was sent just now");
        state.record(Heard::Commit, start);
        state.record(Heard::Proof, start);
        assert_eq!(state.word(start), "polling", "one may arrive by chance");
        state.record(Heard::Proof, after(1));
        assert_eq!(state.word(after(1)), "listening");
        assert_eq!(state.word(after(60)), "polling", "the next ones were not heard");
        state.record(Heard::Proof, after(61));
        assert_eq!(state.word(after(61)), "listening");
        state.record(Heard::Lost, after(62));
        assert_eq!((state.word(after(62)), state.next_proof(after(90))), ("polling", None));
    }

    #[test]
    fn proofs_go_on_for_ever_and_get_rare() {
        let (state, start) = (NoticeState::default(), Instant::now());
        state.listen_on("keydesk_1");
        state.record(Heard::Connected, start);
        let sent = (0..600).filter(|tick| state.next_proof(start + Duration::from_millis(100) * *tick).is_some());
        assert_eq!(sent.count(), 6 + 5);
        assert!(state.next_proof(start + Duration::from_secs(1_000)).is_some());
    }
}
