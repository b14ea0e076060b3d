//! Terminal input: keys and pastes, read on a thread of their own.
//!
//! Read by us and not by crossterm 0.29, for four reasons: it loses the wake-up for keys that come together with a
//! new window size, and for what is left of a paste of more than a kilobyte; it spins when the line is dead; it takes
//! an arrow key that a slow link cut in two for Esc and two letters; and it leaves typed passwords in its buffers.

mod key_parser;

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};
use std::{io, thread};

use key_parser::{Input, Parser};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use rustix::stdio::stdin;
use zeroize::{Zeroize as _, Zeroizing};

use crate::tui::msg::Msg;
use crate::tui::runtime::event::LoopEvent;

/// How long to wait for a terminal that another program has made non-blocking.
const NAP: Duration = Duration::from_millis(30);

/// Reads from now on.
pub(super) fn listen(events: Sender<LoopEvent>) -> io::Result<()> {
    thread::Builder::new().name("keydesk-input".into()).spawn(move || listen_until_gone(&events)).map(|_| ())
}

fn listen_until_gone(events: &Sender<LoopEvent>) {
    let mut parser = Parser::default();
    let mut bytes = Zeroizing::new([0; 4096]);
    loop {
        let longest = parser.due().map(|due| due.saturating_duration_since(Instant::now()));
        // `poll` before `read`: a thread that sleeps in `read` while ctrl-z takes effect may still swallow what is
        // typed to the shell a moment later. One that sleeps in `poll` has read nothing.
        let given = match !readable_within(longest) {
            true => parser.passed(Instant::now()),
            false => match read(stdin(), &mut bytes[..]) {
                Err(Errno::INTR) => continue,
                // Another program that shares this terminal may have made it non-blocking.
                Err(Errno::AGAIN) => {
                    thread::sleep(NAP);
                    continue;
                }
                Ok(0) | Err(_) => {
                    let _ = events.send(LoopEvent::Gone);
                    return;
                }
                Ok(n) => {
                    let given = parser.take(&bytes[..n], Instant::now());
                    bytes[..n].zeroize();
                    given
                }
            },
        };
        for input in given {
            let msg = match input {
                Input::Key(chord) => Msg::Key(chord),
                Input::Paste(text) => Msg::Paste(text),
                Input::Background(light) => Msg::Background { light },
            };
            if events.send(LoopEvent::Msg(msg)).is_err() {
                return;
            }
        }
    }
}

/// Whether there is something to read before `longest` has passed, if that is limited; a dead line counts:
/// reading tells.
fn readable_within(longest: Option<Duration>) -> bool {
    let timeout = longest.map(|t| Timespec { tv_sec: t.as_secs() as _, tv_nsec: t.subsec_nanos().into() });
    let terminal = stdin();
    loop {
        match poll(&mut [PollFd::new(&terminal, PollFlags::IN)], timeout.as_ref()) {
            Err(Errno::INTR) => {}
            come => return come != Ok(0),
        }
    }
}
