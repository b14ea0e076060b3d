//! The trail (audit log): append-only rows, and counters of repeated refusals.

use crate::store::{Query, Row, StoreError, Tx, Value, WriteTx};

use super::record::record;
use super::trail_filter::{TrailFilter, conditions};

/// One row of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailRecord {
    /// Sequence number: the order of the trail.
    pub no: i64,
    /// When it was written, in Unix milliseconds.
    pub at: i64,
    /// Name of the user who acted.
    pub who: Option<String>,
    /// How they proved who they are.
    pub via: Option<String>,
    /// Unix user of the process.
    pub unix: Option<String>,
    /// Address of the client.
    pub address: Option<String>,
    /// Code of the action.
    pub action: String,
    /// `change`, `access` or `refusal`.
    pub class: String,
    /// `credential`, `user` or `desk`.
    pub about: String,
    /// Id of the row that it was done to.
    pub subject: Option<String>,
    /// Name of what it was done to.
    pub what: String,
    /// The row before, as JSON.
    pub before: Option<String>,
    /// The row after, as JSON.
    pub after: Option<String>,
    /// Id of the operation that wrote it.
    pub operation: String,
    /// SHA-256 over the hash before it and all columns.
    pub hash: Vec<u8>,
}

const COLUMNS: &str =
    "no, at, who, via, unix, address, action, class, about, subject, what, before, after, operation, hash";

impl TrailRecord {
    /// All columns but the hash, in order.
    pub fn values(&self) -> Vec<Value> {
        vec![
            self.no.into(),
            self.at.into(),
            self.who.clone().into(),
            self.via.clone().into(),
            self.unix.clone().into(),
            self.address.clone().into(),
            (&self.action).into(),
            (&self.class).into(),
            (&self.about).into(),
            self.subject.clone().into(),
            (&self.what).into(),
            self.before.clone().into(),
            self.after.clone().into(),
            (&self.operation).into(),
        ]
    }

    /// What is no text does not stop who reads the trail; the row's hash tells that it was edited.
    fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            no: row.int()?,
            at: row.int()?,
            who: row.marked_text()?,
            via: row.marked_text()?,
            unix: row.marked_text()?,
            address: row.marked_text()?,
            action: row.marked_text()?.unwrap_or_default(),
            class: row.marked_text()?.unwrap_or_default(),
            about: row.marked_text()?.unwrap_or_default(),
            subject: row.marked_text()?,
            what: row.marked_text()?.unwrap_or_default(),
            before: row.marked_text()?,
            after: row.marked_text()?,
            operation: row.marked_text()?.unwrap_or_default(),
            hash: row.bytes()?,
        })
    }
}

/// Appends rows.
pub fn insert_trail(tx: &mut dyn WriteTx, records: &[TrailRecord]) -> Result<(), StoreError> {
    let row = |record: &TrailRecord| {
        let mut values = record.values();
        values.push(record.hash.as_slice().into());
        values
    };
    tx.queue_rows(&format!("INSERT INTO trail ({COLUMNS}) {{rows}}"), &[], records.iter().map(row).collect())
}

/// Hands every row after number `no` to `each`, oldest first, at most `limit` of them.
pub fn trail_after(
    tx: &mut dyn Tx,
    no: i64,
    limit: i64,
    each: &mut dyn FnMut(TrailRecord) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM trail WHERE no > $1 ORDER BY no LIMIT $2");
    tx.each(&sql, &[no.into(), limit.into()], &mut |cells| each(TrailRecord::read(&mut Row::copied(cells))?))
}

