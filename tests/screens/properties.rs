//! What holds whatever is pressed, pasted, resized or answered.

use std::collections::BTreeMap;

use keydesk::account::Role;
use keydesk::tui::msg::{Answer, Call, Effect, Lane, Msg, Reply, Ticket};
use keydesk::tui::{keymap, update, view};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::calls::{call_name, writes};
use super::desk::{Desk, chord};
use super::random_events::{events, role};

/// The secret on the screen, if there is one.
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
                    prop_assert!(desk.app.secrets_shown().is_some(), "{}", desk.screen());
                    let title = desk.title_shown().unwrap_or_default();
                    prop_assert!(title == "The secret, once" && !desk.shows("Keys: "), "{}", desk.screen());
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

    /// 4: users without the right change nothing, whatever is pressed.
    #[test]
    fn only_administrators_cause_changes(role in role(), events in events()) {
        let mut desk = Desk::on_list_as(role);
        events.iter().for_each(|event| desk.happens(event));
        let changes = desk.calls.iter().filter(|c| writes(c)).count();
        prop_assert!(role == Role::Administrator || changes == 0);
    }

    /// 5: eight steps back reach the menu or a sign-in screen, and none of them quits.
    #[test]
    fn eight_escs_reach_the_menu_or_a_sign_in_screen(role in role(), events in events()) {
        let mut desk = Desk::on_list_as(role);
        events.iter().for_each(|event| desk.happens(event));
        prop_assume!(!desk.quit);
        desk.instead = None;
        desk.answers().sized(80, 24);
        // Keys typed ahead may have quit; and the key that stops the count does nothing else.
        prop_assume!(!desk.quit && !desk.shows("Locks in"));
        for _ in 0..8 {
            desk.send(Msg::Key(chord("esc")));
            // Esc answers "keep open" when an uncopied secret would be lost: it is copied first.
            if desk.app.secrets_shown().is_some() && desk.shows("shown only now") {
                // Of several secrets all are copied.
                desk.send(Msg::Key(chord("a")));
                desk.send(Msg::Key(chord("s")));
            }
        }
        let screen = desk.screen();
        let there = ["› Menu ", "> Menu ", "keydesk  Menu", "keydesk  Sign in", "keydesk  Locked"];
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
        let last = desk.screen().lines().last().unwrap_or_default().to_owned();
        // An error stands in the place of the hints, and takes the first key.
        prop_assume!(!desk.quit && !last.starts_with(" × ") && !desk.shows("Locks in"));
        let hints: Vec<&str> = last.split("  ").map(|h| h.trim().trim_matches(['(', ')'])).filter(|h| !h.is_empty() && !h.starts_with("who:")).collect();
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
        // A list of one row and a page that fits do not move; a form shows once what is missing.
        let said_already = matches!(key, "enter" | "ctrl-s") && desk.shows("✗ ");
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

/// A new secret that no dialog waits for.
fn stray_reply() -> Reply {
    let desk = super::fixture::Copy::filled();
    let actor = super::fixture::local(&desk.hub, "bram");
    let query = keydesk::hub::ListQuery { limit: 1, revoked: true, ..Default::default() };
    let row = desk.hub.list(&actor, &query).unwrap().rows.remove(0);
    let secret = Some(keydesk::secret::Secret::from_text("kdsStray"));
    Ok(Answer::Issued(keydesk::hub::Issued { row, secret, version: 1, old_until: None, ended_early: vec![] }))
}

/// 1, on a grid: every scene at every size.
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

/// Every call goes to one worker, and calls that write never go to the reader.
#[test]
fn calls_that_write_go_to_the_writer() {
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

/// Some screen or dialog reaches each row of the key table.
#[test]
fn no_key_of_the_table_is_dead() {
    let mut reached = std::collections::BTreeSet::new();
    for keys in super::help::PLACES {
        let desk = Desk::on_list_then(keys);
        for binding in keymap::reachable(&desk.app.scopes()) {
            reached.insert(format!("{:?} {}", binding.scope, binding.words));
        }
    }
    let mut tampered = Desk::with_tampered("crm-sync");
    tampered.selects("crm-sync").press("e");
    for binding in keymap::reachable(&tampered.app.scopes()) {
        reached.insert(format!("{:?} {}", binding.scope, binding.words));
    }
    let dead: Vec<_> = keymap::BINDINGS
        .iter()
        .map(|b| format!("{:?} {}", b.scope, b.words))
        .filter(|b| !reached.contains(b))
        .collect();
    assert!(dead.is_empty(), "no screen leads to {dead:?}");
}
