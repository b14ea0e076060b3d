//! Ticks: all that the filter finds, over pages, orders, filters and sections, and what is done with them.

use keydesk::account::Role;
use keydesk::credential::{Kind, State};
use keydesk::hub::HubError;
use keydesk::tui::msg::{Call, Effect, Msg};
use proptest::prelude::*;

use super::desk::Desk;
use super::fixture;

/// A desk with this many Basic keys, on their list.
fn with_keys(count: usize) -> Desk {
    let mut desk = Desk::with(fixture::with_keys(count), Role::Administrator);
    desk.press("enter enter").rest();
    desk
}

impl Desk {
    /// On the list, where somebody wrote into the row of one credential.
    pub fn with_tampered(name: &str) -> Self {
        let copy = fixture::Copy::filled();
        let database = rusqlite::Connection::open(copy.database()).unwrap();
        database.execute("UPDATE credential SET note = 'mine' WHERE name = ?1", [name]).unwrap();
        let session = fixture::session(&copy.hub, "alice", Role::Administrator);
        let mut desk = Self::at_menu(copy, session);
        desk.selects("Settings").press("enter enter").rest();
        desk
    }
}

#[test]
fn a_ticks_all_that_the_filter_finds_beyond_the_window() {
    let mut desk = with_keys(2_300);
    desk.press("/").types("key-1").press("enter a").rest().sees("1000 ticked").press("d");
    desk.dialog("Disable 1000 keys?").says("These are all 1000 of Basic Authentication that / key-1 finds.");
    desk.press("tab").dialog("Disable 1000 keys?").says("within a second").press("enter").rest();
    desk.sees("Disabled 1000 keys.").waits(7_000).sees("1000 ticked");
    let calls = desk.count("set state");
    assert_eq!(calls, 1, "one transaction");
    // They stay ticked, so that the same ones can be enabled again.
    desk.press("d").dialog("Enable 1000 keys?").says("with the secrets they have").press("tab");
    desk.dialog("Enable 1000 keys?").says("work again").press("enter").rest().sees("Enabled 1000 keys.");
    assert_eq!(desk.state_of("key-0100"), State::Active);
    desk.waits(7_000).sees("1000 ticked").press("a").rest().sees_no("ticked");
}

#[test]
fn ticks_survive_paging_order_filter_and_sections() {
    let mut desk = with_keys(60);
    desk.press("space G space").sees("2 ticked").press("g").sees("✓ key-0000");
    desk.press("o c").rest().sees("2 ticked").press("/").types("key-003").press("enter").rest().sees("2 ticked");
    desk.press("2").rest().sees("2 ticked").press("1").rest().sees("2 ticked");
}

#[test]
fn space_ticks_and_goes_down() {
    let mut desk = with_keys(9);
    desk.press("space space").sees("2 ticked").sees("✓ key-0000").sees("✓ key-0001");
    assert!(desk.selected_line().contains("key-0002"), "{}", desk.screen());
}

#[test]
fn the_first_esc_unticks_and_the_second_clears_the_filter() {
    let mut desk = Desk::on_list();
    desk.press("/").types("crm-").press("enter").rest().press("a").sees("1 ticked");
    desk.press("esc").sees_no("ticked").sees_no("billing-gateway");
    desk.press("esc").rest().sees("billing-gateway").press("esc").sees("Users");
}

#[test]
fn capital_a_ticks_in_every_kind() {
    let mut desk = Desk::on_list();
    desk.press("/").types("by:bram").press("enter").rest().press("A").rest().sees("3 ticked").press("2").rest();
    desk.sees("✓ webhooks-prod").press("d").dialog("Disable 3 keys?");
    desk.says("These are all 3 of every kind that / by:bram finds.").press("esc").press("A").rest().sees_no("ticked");
}

#[test]
fn ticks_that_are_elsewhere_are_said_to_be() {
    let mut desk = Desk::on_list();
    desk.press("space")
        .sees("a all 4")
        .press("a")
        .sees("4 ticked")
        .sees_no("none shown here")
        .sees("a untick")
        .press("2")
        .rest();
    desk.sees("4 ticked, none shown here").sees("a all 2").press("space").sees("5 ticked").sees_no("none shown here");
}

#[test]
fn revoked_ones_fall_out_of_the_ticks() {
    let mut desk = Desk::on_list();
    desk.press("a").sees("4 ticked").press("D").types("4").dialog("Revoke 4 keys?").says("for good");
    desk.press("enter").rest().sees("Revoked 4 keys.").sees_no("ticked");
}

#[test]
fn esc_stops_ticking_many_and_ticks_nothing() {
    let mut desk = with_keys(2_300);
    desk.stalls().press("a").sees("ticking, 0 so far, esc stops").press("esc").answers().rest();
    desk.sees("Nothing more was ticked.").sees_no(" ticked,");
    assert!(desk.press("d").title_shown().is_some_and(|title| title == "Disable key-0000?"));
}

