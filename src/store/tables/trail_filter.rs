//! What rows of the trail must meet, as SQL.

use crate::store::Value;

use super::credential::escaped;

/// A condition on rows of the trail. Texts to be found in others are case-folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrailFilter<'a> {
    /// About this row.
    Subject(&'a str),
    /// About this sort of thing.
    About(&'a str),
    /// Of this type.
    Class(&'a str),
    /// Done by this user.
    Who(&'a str),
    /// Done by a user whose name begins so.
    WhoBegins(&'a str),
    /// One of these actions.
    Done(Vec<&'static str>),
    /// About one of these credentials, or one whose name held this text at that time.
    Called {
        /// The credentials.
        ids: Vec<String>,
        /// Part of the name; `None` where the credential is known.
        name: Option<String>,
    },
    /// The address begins so.
    AddressBegins(&'a str),
    /// Who acted, to what, from where or how holds this word; or what was done is one of these actions; or it is about one
    /// of these credentials.
    Holds {
        /// The word.
        word: String,
        /// The actions whose words hold it.
        codes: Vec<&'static str>,
        /// The credentials whose key begins so.
        ids: Vec<String>,
    },
    /// Not before this millisecond.
    From(i64),
    /// Before this millisecond.
    Until(i64),
}

/// ` AND …` for every filter; their values go to the parameters.
pub(super) fn conditions(filters: &[TrailFilter<'_>], params: &mut Vec<Value>) -> String {
    // Rows of one subject are few, and every other index leads past millions that are of the same class.
    let one =
        filters.iter().any(|filter| matches!(filter, TrailFilter::Subject(_) | TrailFilter::Called { name: None, .. }));
    filters.iter().map(|filter| format!(" AND {}", filter.condition(one, params))).collect()
}

impl TrailFilter<'_> {
    fn condition(&self, one: bool, params: &mut Vec<Value>) -> String {
        // A column with an empty text behind it is in no index.
        let beside = if one { " || ''" } else { "" };
        let mut place = |value: Value| {
            params.push(value);
            format!("${}", params.len())
        };
        match self {
            Self::Subject(id) => format!("subject = {}", place((*id).into())),
            Self::About(about) => format!("about{beside} = {}", place((*about).into())),
            Self::Class(class) => format!("class{beside} = {}", place((*class).into())),
            Self::Who(who) => format!("who{beside} = {}", place((*who).into())),
            Self::WhoBegins(who) => format!("who LIKE {} ESCAPE '\\'", place(format!("{}%", escaped(who)).into())),
            Self::Done(codes) => among("action", codes.iter().map(|code| place((*code).into())).collect()),
            Self::Called { ids, name: None } => among("subject", ids.iter().map(|id| place(id.into())).collect()),
            Self::Called { ids, name: Some(name) } => {
                let like = place(format!("%{}%", escaped(name)).into());
                let named = format!("(about = 'credential' AND LOWER(what) LIKE {like} ESCAPE '\\')");
                format!("({} OR {named})", among("subject", ids.iter().map(|id| place(id.into())).collect()))
            }
            Self::AddressBegins(address) => {
                format!("LOWER(address) LIKE {} ESCAPE '\\'", place(format!("{}%", escaped(address)).into()))
            }
            Self::Holds { word, codes, ids } => {
                let like = place(format!("%{}%", escaped(word)).into());
                let mut holds: Vec<String> = ["what", "who", "unix", "address", "via"]
                    .iter()
                    .map(|column| format!("LOWER({column}) LIKE {like} ESCAPE '\\'"))
                    .collect();
                holds.push(among("action", codes.iter().map(|code| place((*code).into())).collect()));
                holds.push(among("subject", ids.iter().map(|id| place(id.into())).collect()));
                either(&holds)
            }
            Self::From(at) => format!("at >= {}", place((*at).into())),
            Self::Until(at) => format!("at < {}", place((*at).into())),
        }
    }
}

/// A column that is one of the values at these places.
fn among(column: &str, places: Vec<String>) -> String {
    // SQL has no empty list.
    if places.is_empty() { "FALSE".to_owned() } else { format!("{column} IN ({})", places.join(", ")) }
}

/// Whether one of some conditions holds; one over a column that is empty counts as not held.
fn either(conditions: &[String]) -> String {
    let held: Vec<String> = conditions.iter().map(|condition| format!("COALESCE({condition}, FALSE)")).collect();
    format!("({})", held.join(" OR "))
}
