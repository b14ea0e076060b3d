//! The driver: a user at the desk. It presses keys, waits, and checks what it sees.
//!
//! It refuses to answer a dialog before its title and its content were both looked at.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::SignedDuration;
use keydesk::account::Role;
use keydesk::config::Appearance;
use keydesk::hub::{Hub, Session};
use keydesk::time::{Clock as _, Millis, SetClock};
use keydesk::tui::keymap::chord::{Chord, Code};
use keydesk::tui::msg::{Call, CopyOutcome, Effect, Msg, Reply};
use keydesk::tui::theme::Theme;
use keydesk::tui::{App, AppSetup, DisplayPaths, Start, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

pub use super::chords::chord;
use super::fixture::{self, Copy};

/// Answers some calls in the hub's place.
pub type Instead = Box<dyn FnMut(&Call) -> Option<Reply>>;

pub struct Desk {
    pub app: App,
    pub clock: Arc<SetClock>,
    pub copy: Option<Copy>,
    pub exports: tempfile::TempDir,
    pub size: (u16, u16),
    /// Effects that were asked for and not yet carried out.
    pub queue: VecDeque<Effect>,
    /// Nothing is carried out until [`Desk::answers`].
    pub slow: bool,
    /// Keys and secrets are replaced by fixed ones: for pictures.
    pub dressed: bool,
    /// Names of the calls that were made, in order.
    pub calls: Vec<&'static str>,
    pub copied: Vec<String>,
    pub outcome: CopyOutcome,
    pub quit: bool,
    pub suspended: bool,
    /// The desk was left to go on line by line.
    pub lines: bool,
    /// A session by SSH key that is over: exit code and sentence.
    pub ended: Option<(u8, String)>,
    /// Why an appearance choice cannot be saved.
    pub cannot_remember: Option<&'static str>,
    pub repainted: bool,
    /// Names of who signed in that were to be saved.
    pub names_saved: Vec<String>,
    /// Appearance choices that were to be saved.
    pub remembered: Vec<Appearance>,
    /// Answers instead of the hub, for failures that a hub in memory does not have.
    pub instead: Option<Instead>,
    title: Option<String>,
    content: bool,
}

impl Desk {
    pub fn start(copy: Option<Copy>, start: Start) -> Self {
        Self::themed(copy, start, Theme::default())
    }

    /// In other colours or glyphs.
    pub fn themed(copy: Option<Copy>, start: Start, theme: Theme) -> Self {
        Self::under(copy, start, theme, false)
    }

    /// With or without `NO_COLOR`.
    pub fn under(copy: Option<Copy>, start: Start, theme: Theme, no_color: bool) -> Self {
        Self::of(copy, start, theme, no_color, true)
    }

    /// A filled desk that saves no appearance choices.
    pub fn demo() -> Self {
        let copy = Copy::filled();
        let session = fixture::session(&copy.hub, "alice", Role::Administrator);
        Self::of(Some(copy), Start::Session(Box::new(session)), Theme::default(), false, false)
    }

    /// alice at the desk of the demo, at a fixed time and with fixed keys: for pictures.
    pub fn of_the_demo() -> Self {
        let copy = Copy::demo();
        let session = fixture::session(&copy.hub, "alice", Role::Administrator);
        let mut desk = Self::of(Some(copy), Start::Session(Box::new(session)), Theme::default(), false, true);
        desk.dressed = true;
        desk.press("ctrl-l").rest();
        desk
    }

    /// The sign-in of a desk that remembers names; alice sat there last.
    pub fn where_alice_sat(copy: Copy) -> Self {
        let start = Start::SignIn { account: "Acme Messaging".to_owned() };
        Self::named(Some(copy), start, Theme::default(), (false, true), Some("alice"))
    }

    fn of(copy: Option<Copy>, start: Start, theme: Theme, no_color: bool, remembers: bool) -> Self {
        Self::named(copy, start, theme, (no_color, remembers), None)
    }

    fn named(
        copy: Option<Copy>,
        start: Start,
        theme: Theme,
        (no_color, remembers): (bool, bool),
        last_name: Option<&str>,
    ) -> Self {
        let clock = copy.as_ref().map_or_else(|| Arc::new(SetClock::at(fixture::NOW)), |c| c.clock.clone());
        let size = (80, 24);
        let app = App::new(AppSetup {
            now: clock.now(),
            size,
            places: DisplayPaths {
                database: "~/.local/share/keydesk/keydesk.db".to_owned(),
                master_key: "~/.config/keydesk/master.key".to_owned(),
                verifier: "unix:/srv/desk/verifier.sock".to_owned(),
            },
            start,
            theme,
            follows_terminal: false,
            no_color,
            remembers,
            hidden_lines: Default::default(),
            last_name: last_name.map(str::to_owned),
            no_clipboard: None,
            notice: None,
            overflow: view::overflow,
        });
        let mut desk = Self {
            app,
            clock,
            copy,
            exports: tempfile::tempdir().unwrap(),
            size,
            queue: VecDeque::new(),
            slow: false,
            dressed: false,
            calls: vec![],
            copied: vec![],
            outcome: CopyOutcome::SentToTerminal,
            quit: false,
            suspended: false,
            lines: false,
            ended: None,
            cannot_remember: None,
            repainted: false,
            remembered: vec![],
            names_saved: vec![],
            instead: None,
            title: None,
            content: false,
        };
        desk.send(Msg::Tick);
        desk
    }

    /// A filled desk at the menu.
    pub fn signed_in_as(role: Role) -> Self {
        Self::with(Copy::filled(), role)
    }

    pub fn with(copy: Copy, role: Role) -> Self {
        let session = fixture::session(&copy.hub, fixture::name_of(role), role);
        Self::at_menu(copy, session)
    }

    pub fn at_menu(copy: Copy, session: Session) -> Self {
        Self::start(Some(copy), Start::Session(Box::new(session)))
    }

    /// A desk with an account and alice, and no key.
    pub fn empty() -> Self {
        let copy = Copy::bare();
        let session = fixture::session(&copy.hub, "alice", Role::Administrator);
        Self::at_menu(copy, session)
    }

    /// A filled desk, on the list of Basic keys, as an Administrator.
    pub fn on_list() -> Self {
        let mut desk = Self::signed_in_as(Role::Administrator);
        desk.press("enter").press("enter").rest();
        desk
    }

    pub fn on_list_as(role: Role) -> Self {
        let mut desk = Self::signed_in_as(role);
        desk.press("enter").press("enter").rest();
        desk
    }

    pub fn hub(&self) -> &Hub {
        &self.copy.as_ref().unwrap().hub
    }

    pub fn sized(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.size = (columns, rows);
        self.send(Msg::Resize(columns, rows))
    }

    // ---- what a user does ----

    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ') {
            let chord = chord(key);
            // Space ticks checks in forms; on a button it is an answer like Enter.
            if chord.code == Code::Enter || (key == "space" && self.on_button()) {
                self.answering(key);
            }
            self.send(Msg::Key(chord));
        }
        self
    }

    pub fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.send(Msg::Key(Chord::char(c)));
        }
        self
    }

    pub fn pastes(&mut self, text: &str) -> &mut Self {
        self.send(Msg::Paste(text.to_owned()))
    }

    /// Moves the selection to the row that has these words in it.
    pub fn selects(&mut self, words: &str) -> &mut Self {
        for _ in 0..2 {
            for _ in 0..20 {
                if self.selected_line().contains(words) {
                    return self;
                }
                self.press("↓");
            }
            self.press("g");
        }
        panic!("no row with {words:?} in\n{}", self.screen());
    }

    /// Waits a moment: details arrive, names are looked up.
    pub fn rest(&mut self) -> &mut Self {
        self.waits(200)
    }

    /// Waits for so many milliseconds.
    pub fn waits(&mut self, ms: i64) -> &mut Self {
        let end = self.clock.now().plus(ms);
        let locked = self.screen().contains("Locked");
        for _ in 0..10_000 {
            match self.app.deadline().filter(|at| *at <= end) {
                Some(at) => self.clock_to(at.max(self.clock.now())),
                None => break,
            }
            self.send(Msg::Tick);
        }
        self.clock_to(end);
        // Who saw it lock types after that.
        if !locked && self.screen().contains("Locked") {
            self.clock_to(end.plus(1_000));
        }
        self
    }

    fn clock_to(&self, at: Millis) {
        self.clock.advance(SignedDuration::from_millis(at.since(self.clock.now())));
    }

    /// Whether the cursor stands on a button.
    fn on_button(&self) -> bool {
        let (buffer, at) = self.frame();
        at.x >= 2 && buffer[(at.x - 2, at.y)].symbol() == "["
    }

    // ---- what a user sees ----

    pub fn buffer(&self) -> Buffer {
        self.frame().0
    }

    /// The frame and where its cursor stands.
    pub fn frame(&self) -> (Buffer, Position) {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal.draw(|frame| view::draw(&self.app, frame)).unwrap();
        let at = terminal.get_cursor_position().unwrap();
        (terminal.backend().buffer().clone(), at)
    }

    pub fn screen(&self) -> String {
        super::picture::text(&self.buffer())
    }

    /// The screen as prose: lines joined, frames left out.
    fn prose(&self) -> String {
        let screen = self.screen().replace(['│', '┃', '─', '━', '▌'], " ");
        screen.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn shows(&self, words: &str) -> bool {
        self.screen().contains(words) || self.prose().contains(words)
    }

    #[track_caller]
    pub fn sees(&mut self, words: &str) -> &mut Self {
        assert!(self.shows(words), "{words:?} is not on the screen:\n{}", self.screen());
        self
    }

    #[track_caller]
    pub fn sees_no(&mut self, words: &str) -> &mut Self {
        assert!(!self.shows(words), "{words:?} is on the screen:\n{}", self.screen());
        self
    }

    /// A dialog of this title is open.
    #[track_caller]
    pub fn dialog(&mut self, title: &str) -> &mut Self {
        let shown = self.title_shown();
        assert_eq!(shown.as_deref(), Some(title), "\n{}", self.screen());
        self.title = shown;
        self.content = false;
        self
    }

    /// The dialog that was named says this.
    #[track_caller]
    pub fn says(&mut self, words: &str) -> &mut Self {
        self.sees(words);
        self.content = true;
        self
    }

    #[track_caller]
    pub fn no_dialog(&mut self) -> &mut Self {
        assert_eq!(self.title_shown(), None, "\n{}", self.screen());
        self
    }

    /// The line the selection is on.
    pub fn selected_line(&self) -> String {
        let screen = self.screen();
        // A section and the filter have the mark too, with a letter right behind it.
        let here = |line: &&str| line.starts_with("▌ ") || line.starts_with("▌·") || line.starts_with("▌✓");
        screen.lines().find(here).unwrap_or_default().to_owned()
    }

    /// The title of the sheet that is open; the one-time view has none on the screen.
    pub fn title_shown(&self) -> Option<String> {
        let screen = self.screen();
        if screen.contains(", shown only now") {
            return Some("The secret, once".to_owned());
        }
        let mut lines = screen.lines();
        let place = lines.next().unwrap_or_default();
        // The doors have a title of their own, or none.
        if ["Sign in", "Locked"].iter().any(|door| place.contains(&format!(" keydesk  {door}")))
            && !screen.contains("━━ ")
        {
            return lines.find(|line| !line.trim().is_empty()).map(|line| line.trim().to_owned());
        }
        if place.contains(" keydesk  Set-up") && !screen.contains("━━ ") {
            return Some("Set up".to_owned());
        }
        // The line of the tabs is thin behind the open one.
        let line = screen.lines().find(|line| line.starts_with("━━ ") && !line.contains('─'))?;
        Some(line.trim_matches(['━', ' ', '▲', '↑', '↓']).to_owned())
    }

    /// Enter is an answer: what it answers must have been looked at.
    #[track_caller]
    fn answering(&mut self, key: &str) {
        let Some(shown) = self.title_shown().filter(|_| !self.slow) else { return };
        let looked = self.title.as_deref() == Some(&shown) && self.content;
        assert!(
            looked,
            "{key} would answer {shown:?}, whose title and content were not both checked:\n{}",
            self.screen()
        );
    }
}
