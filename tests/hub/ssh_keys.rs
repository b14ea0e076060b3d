//! SSH keys of users: who may manage them, what they open, and that the database alone cannot make one.

use jiff::SignedDuration;
use keydesk::account::{PublicKey, Role, UserState};
use keydesk::credential::{Kind, Networks, Note};
use keydesk::hub::{
    Actor, Conflict, HubError, KeyProof, NewSshKey, NewUser, Origin, Session, SessionOver, SignIn, SshKeyState,
    StorePlace, TrailQuery, Via, authorized_key,
};
use keydesk::secret::Secret;
use keydesk::time::{MINUTE, Seconds};

use super::support::{Desk, password, seen, wanted};

const KEYS: [&str; 3] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES alice@laptop",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINfy3/VFcxeGlxU91B6hAirwxwDTMIJMFBng9lP1RR6n",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEnOJovH7gslRzULz4qtUqaT1KLHnx1pEcbNgL/jLhT5",
];
const FIRST: &str = "SHA256:8jsqZeBCXYsEyj5Bnr71zvS7VP2s7KZQmCpOXiv1nVs";

fn key(n: usize) -> PublicKey {
    PublicKey::parse(KEYS[n]).unwrap()
}

/// One of the keys, for a test of rights.
pub fn any_key() -> NewSshKey {
    new(2)
}

fn new(n: usize) -> NewSshKey {
    NewSshKey::of(key(n))
}

fn from(address: &str) -> Origin {
    Origin { unix: Some("keydesk".to_owned()), address: address.parse().ok() }
}

impl Desk {
    fn proof(&self, n: usize) -> KeyProof {
        KeyProof { key: Ok(key(n)), connected_at: Some(self.hub.now()) }
    }

    fn by_key(&self, no: i64, n: usize) -> Result<Session, HubError> {
        self.hub.sign_in_by_key(no, &self.proof(n), &from("203.0.113.9"))
    }

    fn actions(&self) -> Vec<(String, String)> {
        let rows = self.hub.trail(&self.alice(), &TrailQuery { limit: 100, ..TrailQuery::default() }).unwrap();
        rows.into_iter().map(|row| (row.action, row.what)).collect()
    }
}

