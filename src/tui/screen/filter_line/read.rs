//! The filters of each list, as a line reads them.

use crate::credential::{Filter, FilterError};
use crate::hub::{LogFilter, LogFilterError, UserFilter, UserFilterError};
use crate::time::Millis;

/// What a line is read as.
pub trait LineFilter: Default + PartialEq {
    /// What was understood of the words, and what was not.
    fn read(words: &str, now: Millis) -> (Self, Option<Misread>)
    where
        Self: Sized;
}

/// What was not understood.
#[derive(Debug)]
pub struct Misread {
    /// As a sentence.
    pub sentence: String,
    /// It is a secret, which must not stay readable in the field.
    pub secret: bool,
}

impl LineFilter for Filter {
    fn read(words: &str, _: Millis) -> (Self, Option<Misread>) {
        let misread = |why: FilterError| Misread { secret: why == FilterError::Secret, sentence: why.to_string() };
        (Self::understood(words), Self::parse(words).err().map(misread))
    }
}

impl LineFilter for LogFilter {
    fn read(words: &str, now: Millis) -> (Self, Option<Misread>) {
        let misread =
            |why: LogFilterError| Misread { secret: why == LogFilterError::Secret, sentence: why.to_string() };
        (Self::understood(words, now), Self::parse(words, now).err().map(misread))
    }
}

impl LineFilter for UserFilter {
    fn read(words: &str, _: Millis) -> (Self, Option<Misread>) {
        let misread =
            |why: UserFilterError| Misread { secret: why == UserFilterError::Secret, sentence: why.to_string() };
        (Self::understood(words), Self::parse(words).err().map(misread))
    }
}
