//! Schema steps: numbered files in `assets/schema`, applied in one transaction and never edited afterwards.

/// One step.
#[derive(Debug)]
pub struct Step {
    /// Its number; the first is 1.
    pub no: i64,
    /// The text that is the same for every database, with the driver's words in braces.
    pub common: &'static str,
    /// SQLite's own half.
    pub sqlite: &'static str,
}

/// All steps, in order.
pub const STEPS: &[Step] = &[
    Step {
        no: 1,
        common: include_str!("../../assets/schema/0001-desk.sql"),
        sqlite: include_str!("../../assets/schema/0001-desk.sqlite.sql"),
    },
    Step { no: 2, common: include_str!("../../assets/schema/0002-refusals.sql"), sqlite: "" },
    Step { no: 3, common: include_str!("../../assets/schema/0003-newest-refusals.sql"), sqlite: "" },
    Step { no: 4, common: include_str!("../../assets/schema/0004-counted-refusals.sql"), sqlite: "" },
    Step { no: 5, common: include_str!("../../assets/schema/0005-to-look-at.sql"), sqlite: "" },
];

impl Step {
    /// The statements for SQLite.
    pub fn for_sqlite(&self) -> String {
        let words = [("{int}", "INTEGER"), ("{bytes}", "BLOB"), ("{text}", "TEXT"), ("{strict}", " STRICT")];
        let common = words.iter().fold(self.common.to_owned(), |sql, (word, is)| sql.replace(word, is));
        common + self.sqlite
    }
}
