//! What holds whatever is pressed, pasted, resized or answered.

use std::collections::BTreeMap;

use keydesk::{
    account::Role,
    hub::HubError,
    tui::{
        keys,
        msg::{Call, Effect, Lane, Msg, Reply, Ticket},
        update, view,
    },
};
use proptest::prelude::*;
use ratatui::{Terminal, backend::TestBackend};

use super::desk::{Desk, call_name, chord, writes};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    Key(&'static str),
    /// Keys that lead somewhere chance seldom does.
    Way(&'static str),
    Type(String),
    Paste(String),
    Resize(u16, u16),
    Wait(i64),
    /// Answers are held back, or come.
    Stall,
    Answer,
    /// The next call fails.
    Fail,
}

const KEYS: &[&str] = &[
    "enter",
    "enter",
    "enter",
    "esc",
    "tab",
    "tab",
    "shift-tab",
    "↑",
    "↓",
    "↓",
    "←",
    "→",
    "space",
    "PgUp",
    "PgDn",
    "Home",
    "End",
    "backspace",
    "g",
    "G",
    "n",
    "n",
    "R",
    "e",
    "O",
    "F",
    "d",
    "D",
    "a",
    "y",
    "o",
    "A",
    "/",
    "1",
    "2",
    "3",
    "j",
    "k",
    "q",
    "c",
    "s",
    "m",
    "L",
    "?",
    "F1",
    "ctrl-l",
    "ctrl-z",
    "ctrl-g",
    "ctrl-u",
    "ctrl-w",
    "ctrl-a",
    "ctrl-r",
];

/// A secret on the screen, by all ways there are, and what may be done to it.
const WAYS: &[&str] = &[
    "n x enter",
    "n x enter ?",
    "R enter",
    "R enter F1",
    "3 n a b c d e tab tab enter enter",
    "space a D",
    "esc esc enter ↓ enter",
    "esc esc enter ↓ enter ↓ d tab enter",
    "esc esc enter ↓ enter G r → enter",
    "esc esc enter ↓ ↓ enter",
    "esc esc enter ↓ ↓ enter w t v",
    "esc esc enter ↓ ↓ enter / x enter",
    "esc esc enter ↓ ↓ enter x enter enter",
    "esc esc enter G enter e enter",
    "esc esc enter ↓ enter n x",
    "esc esc enter ↓ enter d tab tab enter",
    "m",
    "e x tab 9 0 d enter",
    "3 e shift-tab enter A b c d e f enter",
    "3 e shift-tab enter tab enter enter",
    "R enter s enter O tab enter",
    "c enter",
    "s ctrl-z",
    "F k d s enter esc",
    "tab → y",
    "tab 2 ← y",
    "/ c r m enter",
    "/ k i n d : h m a c enter D",
];

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        20 => proptest::sample::select(KEYS).prop_map(Event::Key),
        5 => proptest::sample::select(WAYS).prop_map(Event::Way),
        3 => "[a-z]{1,8}|correct horse battery|[A-Za-z0-9]{4}|2".prop_map(Event::Type),
        1 => "\\PC{0,20}|a\nb\r\tc|\u{202e}x|支払い".prop_map(Event::Paste),
        1 => (1u16..=200, 1u16..=60).prop_map(|(w, h)| Event::Resize(w, h)),
        2 => proptest::sample::select(&[50i64, 200, 1_000, 61_000, 601_000][..]).prop_map(Event::Wait),
        1 => Just(Event::Stall),
        2 => Just(Event::Answer),
        1 => Just(Event::Fail),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    proptest::collection::vec(event(), 1..60)
}

