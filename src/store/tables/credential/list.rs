//! Pages of the lists of credentials, by keyset pagination.

use crate::store::tables::record::all_rows;
use crate::store::tables::verifier::refused_more;
use crate::store::tables::{CredentialRecord, Record as _, Tagged, UsageRow};
use crate::store::{Query, Row, StoreError, Tx, Value};

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
    /// `expires_at`; those that never expire come last.
    Expiry,
    /// The newest use of any secret, newest first; those that were never used come last.
    LastUse,
}

/// Stands for an expiry that never comes.
const NEVER: i64 = i64::MAX;
/// Stands for a use that never was.
const UNUSED: i64 = 0;

impl Sort {
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["name_fold", "id"],
            Self::Key => &["key", "id"],
            Self::Created => &["created_at", "id"],
            Self::State => &["state", "name_fold", "id"],
            Self::Expiry => &["COALESCE(expires_at, 9223372036854775807)", "id"],
            Self::LastUse => &["used_at", "used_by"],
        }
    }

    /// Whether the first row has the largest value.
    pub fn newest_first(self) -> bool {
        matches!(self, Self::Created | Self::LastUse)
    }

    /// Where the rows come from. For the last use it is the newest row of `usage` of each credential, which the index
    /// has in order; `CROSS JOIN` keeps SQLite from beginning with the other table.
    fn source(self) -> &'static str {
        match self {
            Self::LastUse => {
                "(SELECT v.credential AS used_by, COALESCE(v.at, 0) AS used_at FROM usage v WHERE v.kind = $1 \
                 AND NOT EXISTS (SELECT 1 FROM usage n WHERE n.credential = v.credential \
                 AND (COALESCE(n.at, 0), n.secret_no) > (COALESCE(v.at, 0), v.secret_no))) AS newest \
                 CROSS JOIN credential c"
            }
            Self::Name | Self::Key | Self::Created | Self::State | Self::Expiry => "credential c",
        }
    }

    /// What joins the tables of [`Sort::source`].
    fn joined(self) -> &'static str {
        if self == Self::LastUse { "c.id = used_by AND " } else { "" }
    }

    /// The place of a record in this order; one that was never used, where the order is that of the last use.
    pub fn place(self, record: &CredentialRecord) -> Vec<Value> {
        let id = (&record.id).into();
        match self {
            Self::Name => vec![(&record.name_fold).into(), id],
            Self::Key => vec![(&record.key).into(), id],
            Self::Created => vec![record.created_at.into(), id],
            Self::State => vec![(&record.state).into(), (&record.name_fold).into(), id],
            Self::Expiry => vec![record.expires_at.unwrap_or(NEVER).into(), id],
            Self::LastUse => vec![UNUSED.into(), id],
        }
    }

    /// The place of a row of a list.
    pub fn place_of(self, (row, used): &Listed) -> Vec<Value> {
        let mut place = self.place(&row.record);
        if let (Self::LastUse, Some(at)) = (self, used.as_ref().and_then(|used| used.at)) {
            place[0] = at.into();
        }
        place
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

impl Direction {
    /// The other one.
    pub fn turned(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }
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
    /// The name, key, note, owner or tags hold this text, case-folded.
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
    /// Refused more than `more` times since a day.
    Refused {
        /// Only more than so many requests.
        more: i64,
        /// The first day that counts, in days since 1970.
        from: i64,
    },
    /// Made by this user.
    By(String),
    /// The owner holds this text, case-folded; empty: it has no owner.
    Owner(String),
    /// It has this tag, or one of this word with a value; empty: it has no tag.
    Tag(String),
    /// In this state.
    State(String),
    /// Has no start, or one up to `at`.
    Started {
        /// A moment in Unix seconds.
        at: i64,
    },
    /// Has a start after `at`.
    NotStarted {
        /// A moment in Unix seconds.
        at: i64,
    },
    /// Has no expiry, or one after `at`.
    NotExpired {
        /// A moment in Unix seconds.
        at: i64,
    },
}

impl Condition {
    /// Adds ` AND …` to a statement and its values to the parameters.
    pub(super) fn add(&self, sql: &mut String, params: &mut Vec<Value>) {
        let mut place = |value: Value| {
            params.push(value);
            format!("${}", params.len())
        };
        sql.push_str(&match self {
            Self::Holds(text) => {
                let like = place(format!("%{}%", escaped(text)).into());
                let holds = ["name_fold", "LOWER(key)", "owner_fold", "tags", "LOWER(note)"]
                    .map(|column| format!("{column} LIKE {like} ESCAPE '\\'"));
                format!(" AND ({})", holds.join(" OR "))
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
            Self::Refused { more, from } => {
                let (more, from) = (place((*more).into()), place((*from).into()));
                format!(" AND {}", refused_more(&more, &from))
            }
            Self::Owner(owner) if owner.is_empty() => " AND owner = ''".to_owned(),
            Self::Owner(owner) => {
                format!(" AND owner_fold LIKE {} ESCAPE '\\'", place(format!("%{}%", escaped(owner)).into()))
            }
            Self::Tag(tag) if tag.is_empty() => " AND tags = ''".to_owned(),
            Self::Tag(tag) => {
                let whole = place(format!("% {} %", escaped(tag)).into());
                let valued = place(format!("% {}=%", escaped(tag)).into());
                format!(" AND (' ' || tags || ' ' LIKE {whole} ESCAPE '\\' OR ' ' || tags LIKE {valued} ESCAPE '\\')")
            }
            Self::By(name) => format!(" AND created_by = {}", place(name.into())),
            Self::State(state) => format!(" AND state = {}", place(state.into())),
            Self::Started { at } => format!(" AND COALESCE(not_before <= {}, TRUE)", place((*at).into())),
            Self::NotStarted { at } => format!(" AND not_before > {}", place((*at).into())),
            Self::NotExpired { at } => format!(" AND COALESCE(expires_at > {}, TRUE)", place((*at).into())),
        });
    }
}

/// Text for LIKE in which nothing is a wildcard.
pub(in crate::store::tables) fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

/// The ids of credentials that somebody may mean: of this key, or of this name, case-folded, or else those whose key
/// begins so. Nothing
/// is verified, because the answer only narrows a list.
pub fn credentials_called(tx: &mut dyn Tx, text: &str, folded: &str, most: u32) -> Result<Vec<String>, StoreError> {
    let kinds = "kind IN ('basic', 'hmac', 'legacy')";
    let ids = |tx: &mut dyn Tx, condition: &str, params: &[Value]| -> Result<Vec<String>, StoreError> {
        let sql = format!("SELECT id FROM credential WHERE {kinds} AND {condition} LIMIT {most}");
        tx.rows(&sql, params)?.into_iter().map(|mut row| row.text()).collect()
    };
    for (condition, typed) in [("key = $1", text), ("listed IN (0, 1) AND name_fold = $1", folded)] {
        let found = ids(tx, condition, &[typed.into()])?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let after = format!("{text}\u{10ffff}");
    ids(tx, "key >= $1 AND key < $2", &[text.into(), after.into()])
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
    page_query(branch, sort, direction, from, limit).rows(tx)?.iter_mut().map(with_use).collect()
}

/// The query of [`page`].
pub fn page_query(
    branch: Branch<'_>,
    sort: Sort,
    direction: Direction,
    from: Option<(&[Value], bool)>,
    limit: i64,
) -> Query {
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
        "SELECT {}, {LAST_USE} FROM {} WHERE {}kind = $1 AND listed = $2{beyond}{conditions} ORDER BY {} LIMIT $3",
        CredentialRecord::select(),
        sort.source(),
        sort.joined(),
        order.join(", "),
    );
    Query::new(sql, params)
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
    // SQLite takes a row value to an index of columns, but not to one of expressions: there the first part stands alone as well.
    let first = match sort {
        Sort::Expiry | Sort::LastUse => {
            format!(" AND {} {}= {}", columns[0], if descending { "<" } else { ">" }, places[0])
        }
        Sort::Name | Sort::Key | Sort::Created | Sort::State => String::new(),
    };
    format!("{first} AND ({}) {sign} ({})", columns.join(", "), places.join(", "))
}

/// The credentials of some kinds that expire next, from second `from` on and before `until`.
pub fn next_to_expire(
    tx: &mut dyn Tx,
    kinds: &[&str],
    (from, until): (i64, i64),
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let sql = format!(
        "SELECT {}, {LAST_USE} FROM credential c WHERE kind = $1 AND state = 'active' AND expires_at IS NOT NULL \
         AND expires_at >= $2 AND expires_at < $3 ORDER BY expires_at, id LIMIT $4",
        CredentialRecord::select(),
    );
    // One lookup for each kind: the index begins with it.
    let of_kind = |kind: &&str| Query::new(sql.as_str(), [(*kind).into(), from.into(), until.into(), limit.into()]);
    let rows = all_rows(tx, kinds.iter().map(of_kind).collect())?;
    let mut found = rows.into_iter().map(|mut row| with_use(&mut row)).collect::<Result<Vec<_>, _>>()?;
    found.sort_by(|(a, _), (b, _)| (a.record.expires_at, &a.record.id).cmp(&(b.record.expires_at, &b.record.id)));
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}
