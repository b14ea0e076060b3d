//! A pseudo-terminal, a terminal emulator behind it, and a deadline on every wait.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{BorrowedFd, FromRawFd as _, IntoRawFd as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Action, tcflow};

pub const ENTER: &str = "\r";
pub const ESC: &str = "\x1b";
pub const TAB: &str = "\t";
pub const DOWN: &str = "\x1b[B";
pub const F12: &str = "\x1b[24~";

pub fn ctrl(letter: char) -> String {
    char::from(letter as u8 & 0x1f).to_string()
}

/// Far more than anything here takes, so that a busy machine fails nothing.
pub const PATIENCE: Duration = Duration::from_secs(60);

const NO_CONTROLLING_TERMINAL: i32 = rustix::fs::OFlags::NOCTTY.bits() as i32;

/// Ticks a second in /proc, the same on every Linux there is.
const TICKS: u64 = 100;

/// What the emulator was told beside the picture.
#[derive(Default)]
pub struct Told {
    /// What was put on the clipboard by OSC 52, decoded.
    pub clips: Vec<String>,
    /// Titles: nobody may set one.
    pub titles: usize,
}

impl vt100::Callbacks for Told {
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, place: &[u8], data: &[u8]) {
        // tmux leaves the place out, which means the same.
        assert!(matches!(place, b"c" | b""), "{place:?}");
        self.clips.push(String::from_utf8(BASE64.decode(data).unwrap()).unwrap());
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.titles += 1;
    }
}

/// Everything the terminal received.
pub struct Seen {
    parser: vt100::Parser<Told>,
    raw: Vec<u8>,
    last: Instant,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

/// A program on a terminal.
pub struct Desk {
    master: Option<Box<dyn MasterPty + Send>>,
    /// Kept open so that the terminal outlives the program and its modes can be looked at.
    slave: Option<Box<dyn SlavePty + Send>>,
    writer: Option<File>,
    reader: Option<JoinHandle<()>>,
    cut: Arc<AtomicBool>,
    child: Box<dyn Child + Send + Sync>,
    seen: Shared,
    modes_before: String,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// A descriptor of our own for the terminal, because the one behind `MasterPty` can be neither polled nor closed.
fn own(master: &dyn MasterPty) -> File {
    let raw = master.as_raw_fd().unwrap();
    // SAFETY: `master` keeps `raw` open while it is borrowed here.
    let copy = unsafe { BorrowedFd::borrow_raw(raw) }.try_clone_to_owned().unwrap();
    // SAFETY: the descriptor was just made and belongs to nobody else.
    unsafe { File::from_raw_fd(copy.into_raw_fd()) }
}

/// Modes of a terminal, in words that can be compared.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

impl Desk {
    /// Starts `command` on a terminal of this size.
    pub fn start(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let portable_pty::PtyPair { master, slave } = native_pty_system().openpty(size(columns, rows)).unwrap();
        let (rows, columns) = (rows.try_into().unwrap(), columns.try_into().unwrap());
        let parser = vt100::Parser::new_with_callbacks(rows, columns, 0, Told::default());
        let seen: Shared =
            Arc::new((Mutex::new(Seen { parser, raw: Vec::new(), last: Instant::now() }), Condvar::new()));
        let cut = Arc::new(AtomicBool::new(false));
        let reader = {
            let (file, seen, cut) = (own(&*master), Arc::clone(&seen), Arc::clone(&cut));
            thread::spawn(move || read(file, &seen, &cut))
        };
        let writer = own(&*master);
        let modes_before = modes(&*master);
        let child = slave.spawn_command(command).unwrap();
        Self {
            master: Some(master),
            slave: Some(slave),
            writer: Some(writer),
            reader: Some(reader),
            cut,
            child,
            seen,
            modes_before,
        }
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.writer.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
        self
    }

    /// The terminal sends bytes that nobody typed, in one piece.
    pub fn sends(&mut self, bytes: &[u8]) -> &mut Self {
        self.writer.as_mut().unwrap().write_all(bytes).unwrap();
        self
    }

    /// Waits until the screen shows `text`.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        self.until(&format!("{text:?} on the screen"), |screen| screen.contents().contains(text))
    }

    /// Waits until the screen does not show `text`.
    #[track_caller]
    pub fn sees_no(&mut self, text: &str) -> &mut Self {
        self.until(&format!("no {text:?} on the screen"), |screen| !screen.contents().contains(text))
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    pub fn until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) -> &mut Self {
        let end = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        while !wanted(seen.parser.screen()) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no {what} came; there is:\n{}", seen.parser.screen().contents());
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
        drop(seen);
        self
    }

