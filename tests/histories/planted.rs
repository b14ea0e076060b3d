//! The check itself: it accepts a history in which everything holds, and finds whatever is planted in it.

use keydesk::credential::State;

use super::check::check;
use super::history::{Fate, Heard, History, Moment, Op, Row, Said, Seen, Verb};

/// A tenth of a second, in which these histories count.
const TENTH: Moment = 100_000;

fn seen(state: State, name: u64, version: i64) -> Option<Seen> {
    Some(Seen { state, name: Some(name), version: Some(version) })
}

/// An operation of a user of its own, and its row of the trail if it was made.
fn op(history: &mut History, (no, verb, key): (u64, Verb, &str), at: Moment, fate: Fate) {
    let is_made = matches!(fate, Fate::Done(_)) && verb != Verb::Look;
    let (began, ended) = (at * TENTH, (at + 1) * TENTH);
    let who = format!("user-{no}");
    let wall = (at * 100, (at + 1) * 100);
    let key = Some(key.to_owned());
    let op = Op { no, who, verb, key, at_version: None, began, ended, wall, fate };
    if is_made {
        row(history, &op);
    }
    history.ops.push(op);
}

fn row(history: &mut History, op: &Op) {
    let no = history.trail.len() as i64 + 1;
    let (key, name) = (op.key.clone().unwrap(), op.no);
    history.trail.push(Row { no, at: op.wall.0 + 50, who: op.who.clone(), verb: op.verb, key, name });
}

fn answer(history: &mut History, at: Moment, (key, secret): (&str, u64), said: Said) {
    let (began, ended, key) = (at * TENTH, at * TENTH + 100, key.to_owned());
    history.heard[0].push(Heard::Answer { began, ended, key, secret, said });
}

fn sight(history: &mut History, at: Moment, age: Moment) {
    history.heard[0].push(Heard::Sight { began: at * TENTH, age: age * TENTH });
}

/// A history in which everything holds. Of two operations nobody knows what became: one was made.
fn good() -> History {
    let mut it = History { limit: 50 * TENTH, heard: vec![Vec::new()], ..History::default() };
    let done = |state, name, version| Fate::Done(seen(state, name, version));
    op(&mut it, (1, Verb::Create, "a"), 0, done(State::Active, 1, 1));
    op(&mut it, (2, Verb::Create, "b"), 2, done(State::Active, 2, 1));
    op(&mut it, (3, Verb::Disable, "a"), 4, done(State::Disabled, 1, 2));
    op(&mut it, (4, Verb::Look, "a"), 6, Fate::Saw(seen(State::Disabled, 1, 2)));
    op(&mut it, (5, Verb::Enable, "a"), 8, Fate::Done(None));
    op(&mut it, (6, Verb::Rename, "a"), 10, done(State::Active, 6, 4));
    op(&mut it, (7, Verb::Revoke, "a"), 12, Fate::NotAt(3));
    op(&mut it, (8, Verb::Rotate, "b"), 14, Fate::Unknown("killed".to_owned()));
    let rotated = it.ops.last().unwrap().clone();
    row(&mut it, &rotated);
    it.trail.last_mut().unwrap().name = 2;
    op(&mut it, (9, Verb::Disable, "b"), 16, Fate::Unknown("killed".to_owned()));
    op(&mut it, (10, Verb::Disable, "b"), 18, Fate::Refused("out of reach".to_owned()));
    for row in it.trail.iter_mut().filter(|row| row.key == "a" && row.verb != Verb::Rename) {
        row.name = 1;
    }
    it.rows = [("a", seen(State::Active, 6, 4)), ("b", seen(State::Active, 2, 2))]
        .into_iter()
        .filter_map(|(key, seen)| Some((key.to_owned(), seen?)))
        .collect();
    sight(&mut it, 2, 1);
    answer(&mut it, 3, ("a", 1), Said::Allowed(1));
    // It has not looked again since.
    answer(&mut it, 7, ("a", 1), Said::Allowed(1));
    sight(&mut it, 7, 1);
    answer(&mut it, 7, ("a", 1), Said::Refused);
    answer(&mut it, 20, ("a", 1), Said::Allowed(6));
    answer(&mut it, 21, ("b", 2), Said::Refused);
    answer(&mut it, 22, ("b", 8), Said::Allowed(2));
    it
}

