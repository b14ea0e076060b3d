//! The activity log: filtered, read, verified.

use keydesk::account::Role;
use keydesk::hub::{HubError, TrailReport, UserRow};
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
    desk.press("ctrl-l").press("g").sees("bram changed role of chen").sees("Basic User → Advanced User");
    desk.press("enter");
    let no = desk.title_shown().unwrap();
    assert!(no.starts_with("Entry "), "{no}");
    desk.sees("bram (unix keydesk) changed role of chen").sees("by --as").sees("BEFORE").sees("AFTER");
    desk.sees(", follows ").sees_no("Go to the credential").press("esc").no_dialog();
    desk.selects("支払い-batch").press("enter").sees("2026-08-17").sees("basic").press("esc").no_dialog();
    desk.selects("disabled").press("enter").sees("active").sees("disabled").sees_no("Networks");
}

#[test]
fn arrows_in_an_entry_go_to_the_next_and_y_copies_it() {
    let mut desk = Desk::on_trail();
    desk.selects("disabled").press("enter");
    let no: i64 = desk.title_shown().unwrap().trim_start_matches("Entry ").parse().unwrap();
    desk.press("↓").dialog(&format!("Entry {}", no - 1)).says("Key").press("↑ y");
    desk.dialog(&format!("Entry {no}")).says("old-gateway");
    let copied: serde_json::Value = serde_json::from_str(&desk.copied[0]).unwrap();
    assert_eq!((copied["no"].as_i64(), copied["what"].as_str()), (Some(no), Some("old-gateway")));
    desk.press("enter").rest().no_dialog();
    assert!(desk.selected_line().contains("old-gateway"), "{}", desk.screen());
}

#[test]
fn w_shows_one_user_and_then_everybody_again() {
    let mut desk = Desk::on_trail();
    desk.selects("bram").press("w").sees("/ who:bram").sees("old-gateway").sees_no("set up the desk");
    desk.press("w").sees_no("who:").sees("set up the desk");
}

#[test]
fn t_goes_through_the_types() {
    let mut desk = Desk::on_trail();
    some_life(&desk);
    desk.press("t").sees("/ type:change").sees("changed role").sees_no("sign-in refused");
    desk.press("t").sees("/ type:access").sees_no("changed role");
    desk.press("t").sees("/ type:refusal").sees("sign-in refused").sees_no("changed role");
    desk.press("t").sees_no("type:").sees("changed role");
}

#[test]
fn the_log_is_searched_with_each_letter() {
    let mut desk = Desk::on_trail();
    let all = desk.hub().trail_count(&fixture::local(desk.hub(), "alice"), &Default::default(), &Default::default());
    let all = all.unwrap().all;
    desk.press("/").types("cr").sees("crm-sync").sees("created").types("m").sees("crm-sync").sees_no("webhooks");
    desk.sees(&format!("1 of 1 found, {all} in all")).press("enter").sees("/ crm");
    desk.press("esc").sees("webhooks-prod").sees(&format!("1 of {all}"));
    desk.press("/").types("who:bram did:disab").sees("old-gateway").sees("1 of 1 found").press("esc");
    desk.press("/").types("203.0.113.9").sees("1 of 11 found").sees_no("set up the desk");
}

#[test]
fn terms_narrow_by_credential_address_and_time() {
    let mut desk = Desk::on_trail();
    desk.press("/").types("key:old-gateway").sees("2 found").sees_no("crm-sync").press("ctrl-u");
    desk.types("since:20d").sees("crm-sync").sees_no("webhooks-prod").press("ctrl-u");
    desk.types("until:2026-03-01 type:change").sees("old-gateway").sees_no("crm-sync").press("ctrl-u");
    desk.types("from:198.").sees("Nothing matches from:198.. ");
}

#[test]
fn an_unknown_term_of_the_log_is_told() {
    let mut desk = Desk::on_trail();
    desk.press("/")
        .types("foo:x")
        .sees("There is no term foo:")
        .sees("crm-sync")
        .press("enter")
        .sees("There is no term");
    desk.press("ctrl-c").sees_no("foo:");
    assert!(!desk.quit);
}

