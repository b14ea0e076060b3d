//! Everything that must hold of a history.

use std::fmt::Write as _;

use super::answers::{self, Answers};
use super::history::{Fate, History, Moment};
use super::model;
use super::order::Order;

/// What a history came to.
#[derive(Debug)]
pub struct Verdict {
    pub wrong: Vec<String>,
    pub order: Order,
    pub answers: Vec<Answers>,
}

pub fn check(history: &History) -> Verdict {
    let (order, mut wrong) = Order::of(history);
    wrong.extend(model::check(history, &order));
    let (found, answers) = answers::check(history, &order);
    wrong.extend(found);
    wrong.extend(history.odd.iter().cloned());
    Verdict { wrong, order, answers }
}

impl Verdict {
    /// In a few lines, for people.
    pub fn summary(&self, history: &History) -> String {
        let count = |is: fn(&Fate) -> bool| history.ops.iter().filter(|op| is(&op.fate)).count();
        let unknown = history.ops.iter().filter(|op| matches!(op.fate, Fate::Unknown(_)));
        let kept = unknown.filter(|op| self.order.is_there(op.no)).count();
        let mut text = format!(
            "{} operations: {} done, {} saw or found nothing to do, {} too late, {} refused for the store, {} unknown, of which {} \
             were made\n{} changes of {} credentials\n",
            history.ops.len(),
            count(|fate| matches!(fate, Fate::Done(_))),
            count(|fate| matches!(fate, Fate::Saw(_))),
            count(|fate| matches!(fate, Fate::NotAt(_))),
            count(|fate| matches!(fate, Fate::Refused(_))),
            count(|fate| matches!(fate, Fate::Unknown(_))),
            kept,
            self.order.changes.len(),
            history.rows.len()
        );
        let mut faults: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        history.faults.iter().for_each(|(_, what)| *faults.entry(what).or_default() += 1);
        let _ = writeln!(text, "{} faults: {faults:?}", history.faults.len());
        for (i, of) in self.answers.iter().enumerate() {
            let _ = writeln!(
                text,
                "verifier {i}: {} allowed, {} refused, {} closed; age of the state behind an answer, in ms: in sight {}; else {}; \
                 it said {}",
                of.allowed,
                of.refused,
                of.closed,
                spread(&of.age[0]),
                spread(&of.age[1]),
                spread(&of.said)
            );
        }
        text
    }
}

/// Some of the percentiles, in milliseconds.
fn spread(moments: &[Moment]) -> String {
    let mut sorted = moments.to_vec();
    sorted.sort_unstable();
    let Some(most) = sorted.last() else { return "none".to_owned() };
    let at = |share: usize| sorted[(sorted.len() - 1) * share / 1_000] / 1_000;
    format!(
        "p50 {} p90 {} p99 {} p99.9 {} most {} of {}",
        at(500),
        at(900),
        at(990),
        at(999),
        most / 1_000,
        sorted.len()
    )
}
