//! The listening thread: a hint of a commit wakes the follower. What it does not hear, the follower finds by itself.

use std::sync::Arc;
use std::thread::{self, Thread};
use std::time::Instant;

use crate::hub::Heard;

use crate::serve::error::ServeError;
use crate::serve::follower::notice::NoticeState;
use crate::serve::process::fault_injection;
use crate::serve::shared_hub::SharedHub;

/// Listens until the process ends, on a thread that is never joined: it has nothing to save. Nor is it missed if it ends.
pub(super) fn start(hub: &SharedHub, notice: Arc<NoticeState>, follower: Thread) -> Result<(), ServeError> {
    let listener = hub.current().feed().listen();
    let Some(mut listener) = listener.filter(|_| !fault_injection::always("deaf")) else { return Ok(()) };
    notice.listen_on(listener.channel());
    let work = move || {
        loop {
            let heard = listener.hear();
            notice.record(heard, Instant::now());
            if heard == Heard::Commit {
                follower.unpark();
            }
        }
    };
    thread::Builder::new().name("listen".to_owned()).spawn(work)?;
    Ok(())
}