/// Rows before number `before`, newest first, that meet every filter.
pub fn trail_before(
    tx: &mut dyn Tx,
    filters: &[TrailFilter<'_>],
    before: i64,
    limit: i64,
) -> Result<Vec<TrailRecord>, StoreError> {
    trail_query(filters, before, limit).rows(tx)?.iter_mut().map(TrailRecord::read).collect()
}

/// The query of [`trail_before`].
pub fn trail_query(filters: &[TrailFilter<'_>], before: i64, limit: i64) -> Query {
    let mut params = vec![before.into(), limit.into()];
    let conditions = conditions(filters, &mut params);
    Query::new(format!("SELECT {COLUMNS} FROM trail WHERE no < $1{conditions} ORDER BY no DESC LIMIT $2"), params)
}

/// How many rows meet every filter.
pub fn trail_length(tx: &mut dyn Tx, filters: &[TrailFilter<'_>]) -> Result<i64, StoreError> {
    let mut params = vec![i64::MAX.into()];
    let conditions = conditions(filters, &mut params);
    let sql = format!("SELECT COUNT(*) FROM trail WHERE no < $1{conditions}");
    tx.row(&sql, &params)?.map_or(Ok(0), |mut row| row.int())
}

/// The query of [`changes`].
pub fn changes_query(limit: i64) -> Query {
    trail_query(&[TrailFilter::Class("change")], i64::MAX, limit)
}

/// The newest rows that changed something.
pub fn changes(tx: &mut dyn Tx, limit: i64) -> Result<Vec<TrailRecord>, StoreError> {
    trail_before(tx, &[TrailFilter::Class("change")], i64::MAX, limit)
}

/// The credentials that had this name once, case-folded, as the trail tells.
pub fn once_called(tx: &mut dyn Tx, name: &str, most: u32) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT subject FROM trail WHERE about = 'credential' AND LOWER(what) = $1 AND subject IS NOT NULL LIMIT {most}"
    );
    tx.rows(&sql, &[name.into()])?.into_iter().map(|mut row| row.text()).collect()
}

/// Whether a user of this name ever did something.
pub fn trail_knows(tx: &mut dyn Tx, who: &str) -> Result<bool, StoreError> {
    Ok(tx.row("SELECT 1 FROM trail WHERE who = $1 LIMIT 1", &[who.into()])?.is_some())
}

/// The query of [`trail_hash`].
pub fn trail_hash_query(no: i64) -> Query {
    Query::new("SELECT hash FROM trail WHERE no = $1", [no.into()])
}

/// The hash of row number `no`.
pub fn trail_hash(tx: &mut dyn Tx, no: i64) -> Result<Option<Vec<u8>>, StoreError> {
    trail_hash_query(no).row(tx)?.map(|mut row| row.bytes()).transpose()
}

/// The query of [`last_at`].
pub fn last_at_query() -> Query {
    Query::new("SELECT at FROM trail ORDER BY no DESC LIMIT 1", [])
}

/// When the newest row was written.
pub fn last_at(tx: &mut dyn Tx) -> Result<Option<i64>, StoreError> {
    last_at_query().row(tx)?.map(|mut row| row.int()).transpose()
}

/// The query of [`trail_beside`].
pub fn trail_ends_query() -> Query {
    // Each of the two is one step of an index; SQLite reads everything for both in one SELECT.
    Query::new("SELECT (SELECT MIN(no) FROM trail), (SELECT MAX(no) FROM trail)", [])
}

/// The number of a row that is not between the first and `last`, if there is one.
pub fn trail_beside(tx: &mut dyn Tx, last: i64) -> Result<Option<i64>, StoreError> {
    let Some(mut row) = trail_ends_query().row(tx)? else { return Ok(None) };
    let (first, newest) = (row.maybe_int()?, row.maybe_int()?);
    Ok(newest.filter(|no| *no > last).or(first.filter(|no| *no < 1)))
}

/// Moves the rows that are not between the first and `last` out of the trail; says how many they were.
pub fn move_strays(tx: &mut dyn WriteTx, last: i64, now: i64) -> Result<u64, StoreError> {
    let kept = "INSERT INTO stray (id, moved_at, what) \
                SELECT 'trail ' || no || ' ' || $2, $2, action || ' ' || what || ' ' || COALESCE(who, '') FROM trail \
                WHERE no < 1 OR no > $1";
    tx.execute(kept, &[last.into(), now.into()])?;
    tx.execute("DELETE FROM trail WHERE no < 1 OR no > $1", &[last.into()])
}

/// Whether an operation left a row: it was committed.
pub fn find_operation(tx: &mut dyn Tx, operation: &str) -> Result<bool, StoreError> {
    Ok(tx.row("SELECT 1 FROM trail WHERE operation = $1 LIMIT 1", &[operation.into()])?.is_some())
}

/// How far back a dropped line is looked for, in rows: a user's sign-in must not read a year of work.
const DROPPED_WITHIN: i64 = 20_000;

/// The query of [`dropped_lines`].
pub fn dropped_lines_query(who: &str, dropped: &str) -> Query {
    let sql = "SELECT subject, MAX(no) FROM trail WHERE who = $1 AND action = $2 AND subject IS NOT NULL \
               AND no > COALESCE((SELECT MAX(no) FROM trail), 0) - $3 GROUP BY subject ORDER BY MAX(no) DESC LIMIT 10";
    Query::new(sql, [who.into(), dropped.into(), DROPPED_WITHIN.into()])
}

/// The credentials whose secret was on a user's screen when their connection dropped, among the last rows: the id of each,
/// and the number of the row that says so.
pub fn dropped_lines(tx: &mut dyn Tx, who: &str, dropped: &str) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = dropped_lines_query(who, dropped).rows(tx)?;
    rows.into_iter().map(|mut row| Ok((row.text()?, row.int()?))).collect()
}

