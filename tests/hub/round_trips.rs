//! How often a call waits for PostgreSQL. Each wait is a round trip, which between two buildings takes longer than all the rest.

use std::sync::Arc;

use keydesk::credential::{Kind, Overlap, Verb};
use keydesk::hub::{CredentialEdit, DeskPaths, Hub, ListQuery, Origin, PostgresPlace, SignIn, StorePlace};
use keydesk::time::SetClock;
use keydesk::vault::MasterKeyPlace;

use super::made::{open, password, set_up};
use super::server::{place, server};
use super::support::{NOW, wanted};
use super::trips::Trips;

/// The most that any change may cost.
const MOST: usize = 8;

/// A desk behind a proxy that counts, and what was counted.
struct Counted {
    hub: Hub,
    trips: Trips,
    _dir: tempfile::TempDir,
}

fn counted() -> Option<Counted> {
    let server = server()?;
    let (dir, trips, clock) = (tempfile::tempdir().unwrap(), Trips::before(&server.dir), Arc::new(SetClock::at(NOW)));
    let direct = server.database();
    let behind = PostgresPlace { hosts: place(trips.dir(), &direct.database).hosts, ..(*direct).clone() };
    let files = DeskPaths::new(dir.path().join("none"), MasterKeyPlace::file(dir.path().join("master.key")));
    let state_dir = Some(dir.path().join("state"));
    let paths = DeskPaths { store: StorePlace::Postgres(Arc::new(behind)), state_dir, ..files };
    drop(Hub::set_up(&paths, clock.clone(), &set_up(), &Origin::default()).unwrap());
    trips.take();
    let hub = open(&paths, clock);
    let opened = trips.take();
    println!("opening: {opened}");
    assert!(opened <= MOST, "{opened} round trips to open a desk");
    Some(Counted { hub, trips, _dir: dir })
}

impl Counted {
    fn within<T>(&self, most: usize, what: &str, call: impl FnOnce() -> T) -> T {
        self.trips.take();
        let done = call();
        let took = self.trips.take();
        println!("{what}: {took}");
        assert!((1..=most).contains(&took), "{what}: {took} round trips, at most {most}");
        done
    }
}

#[test]
fn no_change_waits_for_the_server_more_than_eight_times() {
    let Some(desk) = counted() else { return };
    let hub = &desk.hub;
    let SignIn::Welcome(session) = hub.sign_in("alice", &password(), &Origin::default()).unwrap() else { panic!() };
    let alice = session.actor;
    let mut row = hub.create(&alice, &wanted(Kind::Basic, "first")).unwrap().row;
    desk.within(MOST, "sign-in", || hub.sign_in("alice", &password(), &Origin::default()).unwrap());
    for kind in [Kind::Basic, Kind::Hmac, Kind::Legacy] {
        let issued = desk.within(MOST, "create", || hub.create(&alice, &wanted(kind, "nightly")).unwrap());
        row = issued.row;
    }
    let edit = CredentialEdit { name: Some("another".to_owned()), ..CredentialEdit::default() };
    desk.within(MOST, "edit", || hub.edit(&alice, &[row.target()], &edit).unwrap());
    row = hub.find(&alice, &row.key, None).unwrap();
    row = desk.within(MOST, "rotate", || hub.rotate(&alice, row.target(), Overlap::Day).unwrap()).row;
    desk.within(MOST, "stop old secret", || hub.stop_old_secret(&alice, row.target()).unwrap());
    row = hub.find(&alice, &row.key, None).unwrap();
    for verb in [Verb::Disable, Verb::Enable, Verb::Revoke] {
        desk.within(MOST, verb.word(), || hub.set_state(&alice, &[row.target()], verb).unwrap());
        row = hub.find(&alice, &row.key, None).unwrap();
    }
    let all: Vec<_> = (0..20).map(|n| wanted(Kind::Basic, &format!("of many {n}"))).collect();
    let made = desk.within(MOST, "create twenty", || hub.create_many(&alice, &all).unwrap());
    let targets: Vec<_> = made.iter().map(|issued| issued.row.target()).collect();
    desk.within(MOST, "revoke twenty", || hub.set_state(&alice, &targets, Verb::Revoke).unwrap());
    assert!(hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken.is_none());
}

#[test]
fn no_screen_waits_for_the_server_row_by_row() {
    let Some(desk) = counted() else { return };
    let hub = &desk.hub;
    let alice = hub.local_actor("alice", &Origin::default()).unwrap();
    let all: Vec<_> = (0..60).map(|n| wanted(Kind::Basic, &format!("name {n}"))).collect();
    let row = hub.create_many(&alice, &all).unwrap().remove(7).row;
    let list = ListQuery { limit: 20, ..ListQuery::default() };
    let page = desk.within(3, "page", || hub.list(&alice, &list).unwrap());
    assert_eq!(page.rows.len(), 20);
    desk.within(3, "details", || hub.details(&alice, row.id).unwrap());
    desk.within(1, "pulse", || hub.pulse(&alice).unwrap());
    desk.within(12, "overview", || hub.overview(&alice).unwrap());
}
