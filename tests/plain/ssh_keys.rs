//! SSH keys line by line: heard, pasted, removed, of oneself and of others; and sessions that a key opened.

use jiff::SignedDuration;
use keydesk::account::{PublicKey, Role};
use keydesk::hub::{KeyProof, NewSshKey, NewUser, Origin, Session, SshKeyRow};
use keydesk::time::{Clock as _, Seconds};

use crate::script::TestDesk;
use crate::support::PASSWORD;

/// With the comment alice@laptop, and without one.
const KEYS: [&str; 2] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES alice@laptop",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINfy3/VFcxeGlxU91B6hAirwxwDTMIJMFBng9lP1RR6n",
];
const FINGERPRINTS: [&str; 2] =
    ["SHA256:8jsqZeBCXYsEyj5Bnr71zvS7VP2s7KZQmCpOXiv1nVs", "SHA256:Lpol7n533+4HexUme8Aqw1f12e0elF4CseSnVy7np5A"];

impl TestDesk {
    fn keys_of(&self, name: &str) -> Vec<SshKeyRow> {
        self.hub.ssh_keys(&self.alice(), Some(name), false).unwrap()
    }

    fn adds_key(&self, name: &str, n: usize) -> SshKeyRow {
        let new = NewSshKey::of(PublicKey::parse(KEYS[n]).unwrap());
        self.hub.add_ssh_key(&self.alice(), name, &new).unwrap()
    }

    /// A session that a key opened from 203.0.113.9, over a connection that began now.
    fn session_by_key(&self, row: &SshKeyRow, n: usize) -> Session {
        let proof = KeyProof { key: Ok(PublicKey::parse(KEYS[n]).unwrap()), connected_at: Some(self.clock.now()) };
        let origin = Origin { unix: Some("keydesk".to_owned()), address: "203.0.113.9".parse().ok() };
        self.hub.sign_in_by_key(row.no, &proof, &origin).unwrap()
    }
}

#[test]
fn a_pasted_key_is_added_with_its_limits() {
    let table = TestDesk::new();
    table.user("chen", Role::Basic);
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .picks("Users")
            .picks("chen")
            .picks("SSH keys: hear, add and remove them.")
            .sees("chen has no SSH key.")
            .picks("Add a key by pasting its line.")
            .sees("the file that ends in .pub, for example ~/.ssh/id_ed25519.pub")
            .types("-----BEGIN OPENSSH PRIVATE KEY-----")
            .sees("That is a private key, which belongs on its owner's machine alone.")
            .types(KEYS[0])
            .sees("Ready to add this ssh-ed25519 key to chen.")
            .sees("Label: alice@laptop. Allowed networks: any. Expires: never.")
            .picks("Change the label.")
            .sees("Type a label for people")
            .types("desk")
            .sees("Label: desk.")
            .picks("Change the networks.")
            .sees("Type the networks")
            .types("203.0.113.0/99")
            .sees("203.0.113.0/99")
            .types("203.0.113.0/24")
            .sees("Allowed networks: 203.0.113.0/24.")
            .picks("Change the expiry.")
            .sees("Type when it expires")
            .types("30d")
            .sees("Expires: 2026-09-13 09:12 UTC.")
            .picks("Add it now.")
            .sees("chen can sign in with the SSH key desk.")
            .sees(&format!("Its fingerprint is {}.", FINGERPRINTS[0]))
            .sees("SSH keys of chen: 1 key, 1 usable: desk.")
            .sees("desk, active, never used.")
            .back(1)
            .sees("chen, Basic User, active")
            .sees("1 SSH key.")
            .back(2)
            .quits()
    });
    let [row] = &table.keys_of("chen")[..] else { panic!("{:?}", table.keys_of("chen")) };
    assert_eq!((row.label.as_str(), row.networks.to_string().as_str()), ("desk", "203.0.113.0/24"));
    assert_eq!(row.expires_at, Some(Seconds(table.clock.now().seconds().0 + 30 * 86_400)));
}

