//! Creating keys of the three kinds.

use keydesk::account::Role;
use keydesk::credential::Kind;
use keydesk::hub::{HubError, ListQuery};
use keydesk::tui::msg::Call;

use super::desk::Desk;
use super::fixture;

impl Desk {
    pub fn names(&self, kind: Kind) -> Vec<String> {
        let query = ListQuery { kind: Some(kind), limit: 200, revoked: true, ..ListQuery::default() };
        let page = self.hub().list(&fixture::local(self.hub(), "alice"), &query).unwrap();
        page.rows.into_iter().map(|row| row.name).collect()
    }
}

#[test]
fn a_basic_key_needs_only_a_name() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly-export");
    desk.dialog("Create new key · Basic Authentication")
        .says("no owner, no tags, expires never, any network")
        .press("enter");
    desk.dialog("The secret, once").says("Nobody can show the secret again.");
    desk.sees("API Key").sees("API Secret").sees("Not copied yet");
    desk.press("c").sees("✓ Sent to your terminal (OSC 52): key and secret. Paste to check.");
    let both = desk.copied[0].clone();
    let (key, secret) = both.split_once('\n').unwrap();
    assert!(key.starts_with("kdb") && key.len() == 20 && secret.starts_with("kds") && secret.len() == 30);
    desk.sees(key).sees(secret).dialog("The secret, once").says("nightly-export").press("enter");
    desk.no_dialog().rest();
    assert!(desk.selected_line().contains("nightly-export"));
    desk.sees(" of 5");
}

#[test]
fn an_hmac_key_takes_options() {
    let mut desk = Desk::on_list();
    desk.press("2 n").types("webhooks-new").press("tab →").sees("▾ Options").press("tab").types("Team Orders");
    desk.press("tab").types("orders env=prod").press("tab").types("9").sees("(•) other 9").types("0d");
    desk.sees("90d = 12 Nov 2026 09:12 UTC").press("tab tab").types("203.0.113.0/24").press("tab").types("for orders");
    desk.press("tab space");
    desk.sees("· sha1").press("tab tab tab tab →").sees("(•) optional");
    desk.dialog("Create new key · HMAC Authentication").says("203.0.113.0/24").press("tab");
    desk.dialog("Create new key · HMAC Authentication").says("for orders").press("enter");
    desk.dialog("The secret, once").says("HMAC Authentication").press("c");
    desk.dialog("The secret, once").says("webhooks-new").press("enter").rest().press("enter");
    desk.sees("API Settings › webhooks-new").sees("hmac-sha256 hmac-sha384 hmac-sha512").sees("optional");
    desk.sees("12 Nov 2026 09:12 UTC").sees("203.0.113.0/24").sees("for orders");
    desk.sees("Team Orders").sees("env=prod orders");
}

#[test]
fn legacy_rules_show_while_typing() {
    let mut desk = Desk::on_list();
    desk.press("3 n").sees("· 5 or more").types("Sms").sees("· lower-case letters only").sees_no("✗");
    desk.press("tab").sees("✗ 5 or more").sees("✗ lower-case letters only").sees("· 6 to 50").press("shift-tab");
    desk.press("ctrl-u").types("smsnight").rest().sees("✓ 5 or more").sees("✓ lower-case letters only").sees("✓ free");
    desk.press("tab").types("abc").sees("✗ 6 to 50").sees("✗ an upper-case letter is missing");
    desk.sees("✓ a lower-case letter");
    desk.types("DEF").sees("✓ 6 to 50").sees("✓ an upper-case letter");
    desk.press("ctrl-r").sees("abcDEF").press("ctrl-r").sees_no("abcDEF");
}

#[test]
fn a_typed_legacy_password_is_confirmed_and_not_shown() {
    let mut desk = Desk::on_list();
    desk.press("3 n").types("smsnight").press("tab").types("Abcdef1");
    desk.dialog("Create new key · Legacy API Credentials").says("✓ 6 to 50").press("enter");
    desk.dialog("Created").says("the password is the one you typed").sees("smsnight").sees_no("Abcdef1");
    desk.press("enter").no_dialog();
    assert_eq!(desk.names(Kind::Legacy), ["smsbatch", "smsnight"]);
}