#[test]
fn no_letter_of_the_filter_waits_for_its_rows() {
    let mut desk = Desk::on_trail();
    desk.press("/").stalls().types("crm-sync").sees("/ crm-sync").press("backspace").sees("/ crm-syn").answers();
    desk.sees("crm-sync").sees_no("webhooks");
}

#[test]
fn l_opens_the_log_of_a_credential() {
    let mut desk = Desk::on_list();
    let key = desk.row_of("old-gateway").key;
    desk.selects("old-gateway").press("l").rest().sees(&format!("/ key:{key}")).sees("old-gateway").sees("2 found");
    desk.sees_no("crm-sync").press("esc esc").rest().sees("API");
}

#[test]
fn a_credential_whose_name_changed_is_found_by_both_names() {
    let mut desk = Desk::on_list();
    desk.bram_renames("crm-sync", "crm-eu");
    desk.press("esc").selects("Activity log").press("enter").rest();
    for name in ["crm-sync", "crm-eu"] {
        desk.press("/").types(&format!("key:{name}")).sees("crm-eu").press("esc");
    }
}

#[test]
fn an_empty_part_of_the_trail_names_the_way_back() {
    let mut desk = Desk::on_trail();
    desk.press("/").types("who:nobody").press("enter").sees("Nothing matches who:nobody.").sees("esc");
    desk.sees("v verify").sees_no("enter details").press("w").sees("set up the desk").sees("enter details");
}

#[test]
fn the_trail_is_verified_and_its_end_is_copied_and_compared() {
    let mut desk = Desk::on_trail();
    desk.stalls().press("v v").sees("Verifying ...").answers();
    assert_eq!(desk.count("verify"), 1);
    let report = desk.hub().verify_trail(&fixture::local(desk.hub(), "alice"), None, &mut |_, _| ()).unwrap();
    let line = format!("{}:{}", report.no, report.hash);
    desk.dialog("Verify the activity log").says(&format!("✓ All {} entries are whole.", report.rows)).sees(&line);
    desk.press("y").sees("line");
    assert_eq!(desk.copied, [line.as_str()]);
    desk.press("shift-tab").types("331:5b0c").dialog("Verify the activity log").says("331:5b0c").press("enter");
    desk.sees("That is not such a line").press("ctrl-u").pastes(&line);
    desk.dialog("Verify the activity log").says("A line you kept").press("ctrl-s");
    desk.sees(&format!("✓ Entry {} is as you noted it, and all before it.", report.no));
    let other = format!("{}:{}", report.no, "00".repeat(32));
    desk.press("ctrl-u").pastes(&other).dialog("Verify the activity log").says("00000000").press("enter");
    desk.sees(&format!("✗ row {} has another hash than the one you noted.", report.no)).sees("entries are whole");
    desk.press("esc").no_dialog().sees(&format!("Whole: entries 1 to {} verified 09:12", report.no));
}

#[test]
fn what_an_entry_is_about_is_seen_in_every_window() {
    let mut desk = Desk::on_list();
    desk.press("n").types("finance-invoice-worker-prod-eu-west-01");
    desk.dialog("Create new key · Basic Authentication").says("west-01").press("enter").rest();
    desk.dialog("The secret, once").says("west-01").press("s enter").rest().press("esc esc").rest();
    for (columns, rows) in [(80, 24), (60, 16)] {
        desk.sized(columns, rows).selects("Settings").press("enter").rest();
        desk.sees("…").sees("west-01").selects("Activity log").press("enter").rest();
        desk.sees("WHAT").sees("…").sees("west-01").press("esc esc").rest();
    }
}

#[test]
fn a_kept_line_is_typed_and_pasted_wherever_the_focus_is() {
    let mut desk = Desk::on_trail();
    desk.press("v").dialog("Verify the activity log").says("[▸Copy the line ]").press("3").sees("A line you kept   3");
    desk.types(":5b").sees("A line you kept   3:5b").press("ctrl-u tab tab").says("[▸Compare ]");
    let line = format!("3:{}", "00".repeat(32));
    desk.pastes(&line).dialog("Verify the activity log").says("00000000").press("enter").sees("has another hash");
}

