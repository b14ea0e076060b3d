//! The real terminal: lines edited by the kernel, echo off for passwords, and a wait with a timeout.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionread, read};
use rustix::stdio::stdin;
use rustix::termios::{InputModes, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, tcflush};
use zeroize::Zeroizing;

use crate::clipboard::{self, CopyMethod, CopyOutcome, Desktop, osc52};
use crate::config::{Appearance, Frontend};
use crate::escape_sequence::without_reports;
use crate::secret::Secret;
use crate::terminal::{self, SavedModes};

use super::secret_slot::SecretSlot;
use super::signals::{self, SignalState};
use super::{Echo, Io, LineEvent};

/// Longest line that the kernel edits, and room for what was typed ahead of it on a terminal that does not edit.
const LONGEST: usize = 4096;

/// A special character that is switched off: `_POSIX_VDISABLE`.
const DISABLED: u8 = if cfg!(any(target_os = "linux", target_os = "android")) { 0 } else { 0xff };

/// The terminal of this process.
pub struct Tty {
    state: SignalState,
    /// The current modes: the echo, and whether ctrl-z stops.
    set: Option<(Echo, bool)>,
    wake: UnixStream,
    /// Bytes read so far that are not a whole line.
    rest: Zeroizing<Vec<u8>>,
    /// The appearance file; none without a config.
    appearance: Option<PathBuf>,
    method: Result<CopyMethod, &'static str>,
    desktop: Desktop,
    /// Whether the client came by SSH.
    over_ssh: bool,
}

impl Tty {
    /// Takes over the terminal. With `keep` copies through tmux leave a paste buffer there. `over_ssh`: whether the client
    /// came by SSH.
    pub fn open(appearance: Option<PathBuf>, keep: bool, over_ssh: bool) -> io::Result<Self> {
        let (wake, waker) = UnixStream::pair()?;
        waker.set_nonblocking(true)?;
        wake.set_nonblocking(true)?;
        let modes = Arc::new(SavedModes::default());
        modes.save(stdin())?;
        let state = SignalState { modes, slot: SecretSlot::default(), interrupted: Arc::default() };
        signals::watch(state.clone(), waker)?;
        let method =
            CopyMethod::choose(&|name| std::env::var(name).ok()).map(|method| method.keeping_tmux_buffer(keep));
        let rest = Zeroizing::new(Vec::with_capacity(2 * LONGEST));
        Ok(Self { state, set: None, wake, rest, appearance, method, desktop: Desktop::default(), over_ssh })
    }

    /// Sets the echo, if it is not so already. Where nothing shows, and while a secret is at hand, ctrl-z does not
    /// stop: a shell would get a terminal that shows nothing, and the secret would lie in a stopped process.
    fn set(&mut self, echo: Echo) -> io::Result<()> {
        let wanted = (echo, echo == Echo::Shown && !self.state.slot.holds());
        if self.set != Some(wanted) {
            self.edit_lines(echo, wanted.1)?;
            self.set = Some(wanted);
        }
        Ok(())
    }

    /// Lines that the kernel edits. Whether it echoes and how it ends a line stays as it was found: an editor that
    /// runs programs in a buffer does both itself.
    fn edit_lines(&self, echo: Echo, stops: bool) -> io::Result<()> {
        // Not `Flush`: what was typed ahead stays.
        self.state.modes.change(stdin(), OptionalActions::Now, |modes| {
            modes.local_modes |= LocalModes::ICANON | LocalModes::ISIG;
            modes.input_modes |= InputModes::ICRNL;
            if echo == Echo::Hidden {
                // The line break shows all the same: the next sentence must not stand behind the question.
                modes.local_modes.set(LocalModes::ECHONL, modes.local_modes.contains(LocalModes::ECHO));
                modes.local_modes.remove(LocalModes::ECHO);
            }
            if !stops {
                modes.special_codes[SpecialCodeIndex::VSUSP] = DISABLED;
            }
        })
    }

