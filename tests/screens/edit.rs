//! Editing: one key, several, a Legacy password, the old secret of a rotation.

use keydesk::credential::Verb;
use keydesk::hub::{CredentialEdit, CredentialRow, HubError, ListQuery};
use keydesk::tui::msg::Call;

use super::desk::Desk;
use super::fixture;

impl Desk {
    /// The row of this name as it is now.
    pub fn row_of(&self, name: &str) -> CredentialRow {
        let bram = fixture::local(self.hub(), "bram");
        let page = self.hub().list(&bram, &ListQuery { limit: 200, ..ListQuery::default() }).unwrap();
        page.rows.into_iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// Another Administrator renames a key.
    pub fn bram_renames(&self, name: &str, to: &str) {
        let bram = fixture::local(self.hub(), "bram");
        let edit = CredentialEdit { name: Some(to.to_owned()), ..CredentialEdit::default() };
        self.hub().edit(&bram, &[self.row_of(name).target()], &edit).unwrap();
    }

    /// Saves the form from wherever the focus is.
    fn saves(&mut self, title: &str, says: &str) -> &mut Self {
        for _ in 0..20 {
            if self.shows("enter save") {
                break;
            }
            self.press("tab");
        }
        self.dialog(title).says(says).press("enter")
    }
}

#[test]
fn a_key_is_renamed_and_the_rest_stays() {
    let mut desk = Desk::on_list();
    let before = desk.row_of("crm-sync");
    desk.selects("crm-sync").press("e").sees("nightly CRM import").types("-eu").saves("Edit crm-sync", "crm-sync-eu");
    desk.no_dialog().sees("✓ Changed crm-sync-eu.").rest();
    assert!(desk.selected_line().contains("crm-sync-eu"));
    let after = desk.row_of("crm-sync-eu");
    assert_eq!((after.key, after.options), (before.key, before.options));
}

#[test]
fn times_networks_and_note_are_filled_in_and_changed() {
    let mut desk = Desk::on_list();
    desk.selects("支払い").press("e").sees("(•) as it is").sees("17 Aug 2026 10:12 UTC");
    desk.press("tab tab tab → →").sees("(•) 90d").sees("90d = 12 Nov 2026 09:12 UTC");
    desk.press("tab tab")
        .types("203.0.113.0/24")
        .press("tab")
        .types("till the audit")
        .saves("Edit 支払い-batch", "90d");
    desk.no_dialog().sees("Changed 支払い-batch.");
    let options = desk.row_of("支払い-batch").options;
    assert_eq!(options.expires_at.unwrap().0, fixture::NOW.seconds().0 + 90 * 86_400);
    assert_eq!((options.networks.to_string().as_str(), options.note.as_str()), ("203.0.113.0/24", "till the audit"));
    desk.rest().press("e tab tab tab →").saves("Edit 支払い-batch", "(•) never");
    assert_eq!(desk.row_of("支払い-batch").options.expires_at, None);
}

fn on_hmac_form() -> Desk {
    let mut desk = Desk::on_list();
    desk.press("2").rest().selects("webhooks-staging").press("e").dialog("Edit webhooks-staging").says("Algorithms");
    desk.sees("Body digest");
    desk
}

#[test]
fn how_an_hmac_key_signs_is_shown_and_changed() {
    let mut desk = on_hmac_form();
    desk.press("tab tab tab tab tab tab tab space").sees("· sha1").press("tab tab tab tab space").sees("optional");
    desk.saves("Edit webhooks-staging", "optional").no_dialog().sees("Changed webhooks-staging.");
    let options = desk.row_of("webhooks-staging").options;
    assert_eq!(options.algorithms.to_string(), "hmac-sha256 hmac-sha384 hmac-sha512");
    assert_eq!(options.body_digest.as_str(), "optional");
    desk.rest().press("e").sees("· sha1").sees("✓ sha256").sees("optional").press("esc").no_dialog();
}

#[test]
fn an_hmac_key_keeps_one_algorithm_at_least() {
    let mut desk = on_hmac_form();
    desk.press("tab tab tab tab tab tab tab space tab space tab space tab space");
    desk.saves("Edit webhooks-staging", "sha1").sees("✗ Tick at least one algorithm.");
    assert!(desk.row_of("webhooks-staging").options.algorithms.is_any());
}

#[test]
fn ticks_stay_when_another_user_was_faster() {
    let mut desk = on_hmac_form();
    desk.press("tab tab tab tab tab tab tab space");
    desk.bram_renames("webhooks-staging", "webhooks-eu");
    desk.saves("Edit webhooks-staging", "sha1").dialog("Not changed").says("bram renamed webhooks-eu");
    desk.press("enter").dialog("Edit webhooks-eu").says("· sha1").says("✓ sha256");
    desk.saves("Edit webhooks-eu", "sha1").no_dialog().sees("Changed webhooks-eu.");
    assert_eq!(desk.row_of("webhooks-eu").options.algorithms.to_string(), "hmac-sha256 hmac-sha384 hmac-sha512");
}

#[test]
fn an_unchanged_form_is_not_sent() {
    let mut desk = Desk::on_list();
    desk.press("e").saves("Edit billing-gateway", "Networks").no_dialog().sees("Nothing was changed.");
    assert_eq!(desk.count("edit"), 0);
}

#[test]
fn an_invalid_field_is_named_and_nothing_is_sent() {
    for (keys, typed, says) in [
        ("ctrl-u", "", "A name is needed"),
        ("tab tab tab", "2020-01-01", "The expiry is in the past."),
        ("tab tab tab tab", "soon", "\"soon\" is not a time"),
        ("tab tab tab tab tab", "10.0.0.1/8", "has bits set behind its prefix"),
    ] {
        let mut desk = Desk::on_list();
        desk.press("e").press(keys).types(typed).saves("Edit billing-gateway", "Networks").sees(says);
        desk.dialog("Edit billing-gateway");
        assert!(desk.row_of("billing-gateway").options.expires_at.is_none());
    }
}

#[test]
fn several_ticked_keys_get_one_expiry_and_keep_their_names() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("space").selects("支払い").press("space e").dialog("Edit 2 keys");
    desk.says("they differ: from in 3 days to never")
        .sees("What you leave as it is, stays.")
        .sees_no("Name  ")
        .press("tab tab tab")
        .types("10.0.0.0/8")
        .saves("Edit 2 keys", "10.0");
    desk.sees("Changed 2 keys.").waits(7_000).sees("2 ticked");
    assert_eq!(desk.row_of("crm-sync").options.expires_at, None, "an empty field of rows that differ leaves them");
    assert!(desk.row_of("支払い-batch").options.expires_at.is_some());
    assert_eq!(desk.row_of("crm-sync").options.networks.to_string(), "10.0.0.0/8");
    desk.press("e tab tab").types("never").saves("Edit 2 keys", "never");
    assert_eq!(desk.row_of("支払い-batch").options.expires_at, None);
}