#[test]
fn a_generated_legacy_password_gets_the_one_time_view() {
    let mut desk = Desk::on_list();
    desk.press("3 n").types("smsnight").press("tab tab");
    desk.dialog("Create new key · Legacy API Credentials").says("Generate").press("enter");
    desk.sees("24 letters and digits will be made");
    desk.dialog("Create new key · Legacy API Credentials").says("Type it").press("enter");
    desk.dialog("The secret, once").says("Password").sees("Username").press("s");
    assert_eq!(desk.copied[0].len(), 24);
    desk.dialog("The secret, once").says("smsnight").press("enter").no_dialog();
}

#[test]
fn a_taken_username_is_flagged_while_typing_and_not_sent() {
    let mut desk = Desk::on_list();
    desk.press("3 n").types("smsbatch").rest().sees("✗ free").press("tab").types("Abcdef1");
    desk.dialog("Create new key · Legacy API Credentials").says("✗ free").press("enter");
    desk.sees("smsbatch is taken already. Choose another.");
    assert_eq!(desk.count("create"), 0);
}

#[test]
fn a_username_taken_between_typing_and_saving_keeps_the_form() {
    let mut desk = Desk::on_list();
    desk.press("3 n").types("smsnight").rest().sees("✓ free").press("tab").types("Abcdef1");
    let wanted = fixture::wanted(Kind::Legacy, "smsnight", keydesk::credential::Options::default());
    desk.hub().create(&fixture::local(desk.hub(), "bram"), &wanted).unwrap();
    desk.dialog("Create new key · Legacy API Credentials").says("✓ free").press("enter");
    desk.dialog("Create new key · Legacy API Credentials").says("is taken already. Choose another.");
    desk.sees("smsnight").sees("•••••••");
}

#[test]
fn a_name_in_use_is_allowed_and_flagged() {
    let mut desk = Desk::on_list();
    desk.press("n").types("crm-sync").rest().sees("! A Basic credential has this name already.");
    desk.dialog("Create new key · Basic Authentication").says("has this name already").press("enter");
    desk.dialog("The secret, once");
}

#[test]
fn a_name_with_a_hidden_character_is_refused_and_names_it() {
    for (typed, said) in [
        ("pay\u{200b}pal", "It holds U+200B"),
        ("a\u{202e}b", "It holds U+202E"),
        ("a  b", "It has two spaces in a row"),
        ("", "A name is needed"),
        (&*"x".repeat(65), "This is 65 characters long"),
    ] {
        let mut desk = Desk::on_list();
        desk.press("n").pastes(typed);
        desk.dialog("Create new key · Basic Authentication").says("Name").press("enter");
        desk.dialog("Create new key · Basic Authentication").says(said);
        assert_eq!(desk.count("create"), 0);
    }
}

#[test]
fn a_secret_pasted_as_a_name_is_refused() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly");
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter").press("s");
    let secret = desk.copied[0].clone();
    desk.dialog("The secret, once").says("nightly").press("enter").press("n").pastes(&secret);
    desk.dialog("Create new key · Basic Authentication").says("Name").press("enter").sees("That is an API secret.");
}

#[test]
fn an_invalid_option_opens_the_fold_and_is_named() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").press("tab →").press("tab tab tab tab").types("soon");
    desk.press("shift-tab shift-tab shift-tab shift-tab ←").sees("starts soon").press("shift-tab");
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.sees("\"soon\" is not a time. Write a span such as 90d");
}

