//! One order of all changes: the trail. Every row was asked for once, nothing that was acknowledged is missing, nothing that
//! was refused is there, and what had ended before something else began comes first.

use std::collections::{BTreeMap, HashMap};

use keydesk::credential::State;

use super::history::{Fate, History, Moment, NEVER, Op, Row, Verb};

/// A credential after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Is {
    pub state: State,
    pub name: u64,
    /// The operation that made the secret which works.
    pub secret: u64,
}

/// The order of the changes. Positions count them from 1; at 0 there is nothing.
#[derive(Debug, Default)]
pub struct Order {
    /// When each began and when it was acknowledged, in order.
    pub changes: Vec<(Moment, Moment)>,
    /// Of each credential, the positions at which it changed.
    keys: HashMap<String, Vec<(usize, Is)>>,
    /// The position of each operation that changed something.
    positions: HashMap<u64, usize>,
    /// The ids of credentials whose making nobody confirmed.
    made: HashMap<u64, String>,
}

impl Order {
    /// The order of a history, and what is wrong with it.
    pub fn of(history: &History) -> (Self, Vec<String>) {
        let (mut order, mut wrong) = (Self::default(), Vec::new());
        let mut ops: HashMap<&str, Vec<&Op>> = HashMap::new();
        history.ops.iter().for_each(|op| ops.entry(&op.who).or_default().push(op));
        let mut number = 0;
        for row in &history.trail {
            if row.no <= number {
                wrong.push(format!("the numbers of the trail do not rise: {row:?}"));
            }
            number = row.no;
            let of = ops.get(row.who.as_str()).map_or(&[][..], Vec::as_slice);
            match of.iter().find(|op| asked_for(op, row) && !order.positions.contains_key(&op.no)) {
                Some(op) => order.append(op, row, &mut wrong),
                None if of.iter().any(|op| asked_for(op, row)) => wrong.push(format!("made twice: {row:?}")),
                None => wrong.push(format!("nobody asked for {row:?}")),
            }
        }
        for op in history.ops.iter().filter(|op| matches!(op.fate, Fate::Done(_)) && op.verb != Verb::Look) {
            if !order.is_there(op.no) {
                wrong.push(format!("acknowledged and lost: {op:?}"));
            }
        }
        order.check_time(&mut wrong);
        order.check_end(history, &mut wrong);
        (order, wrong)
    }

    fn append(&mut self, op: &Op, row: &Row, wrong: &mut Vec<String>) {
        let ended = match &op.fate {
            Fate::Done(_) => op.ended,
            Fate::Unknown(_) => NEVER,
            Fate::Saw(_) | Fate::NotAt(_) | Fate::Refused(_) => {
                wrong.push(format!("refused, and there all the same: {op:?}, {row:?}"));
                op.ended
            }
        };
        self.changes.push((op.began, ended));
        let position = self.changes.len();
        self.positions.insert(op.no, position);
        if op.verb == Verb::Create {
            self.made.insert(op.no, row.key.clone());
        }
        let states = self.keys.entry(row.key.clone()).or_default();
        match next(states.last().map(|(_, is)| *is), op) {
            Some(is) => states.push((position, is)),
            None => wrong.push(format!("cannot follow {:?}: {row:?}", states.last())),
        }
    }

    /// What was acknowledged before something else began stands before it.
    fn check_time(&self, wrong: &mut Vec<String>) {
        let mut latest = (Moment::MIN, 0);
        for (i, (began, ended)) in self.changes.iter().enumerate() {
            if *ended < latest.0 {
                wrong.push(format!(
                    "change {} was acknowledged at {ended}, before change {} began at {}",
                    i + 1,
                    latest.1,
                    latest.0
                ));
            }
            latest = latest.max((*began, i + 1));
        }
    }

    /// The rows of the store are what the trail came to.
    fn check_end(&self, history: &History, wrong: &mut Vec<String>) {
        if history.rows.len() != self.keys.len() {
            wrong.push(format!("{} credentials, {} of them in the trail", history.rows.len(), self.keys.len()));
        }
        for (key, row) in &history.rows {
            let (is, version) = match self.keys.get(key) {
                Some(states) => (states.last().map(|(_, is)| *is), states.len() as i64),
                None => (None, 0),
            };
            let agrees = is.is_some_and(|is| is.state == row.state && row.name.is_none_or(|name| is.name == name));
            if !agrees || row.version.is_some_and(|is| is != version) {
                wrong.push(format!("{key} is {row:?}, and by the trail {is:?} in version {version}"));
            }
        }
    }

    /// Whether an operation is in the trail.
    pub fn is_there(&self, op: u64) -> bool {
        self.positions.contains_key(&op)
    }

    /// The operations of each credential.
    pub fn ops_of_keys<'a>(&self, history: &'a History) -> BTreeMap<String, Vec<&'a Op>> {
        let mut of: BTreeMap<String, Vec<&Op>> = BTreeMap::new();
        for op in &history.ops {
            if let Some(key) = op.key.as_ref().or_else(|| self.made.get(&op.no)) {
                of.entry(key.clone()).or_default().push(op);
            }
        }
        of
    }

    /// How a credential is at each position: from where on, and what; nothing before the first.
    pub fn states(&self, key: &str) -> &[(usize, Is)] {
        self.keys.get(key).map_or(&[], Vec::as_slice)
    }

    /// Every credential at the end.
    pub fn end(&self) -> impl Iterator<Item = (&str, Is)> {
        self.keys.iter().filter_map(|(key, states)| Some((key.as_str(), states.last()?.1)))
    }
}

/// Whether a row may be what an operation asked for: it has its user, its credential and its name, and was written while
/// the operation took place.
fn asked_for(op: &Op, row: &Row) -> bool {
    let of_it = match op.verb {
        Verb::Create => row.name == op.no,
        Verb::Rename => row.name == op.no && op.key.as_ref() == Some(&row.key),
        Verb::Look => false,
        Verb::Disable | Verb::Enable | Verb::Revoke | Verb::Rotate => op.key.as_ref() == Some(&row.key),
    };
    op.verb == row.verb && of_it && (op.wall.0..=op.wall.1).contains(&row.at)
}

fn next(is: Option<Is>, op: &Op) -> Option<Is> {
    let Some(is) = is else {
        return (op.verb == Verb::Create).then_some(Is { state: State::Active, name: op.no, secret: op.no });
    };
    match (op.verb, is.state) {
        (Verb::Create | Verb::Look, _) | (_, State::Revoked) => None,
        (Verb::Rename, _) => Some(Is { name: op.no, ..is }),
        (Verb::Rotate, _) => Some(Is { secret: op.no, ..is }),
        (Verb::Disable, State::Active) => Some(Is { state: State::Disabled, ..is }),
        (Verb::Enable, State::Disabled) => Some(Is { state: State::Active, ..is }),
        (Verb::Revoke, State::Active | State::Disabled) => Some(Is { state: State::Revoked, ..is }),
        (Verb::Disable | Verb::Enable, _) => None,
    }
}
