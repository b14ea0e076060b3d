//! A script that plays the terminal. It answers nothing that it has not read: every answer names what must have been
//! said since the answer before.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use keydesk::account::Role;
use keydesk::clipboard::CopyOutcome;
use keydesk::config::{ExitAction, Frontend};
use keydesk::credential::Kind;
use keydesk::hub::{Actor, CredentialRow, Hub, Issued, Origin, Session, SignIn, TrailQuery};
use keydesk::plain::{Echo, Io, LineEvent, converse};
use keydesk::secret::Secret;
use keydesk::time::SetClock;

use crate::support::{Desk, PASSWORD, wanted};

/// What the script does at a question.
enum Step {
    /// Checks that this was said since the last answer.
    Sees(String),
    /// Checks that this was not said since the last answer.
    SeesNo(String),
    Types(String),
    Hides(String),
    /// Types the number of the choice that begins so.
    Picks(String),
    /// Answers nothing for so many seconds.
    Waits(i64),
    /// Something happens elsewhere.
    Does(Box<dyn FnOnce()>),
    Reads(LineEvent),
}

pub struct Script {
    steps: VecDeque<Step>,
    clock: Arc<SetClock>,
    /// Everything that was said, secrets too.
    pub said: String,
    /// What was put on the clipboard.
    pub copied: Vec<String>,
    /// What was revealed line by line.
    pub revealed: Vec<String>,
    /// What a copy comes to.
    pub outcome: CopyOutcome,
    /// Why the full screen cannot be had.
    pub no_screen: Option<&'static str>,
    /// The face that it goes on with.
    pub opens: Option<Frontend>,
    answered: usize,
    /// In milliseconds.
    waited: i64,
    checked: bool,
}

impl Script {
    pub fn new(clock: &Arc<SetClock>) -> Self {
        Self {
            steps: VecDeque::new(),
            clock: Arc::clone(clock),
            said: String::new(),
            copied: Vec::new(),
            revealed: Vec::new(),
            outcome: CopyOutcome::SentToTerminal,
            no_screen: None,
            opens: None,
            answered: 0,
            waited: 0,
            checked: false,
        }
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push_back(step);
        self
    }

    pub fn sees(self, words: &str) -> Self {
        self.then(Step::Sees(words.to_owned()))
    }

    pub fn sees_no(self, words: &str) -> Self {
        self.then(Step::SeesNo(words.to_owned()))
    }

    pub fn types(self, line: &str) -> Self {
        self.then(Step::Types(line.to_owned()))
    }

    /// A line at a question that shows nothing.
    pub fn hides(self, line: &str) -> Self {
        self.then(Step::Hides(line.to_owned()))
    }

    pub fn picks(self, choice: &str) -> Self {
        self.then(Step::Picks(choice.to_owned()))
    }

    pub fn waits(self, seconds: i64) -> Self {
        self.then(Step::Waits(seconds))
    }

    pub fn does(self, what: impl FnOnce() + 'static) -> Self {
        self.then(Step::Does(Box::new(what)))
    }

    pub fn interrupts(self) -> Self {
        self.then(Step::Reads(LineEvent::Interrupted))
    }

    pub fn ends(self) -> Self {
        self.then(Step::Reads(LineEvent::End))
    }

    /// A line that is no text.
    pub fn types_bytes(self, bytes: &[u8]) -> Self {
        self.then(Step::Reads(LineEvent::Line(Secret::new(bytes.to_vec()))))
    }

    /// A second goes by without an answer.
    pub fn says_nothing(self) -> Self {
        self.then(Step::Reads(LineEvent::Nothing))
    }

    pub fn loses_the_line(self) -> Self {
        self.then(Step::Reads(LineEvent::Gone))
    }

    pub fn stops_and_goes_on(self) -> Self {
        self.then(Step::Reads(LineEvent::Continued))
    }

    /// Signs in as alice.
    pub fn alice(self) -> Self {
        self.sees("Type your user name").types("alice").sees("Type your password").hides(PASSWORD)
    }

