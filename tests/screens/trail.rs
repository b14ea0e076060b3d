//! The activity log: filtered, read, verified.

use keydesk::account::Role;
use keydesk::hub::{TrailReport, UserRow};
use keydesk::tui::msg::{Answer, Call};

use super::desk::Desk;
use super::fixture;

impl Desk {
    pub fn on_trail() -> Self {
        let mut desk = Self::signed_in_as(Role::Administrator);
        desk.press("enter").selects("Activity log").press("enter").rest();
        desk
    }
}

/// Another administrator gives chen a new level, and somebody guesses dora's password.
fn some_life(desk: &Desk) -> UserRow {
    for _ in 0..5 {
        desk.hub().sign_in("dora", &keydesk::secret::Secret::from_text("wrong"), &Default::default()).unwrap();
    }
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().set_role(&bram, &fixture::seen(desk.hub(), "chen"), Role::Advanced).unwrap()
}

#[test]
fn an_entry_says_what_differs() {
    let mut desk = Desk::on_trail();
    some_life(&desk);
    desk.press("ctrl-l").press("g").sees("bram changed role chen").sees("Role: Basic User → Advanced User");
    desk.press("enter");
    let no = desk.title_shown().unwrap();
    assert!(no.starts_with("Entry "), "{no}");
    desk.sees("bram (unix keydesk) changed role chen").sees("by --as").press("esc").no_dialog();
    desk.selects("支払い-batch")
        .press("enter")
        .sees("Expires: 2026-08-17")
        .sees("Kind: basic")
        .press("esc")
        .no_dialog();
    desk.selects("disabled Basic key").sees("State: active → disabled").sees_no("Networks");
}

#[test]
fn w_shows_one_user_and_then_everybody_again() {
    let mut desk = Desk::on_trail();
    desk.selects("bram").press("w").sees("Only entries by bram").sees("old-gateway").sees_no("set up the desk");
    desk.press("w").sees("The newest entries first").sees("set up the desk");
}

#[test]
fn t_goes_through_the_types() {
    let mut desk = Desk::on_trail();
    some_life(&desk);
    desk.press("t").sees("Only changes").sees("changed role").sees_no("sign-in refused");
    desk.press("t").sees("Only accesses").sees_no("changed role");
    desk.press("t").sees("Only refusals").sees("sign-in refused").sees_no("changed role");
    desk.press("t").sees("The newest entries first");
}

#[test]
fn the_filter_takes_user_type_and_dates() {
    let mut desk = Desk::on_trail();
    desk.press("/").types("bram").press("tab → tab").types("2026-01-01").press("tab").types("2026-03-01");
    desk.dialog("Show a part of the trail").says("bram").press("enter").no_dialog();
    desk.sees("Only changes by bram since 2026-01-01 before 2026-03-01").sees("created Basic key").sees("old-gateway");
    desk.sees_no("crm-sync").press("/ shift-tab shift-tab").dialog("Show a part of the trail").says("2026-03-01");
    desk.press("enter").no_dialog().sees("crm-sync").sees("The newest entries first");
}

#[test]
fn every_type_can_be_read_in_the_smallest_window() {
    let mut desk = Desk::on_trail();
    desk.sized(60, 16).press("/").dialog("Show a part of the trail");
    for word in ["(•) all", "( ) change", "( ) access", "( ) refusal"] {
        desk.says(word);
    }
}

#[test]
fn a_span_counts_back_from_now() {
    let mut desk = Desk::on_trail();
    desk.press("/ tab tab").types("20d").dialog("Show a part of the trail").says("20d").press("enter enter");
    desk.no_dialog().sees("Only entries since 2026-07-25 09:12").sees("crm-sync").sees_no("smsbatch");
}

#[test]
fn invalid_dates_are_reported_at_their_field() {
    for (from, until, said) in
        [("soon", "", "soon"), ("2026-03-01", "2026-01-01", "That is not after From, so nothing could be between.")]
    {
        let mut desk = Desk::on_trail();
        desk.press("/ tab tab").types(from).press("tab").types(until);
        desk.dialog("Show a part of the trail").says(from).press("enter");
        desk.dialog("Show a part of the trail").says(said).says("✗").press("esc").sees("The newest entries first");
    }
}

#[test]
fn an_empty_part_of_the_trail_names_the_way_back() {
    let mut desk = Desk::on_trail();
    desk.press("/").types("nobody").dialog("Show a part of the trail").says("nobody");
    desk.press("enter enter enter enter").sees("There are no entries by nobody. / shows others.");
    desk.press("w").sees("set up the desk");
}