    /// Waits until nothing came for `quiet`, from now on.
    pub fn settle(&mut self, quiet: Duration) -> &mut Self {
        let end = Instant::now() + PATIENCE;
        self.seen.0.lock().unwrap().last = Instant::now();
        while self.seen.0.lock().unwrap().last.elapsed() < quiet && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        self
    }

    /// Looks at the screen as it is.
    pub fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.0.lock().unwrap().parser.screen())
    }

    /// The screen as text.
    pub fn picture(&self) -> String {
        self.look(vt100::Screen::contents)
    }

    /// Every byte that came so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen.0.lock().unwrap().raw.clone()
    }

    /// What was put on the clipboard so far.
    pub fn clips(&self) -> Vec<String> {
        self.seen.0.lock().unwrap().parser.callbacks().clips.clone()
    }

    /// Waits for a clipboard entry that is wanted.
    #[track_caller]
    pub fn clip(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(clip) = self.clips().into_iter().find(|clip| wanted(clip)) {
                return clip;
            }
            assert!(Instant::now() < end, "nothing of the kind was copied; there is:\n{}", self.picture());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// How many titles were set.
    pub fn titles(&self) -> usize {
        self.seen.0.lock().unwrap().parser.callbacks().titles
    }

    /// Changes the size of the window.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        // The emulator first: what the program draws for the new size must meet it.
        let (rows_, columns_) = (rows.try_into().unwrap(), columns.try_into().unwrap());
        self.seen.0.lock().unwrap().parser.set_size(rows_, columns_);
        self.master.as_ref().unwrap().resize(size(columns, rows)).unwrap();
        self
    }

    /// Whether the terminal has the modes that it had before the program was started.
    pub fn has_its_modes(&self) -> bool {
        modes(&**self.master.as_ref().unwrap()) == self.modes_before
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.process_id().unwrap().try_into().unwrap()).unwrap()
    }

    pub fn signal(&mut self, signal: Signal) -> &mut Self {
        kill_process(self.pid(), signal).unwrap();
        self
    }

    /// Makes the terminal take no more bytes, as ctrl-s does.
    pub fn hold(&mut self) -> &mut Self {
        let name = self.master.as_ref().unwrap().tty_name().unwrap();
        let terminal = File::options().write(true).custom_flags(NO_CONTROLLING_TERMINAL).open(name).unwrap();
        tcflow(&terminal, Action::OOff).unwrap();
        self
    }

    /// Cuts the line: nobody holds the terminal any more.
    pub fn cut(&mut self) -> &mut Self {
        self.cut.store(true, Ordering::SeqCst);
        self.reader.take().unwrap().join().unwrap();
        (self.slave, self.writer, self.master) = (None, None, None);
        self
    }

    /// Waits for the end of the program, and until everything it wrote was read; its exit code.
    #[track_caller]
    pub fn ended(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                if self.reader.is_some() {
                    self.settle(Duration::from_millis(50));
                }
                assert_eq!(status.signal(), None, "killed by a signal; there is:\n{}", self.picture());
                return status.exit_code();
            }
            assert!(Instant::now() < end, "it goes on; there is:\n{}", self.picture());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end of the program without taking note of it, and tells how much processor it used.
    #[track_caller]
    pub fn processor_time_until_end(&mut self) -> Duration {
        let end = Instant::now() + PATIENCE;
        loop {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid().as_raw_nonzero())).unwrap();
            let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
            if fields[0] == "Z" {
                let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
                return Duration::from_millis(ticks * 1000 / TICKS);
            }
            assert!(Instant::now() < end, "it goes on without a terminal");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Processes below `pid`, the nearest first.
pub fn below(pid: Pid) -> Vec<Pid> {
    let pid = pid.as_raw_nonzero();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| Pid::from_raw(child.parse().ok()?));
    children.flat_map(|child| [vec![child], below(child)].concat()).collect()
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // Under a shell that was killed a stopped desk would stay for ever.
            for pid in below(self.pid()) {
                let _ = kill_process(pid, Signal::KILL);
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        self.cut.store(true, Ordering::SeqCst);
    }
}

/// Reads until the terminal is closed or the line is cut.
fn read(mut terminal: File, seen: &Shared, cut: &AtomicBool) {
    let mut bytes = [0; 65536];
    while !cut.load(Ordering::SeqCst) {
        let wait = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        let mut fds = [PollFd::new(&terminal, PollFlags::IN)];
        if poll(&mut fds, Some(&wait)).unwrap_or(0) == 0 {
            continue;
        }
        let Ok(n @ 1..) = terminal.read(&mut bytes) else { return };
        // A test that failed while it looked has no use for more.
        let Ok(mut seen_now) = seen.0.lock() else { return };
        seen_now.parser.process(&bytes[..n]);
        seen_now.raw.extend_from_slice(&bytes[..n]);
        seen_now.last = Instant::now();
        drop(seen_now);
        seen.1.notify_all();
    }
}
