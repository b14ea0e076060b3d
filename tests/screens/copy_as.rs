//! `C`: a credential as .env lines, JSON, curl or a header field, with its secret in the one-time view and without it in
//! the list; and `y` on several.

use keydesk::account::Role;
use keydesk::clipboard::Multiplexer;
use keydesk::hub::ListQuery;
use keydesk::tui::msg::CopyOutcome;

use super::desk::Desk;
use super::fixture;

/// The one-time view of a new key in this section, with its key and its secret.
fn made(section: &str) -> (Desk, String, String) {
    let mut desk = Desk::on_list();
    desk.press(section).rest().press("n").types("nightly");
    let title = desk.title_shown().unwrap();
    desk.dialog(&title).says("nightly").press("ctrl-s").dialog("The secret, once").says("shown only now");
    desk.press("c");
    let both = desk.copied.pop().unwrap();
    desk.press("m m");
    let (key, secret) = both.split_once('\n').unwrap();
    let (key, secret) = (key.to_owned(), secret.to_owned());
    (desk, key, secret)
}

/// A view from which nothing was copied yet.
fn fresh(section: &str) -> Desk {
    let mut desk = Desk::on_list();
    desk.press(section).rest().press("n").types("nightly");
    let title = desk.title_shown().unwrap();
    desk.dialog(&title).says("nightly").press("ctrl-s").dialog("The secret, once").says("Not copied yet");
    desk
}

