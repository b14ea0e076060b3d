//! A store that lacks what was seen of it: an older copy, or a server that had not got the last changes.

use keydesk::account::{Role, UserState};
use keydesk::credential::{Kind, State, Verb};
use keydesk::hub::{CredentialEdit, DeskPaths, Hub, HubError, Origin};

use super::made::{make, password, places};
use super::support::{Desk, open, wanted};

/// A desk with a state directory, as on a machine that serves it.
fn with_state(desk: &Desk) -> Hub {
    let dir = desk.dir.as_ref().unwrap().path().join("state");
    open(&DeskPaths { state_dir: Some(dir), ..desk.places() }, desk.clock.clone())
}

fn create(hub: &Hub, name: &str) -> Result<(), HubError> {
    let alice = hub.local_actor("alice", &Origin::default()).unwrap();
    hub.create(&alice, &wanted(Kind::Basic, name)).map(drop)
}

fn went_back(hub: &Hub) -> bool {
    matches!(create(hub, "refused"), Err(why @ HubError::Unavailable(_)) if why.to_string().contains("went back"))
}

#[test]
fn a_later_command_knows_what_an_earlier_one_saw() {
    let desk = Desk::on_disk();
    let stays = desk.create(Kind::Basic, "stays").row;
    let old = desk.keep();
    create(&with_state(&desk), "seen by a command").unwrap();
    desk.put_back(&old);
    let later = with_state(&desk);
    assert!(later.went_back() && went_back(&later));
    let alice = later.local_actor("alice", &Origin::default()).unwrap();
    assert_eq!(later.find(&alice, &stays.key, None).unwrap().name, "stays", "what is there can be read");
    // What is taken away may be in a hurry, and changes nothing about that.
    later.set_state(&alice, &[stays.target()], Verb::Revoke).unwrap();
    assert!(went_back(&later) && went_back(&with_state(&desk)), "also once it has grown as long as it was");
    with_state(&desk).accept_store(&alice, false).unwrap();
    let accepted = with_state(&desk);
    assert!(!accepted.went_back());
    create(&accepted, "after it was accepted").unwrap();
    create(&later, "by a desk that was open").unwrap();
}

#[test]
fn a_mark_of_another_desk_says_nothing() {
    let (desk, other) = (Desk::on_disk(), Desk::on_disk());
    drop(with_state(&desk));
    let mark = |desk: &Desk| desk.dir.as_ref().unwrap().path().join("state/desk-seen");
    assert!(std::fs::read_to_string(mark(&desk)).unwrap().starts_with('['));
    for text in ["nonsense", "", "[]"] {
        std::fs::create_dir_all(mark(&other).parent().unwrap()).unwrap();
        std::fs::write(mark(&other), text).unwrap();
        let hub = with_state(&other);
        assert!(!hub.went_back());
        create(&hub, "goes on").unwrap();
        let now = std::fs::read_to_string(mark(&other)).unwrap();
        assert!(now.starts_with("[\""), "it is written anew: {now}");
    }
}

#[test]
fn desks_that_share_a_state_directory_keep_their_marks() {
    let (desk, other) = (Desk::on_disk(), tempfile::tempdir().unwrap());
    drop(make(&other, desk.clock.clone()));
    let old = desk.keep();
    create(&with_state(&desk), "seen by a command").unwrap();
    let shared = desk.dir.as_ref().unwrap().path().join("state");
    for name in ["one", "two"] {
        let of_other = DeskPaths { state_dir: Some(shared.clone()), ..places(&other) };
        create(&open(&of_other, desk.clock.clone()), name).unwrap();
    }
    assert_eq!(std::fs::read_to_string(shared.join("desk-seen")).unwrap().lines().count(), 2);
    desk.put_back(&old);
    assert!(with_state(&desk).went_back());
}

#[test]
fn a_desk_leaves_the_file_of_verifiers_alone() {
    let desk = Desk::on_disk();
    let state = desk.dir.as_ref().unwrap().path().join("state");
    create(&with_state(&desk), "by a desk").unwrap();
    // A verifier that finds one takes itself for restarted, and accepted signatures for lost.
    assert!(state.join("desk-seen").exists() && !state.join("seen").exists());
    let old = desk.keep();
    create(&with_state(&desk), "seen by a verifier").unwrap();
    std::fs::rename(state.join("desk-seen"), state.join("seen")).unwrap();
    desk.put_back(&old);
    assert!(with_state(&desk).went_back(), "what a verifier saw counts too");
}

#[test]
fn the_mark_is_that_of_the_newest_change_of_many_threads() {
    let desk = Desk::on_disk();
    let hub = with_state(&desk);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let hub = &hub;
            scope.spawn(move || (0..5).for_each(|n| create(hub, &format!("{thread} {n}")).unwrap()));
        }
    });
    let mark = std::fs::read_to_string(desk.dir.as_ref().unwrap().path().join("state/desk-seen")).unwrap();
    let mark: serde_json::Value = serde_json::from_str(&mark).unwrap();
    let newest = hub.newest_change();
    assert_eq!((mark[1].as_i64(), mark[2].as_i64()), (Some(newest.epoch), Some(newest.change)));
}

#[test]
fn an_older_head_that_is_accepted_brings_nothing_back() {
    let desk = Desk::on_disk();
    let alice = desk.alice();
    let [leaked, narrowed, stays] = ["leaked", "narrowed", "stays"].map(|name| desk.create(Kind::Basic, name).row);
    let another = password();
    let chen = desk.hub.add_user(&alice, "chen", Role::Advanced, &another).unwrap();
    let dora = desk.hub.add_user(&alice, "dora", Role::Advanced, &another).unwrap();
    desk.sql_beside("CREATE TABLE beside.head AS SELECT * FROM head");
    desk.clock.advance(jiff::SignedDuration::from_secs(60));
    desk.hub.set_state(&alice, &[leaked.target()], Verb::Revoke).unwrap();
    let made = desk.create(Kind::Basic, "made since").row;
    let networks = "192.0.2.0/24".parse().unwrap();
    desk.hub
        .edit(&alice, &[narrowed.target()], &CredentialEdit { networks: Some(networks), ..Default::default() })
        .unwrap();
    desk.hub.set_user_state(&alice, &chen.target(), UserState::Disabled).unwrap();
    desk.hub.set_role(&alice, &dora.target(), Role::Basic).unwrap();
    // A verifier's user of the database may write it, and any reader has copies of it.
    desk.sql_beside("DELETE FROM head; INSERT INTO head SELECT * FROM beside.head");
    let hub = desk.reopened();
    let accepted = hub.accept_store(&alice, false).unwrap();
    assert_eq!((accepted.moved, accepted.put_right), (5, 5));
    let state = |key: &str| hub.find(&alice, key, None).unwrap().state;
    let states = [&leaked, &made, &narrowed, &stays].map(|row| state(&row.key));
    assert_eq!(states, [State::Revoked, State::Revoked, State::Disabled, State::Active]);
    let users = hub.users(&alice).unwrap();
    let user =
        |name: &str| users.iter().find(|user| user.name.as_str() == name).map(|user| (user.state, user.role)).unwrap();
    assert_eq!((user("chen").0, user("dora")), (UserState::Disabled, (UserState::Active, Role::Basic)));
    assert_eq!(hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken, None);
}
