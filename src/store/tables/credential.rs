//! Credentials, and the pages of their lists.

use crate::store::{Row, StoreError, Tx, Value, WriteTx};

use super::{Record, Tagged, UsageRow};

/// A credential. Networks and algorithms stay text here: what they mean is judged after the tag was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRecord {
    /// Row id, a UUID.
    pub id: String,
    /// Version of the row.
    pub version: i64,
    /// `basic`, `hmac` or `legacy`.
    pub kind: String,
    /// API key or Legacy username.
    pub key: String,
    /// Name for people, as typed.
    pub name: String,
    /// The name case-folded, for search and order.
    pub name_fold: String,
    /// `active`, `disabled` or `revoked`.
    pub state: String,
    /// Whether it is in the default list: revoked ones are not.
    pub listed: bool,
    /// Start of validity in Unix seconds; none for no start.
    pub not_before: Option<i64>,
    /// End of validity in Unix seconds; none for never.
    pub expires_at: Option<i64>,
    /// Networks that it may be used from, in CIDR notation; empty for any.
    pub networks: String,
    /// A note for people.
    pub note: String,
    /// Algorithms that may sign (HMAC only); empty for any.
    pub algorithms: String,
    /// `required` or `optional`.
    pub body_digest: String,
    /// When it was created, in Unix milliseconds.
    pub created_at: i64,
    /// Name of the user who made it.
    pub created_by: String,
    /// When it was last changed, in Unix milliseconds.
    pub changed_at: i64,
    /// Name of the user who last changed it.
    pub changed_by: String,
    /// What they did, in the past tense.
    pub changed_how: String,
    /// Change number of the store when it was last changed.
    pub change: i64,
    /// Number of the current secret; 0 when it has none.
    pub secret_no: i64,
    /// Number of the secret before it, which may still work.
    pub older_no: Option<i64>,
    /// When that one stops, or stopped, working, in Unix seconds.
    pub older_until: Option<i64>,
}

impl CredentialRecord {
    /// The secret before the current one, if it works at second `now`: its number, and until when.
    pub fn overlap(&self, now: i64) -> Option<(i64, i64)> {
        self.older_no.zip(self.older_until).filter(|(_, until)| *until > now)
    }

    /// Whether the secret with this number works at second `now`.
    pub fn names(&self, secret: i64, now: i64) -> bool {
        secret == self.secret_no || self.overlap(now).is_some_and(|(no, _)| no == secret)
    }
}

impl Record for CredentialRecord {
    const TABLE: &'static str = "credential";
    const COLUMNS: &'static [&'static str] = &[
        "kind",
        "key",
        "name",
        "name_fold",
        "state",
        "listed",
        "not_before",
        "expires_at",
        "networks",
        "note",
        "algorithms",
        "body_digest",
        "created_at",
        "created_by",
        "changed_at",
        "changed_by",
        "changed_how",
        "change",
        "secret_no",
        "older_no",
        "older_until",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn values(&self) -> Vec<Value> {
        vec![
            (&self.kind).into(),
            (&self.key).into(),
            (&self.name).into(),
            (&self.name_fold).into(),
            (&self.state).into(),
            self.listed.into(),
            self.not_before.into(),
            self.expires_at.into(),
            (&self.networks).into(),
            (&self.note).into(),
            (&self.algorithms).into(),
            (&self.body_digest).into(),
            self.created_at.into(),
            (&self.created_by).into(),
            self.changed_at.into(),
            (&self.changed_by).into(),
            (&self.changed_how).into(),
            self.change.into(),
            self.secret_no.into(),
            self.older_no.into(),
            self.older_until.into(),
        ]
    }

    fn read(id: String, version: i64, row: &mut Row) -> Result<Self, StoreError> {
        let (kind, key, name, name_fold) = (row.text()?, row.text()?, row.text()?, row.text()?);
        let (state, listed) = (row.text()?, row.flag()?);
        Ok(Self {
            id,
            version,
            kind,
            key,
            name,
            name_fold,
            state,
            listed,
            not_before: row.maybe_int()?,
            expires_at: row.maybe_int()?,
            networks: row.text()?,
            note: row.text()?,
            algorithms: row.text()?,
            body_digest: row.text()?,
            created_at: row.int()?,
            created_by: row.text()?,
            changed_at: row.int()?,
            changed_by: row.text()?,
            changed_how: row.text()?,
            change: row.int()?,
            secret_no: row.int()?,
            older_no: row.maybe_int()?,
            older_until: row.maybe_int()?,
        })
    }
}