#[test]
fn each_letter_copies_in_its_form_and_closes_the_sheet() {
    let (mut desk, key, secret) = made("1");
    for (letter, wanted, said) in [
        ("b", format!("{key}\n{secret}"), "key and secret."),
        ("e", format!("KEYDESK_API_KEY={key}\nKEYDESK_API_SECRET={secret}"), "key and secret as .env."),
        ("j", format!(r#"{{"key":"{key}","secret":"{secret}","name":"nightly"}}"#), "key and secret as JSON."),
        ("u", format!("curl -sS -u '{key}:{secret}' 'https://api.example.com/v1/replies'"), "secret as curl."),
    ] {
        desk.press("C").dialog("Copy as").says("The secret is in each of them.").sees_no(&secret).press(letter);
        desk.dialog("The secret, once").says(said);
        assert_eq!(desk.copied.pop(), Some(wanted));
    }
    desk.press("C h").dialog("The secret, once").says("key and secret as header.");
    assert!(desk.copied.pop().unwrap().starts_with("Authorization: Basic "));
    desk.press("C").dialog("Copy as").says("{\"key\":…,\"secret\":…,\"name\":…}").press("↓").sees("▌   j  JSON");
    desk.dialog("Copy as").says("JSON").press("enter").dialog("The secret, once").says("as JSON");
    desk.press("C esc").dialog("The secret, once").says("nightly");
    assert_eq!(desk.copied.len(), 1, "esc copies nothing");
}

#[test]
fn a_form_with_the_secret_in_it_counts_as_copied() {
    let mut desk = fresh("1");
    desk.press("C e").dialog("The secret, once").says("as .env").press("enter").no_dialog();
    assert_eq!(desk.count("seen"), 1, "the trail knows that it was copied");
}

#[test]
fn a_signed_example_does_not_save_the_secret() {
    for letter in ["u", "h"] {
        let mut desk = fresh("2");
        desk.press("C").dialog("Copy as").says("The secret is in neither u nor h").press(letter);
        desk.dialog("The secret, once").says("without the secret").press("enter");
        desk.dialog("Close without copying?").says("It cannot be shown again.").press("enter");
        assert_eq!(desk.count("seen"), 0);
        let copied = desk.copied.pop().unwrap();
        assert!(copied.contains("Authorization: hmac username=") && !copied.contains("kds"), "{copied}");
        desk.press("C j").dialog("The secret, once").says("as JSON").press("enter").no_dialog();
    }
}

#[test]
fn a_form_that_may_be_lost_does_not_count_either() {
    let mut desk = fresh("1");
    desk.outcome = CopyOutcome::SentInto { around: Multiplexer::Tmux, over_ssh: false };
    desk.press("C e").dialog("The secret, once").says("tmux drops it unless").press("enter");
    desk.dialog("Close without copying?").says("It cannot be shown again.");
}

#[test]
fn locking_over_the_choice_asks_and_wipes() {
    let mut desk = fresh("1");
    desk.press("C L").dialog("The secret is not copied yet").says("nightly would need a new one").press("tab");
    desk.dialog("The secret is not copied yet").says("Copy both, lock").press("enter").rest().sees("Locked");
    assert_eq!(desk.copied.len(), 1);
    let mut desk = fresh("1");
    desk.press("C").waits(600_000).sees("Locked").types(fixture::PASSWORD);
    desk.dialog("Acme Messaging").says("alice").press("enter").rest().no_dialog();
    assert!(desk.copied.is_empty() && desk.app.secrets_shown().is_none());
}

#[test]
fn in_the_list_the_variable_holds_the_place_of_the_secret() {
    let mut desk = Desk::on_list();
    let key = desk.row_of("crm-sync").key.clone();
    desk.selects("crm-sync");
    for in_details in [false, true] {
        if in_details {
            desk.press("enter").rest();
        }
        desk.press("C")
            .dialog("Copy as")
            .says("The secret is not here: $KEYDESK_API_SECRET holds its place.")
            .press("e");
        desk.no_dialog().sees("(OSC 52): key as .env.");
        assert_eq!(desk.copied.pop(), Some(format!("KEYDESK_API_KEY={key}\nKEYDESK_API_SECRET=$KEYDESK_API_SECRET")));
        desk.press("C u").sees("key as curl.");
        assert!(desk.copied.pop().unwrap().contains(&format!("-u '{key}:'\"$KEYDESK_API_SECRET\"")));
    }
    assert_eq!(desk.count("seen"), 0, "no secret was copied");
}

#[test]
fn an_auditor_copies_in_forms_too() {
    let mut desk = Desk::on_list_as(Role::Auditor);
    desk.selects("crm-sync").press("C j").sees("key as JSON.");
    assert!(desk.copied.pop().unwrap().contains(r#""secret":"$KEYDESK_API_SECRET""#));
}

#[test]
fn y_copies_every_ticked_key_one_a_line() {
    let mut desk = Desk::with(fixture::with_keys(5), Role::Administrator);
    desk.press("enter enter").rest().press("y").sees("(OSC 52): key.").press("space space space");
    desk.sized(120, 40).sees("y copy keys").press("y").sees("(OSC 52): 3 keys. Paste to check.");
    let alice = fixture::local(desk.hub(), "alice");
    let rows = desk.hub().list(&alice, &ListQuery { limit: 3, ..ListQuery::default() }).unwrap().rows;
    let wanted: Vec<_> = rows.into_iter().map(|row| row.key).collect();
    assert_eq!(desk.copied.last().unwrap(), &wanted.join("\n"));
    desk.press("C j").sees("3 keys as JSON.");
    let json: serde_json::Value = serde_json::from_str(desk.copied.last().unwrap()).unwrap();
    assert_eq!(json[2]["key"], wanted[2].as_str());
}

#[test]
fn all_of_several_secrets_are_copied_as_the_last_one_was() {
    let mut desk = Desk::with(fixture::with_keys(3), Role::Administrator);
    desk.press("enter enter").rest().press("a R").dialog("New secrets for 3 credentials").says("24 hours");
    desk.press("enter").dialog("New secrets for 3 credentials").says("[▸Make 3 new secrets ]").press("enter");
    desk.rest().press("C j").dialog("The secret, once").says("key and secret as JSON.");
    desk.press("→").sees("1 of 3 copied").sees("a copies all 3 as JSON.").press("a").sees("all 3 as JSON");
    let json: serde_json::Value = serde_json::from_str(desk.copied.last().unwrap()).unwrap();
    let secrets: Vec<_> = json.as_array().unwrap().iter().map(|one| one["secret"].as_str().unwrap()).collect();
    assert!(secrets.len() == 3 && secrets.iter().all(|secret| secret.starts_with("kds")));
    desk.dialog("The secret, once").says("all 3").press("enter").no_dialog();
    let held = secrets.iter().any(|secret| format!("{:?}", desk.app).contains(secret));
    assert!(!held);
}
