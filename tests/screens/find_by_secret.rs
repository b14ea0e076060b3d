//! Find by secret: a leaked secret names its credential, and is replaced at once.

use keydesk::credential::{Overlap, Verb};
use keydesk::hub::{HubError, ListQuery, TrailQuery};
use keydesk::tui::msg::{Call, Effect, Msg};

use super::calls::call_name;
use super::desk::Desk;
use super::fixture;

impl Desk {
    /// bram rotates a key, and its new secret leaks.
    pub fn new_secret_of(&self, name: &str) -> String {
        let bram = fixture::local(self.hub(), "bram");
        let issued = self.hub().rotate(&bram, self.row_of(name).target(), Overlap::None).unwrap();
        issued.secret.unwrap().expose_text().unwrap().to_owned()
    }

    /// The running search reports progress.
    pub fn progresses(&mut self, so_far: i64) -> &mut Self {
        let searching = self.queue.iter().find_map(|effect| match effect {
            Effect::Call(ticket, call) if call_name(call) == "find" => Some(*ticket),
            _ => None,
        });
        self.send(Msg::Progress(searching.unwrap(), so_far))
    }

    fn looks_for(&mut self, secret: &str) -> &mut Self {
        self.press("F").dialog("Find by secret").says("stored nowhere").pastes(secret).press("ctrl-r").sees_no(secret);
        self.dialog("Find by secret").says("••••").press("enter")
    }
}

#[test]
fn a_leaked_secret_names_its_credential_and_is_replaced_at_once() {
    let mut desk = Desk::on_list();
    let secret = desk.new_secret_of("webhooks-prod");
    desk.waits(1_500).looks_for(&secret).rest();
    desk.dialog("Found: webhooks-prod")
        .says("webhooks-prod")
        .sees("It is the current secret.")
        .sees("HMAC Authentication");
    desk.press("tab").dialog("Found: webhooks-prod").says("Rotate it now").press("enter");
    desk.dialog("New secret for webhooks-prod").says("(•) not at all").press("enter");
    desk.dialog("The secret, once")
        .says("webhooks-prod")
        .sees("the old one stopped")
        .sees_no("works until")
        .press("s enter");
    desk.no_dialog();
    assert!(desk.selected_line().contains("webhooks-prod"), "the list is on it\n{}", desk.screen());
    let alice = fixture::local(desk.hub(), "alice");
    assert_eq!(desk.hub().details(&alice, desk.row_of("webhooks-prod").id).unwrap().secrets.len(), 1);
    let rows = desk.hub().trail(&alice, &TrailQuery { limit: 9, ..TrailQuery::default() }).unwrap();
    assert!(rows.iter().any(|row| row.did == "found by its secret" && row.what == "webhooks-prod"));
}

#[test]
fn enter_on_what_was_found_only_closes_it() {
    let mut desk = Desk::on_list();
    let secret = desk.new_secret_of("crm-sync");
    desk.looks_for(&secret).dialog("Found: crm-sync").says("Close").press("enter").no_dialog();
    assert_eq!(desk.count("rotate"), 0);
}

#[test]
fn an_unknown_secret_says_so_and_empties_the_field() {
    let mut desk = Desk::on_list();
    desk.looks_for("kdsNobodyHasThis").dialog("Find by secret").says("No credential has or had this secret.");
    desk.sees_no("••••").press("enter").sees("Paste or type the secret that turned up.").press("esc").no_dialog();
}

#[test]
fn nothing_of_the_secret_stays_in_the_state() {
    let mut desk = Desk::on_list();
    let secret = desk.new_secret_of("crm-sync");
    desk.looks_for(&secret);
    assert!(!format!("{:?}", desk.app).contains(&secret));
    desk.sees_no(&secret);
}

#[test]
fn a_search_shows_how_far_it_is_and_esc_stops_it() {
    let mut desk = Desk::on_list();
    desk.press("F").types("kdsabc").stalls().press("enter").sees("Looking ... compared with 0 secrets.");
    desk.progresses(1_200).sees("compared with 1200 secrets. Press esc to stop.").sees("esc stop").press("enter");
    let searches = desk.queue.iter().filter(|e| matches!(e, Effect::Call(_, c) if call_name(c) == "find")).count();
    assert_eq!(searches, 1, "a second enter starts no second search");
    desk.press("esc");
    assert!(desk.queue.iter().any(|e| matches!(e, Effect::Cancel(_))));
    desk.answers().dialog("Find by secret").says("Stopped before all secrets were compared").press("esc").no_dialog();
}

