//! The conversation: saying, asking, and how a dialog ends.

mod answer;
mod answer_loop;
mod asking;
mod idle;

use std::sync::Arc;

use crate::hub::{Actor, Hub, SessionOver, StoreNotice};
use crate::plain::io::secret_slot::SecretSlot;
use crate::plain::io::{Echo, Io};
use crate::secret::{self, NotALine, Secret, What};
use crate::text::{self, LongWords};
use answer::{Choice, parse_choice};

/// Why a dialog and all dialogs around it are left.
#[derive(Debug, PartialEq, Eq)]
pub enum Exit {
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
    /// The user continues on the full screen.
    Screen,
    /// The desk was idle for so many milliseconds.
    Idle(i64),
    /// The user lost the session.
    Over(SessionOver),
}

/// The result of a dialog.
pub type Step<T = ()> = Result<T, Exit>;

/// The session that is watched while a question waits.
pub struct WatchedSession {
    /// The desk.
    pub hub: Arc<Hub>,
    /// Who is signed in.
    pub actor: Actor,
    /// Milliseconds without an answer after which it locks.
    pub idle_lock: i64,
    /// What was told of the store.
    pub told: Vec<StoreNotice>,
}

/// Numbered choices under a heading.
#[derive(Debug, Default)]
pub struct Menu {
    /// What is said before the choices, a sentence a line.
    pub heading: Vec<String>,
    /// The choices, numbered from 1.
    pub choices: Vec<String>,
    /// What 0 does; `None` where there is nowhere to go back to.
    pub back: Option<&'static str>,
    /// One line in place of heading and choices, for whoever heard them already; a question mark says them in full.
    pub short: Option<String>,
}

/// An answer where a word may be typed in place of a number.
#[derive(Debug, PartialEq, Eq)]
pub enum Picked {
    /// The choice with this index.
    Item(usize),
    /// Words to search for.
    Words(String),
}

impl Menu {
    /// A menu with one sentence above it.
    pub fn new(heading: impl Into<String>, choices: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let choices = choices.into_iter().map(Into::into).collect();
        Self { heading: vec![heading.into()], choices, back: Some("Go back."), short: None }
    }

    /// The same with other words for 0.
    pub fn back(self, back: &'static str) -> Self {
        Self { back: Some(back), ..self }
    }

    /// The same without a way back.
    pub fn lowest(self) -> Self {
        Self { back: None, ..self }
    }
}

/// The conversation on one terminal.
pub struct Conversation<'a> {
    pub(super) io: &'a mut dyn Io,
    /// The cursor is behind a question.
    pub(super) open_line: bool,
    pub(super) watch: Option<WatchedSession>,
}

impl<'a> Conversation<'a> {
    /// A conversation on this terminal.
    pub fn new(io: &'a mut dyn Io) -> Self {
        Self { io, open_line: false, watch: None }
    }

    /// Watches a session from now on, or none.
    pub fn watch(&mut self, watch: Option<WatchedSession>) {
        self.watch = watch;
    }

    /// Updates the watched actor after a confirmed or changed password.
    pub fn renew(&mut self, actor: &Actor) {
        if let Some(watch) = &mut self.watch {
            watch.actor = actor.clone();
        }
    }

    /// The terminal, for more than sentences.
    pub fn io(&mut self) -> &mut dyn Io {
        &mut *self.io
    }

    /// Where the terminal keeps a secret.
    pub fn slot(&self) -> SecretSlot {
        self.io.slot()
    }

    /// Says a sentence on lines of its own.
    pub fn say(&mut self, sentence: impl AsRef<str>) -> Step {
        let sentence = self.wrap(sentence.as_ref());
        self.end_line()?;
        self.write(&format!("{sentence}\n"))
    }

    /// Prints a line without wrapping it: somebody will paste it.
    pub fn verbatim(&mut self, line: &str) -> Step {
        self.end_line()?;
        self.write(&format!("{}\n", text::safe(line)))
    }

    /// Ends the line of an unanswered question.
    pub fn end_line(&mut self) -> Step {
        match std::mem::take(&mut self.open_line) {
            true => self.write("\n"),
            false => Ok(()),
        }
    }

    /// Says a secret, or a spelled part of one, on a line of its own.
    pub fn reveal(&mut self, secret: &Secret) -> Step {
        self.io.reveal(secret).map_err(|_| Exit::Gone)
    }

