//! Secrets in memory, zeroized on drop and never printed: [`Secret`], and [`TypedPassword`], the buffer of password
//! fields.
//!
//! A leaf: every module may use it, and it uses none.

mod line;

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

pub use line::{NotALine, What, first_line, only_line};

/// A secret: wiped when dropped, without `Display`, printed by `Debug` as `Secret(..)`, compared in constant time.
///
/// It is deliberately not `Clone`: every further copy is made by [`Secret::duplicate`], where a reader can find it.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes over. A `Vec` that grew while it was filled has left copies behind: build it with its capacity.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A copy of text that is somewhere else already.
    pub fn from_text(text: &str) -> Self {
        Self::new(text.as_bytes().to_vec())
    }

    /// The bytes. The name is long so that each use can be searched for.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text; `None` if they are not UTF-8.
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// One more copy, wiped on its own when dropped.
    pub fn duplicate(&self) -> Self {
        Self::new(self.0.to_vec())
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Secret {
    /// Constant time in the content; the length is not hidden.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What a password field holds while it is typed into.
///
/// `tui_input::Input` keeps deleted text for its yank command and wipes nothing, so passwords have a field of their
/// own. The buffer never grows past the capacity it was made with, so no copy is left behind by a reallocation.
pub struct TypedPassword {
    text: Zeroizing<String>,
    /// Byte offset of the cursor, always on a character boundary.
    cursor: usize,
}

impl TypedPassword {
    /// Longest password in bytes: far past any real one, and short enough to hash without harm.
    pub const MAX: usize = 1024;

    /// An empty field.
    pub fn new() -> Self {
        Self { text: Zeroizing::new(String::with_capacity(Self::MAX)), cursor: 0 }
    }

    /// Inserts one character at the cursor; `false` if it is a control character or the field is full.
    pub fn insert(&mut self, c: char) -> bool {
        if c.is_control() || self.text.len() + c.len_utf8() > Self::MAX {
            return false;
        }
        self.text.insert(self.cursor, c);
        self.cursor += c.len_utf8();
        true
    }

    /// Removes the character before the cursor.
    pub fn backspace(&mut self) {
        self.left();
        self.delete();
    }

    /// Removes the character under the cursor.
    pub fn delete(&mut self) {
        let Some(c) = self.text[self.cursor..].chars().next() else { return };
        let end = self.text.len();
        // `String::remove` shifts the tail down and leaves the last bytes in the spare capacity: overwrite them first.
        let tail = Zeroizing::new(self.text[self.cursor + c.len_utf8()..].to_owned());
        self.truncate(self.cursor);
        self.text.push_str(&tail);
        debug_assert!(self.text.len() < end);
    }

    /// Empties the field and wipes what was in it.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Removes everything before the cursor (ctrl-u).
    pub fn delete_to_start(&mut self) {
        let tail = Zeroizing::new(self.text[self.cursor..].to_owned());
        self.truncate(0);
        self.text.push_str(&tail);
        self.cursor = 0;
    }

    /// Cursor one character to the left.
    pub fn left(&mut self) {
        if let Some(c) = self.text[..self.cursor].chars().next_back() {
            self.cursor -= c.len_utf8();
        }
    }

    /// Cursor one character to the right.
    pub fn right(&mut self) {
        if let Some(c) = self.text[self.cursor..].chars().next() {
            self.cursor += c.len_utf8();
        }
    }

    /// Cursor before the first character.
    pub fn home(&mut self) {
        self.cursor = 0;
    }

    /// Cursor behind the last character.
    pub fn end(&mut self) {
        self.cursor = self.text.len();
    }

    /// Characters typed so far.
    pub fn chars(&self) -> usize {
        self.text.chars().count()
    }

    /// Characters before the cursor.
    pub fn cursor_chars(&self) -> usize {
        self.text[..self.cursor].chars().count()
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text, for the rules shown beside the field while typing and for drawing when the user asked to see it.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// A copy to hand on.
    pub fn to_secret(&self) -> Secret {
        Secret::from_text(&self.text)
    }

    /// Cuts the text at `len` and wipes the bytes behind it.
    fn truncate(&mut self, len: usize) {
        let capacity = self.text.capacity();
        let kept = Zeroizing::new(self.text[..len].to_owned());
        // `Zeroize for String` wipes the whole capacity, which a plain `truncate` would not.
        self.text.zeroize();
        debug_assert_eq!(self.text.capacity(), capacity);
        self.text.push_str(&kept);
        self.cursor = self.cursor.min(len);
    }
}

impl Default for TypedPassword {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for TypedPassword {
    fn eq(&self, other: &Self) -> bool {
        self.text.as_bytes().ct_eq(other.text.as_bytes()).into()
    }
}

impl fmt::Debug for TypedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedPassword(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_secret() {
        assert_eq!(format!("{:?}", Secret::from_text("kdsABC")), "Secret(..)");
        let mut typed = TypedPassword::new();
        typed.insert('x');
        assert_eq!(format!("{typed:?}"), "TypedPassword(..)");
    }

    #[test]
    fn a_password_is_edited_in_the_middle() {
        let mut typed = TypedPassword::new();
        "añb".chars().for_each(|c| assert!(typed.insert(c)));
        typed.left();
        typed.backspace();
        assert_eq!(typed.expose(), "ab");
        assert_eq!(typed.cursor_chars(), 1);
        typed.insert('x');
        assert_eq!(typed.expose(), "axb");
        typed.delete();
        assert_eq!(typed.expose(), "ax");
        typed.home();
        typed.delete();
        assert_eq!(typed.expose(), "x");
        typed.end();
        typed.delete_to_start();
        assert!(typed.is_empty());
    }

    #[test]
    fn long_lines_and_control_characters_are_refused() {
        let mut typed = TypedPassword::new();
        assert!(!typed.insert('\n') && !typed.insert('\u{9b}'));
        (0..TypedPassword::MAX).for_each(|_| assert!(typed.insert('a')));
        assert!(!typed.insert('a'));
    }
}