/// The last row before row `no` in which one of `actions` was done to a subject.
pub fn last_done(tx: &mut dyn Tx, subject: &str, no: i64, actions: &[&str]) -> Result<i64, StoreError> {
    let places: Vec<String> = (0..actions.len()).map(|i| format!("${}", i + 3)).collect();
    let sql = format!(
        "SELECT COALESCE(MAX(no), 0) FROM trail WHERE subject = $1 AND no < $2 AND action IN ({})",
        places.join(", ")
    );
    let mut params = vec![subject.into(), no.into()];
    params.extend(actions.iter().map(|action| (*action).into()));
    tx.row(&sql, &params)?.map_or(Ok(0), |mut row| row.int())
}

/// Whether one of `actions` was done to a subject after row `no`.
pub fn done_since(tx: &mut dyn Tx, subject: &str, no: i64, actions: [&str; 2]) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM trail WHERE subject = $1 AND no > $2 AND action IN ($3, $4) LIMIT 1";
    let [one, other] = actions;
    Ok(tx.row(sql, &[subject.into(), no.into(), one.into(), other.into()])?.is_some())
}

/// Sign-ins of a user, and refusals under their name, newest first. `locked` is what stands for the user in a row
/// without a name. Needs no index of its own: through `about` only sign-ins and changes of users are read, however many
/// credentials the user has made since.
pub fn sign_ins(
    tx: &mut dyn Tx,
    who: &str,
    locked: &str,
    actions: [&str; 2],
    limit: i64,
) -> Result<Vec<TrailRecord>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM trail WHERE about = 'user' AND action IN ($1, $2) AND (who = $3 OR what = $4) \
         ORDER BY no DESC LIMIT $5"
    );
    let params = [actions[0].into(), actions[1].into(), who.into(), locked.into(), limit.into()];
    tx.rows(&sql, &params)?.iter_mut().map(TrailRecord::read).collect()
}

/// The newest refused sign-ins of all names, newest first.
pub fn refused_sign_ins(tx: &mut dyn Tx, action: &str, limit: i64) -> Result<Vec<TrailRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM trail WHERE class = 'refusal' AND action = $1 ORDER BY no DESC LIMIT $2");
    tx.rows(&sql, &[action.into(), limit.into()])?.iter_mut().map(TrailRecord::read).collect()
}

record! {
    /// How often one refusal was repeated; its id is a hash of reason, subject and minute.
    // It only counts.
    RepeatRecord in "repeat", summed false {
        /// Number of the trail row that stands for all.
        no: i64,
        /// How many.
        n: i64,
    }
}

/// How many times the refusal of trail row `no` happened; 1 when it was not repeated.
pub fn repeats(tx: &mut dyn Tx, no: i64) -> Result<i64, StoreError> {
    tx.row("SELECT n FROM repeat WHERE no = $1", &[no.into()])?.map_or(Ok(1), |mut row| row.int())
}
