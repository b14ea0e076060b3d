//! What a desk does on the side: it notes itself in the store, surveys a desk with many credentials, and looks at the store. On threads of
//! their own, which nobody waits for: what fails here is tried again and told to nobody.

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

/// Notes this desk until the program ends.
pub(super) fn note(hub: &Hub) {
    let Ok(note) = hub.process_note(ProcessKind::Desk) else { return };
    loop {
        let _ = hub.note_process(&note);
        thread::sleep(NOTE_INTERVAL);
    }
}

/// Surveys until the event loop is gone. At the lowest priority: a key press never waits for it. A thread that writes
/// could not be: others would wait for its lock.
pub(super) fn survey(hub: &Hub, events: &Sender<LoopEvent>) {
    let _ = rustix::process::setpriority_process(None, 19);
    thread::sleep(FIRST_SURVEY);
    loop {
        let begun = Instant::now();
        let differs = hub.survey(&Cancel::default()).unwrap_or(false);
        if differs && events.send(LoopEvent::Msg(Msg::Surveyed)).is_err() {
            return;
        }
        thread::sleep(NOTE_INTERVAL.max(begun.elapsed() * SHARE));
    }
}

/// Looks at the store until the event loop is gone, and says what is there to be told.
pub(super) fn look_at_store(hub: &Hub, events: &Sender<LoopEvent>) {
    let mut told = Vec::new();
    loop {
        let found = hub.look_at_store();
        if found != told && events.send(LoopEvent::Msg(Msg::StoreNotices(found.clone()))).is_err() {
            return;
        }
        told = found;
        thread::sleep(NOTE_INTERVAL);
    }
}