#[test]
fn the_trail_is_verified_and_its_end_can_be_noted() {
    let mut desk = Desk::on_trail();
    desk.stalls().press("v v").sees("Checking the trail ...").answers();
    assert_eq!(desk.count("verify"), 1);
    let report = desk.hub().verify_trail(&fixture::local(desk.hub(), "alice"), None, &mut |_, _| ()).unwrap();
    desk.dialog("Trail whole").says(&format!("All {} entries are whole, checked 09:12 UTC.", report.rows));
    desk.sees(&format!("{}:{}", report.no, report.hash)).press("enter").no_dialog();
    desk.sees(&format!("Trail whole: entries 1 to {} checked 09:12", report.no));
}

#[test]
fn a_broken_trail_says_where() {
    let mut desk = Desk::on_trail();
    desk.instead = Some(Box::new(|call| match call {
        Call::Verify(_) => Some(Ok(Answer::Verified(TrailReport {
            rows: 6,
            no: 6,
            hash: "00".to_owned(),
            broken: Some("row 7 was edited, or a row before it".to_owned()),
            rolled_back: None,
        }))),
        _ => None,
    }));
    desk.press("v").dialog("Trail broken").says("row 7 was edited, or a row before it.");
    desk.sees("6 entries before it are whole.").sees("restore a backup").press("enter");
    desk.sees("Trail broken: row 7 was edited");
}

#[test]
fn leaving_the_trail_stops_the_check() {
    let mut desk = Desk::on_trail();
    desk.stalls().press("v esc").answers().no_dialog().sees("Last changes");
}

/// What was exported under this name.
fn file(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.copy.as_ref().unwrap().dir.path().join(name)).unwrap()
}

#[test]
fn what_is_shown_is_exported_to_a_new_file() {
    let mut desk = Desk::on_trail();
    desk.selects("bram").press("w x").dialog("Export the trail").says("Written are all entries by bram");
    desk.press("enter enter").no_dialog().sees("entries are in").sees("readable by you alone.");
    let lines = file(&desk, "trail-2026-08-14.jsonl");
    let rows: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows.len() > 3 && rows.iter().all(|row| row["who"] == "bram"), "{lines}");
    // Nothing is overwritten.
    desk.press("x").dialog("Export the trail").says("bram").press("enter enter");
    desk.dialog("Export the trail").says("exists already and is not overwritten. Choose another name.");
    assert_eq!(file(&desk, "trail-2026-08-14.jsonl"), lines);
}

#[test]
fn a_spreadsheet_gets_csv_without_formulas() {
    let mut desk = Desk::on_trail();
    let bram = fixture::local(desk.hub(), "bram");
    let wanted = fixture::wanted(keydesk::credential::Kind::Basic, "=1+1", Default::default());
    desk.hub().create(&bram, &wanted).unwrap();
    desk.press("x ctrl-u").types("mine").press("tab →").dialog("Export the trail").says("(•) CSV").press("enter");
    desk.no_dialog();
    let csv = file(&desk, "mine.csv");
    assert!(csv.starts_with("no,at,who") && csv.contains(",\"'=1+1\","), "{csv}");
}

#[test]
fn the_password_is_asked_again_before_the_trail_leaves_the_desk() {
    let mut desk = super::users::signed_in_long_ago();
    desk.press("esc").selects("Activity log").press("enter").rest().press("x").dialog("Export the trail").says("File");
    desk.press("enter enter").dialog("Your password again").says("Password").types(fixture::PASSWORD).press("enter");
    desk.no_dialog().sees("readable by you alone.");
    assert_eq!(desk.count("export"), 2);
}

#[test]
fn enter_opens_an_entry_in_the_activity_tab_too() {
    let mut desk = Desk::on_list();
    desk.press("tab tab").rest().sees("enter details");
    let no = desk.selected_line().split_whitespace().nth(1).unwrap().to_owned();
    desk.press("enter").dialog(&format!("Entry {no}")).says("by --as").press("esc").no_dialog();
    desk.press("↓ enter").dialog(&format!("Entry {}", no.parse::<i64>().unwrap() - 1));
}

#[test]
fn an_actor_by_as_is_named_with_their_unix_user() {
    let mut desk = Desk::on_trail();
    // In the rows it stands where the address of the others does; the entry and the command line say it in one.
    desk.selects("disabled Basic key")
        .sees("(unix keydesk)")
        .sees("bram (unix keydesk) disabled Basic key old-gateway");
    desk.press("enter").dialog("Entry 13").says("bram (unix keydesk) disabled Basic key").press("esc");
    let alice = keydesk::secret::Secret::from_text(fixture::PASSWORD);
    desk.hub().sign_in("alice", &alice, &Default::default()).unwrap();
    desk.press("ctrl-l g enter");
    let no = desk.title_shown().unwrap();
    desk.dialog(&no).says("alice signed in").sees_no("signed in alice").sees_no("alice (unix");
}