#[test]
fn among_several_the_one_changed_meanwhile_is_named() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("space").selects("支払い").press("space e tab tab").types("30d");
    desk.bram_renames("crm-sync", "crm-sync-eu");
    desk.saves("Edit 2 keys", "30d").dialog("Not changed").says("bram renamed").sees("Changed 支払い-batch.");
    assert_eq!(desk.row_of("crm-sync-eu").options.expires_at, None);
}

#[test]
fn the_second_to_edit_is_told_and_loses_nothing_typed() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("e shift-tab shift-tab shift-tab").types(", daily");
    desk.bram_renames("crm-sync", "crm-sync-eu");
    desk.saves("Edit crm-sync", "daily").dialog("Not changed").says("bram renamed crm-sync-eu a moment ago.");
    assert_eq!(desk.row_of("crm-sync-eu").options.note.as_str(), "nightly CRM import");
    desk.press("enter").dialog("Edit crm-sync-eu").says("nightly CRM import, daily").sees("Name       crm-sync-eu");
    desk.saves("Edit crm-sync-eu", "daily").no_dialog().sees("Changed crm-sync-eu.");
    assert_eq!(desk.row_of("crm-sync-eu").options.note.as_str(), "nightly CRM import, daily");
}

#[test]
fn a_key_that_was_revoked_meanwhile_cannot_be_edited() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("e").types("-eu");
    let bram = fixture::local(desk.hub(), "bram");
    desk.hub().set_state(&bram, &[desk.row_of("crm-sync").target()], Verb::Revoke).unwrap();
    desk.saves("Edit crm-sync", "-eu").dialog("Not changed").says("crm-sync is revoked, which is final.");
    desk.press("enter").no_dialog();
}

