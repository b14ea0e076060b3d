//! A choice of common values, the last of which is typed: an expiry is `90d` mostly, and sometimes a date.

use crate::tui::form::field::{Edit, Refused, TextField};

/// The choice, and what is typed for its last word.
#[derive(Debug)]
pub struct Preset {
    words: &'static [&'static str],
    chosen: usize,
    typed: TextField,
}

impl Preset {
    /// The first word is chosen. The last one stands for what is typed.
    pub fn new(words: &'static [&'static str]) -> Self {
        Self { words, chosen: 0, typed: TextField::default() }
    }

    /// The words, in order.
    pub fn words(&self) -> &'static [&'static str] {
        self.words
    }

    /// Which one is chosen.
    pub fn chosen(&self) -> usize {
        self.chosen
    }

    /// Whether letters are typed for the last word.
    pub fn is_typed(&self) -> bool {
        self.chosen + 1 == self.words.len()
    }

    /// The chosen word, or what is typed in its place.
    pub fn text(&self) -> &str {
        if self.is_typed() { self.typed.text() } else { self.words.get(self.chosen).copied().unwrap_or_default() }
    }

    /// The field of the last word.
    pub fn field(&self) -> &TextField {
        &self.typed
    }

    /// The word after or before the chosen one; at an end it stays.
    pub fn choose(&mut self, forward: bool) {
        let to = if forward { self.chosen + 1 } else { self.chosen.saturating_sub(1) };
        self.chosen = to.min(self.words.len().saturating_sub(1));
    }

    /// The next word, around.
    pub fn next(&mut self) {
        self.chosen = (self.chosen + 1) % self.words.len().max(1);
    }

    /// Types or pastes. A digit begins what is typed; another first letter chooses the word that begins with it.
    pub fn insert(&mut self, text: &str) -> Result<(), Refused> {
        let Some(first) = text.trim_start().chars().next().filter(|_| !self.is_typed()) else {
            return if self.is_typed() { self.typed.insert(text) } else { Ok(()) };
        };
        let spelt = |word: &&&str| word.starts_with(first.to_ascii_lowercase());
        if !first.is_ascii_digit()
            && let Some(word) = self.words.iter().find(spelt)
        {
            self.chosen = self.words.iter().position(|other| other == word).unwrap_or_default();
            return Ok(());
        }
        if !(first.is_ascii_digit() || first == '+') {
            return Ok(());
        }
        self.typed.insert(text)?;
        self.chosen = self.words.len().saturating_sub(1);
        Ok(())
    }

    /// Edits what is typed. Deleting at its start leads back to the words; so does the arrow.
    pub fn edit(&mut self, step: Edit) {
        let at_start = self.typed.before_cursor().is_empty();
        match step {
            Edit::Left | Edit::Backspace if at_start => self.choose(false),
            step => self.typed.edit(step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expires() -> Preset {
        Preset::new(&["never", "30d", "90d", "1y", "other"])
    }

    #[test]
    fn arrows_choose_and_digits_are_typed() {
        let mut preset = expires();
        assert_eq!(preset.text(), "never");
        preset.choose(true);
        preset.choose(true);
        assert_eq!(preset.text(), "90d");
        "45d".chars().for_each(|c| preset.insert(c.encode_utf8(&mut [0; 4])).unwrap());
        assert!(preset.is_typed() && preset.text() == "45d");
        preset.edit(Edit::DeleteToStart);
        preset.edit(Edit::Backspace);
        assert_eq!(preset.text(), "1y");
    }

    #[test]
    fn the_first_letter_of_a_word_chooses_it() {
        let mut preset = expires();
        preset.insert("2027-01-31").unwrap();
        assert_eq!(preset.text(), "2027-01-31");
        preset.edit(Edit::Start);
        preset.edit(Edit::Left);
        "never".chars().for_each(|c| preset.insert(c.encode_utf8(&mut [0; 4])).unwrap());
        assert_eq!(preset.text(), "never");
        preset.insert("other").unwrap();
        assert!(preset.is_typed());
        preset.insert("x").unwrap();
        assert_eq!(preset.text(), "x2027-01-31", "what was typed is kept");
    }
}
