//! Steps of the schema on a server that several processes use: who applies them, and who is refused.

use keydesk::hub::{DeskPaths, Hub, HubError, Origin, StoreUse};

use super::made::{on_postgres, open};
use super::support::Desk;

/// A desk at an older step: what came with the newest one is not there.
fn at_step_10() -> Desk {
    let desk = Desk::on_disk();
    desk.sql("DROP TABLE ssh_use; DROP TABLE ssh_key; DELETE FROM schema_step WHERE no > 10");
    desk
}

fn opened(desk: &Desk, store_use: StoreUse) -> Result<(), HubError> {
    let places = DeskPaths { store_use, ..desk.places() };
    Hub::open(&places, desk.clock.clone()).map(drop)
}

#[test]
fn the_next_desk_applies_additive_steps_and_a_verifier_none() {
    if !on_postgres() {
        return;
    }
    let desk = at_step_10();
    let status =
        |desk: &Desk| Hub::schema_status(&desk.places(), desk.clock.clone(), "alice", &Origin::default()).unwrap();
    let before = status(&desk);
    assert_eq!((before.at, &before.pending[..1], before.is_breaking()), (10, &[(11, "additive")][..], false));
    let why = opened(&desk, StoreUse::Verifier).unwrap_err();
    assert!(why.exit_code() == 6 && why.to_string().contains("`keydesk schema upgrade --as NAME`"), "{why}");
    assert_eq!(status(&desk), before, "nothing was applied");
    std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| opened(&desk, StoreUse::Desk)));
        both.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
    });
    assert!(status(&desk).pending.is_empty());
    opened(&desk, StoreUse::Verifier).unwrap();
    let hub = open(&desk.places(), desk.clock.clone());
    let alice = hub.local_actor("alice", &Origin::default()).unwrap();
    assert!(hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken.is_none());
}

#[test]
fn a_breaking_step_is_applied_on_purpose_only() {
    if !on_postgres() {
        return;
    }
    let desk = at_step_10();
    desk.sql("DELETE FROM schema_step WHERE no > 5");
    let why = opened(&desk, StoreUse::Desk).unwrap_err();
    assert!(why.to_string().contains("install this version everywhere, then run `keydesk schema upgrade"), "{why}");
    let status = Hub::schema_status(&desk.places(), desk.clock.clone(), "alice", &Origin::default()).unwrap();
    assert!(status.is_breaking() && status.at == 5, "{status:?}");
    let upgrade =
        |name: &str| Hub::upgrade_schema(&desk.places(), desk.clock.clone(), name, &Origin::default(), &mut |_, _| ());
    assert_eq!(upgrade("nobody").unwrap_err().exit_code(), 3);

    let desk = at_step_10();
    let upgrade = Hub::upgrade_schema(&desk.places(), desk.clock.clone(), "alice", &Origin::default(), &mut |_, _| ());
    assert_eq!(upgrade.unwrap().at, 10);
    opened(&desk, StoreUse::Verifier).unwrap();
}