#[test]
fn a_change_of_many_says_how_far_and_can_be_stopped() {
    let mut desk = with_keys(1_000);
    desk.press("a").rest().press("d tab").dialog("Disable 1000 keys?").says("within a second").stalls().press("enter");
    let ticket = desk.queue.iter().find_map(|effect| match effect {
        Effect::Call(ticket, Call::SetState(..)) => Some(*ticket),
        _ => None,
    });
    desk.send(Msg::Progress(ticket.unwrap(), 400)).sees("400 so far. Until the last one, esc takes all back.");
    desk.press("esc");
    let cancelled = desk.queue.iter().any(|effect| matches!(effect, Effect::Cancel(it) if Some(*it) == ticket));
    assert!(cancelled, "the worker is told");
    desk.instead = Some(Box::new(|call| match call {
        Call::SetState(..) => Some(Err(HubError::Failed("It was cancelled. Nothing was changed.".to_owned()))),
        _ => None,
    }));
    desk.answers()
        .dialog("Disable 1000 keys?")
        .says("Nothing was changed.")
        .press("esc")
        .waits(7_000)
        .sees("1000 ticked");
    assert_eq!(desk.state_of("key-0000"), State::Active);
}

#[test]
fn a_tampered_key_opens_a_sheet_and_can_be_revoked() {
    let mut desk = Desk::with_tampered("crm-sync");
    desk.selects("crm-sync").sees("tampered").press("e").sees("Found        now, by its tag; it was whole ");
    desk.sees("Changed      note")
        .sees("bram created Basic key")
        .sees("What to do   revoke it")
        .press("esc")
        .no_dialog();
    for key in ["e", "R", "d"] {
        desk.press(key).dialog("crm-sync was changed outside keydesk").says("no longer be edited, rotated or enabled");
        desk.press("esc").no_dialog();
    }
    desk.press("e l").no_dialog().rest().sees("Activity log").sees("crm-sync").press("esc esc").rest();
    desk.press("e r").dialog("crm-sync was changed outside keydesk").says("[▸Revoke as it is ]");
    desk.press("D").dialog("Revoke crm-sync?").says("for good");
    let four = desk.copied_last_four();
    desk.types(&four).dialog("Revoke crm-sync?").says("for good").press("enter").rest();
    desk.sees("Revoked crm-sync.");
    assert_eq!(desk.state_of("crm-sync"), State::Revoked);
}

#[test]
fn what_is_disabled_already_is_said_before_a_change() {
    let mut desk = Desk::on_list();
    desk.press("a d");
    desk.dialog("Disable 4 keys?").says("1 is disabled already. ").press("esc").press("R");
    desk.dialog("New secrets for 4 credentials");
    desk.says("1 is disabled: its secrets are refused until it is enabled.");
}

#[test]
fn a_tampered_one_is_left_out_of_a_change_of_several() {
    let mut desk = Desk::with_tampered("crm-sync");
    desk.press("a").sees("4 ticked").press("d");
    desk.dialog("Disable 3 keys?").says("billing-gateway").sees_no("    crm-sync").press("esc");
    for (key, title) in [("d", "Disable 3 keys?"), ("R", "New secrets for 3 credentials"), ("e", "Edit 3 keys")] {
        for (columns, rows) in [(80, 24), (60, 16)] {
            desk.sized(columns, rows).press(key).dialog(title).says("1 is left out: crm-sync, tampered.").press("esc");
        }
    }
    desk.press("D").dialog("Revoke 4 keys?").says("crm-sync");
}

/// What a user may do with ticks.
fn step() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "space", "a", "A", "↓", "↑", "G", "g", "o n", "o c", "o u", "o s", "1", "2", "3", ".", "PgDn", "ctrl-d",
        "R esc", "D esc",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// However one moves, the number told is the number of keys that a dialog is about.
    #[test]
    fn the_dialog_is_about_as_many_as_are_ticked(steps in prop::collection::vec(step(), 1..24)) {
        let mut desk = Desk::on_list();
        for step in steps {
            desk.press(step).rest();
        }
        let screen = desk.screen();
        let told = screen.lines().find_map(|line| line.split(" ticked").next().filter(|_| line.contains(" ticked")));
        let told = told.and_then(|before| before.split_whitespace().last()).and_then(|n| n.parse::<usize>().ok());
        desk.press("D").rest();
        let title = desk.title_shown().unwrap_or_default();
        match told {
            Some(n) if n > 1 => {
                let revoked = desk.names(Kind::Basic).len();
                prop_assert!(title == format!("Revoke {n} keys?"), "{title}, {n} of {revoked}: {screen}");
            }
            _ => prop_assert!(!title.contains(" keys?"), "{title}: {screen}"),
        }
    }
}
