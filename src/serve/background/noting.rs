//! The noting thread: soon after a change it says in the store that requests are judged by it. Whoever made it waits for that, so
//! it is not left to the thread that writes reports, which is slow on purpose. An idle desk stays quiet.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::hub::{ChangeNumber, ProcessNote};

use crate::serve::error::ServeError;
use crate::serve::follower::followed::Followed;
use crate::serve::shared_hub::SharedHub;

/// Time between two notes while changes follow each other.
const INTERVAL: Duration = Duration::from_millis(250);

/// Notes until the process ends, on a thread that is never joined: it has nothing to save.
pub(super) fn start(hub: SharedHub, mut note: ProcessNote, followed: Arc<Followed>) -> Result<(), ServeError> {
    let work = move || {
        let mut told = ChangeNumber::default();
        loop {
            followed.wait_for_another(told);
            let noting = followed.noting();
            let at = followed.get();
            note.answers_from = Some(at);
            // What could not be written is tried again.
            if hub.current().feed().note_position(&note).is_ok() {
                told = at;
            }
            drop(noting);
            thread::sleep(INTERVAL);
        }
    };
    thread::Builder::new().name("note".to_owned()).spawn(work)?;
    Ok(())
}
