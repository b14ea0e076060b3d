//! The real terminal: lines edited by the kernel, echo off for passwords, and a wait with a timeout.

use std::{
    io::{self, IsTerminal as _, Read as _},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, ioctl_fionread, read, write},
    stdio::{stdin, stdout},
    termios::{QueueSelector, tcflush, tcgetwinsize},
};
use zeroize::Zeroizing;

use crate::{
    clipboard::{self, CopyOutcome, Desktop, Multiplexer, Way, osc52},
    config::{Appearance, Face},
    secret::Secret,
    sequence::without_reports,
};

use super::{
    held::Slot,
    io::{Echo, Io, Read},
    modes::Modes,
    signals::{self, Shared},
};

/// Longest line that the kernel edits, and room for what was typed ahead of it on a terminal that does not edit.
const LONGEST: usize = 4096;

/// The terminal of this process.
pub struct Tty {
    shared: Shared,
    /// What is set now: the echo, and whether ctrl-z stops.
    set: Option<(Echo, bool)>,
    wake: UnixStream,
    /// Bytes that were read and are not a line yet.
    rest: Zeroizing<Vec<u8>>,
    /// The file with how it looks; none where there is no config.
    appearance: Option<PathBuf>,
    way: Result<Way, &'static str>,
    desktop: Desktop,
}

impl Tty {
    /// Whether both ends are a terminal.
    pub fn is_terminal() -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Takes the terminal.
    pub fn open(appearance: Option<PathBuf>) -> io::Result<Self> {
        let (wake, waker) = UnixStream::pair()?;
        waker.set_nonblocking(true)?;
        wake.set_nonblocking(true)?;
        let shared = Shared { modes: Arc::new(Modes::find()?), slot: Slot::default(), interrupted: Arc::default() };
        signals::watch(shared.clone(), waker)?;
        let way = Way::choose(&|name| std::env::var(name).ok());
        let rest = Zeroizing::new(Vec::with_capacity(2 * LONGEST));
        Ok(Self { shared, set: None, wake, rest, appearance, way, desktop: Desktop::default() })
    }

    /// Sets the echo, if it is not so already. Where nothing shows, and while a secret is at hand, ctrl-z does not
    /// stop: a shell would get a terminal that shows nothing, and the secret would lie in a stopped process.
    fn set(&mut self, echo: Echo) -> io::Result<()> {
        let wanted = (echo, echo == Echo::Shown && !self.shared.slot.holds());
        if self.set != Some(wanted) {
            self.shared.modes.set(echo, wanted.1)?;
            self.set = Some(wanted);
        }
        Ok(())
    }

    /// The report of the signal thread, if there is one.
    fn told(&mut self) -> Option<Read> {
        let mut byte = [0];
        match self.wake.read(&mut byte) {
            Ok(1) if byte[0] == signals::INTERRUPT => {
                self.shared.interrupted.store(false, Ordering::SeqCst);
                self.forget_rest();
                Some(Read::Interrupted)
            }
            Ok(1) => {
                // A shell may have put its own modes back meanwhile.
                self.set = None;
                Some(Read::Continued)
            }
            _ => None,
        }
    }

    /// The first line of what was read.
    fn take_line(&mut self) -> Option<Secret> {
        let end = self.rest.iter().position(|b| *b == b'\n')?;
        let line = self.rest[..end].strip_suffix(b"\r").unwrap_or(&self.rest[..end]);
        let line = Secret::new(without_reports(line).to_vec());
        let behind = Zeroizing::new(self.rest[end + 1..].to_vec());
        self.forget_rest();
        self.rest.extend_from_slice(&behind);
        Some(line)
    }

    /// Wipes what was read. `Vec::clear` alone would leave the bytes.
    fn forget_rest(&mut self) {
        self.rest.fill(0);
        self.rest.clear();
    }

    /// Reads what the kernel has.
    fn fill(&mut self) -> Read {
        let mut bytes = Zeroizing::new([0; LONGEST]);
        match read(stdin(), &mut bytes[..]) {
            Ok(0) => {
                self.forget_rest();
                Read::End
            }
            Ok(n) => {
                // A line that is too long for any field: its end is kept, which no field takes either.
                if self.rest.len() + n > 2 * LONGEST {
                    self.forget_rest();
                }
                self.rest.extend_from_slice(&bytes[..n]);
                self.take_line().map_or(Read::Nothing, Read::Line)
            }
            Err(Errno::INTR | Errno::AGAIN) => Read::Nothing,
            Err(_) => Read::Gone,
        }
    }

