//! The filter of the activity log: the text typed, and the last filter that was understood.

use crate::hub::{LogFilter, LogFilterError, TrailQuery};
use crate::time::Millis;
use crate::tui::form::field::TextField;
use crate::tui::form::{Control, Form, FormEntry, Id, text, text_with};
use crate::tui::keymap::Action;

/// The filter line.
#[derive(Debug)]
pub struct LogSearch {
    /// The field, and what is wrong with what is typed in it.
    pub form: Form,
    /// Whether keys go into the field.
    pub open: bool,
    filter: LogFilter,
}

impl Default for LogSearch {
    fn default() -> Self {
        Self { form: Form::new(vec![text(Id::Filter, "Filter")]), open: false, filter: LogFilter::default() }
    }
}

impl LogSearch {
    /// Narrowed to what these words mean, as if they had been typed.
    pub fn of(words: &str, now: Millis) -> Self {
        let form = Form::new(vec![text_with(Id::Filter, "Filter", words)]);
        Self { form, open: false, filter: LogFilter::understood(words, now) }
    }

    /// What the log is narrowed to.
    pub fn filter(&self) -> &LogFilter {
        &self.filter
    }

    /// Whether the log is narrowed.
    pub fn narrows(&self) -> bool {
        !self.filter.is_empty()
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

    /// Adds it to a query.
    pub fn put(&self, query: TrailQuery) -> TrailQuery {
        self.filter.put(query)
    }

    /// Reads what is typed; `true` when it means other rows than before. A term that is not understood is named and
    /// narrows nothing.
    pub fn read(&mut self, now: Millis) -> bool {
        self.form.clear_faults();
        let read = LogFilter::parse(self.typed(), now);
        if let Err(why) = &read {
            // A secret must not stay readable in the field.
            if *why == LogFilterError::Secret {
                self.form = Self::default().form;
            }
            self.form.fault(Id::Filter, why.to_string());
        }
        let filter = read.unwrap_or_else(|_| LogFilter::understood(self.typed(), now));
        let other = filter != self.filter;
        self.filter = filter;
        other
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
        let mut search = LogSearch { open: true, ..LogSearch::default() };
        search.form.insert(std::str::from_utf8(secret.expose()).unwrap()).unwrap();
        assert!(!search.read(NOW) && !search.understood());
        assert_eq!(search.typed(), "");
    }
}