impl Desk {
    /// Without the driver's questions: whatever comes is pressed.
    fn happens(&mut self, event: &Event) {
        match event {
            Event::Key(key) => {
                self.send(Msg::Key(chord(key)));
            }
            Event::Way(keys) => keys.split(' ').for_each(|key| self.happens(&Event::Key(key))),
            Event::Type(text) => {
                self.types(text);
            }
            Event::Paste(text) => {
                self.pastes(text);
            }
            Event::Resize(columns, rows) => {
                self.sized(*columns, *rows);
            }
            Event::Wait(ms) => {
                self.waits(*ms);
            }
            Event::Stall => {
                self.stalls();
            }
            Event::Answer => {
                self.answers();
            }
            Event::Fail => {
                let mut once = true;
                self.instead = Some(Box::new(move |call| std::mem::take(&mut once).then(|| failure(call)).flatten()));
            }
        }
    }
}

fn failure(call: &Call) -> Option<Reply> {
    let why = || HubError::Unavailable("The disk is full.".to_owned());
    Some(match call {
        Call::Edit(..) | Call::StopOld(..) => Reply::Edited(Err(why())),
        Call::Create(..) | Call::Rotate(..) | Call::LegacyPassword { .. } => Reply::Issued(Err(why())),
        Call::SetState(..) => Reply::States(Err(why())),
        Call::SignIn { .. } => Reply::SignIn(Err(why())),
        Call::ChangeOwnPassword { .. } => Reply::Actor(Err(why())),
        Call::List(..) => Reply::Page(Err(why())),
        Call::Overview(..) => Reply::Overview(Err(why())),
        Call::Pulse(..) => Reply::Pulse(Err(why())),
        Call::Details(..) => Reply::Details(Err(why())),
        Call::Find { .. } => Reply::Found(Err(why())),
        Call::RefusedRequests(..) => Reply::RefusedRequests(Err(why())),
        Call::Trail(..) => Reply::Trail(Err(why())),
        Call::SignIns(_) => Reply::SignIns(Err(why())),
        Call::Security(_) => Reply::Security(Err(why())),
        Call::SetSettings(..) => Reply::Done(Err(why())),
        Call::Export { .. } => Reply::Exported(Err(HubError::PasswordNeeded)),
        Call::Verify(_) => Reply::Verified(Err(why())),
        Call::Users(_) => Reply::Users(Err(why())),
        Call::ChangeUser(..) => Reply::User(Err(HubError::PasswordNeeded)),
        Call::Confirm(..) => Reply::Confirmed(Err(why())),
        _ => return None,
    })
}

fn role() -> impl Strategy<Value = Role> {
    proptest::sample::select(&Role::ALL[..])
}

/// The secret that is on the screen, if one is.
fn secret_of(desk: &Desk) -> Option<String> {
    let screen = desk.screen();
    let at = screen.match_indices("kds").map(|(i, _)| i);
    let words = at.filter_map(|i| screen.get(i..i + 30));
    words.into_iter().find(|w| keydesk::credential::holds_api_secret(w)).map(str::to_owned)
}

