//! Menu, settings, pages, help, window sizes.

use keydesk::account::Role;
use keydesk::credential::{Filter, Kind, Options, Verb, Wanted};
use keydesk::hub::{ListQuery, ProcessKind, Refusal, UseCount};
use keydesk::time::{Day, Seconds};

use super::desk::Desk;
use super::fixture::{self, Copy};

#[test]
fn enter_enter_n_is_the_way_to_a_new_key() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("enter enter n").dialog("Create new key · Basic Authentication").says("Name");
}

#[test]
fn esc_goes_back_step_by_step_and_does_nothing_on_the_menu() {
    let mut desk = Desk::on_list();
    desk.press("esc").sees("Activity log").press("ctrl-g").sees("▌  Settings").press("esc esc").sees("▌  Settings");
    assert!(!desk.quit);
}

#[test]
fn q_goes_back_and_from_the_menu_it_quits() {
    let mut desk = Desk::on_list();
    desk.press("q q").sees("▌  Settings");
    assert!(!desk.quit);
    desk.press("q");
    assert!(desk.quit);
    assert_eq!(desk.count("sign out"), 1);
}

#[test]
fn attention_items_are_named_and_lead_there() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.sees("! 1 credential expires within 30 days").sees("支払い-batch, in 3 d");
    desk.press("tab").selects("1 credential expires").no_dialog().press("enter").rest();
    assert!(desk.selected_line().contains("支払い-batch"), "{}", desk.screen());
    desk.sees("expires<30d").sees_no("crm-sync");
    desk.press("esc").rest().sees("crm-sync");
}

#[test]
fn the_never_used_keys_are_the_ones_listed() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    let bram = fixture::local(desk.hub(), "bram");
    let counted = desk.hub().overview(&bram).unwrap().credentials.unwrap().never_used_for_long;
    desk.sees("· 4 credentials were never used").sees("created over 7 days ago");
    assert_eq!((counted.total(), counted.kind()), (4, Some(Kind::Basic)));
    desk.press("tab").selects("4 credentials were").no_dialog().press("enter").rest().sees("used:never");
    desk.sees("支払い-batch").sees("▌1 Basic");
    let filter = Filter::parse("used:never unused>7d state:usable").unwrap();
    for kind in Kind::ALL {
        let query = ListQuery { kind: Some(kind), filter: filter.clone(), limit: 200, ..ListQuery::default() };
        let page = desk.hub().list(&bram, &query).unwrap();
        assert_eq!(page.rows.len() as i64, counted.counts[kind as usize], "{kind}");
        assert!(page.rows.iter().all(|row| row.last_used.is_none()));
    }
    // Esc clears the filter first, then leaves the screen.
    desk.press("esc").rest().press("esc").sees("Needs attention");
}

#[test]
fn expiring_keys_are_one_line_with_the_next_of_them() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    let bram = fixture::local(desk.hub(), "bram");
    let soon = |days: i64| Options {
        expires_at: Some(Seconds(fixture::NOW.seconds().0 + days * 86_400)),
        ..Options::default()
    };
    for (kind, name, days) in [(Kind::Basic, "b1", 4), (Kind::Hmac, "first-of-all", 2), (Kind::Hmac, "late", 29)] {
        desk.hub().create(&bram, &fixture::wanted(kind, name, soon(days))).unwrap();
    }
    desk.press("ctrl-l").sees("! 4 credentials expire within 30 days").sees("first first-of-all, in 2 d");
    desk.press("tab").selects("4 credentials expire").no_dialog().press("enter").rest().sees("expires<30d");
    assert!(desk.selected_line().contains("first-of-all"), "{}", desk.screen());
}

/// The tag of a credential is wrong, as somebody leaves it who writes the database by hand.
fn tampered(desk: &Desk, name: &str) {
    let other = rusqlite::Connection::open(desk.copy.as_ref().unwrap().database()).unwrap();
    other.execute("UPDATE credential SET expires_at = NULL, version = version + 1 WHERE name = ?1", [name]).unwrap();
}

