//! The event loop: one event or deadline, everything else that is queued, one frame.

use std::io::Write as _;
use std::mem::take;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;
use std::{io, thread};

use ratatui::Terminal;
use ratatui::layout::Rect;

use crate::clipboard::osc52;
use crate::config::{Appearance, ExitAction, Frontend};
use crate::secret::Secret;
use crate::time::Clock;
use crate::tui::msg::{Effect, Msg, Ticket};
use crate::tui::runtime::clipboard_worker::ClipboardWorker;
use crate::tui::runtime::event::LoopEvent;
use crate::tui::runtime::fault_injection;
use crate::tui::runtime::shutdown::{LINE_GONE, Shutdown};
use crate::tui::runtime::workers::Workers;
use crate::tui::terminal::backend::DiffBackend;
use crate::tui::terminal::{self, job_control, output};
use crate::tui::{App, update, view};

/// Longest sleep in milliseconds: after the clock was set back the next deadline may seem hours away.
const NAP: i64 = 60_000;

/// Most events before a frame, so that the screen follows even a flood of keys.
const BATCH: usize = 512;

/// How long the last change may take when the user leaves.
const LAST_CHANGE: Duration = Duration::from_secs(1);

/// Why the loop ends.
enum LoopEnd {
    /// The user left.
    Left(ExitAction),
    /// The session is over, and the desk with it; the exit code and why.
    Over(u8, String),
    /// The terminal cannot be read or written any more.
    Gone,
}

impl From<io::Error> for LoopEnd {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// The event loop's state: the state machine, its terminal and its workers.
pub(super) struct EventLoop {
    app: App,
    clock: Arc<dyn Clock>,
    terminal: Terminal<DiffBackend<output::ScreenOutput>>,
    events: Receiver<LoopEvent>,
    workers: Workers,
    clipboard: ClipboardWorker,
    shutdown: Arc<Shutdown>,
    /// The terminal may not show the last frame: every cell is written again.
    stale: bool,
    /// SIGCONT after our own stop is still to come, and needs no handling.
    expects_continued: bool,
    /// File of the appearance settings.
    appearance: Option<PathBuf>,
}

impl EventLoop {
    /// Takes the terminal.
    pub(super) fn new(
        app: App,
        clock: Arc<dyn Clock>,
        events: Receiver<LoopEvent>,
        workers: Workers,
        clipboard: ClipboardWorker,
        shutdown: Arc<Shutdown>,
        appearance: Option<PathBuf>,
    ) -> io::Result<Self> {
        terminal::enter()?;
        let in_colour = terminal::erases_in_colour(std::env::var("TERM").ok().as_deref());
        let backend = DiffBackend::new(output::ScreenOutput, output::size).erasing_in_colour(in_colour);
        let mut terminal = Terminal::new(backend)?;
        if app.follows_terminal() {
            terminal.backend_mut().write_aside(terminal::ASK_BACKGROUND)?;
        }
        Ok(Self {
            app,
            clock,
            terminal,
            events,
            workers,
            clipboard,
            shutdown,
            stale: false,
            expects_continued: false,
            appearance,
        })
    }

    /// Runs until the user leaves; returns what is left to do then. If the terminal goes first, so does the process.
    pub(super) fn run(mut self) -> ExitAction {
        let over = loop {
            if let Err(over) = self.tick() {
                break over;
            }
        };
        self.app.drop_secrets();
        match over {
            LoopEnd::Left(after) => {
                terminal::leave();
                self.workers.finish(LAST_CHANGE);
                after
            }
            LoopEnd::Over(code, why) => {
                terminal::leave();
                self.workers.finish(LAST_CHANGE);
                // Not `eprintln!`, which panics when standard error is closed.
                let _ = writeln!(io::stderr(), "keydesk: {why}");
                ExitAction::Exit(code)
            }
            LoopEnd::Gone => self.shutdown.end_from_loop(LINE_GONE),
        }
    }

    fn tick(&mut self) -> Result<(), LoopEnd> {
        match self.next() {
            Some(event) => self.handle(event)?,
            None => self.update(Msg::Tick)?,
        }
        for _ in 0..BATCH {
            match self.events.try_recv() {
                Ok(event) => self.handle(event)?,
                Err(_) => break,
            }
        }
        Ok(self.draw()?)
    }

    /// The next event; `None` when the deadline comes first.
    fn next(&self) -> Option<LoopEvent> {
        let Some(due) = self.app.deadline() else { return Some(self.events.recv().unwrap_or(LoopEvent::Gone)) };
        let left = due.since(self.clock.now()).clamp(0, NAP);
        match self.events.recv_timeout(Duration::from_millis(left.unsigned_abs())) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(LoopEvent::Gone),
        }
    }