    /// From the menu to a section of API Settings.
    pub fn section(self, title: &str) -> Self {
        self.sees("Menu.").picks("API Settings").sees("API Settings.").picks(title).sees(title)
    }

    /// Back to the menu from however deep, and out.
    pub fn quits(self) -> Self {
        self.sees("Menu.").picks("Quit keydesk.")
    }

    pub fn back(self, times: usize) -> Self {
        (0..times).fold(self, |play, _| play.sees("0. ").types("0"))
    }

    /// The checks behind the last answer.
    #[track_caller]
    fn finish(&mut self) {
        while let Some(step @ (Step::Sees(_) | Step::SeesNo(_))) = self.steps.pop_front() {
            self.check(step);
        }
        assert!(self.steps.is_empty(), "it ended early; the last that was said:\n{}", self.fresh());
    }

    /// What was said since the last answer.
    fn fresh(&self) -> &str {
        &self.said[self.answered..]
    }

    fn check(&mut self, step: Step) {
        // Where the lines break is the terminal's business.
        let fresh = self.fresh().replace('\n', " ");
        match step {
            Step::Sees(words) => assert!(fresh.contains(&words), "{words:?} was not said, but:\n{}", self.fresh()),
            Step::SeesNo(words) => assert!(!fresh.contains(&words), "{words:?} was said:\n{}", self.fresh()),
            _ => unreachable!(),
        }
        self.checked = true;
    }

    fn number(&self, choice: &str) -> String {
        let fresh = self.fresh();
        let line = fresh.lines().find(|line| line.split_once(". ").is_some_and(|(_, words)| words.starts_with(choice)));
        if line.is_none() {
            // The menu on one line: `Menu. 1 API Settings, 2 Users and roles, ...`.
            let short = fresh.replace('\n', " ");
            let items = short.rsplit("Menu. ").next().unwrap_or_default().split('.').next().unwrap_or_default();
            let wanted = choice.split([':', '.']).next().unwrap_or(choice);
            let found =
                items.split(", ").find_map(|item| item.split_once(' ').filter(|(_, words)| words.starts_with(wanted)));
            if let Some((number, _)) = found {
                return number.to_owned();
            }
        }
        let line = line.unwrap_or_else(|| panic!("{choice:?} is no choice here:\n{fresh}"));
        line.split('.').next().unwrap().to_owned()
    }

    fn line(&mut self, wanted: Echo, echo: Echo, line: String) -> LineEvent {
        assert!(self.checked, "{line:?} was to be typed without a look at:\n{}", self.fresh());
        assert_eq!(wanted, echo, "what shows and what does not are mixed up at:\n{}", self.fresh());
        // The terminal echoes the break, whatever else it echoes.
        self.said.push('\n');
        (self.answered, self.checked) = (self.said.len(), false);
        LineEvent::Line(Secret::from_text(&line))
    }
}