fn refused(outcome: Result<Session, HubError>) -> String {
    match outcome {
        Err(HubError::KeyRefused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_opens_the_desk_as_its_user() {
    let desk = Desk::in_memory();
    desk.user("chen", Role::Basic);
    let row = desk.hub.add_ssh_key(&desk.alice(), "chen", &new(0)).unwrap();
    assert_eq!((row.no, row.fingerprint.as_str(), row.label.as_str()), (1, FIRST, "alice@laptop"));
    let session = desk.by_key(1, 0).unwrap();
    assert_eq!((session.actor.user.as_str(), session.role), ("chen", Role::Basic));
    assert!(!session.must_change_password, "the password does not matter here");
    assert!(matches!(desk.hub.create(&session.actor, &wanted(Kind::Basic, "x")), Err(HubError::Denied(_))));
    let row = &desk.hub.ssh_keys(&session.actor, Some("chen"), false).unwrap()[0];
    let last = row.last_used.as_ref().unwrap();
    assert_eq!((last.at, last.address.as_deref()), (desk.hub.now(), Some("203.0.113.9")));
    let rows = desk.hub.trail(&desk.alice(), &TrailQuery { limit: 100, ..TrailQuery::default() }).unwrap();
    let signed = rows.iter().find(|row| row.action == "session.signed_in").unwrap();
    assert_eq!(
        (signed.via.as_deref(), signed.address.as_deref()),
        (Some("SHA256:8jsqZeBCXYsEyj5Bnr71zvS7VP2s7KZQmCpOXiv1nVs alice@laptop"), Some("203.0.113.9"))
    );
    assert!(signed.after.as_deref().unwrap().contains("\"label\":\"alice@laptop\""), "{:?}", signed.after);
}

#[test]
fn everybody_manages_their_own_keys_and_administrators_all() {
    let desk = Desk::in_memory();
    let chen = desk.user("chen", Role::Basic);
    let emil = desk.user("emil", Role::Auditor);
    desk.hub.add_ssh_key(&chen, "chen", &new(0)).unwrap();
    assert!(matches!(desk.hub.add_ssh_key(&chen, "emil", &new(1)), Err(HubError::Denied(_))));
    assert!(matches!(desk.hub.add_ssh_key(&emil, "chen", &new(1)), Err(HubError::Denied(_))));
    desk.hub.add_ssh_key(&desk.alice(), "emil", &new(1)).unwrap();
    assert!(matches!(desk.hub.ssh_keys(&chen, None, false), Err(HubError::Denied(_))));
    assert!(matches!(desk.hub.ssh_keys(&chen, Some("emil"), false), Err(HubError::Denied(_))));
    assert_eq!(desk.hub.ssh_keys(&emil, None, false).unwrap().len(), 2);
    assert!(matches!(desk.hub.remove_ssh_key(&emil, FIRST), Err(HubError::Denied(_))));
    desk.hub.remove_ssh_key(&chen, FIRST).unwrap();
    assert_eq!(desk.hub.user(&desk.alice(), "chen", keydesk::hub::UserOperation::See).unwrap().ssh_keys, 0);
}

#[test]
fn one_active_key_belongs_to_one_user() {
    let desk = Desk::in_memory();
    desk.user("chen", Role::Basic);
    desk.hub.add_ssh_key(&desk.alice(), "chen", &new(0)).unwrap();
    for user in ["alice", "chen"] {
        let again = desk.hub.add_ssh_key(&desk.alice(), user, &new(0)).unwrap_err();
        assert!(matches!(again, HubError::Conflict(Conflict::SshKeyTaken { .. })), "{again}");
        assert_eq!(again.exit_code(), 5);
    }
    desk.hub.remove_ssh_key(&desk.alice(), FIRST).unwrap();
    let row = desk.hub.add_ssh_key(&desk.alice(), "alice", &new(0)).unwrap();
    assert_eq!(row.no, 2, "no number is given twice");
    assert_eq!(desk.hub.ssh_keys(&desk.alice(), None, true).unwrap().len(), 2);
    assert_eq!(refused(desk.by_key(1, 0)), "the key was removed");
}

#[test]
fn removing_a_key_ends_the_sessions_that_it_opened_and_no_others() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    desk.hub.add_ssh_key(&alice, "alice", &new(0)).unwrap();
    desk.hub.add_ssh_key(&alice, "alice", &new(1)).unwrap();
    let (first, second) = (desk.by_key(1, 0).unwrap(), desk.by_key(2, 1).unwrap());
    desk.hub.add_ssh_key(&alice, "alice", &new(2)).unwrap();
    desk.hub.pulse(&first.actor).unwrap();
    desk.hub.remove_ssh_key(&alice, FIRST).unwrap();
    assert!(matches!(desk.hub.pulse(&first.actor), Err(HubError::SessionOver(SessionOver::KeyGone))));
    desk.hub.pulse(&second.actor).unwrap();
    desk.hub.pulse(&alice).unwrap();
    desk.hub.remove_ssh_key(&alice, FIRST).unwrap();
    assert_eq!(desk.actions().iter().filter(|(action, _)| action == "ssh_key.removed").count(), 1, "once is enough");
}

#[test]
fn a_key_or_user_that_may_not_is_refused_and_recorded() {
    let desk = Desk::in_memory();
    let alice = desk.alice();
    desk.user("chen", Role::Basic);
    let limits = NewSshKey {
        networks: Networks::from_line("10.0.0.0/8").unwrap(),
        expires_at: Some(Seconds(desk.hub.now().seconds().0 + 60)),
        ..new(0)
    };
    desk.hub.add_ssh_key(&alice, "chen", &limits).unwrap();
    assert_eq!(refused(desk.by_key(1, 0)), "the address is outside the networks of the key");
    let inside = from("10.1.2.3");
    let session = desk.hub.sign_in_by_key(1, &desk.proof(0), &inside).unwrap();
    assert_eq!(refused(desk.hub.sign_in_by_key(1, &desk.proof(1), &inside)), "another key opened the connection");
    assert_eq!(refused(desk.by_key(9, 0)), "there is no such key");
    let nobody = KeyProof { key: Err("sshd did not say which key".to_owned()), connected_at: None };
    assert_eq!(refused(desk.hub.sign_in_by_key(1, &nobody, &inside)), "sshd did not say which key");
    desk.hub.set_user_state(&alice, &seen(&desk.hub, "chen"), UserState::Disabled).unwrap();
    assert_eq!(refused(desk.hub.sign_in_by_key(1, &desk.proof(0), &inside)), "the user is disabled");
    assert!(desk.hub.pulse(&session.actor).is_err());
    desk.hub.set_user_state(&alice, &seen(&desk.hub, "chen"), UserState::Active).unwrap();
    let session = desk.hub.sign_in_by_key(1, &desk.proof(0), &inside).unwrap();
    desk.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(refused(desk.hub.sign_in_by_key(1, &desk.proof(0), &inside)), "the key has expired");
    assert!(matches!(desk.hub.pulse(&session.actor), Err(HubError::SessionOver(SessionOver::KeyGone))));
    assert_eq!(desk.hub.ssh_keys(&alice, None, false).unwrap()[0].state, SshKeyState::Expired);
    let recorded = desk.actions().iter().filter(|(action, _)| action == "ssh_key.refused").count();
    assert_eq!(recorded, 6, "{:?}", desk.actions());
}

#[test]
fn past_expiries_and_bad_labels_are_refused() {
    let desk = Desk::in_memory();
    let past = NewSshKey { expires_at: Some(desk.hub.now().seconds()), ..new(0) };
    assert_eq!(desk.hub.add_ssh_key(&desk.alice(), "alice", &past).unwrap_err().exit_code(), 2);
    let label = NewSshKey { label: Some("two\u{202e}ways".to_owned()), ..new(0) };
    assert_eq!(desk.hub.add_ssh_key(&desk.alice(), "alice", &label).unwrap_err().exit_code(), 2);
    assert!(desk.hub.ssh_keys(&desk.alice(), None, true).unwrap().is_empty());
}

#[test]
fn a_user_without_a_password_signs_in_by_key_alone() {
    let desk = Desk::in_memory();
    let bram = NewUser {
        name: "bram".to_owned(),
        role: Role::Administrator,
        password: None,
        ssh_key: Some(new(0)),
        note: Note::default(),
    };
    let added = desk.hub.add_user_with(&desk.alice(), &bram).unwrap();
    assert!(added.password.is_none() && !added.row.has_password && added.row.ssh_keys == 1, "{added:?}");
    for typed in ["", "correct horse battery"] {
        let tried = desk.hub.sign_in("bram", &Secret::from_text(typed), &Origin::default()).unwrap();
        assert!(matches!(tried, SignIn::Wrong { .. }), "{tried:?}");
    }
    let session = desk.by_key(1, 0).unwrap();
    assert!(!session.has_password && !session.must_change_password);
    // The connection stands for a password for five minutes.
    let add = |actor: &Actor, n| desk.hub.add_ssh_key(actor, "alice", &new(n));
    desk.clock.advance(SignedDuration::from_millis(5 * MINUTE));
    add(&session.actor, 1).unwrap();
    desk.clock.advance(SignedDuration::from_millis(1));
    assert!(matches!(add(&session.actor, 2), Err(HubError::ConnectAnew)));
    assert!(matches!(desk.hub.confirm_password(&session.actor, &password()), Err(HubError::ConnectAnew)));
    let old = KeyProof { connected_at: None, ..desk.proof(0) };
    let session = desk.hub.sign_in_by_key(1, &old, &Origin::default()).unwrap();
    assert!(matches!(add(&session.actor, 2), Err(HubError::ConnectAnew)), "an age that nobody can tell");
    desk.hub.set_password(&desk.alice(), &seen(&desk.hub, "bram"), &password()).unwrap();
    let session = desk.by_key(1, 0).unwrap();
    assert!(session.has_password);
    assert!(matches!(add(&session.actor, 2), Err(HubError::PasswordNeeded)), "who has a password gives it");
    let confirmed = desk.hub.confirm_password(&session.actor, &password()).unwrap();
    assert!(matches!(confirmed.via, Via::SshKey(_)));
    add(&confirmed, 2).unwrap();
}

#[test]
fn a_key_that_was_planted_in_the_database_opens_nothing() {
    let desk = Desk::on_disk();
    desk.user("chen", Role::Basic);
    desk.hub.add_ssh_key(&desk.alice(), "chen", &new(0)).unwrap();
    let alice = "(SELECT id FROM person WHERE name = 'alice')";
    desk.sql(&format!("UPDATE ssh_key SET person = {alice}"));
    let hub = desk.reopened();
    let outcome = hub.sign_in_by_key(1, &desk.proof(0), &Origin::default());
    assert_eq!(refused(outcome), "the key was changed outside keydesk");
    let report = hub.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap();
    assert!(report.broken.as_deref().unwrap().contains("SSH key"), "{report:?}");
    hub.accept_store(&desk.alice(), false).unwrap();
    assert_eq!(refused(hub.sign_in_by_key(1, &desk.proof(0), &Origin::default())), "the key was removed");
    let report = hub.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap();
    assert_eq!(report.broken, None);
}

#[test]
fn a_removed_key_that_was_put_back_opens_nothing() {
    let desk = Desk::on_disk();
    desk.hub.add_ssh_key(&desk.alice(), "alice", &new(0)).unwrap();
    desk.sql_beside("CREATE TABLE beside.kept AS SELECT * FROM ssh_key;");
    desk.hub.remove_ssh_key(&desk.alice(), FIRST).unwrap();
    desk.sql_beside("DELETE FROM ssh_key; INSERT INTO ssh_key SELECT * FROM beside.kept;");
    let hub = desk.reopened();
    let outcome = hub.sign_in_by_key(1, &desk.proof(0), &Origin::default());
    assert!(matches!(outcome, Err(HubError::Tampered { .. })), "{outcome:?}");
    let report = hub.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap();
    assert!(report.broken.as_deref().unwrap().contains("SSH key"), "{report:?}");
    assert_eq!(hub.accept_store(&desk.alice(), false).unwrap().put_right, 1);
    assert_eq!(refused(hub.sign_in_by_key(1, &desk.proof(0), &Origin::default())), "the key was removed");
    assert_eq!(hub.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap().broken, None);
}

#[test]
fn accepting_a_store_heals_missing_and_added_keys() {
    let desk = Desk::on_disk();
    let alice = desk.alice();
    desk.hub.add_ssh_key(&alice, "alice", &new(0)).unwrap();
    desk.hub.add_ssh_key(&alice, "alice", &new(1)).unwrap();
    desk.hub.remove_ssh_key(&alice, FIRST).unwrap();
    desk.sql_beside(
        "CREATE TABLE beside.kept AS SELECT * FROM ssh_key; DELETE FROM ssh_key; \
         UPDATE beside.kept SET id = 'planted', no = 7 WHERE no = 2; INSERT INTO ssh_key SELECT * FROM beside.kept WHERE no = 7;",
    );
    let hub = desk.reopened();
    hub.accept_store(&alice, false).unwrap();
    let keys = hub.ssh_keys(&alice, None, true).unwrap();
    let states: Vec<_> = keys.iter().map(|key| (key.no, key.state)).collect();
    assert_eq!(states, [(1, SshKeyState::Removed), (2, SshKeyState::Removed)]);
    assert_eq!(hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken, None);
    hub.add_ssh_key(&alice, "alice", &new(1)).unwrap();
}

#[test]
fn the_database_answers_for_an_active_key_of_an_active_user_only() {
    let desk = Desk::on_disk();
    let chen = desk.user("chen", Role::Basic);
    let limits = NewSshKey {
        networks: Networks::from_line("10.0.0.0/8 2001:db8::/32").unwrap(),
        expires_at: Some(Seconds(desk.hub.now().seconds().0 + 60)),
        ..new(0)
    };
    desk.hub.add_ssh_key(&chen, "chen", &limits).unwrap();
    let ask = |n| authorized_key(&desk.places().store, &key(n), &*desk.clock).unwrap();
    let found = ask(0).unwrap();
    assert_eq!((found.no, found.networks.to_string()), (1, "10.0.0.0/8 2001:db8::/32".to_owned()));
    assert_eq!(ask(1), None);
    desk.hub.set_user_state(&desk.alice(), &seen(&desk.hub, "chen"), UserState::Disabled).unwrap();
    assert_eq!(ask(0), None, "disabled");
    desk.hub.set_user_state(&desk.alice(), &seen(&desk.hub, "chen"), UserState::Active).unwrap();
    assert!(ask(0).is_some());
    desk.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(ask(0), None, "expired");
    desk.hub.remove_ssh_key(&desk.alice(), FIRST).unwrap();
    assert_eq!(ask(0), None, "removed");
    let gone = desk.dir.as_ref().unwrap().path().join("gone");
    assert!(authorized_key(&StorePlace::Sqlite(gone), &key(0), &*desk.clock).is_err());
}
