//! The buffer of keys that were typed ahead.

use std::collections::VecDeque;
use std::fmt;

use zeroize::Zeroizing;

use crate::tui::keymap::chord::Chord;

/// One typed key or paste.
pub enum Typed {
    /// A key press.
    Key(Chord),
    /// A paste; it may be a password.
    Paste(Zeroizing<String>),
}

/// The queue. `Debug` shows nothing of it: users type passwords ahead.
#[derive(Default)]
pub struct TypeAhead(VecDeque<Typed>);

impl TypeAhead {
    /// Capacity: more than anybody types during a disk sync. The rest is dropped, so that a stuck key does not fill
    /// memory.
    const MOST: usize = 1024;

    /// Appends one; dropped when the buffer is full.
    pub fn push(&mut self, typed: Typed) {
        if self.0.len() < Self::MOST {
            self.0.push_back(typed);
        }
    }

    /// The oldest, without removing it.
    pub fn next(&self) -> Option<&Typed> {
        self.0.front()
    }

    /// Removes and returns the oldest.
    pub fn pop(&mut self) -> Option<Typed> {
        self.0.pop_front()
    }

    /// Drops everything, wiped; whether there was anything.
    pub fn clear(&mut self) -> bool {
        let held = !self.0.is_empty();
        for typed in &mut self.0 {
            *typed = Typed::Key(Chord::char(' '));
        }
        self.0.clear();
        held
    }
}

impl fmt::Debug for TypeAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held(..)")
    }
}