#[test]
fn progress_of_a_search_that_was_stopped_changes_nothing() {
    let mut desk = Desk::on_list();
    desk.press("F").types("kdsabc").stalls().press("enter");
    let ticket = desk.queue.iter().find_map(|e| if let Effect::Call(t, _) = e { Some(*t) } else { None }).unwrap();
    desk.press("esc");
    let before = desk.frame();
    desk.send(Msg::Progress(ticket, 99));
    assert!(desk.frame() == before);
}

#[test]
fn the_lock_stops_the_search_and_wipes_the_field() {
    let mut desk = Desk::on_list();
    desk.press("F").types("kdsabc").stalls().press("enter").types("kdsdef").waits(600_000).sees("Locked").answers();
    desk.types(fixture::PASSWORD).dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.dialog("Find by secret").says("stored nowhere").sees_no("•").sees_no("Looking");
}

#[test]
fn a_revoked_credential_is_found_and_needs_no_new_secret() {
    let mut desk = Desk::on_list();
    let secret = desk.new_secret_of("crm-sync");
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().set_state(&bram, &[desk.row_of("crm-sync").target()], Verb::Revoke).unwrap();
    desk.waits(1_500)
        .looks_for(&secret)
        .rest()
        .dialog("Found: crm-sync")
        .says("The credential is revoked: nobody can use it any more.");
    desk.sees_no("Rotate it now").press("enter").no_dialog();
    assert!(desk.selected_line().contains("revoked"), "{}", desk.screen());
}

#[test]
fn it_is_found_from_a_filtered_list_too() {
    let mut desk = Desk::on_list();
    let secret = desk.new_secret_of("crm-sync");
    desk.waits(1_500).press("/").types("billing").press("enter").looks_for(&secret).rest();
    desk.dialog("Found: crm-sync").says("crm-sync").press("enter").rest().sees_no("filter:");
    assert!(desk.selected_line().contains("crm-sync"));
}

#[test]
fn a_store_that_does_not_answer_is_said_in_the_dialog() {
    let mut desk = Desk::on_list();
    desk.instead = Some(Box::new(|call| match call {
        Call::Find { .. } => Some(Err(HubError::Unavailable("The database is locked.".to_owned()))),
        _ => None,
    }));
    desk.looks_for("kdsabc").dialog("Find by secret").says("The database is locked.");
    let bram = fixture::local(desk.hub(), "bram");
    assert!(desk.hub().list(&bram, &ListQuery::default()).is_ok());
}

#[test]
fn an_old_secret_is_stopped_and_the_current_one_stays() {
    let mut desk = Desk::on_list();
    let secret = desk.new_secret_of("crm-sync");
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().rotate(&bram, desk.row_of("crm-sync").target(), Overlap::Week).unwrap();
    desk.waits(1_500).looks_for(&secret).rest();
    desk.dialog("Found: crm-sync")
        .says("It is an old secret, which works until 21 Aug 2026 09:12 UTC.")
        .sees_no("Rotate it now");
    desk.press("tab").dialog("Found: crm-sync").says("Stop the old secret").press("enter");
    desk.dialog("Stop the old secret of crm-sync?").says("It would work until 21 Aug 2026 09:12 UTC.").press("tab");
    desk.dialog("Stop the old secret of crm-sync?").says("[▸Stop it now ]").press("enter").no_dialog();
    assert_eq!((desk.count("rotate"), desk.count("stop old")), (0, 1));
    desk.rest()
        .looks_for(&secret)
        .rest()
        .dialog("Found: crm-sync")
        .says("It is an old secret, which stopped working on 14 Aug 2026");
    desk.sees("There is nothing to do.").sees_no("Stop the old secret").sees_no("Rotate it now").press("enter");
    desk.no_dialog();
}

#[test]
fn blanks_around_a_pasted_secret_are_ignored() {
    let mut desk = Desk::on_list();
    let secret = desk.new_secret_of("crm-sync");
    desk.looks_for(&format!("\u{feff} {secret} \r\n")).dialog("Found: crm-sync").says("Close");
}

/// Two lines joined would be another secret, and the first alone perhaps the wrong one.
#[test]
fn a_paste_of_two_lines_is_refused_whole() {
    let mut desk = Desk::on_list();
    let secret = desk.new_secret_of("crm-sync");
    desk.press("F").dialog("Find by secret").says("stored nowhere").pastes(&format!("{secret}\n{secret}"));
    desk.sees("has more than one line").sees("Nothing was pasted.").sees_no("••••").sees_no(&secret);
}