/// Columns a page is ordered by; each has an index that begins with kind and listed and ends with the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// By name, case-folded.
    Name,
    /// By API key or Legacy username.
    Key,
    /// `created_at`, newest first.
    Created,
    /// `state`, then `name_fold`.
    State,
}

impl Sort {
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["name_fold", "id"],
            Self::Key => &["key", "id"],
            Self::Created => &["created_at", "id"],
            Self::State => &["state", "name_fold", "id"],
        }
    }

    fn newest_first(self) -> bool {
        self == Self::Created
    }

    /// The place of a record in this order.
    pub fn place(self, record: &CredentialRecord) -> Vec<Value> {
        let id = (&record.id).into();
        match self {
            Self::Name => vec![(&record.name_fold).into(), id],
            Self::Key => vec![(&record.key).into(), id],
            Self::Created => vec![record.created_at.into(), id],
            Self::State => vec![(&record.state).into(), (&record.name_fold).into(), id],
        }
    }
}

/// Direction in which a page is read from its cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// In the order of the list.
    Forward,
    /// Against it; the rows come last first.
    Backward,
}

/// The part of the list one index can answer: one kind, listed or not; and what its rows must meet besides.
#[derive(Clone, Copy, Debug)]
pub struct Branch<'a> {
    /// `basic`, `hmac` or `legacy`.
    pub kind: &'a str,
    /// In the default list, or revoked.
    pub listed: bool,
    /// Read off the rows themselves.
    pub conditions: &'a [Condition],
}

/// A condition that rows of a list must meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The name, folded, or the key holds this text.
    Holds(String),
    /// It has an expiry in `[from, until)`.
    Expires {
        /// First second of the range, in Unix seconds.
        from: i64,
        /// First second behind the range, in Unix seconds.
        until: i64,
    },
    /// It was made before `made` (milliseconds) and not used since `used` (seconds).
    Unused {
        /// Created before this moment, in Unix milliseconds.
        made: i64,
        /// Not used since this second, in Unix seconds.
        used: i64,
    },
    /// Active, and never used.
    Waiting,
    /// Made by this user.
    By(String),
    /// In this state.
    State(String),
}

impl Condition {
    /// Adds ` AND …` to a statement and its values to the parameters.
    fn add(&self, sql: &mut String, params: &mut Vec<Value>) {
        let mut place = |value: Value| {
            params.push(value);
            format!("${}", params.len())
        };
        sql.push_str(&match self {
            Self::Holds(text) => {
                let like = place(format!("%{}%", escaped(text)).into());
                format!(" AND (name_fold LIKE {like} ESCAPE '\\' OR LOWER(key) LIKE {like} ESCAPE '\\')")
            }
            Self::Expires { from, until } => {
                format!(" AND expires_at >= {} AND expires_at < {}", place((*from).into()), place((*until).into()))
            }
            Self::Unused { made, used } => format!(
                " AND created_at < {} AND NOT EXISTS (SELECT 1 FROM usage u WHERE u.credential = c.id AND u.at >= {})",
                place((*made).into()),
                place((*used).into())
            ),
            Self::Waiting => {
                " AND EXISTS (SELECT 1 FROM usage u WHERE u.kind = c.kind AND u.credential = c.id AND u.waiting = 1)"
                    .to_owned()
            }
            Self::By(name) => format!(" AND created_by = {}", place(name.into())),
            Self::State(state) => format!(" AND state = {}", place(state.into())),
        });
    }
}

/// Text for LIKE in which nothing is a wildcard.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

/// A row of a list: the credential and the newest use of any of its secrets.
pub type Listed = (Tagged<CredentialRecord>, Option<UsageRow>);

/// A page of one branch: at most `limit` rows beyond `from` (its own row too when `inclusive`), each with its last use.
pub fn page(
    tx: &mut dyn Tx,
    branch: Branch<'_>,
    sort: Sort,
    direction: Direction,
    from: Option<(&[Value], bool)>,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let (sql, params) = page_sql(branch, sort, direction, from, limit);
    tx.rows(&sql, &params)?.iter_mut().map(with_use).collect()
}

/// The statement of [`page`] and its parameters, so that a test can ask a database how it would go about it.
pub fn page_sql(
    branch: Branch<'_>,
    sort: Sort,
    direction: Direction,
    from: Option<(&[Value], bool)>,
    limit: i64,
) -> (String, Vec<Value>) {
    let descending = sort.newest_first() != (direction == Direction::Backward);
    let mut params = vec![branch.kind.into(), branch.listed.into(), limit.into()];
    let beyond = from.map_or_else(String::new, |(place, inclusive)| {
        params.extend_from_slice(place);
        beyond(sort, descending, inclusive)
    });
    let mut conditions = String::new();
    branch.conditions.iter().for_each(|condition| condition.add(&mut conditions, &mut params));
    let order: Vec<_> =
        sort.columns().iter().map(|c| format!("{c}{}", if descending { " DESC" } else { "" })).collect();
    let sql = format!(
        "SELECT {}, {LAST_USE} FROM credential c WHERE kind = $1 AND listed = $2{beyond}{conditions} ORDER BY {} LIMIT $3",
        CredentialRecord::select(),
        order.join(", "),
    );
    (sql, params)
}

