//! Asks which versions of the server's rows describe the schema. Planning that takes the server twice as long as answering,
//! so a connection that asks again has it planned once.
//!
//! A pooler may give every transaction another connection of the server, where the plan is missing, or where another user of
//! the same pool made it. The server is asked for its text as well, and whoever does not find their own asks in full.

use super::catalogue::VERSIONS;
use super::pipeline::Said;

/// The name of the prepared statement. Another program's text would come under another number.
const NAME: &str = "keydesk_versions_1";

/// How a connection asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Asking {
    /// It has not asked yet. A command asks once, which is not worth a plan.
    #[default]
    First,
    /// It asks for the second time, and the server is to keep the plan.
    Second,
    /// The server has the plan from this text.
    Again(String),
    /// In full, always: the plan was not there any more.
    InFull,
}

impl Asking {
    /// What is sent, behind `before`.
    pub(super) fn sql(&self, before: &str) -> String {
        match self {
            Self::First | Self::InFull => format!("{before}; {VERSIONS}"),
            Self::Second => format!("{before}; PREPARE {NAME} AS {VERSIONS}; EXECUTE {NAME}"),
            Self::Again(_) => {
                format!("{before}; SELECT statement FROM pg_prepared_statements WHERE name = '{NAME}'; EXECUTE {NAME}")
            }
        }
    }

    /// What the server answered to `sql`, and how to ask the next time.
    pub(super) fn answered(&mut self, sql: &str, said: &Said) -> Result<Option<String>, NoPlan> {
        let texts = if let Said::Texts(texts) = said { texts.as_slice() } else { &[] };
        *self = match (&*self, said, texts) {
            (_, Said::NoPlan, _) => Self::InFull,
            (Self::First, ..) => Self::Second,
            (Self::Second, ..) => Self::Again(sql.to_owned()),
            (Self::Again(text), _, [.., is, _]) if is == text => return Ok(texts.last().cloned()),
            (Self::Again(_), ..) => Self::InFull,
            (Self::InFull, ..) => return Ok(texts.last().cloned()),
        };
        if *self == Self::InFull { Err(NoPlan) } else { Ok(texts.last().cloned()) }
    }
}

/// The transaction has failed, or its answer is somebody else's: it is to be begun anew, and the question asked in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoPlan;

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Said {
        Said::Texts(texts.iter().map(|&text| text.to_owned()).collect())
    }

    /// After two answers.
    fn planned() -> (Asking, String) {
        let mut asking = Asking::default();
        assert_eq!(asking.answered(&asking.sql("BEGIN"), &texts(&["on", "v1"])), Ok(Some("v1".to_owned())));
        let made = asking.sql("BEGIN");
        assert_eq!(asking.answered(&made, &texts(&["on", "v1"])), Ok(Some("v1".to_owned())));
        assert!(asking.sql("BEGIN").len() < VERSIONS.len(), "{asking:?}");
        (asking, made)
    }

    #[test]
    fn only_the_own_plan_is_believed() {
        let (mut asking, made) = planned();
        let sql = asking.sql("BEGIN");
        assert_eq!(asking.answered(&sql, &texts(&["on", &made, "v2"])), Ok(Some("v2".to_owned())));
        assert_eq!(
            asking.answered(&sql, &texts(&["on", "PREPARE keydesk_versions_1 AS SELECT 'v2'", "v2"])),
            Err(NoPlan)
        );
        assert!(asking.sql("BEGIN").contains(VERSIONS));
        assert_eq!(asking.answered(&asking.sql("BEGIN"), &texts(&[])), Ok(None));
        assert_eq!(asking, Asking::InFull);
    }

    #[test]
    fn a_plan_that_is_gone_is_not_made_again() {
        let (mut asking, _) = planned();
        assert_eq!(asking.answered(&asking.sql("BEGIN"), &Said::NoPlan), Err(NoPlan));
        assert_eq!(asking, Asking::InFull);
    }
}
