//! The one-time view: copied, masked, closed with and without a confirmation.

use keydesk::account::Role;
use keydesk::clipboard::Multiplexer;
use keydesk::tui::msg::CopyOutcome;

use super::desk::Desk;
use super::fixture::PASSWORD;

/// A desk with the one-time view of `nightly` open, and its secret.
fn shown() -> (Desk, String) {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly");
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.dialog("The secret, once").says("shown only now");
    let screen = desk.screen();
    let at = screen.find("kds").unwrap();
    let secret = screen[at..at + 30].to_owned();
    (desk, secret)
}

#[test]
fn each_copy_key_copies_what_it_says() {
    let (mut desk, secret) = shown();
    desk.press("s").sees("(OSC 52): secret.").press("k").sees("(OSC 52): key.").press("c");
    assert_eq!(desk.copied[0], secret);
    assert!(desk.copied[1].starts_with("kdb"));
    assert_eq!(desk.copied[2], format!("{}\n{secret}", desk.copied[1]));
    assert_eq!(desk.count("seen"), 1, "the trail is told once that the secret was copied");
}

#[test]
fn each_outcome_of_a_copy_has_honest_words() {
    for (outcome, words) in [
        (CopyOutcome::Copied, "✓ Copied: secret."),
        (CopyOutcome::SentToTerminal, "✓ Sent to your terminal (OSC 52): secret. Paste to check."),
        (
            CopyOutcome::SentInto { around: Multiplexer::Tmux, over_ssh: false },
            "! Sent (OSC 52): secret, but tmux drops it unless its setting is: set -s set-clipboard on. Paste to check.",
        ),
        (
            CopyOutcome::SentInto { around: Multiplexer::TmuxOrScreen, over_ssh: false },
            "tmux drops it unless its setting is: set -s set-clipboard on; GNU screen always does. Paste to check.",
        ),
        (
            CopyOutcome::SentInto { around: Multiplexer::Tmux, over_ssh: true },
            "the tmux on this side of SSH or that may drop it without its line: set -s set-clipboard on. Paste to check.",
        ),
        (
            CopyOutcome::SentInto { around: Multiplexer::TmuxOrScreen, over_ssh: true },
            "may drop it without its line: set -s set-clipboard on; GNU screen always does. Paste to check.",
        ),
        (CopyOutcome::SentThroughTmux, "✓ Sent secret through tmux. Paste as usual, not by prefix ]."),
        (CopyOutcome::KeptInTmux, "✓ Sent secret through tmux. Paste as usual, or by prefix ]."),
        (
            CopyOutcome::Impossible("This terminal cannot copy. Select it by hand.".to_owned()),
            "! This terminal cannot copy.",
        ),
    ] {
        let (mut desk, _) = shown();
        desk.outcome = outcome;
        desk.press("s").sees(words);
    }
}

#[test]
fn a_copy_that_may_be_lost_does_not_count_as_saved() {
    let (mut desk, secret) = shown();
    desk.outcome = CopyOutcome::SentInto { around: Multiplexer::Tmux, over_ssh: false };
    desk.press("c s").dialog("The secret, once").says("tmux drops it unless").press("enter");
    desk.dialog("Close without copying?").says("It cannot be shown again.").press("enter");
    desk.dialog("The secret, once").sees(&secret);
    assert_eq!(desk.count("seen"), 1, "the trail is told that the secret was sent");
    desk.outcome = CopyOutcome::SentToTerminal;
    desk.press("c").says("(OSC 52): key and secret. Paste to check.").press("enter").no_dialog();
}

#[test]
fn ok_asks_when_nothing_was_copied_and_keep_open_is_focused() {
    let (mut desk, secret) = shown();
    desk.dialog("The secret, once").says("Not copied yet").press("enter");
    desk.dialog("Close without copying?").says("It cannot be shown again.").sees_no(&secret).press("enter");
    desk.dialog("The secret, once").says("nightly").sees(&secret).press("esc");
    desk.dialog("Close without copying?").says("It cannot be shown again.").press("tab").press("enter");
    desk.no_dialog().sees_no(&secret).sees("nightly");
}

#[test]
fn the_key_alone_is_not_the_secret() {
    let (mut desk, _) = shown();
    desk.press("k").dialog("The secret, once").says("key").press("enter");
    desk.dialog("Close without copying?");
}

#[test]
fn a_copy_that_failed_does_not_count() {
    let (mut desk, _) = shown();
    desk.outcome = CopyOutcome::Impossible("Nothing here can copy.".to_owned());
    desk.press("c").dialog("The secret, once").says("Nothing here can copy.").press("enter");
    desk.dialog("Close without copying?");
}

#[test]
fn masking_hides_the_secret_and_copies_it_all_the_same() {
    let (mut desk, secret) = shown();
    desk.press("m").sees_no(&secret).sees("••••••••••••").press("s").sees_no(&secret);
    assert_eq!(desk.copied, std::slice::from_ref(&secret));
    desk.press("m").sees(&secret);
}

#[test]
fn help_covers_the_secret() {
    let (mut desk, secret) = shown();
    desk.press("?").dialog("Keys: One-time view").says("copy key and secret").sees_no(&secret);
    desk.press("esc").sees(&secret);
}

#[test]
fn letters_of_the_list_do_nothing_here() {
    let (mut desk, secret) = shown();
    desk.press("D n R d x y 2 q").dialog("The secret, once").sees(&secret);
    assert_eq!(desk.count("set state"), 0);
}