#[test]
fn tampered_credentials_come_first_and_can_be_revoked_from_there() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    let overview = |desk: &Desk| desk.hub().overview(&fixture::local(desk.hub(), "bram")).unwrap().credentials.unwrap();
    let before = overview(&desk).states;
    tampered(&desk, "webhooks-prod");
    tampered(&desk, "old-gateway");
    desk.waits(11_000).press("ctrl-l").sees("▲ 2 credentials changed outside keydesk").sees("and 1 more");
    let after = overview(&desk).states;
    assert_eq!(after.total(Wanted::Tampered), 2);
    assert_eq!(after.all_usable(), before.all_usable() - 1, "what is tampered does not count as active");
    assert_eq!(after.all_listed(), before.all_listed());
    desk.press("tab").sees("▌ ▲ 2 credentials").no_dialog().press("enter").rest().sees("state:tampered");
    desk.sees("▲ tampered").sees("old-gateway").sees_no("crm-sync");
    let row = desk.row_of("webhooks-prod");
    let alice = fixture::local(desk.hub(), "alice");
    desk.hub().set_state(&alice, &[row.target(), desk.row_of("old-gateway").target()], Verb::Revoke).unwrap();
    desk.press("esc").rest().press("esc").rest().sees_no("changed outside keydesk");
}

#[test]
fn a_line_is_hidden_until_its_number_grows() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("tab").selects("4 credentials were never used").no_dialog().press("d");
    desk.sees("Hidden until its number grows").sees_no("were never used");
    desk.press("ctrl-l").sees_no("were never used");
    let alice = fixture::local(desk.hub(), "alice");
    desk.clock.advance(jiff::SignedDuration::from_hours(-24 * 8));
    desk.hub().create(&alice, &fixture::wanted(Kind::Basic, "forgotten", Options::default())).unwrap();
    desk.clock.advance(jiff::SignedDuration::from_hours(24 * 8));
    desk.press("ctrl-l").rest().sees("5 credentials were never used");
}

#[test]
fn refusals_of_expired_and_other_keys_need_attention() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    let alice = fixture::local(desk.hub(), "alice");
    let expiry = Options { expires_at: Some(Seconds(fixture::NOW.seconds().0 + 60)), ..Options::default() };
    let gone = desk.hub().create(&alice, &fixture::wanted(Kind::Basic, "nightly-export", expiry)).unwrap().row.id;
    desk.clock.advance(jiff::SignedDuration::from_secs(120));
    let (now, sync) = (desk.hub().now().seconds(), desk.row_of("crm-sync").id);
    let count = |id: keydesk::hub::CredentialId, day: i64, refused| UseCount {
        credential: id.0,
        day: Day(now.day().0 + day),
        allowed: 0,
        refused,
    };
    let note = desk.hub().process_note(ProcessKind::Verifier).unwrap();
    let counts =
        [count(gone, 0, 38), count(sync, 0, 200), count(sync, -1, 12), count(sync, -9, 28), count(sync, -20, 28)];
    desk.hub().feed().write_counts(&note, 1, &counts).unwrap();
    let refusal = Refusal {
        credential: gone.0,
        at: now,
        reason: "expired".to_owned(),
        component: None,
        clock_offset: None,
        address: None,
        mistake: None,
        count: 38,
    };
    desk.hub().feed().write_refusals(&[refusal]).unwrap();
    desk.press("ctrl-l").rest().sees("! nightly-export has expired and is still called").sees("38 since yesterday");
    desk.sees("! crm-sync is refused more than usual").sees("212 since yesterday, usually 4");
    desk.sees("1 verifier in sight").sees("Refused");
    desk.press("tab").selects("crm-sync is refused").no_dialog().press("enter").rest().sees("refused>211");
    assert!(desk.selected_line().contains("crm-sync"), "{}", desk.screen());
}

#[test]
fn a_large_window_shows_the_whole_desk() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.sized(120, 40).rest().sees("BASIC   HMAC  LEGACY     ALL").sees("● active").sees("Most used");
    desk.sees("Last changes").sees("last 30 days, by UTC day").sees("0 in sight").sees("today");
    desk.press("tab enter").no_dialog();
}

#[test]
fn a_desk_that_no_gateway_asked_says_what_to_do() {
    let mut desk = Desk::empty();
    desk.sees_no("No gateway has asked yet");
    let alice = fixture::local(desk.hub(), "alice");
    desk.hub().create(&alice, &fixture::wanted(Kind::Hmac, "webhooks", Options::default())).unwrap();
    desk.press("ctrl-l").sees("· No gateway has asked yet").sees("see how to set one up");
    desk.press("tab")
        .selects("No gateway")
        .no_dialog()
        .press("enter")
        .sees("Documentation")
        .sees("nginx")
        .sees("the verifier is at");
    // A key that was used: a gateway asked about it.
    Desk::signed_in_as(Role::Administrator).sees_no("No gateway has asked yet");
}

