//! Random sequences of everything that may happen at a desk.

use keydesk::account::Role;
use keydesk::hub::HubError;
use keydesk::tui::msg::{Call, Msg, Reply};
use proptest::prelude::*;

use super::desk::{Desk, chord};

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Event {
    Key(&'static str),
    /// Keys that lead to places that random keys seldom reach.
    Way(&'static str),
    Type(String),
    Paste(String),
    Resize(u16, u16),
    Wait(i64),
    /// Answers are held back, or arrive.
    Stall,
    Answer,
    /// The next call fails.
    Fail,
}

const KEYS: &[&str] = &[
    "enter",
    "enter",
    "enter",
    "esc",
    "tab",
    "tab",
    "shift-tab",
    "↑",
    "↓",
    "↓",
    "←",
    "→",
    "space",
    "PgUp",
    "PgDn",
    "Home",
    "End",
    "backspace",
    "g",
    "G",
    "n",
    "n",
    "R",
    "e",
    "O",
    "F",
    "d",
    "D",
    "a",
    "y",
    "o",
    "A",
    "/",
    "1",
    "2",
    "3",
    "j",
    "k",
    "q",
    "c",
    "s",
    "m",
    "L",
    "?",
    "F1",
    "ctrl-l",
    "ctrl-z",
    "ctrl-g",
    "ctrl-u",
    "ctrl-w",
    "ctrl-a",
    "ctrl-r",
];

/// Every way to a secret on the screen, and what may be done with it there.
const WAYS: &[&str] = &[
    "n x enter",
    "n x enter ?",
    "R enter",
    "R enter F1",
    "3 n a b c d e tab tab enter enter",
    "space a D",
    "esc esc enter ↓ enter",
    "esc esc enter ↓ enter ↓ d tab enter",
    "esc esc enter ↓ enter G r → enter",
    "esc esc enter ↓ ↓ enter",
    "esc esc enter ↓ ↓ enter w t v",
    "esc esc enter ↓ ↓ enter / x enter",
    "esc esc enter ↓ ↓ enter x enter enter",
    "esc esc enter G enter e enter",
    "esc esc enter ↓ enter n x",
    "esc esc enter ↓ enter d tab tab enter",
    "m",
    "e x tab 9 0 d enter",
    "3 e shift-tab enter A b c d e f enter",
    "3 e shift-tab enter tab enter enter",
    "R enter s enter O tab enter",
    "c enter",
    "s ctrl-z",
    "F k d s enter esc",
    "tab → y",
    "tab 2 ← y",
    "/ c r m enter",
    "/ k i n d : h m a c enter D",
];

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        20 => proptest::sample::select(KEYS).prop_map(Event::Key),
        5 => proptest::sample::select(WAYS).prop_map(Event::Way),
        3 => "[a-z]{1,8}|correct horse battery|[A-Za-z0-9]{4}|2".prop_map(Event::Type),
        1 => "\\PC{0,20}|a\nb\r\tc|\u{202e}x|支払い".prop_map(Event::Paste),
        1 => (1u16..=200, 1u16..=60).prop_map(|(w, h)| Event::Resize(w, h)),
        2 => proptest::sample::select(&[50i64, 200, 1_000, 61_000, 601_000][..]).prop_map(Event::Wait),
        1 => Just(Event::Stall),
        2 => Just(Event::Answer),
        1 => Just(Event::Fail),
    ]
}

pub fn events() -> impl Strategy<Value = Vec<Event>> {
    proptest::collection::vec(event(), 1..60)
}

impl Desk {
    /// Presses keys without the driver's checks.
    pub fn happens(&mut self, event: &Event) {
        match event {
            Event::Key(key) => {
                self.send(Msg::Key(chord(key)));
            }
            Event::Way(keys) => keys.split(' ').for_each(|key| self.happens(&Event::Key(key))),
            Event::Type(text) => {
                self.types(text);
            }
            Event::Paste(text) => {
                self.pastes(text);
            }
            Event::Resize(columns, rows) => {
                self.sized(*columns, *rows);
            }
            Event::Wait(ms) => {
                self.waits(*ms);
            }
            Event::Stall => {
                self.stalls();
            }
            Event::Answer => {
                self.answers();
            }
            Event::Fail => {
                let mut once = true;
                self.instead = Some(Box::new(move |call| std::mem::take(&mut once).then(|| failure(call)).flatten()));
            }
        }
    }
}

fn failure(call: &Call) -> Option<Reply> {
    match call {
        Call::SetUp(_) | Call::SignOut(_) | Call::Seen(..) | Call::Refused(..) | Call::Taken { .. } => None,
        Call::Export { .. } | Call::ChangeUser(..) => Some(Err(HubError::PasswordNeeded)),
        _ => Some(Err(HubError::Unavailable("The disk is full.".to_owned()))),
    }
}

pub fn role() -> impl Strategy<Value = Role> {
    proptest::sample::select(&Role::ALL[..])
}
