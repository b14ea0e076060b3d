//! How far a restriction got, in the message that says what was done.

use keydesk::credential::State;
use keydesk::hub::{ProcessKind, ProcessNote};

use super::desk::Desk;

impl Desk {
    /// Verifiers on these machines note themselves.
    pub fn verifiers(&self, hosts: &[&str]) -> Vec<ProcessNote> {
        let noted = |host: &&str| {
            let note = self.hub().process_note(ProcessKind::Verifier).unwrap();
            let note = ProcessNote { host: (*host).to_owned(), ..note };
            self.hub().feed().write_counts(&note, 1, &[]).unwrap();
            note
        };
        hosts.iter().map(noted).collect()
    }

    /// A verifier has followed everything.
    pub fn follows(&self, note: &ProcessNote) {
        self.hub().feed().note_position(note).unwrap();
    }

    /// Revokes the key that is selected.
    pub fn revokes(&mut self, name: &str) -> &mut Self {
        self.selects(name).press("D");
        let four = self.copied_last_four();
        let title = format!("Revoke {name}?");
        self.types(&four).dialog(&title).says("[ Revoke ]").press("enter").no_dialog()
    }
}

const THREE: [&str; 3] = ["gw1", "gw2", "gw3"];

#[test]
fn a_revocation_is_seen_going_round_without_a_key_press() {
    let mut desk = Desk::on_list();
    let verifiers = desk.verifiers(&THREE);
    desk.revokes("crm-sync").sees("✓ Revoked crm-sync. Seen by 0 of 3 verifiers …");
    for (n, verifier) in verifiers.iter().enumerate() {
        desk.sees(&format!("Seen by {n} of 3 verifiers")).follows(verifier);
        desk.waits(400);
    }
    desk.sees("✓ Revoked crm-sync. Seen by 3 of 3 verifiers.");
    let asked = desk.count("seen by");
    desk.waits(4_000).sees("3 of 3").waits(2_000).sees_no("Seen by");
    assert_eq!(desk.count("seen by"), asked, "nobody asks any more");
}

#[test]
fn a_verifier_that_stays_silent_is_named_until_it_follows() {
    let mut desk = Desk::on_list();
    let verifiers = desk.verifiers(&THREE);
    desk.revokes("crm-sync");
    verifiers[..2].iter().for_each(|verifier| desk.follows(verifier));
    desk.waits(3_500).sees("! Revoked crm-sync. Seen by 2 of 3 verifiers, not by gw3.");
    desk.waits(9_000).sees("not by gw3").follows(&verifiers[2]);
    desk.waits(1_500).sees("✓ Revoked crm-sync. Seen by 3 of 3 verifiers.");
}

#[test]
fn where_no_verifier_is_nothing_is_said_of_them() {
    let mut desk = Desk::on_list();
    desk.revokes("crm-sync").sees("✓ Revoked crm-sync.").sees_no("Seen by").waits(4_000).sees_no("Seen by");
    assert_eq!(desk.count("seen by"), 1);
}

#[test]
fn a_key_press_ends_the_message_and_the_looking() {
    let mut desk = Desk::on_list();
    let verifiers = desk.verifiers(&THREE);
    desk.revokes("crm-sync").sees("Seen by 0 of 3").press("↓").sees_no("Seen by");
    verifiers.iter().for_each(|verifier| desk.follows(verifier));
    let asked = desk.count("seen by");
    desk.waits(5_000).sees_no("Seen by");
    assert!(desk.count("seen by") <= asked + 1);
}

#[test]
fn disabling_says_it_too_and_enabling_does_not() {
    let mut desk = Desk::on_list();
    desk.verifiers(&["gw1"]);
    desk.selects("crm-sync").press("d tab").dialog("Disable crm-sync?").says("within a second").press("enter");
    desk.sees("Disabled crm-sync. Seen by 0 of 1 verifier …");
    desk.selects("old-gateway").press("d tab").dialog("Enable old-gateway?").says("with the secret").press("enter");
    desk.sees("Enabled old-gateway.").waits(400).sees_no("Seen by");
    assert_eq!(desk.state_of("old-gateway"), State::Active);
}