#[test]
fn a_refused_key_keeps_the_answers_and_the_label_can_be_none() {
    let table = TestDesk::new();
    table.user("chen", Role::Basic);
    table.user("dora", Role::Advanced);
    let taken = table.adds_key("dora", 0);
    let hub = std::sync::Arc::clone(&table.hub);
    let alice = table.alice();
    table.play(|play| {
        play.alice()
            .picks("Users")
            .picks("chen")
            .picks("SSH keys")
            .picks("Add a key")
            .sees(".pub")
            .types(KEYS[0])
            .picks("Change the label.")
            .sees("the word none")
            .types("none")
            .sees("Label: none.")
            .picks("Add it now.")
            .sees("This SSH key opens the desk already: another user has it.")
            .sees("Label: none.")
            .does(move || drop(hub.remove_ssh_key(&alice, &taken.fingerprint).unwrap()))
            .picks("Add it now.")
            .sees(&format!("chen can sign in with the SSH key {}.", FINGERPRINTS[0]))
            .picks("Add a key")
            .sees(".pub")
            .types(KEYS[1])
            .sees("Ready to add")
            .back(1)
            .sees("Nothing was added.")
            .back(3)
            .quits()
    });
    assert_eq!(table.keys_of("chen").len(), 1);
}

#[test]
fn everybody_hears_adds_and_removes_their_own_keys() {
    for role in Role::ALL {
        let table = TestDesk::new();
        table.user("erik", role);
        let session = table.session("erik");
        let (_, play) = table.play_as(Some(session), |play| {
            play.sees("Menu.")
                .picks("My account")
                .sees("Your SSH keys: none.")
                .picks("Your SSH keys")
                .sees("erik has no SSH key.")
                .picks("Add a key by pasting its line.")
                .sees(".pub")
                .types(KEYS[0])
                .picks("Add it now.")
                .sees("erik can sign in with the SSH key alice@laptop.")
                .picks("alice@laptop, active, never used.")
                .sees(&format!("Its fingerprint is {}.", FINGERPRINTS[0]))
                .sees("Algorithm: ssh-ed25519. Allowed networks: any. Expires: never.")
                .sees("Added on 2026-08-14 09:12 UTC by erik.")
                .picks("Copy its fingerprint to the clipboard.")
                .sees("Sent to your terminal (OSC 52): the fingerprint.")
                .picks("alice@laptop")
                .picks("Remove it: it opens nothing any more.")
                .sees("Remove the SSH key alice@laptop of erik?")
                .sees("the sessions of erik that it opened end within a second.")
                .sees_no("only way in")
                .sees_no("this session ends too")
                .back(1)
                .sees("The key was kept.")
                .sees("alice@laptop, active")
                .picks("alice@laptop")
                .picks("Remove it")
                .sees("Remove the SSH key")
                .picks("Remove it.")
                .sees("The SSH key alice@laptop of erik opens nothing any more.")
                .sees("erik has no SSH key.")
                .back(2)
                .quits()
        });
        assert_eq!(play.copied, [FINGERPRINTS[0]], "{role}");
        assert_eq!(table.keys_of("erik"), []);
    }
}

#[test]
fn an_auditor_hears_the_keys_of_others_and_changes_none() {
    let table = TestDesk::new();
    table.adds_key("alice", 0);
    table.user("emil", Role::Auditor);
    let session = table.session("emil");
    let refusal = "Only account Administrators can manage users and roles. Your role is Auditor.";
    table.play_as(Some(session), |play| {
        play.sees("Menu.")
            .picks("Users")
            .picks("alice")
            .picks("SSH keys: hear, add and remove them.")
            .sees("SSH keys of alice: 1 key, 1 usable: alice@laptop.")
            .picks("Add a key by pasting its line. Administrators only.")
            .sees(refusal)
            .picks("alice@laptop")
            .picks("Remove it: it opens nothing any more. Administrators only.")
            .sees(refusal)
            .back(3)
            .quits()
    });
    assert_eq!(table.keys_of("alice").len(), 1);
}

#[test]
fn the_own_password_is_asked_again_before_a_key_is_added() {
    let table = TestDesk::new();
    table.play(|play| {
        play.alice()
            .sees("Menu.")
            .waits(301)
            .picks("My account")
            .picks("Your SSH keys")
            .picks("Add a key")
            .sees(".pub")
            .types(KEYS[0])
            .picks("Add it now.")
            .sees("This needs your own password again")
            .hides(PASSWORD)
            .sees("alice can sign in with the SSH key alice@laptop.")
            .back(2)
            .quits()
    });
}

