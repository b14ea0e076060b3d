//! A person at the real program: reads what comes, and answers when the question is there.

use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Desk, ENTER, PATIENCE};
use crate::house::{BINARY, House, PASSWORD};

pub struct Line {
    pub desk: Desk,
    /// How many bytes were there at the last answer.
    answered: usize,
}

impl Line {
    /// `keydesk --plain` on a terminal that has everything.
    pub fn open(house: &House) -> Self {
        Self::of(house.run(&[BINARY, "--plain"], &[]))
    }

    /// `keydesk` on a terminal that has nothing.
    pub fn dumb(house: &House) -> Self {
        Self::of(house.run(&[BINARY], &[("TERM", "dumb")]))
    }

    pub fn of(desk: Desk) -> Self {
        Self { desk, answered: 0 }
    }

    /// What came since the last answer; where lines break is left out.
    fn fresh(&self) -> String {
        let raw = self.desk.raw();
        String::from_utf8_lossy(&raw[self.answered.min(raw.len())..]).replace("\r\n", " ")
    }

    #[track_caller]
    pub fn sees(&mut self, words: &str) -> &mut Self {
        let end = Instant::now() + PATIENCE;
        while !self.fresh().contains(words) {
            assert!(Instant::now() < end, "{words:?} did not come; there is:\n{}", self.text());
            thread::sleep(Duration::from_millis(3));
        }
        self
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) -> &mut Self {
        self.answered = self.desk.raw().len();
        self.desk.keys(&format!("{line}{ENTER}"));
        self
    }

    /// Presses keys without Enter.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.answered = self.desk.raw().len();
        self.desk.keys(keys);
        self
    }

    /// Types the number of the choice that begins so, once the question is there.
    #[track_caller]
    pub fn picks(&mut self, choice: &str) -> &mut Self {
        self.sees("mark to repeat: ");
        let fresh = self.fresh();
        let Some(at) = fresh.find(&format!(". {choice}")) else {
            let wanted = choice.split([':', '.']).next().unwrap();
            // The menu on one line: `Menu. 1 API Settings, 2 Users and roles, ...`.
            let items = fresh.rsplit("Menu. ").next().unwrap().split('.').next().unwrap().replace("Menu. ", "");
            let found =
                items.split(", ").filter_map(|item| item.split_once(' ')).find(|(_, words)| words.starts_with(wanted));
            let number = found.unwrap_or_else(|| panic!("{choice:?} is no choice in:\n{fresh}")).0.to_owned();
            return self.types(&number);
        };
        let digits = fresh[..at].rsplit(' ').next().unwrap().to_owned();
        self.types(&digits)
    }

    /// Signs in as somebody with the password of all tests.
    pub fn signs_in(&mut self, name: &str) -> &mut Self {
        self.sees("quits keydesk: ").types(name).sees("name again: ").types(PASSWORD).sees("Menu.")
    }

    /// From the menu to a section of API Settings.
    pub fn section(&mut self, title: &str) -> &mut Self {
        self.picks("API Settings").sees("Find keys of every kind").picks(title).sees("Create new key.")
    }

    /// From a section through the name to the choices of the new secret.
    pub fn creates(&mut self, name: &str) -> &mut Self {
        self.picks("Create new key.")
            .sees("goes back: ")
            .types(name)
            .picks("Create the key now.")
            .sees("only time that you can")
    }

    pub fn back(&mut self, times: usize) -> &mut Self {
        for _ in 0..times {
            self.sees("mark to repeat: ").types("0");
        }
        self
    }

    /// Everything that came.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.desk.raw()).into_owned()
    }
}