/// The newest use of any secret of the credential `c`.
const LAST_USE: &str = "\
    (SELECT u.secret_no FROM usage u WHERE u.credential = c.id AND u.at IS NOT NULL ORDER BY u.at DESC, u.secret_no DESC LIMIT 1), \
    (SELECT u.at FROM usage u WHERE u.credential = c.id AND u.at IS NOT NULL ORDER BY u.at DESC, u.secret_no DESC LIMIT 1), \
    (SELECT u.address FROM usage u WHERE u.credential = c.id AND u.at IS NOT NULL ORDER BY u.at DESC, u.secret_no DESC LIMIT 1)";

fn with_use(row: &mut Row) -> Result<Listed, StoreError> {
    let tagged = Tagged::take(row)?;
    let (secret_no, at, address) = (row.maybe_int()?, row.maybe_int()?, row.maybe_text()?);
    Ok((tagged, secret_no.map(|secret_no| UsageRow { secret_no, at, address })))
}

/// ` AND (a, b) > ($4, $5)`: a row value, which both databases answer from the index.
fn beyond(sort: Sort, descending: bool, inclusive: bool) -> String {
    let columns = sort.columns();
    let places: Vec<_> = (0..columns.len()).map(|i| format!("${}", i + 4)).collect();
    let sign = match (descending, inclusive) {
        (false, false) => ">",
        (false, true) => ">=",
        (true, false) => "<",
        (true, true) => "<=",
    };
    format!(" AND ({}) {sign} ({})", columns.join(", "), places.join(", "))
}

/// The kinds, as they are written.
const KINDS: [&str; 3] = ["basic", "hmac", "legacy"];

/// The credentials that expire next, from second `from` on and before `until`.
pub fn next_to_expire(tx: &mut dyn Tx, from: i64, until: i64, limit: i64) -> Result<Vec<Listed>, StoreError> {
    let sql = format!(
        "SELECT {}, {LAST_USE} FROM credential c WHERE kind = $1 AND state = 'active' AND expires_at IS NOT NULL \
         AND expires_at >= $2 AND expires_at < $3 ORDER BY expires_at, id LIMIT $4",
        CredentialRecord::select(),
    );
    let mut found = Vec::new();
    // One look-up a kind: the index begins with it.
    for kind in KINDS {
        let rows = tx.rows(&sql, &[kind.into(), from.into(), until.into(), limit.into()])?;
        found.extend(rows.into_iter().map(|mut row| with_use(&mut row)).collect::<Result<Vec<_>, _>>()?);
    }
    found.sort_by(|(a, _), (b, _)| (a.record.expires_at, &a.record.id).cmp(&(b.record.expires_at, &b.record.id)));
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// The credentials with this key: at most one of each kind.
pub fn keys_of(tx: &mut dyn Tx, key: &str) -> Result<Vec<Tagged<CredentialRecord>>, StoreError> {
    let mut found = Vec::new();
    for kind in KINDS {
        // One look-up a kind: the unique index begins with it.
        let sql = format!("SELECT {} FROM credential WHERE kind = $1 AND key = $2", CredentialRecord::select());
        if let Some(mut row) = tx.row(&sql, &[kind.into(), key.into()])? {
            found.push(Tagged::take(&mut row)?);
        }
    }
    Ok(found)
}

/// Gives a row that nobody trusts another key, `aside`, so that the key that it took is free again: the row with this kind
/// and key that has not the id `but`.
pub fn put_key_aside(
    tx: &mut dyn WriteTx,
    (kind, key): (&str, &str),
    but: &str,
    aside: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE credential SET key = $4 WHERE kind = $1 AND key = $2 AND id <> $3";
    tx.execute(sql, &[kind.into(), key.into(), but.into(), aside.into()]).map(|_| ())
}

/// Whether a listed credential of a kind has this name.
pub fn credentials_of(tx: &mut dyn Tx, kind: &str, name_fold: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM credential WHERE kind = $1 AND listed = 1 AND name_fold = $2 LIMIT 1";
    Ok(tx.row(sql, &[kind.into(), name_fold.into()])?.is_some())
}