#[test]
fn a_new_user_may_have_a_key_and_no_password() {
    let table = TestDesk::new();
    table.play(|play| {
        play.alice()
            .picks("Users")
            .picks("Add a user.")
            .sees("new user")
            .types("frida")
            .picks("Auditor")
            .picks("None: SSH key only. Paste the key.")
            .sees(".pub")
            .types(KEYS[0])
            .sees("frida is added as an Auditor. There is no password: the SSH key is the way in.")
            .sees("SSH key only: 1 key, no password.")
            .picks("frida")
            .picks("SSH keys")
            .picks("alice@laptop")
            .picks("Remove it")
            .sees("frida has no password and no other usable key: this is the only way in.")
            .picks("Remove it.")
            .sees("opens nothing any more")
            .back(1)
            .sees("No password and no SSH key: no way in.")
            .back(2)
            .quits()
    });
}

#[test]
fn removing_the_key_of_this_session_ends_it() {
    let table = TestDesk::new();
    let row = table.adds_key("alice", 0);
    let session = table.session_by_key(&row, 0);
    let (code, play) = table.play_as(Some(session), |play| {
        play.sees("Menu.")
            .picks("My account")
            .sees("Your SSH keys: 1 key, 1 usable: alice@laptop.")
            .picks("Your SSH keys")
            .picks("alice@laptop, active, last used on 2026-08-14 09:12 UTC from 203.0.113.9.")
            .picks("Remove it")
            .sees("You signed in with it: this session ends too.")
            .picks("Remove it.")
            .sees("This needs your own password again")
            .hides(PASSWORD)
            .sees("The SSH key that opened this session was removed or has expired.")
    });
    assert_eq!(code, 3);
    assert!(!play.said.contains("Type your user name"), "{}", play.said);
    assert_eq!(table.keys_of("alice"), []);
}

#[test]
fn a_session_by_key_ends_with_lock_and_idle_time() {
    for idle in [false, true] {
        let table = TestDesk::new();
        let row = table.adds_key("alice", 0);
        let session = table.session_by_key(&row, 0);
        let clock = std::sync::Arc::clone(&table.clock);
        let (code, play) = table.play_as(Some(session), |play| match idle {
            false => play.sees("Menu.").picks("Lock.").sees("The session is over: the desk was locked. Connect again."),
            true => {
                let play = play.sees("Menu.").does(move || clock.advance(SignedDuration::from_mins(10))).says_nothing();
                play.sees("The session is over: nobody answered for 10 minutes. Connect again.")
            }
        });
        assert_eq!(code, 0);
        assert!(!play.said.contains("password of"), "nobody could sign in again: {}", play.said);
        assert!(table.trail().iter().any(|row| row.starts_with("alice signed out")), "{:?}", table.trail());
    }
}

#[test]
fn who_has_no_password_changes_keys_in_the_first_minutes() {
    let table = TestDesk::new();
    let ssh_key = Some(NewSshKey::of(PublicKey::parse(KEYS[0]).unwrap()));
    let new = NewUser {
        name: "frida".to_owned(),
        role: Role::Basic,
        password: None,
        ssh_key,
        note: keydesk::credential::Note::default(),
    };
    table.hub.add_user_with(&table.alice(), &new).unwrap();
    let row = table.keys_of("frida").remove(0);
    let session = table.session_by_key(&row, 0);
    table.play_as(Some(session), |play| {
        play.sees("Menu.")
            .picks("My account")
            .picks("Change your password.")
            .sees("You have no password: you sign in by SSH key. An Administrator can set one for you.")
            .picks("Your SSH keys")
            .picks("Add a key")
            .sees(".pub")
            .types(KEYS[1])
            .waits(301)
            .picks("Add it now.")
            .sees("this SSH connection is older than 5 minutes")
            .back(3)
            .quits()
    });
    let session = table.session_by_key(&row, 0);
    table.play_as(Some(session), |play| {
        play.sees("Menu.")
            .picks("My account")
            .picks("Your SSH keys")
            .picks("Add a key")
            .sees(".pub")
            .types(KEYS[1])
            .picks("Add it now.")
            .sees(&format!("frida can sign in with the SSH key {}.", FINGERPRINTS[1]))
            .back(2)
            .quits()
    });
}
