//! Schema migrations ("steps"): numbered files in `assets/schema`, applied in one transaction and never edited
//! afterwards.

use super::{StoreError, WriteTx};

/// Migrates the rows of a desk, in the transaction of the steps.
pub type MigrateRows<'a> = &'a mut dyn FnMut(&mut dyn WriteTx, Migration<'_>) -> Result<(), StoreError>;

/// How far a migration is.
#[derive(Clone, Copy, Debug)]
pub enum Migration<'a> {
    /// Nothing was changed yet. Called where only a holder of the master key can say whether the schema, which is at this
    /// step, is as keydesk left it: the steps would run what was planted in it.
    Begins(i64),
    /// Between the two halves of a step.
    Step(&'a Step),
    /// After the last step.
    Ends,
}

/// Compatibility of a step: whether programs that know only the steps before it can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Older programs go on: they neither read nor need what is new.
    Additive,
    /// Older programs are refused.
    Breaking,
}

impl Nature {
    /// The word for it in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        }
    }
}

/// One migration step.
#[derive(Debug)]
pub struct Step {
    /// Number of the step; the first is 1.
    pub no: i64,
    /// Whether older programs can go on.
    pub nature: Nature,
    /// SQL that is the same for every database, with the driver's own words in braces.
    pub common: &'static str,
    /// SQL for SQLite alone.
    pub sqlite: &'static str,
    /// SQL for PostgreSQL alone.
    pub postgres: &'static str,
    /// SQL that runs after the program has migrated the rows, if needed.
    pub after: &'static str,
}

/// All steps, in order.
pub const STEPS: &[Step] = &[
    Step {
        sqlite: include_str!("../../assets/schema/0001-desk.sqlite.sql"),
        postgres: include_str!("../../assets/schema/0001-desk.postgres.sql"),
        ..Step::breaking(1, include_str!("../../assets/schema/0001-desk.sql"))
    },
    Step::breaking(2, include_str!("../../assets/schema/0002-refusals.sql")),
    Step::breaking(3, include_str!("../../assets/schema/0003-newest-refusals.sql")),
    Step::breaking(4, include_str!("../../assets/schema/0004-counted-refusals.sql")),
    Step::breaking(5, include_str!("../../assets/schema/0005-to-look-at.sql")),
    Step {
        sqlite: include_str!("../../assets/schema/0006-sums.sqlite.sql"),
        postgres: include_str!("../../assets/schema/0006-sums.postgres.sql"),
        after: include_str!("../../assets/schema/0006-sums.after.sql"),
        ..Step::breaking(6, include_str!("../../assets/schema/0006-sums.sql"))
    },
    Step { nature: Nature::Additive, ..Step::breaking(7, include_str!("../../assets/schema/0007-labels.sql")) },
    Step { nature: Nature::Additive, ..Step::breaking(8, include_str!("../../assets/schema/0008-uses.sql")) },
    Step { nature: Nature::Additive, ..Step::breaking(9, include_str!("../../assets/schema/0009-orders.sql")) },
    Step { nature: Nature::Additive, ..Step::breaking(10, include_str!("../../assets/schema/0010-users.sql")) },
    Step { nature: Nature::Additive, ..Step::breaking(11, include_str!("../../assets/schema/0011-ssh-keys.sql")) },
    Step {
        nature: Nature::Additive,
        ..Step::breaking(12, include_str!("../../assets/schema/0012-authentic-processes.sql"))
    },
];

/// The newest step.
pub const NEWEST_STEP: i64 = STEPS.len() as i64;

/// The oldest step whose programs may use a desk at step `no`: the last breaking step up to it.
pub fn oldest(no: i64) -> i64 {
    let breaking = STEPS.iter().filter(|step| step.no <= no && step.nature == Nature::Breaking);
    breaking.map(|step| step.no).max().unwrap_or(no)
}

impl Step {
    const fn breaking(no: i64, common: &'static str) -> Self {
        Self { no, nature: Nature::Breaking, common, sqlite: "", postgres: "", after: "" }
    }

    /// The statements for SQLite, before and after the rows are migrated.
    pub fn for_sqlite(&self) -> [String; 2] {
        let words = ["INTEGER", "BLOB", "TEXT", " STRICT", "x''"];
        [written(self.common, words) + self.sqlite, written(self.after, words)]
    }

    /// The statements for PostgreSQL, before and after the rows are migrated.
    pub fn for_postgres(&self) -> [String; 2] {
        let words = ["BIGINT", "BYTEA", "TEXT COLLATE \"C\"", "", "'\\x'::bytea"];
        [written(self.common, words) + self.postgres, written(self.after, words)]
    }
}

/// SQL with a driver's own words in the place of those in braces.
fn written(sql: &str, words: [&str; 5]) -> String {
    let places = ["{int}", "{bytes}", "{text}", "{strict}", "{no_bytes}"];
    places.iter().zip(words).fold(sql.to_owned(), |sql, (place, word)| sql.replace(place, word))
}
