//! Questions and answers: what is said, what is asked, and what happens while nobody answers.

use std::{sync::Arc, time::Duration};

use crate::{
    hub::{Actor, Hub, HubError, SessionOver},
    secret::Secret,
    text,
};

use super::{
    answer::{self, Answer, understand},
    held::Slot,
    idle::{Due, Idle},
    io::{Echo, Io, Read},
};

/// How often a waiting desk looks whether it has to warn or lock, and whether the session is still good.
const TICK: Duration = Duration::from_secs(1);

/// ctrl-z where the terminal does not take it for a stop, and why it does not.
const STOP: u8 = 0x1a;
const NO_STOP: &str = "ctrl-z does not stop keydesk while a password or a new secret is at hand. Answer first.";

/// Why a dialog is left for good, past the ones around it.
#[derive(Debug, PartialEq, Eq)]
pub enum Leave {
    /// The user chose Quit.
    Quit,
    /// The user chose Sign out.
    SignOut,
    /// ctrl-c.
    Interrupted,
    /// ctrl-d.
    End,
    /// The terminal is gone.
    Gone,
    /// The user chose Lock.
    Lock,
    /// Nobody answered for so many milliseconds.
    Idle(i64),
    /// The user lost the session.
    Over(SessionOver),
}

/// What a dialog comes to.
pub type Said<T = ()> = Result<T, Leave>;

/// Whose session is watched while a question waits.
pub struct Watch {
    /// The desk.
    pub hub: Arc<Hub>,
    /// Who is signed in.
    pub actor: Actor,
    /// Milliseconds without an answer after which it locks.
    pub idle_lock: i64,
}

/// Numbered choices under a heading.
#[derive(Debug, Default)]
pub struct Menu {
    /// What is said before the choices, a sentence a line.
    pub heading: Vec<String>,
    /// The choices, numbered from 1.
    pub choices: Vec<String>,
    /// What 0 does.
    pub back: &'static str,
}

impl Menu {
    /// A menu with one sentence above it.
    pub fn new(heading: impl Into<String>, choices: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let choices = choices.into_iter().map(Into::into).collect();
        Self { heading: vec![heading.into()], choices, back: "Go back." }
    }

    /// The same with other words for 0.
    pub fn back(self, back: &'static str) -> Self {
        Self { back, ..self }
    }
}

/// The conversation on one terminal.
pub struct Talk<'a> {
    io: &'a mut dyn Io,
    /// The cursor stands behind a question.
    open_line: bool,
    watch: Option<Watch>,
}

impl<'a> Talk<'a> {
    /// A conversation on this terminal.
    pub fn new(io: &'a mut dyn Io) -> Self {
        Self { io, open_line: false, watch: None }
    }

    /// Watches a session from now on, or none.
    pub fn watch(&mut self, watch: Option<Watch>) {
        self.watch = watch;
    }

    /// The same session with what a confirmed or a changed password made of it.
    pub fn renew(&mut self, actor: &Actor) {
        if let Some(watch) = &mut self.watch {
            watch.actor = actor.clone();
        }
    }

    /// The terminal, for what is more than a sentence.
    pub fn io(&mut self) -> &mut dyn Io {
        &mut *self.io
    }

    /// Where the terminal keeps a secret.
    pub fn slot(&self) -> Slot {
        self.io.slot()
    }

    /// Says a sentence on lines of its own.
    pub fn say(&mut self, sentence: impl AsRef<str>) -> Said {
        let columns = self.io.columns();
        let sentence = answer::wrap(&text::safe(sentence.as_ref()), columns);
        self.end_line()?;
        self.write(&format!("{sentence}\n"))
    }

    /// Ends the line of a question that nobody answered.
    pub fn end_line(&mut self) -> Said {
        match std::mem::take(&mut self.open_line) {
            true => self.write("\n"),
            false => Ok(()),
        }
    }

    /// Says a secret, or a spelled part of one, on a line of its own.
    pub fn reveal(&mut self, secret: &Secret) -> Said {
        self.io.reveal(secret).map_err(|_| Leave::Gone)
    }

    /// Says why something was not done. Answers that were typed before it was said were meant for something else.
    pub fn refuse(&mut self, sentence: impl AsRef<str>) -> Said {
        self.say(sentence)?;
        match self.io.forget_typed_ahead() {
            true => self.say("What you typed ahead was not used."),
            false => Ok(()),
        }
    }

    /// Asks for a line of text. `None` goes back: an empty line, or 0.
    pub fn line(&mut self, question: &str) -> Said<Option<String>> {
        loop {
            let line = self.answer(question, Echo::Shown)?;
            match line.expose_text().map(str::trim) {
                None => self.refuse("That is not UTF-8 text. Please type it again.")?,
                Some("?") => {}
                Some("" | "0") => return Ok(None),
                Some(text) => return Ok(Some(text.to_owned())),
            }
        }
    }

