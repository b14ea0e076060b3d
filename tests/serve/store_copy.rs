//! A desk that was copied to another database: who followed it follows the copy, and takes what was left for an older desk.

use std::sync::Arc;

use keydesk::credential::{Kind, Verb};
use keydesk::hub::{DeskPaths, Origin, StoreNotice, StorePlace};
use keydesk::time::SystemClock;

use super::attacker::{says, status};
use super::made::{on_postgres, open, places};
use super::server::{server, url};
use super::support::{Desk, GatewayRequest, Verifier};

/// A verifier at one of the two, with the state that any of them leaves.
fn verifier(desk: &Desk, store: &StorePlace) -> Verifier {
    let socket = desk.dir.path().join("v.sock");
    let mut command = desk.command(&["--listen", &format!("unix:{}", socket.display())]);
    command.env("KEYDESK_STATE_DIR", desk.dir.path().join("kept"));
    match store {
        StorePlace::Sqlite(path) => command.env("KEYDESK_STORE", path),
        StorePlace::Postgres(place) => command.env("KEYDESK_STORE", url(place)),
    };
    Verifier::spawn(command, desk.dir.path(), socket)
}

#[test]
fn verifiers_accept_the_copy_and_not_the_desk_left_behind() {
    let Some(server) = server() else { return };
    let desk = Desk::new();
    let keys = [desk.key(Kind::Basic, "one"), desk.key(Kind::Basic, "two"), desk.key(Kind::Hmac, "three")];
    let here = places(&desk.dir);
    let to = match on_postgres() {
        true => StorePlace::Sqlite(desk.dir.path().join("copy.db")),
        false => StorePlace::Postgres(server.database()),
    };
    let first = verifier(&desk, &here.store);
    assert_eq!(status(&first, &keys[0]), 200);
    let copy = desk.hub.copy_store(&desk.alice, &here.store, &to, &mut |_, _| ()).unwrap();
    assert!(copy.noted && copy.epochs.1 == copy.epochs.0 + 1, "{copy:?}");
    assert_eq!(status(&first, &keys[0]), 200, "who follows the old desk goes on");
    let left = format!("copied: This desk was copied to {to}, and neither sees what is changed at the other");
    first.until("it says so", |verifier| says(verifier, &left));
    assert_eq!((first.metric("keydesk_store_copied"), first.get("/readyz").status()), (1.0, 200));
    assert!(first.log().contains("This desk was copied to"), "{}", first.log());
    first.stop();

    let moved = verifier(&desk, &to);
    assert_eq!([0, 1].map(|i| status(&moved, &keys[i])), [200; 2]);
    let signed = GatewayRequest::nginx("GET", "/").fields(&keys[2].hmac("GET", "/"));
    assert_eq!(moved.ask(&signed).status(), 200);
    assert!(says(&moved, "store: in sight") && !says(&moved, "copied:"));
    assert_eq!(moved.metric("keydesk_store_copied"), 0.0);
    let there = open(&DeskPaths { store: to.clone(), ..here.clone() }, Arc::new(SystemClock));
    let alice = there.local_actor("alice", &Origin::default()).unwrap();
    let row = there.find(&alice, &keys[0].key, Some(Kind::Basic)).unwrap();
    there.set_state(&alice, &[row.target()], Verb::Revoke).unwrap();
    moved.until("revoked in the copy", |verifier| status(verifier, &keys[0]) == 401);
    moved.stop();

    // By accident at the old desk again, where the key was never revoked, and where somebody goes on.
    desk.key(Kind::Basic, "four");
    let back = verifier(&desk, &here.store);
    assert_eq!([0, 1].map(|i| status(&back, &keys[i])), [503; 2]);
    assert!(!says(&back, "store: in sight"));
    assert!(there.copied_to().unwrap().is_none());
    let left = StoreNotice::Copied { place: to.to_string(), epoch: copy.epochs.1 };
    assert_eq!(desk.hub.copied_to().unwrap(), Some(left));
}