/// Plants something, and looks for what is said of it.
fn finds(what: &str, plant: impl FnOnce(&mut History)) {
    let mut history = good();
    plant(&mut history);
    let wrong = check(&history).wrong;
    assert!(wrong.iter().any(|wrong| wrong.contains(what)), "{what:?} was not found, but {wrong:#?}");
}

#[test]
fn a_history_that_holds_is_accepted() {
    let verdict = check(&good());
    assert!(verdict.wrong.is_empty(), "{:#?}", verdict.wrong);
    let answers = &verdict.answers[0];
    assert_eq!((answers.allowed, answers.refused, answers.closed), (4, 2, 0));
    // It lacked what was acknowledged 0.2 seconds before.
    assert_eq!(answers.age[0].iter().max(), Some(&(2 * TENTH)));
}

#[test]
fn changes_that_are_lost_doubled_or_invented_are_found() {
    finds("acknowledged and lost", |it| drop(it.trail.remove(5 - 1)));
    finds("refused, and there all the same", |it| {
        let refused = it.ops.last().unwrap().clone();
        row(it, &refused);
    });
    finds("made twice", |it| {
        let again = it.trail[2].clone();
        it.trail.push(Row { no: 9, ..again });
    });
    finds("nobody asked for", |it| it.trail[2].who = "mallory".to_owned());
    finds("nobody asked for", |it| it.trail[2].at += 1_000);
    finds("the numbers of the trail do not rise", |it| it.trail[3].no = 3);
    finds("by the trail", |it| it.rows[1].1.state = State::Disabled);
    finds("by the trail", |it| it.rows[0].1.version = Some(5));
    finds("2 of them in the trail", |it| drop(it.rows.pop()));
}

#[test]
fn an_order_against_time_is_found() {
    finds("before change", |it| {
        it.trail.swap(0, 1);
        it.trail.iter_mut().zip(1..).for_each(|(row, no)| row.no = no);
    });
    finds("cannot follow", |it| {
        it.trail.swap(2, 3);
        it.trail.iter_mut().zip(1..).for_each(|(row, no)| row.no = no);
    });
}

#[test]
fn desks_that_show_what_was_not_are_found() {
    let none = "no order explains";
    finds(none, |it| it.ops[3].fate = Fate::Saw(seen(State::Active, 1, 1)));
    finds(none, |it| it.ops[3].fate = Fate::Saw(None));
    finds(none, |it| it.ops[3].fate = Fate::Saw(seen(State::Disabled, 6, 2)));
    finds(none, |it| it.ops[5].fate = Fate::Done(seen(State::Active, 6, 5)));
    finds(none, |it| it.ops[5].at_version = Some(2));
    finds(none, |it| it.ops[6].fate = Fate::NotAt(4));
    // Its secret was shown, and nothing is there.
    finds("acknowledged and lost", |it| it.ops[8].fate = Fate::Done(None));
}

#[test]
fn answers_from_an_older_state_than_allowed_are_found() {
    let allowed = Said::Allowed(1);
    finds("older than that of an answer before", |it| answer(it, 23, ("b", 2), Said::Allowed(2)));
    finds("older than that of an answer before", |it| {
        it.heard[0].push(Heard::Started);
        answer(it, 23, ("a", 1), Said::Refused);
    });
    finds("older than the verifier said", |it| {
        it.heard[0].truncate(2);
        sight(it, 7, 1);
        answer(it, 7, ("a", 1), allowed.clone());
    });
    finds("older than the limit", |it| {
        it.heard[0].clear();
        answer(it, 62, ("a", 1), allowed.clone());
    });
    finds("no state that there was", |it| answer(it, 23, ("a", 1), Said::Allowed(9)));
    finds("no state that there was", |it| answer(it, 23, ("b", 3), Said::Allowed(2)));
    // Before it was asked for.
    finds("no state that there was", |it| {
        it.heard[0].clear();
        answer(it, 1, ("b", 2), Said::Allowed(2));
    });
}

#[test]
fn who_is_out_of_sight_for_too_long_may_only_be_closed() {
    let mut it = good();
    it.heard[0].clear();
    answer(&mut it, 54, ("a", 1), Said::Allowed(1));
    answer(&mut it, 56, ("a", 1), Said::Closed);
    answer(&mut it, 57, ("a", 1), Said::Allowed(6));
    let verdict = check(&it);
    assert!(verdict.wrong.is_empty(), "{:#?}", verdict.wrong);
    assert_eq!(verdict.answers[0].closed, 1);
}