/// Enough for every build; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(48)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// 1, 2 and 3: no panic at any size; a secret is drawn in the one-time view only, and after it nowhere.
    #[test]
    fn nothing_panics_and_secrets_show_in_one_place_only(role in role(), events in events()) {
        let mut desk = Desk::on_list_as(role);
        let mut seen: Vec<String> = Vec::new();
        for event in &events {
            desk.happens(event);
            if desk.quit {
                break;
            }
            match secret_of(&desk) {
                Some(secret) => {
                    prop_assert!(desk.app.secret_shown().is_some(), "{}", desk.screen());
                    let title = desk.title_shown().unwrap_or_default();
                    prop_assert!(title.starts_with("Save the") && !desk.shows("Keys: "), "{}", desk.screen());
                    if !seen.contains(&secret) {
                        seen.push(secret);
                    }
                }
                None => {
                    // Closed, masked, covered or too small: the text is then nowhere in the state that can be printed.
                    let debug = format!("{:?}", desk.app);
                    prop_assert!(seen.iter().all(|s| !debug.contains(s.as_str())));
                }
            }
        }
    }

    /// 4: who may not change anything changes nothing, whatever is pressed.
    #[test]
    fn only_administrators_cause_changes(role in role(), events in events()) {
        let mut desk = Desk::on_list_as(role);
        events.iter().for_each(|event| desk.happens(event));
        let changes = desk.calls.iter().filter(|c| writes(c)).count();
        prop_assert!(role == Role::Administrator || changes == 0);
    }

    /// 5: eight steps back reach the menu or a door, and none of them quits.
    #[test]
    fn eight_escs_reach_the_menu_or_a_door(role in role(), events in events()) {
        let mut desk = Desk::on_list_as(role);
        events.iter().for_each(|event| desk.happens(event));
        prop_assume!(!desk.quit);
        desk.instead = None;
        desk.answers().sized(80, 24);
        // What was typed ahead may have been the way out.
        prop_assume!(!desk.quit);
        for _ in 0..8 {
            desk.send(Msg::Key(chord("esc")));
            // Esc answers "keep open" to the question whether an uncopied secret may go: it is copied first.
            if desk.app.secret_shown().is_some() && desk.title_shown().is_some_and(|t| t.starts_with("Save the")) {
                desk.send(Msg::Key(chord("s")));
            }
        }
        let screen = desk.screen();
        let there = ["keydesk   Menu", "keydesk   Sign in", "keydesk   Locked"];
        prop_assert!(there.iter().any(|t| screen.contains(t)), "{screen}");
        prop_assert!(!desk.quit);
    }

    /// 6: each hint on the last line does something when its key is pressed.
    #[test]
    fn every_hint_keeps_its_promise(role in role(), events in events(), which in 0usize..8) {
        let mut desk = Desk::on_list_as(role);
        events.iter().for_each(|event| desk.happens(event));
        prop_assume!(!desk.quit);
        desk.instead = None;
        desk.answers().sized(80, 24).waits(7_000);
        prop_assume!(!desk.quit && !desk.shows("Error:"));
        let last = desk.screen().lines().last().unwrap_or_default().to_owned();
        let hints: Vec<&str> = last.split("  ").map(|h| h.trim().trim_matches(['(', ')'])).filter(|h| !h.is_empty()).collect();
        let hint = hints[which % hints.len()];
        let key = hint.split(' ').next().unwrap_or_default();
        // At the end of a list there is no further way down: both ways are tried.
        let tries = match key {
            "↑↓" => vec!["↓", "↑"],
            "←→" => vec!["→", "←"],
            key => vec![key],
        };
        let before = (desk.frame(), desk.calls.len(), desk.copied.len());
        let mut did = false;
        for key in tries {
            desk.send(Msg::Key(chord(key)));
            did |= (desk.frame(), desk.calls.len(), desk.copied.len()) != before || desk.quit;
        }
        // A list of one row and a page that fits have nowhere to move to; a form says once what it lacks.
        let said_already = key == "enter" && desk.shows("✗ ");
        prop_assert!(did || key == "↑↓" || said_already, "{hint:?} did nothing on\n{}", desk.screen());
    }

    /// 7: each effect gets one reply; a second one, or one for a dialog that is gone, changes nothing.
    #[test]
    fn a_reply_nobody_waits_for_changes_nothing(events in events(), ticket in 0u64..200) {
        let mut desk = Desk::on_list();
        events.iter().for_each(|event| desk.happens(event));
        prop_assume!(!desk.quit);
        desk.answers();
        let before = desk.frame();
        let row = stray_reply();
        let effects = update(&mut desk.app, keydesk::time::Clock::now(&*desk.clock), Msg::Reply(Ticket(ticket), row));
        let calls: Vec<_> = effects.iter().filter_map(|e| if let Effect::Call(_, c) = e { Some(call_name(c)) } else { None }).collect();
        prop_assert!(calls.is_empty() || calls.iter().all(|c| matches!(*c, "pulse" | "details" | "overview" | "taken")), "{calls:?}");
        prop_assert!(desk.frame() == before);
    }
}

/// A secret that comes for nobody.
fn stray_reply() -> Reply {
    let desk = super::fixture::Copy::filled();
    let actor = super::fixture::local(&desk.hub, "bram");
    let query = keydesk::hub::ListQuery { limit: 1, revoked: true, ..Default::default() };
    let row = desk.hub.list(&actor, &query).unwrap().rows.remove(0);
    let secret = Some(keydesk::secret::Secret::from_text("kdsStray"));
    Reply::Issued(Ok(keydesk::hub::Issued { row, secret, version: 1, old_until: None, cut_short: vec![] }))
}

