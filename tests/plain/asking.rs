//! A store that does not say whether a change was kept, and a desk that nobody sits at meanwhile.

use std::sync::Arc;

use keydesk::hub::{DeskPaths, Hub, ListQuery, Origin, StorePlace};
use keydesk::time::SetClock;
use keydesk::vault::MasterKeyPlace;

use crate::proxy::{AtCommit, Network, Proxy};
use crate::script::TestDesk;
use crate::server::server;
use crate::support::{NOW, set_up};

#[test]
fn the_desk_locks_while_the_store_is_asked_and_shows_no_secret() {
    let Some(server) = server() else { return };
    let (dir, clock, proxy) = (tempfile::tempdir().unwrap(), Arc::new(SetClock::at(NOW)), Arc::new(Proxy::of(server)));
    let store = StorePlace::Postgres(Arc::new(proxy.place(&server.database().database)));
    let key = MasterKeyPlace::file(dir.path().join("master.key"));
    let hub =
        Hub::set_up(&DeskPaths { store, ..DeskPaths::new("", key) }, clock.clone(), &set_up(), &Origin::default());
    let desk = TestDesk { hub: Arc::new(hub.unwrap()), clock };
    let (away, back) = (Arc::clone(&proxy), Arc::clone(&proxy));
    let (_, play) = desk.play_as(Some(desk.session("alice")), |play| {
        play.section("Basic Authentication")
            .picks("Create new key.")
            .sees("goes back")
            .types("nightly")
            .sees("Create the key now.")
            .does(move || away.at_commit_then(AtCommit::CutBehind, Network::Refuses))
            .picks("Create the key now.")
            .sees("Press Enter to stop asking.")
            .waits(545)
            .sees("keydesk locks in 60 seconds")
            .types("")
            .sees_no("stops asking")
            .waits(545)
            .sees("keydesk locks in 60 seconds")
            .waits(60)
            .sees("keydesk is locked, because nobody answered for 10 minutes.")
            .does(move || back.set(Network::Open))
            .ends()
    });
    assert!(play.revealed.is_empty() && !play.said.contains("kds"), "{}", play.said);
    let rows = desk.hub.list(&desk.alice(), &ListQuery { limit: 9, ..ListQuery::default() }).unwrap().rows;
    assert_eq!(rows.len(), 1, "it was kept, and its secret is lost");
}