impl Io for Script {
    fn choose_screen(&mut self) -> Result<(), String> {
        match self.no_screen {
            Some(why) => Err(why.to_owned()),
            None => Ok(()),
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.said.push_str(text);
        Ok(())
    }

    fn reveal(&mut self, secret: &Secret) -> io::Result<()> {
        let text = secret.expose_text().unwrap().to_owned();
        self.said.push_str(&text);
        self.said.push('\n');
        self.revealed.push(text);
        Ok(())
    }

    fn read(&mut self, echo: Echo, longest: Duration) -> LineEvent {
        loop {
            let step = self.steps.pop_front();
            match step.unwrap_or_else(|| panic!("nothing is left to answer to:\n{}", self.fresh())) {
                step @ (Step::Sees(_) | Step::SeesNo(_)) => self.check(step),
                Step::Does(what) => what(),
                Step::Types(line) => return self.line(Echo::Shown, echo, line),
                Step::Hides(line) => return self.line(Echo::Hidden, echo, line),
                Step::Picks(choice) => {
                    let number = self.number(&choice);
                    self.checked = true;
                    return self.line(Echo::Shown, echo, number);
                }
                Step::Waits(seconds) if self.waited < 1_000 * seconds => {
                    self.waited += i64::try_from(longest.as_millis()).unwrap();
                    self.clock.advance(SignedDuration::try_from(longest).unwrap());
                    self.steps.push_front(Step::Waits(seconds));
                    return LineEvent::Nothing;
                }
                Step::Waits(_) => self.waited = 0,
                Step::Reads(read) => {
                    assert!(self.checked, "it was left without a look at:\n{}", self.fresh());
                    (self.answered, self.checked) = (self.said.len(), false);
                    return read;
                }
            }
        }
    }

    fn forget_typed_ahead(&mut self) -> bool {
        false
    }

    fn copy(&mut self, text: &Secret) -> CopyOutcome {
        if !matches!(self.outcome, CopyOutcome::Impossible(_)) {
            self.copied.push(text.expose_text().unwrap().to_owned());
        }
        self.outcome.clone()
    }
}

/// Where gateways find the verifier of the desks here.
pub const VERIFIER: &str = "unix:/srv/desk/verifier.sock";

/// A desk in memory with the Administrator alice, and a clock that stands.
pub struct TestDesk {
    pub hub: Arc<Hub>,
    pub clock: Arc<SetClock>,
}

impl TestDesk {
    pub fn new() -> Self {
        let Desk { hub, clock, .. } = Desk::in_memory();
        Self { hub: Arc::new(hub), clock }
    }

    pub fn alice(&self) -> Actor {
        self.hub.local_actor("alice", &Origin::default()).unwrap()
    }

    /// Signed in, as if the door were behind one.
    pub fn session(&self, name: &str) -> Session {
        match self.hub.sign_in(name, &Secret::from_text(PASSWORD), &Origin::default()).unwrap() {
            SignIn::Welcome(session) => session,
            other => panic!("{other:?}"),
        }
    }

    /// Another user, whose password is [`PASSWORD`] and need not be changed.
    pub fn user(&self, name: &str, role: Role) -> Actor {
        let first = Secret::from_text("another horse battery");
        self.hub.add_user(&self.alice(), name, role, &first).unwrap();
        let actor = self.hub.local_actor(name, &Origin::default()).unwrap();
        self.hub.change_own_password(&actor, &first, &Secret::from_text(PASSWORD)).unwrap()
    }

    pub fn create(&self, kind: Kind, name: &str) -> Issued {
        self.hub.create(&self.alice(), &wanted(kind, name)).unwrap()
    }

    pub fn find(&self, key: &str) -> CredentialRow {
        self.hub.find(&self.alice(), key, None).unwrap()
    }

    /// The newest rows of the trail, in words.
    pub fn trail(&self) -> Vec<String> {
        let rows = self.hub.trail(&self.alice(), &TrailQuery { limit: 50, ..TrailQuery::default() }).unwrap();
        rows.into_iter().map(|row| format!("{} {} {}", row.who.unwrap_or_default(), row.did, row.what)).collect()
    }

    /// Plays a script to its end; the exit code and what was said.
    #[track_caller]
    pub fn play(&self, script: impl FnOnce(Script) -> Script) -> (u8, Script) {
        self.play_as(None, script)
    }

    /// Plays a script in a session that there is already.
    #[track_caller]
    pub fn play_as(&self, session: Option<Session>, script: impl FnOnce(Script) -> Script) -> (u8, Script) {
        let mut play = script(Script::new(&self.clock));
        let code = match converse(&mut play, Arc::clone(&self.hub), &Origin::default(), VERIFIER, session) {
            ExitAction::Exit(code) => code,
            ExitAction::Open(face) => {
                play.opens = Some(face);
                0
            }
        };
        play.finish();
        (code, play)
    }
}

/// What is between two pieces of text.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let from = text.find(before).unwrap_or_else(|| panic!("no {before:?} in:\n{text}")) + before.len();
    &text[from..from + text[from..].find(after).unwrap()]
}