/// 1, on a grid: every scene a person can stand in, at every size.
#[test]
fn every_size_from_1x1_to_200x60_is_drawn() {
    let scenes: &[&[&str]] = &[
        &[],
        &["n"],
        &["2", "n", "tab", "→"],
        &["3", "n"],
        &["D"],
        &["R"],
        &["e"],
        &["3", "e"],
        &["3", "e", "shift-tab", "enter"],
        &["O"],
        &["F"],
        &["F", "k", "enter"],
        &["?"],
        &["enter"],
        &["tab"],
        &["tab", "tab"],
        &["tab", "→"],
        &["2", "tab"],
        &["3", "tab", "←"],
        &["esc", "esc", "↓", "↓", "enter"],
        &["/"],
        &["/", "x", "enter"],
        &["n", "x", "enter"],
        &["L"],
        &["esc", "↓", "enter"],
        &["esc", "↓", "↓", "enter"],
        &["esc", "↓", "↓", "enter", "enter"],
        &["esc", "↓", "↓", "enter", "/"],
        &["esc", "↓", "↓", "enter", "v"],
        &["esc", "↓", "↓", "enter", "x"],
        &["esc", "G", "enter", "e"],
        &["esc", "↓", "enter", "n"],
        &["esc", "↓", "enter", "r"],
        &["esc", "↓", "enter", "↓", "d"],
        &["esc", "↓", "enter", "↓", "enter"],
    ];
    for keys in scenes {
        let mut desk = Desk::on_list();
        keys.iter().for_each(|key| {
            desk.send(Msg::Key(chord(key)));
        });
        for columns in [1, 2, 9, 25, 40, 59, 60, 61, 79, 80, 109, 110, 120, 160, 200] {
            for rows in [1, 2, 4, 8, 15, 16, 17, 19, 20, 24, 33, 47, 60] {
                desk.sized(columns, rows);
                draw_at(&desk, columns, rows);
            }
        }
        // The terminal may be another size than the state was told: a resize is on its way.
        for (columns, rows) in [(1, 1), (60, 16), (80, 24), (110, 16), (200, 5)] {
            draw_at(&desk, columns, rows);
        }
    }
}

fn draw_at(desk: &Desk, columns: u16, rows: u16) {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| view::draw(&desk.app, frame)).unwrap();
}

/// Every call goes to one worker, and what writes never to the reader.
#[test]
fn what_writes_goes_to_the_writer() {
    let desk = Desk::on_list();
    let actor = super::fixture::local(desk.hub(), "alice");
    let lanes: BTreeMap<&str, Lane> = [
        Call::SignOut(actor.clone()),
        Call::Pulse(actor.clone(), None),
        Call::Overview(actor.clone(), vec![]),
        Call::SetState(actor, vec![], keydesk::credential::Verb::Disable),
    ]
    .iter()
    .map(|call| (call_name(call), call.lane()))
    .collect();
    assert_eq!((lanes["pulse"], lanes["overview"]), (Lane::Read, Lane::Read));
    assert_eq!((lanes["set state"], lanes["sign out"]), (Lane::Write, Lane::Write));
}

/// The rows of the table that a scope leads to are all reached by some screen or dialog.
#[test]
fn no_key_of_the_table_is_dead() {
    let mut reached = std::collections::BTreeSet::new();
    for keys in super::help::PLACES {
        let desk = Desk::on_list_then(keys);
        for binding in keys::reachable(&desk.app.scopes()) {
            reached.insert(format!("{:?} {}", binding.scope, binding.words));
        }
    }
    let dead: Vec<_> =
        keys::BINDINGS.iter().map(|b| format!("{:?} {}", b.scope, b.words)).filter(|b| !reached.contains(b)).collect();
    assert!(dead.is_empty(), "no screen leads to {dead:?}");
}
