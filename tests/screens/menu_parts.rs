//! The parts of the large menu, and the last changes under the settings.

use keydesk::account::Role;
use keydesk::hub::{CredentialId, ProcessKind, UseCount};

use super::desk::Desk;
use super::fixture;

#[test]
fn tab_walks_the_parts_of_the_large_menu_and_enter_opens_them() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    let note = desk.hub().process_note(ProcessKind::Verifier).unwrap();
    let of = |id: CredentialId, allowed| UseCount {
        credential: id.0,
        day: fixture::NOW.seconds().day(),
        allowed,
        refused: 0,
    };
    let (sync, hooks) = (desk.row_of("crm-sync").id, desk.row_of("webhooks-prod").id);
    desk.hub().feed().write_counts(&note, 1, &[of(sync, 900), of(hooks, 70)]).unwrap();
    desk.sized(120, 40).press("ctrl-l").rest().sees("tab attention").press("tab").sees("tab last changes");
    desk.press("tab").sees("tab most used").sees("▌today 09:12").press("enter");
    desk.dialog("Entry 13")
        .says("disabled the Basic credential")
        .press("↓")
        .dialog("Entry 12")
        .says("alice")
        .press("g")
        .rest();
    desk.sees("API Settings").press("esc").rest();
    desk.press("tab").sees("▌crm-sync").press("↓").sees("▌webhooks-prod").press("enter").rest();
    assert!(desk.selected_line().contains("webhooks-prod"), "{}", desk.screen());
    desk.press("esc").rest().press("shift-tab shift-tab shift-tab").sees("▌  Settings");
    // In a smaller window the last parts are not shown: the focus goes back to the menu.
    desk.press("shift-tab").sees("▌crm-sync").sized(80, 24).sees("▌  Settings").sees("tab attention");
}

#[test]
fn the_last_changes_follow_the_settings_and_open() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("enter").rest().press("↓ ↓ ↓ ↓").sees("▌  today 09:12").press("enter");
    desk.dialog("Entry 13").says("disabled the Basic credential").press("↓").dialog("Entry 12").says("alice");
    desk.press("↑ ↑ ↑").dialog("Entry 13").says("bram").press("esc").no_dialog().press("↑ enter").sees("Security");
}