#[test]
fn the_lock_drops_the_secret_and_says_so_afterwards() {
    let (mut desk, secret) = shown();
    desk.press("L").dialog("The secret is not copied yet").says("Locking wipes it from the screen");
    desk.press("tab tab")
        .dialog("The secret is not copied yet")
        .says("[▸Lock and lose it ]")
        .press("enter")
        .sees("Locked")
        .sees_no(&secret);
    assert!(desk.app.secrets_shown().is_none());
    assert!(!format!("{:?}", desk.app).contains(&secret));
    desk.types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.no_dialog().sees_no(&secret).press("esc esc").sees("nightly: secret wiped before it was copied");
}

#[test]
fn ten_idle_minutes_drop_the_secret() {
    let (mut desk, secret) = shown();
    desk.waits(600_000).sees("Locked").sees_no(&secret);
}

#[test]
fn ctrl_z_asks_first_and_then_drops_the_secret() {
    let (mut desk, secret) = shown();
    desk.press("ctrl-z").dialog("Suspend without copying?").says("It cannot be shown again.");
    assert!(!desk.suspended);
    desk.press("tab").press("enter");
    assert!(desk.suspended);
    desk.no_dialog().sees_no(&secret);
}

#[test]
fn ctrl_z_after_a_copy_suspends_and_drops_the_secret() {
    let (mut desk, secret) = shown();
    desk.press("s ctrl-z").no_dialog().sees_no(&secret);
    assert!(desk.suspended);
}

#[test]
fn ctrl_c_asks_only_for_a_secret_that_nobody_copied() {
    let (mut desk, _) = shown();
    desk.press("ctrl-c").dialog("Quit without copying?").says("gone when keydesk ends").press("ctrl-c");
    assert!(!desk.quit);
    desk.press("enter").dialog("The secret, once").says("nightly").press("s ctrl-c");
    assert!(desk.quit);
}

#[test]
fn ctrl_c_cancels_a_form_and_twice_quits() {
    let mut desk = Desk::on_list();
    desk.press("n").types("half a name").press("ctrl-c").no_dialog().sees_no("half a name");
    assert!(!desk.quit);
    desk.press("ctrl-c");
    assert!(desk.quit);
}

#[test]
fn quitting_after_the_question_ends_without_the_secret() {
    let (mut desk, secret) = shown();
    desk.press("ctrl-c").dialog("Quit without copying?").says("It cannot be shown again.").press("tab").press("enter");
    assert!(desk.quit);
    assert!(!format!("{:?}", desk.app).contains(&secret));
}

#[test]
fn revoke_it_revokes_the_key_that_was_just_made() {
    let (mut desk, secret) = shown();
    let key = desk.screen().split("kdb").nth(1).map(|rest| format!("kdb{}", &rest[..17])).unwrap();
    desk.press("tab").dialog("The secret, once").says("Revoke it").press("enter");
    desk.dialog("Revoke nightly?").says("for good").sees_no(&secret).types(&key[16..]);
    desk.press("enter").no_dialog().sees("Revoked nightly.");
    assert!(desk.app.secrets_shown().is_none());
}

#[test]
fn the_shown_secret_and_its_user_are_known() {
    let (mut desk, _) = shown();
    let (actor, ids) = desk.app.secrets_shown().unwrap();
    assert_eq!((actor.user.as_str(), ids), ("alice", vec![desk.row_of("nightly").id]));
    desk.press("s").dialog("The secret, once").says("nightly").press("enter");
    assert!(desk.app.secrets_shown().is_none());
}

#[test]
fn dropping_secrets_wipes_view_forms_and_what_was_typed_ahead() {
    let (mut desk, secret) = shown();
    desk.app.drop_secrets();
    desk.sees_no(&secret);
    let mut form = Desk::signed_in_as(Role::Administrator);
    form.selects("My account").press("enter").press("enter").types("old password").sees("•••");
    form.app.drop_secrets();
    form.sees_no("•");
}

#[test]
fn without_a_clipboard_the_view_says_so_at_once() {
    let (desk, _) = shown();
    assert!(desk.shows("c copies both; then paste them where they belong."));
}

#[test]
fn a_secret_that_is_closed_is_nowhere() {
    let (mut desk, secret) = shown();
    desk.press("s").dialog("The secret, once").says("nightly").press("enter").waits(10_000);
    assert!(!desk.screen().contains(&secret));
    assert!(!format!("{:?}", desk.app).contains(&secret));
    let trail = desk.hub().trail(
        &super::fixture::local(desk.hub(), "alice"),
        &keydesk::hub::TrailQuery { limit: 200, ..Default::default() },
    );
    assert!(!format!("{:?}", trail.unwrap()).contains(&secret));
    let database = desk.copy.as_ref().unwrap().database();
    for end in ["", "-wal", "-shm"] {
        let file = format!("{}{end}", database.display());
        let Ok(bytes) = std::fs::read(&file) else { continue };
        assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{file}");
    }
}

#[test]
fn a_masked_secret_does_not_suggest_a_double_click() {
    let mut desk = Desk::on_list();
    desk.press("n").types("nightly").dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.press("c").sees("Nothing arrived? Double-click the secret to select it.").sees("m mask");
    desk.press("m").sees("Nothing arrived? Press m to show it, then double-click the secret").sees("m show");
}

#[test]
fn legacy_hints_speak_of_username_and_password() {
    let mut desk = Desk::on_list();
    desk.press("3 n").types("smsnight").press("tab tab");
    desk.dialog("Create new key · Legacy API Credentials").says("Generate").press("enter");
    desk.dialog("Create new key · Legacy API Credentials").says("Type it").press("enter");
    desk.sees("s password").sees("k username").sees_no("s secret").sees_no("k key");
    desk.press("c").sees("Double-click the password to select it.");
}
