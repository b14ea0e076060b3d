//! What a desk does on the side: it notes itself in the store, and surveys a desk with many credentials. On a thread of
//! its own, which nobody waits for: what fails here is tried again and told to nobody.

use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use crate::hub::{Cancel, Hub, ProcessKind};
use crate::tui::msg::Msg;
use crate::tui::runtime::event::LoopEvent;

/// Interval between two notes.
const NOTE_INTERVAL: Duration = Duration::from_secs(10);
/// The first survey waits until the first screens are out.
const FIRST_SURVEY: Duration = Duration::from_secs(2);
/// Surveys take one part in so many of a core.
const SHARE: u32 = 200;

/// Notes and surveys until the event loop is gone.
pub(super) fn keep(hub: &Hub, events: &Sender<LoopEvent>) {
    let note = hub.process_note(ProcessKind::Desk);
    let mut survey_at = Instant::now() + FIRST_SURVEY;
    let mut note_at = Instant::now();
    loop {
        let now = Instant::now();
        if now >= note_at {
            if let Ok(note) = &note {
                let _ = hub.note_process(note);
            }
            note_at = now + NOTE_INTERVAL;
        }
        if now >= survey_at {
            let differs = hub.survey(&Cancel::default()).unwrap_or(false);
            if differs && events.send(LoopEvent::Msg(Msg::Surveyed)).is_err() {
                return;
            }
            // Together with a note, so that an idle desk wakes up once for both.
            survey_at = note_at.max(Instant::now() + now.elapsed() * SHARE);
        }
        thread::sleep(note_at.min(survey_at).saturating_duration_since(Instant::now()));
    }
}