#[test]
fn a_comparison_that_failed_is_not_waited_for() {
    let mut desk = Desk::on_trail();
    desk.press("v").dialog("Verify the activity log").says("entries are whole").press("shift-tab");
    desk.pastes(&format!("3:{}", "00".repeat(32))).dialog("Verify the activity log").says("00000000");
    desk.instead = Some(Box::new(|call| match call {
        Call::Compare(..) => Some(Err(HubError::Unavailable("The disk is full.".to_owned()))),
        _ => None,
    }));
    desk.stalls().press("enter").sees("Comparing ...").answers().sees("The disk is full.").sees_no("Comparing ...");
    desk.instead = None;
    desk.press("esc").dialog("Verify the activity log").says("00000000").press("enter").sees("has another hash");
}

#[test]
fn a_key_changed_outside_is_no_broken_log_and_g_goes_there() {
    let mut desk = Desk::on_trail();
    let database = rusqlite::Connection::open(desk.copy.as_ref().unwrap().database()).unwrap();
    let sql = "UPDATE credential SET note = 'hacked' WHERE name IN ('crm-sync', 'billing-gateway')";
    assert_eq!(database.execute(sql, []).unwrap(), 2);
    desk.press("v").dialog("Verify the activity log").says("entries are whole");
    desk.sees("2 credentials were changed outside keydesk").sees("billing-gateway").sees("crm-sync").press("g").rest();
    desk.no_dialog().sees("state:tampered").sees("billing-gateway").sees("crm-sync");
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
            ..TrailReport::default()
        }))),
        _ => None,
    }));
    desk.press("v").dialog("Verify the activity log").says("The activity log is broken: row 7 was edited");
    desk.sees("6 entries before it are whole.").sees("restore a backup").press("enter");
    desk.sees("Broken: row 7 was edited");
}

#[test]
fn leaving_the_trail_stops_the_check() {
    let mut desk = Desk::on_trail();
    desk.stalls().press("v esc").answers().no_dialog().sees("Last changes");
}

/// What was exported under this name.
fn file(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.exports.path().join(name)).unwrap()
}

#[test]
fn what_is_shown_is_exported_to_a_new_file() {
    let mut desk = Desk::on_trail();
    desk.selects("bram")
        .press("w x")
        .dialog("Export the activity log")
        .says("entries that / who:bram finds, newest first.");
    desk.press("enter enter").no_dialog().sees("entries are in").sees("readable by you alone.");
    let lines = file(&desk, "trail-2026-08-14.jsonl");
    let rows: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows.len() > 3 && rows.iter().all(|row| row["who"] == "bram"), "{lines}");
    // Nothing is overwritten.
    desk.press("x").dialog("Export the activity log").says("bram").press("enter enter");
    desk.dialog("Export the activity log").says("exists already and is not overwritten. Choose another name.");
    assert_eq!(file(&desk, "trail-2026-08-14.jsonl"), lines);
}

#[test]
fn a_spreadsheet_gets_csv_without_formulas() {
    let mut desk = Desk::on_trail();
    let bram = fixture::local(desk.hub(), "bram");
    let wanted = fixture::wanted(keydesk::credential::Kind::Basic, "=1+1", Default::default());
    desk.hub().create(&bram, &wanted).unwrap();
    desk.press("x ctrl-u")
        .types("mine")
        .press("tab →")
        .dialog("Export the activity log")
        .says("(•) CSV")
        .press("enter");
    desk.no_dialog();
    let csv = file(&desk, "mine.csv");
    assert!(csv.starts_with("no,at,who") && csv.contains(",\"'=1+1\","), "{csv}");
}

#[test]
fn the_password_is_asked_again_before_the_trail_leaves_the_desk() {
    let mut desk = super::users::signed_in_long_ago();
    desk.press("esc")
        .selects("Activity log")
        .press("enter")
        .rest()
        .press("x")
        .dialog("Export the activity log")
        .says("File");
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
    desk.selects("disabled")
        .sees("(unix keydesk)")
        .sees("bram (unix keydesk) disabled the Basic credential old-gateway");
    desk.press("enter").dialog("Entry 13").says("bram (unix keydesk) disabled the Basic credential").press("esc");
    let alice = keydesk::secret::Secret::from_text(fixture::PASSWORD);
    desk.hub().sign_in("alice", &alice, &Default::default()).unwrap();
    desk.press("ctrl-l g enter");
    let no = desk.title_shown().unwrap();
    desk.dialog(&no).says("alice signed in").sees_no("signed in alice").sees_no("alice (unix");
}
