//! The answers of a verifier: each comes from the state of the store at some position of the order, which is never before
//! that of an answer it gave earlier, nor older than the verifier says, nor older than its limit.

use super::history::{Heard, History, Moment, NEVER, Said};
use super::order::{Is, Order};

/// A verifier tells its age in whole milliseconds, and rounds twice.
const ROUNDING: Moment = 2_000;

/// How a verifier did.
#[derive(Debug, Default)]
pub struct Answers {
    pub allowed: usize,
    pub refused: usize,
    pub closed: usize,
    /// How old the state behind each answer was at least, by what it lacked: 0 if it lacked nothing. While the verifier said
    /// that it had looked within a second, and otherwise.
    pub age: [Vec<Moment>; 2],
    /// What it said of itself.
    pub said: Vec<Moment>,
}

/// What answers are held against.
struct Held<'a> {
    order: &'a Order,
    /// When changes were acknowledged, and the last position that had to be visible from then on.
    acknowledged: Vec<(Moment, usize)>,
    /// When changes began, and the last position that could be visible before.
    begun: Vec<(Moment, usize)>,
    /// Since when a state at each position lacks something.
    lacks: Vec<Moment>,
}

impl<'a> Held<'a> {
    fn of(order: &'a Order) -> Self {
        let numbered = |of: fn(&(Moment, Moment)) -> Moment| {
            let mut all: Vec<_> = order.changes.iter().enumerate().map(|(i, change)| (of(change), i + 1)).collect();
            all.sort_unstable();
            all
        };
        let mut acknowledged = numbered(|(_, ended)| *ended);
        let mut most = 0;
        for (_, position) in &mut acknowledged {
            most = most.max(*position);
            *position = most;
        }
        let mut begun = numbered(|(began, _)| *began);
        let mut least = usize::MAX;
        for (_, position) in begun.iter_mut().rev() {
            least = least.min(*position - 1);
            *position = least;
        }
        let mut lacks = vec![NEVER; order.changes.len() + 1];
        for (i, (_, ended)) in order.changes.iter().enumerate().rev() {
            lacks[i] = lacks[i + 1].min(*ended);
        }
        Self { order, acknowledged, begun, lacks }
    }

    /// The position that everybody who looks at this moment sees at least.
    fn at_least(&self, moment: Moment) -> usize {
        let until = self.acknowledged.partition_point(|(ended, _)| *ended < moment);
        until.checked_sub(1).map_or(0, |last| self.acknowledged[last].1)
    }

    /// The position that nobody can see beyond at this moment.
    fn at_most(&self, moment: Moment) -> usize {
        let until = self.begun.partition_point(|(began, _)| *began <= moment);
        self.begun.get(until).map_or(self.order.changes.len(), |(_, position)| *position)
    }

    /// The stretches of positions at which a credential gets this answer.
    fn stretches(&self, key: &str, secret: u64, said: &Said) -> Vec<(usize, usize)> {
        let (states, end) = (self.order.states(key), self.order.changes.len());
        let first = states.first().map_or(end + 1, |(position, _)| *position);
        let nothing = (0, first, None);
        let some = states.iter().enumerate().map(|(i, (from, is))| {
            let until = states.get(i + 1).map_or(end + 1, |(next, _)| *next);
            (*from, until, Some(is))
        });
        let all = std::iter::once(nothing).chain(some);
        all.filter(|(_, _, is)| gives(*is, secret, said)).map(|(from, until, _)| (from, until - 1)).collect()
    }

    /// How old a state at this position is at this moment at least: since when it lacks something.
    fn age(&self, position: usize, moment: Moment) -> Moment {
        moment.saturating_sub(self.lacks[position]).max(0)
    }
}

/// Whether a verifier that sees this says that.
fn gives(is: Option<&Is>, secret: u64, said: &Said) -> bool {
    use keydesk::credential::State::Active;
    let passes = is.filter(|is| is.state == Active && is.secret == secret);
    match said {
        Said::Allowed(name) => passes.is_some_and(|is| is.name == *name),
        Said::Refused => passes.is_none(),
        Said::Closed => true,
    }
}

/// What is wrong with the answers of all verifiers, and how each did.
pub fn check(history: &History, order: &Order) -> (Vec<String>, Vec<Answers>) {
    let held = Held::of(order);
    let mut wrong = Vec::new();
    let each = history.heard.iter().enumerate().map(|(verifier, heard)| {
        let mut found = Vec::new();
        let answers = check_one(&held, heard, history.limit, &mut found);
        wrong.extend(found.into_iter().map(|what| format!("verifier {verifier}: {what}")));
        answers
    });
    let answers = each.collect();
    (wrong, answers)
}

fn check_one(held: &Held<'_>, heard: &[Heard], limit: Moment, wrong: &mut Vec<String>) -> Answers {
    let mut answers = Answers::default();
    // The position that an answer showed, and the one that the verifier vouched for.
    let (mut shown, mut vouched, mut in_sight) = (0, 0, false);
    for one in heard {
        match one {
            Heard::Started => in_sight = false,
            Heard::Sight { began, age, .. } => {
                vouched = vouched.max(held.at_least(began - age - ROUNDING));
                in_sight = *age <= 1_000_000;
                answers.said.push(*age);
            }
            Heard::Answer { said: Said::Closed, .. } => answers.closed += 1,
            Heard::Answer { began, ended, key, secret, said } => {
                let within = held.at_least(began - limit - ROUNDING);
                let (least, most) = (shown.max(vouched).max(within), held.at_most(*ended));
                let stretches = held.stretches(key, *secret, said);
                let fits = stretches.iter().find(|(_, until)| *until >= least).map(|(from, _)| least.max(*from));
                match fits.filter(|at| *at <= most) {
                    Some(position) => shown = position,
                    None => wrong.push(why(one, &stretches, [shown, vouched, within, most])),
                }
                let newest = stretches.iter().rev().find(|(from, _)| *from <= most).map(|(_, until)| *until.min(&most));
                let age = newest.map_or(0, |newest| held.age(newest, *began));
                answers.age[usize::from(!in_sight)].push(age);
                match said {
                    Said::Allowed(_) => answers.allowed += 1,
                    Said::Refused | Said::Closed => answers.refused += 1,
                }
            }
        }
    }
    answers
}

/// In words, what an answer that fits nowhere broke.
fn why(heard: &Heard, stretches: &[(usize, usize)], [shown, vouched, within, most]: [usize; 4]) -> String {
    let last = stretches.iter().rev().find(|(from, _)| *from <= most).map(|(_, until)| *until);
    let broke = match last {
        None => "comes from no state that there was",
        Some(last) if last < within => "comes from a state older than the limit",
        Some(last) if last < vouched => "comes from a state older than the verifier said",
        Some(_) => "comes from a state older than that of an answer before",
    };
    format!(
        "an answer {broke}: {heard:?}. It would be right at {stretches:?}; an answer showed {shown}, it vouched for {vouched}, \
         its limit asks for {within}, and there were {most}."
    )
}