    /// What the signal thread reports, if anything.
    fn signal_report(&mut self) -> Option<LineEvent> {
        let mut byte = [0];
        match self.wake.read(&mut byte) {
            Ok(1) if byte[0] == signals::INTERRUPT => {
                self.state.interrupted.store(false, Ordering::SeqCst);
                self.forget_rest();
                Some(LineEvent::Interrupted)
            }
            Ok(1) => {
                // A shell may have put its own modes back meanwhile.
                self.set = None;
                Some(LineEvent::Continued)
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
    fn fill(&mut self) -> LineEvent {
        let mut bytes = Zeroizing::new([0; LONGEST]);
        match read(stdin(), &mut bytes[..]) {
            Ok(0) => {
                self.forget_rest();
                LineEvent::End
            }
            Ok(n) => {
                // The line is too long for any field: its end is kept, which no field takes either.
                if self.rest.len() + n > 2 * LONGEST {
                    self.forget_rest();
                }
                self.rest.extend_from_slice(&bytes[..n]);
                self.take_line().map_or(LineEvent::Nothing, LineEvent::Line)
            }
            Err(Errno::INTR | Errno::AGAIN) => LineEvent::Nothing,
            Err(_) => LineEvent::Gone,
        }
    }

    /// Waits for input or a signal.
    fn wait(&mut self, longest: Duration) -> LineEvent {
        let timeout = Timespec { tv_sec: longest.as_secs() as _, tv_nsec: longest.subsec_nanos().into() };
        let input = stdin();
        let mut fds = [PollFd::new(&input, PollFlags::IN), PollFd::new(&self.wake, PollFlags::IN)];
        match poll(&mut fds, Some(&timeout)) {
            Ok(0) | Err(Errno::INTR) => return LineEvent::Nothing,
            Err(_) => return LineEvent::Gone,
            Ok(_) => {}
        }
        let (terminal, signal) = (fds[0].revents(), fds[1].revents());
        if signal.contains(PollFlags::IN)
            && let Some(report) = self.signal_report()
        {
            return report;
        }
        match self.fill_if(terminal) {
            // The end of input on a dead line is not a ctrl-d.
            LineEvent::End if terminal.intersects(PollFlags::HUP | PollFlags::ERR) => LineEvent::Gone,
            read => read,
        }
    }

    fn fill_if(&mut self, terminal: PollFlags) -> LineEvent {
        match terminal {
            ready if ready.contains(PollFlags::IN) => self.fill(),
            quiet if quiet.is_empty() => LineEvent::Nothing,
            _ => LineEvent::Gone,
        }
    }
}

impl Io for Tty {
    fn write(&mut self, text: &str) -> io::Result<()> {
        terminal::write_all(text.as_bytes())
    }

    fn reveal(&mut self, secret: &Secret) -> io::Result<()> {
        terminal::write_all(secret.expose())?;
        terminal::write_all(b"\n")
    }

    fn prepare(&mut self, echo: Echo) -> io::Result<()> {
        self.set(echo)
    }

    fn read(&mut self, echo: Echo, longest: Duration) -> LineEvent {
        if self.set(echo).is_err() {
            return LineEvent::Gone;
        }
        match self.take_line() {
            Some(line) => LineEvent::Line(line),
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
        let method = match self.method {
            Ok(method) => method,
            Err(why) => return CopyOutcome::Impossible(why.to_owned()),
        };
        if let Some(outcome) = clipboard::copy(method, &mut self.desktop, text) {
            return outcome;
        }
        match terminal::write_all(&osc52::sequence(text)) {
            Ok(()) => CopyOutcome::sent(&|name| std::env::var(name).ok(), self.over_ssh),
            Err(why) => CopyOutcome::Impossible(format!("The terminal did not take it: {why}.")),
        }
    }

    fn choose_screen(&mut self) -> Result<(), String> {
        if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
            let said =
                "TERM is dumb: this terminal cannot show the full screen. Set TERM to what it is, then try again.";
            return Err(said.to_owned());
        }
        // A demo keeps nothing, so the choice is not saved.
        let Some(path) = self.appearance.as_deref() else { return Ok(()) };
        Appearance::with_frontend(Frontend::Screen).remember(path).map_err(|why| why.to_string())
    }

    fn columns(&self) -> usize {
        match terminal::size() {
            Some((columns, _)) if columns > 20 => usize::from(columns) - 1,
            _ => 79,
        }
    }

    fn slot(&self) -> SecretSlot {
        self.state.slot.clone()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        self.state.modes.restore(stdin(), OptionalActions::Now);
    }
}