    /// Says why something was not done. Answers that were typed before it was said were meant for something else.
    pub fn refuse(&mut self, sentence: impl AsRef<str>) -> Step {
        self.say(sentence)?;
        match self.io.forget_typed_ahead() {
            true => self.say("What you typed ahead was not used."),
            false => Ok(()),
        }
    }

    /// Asks for a line of text. `None` goes back: an empty line, or 0.
    pub fn line(&mut self, question: &str) -> Step<Option<String>> {
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
    pub fn hidden(&mut self, question: &str, what: What) -> Step<Option<Secret>> {
        loop {
            let line = self.answer(question, Echo::Hidden)?;
            match secret::only_line(line.expose(), what) {
                Ok("?") => {}
                Ok("0") | Err(NotALine::Empty(_)) => return Ok(None),
                Ok(text) => return Ok(Some(Secret::from_text(text))),
                // A cursor key: the terminal sends its sequence as it is.
                Err(NotALine::Control(_)) => {
                    self.refuse("That held a key that is no letter, such as an arrow. Please type it again.")?;
                }
                Err(NotALine::NotText(_) | NotALine::Utf16(_)) => {
                    self.refuse("That is not UTF-8 text. Please type it again.")?
                }
                Err(why) => self.refuse(why.to_string())?,
            }
        }
    }

    /// Offers choices; the index of the chosen one, or `None` to go back.
    pub fn choose(&mut self, menu: &Menu) -> Step<Option<usize>> {
        let (count, zero) = (menu.choices.len(), menu.back.is_some());
        let question = answer::choice_question(count, zero);
        match &menu.short {
            Some(short) => self.say("").and_then(|()| self.say(short))?,
            None => self.offer(menu)?,
        }
        loop {
            let line = self.answer(&question, Echo::Shown)?;
            match line.expose_text().map_or(Choice::Unknown, |text| parse_choice(text, count)) {
                Choice::Item(index) => return Ok(Some(index)),
                Choice::Back => return Ok(None),
                Choice::Repeat => self.offer(menu)?,
                Choice::Unknown => self.refuse(answer::not_a_choice(count, zero))?,
            }
        }
    }

    /// Offers the rows of a list: a number chooses one, anything else is words to search for. `None` goes back.
    pub fn choose_or_search(&mut self, menu: &Menu) -> Step<Option<Picked>> {
        let count = menu.choices.len();
        self.offer(menu)?;
        loop {
            let line = self.answer(&answer::search_question(count), Echo::Shown)?;
            let text = line.expose_text().map(str::trim);
            match text.map_or(Choice::Unknown, |text| parse_choice(text, count)) {
                Choice::Item(index) => return Ok(Some(Picked::Item(index))),
                Choice::Back => return Ok(None),
                Choice::Repeat => self.offer(menu)?,
                // A number that is no row is a slip, not a name.
                Choice::Unknown => match text.filter(|text| text.chars().any(char::is_alphabetic)) {
                    Some(words) => return Ok(Some(Picked::Words(words.to_owned()))),
                    None => self.refuse(answer::not_a_choice(count, true))?,
                },
            }
        }
    }

    /// Offers two choices; whether it was the first.
    pub fn agrees(&mut self, heading: impl Into<String>, yes: &str, no: &'static str) -> Step<bool> {
        Ok(self.choose(&Menu::new(heading, [yes]).back(no))?.is_some())
    }

    fn offer(&mut self, menu: &Menu) -> Step {
        self.say("")?;
        for sentence in &menu.heading {
            self.say(sentence)?;
        }
        for (i, choice) in menu.choices.iter().enumerate() {
            self.say(format!("{}. {choice}", i + 1))?;
        }
        match menu.back {
            Some(back) => self.say(format!("0. {back}")),
            None => Ok(()),
        }
    }

    /// Asks, and leaves the cursor behind the question.
    pub(super) fn ask(&mut self, question: &str) -> Step {
        let question = self.wrap(question);
        self.write(&question)?;
        self.open_line = true;
        Ok(())
    }

    /// Broken between words, so that no terminal breaks a sentence inside one.
    fn wrap(&self, sentence: &str) -> String {
        text::wrap(sentence, self.io.columns(), LongWords::Keep).join("\n")
    }

    fn write(&mut self, text: &str) -> Step {
        self.io.write(text).map_err(|_| Exit::Gone)
    }
}