#[test]
fn characters_left_out_of_a_paste_are_reported() {
    let mut desk = Desk::on_list();
    desk.press("n").pastes("nightly\n").sees_no("left out");
    desk.pastes("\u{1b}[31m-ex\u{7}port\u{1b}").sees("3 characters that cannot be typed were left out.");
    desk.waits(7_000).pastes("\u{1}").sees("1 character that cannot be typed was left out.");
}

#[test]
fn a_paste_with_line_breaks_fills_one_field_and_sends_nothing() {
    let mut desk = Desk::on_list();
    desk.press("n").pastes("nightly-\r\nexport\n\n").sees("nightly-").sees_no("export");
    desk.sees("The field has one line: only the first one was pasted.");
    assert_eq!(desk.count("create"), 0);
}

#[test]
fn networks_pasted_on_several_lines_stay_several() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").press("tab →").press("tab tab tab tab tab").pastes("10.0.0.0/8\n192.0.2.0/24\r\n");
    desk.sees("10.0.0.0/8 192.0.2.0/24").sees_no("left out");
}

#[test]
fn never_and_none_are_understood_in_every_field() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").press("tab →").press("tab").types("none").press("tab").types("none");
    desk.press("tab → ←").types("Never").sees("(•) never").press("tab").types("Never").press("tab").types("any");
    desk.dialog("Create new key · Basic Authentication").says("Never").press("tab");
    desk.dialog("Create new key · Basic Authentication").says("any");
    desk.press("enter").dialog("The secret, once").says("nightly");
}

#[test]
fn a_full_disk_keeps_the_dialog_and_a_second_try_works() {
    let mut desk = Desk::on_list();
    let mut first = true;
    desk.instead = Some(Box::new(move |call| match call {
        Call::Create(..) if std::mem::take(&mut first) => {
            let said = "The disk is full: nothing was changed. Make room, then try again.".to_owned();
            Some(Err(HubError::Unavailable(said)))
        }
        _ => None,
    }));
    desk.press("n").types("nightly");
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.dialog("Create new key · Basic Authentication").says("The disk is full").sees("nightly").press("enter");
    desk.dialog("The secret, once");
}

#[test]
fn an_uncertain_commit_asks_to_look_at_the_list() {
    let mut desk = Desk::on_list();
    desk.instead = Some(Box::new(|call| match call {
        Call::Create(..) => Some(Err(HubError::Unknown)),
        _ => None,
    }));
    let before = desk.count("list");
    desk.press("n").types("nightly");
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.sees("Look at the list before you try again");
    assert_eq!(desk.count("list"), before + 1);
}

#[test]
fn an_empty_section_says_how_to_begin() {
    let mut desk = Desk::empty();
    desk.press("enter enter").rest().sees("No Basic credentials yet. n creates the first one.");
    desk.press("2").rest().sees("No HMAC credentials yet.").press("3").rest().sees("No Legacy credentials yet.");
    desk.press("D").sees("There is no key here yet");
}

#[test]
fn a_section_with_only_revoked_keys_says_so() {
    let mut desk = Desk::empty();
    desk.press("enter enter").rest().press("n").types("nightly");
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.dialog("The secret, once").says("nightly").press("c enter").rest();
    desk.press("D");
    let four = desk.copied_last_four();
    desk.types(&four).dialog("Revoke nightly?").says("for good").press("enter").rest();
    desk.sees("No Basic credentials but 1 revoked: . shows them. n creates one.").sees_no("yet");
    desk.press(".").rest().sees("nightly");
}

#[test]
fn cancel_and_esc_leave_nothing_behind() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").press("esc").no_dialog().press("n").sees_no("nightly");
    desk.types("x").press("shift-tab").dialog("Create new key · Basic Authentication").says("Cancel").press("enter");
    desk.no_dialog();
    assert_eq!(desk.count("create"), 0);
}

#[test]
fn roles_do_not_matter_for_the_names_of_the_sections() {
    let mut desk = Desk::on_list_as(Role::Advanced);
    desk.sees("1 Basic Authentication 4").sees("2 HMAC Authentication 2").sees("3 Legacy 1");
}
