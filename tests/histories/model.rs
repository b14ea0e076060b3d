//! A credential as one register: what a desk says about it must be explained by one order of all operations, in which
//! what had ended comes before what began later. `porcupine-rs` looks for it.

use std::time::Duration;

use keydesk::credential::State;
use porcupine_rs::{CheckResult, Model, Operation, check_operations_timeout};

use super::history::{Fate, History, NEVER, Seen, Verb};
use super::order::Order;

/// How long the search for one credential's order may take.
const SEARCH: Duration = Duration::from_secs(120);

/// A credential.
#[derive(Clone, Debug)]
struct Register;

/// What a client learnt from one operation.
#[derive(Clone, Debug)]
enum Learnt {
    /// This was done, by the operation of this number; decided on a version, if that is known.
    Did {
        verb: Verb,
        no: u64,
        at: Option<i64>,
        is: Option<Seen>,
    },
    Saw(Option<Seen>),
    NotAt(i64),
}

/// The credential, with the version of its row.
type Is = Option<(State, u64, i64)>;

impl Model for Register {
    type State = Is;
    type Op = Learnt;
    type Metadata = ();

    fn init() -> Is {
        None
    }

    fn step(is: &Is, learnt: &Learnt) -> (bool, Is) {
        match learnt {
            Learnt::Did { verb, no, at, is: said } => {
                let next = after(is.as_ref(), *verb, *no);
                let decided = at.is_none_or(|at| is.is_some_and(|(_, _, version)| version == at));
                let agrees = said.as_ref().is_none_or(|said| looks_like(next.as_ref(), Some(said)));
                (next.is_some() && decided && agrees, next)
            }
            Learnt::Saw(seen) => (looks_like(is.as_ref(), seen.as_ref()), *is),
            Learnt::NotAt(version) => (is.is_some_and(|(_, _, now)| now != *version), *is),
        }
    }
}

/// What becomes of a credential; nothing where that cannot be.
fn after(is: Option<&(State, u64, i64)>, verb: Verb, no: u64) -> Is {
    match (is, verb) {
        (None, Verb::Create) => Some((State::Active, no, 1)),
        (Some((state, _, version)), Verb::Rename) if *state != State::Revoked => Some((*state, no, version + 1)),
        (Some((state, name, version)), Verb::Rotate) if *state != State::Revoked => Some((*state, *name, version + 1)),
        (Some((State::Active, name, version)), Verb::Disable) => Some((State::Disabled, *name, version + 1)),
        (Some((State::Disabled, name, version)), Verb::Enable) => Some((State::Active, *name, version + 1)),
        (Some((State::Active | State::Disabled, name, version)), Verb::Revoke) => {
            Some((State::Revoked, *name, version + 1))
        }
        _ => None,
    }
}

fn looks_like(is: Option<&(State, u64, i64)>, seen: Option<&Seen>) -> bool {
    match (is, seen) {
        (None, None) => true,
        (Some((state, name, version)), Some(seen)) => {
            let named = seen.name.is_none_or(|seen| seen == *name);
            *state == seen.state && named && seen.version.is_none_or(|seen| seen == *version)
        }
        _ => false,
    }
}

/// What is wrong with what clients were told of each credential.
pub fn check(history: &History, order: &Order) -> Vec<String> {
    let mut wrong = Vec::new();
    for (key, ops) in order.ops_of_keys(history) {
        let learnt = ops.iter().filter_map(|op| {
            let is_there = order.is_there(op.no);
            let did = |at, is: &Option<Seen>| Learnt::Did { verb: op.verb, no: op.no, at, is: is.clone() };
            let (learnt, ended) = match &op.fate {
                Fate::Done(is) => (did(op.at_version, is), op.ended),
                Fate::Saw(seen) => (Learnt::Saw(seen.clone()), op.ended),
                Fate::NotAt(version) => (Learnt::NotAt(*version), op.ended),
                // It may have taken place at any time since.
                Fate::Unknown(_) if is_there => (did(op.at_version, &None), NEVER),
                Fate::Unknown(_) | Fate::Refused(_) => return None,
            };
            let [call_time, return_time] = [op.began, ended];
            Some(Operation::<Register> { client_id: None, call_time, return_time, op: learnt, metadata: None })
        });
        let learnt: Vec<_> = learnt.collect();
        match check_operations_timeout::<Register>(&learnt, SEARCH) {
            CheckResult::Ok => {}
            CheckResult::Illegal => wrong.push(format!("no order explains what was said of {key}: {ops:#?}")),
            CheckResult::Unknown => wrong.push(format!("no order was found in time for {key}")),
        }
    }
    wrong
}