#[test]
fn a_full_disk_keeps_the_form_and_what_is_in_it() {
    let mut desk = Desk::on_list();
    desk.press("e").types("-x");
    desk.instead = Some(Box::new(|call| match call {
        Call::Edit(..) => Some(Err(HubError::Unavailable("The disk is full. Make room.".to_owned()))),
        _ => None,
    }));
    desk.saves("Edit billing-gateway", "-x").dialog("Edit billing-gateway").says("The disk is full.");
    desk.instead = None;
    desk.saves("Edit billing-gateway", "billing-gateway-x").sees("Changed billing-gateway-x.");
}

fn on_legacy_form() -> Desk {
    let mut desk = Desk::on_list();
    desk.press("3").rest().press("e shift-tab").dialog("Edit smsbatch").says("Another password").press("enter");
    desk.dialog("Another password for smsbatch").says("stops working within a second");
    desk
}

#[test]
fn a_legacy_password_is_typed() {
    let mut desk = on_legacy_form();
    desk.types("abcdef")
        .press("enter")
        .dialog("Another password for smsbatch")
        .says("with an upper-case and a lower-case letter");
    desk.types("G").dialog("Another password for smsbatch").says("✓ an upper-case letter").press("enter");
    desk.no_dialog().sees("smsbatch has the password you typed; the old one stopped.");
    assert_eq!(desk.count("legacy password"), 1);
    assert!(!format!("{:?}", desk.app).contains("abcdefG"));
}

#[test]
fn a_generated_legacy_password_is_shown_once() {
    let mut desk = on_legacy_form();
    desk.press("tab").dialog("Another password for smsbatch").says("Generate").press("enter");
    desk.dialog("Another password for smsbatch").says("24 letters and digits will be made").press("enter");
    desk.dialog("The secret, once").says("smsbatch").press("s").press("enter").no_dialog();
    assert_eq!(desk.copied.last().unwrap().len(), 24);
}

#[test]
fn the_lock_wipes_a_typed_legacy_password_and_says_so() {
    let mut desk = on_legacy_form();
    desk.types("Abcdefg").press("tab L").sees("Locked").types(fixture::PASSWORD);
    desk.dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.dialog("Another password for smsbatch").says("The password was wiped when the desk locked.");
}

#[test]
fn a_basic_key_has_no_other_password() {
    Desk::on_list().press("e").dialog("Edit billing-gateway").sees_no("Another password");
}

fn rotated() -> Desk {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("R").dialog("New secret for crm-sync").says("24 hours").press("enter").press("s");
    desk.dialog("The secret, once").says("crm-sync").press("enter").rest();
    desk
}

#[test]
fn the_old_secret_is_shown_and_stopped() {
    let mut desk = rotated();
    desk.sees("! the old one works until tomorrow 09:12, used yesterday  O stops it").press("O");
    desk.dialog("Stop the old secret of crm-sync?").says("It would work until 15 Aug 2026 09:12 UTC.");
    desk.sees("This cannot be undone.").press("tab");
    desk.dialog("Stop the old secret of crm-sync?").says("Stop it now").press("enter");
    desk.no_dialog().sees("The old secret of crm-sync stopped.").rest().sees_no("the old one works");
    let alice = fixture::local(desk.hub(), "alice");
    assert_eq!(desk.hub().details(&alice, desk.row_of("crm-sync").id).unwrap().secrets.len(), 1);
}

#[test]
fn enter_alone_keeps_the_old_secret() {
    let mut desk = rotated();
    desk.press("O").dialog("Stop the old secret of crm-sync?").says("Keep it").press("enter").no_dialog();
    assert_eq!(desk.count("stop old"), 0);
}

#[test]
fn a_key_with_one_secret_has_none_to_stop() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").rest().press("O").no_dialog().sees("crm-sync has one secret only");
}