    /// Asks for a line that does not show. `None` goes back: an empty line, or 0.
    pub fn hidden(&mut self, question: &str) -> Said<Option<Secret>> {
        loop {
            let line = self.answer(question, Echo::Hidden)?;
            match line.expose_text() {
                None => self.refuse("That is not UTF-8 text. Please type it again.")?,
                Some("?") => {}
                Some("" | "0") => return Ok(None),
                // A key that moves a cursor: the terminal hands it on as it is.
                Some(text) if text.chars().any(char::is_control) => {
                    self.refuse("That held a key that is no letter, such as an arrow. Please type it again.")?;
                }
                Some(_) => return Ok(Some(line)),
            }
        }
    }

    /// Offers choices; the index of the chosen one, or `None` to go back.
    pub fn choose(&mut self, menu: &Menu) -> Said<Option<usize>> {
        let count = menu.choices.len();
        let question = answer::which(count);
        self.offer(menu)?;
        loop {
            let line = self.answer(&question, Echo::Shown)?;
            match line.expose_text().map_or(Answer::Unknown, |text| understand(text, count)) {
                Answer::Chosen(index) => return Ok(Some(index)),
                Answer::Back => return Ok(None),
                Answer::Repeat => self.offer(menu)?,
                Answer::Unknown => self.refuse(answer::not_a_choice(count))?,
            }
        }
    }

    /// Offers two choices; whether it was the first.
    pub fn agrees(&mut self, heading: impl Into<String>, yes: &str, no: &'static str) -> Said<bool> {
        Ok(self.choose(&Menu::new(heading, [yes]).back(no))?.is_some())
    }

    fn offer(&mut self, menu: &Menu) -> Said {
        self.say("")?;
        for sentence in &menu.heading {
            self.say(sentence)?;
        }
        for (i, choice) in menu.choices.iter().enumerate() {
            self.say(format!("{}. {choice}", i + 1))?;
        }
        self.say(format!("0. {}", menu.back))
    }

    /// Asks until there is an answer. While it waits, the session is watched.
    fn answer(&mut self, question: &str, echo: Echo) -> Said<Secret> {
        self.io.prepare(echo).map_err(|_| Leave::Gone)?;
        self.ask(question)?;
        let mut idle = self.watch.as_ref().map(|watch| Idle::since(watch.hub.now()));
        loop {
            match self.io.read(echo, TICK) {
                Read::Line(line) => {
                    self.open_line = false;
                    if line.expose().contains(&STOP) {
                        self.refuse(NO_STOP)?;
                        self.ask(question)?;
                        continue;
                    }
                    if !line.is_empty() || !idle.is_some_and(|idle| idle.warned) {
                        return Ok(line);
                    }
                    // The Enter that the warning asked for is no answer to the question.
                    idle = self.watch.as_ref().map(|watch| Idle::since(watch.hub.now()));
                    self.ask(question)?;
                }
                Read::Nothing => {
                    if let Some(idle) = &mut idle {
                        self.look(idle, question)?;
                    }
                }
                Read::Continued => {
                    self.io.prepare(echo).map_err(|_| Leave::Gone)?;
                    self.ask_again(question)?;
                }
                Read::Interrupted => return Err(Leave::Interrupted),
                Read::End => return Err(Leave::End),
                Read::Gone => return Err(Leave::Gone),
            }
        }
    }

    fn ask(&mut self, question: &str) -> Said {
        let question = answer::wrap(&text::safe(question), self.io.columns());
        self.write(&question)?;
        self.open_line = true;
        Ok(())
    }

    fn ask_again(&mut self, question: &str) -> Said {
        self.say("")?;
        self.ask(question)
    }

    fn look(&mut self, idle: &mut Idle, question: &str) -> Said {
        let Some(Watch { hub, actor, idle_lock }) = &self.watch else { return Ok(()) };
        // Any other error concerns what is asked next, which will say so.
        if let Err(HubError::SessionOver(why)) = hub.pulse(actor) {
            return Err(Leave::Over(why));
        }
        match idle.due(*idle_lock, hub.now()) {
            Due::Nothing => Ok(()),
            Due::Lock => Err(Leave::Idle(*idle_lock)),
            Due::Warn(seconds) => {
                self.say(format!(
                    "keydesk locks in {seconds} seconds, because nobody answered. Press Enter to stay signed in, or \
                     answer the question."
                ))?;
                self.ask(question)
            }
        }
    }

    fn write(&mut self, text: &str) -> Said {
        self.io.write(text).map_err(|_| Leave::Gone)
    }
}