    fn handle(&mut self, event: LoopEvent) -> Result<(), LoopEnd> {
        match event {
            LoopEvent::Msg(msg) => {
                if let Msg::Key(chord) = msg {
                    fault_injection::before_key(chord);
                }
                self.update(msg)
            }
            LoopEvent::CopyByTerminal(ticket, text) => self.copy_by_terminal(ticket, &text),
            LoopEvent::Resized => self.resized(),
            LoopEvent::Stop => self.suspended_by_signal(),
            LoopEvent::Continued if take(&mut self.expects_continued) => Ok(()),
            LoopEvent::Continued => self.take_terminal_back(),
            LoopEvent::Gone => Err(LoopEnd::Gone),
            LoopEvent::End(done) => self.end(&done),
        }
    }

    fn update(&mut self, msg: Msg) -> Result<(), LoopEnd> {
        let effects = update(&mut self.app, self.clock.now(), msg);
        self.shutdown.record_shown(self.app.secrets_shown());
        effects.into_iter().try_for_each(|effect| self.perform(effect))
    }

    fn perform(&mut self, effect: Effect) -> Result<(), LoopEnd> {
        match effect {
            Effect::Call(ticket, call) => self.workers.call(ticket, call),
            Effect::Cancel(ticket) => self.workers.cancel(ticket),
            Effect::Copy(ticket, text) => {
                if let Some(text) = self.clipboard.copy(ticket, text) {
                    self.copy_by_terminal(ticket, &text)?;
                }
            }
            Effect::Repaint => self.stale = true,
            Effect::Suspend => self.suspend()?,
            Effect::Remember(chosen) => {
                let outcome = self.remember(&chosen);
                self.update(Msg::Remembered(outcome))?;
            }
            Effect::RememberQuietly(chosen) => {
                if let Err(why) = self.remember(&chosen) {
                    self.update(Msg::Remembered(Err(why)))?;
                }
            }
            Effect::RememberName(name) => {
                // It only spares a few keys: a file that cannot be written is no reason to say something.
                let _ = self.remember(&Appearance { last_name: Some(name), ..Appearance::default() });
            }
            Effect::Quit => return Err(LoopEnd::Left(ExitAction::Exit(0))),
            Effect::End(code, why) => return Err(LoopEnd::Over(code, why)),
            Effect::Lines => return Err(LoopEnd::Left(ExitAction::Open(Frontend::Lines))),
        }
        Ok(())
    }

    /// Written on this thread: a small file, once for each choice.
    fn remember(&self, chosen: &Appearance) -> Result<(), String> {
        let kept_nowhere =
            if self.app.is_demo() { "A demo keeps nothing." } else { "It lasts until this session ends." };
        let path = self.appearance.as_deref().ok_or(kept_nowhere)?;
        chosen.remember(path).map_err(|why| why.to_string())
    }

    /// Draws a frame if one is wanted.
    pub(super) fn draw(&mut self) -> io::Result<()> {
        let stale = take(&mut self.stale);
        if stale {
            let size = output::size();
            self.terminal.resize(Rect::new(0, 0, size.width, size.height))?;
        }
        if self.app.take_dirty() || stale {
            self.terminal.draw(|frame| view::draw(&self.app, frame))?;
        }
        Ok(())
    }

    fn resized(&mut self) -> Result<(), LoopEnd> {
        // Even if the size is the same: going from 80x24 to 40x10 and back made the terminal drop cells.
        self.stale = true;
        let size = output::size();
        self.update(Msg::Resize(size.width, size.height))
    }

    fn copy_by_terminal(&mut self, ticket: Ticket, text: &Secret) -> Result<(), LoopEnd> {
        self.terminal.backend_mut().write_aside(&osc52::sequence(text))?;
        self.update(Msg::Copied(ticket, self.clipboard.sent()))
    }

    /// SIGTSTP: the user cannot be asked whether the secret was copied, so its loss is noted.
    fn suspended_by_signal(&mut self) -> Result<(), LoopEnd> {
        self.app.drop_secrets();
        self.shutdown.note_dropped();
        self.suspend()
    }

    /// Stops the process if a shell can continue it, and takes the terminal back afterwards.
    fn suspend(&mut self) -> Result<(), LoopEnd> {
        if job_control::possible() {
            terminal::leave();
            job_control::stop();
            self.expects_continued = true;
        }
        self.take_terminal_back()
    }

    /// Another program may have used the terminal: takes it over again and redraws everything.
    fn take_terminal_back(&mut self) -> Result<(), LoopEnd> {
        terminal::enter()?;
        self.terminal.backend_mut().forget();
        self.stale = true;
        self.update(Msg::Resumed)
    }

    /// Another thread ends the process: here only the secrets are wiped, and nothing is drawn any more.
    fn end(&mut self, done: &Sender<()>) -> ! {
        self.app.drop_secrets();
        let _ = done.send(());
        loop {
            thread::park();
        }
    }
}
