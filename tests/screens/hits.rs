//! What the filter finds in the other sections, and the use of the rows.

use keydesk::account::Role;
use keydesk::credential::{Kind, Options};
use keydesk::hub::{CredentialId, ProcessKind, UseCount};
use keydesk::time::Day;
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
    desk.types("m").answers().rest().sees("1 Basic Authentication 1/4");
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
