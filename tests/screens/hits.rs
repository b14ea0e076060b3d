//! What the filter finds in the other sections, and the use of the rows.

use keydesk::account::Role;
use keydesk::credential::{Kind, Options};
use keydesk::hub::{CredentialId, ProcessKind, Refusal, UseCount};
use keydesk::time::{Day, Seconds};
use keydesk::tui::msg::{Call, Effect};

use super::desk::Desk;
use super::fixture;

#[test]
fn sections_tell_what_the_filter_finds_in_each() {
    let mut desk = Desk::on_list();
    desk.sees("1 Basic Authentication 4").press("/").types("by:bram").rest();
    desk.sees("1 Basic Authentication 2/4    2 HMAC Authentication 1/2    3 Legacy 0/1");
    desk.types(" sync").rest().sees("1 Basic Authentication 1/4    2 HMAC Authentication 0/2    3 Legacy 0/1");
    desk.press("esc").rest().sees("1 Basic Authentication 4    2 HMAC Authentication 2    3 Legacy 1");
}

#[test]
fn hits_follow_revoked_ones_and_changes_by_others() {
    let mut desk = Desk::on_list();
    desk.press("/").types("webhooks").press("enter").rest().sees("2 HMAC Authentication 2/2");
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().create(&bram, &fixture::wanted(Kind::Hmac, "webhooks-eu", Options::default())).unwrap();
    desk.waits(1_500).sees("2 HMAC Authentication 3/3");
    let row = desk.row_of("webhooks-eu").target();
    desk.hub().set_state(&bram, &[row], keydesk::credential::Verb::Revoke).unwrap();
    desk.waits(1_500).sees("2 HMAC Authentication 2/2").press(".").rest().sees("2 HMAC Authentication 3/3");
}

#[test]
fn the_next_letter_cancels_the_count_and_no_key_waits_for_it() {
    let mut desk = Desk::with(fixture::with_keys(10_200), Role::Administrator);
    desk.press("enter enter").rest().press("/").types("key-00").press("enter");
    let of = |desk: &Desk| desk.queue.iter().filter(|e| matches!(e, Effect::Call(_, Call::CountFound(..)))).count();
    // The rows are there, and the first part of the count; keys go on.
    desk.sees("100/10,200").press("↓");
    assert!(desk.selected_line().contains("key-0001"), "{}", desk.screen());
    desk.press("/").stalls().types("1");
    let cancelled = desk.queue.iter().filter(|e| matches!(e, Effect::Cancel(_))).count();
    assert_eq!((of(&desk), cancelled), (0, 0), "counting begins when the rows are there");
    desk.answers().rest().sees("10/10,200").sees("1 of 10 found");
    assert!(desk.count("count found") >= 4, "two parts each");
}

#[test]
fn a_count_that_is_under_way_is_cancelled_by_a_letter() {
    let mut desk = Desk::on_list();
    desk.press("/").stalls().types("c");
    // The rows come, their count does not.
    while let Some(effect) = desk.queue.pop_front() {
        let counting = matches!(effect, Effect::Call(_, Call::CountFound(..)));
        if counting {
            break;
        }
        if let Some(msg) = desk.carry_out(effect) {
            desk.send(msg);
        }
    }
    let before = desk.queue.iter().filter(|e| matches!(e, Effect::Cancel(_))).count();
    desk.types("r");
    assert!(desk.queue.iter().filter(|e| matches!(e, Effect::Cancel(_))).count() > before, "{:?}", desk.queue);
    desk.types("m-").answers().rest().sees("1 Basic Authentication 1/4");
}

/// Requests of one credential, some days ago.
fn used(of: CredentialId, ago: i64, allowed: i64) -> UseCount {
    UseCount { credential: of.0, day: Day(fixture::NOW.seconds().day().0 - ago), allowed, refused: 0 }
}

#[test]
fn rows_of_a_wide_list_draw_their_use() {
    let mut desk = Desk::on_list();
    let (sync, billing) = (desk.row_of("crm-sync").id, desk.row_of("billing-gateway").id);
    let note = desk.hub().process_note(ProcessKind::Verifier).unwrap();
    let counts = [used(sync, 0, 80), used(sync, 29, 80), used(sync, 15, 40), used(billing, 3, 9)];
    desk.hub().feed().write_counts(&note, 1, &counts).unwrap();
    desk.press("ctrl-l").rest().sees_no("30 DAYS");
    assert_eq!(desk.count("used days"), 0, "what is not drawn is not read");
    desk.sized(120, 40).rest().sees("30 DAYS").sees("█▁▁▁▄▁▁▁▁█").sees("▁▁▁▁▁▁▁▁█▁");
    let before = desk.count("used days");
    desk.press("↓ ↓ ↑").rest();
    assert_eq!(desk.count("used days"), before, "one read for a page");
    desk.sized(160, 40).rest().sees("█▁▁▁▁▁▁▁▁▁▁▁▁▁▄▁▁▁▁▁▁▁▁▁▁▁▁▁▁█");
}

