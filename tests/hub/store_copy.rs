//! Copies of a desk: what the trail says of them, how epochs go on, and that nothing is there after a refusal.

use std::sync::Barrier;

use keydesk::account::Role;
use keydesk::credential::Kind;
use keydesk::hub::{DeskPaths, Drift, Hub, StoreCopy, StorePlace, TrailQuery};

use super::made::open;
use super::server::server;
use super::support::{Desk, refusal, wanted};

fn at(desk: &Desk, to: &StorePlace) -> Hub {
    open(&DeskPaths { store: to.clone(), ..desk.places() }, desk.clock.clone())
}

fn copy(desk: &Desk, hub: &Hub, from: &StorePlace, to: &StorePlace) -> StoreCopy {
    hub.copy_store(&desk.alice(), from, to, &mut |_, _| ()).unwrap()
}

fn file(desk: &Desk, name: &str) -> StorePlace {
    StorePlace::Sqlite(desk.dir.as_ref().unwrap().path().join(name))
}

/// The newest rows of the trail: what was done, to what, and the epochs before and after.
fn newest(desk: &Desk, hub: &Hub) -> Vec<[String; 4]> {
    let rows = hub.trail(&desk.alice(), &TrailQuery { limit: 2, ..TrailQuery::default() }).unwrap();
    let json = |text: Option<String>| text.unwrap_or_default();
    rows.into_iter().map(|row| [row.action, row.what, json(row.before), json(row.after)]).collect()
}

#[test]
fn every_copy_is_an_epoch_beyond_all_others() {
    let desk = Desk::on_disk();
    let here = desk.places().store;
    let issued = desk.create(Kind::Hmac, "one");
    desk.hub.feed().write_refusals(&[refusal(issued.row.id, "signature_wrong")]).unwrap();
    let followed = desk.hub.feed().position().unwrap();
    let [one, two, three] = ["one.db", "two.db", "three.db"].map(|name| file(&desk, name));
    assert_eq!(copy(&desk, &desk.hub, &here, &one).epochs, (1, 2));
    assert_eq!(copy(&desk, &desk.hub, &here, &two).epochs, (1, 3), "not the epoch of the copy before");
    assert_eq!(copy(&desk, &at(&desk, &two), &two, &three).epochs, (3, 4));
    let place = |place: &StorePlace| place.to_string();
    let epoch = |epoch: i64| format!("{{\"epoch\":{epoch}}}");
    assert_eq!(
        newest(&desk, &at(&desk, &three)),
        [
            ["store.copied_from".to_owned(), place(&two), epoch(3), epoch(4)],
            ["store.copied".to_owned(), place(&three), String::new(), epoch(4)]
        ]
    );
    for to in [&one, &two, &three] {
        let hub = at(&desk, to);
        assert_eq!(hub.feed().drift(&followed).unwrap().0, Drift::Anew);
        let now = hub.feed().position().unwrap();
        assert_eq!(desk.hub.feed().drift(&now).unwrap().0, Drift::WentBack);
        assert!(hub.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap().broken.is_none());
        assert_eq!(hub.find(&desk.alice(), &issued.row.key, None).unwrap().id, issued.row.id);
    }
    let (first, second) = (at(&desk, &one).feed().position().unwrap(), at(&desk, &two));
    assert_eq!(second.feed().drift(&first).unwrap().0, Drift::Anew, "the newer copy of the two");
}

#[test]
fn only_an_administrator_copies_and_a_refusal_leaves_nothing() {
    let desk = Desk::on_disk();
    let (here, to) = (desk.places().store, file(&desk, "copy.db"));
    for (name, role) in [("adam", Role::Advanced), ("bea", Role::Basic), ("aud", Role::Auditor)] {
        let actor = desk.user(name, role);
        let why = desk.hub.copy_store(&actor, &here, &to, &mut |_, _| ()).unwrap_err();
        assert_eq!((why.exit_code(), to.file().unwrap().exists()), (3, false), "{name}: {why}");
    }
    let why = desk.hub.copy_store(&desk.alice(), &here, &here, &mut |_, _| ()).unwrap_err();
    assert_eq!(why.exit_code(), 5, "{why}");
    let rows = desk.hub.trail(&desk.alice(), &TrailQuery { limit: 200, ..TrailQuery::default() }).unwrap();
    assert!(rows.iter().all(|row| row.action != "store.copied"));
    assert_eq!(rows.iter().filter(|row| row.action == "refused").count(), 3);
}

#[test]
fn what_a_process_writes_meanwhile_waits_for_the_copy() {
    let Some(server) = server() else { return };
    let desk = Desk::on_disk();
    let (here, to) = (desk.places().store, StorePlace::Postgres(server.database()));
    let row = desk.create(Kind::Basic, "one").row;
    let (other, alice) = (desk.reopened(), desk.alice());
    let (begun, [desk_waits, verifier_waits]) = (Barrier::new(3), [&other, &other]);
    std::thread::scope(|scope| {
        let late = scope.spawn(|| {
            begun.wait();
            desk_waits.create(&alice, &wanted(Kind::Basic, "late")).map(drop)
        });
        let refused = scope.spawn(|| {
            begun.wait();
            verifier_waits.feed().write_refusals(&[refusal(row.id, "expired")]).map(drop)
        });
        let mut first = true;
        let copied = desk.hub.copy_store(&alice, &here, &to, &mut |_, _| {
            if std::mem::take(&mut first) {
                begun.wait();
            }
        });
        copied.unwrap();
        // A writer that waited too long was told so.
        for writer in [late.join().unwrap(), refused.join().unwrap()] {
            assert!(writer.as_ref().is_ok() || writer.as_ref().is_err_and(|why| why.exit_code() == 6), "{writer:?}");
        }
    });
    let copy = at(&desk, &to);
    assert!(copy.find_by_name(&desk.alice(), "late", None).unwrap().is_none());
    assert!(copy.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap().broken.is_none());
    assert!(desk.hub.verify_trail(&desk.alice(), None, &mut |_, _| ()).unwrap().broken.is_none());
}