impl Desk {
    /// Signed in by alice, whose line dropped while the secret of a credential was shown.
    fn at_menu_after_a_dropped_line(name: &str) -> Self {
        Self::after_a_dropped_line(Copy::filled(), name)
    }

    fn after_a_dropped_line(copy: Copy, name: &str) -> Self {
        let session = fixture::dropped_session(&copy, name);
        Self::at_menu(copy, session)
    }
}

#[test]
fn a_single_administrator_is_an_attention_item() {
    let mut desk = Desk::empty();
    desk.sees("! Only one Administrator can sign in").sees("alice").sees_no("…");
}

#[test]
fn a_secret_lost_with_the_line_is_listed_at_next_sign_in() {
    let mut desk = Desk::at_menu_after_a_dropped_line("webhooks-staging");
    desk.sees("webhooks-staging: line dropped with its secret shown");
    desk.press("tab").selects("webhooks-staging:").no_dialog().press("enter").rest().sees("2 HMAC");
    assert!(desk.selected_line().contains("webhooks-staging"), "the cursor is on it\n{}", desk.screen());
    desk.press("R ↑ ↑").dialog("New secret for webhooks-staging").says("(•) not at all").press("enter");
    desk.dialog("The secret, once").says("webhooks-staging").press("s enter");
    desk.no_dialog().press("esc").rest().sees("Needs attention").sees_no("line dropped");
}

#[test]
fn attention_items_are_found_in_a_list_of_any_length() {
    let mut desk = Desk::after_a_dropped_line(fixture::with_keys(700), "key-0555");
    desk.sees("key-0555: line dropped with its secret shown")
        .sees("rotate it")
        .press("tab")
        .selects("key-0555")
        .no_dialog()
        .press("enter")
        .rest();
    assert!(desk.selected_line().contains("key-0555"), "{}", desk.screen());
    desk.press("↑").rest();
    assert!(desk.selected_line().contains("key-0554"), "among its neighbours\n{}", desk.screen());
}

#[test]
fn a_lost_secret_is_not_listed_once_its_key_is_revoked() {
    let mut desk = Desk::at_menu_after_a_dropped_line("crm-sync");
    desk.waits(1_500).sees("crm-sync: line dropped");
    let alice = fixture::local(desk.hub(), "bram");
    desk.hub().set_state(&alice, &[desk.row_of("crm-sync").target()], Verb::Revoke).unwrap();
    desk.waits(1_500).rest().sees("Needs attention").sees_no("line dropped");
}

#[test]
fn a_long_name_never_hides_what_happened_to_a_secret() {
    for (columns, rows) in [(80, 24), (60, 16)] {
        let copy = Copy::filled();
        let alice = fixture::local(&copy.hub, "alice");
        let name = "n".repeat(64);
        copy.hub.create(&alice, &fixture::wanted(Kind::Basic, &name, Options::default())).unwrap();
        let mut desk = Desk::after_a_dropped_line(copy, &name);
        desk.sized(columns, rows).rest().sees("nnnnnn").sees("…: line dropped with its secret shown");
    }
}

/// The first item, whatever else is on the attention list.
#[test]
fn changes_made_outside_keydesk_come_first() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.waits(1_500);
    let other = rusqlite::Connection::open(desk.copy.as_ref().unwrap().database()).unwrap();
    other.execute_batch("UPDATE account SET name = 'Other Corp'").unwrap();
    let alice = fixture::local(desk.hub(), "bram");
    desk.hub().set_state(&alice, &[desk.row_of("crm-sync").target()], Verb::Disable).unwrap();
    desk.waits(1_500).rest().sees("Not trusted: the name of the account was changed outside keydesk");
    desk.press("tab").no_dialog().press("enter").rest().sees("Activity log");
}

#[test]
fn the_last_sign_in_is_shown() {
    Desk::signed_in_as(Role::Administrator).sees("Last sign-in yesterday 17:06 UTC from 203.0.113.9");
}

#[test]
fn settings_show_numbers_and_the_last_changes() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("enter").sees("7 credentials, 6 usable, 1 expiring").sees("4 users").sees("disabled Basic key");
}

