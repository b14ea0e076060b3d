//! The line that a list is filtered by: the text typed, and the last filter that was understood.

mod read;

pub use read::{LineFilter, Misread};

use crate::credential::Filter;
use crate::hub::{LogFilter, UserFilter};
use crate::time::Millis;
use crate::tui::form::field::TextField;
use crate::tui::form::{Control, Form, FormEntry, Id, text, text_with};
use crate::tui::keymap::Action;

/// The filter line of the list of credentials.
pub type Search = FilterLine<Filter>;
/// The filter line of the activity log.
pub type LogSearch = FilterLine<LogFilter>;
/// The filter line of the users.
pub type UserSearch = FilterLine<UserFilter>;

/// A filter line.
#[derive(Debug)]
pub struct FilterLine<F> {
    /// The field, and what is wrong with what is typed in it.
    pub form: Form,
    /// Whether keys go into the field.
    pub open: bool,
    /// The rows that it asks for are not there yet.
    pub awaited: bool,
    filter: F,
}

impl<F: LineFilter> Default for FilterLine<F> {
    fn default() -> Self {
        Self { form: empty(), open: false, awaited: false, filter: F::default() }
    }
}

fn empty() -> Form {
    Form::new(vec![text(Id::Filter, "Filter")])
}

impl<F: LineFilter> FilterLine<F> {
    /// Narrowed to what these words mean, as if they had been typed.
    pub fn of(words: &str, now: Millis) -> Self {
        let form = Form::new(vec![text_with(Id::Filter, "Filter", words)]);
        Self { form, open: false, awaited: true, filter: F::read(words, now).0 }
    }

    /// What the list is narrowed to.
    pub fn filter(&self) -> &F {
        &self.filter
    }

    /// Whether the list is narrowed.
    pub fn narrows(&self) -> bool {
        self.filter != F::default()
    }

    /// Whether the line is on the screen.
    pub fn shown(&self) -> bool {
        self.open || self.narrows()
    }

    /// The typed text.
    pub fn typed(&self) -> &str {
        self.form.text(Id::Filter).trim()
    }

    /// The field, to be drawn.
    pub fn field(&self) -> Option<(&TextField, &FormEntry)> {
        let entry = self.form.entry(Id::Filter)?;
        match &entry.input {
            Control::Text(field) => Some((field, entry)),
            _ => None,
        }
    }

    /// Reads what is typed; `true` when it means other rows than before. A term that is not understood is named and
    /// narrows nothing.
    pub fn read(&mut self, now: Millis) -> bool {
        self.form.clear_faults();
        let (filter, misread) = F::read(self.typed(), now);
        if let Some(Misread { sentence, secret }) = misread {
            if secret {
                self.form = empty();
            }
            self.form.fault(Id::Filter, sentence);
        }
        let other = filter != self.filter;
        self.awaited |= other;
        self.filter = filter;
        other
    }

    /// Lets everything through again; `true` when rows were left out before.
    pub fn clear(&mut self) -> bool {
        let narrowed = self.narrows();
        *self = Self { awaited: narrowed, ..Self::default() };
        narrowed
    }

    /// Whether Enter may leave the field: not while something wrong stands in it.
    pub fn understood(&self) -> bool {
        self.form.entry(Id::Filter).is_none_or(|entry| entry.error.is_none())
    }

    /// Whether an action is one of the field's.
    pub fn takes(&self, action: Action) -> bool {
        self.open && matches!(action, Action::Edit(_) | Action::Advance | Action::Back | Action::Interrupt)
    }

    /// Writes another value for a term, or takes the term out; what else is typed stays.
    pub fn set_term(&mut self, term: &str, value: Option<&str>, now: Millis) {
        let others = self.typed().split_whitespace().filter(|word| !word.to_lowercase().starts_with(term));
        let mut words: Vec<String> = others.map(str::to_owned).collect();
        words.extend(value.map(|value| format!("{term}{value}")));
        *self = Self { open: self.open, ..Self::of(&words.join(" "), now) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_786_000_000_000);

    fn typed<F: LineFilter>(words: &str) -> FilterLine<F> {
        let mut search = FilterLine { open: true, ..FilterLine::default() };
        search.form.insert(words).unwrap();
        search
    }

    #[test]
    fn a_term_that_is_not_understood_narrows_nothing() {
        let mut search: Search = typed("expires<3");
        assert!(!search.read(NOW) && !search.narrows() && !search.understood());
        search.form.insert("0d").unwrap();
        assert!(search.read(NOW) && search.narrows() && search.understood() && search.awaited);
        assert!(!search.read(NOW), "the same filter asks for nothing");
        assert!(search.clear() && !search.shown());
    }

    #[test]
    fn a_term_is_set_changed_and_taken_out() {
        let mut search = LogSearch::of("prod-060 since:90d", NOW);
        search.set_term("who:", Some("bram"), NOW);
        assert_eq!(search.typed(), "prod-060 since:90d who:bram");
        search.set_term("who:", Some("alice"), NOW);
        assert_eq!((search.typed(), search.filter().who.as_deref()), ("prod-060 since:90d who:alice", Some("alice")));
        search.set_term("who:", None, NOW);
        assert_eq!((search.typed(), search.filter().who.as_deref()), ("prod-060 since:90d", None));
    }

    #[test]
    fn a_secret_does_not_stay_in_the_field() {
        let mut fill = |bytes: &mut [u8]| {
            bytes.fill(7);
            Ok(())
        };
        let secret = crate::credential::api_secret(&mut fill).unwrap();
        let secret = std::str::from_utf8(secret.expose()).unwrap();
        fn gone<F: LineFilter>(mut search: FilterLine<F>) {
            assert!(!search.read(NOW) && !search.understood());
            assert_eq!(search.typed(), "");
        }
        gone::<Filter>(typed(secret));
        gone::<LogFilter>(typed(secret));
        gone::<UserFilter>(typed(secret));
    }
}