    /// Waits for input or a signal.
    fn wait(&mut self, longest: Duration) -> Read {
        let timeout = Timespec { tv_sec: longest.as_secs() as _, tv_nsec: longest.subsec_nanos().into() };
        let input = stdin();
        let mut fds = [PollFd::new(&input, PollFlags::IN), PollFd::new(&self.wake, PollFlags::IN)];
        match poll(&mut fds, Some(&timeout)) {
            Ok(0) | Err(Errno::INTR) => return Read::Nothing,
            Err(_) => return Read::Gone,
            Ok(_) => {}
        }
        let (terminal, signal) = (fds[0].revents(), fds[1].revents());
        if signal.contains(PollFlags::IN)
            && let Some(told) = self.told()
        {
            return told;
        }
        match self.fill_if(terminal) {
            // The end of the input on a line that is dead is no ctrl-d.
            Read::End if terminal.intersects(PollFlags::HUP | PollFlags::ERR) => Read::Gone,
            read => read,
        }
    }

    fn fill_if(&mut self, terminal: PollFlags) -> Read {
        match terminal {
            ready if ready.contains(PollFlags::IN) => self.fill(),
            quiet if quiet.is_empty() => Read::Nothing,
            _ => Read::Gone,
        }
    }
}

/// Writes all of it.
fn write_all(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match write(stdout(), bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => wait_to_write()?,
            Err(why) => return Err(why.into()),
        }
    }
    Ok(())
}

/// Another program that shares this terminal may have made it non-blocking.
fn wait_to_write() -> io::Result<()> {
    let out = stdout();
    let mut fds = [PollFd::new(&out, PollFlags::OUT)];
    match poll(&mut fds, None) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(why) => Err(why.into()),
    }
}

impl Io for Tty {
    fn write(&mut self, text: &str) -> io::Result<()> {
        write_all(text.as_bytes())
    }

    fn reveal(&mut self, secret: &Secret) -> io::Result<()> {
        write_all(secret.expose())?;
        write_all(b"\n")
    }

    fn prepare(&mut self, echo: Echo) -> io::Result<()> {
        self.set(echo)
    }

    fn read(&mut self, echo: Echo, longest: Duration) -> Read {
        if self.set(echo).is_err() {
            return Read::Gone;
        }
        match self.take_line() {
            Some(line) => Read::Line(line),
            None => self.wait(longest),
        }
    }

    fn forget_typed_ahead(&mut self) -> bool {
        let waiting = ioctl_fionread(stdin()).unwrap_or(0) > 0 || !self.rest.is_empty();
        let _ = tcflush(stdin(), QueueSelector::IFlush);
        self.forget_rest();
        waiting
    }

    fn copy(&mut self, text: &Secret) -> CopyOutcome {
        let way = match self.way {
            Ok(way) => way,
            Err(why) => return CopyOutcome::Impossible(why.to_owned()),
        };
        if let Some(outcome) = clipboard::copy(way, &mut self.desktop, text) {
            return outcome;
        }
        let around = Multiplexer::around(&|name| std::env::var(name).ok());
        match write_all(&osc52::sequence(text)) {
            Ok(()) => CopyOutcome::sent(around),
            Err(why) => CopyOutcome::Impossible(format!("The terminal did not take it: {why}.")),
        }
    }

    fn choose_screen(&mut self) -> Result<(), String> {
        if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
            let said =
                "TERM is dumb: this terminal cannot show the full screen. Set TERM to what it is, then try again.";
            return Err(said.to_owned());
        }
        // A demo keeps nothing: it starts anew without having remembered.
        let Some(path) = self.appearance.as_deref() else { return Ok(()) };
        Appearance::with_face(Face::Screen).remember(path).map_err(|why| why.to_string())
    }

    fn columns(&self) -> usize {
        match tcgetwinsize(stdout()) {
            Ok(size) if size.ws_col > 20 => usize::from(size.ws_col) - 1,
            _ => 79,
        }
    }

    fn slot(&self) -> Slot {
        self.shared.slot.clone()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        self.shared.modes.restore();
    }
}