#[test]
fn every_row_of_menu_and_settings_leads_somewhere() {
    for (row, words) in [("My account", "Line by line"), ("Documentation", "curl")] {
        let mut desk = Desk::signed_in_as(Role::Basic);
        desk.selects(row).press("enter").sees(words).press("esc").sees("Sign out");
    }
    for (row, words) in [
        ("Users", "LAST SIGN-IN (UTC)"),
        ("Activity log", "the Basic credential old-gateway"),
        ("Security", "Lock after"),
    ] {
        let mut desk = Desk::signed_in_as(Role::Administrator);
        desk.press("enter").selects(row).press("enter").rest().sees(words).press("esc").sees("Last changes");
    }
}

#[test]
fn the_activity_log_scrolls() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("enter").selects("Activity log").press("enter").rest();
    let first = desk.selected_line();
    desk.press("G");
    assert_ne!(desk.selected_line(), first);
    desk.press("g");
    assert_eq!(desk.selected_line(), first);
}

#[test]
fn help_names_the_keys_of_this_place_and_closes() {
    let mut desk = Desk::on_list();
    desk.press("?").dialog("Keys: API tab").says("revoke, for good").sees("ctrl-c");
    desk.press("esc").no_dialog().press("n F1").dialog("Keys: Forms").says("next field").press("F1");
    desk.dialog("Create new key · Basic Authentication");
}

#[test]
fn a_question_mark_in_a_field_is_a_letter() {
    Desk::on_list().press("n").types("what?").sees("what?").sees("F1 help");
}

#[test]
fn a_window_that_is_too_small_says_so_and_keeps_the_form() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly-export").sized(40, 10);
    desk.sees("This window is 40 x 10. Please make it at least 60 x 16.").sees("Nothing is lost.");
    // Buttons that cannot be seen must not be pressed.
    desk.types("x").press("enter esc");
    assert_eq!(desk.count("create"), 0);
    desk.sized(80, 24).dialog("Create new key · Basic Authentication").says("nightly-export ");
}

#[test]
fn ctrl_l_draws_and_reads_everything_again() {
    let mut desk = Desk::on_list();
    let before = desk.count("list");
    desk.press("ctrl-l");
    assert!(desk.repainted && desk.count("list") == before + 1);
}

#[test]
fn ctrl_z_suspends() {
    let mut desk = Desk::on_list();
    desk.press("ctrl-z").sees("crm-sync");
    assert!(desk.suspended);
}

#[test]
fn a_paste_outside_a_field_does_nothing_but_say_so() {
    let mut desk = Desk::on_list();
    desk.pastes("n\rDDDD").sees("Text can be pasted into a field only").no_dialog();
    desk.waits(6_000).sees_no("pasted");
}

#[test]
fn nothing_is_drawn_when_nothing_changed() {
    let mut desk = Desk::on_list();
    // No key of the list says so once.
    desk.press("w").sees("w does nothing here").waits(6_000).sees_no("does nothing");
    desk.app.take_dirty();
    desk.waits(3_000);
    assert!(!desk.app.take_dirty());
    assert!(desk.count("pulse") >= 3);
    desk.waits(60_000);
    assert!(desk.app.take_dirty(), "relative times move on the minute");
}

#[test]
fn arrows_move_between_the_menu_and_the_attention_list() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.sees("tab attention").press("↓ ↓ ↓ ↓ ↓");
    assert!(desk.selected_line().contains("Quit"));
    desk.press("↓").sees("▌ ! 1 credential expires").sees("tab to the menu").sees_no("▌  Quit");
    desk.press("↑")
        .sees("▌  Quit")
        .press("G")
        .sees("▌ · 4 credentials were never used")
        .press("g")
        .sees("▌  Settings")
        .press("↑")
        .sees("▌  Settings");
    desk.press("↓ tab").sees("▌ ! 1 credential expires").press("tab").sees("▌  My account");
    desk.press("tab").no_dialog().press("enter").rest();
    assert!(desk.selected_line().contains("支払い-batch"), "{}", desk.screen());
    // With an empty attention list the last row of the menu is the last.
    let mut desk = Desk::signed_in_as(Role::Basic);
    desk.press("G").sees("▌  Quit").press("↓").sees("▌  Quit").sees_no("tab attention");
}