#[test]
fn a_desk_without_use_keeps_the_room_for_names() {
    let mut desk = Desk::on_list();
    desk.sized(120, 40).rest().sees("billing-gateway").sees_no("30 DAYS");
}

/// Requests of crm-sync, some of them refused, and changes of it.
pub fn used_and_refused(desk: &mut Desk) {
    let row = desk.row_of("crm-sync");
    let note = desk.hub().process_note(ProcessKind::Verifier).unwrap();
    let mut counts: Vec<_> = (0..30).map(|ago| used(row.id, ago, 900 + (ago * 577) % 1_700)).collect();
    (counts[0].refused, counts[1].refused, counts[9].refused) = (4, 5, 1);
    desk.hub().feed().write_counts(&note, 1, &counts).unwrap();
    let now = fixture::NOW.seconds().0;
    let refusal = |ago: i64, reason: &str, from: &str, count| Refusal {
        credential: row.id.0,
        at: Seconds(now - ago),
        reason: reason.to_owned(),
        component: None,
        clock_offset: None,
        address: Some(from.parse().unwrap()),
        mistake: None,
        count,
    };
    let refusals = [
        refusal(12_600, "network", "198.51.100.180", 3),
        refusal(36_300, "network", "198.51.100.180", 5),
        refusal(200_000, "bad_secret", "198.51.100.20", 1),
    ];
    desk.hub().feed().write_refusals(&refusals).unwrap();
    let bram = fixture::local(desk.hub(), "bram");
    let networks = Some("203.0.113.0/24".parse().unwrap());
    let owner = Some("team-crm@acme.example".to_owned());
    let edit = keydesk::hub::CredentialEdit { networks, owner, ..Default::default() };
    desk.hub().edit(&bram, &[row.target()], &edit).unwrap();
    let row = desk.row_of("crm-sync");
    desk.hub().rotate(&fixture::local(desk.hub(), "alice"), row.target(), keydesk::credential::Overlap::Day).unwrap();
    desk.press("ctrl-l").rest();
}

#[test]
fn a_large_window_has_all_about_a_credential_on_one_page() {
    let mut desk = Desk::on_list();
    used_and_refused(&mut desk);
    desk.sized(120, 40).selects("crm-sync").press("enter").rest().sees_no("1 Facts");
    desk.sees("crm-sync   ● active").sees("Basic Authentication · 2 of 4").sees("works until").sees("Note");
    desk.sees("last 30 days, each from 00:00 UTC").sees("Allowed").sees("×5").sees("History").sees("rotated");
    desk.sees("tab refused, history").press("enter");
    assert!(desk.title_shown().is_some_and(|title| title.starts_with("Entry ")), "{}", desk.screen());
    desk.press("esc tab ↓").sees("outside its networks");
    assert!(desk.selected_part().contains("×5"), "{}", desk.screen());
    desk.press("tab ↓");
    assert!(desk.selected_part().contains("changed"), "{}", desk.screen());
    desk.press("J").rest().sees("old-gateway   ○ disabled").sees("No request with this credential was refused.");
    desk.press("K").rest().sized(80, 24).sees("1 Facts").sized(120, 40).press("esc").rest();
    assert!(desk.selected_line().contains("crm-sync"), "{}", desk.screen());
}

#[test]
fn one_page_says_who_may_read_the_history() {
    let mut desk = Desk::on_list_as(Role::Advanced);
    desk.sized(120, 40)
        .selects("crm-sync")
        .press("enter")
        .rest()
        .sees("History")
        .sees("Only account Administrators and Auditors")
        .sees("Refused requests are for account");
    desk.press("tab ↓ enter").no_dialog();
}

impl Desk {
    /// The selected row of a part of a page.
    fn selected_part(&self) -> String {
        let screen = self.screen();
        let line = screen.lines().find(|line| line.contains('▌')).unwrap_or_default();
        line[line.find('▌').unwrap_or_default()..].to_owned()
    }
}
