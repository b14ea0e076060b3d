//! The filter of the list: the text typed, and the last filter that was understood.

use crate::credential::{Filter, FilterError};
use crate::tui::form::field::TextField;
use crate::tui::form::{Control, Form, FormEntry, Id, text, text_with};
use crate::tui::keymap::Action;

/// The filter line.
#[derive(Debug)]
pub struct Search {
    /// The field, and what is wrong with what is typed in it.
    pub form: Form,
    /// Whether keys go into the field.
    pub open: bool,
    /// The rows that it asks for are not there yet.
    pub awaited: bool,
    filter: Filter,
}

impl Default for Search {
    fn default() -> Self {
        Self { form: empty(), open: false, awaited: false, filter: Filter::default() }
    }
}

fn empty() -> Form {
    Form::new(vec![text(Id::Filter, "Filter")])
}

impl Search {
    /// What the list is narrowed to.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Whether the list is narrowed.
    pub fn narrows(&self) -> bool {
        !self.filter.is_empty()
    }

    /// Whether the line takes a line of the screen.
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

    /// Narrowed to what these words mean, as if they had been typed.
    pub fn of(words: &str) -> Self {
        let form = Form::new(vec![text_with(Id::Filter, "Filter", words)]);
        Self { form, open: false, awaited: true, filter: Filter::parse(words).unwrap_or_default() }
    }

    /// Reads what is typed; `true` when it means other rows than before. A term that is not
    /// understood is named and narrows nothing.
    pub fn read(&mut self) -> bool {
        self.form.clear_faults();
        let read = Filter::parse(self.typed());
        if let Err(why) = &read {
            // A secret must not stay readable in the field.
            if *why == FilterError::Secret {
                self.form = empty();
            }
            self.form.fault(Id::Filter, why.to_string());
        }
        let filter = read.unwrap_or_else(|_| Filter::understood(self.typed()));
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
        self.open && matches!(action, Action::Edit(_) | Action::Advance | Action::Back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(words: &str) -> Search {
        let mut search = Search { open: true, ..Search::default() };
        search.form.insert(words).unwrap();
        search
    }

    #[test]
    fn a_term_that_is_not_understood_narrows_nothing() {
        let mut search = typed("expires<3");
        assert!(!search.read() && !search.narrows() && !search.understood());
        search.form.insert("0d").unwrap();
        assert!(search.read() && search.narrows() && search.understood() && search.awaited);
        assert!(!search.read(), "the same filter asks for nothing");
        assert!(search.clear() && !search.shown());
    }
}
