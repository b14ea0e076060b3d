//! Commits whose answer is lost on the way: a proxy between the desk and its server cuts the line right there.

use std::sync::Arc;

use keydesk::credential::Kind;
use keydesk::hub::{DeskPaths, ListQuery, StorePlace};

use super::made::{open, places};
use super::one_store::is_of_the_other_store;
use super::proxy::{AtCommit, Proxy};
use super::support::{Desk, wanted};

#[test]
fn a_commit_without_an_answer_is_never_told_wrongly() {
    if is_of_the_other_store!() {
        return;
    }
    let desk = Desk::on_disk();
    let StorePlace::Postgres(direct) = desk.places().store else { panic!("no server") };
    let proxy = Proxy::of(super::server::server().unwrap());
    let through = StorePlace::Postgres(Arc::new(proxy.place(&direct.database)));
    let hub = open(&DeskPaths { store: through, ..places(desk.dir.as_ref().unwrap()) }, desk.clock.clone());
    let alice = desk.alice();
    hub.create(&alice, &wanted(Kind::Basic, "untouched")).unwrap();

    proxy.at_commit(AtCommit::CutBehind);
    let kept = hub.create(&alice, &wanted(Kind::Basic, "kept")).unwrap();
    assert!(kept.secret.is_some(), "its row is there, so its secret is shown");

    proxy.at_commit(AtCommit::StopsBehind);
    hub.create(&alice, &wanted(Kind::Basic, "kept too")).unwrap();

    proxy.at_commit(AtCommit::CutBefore);
    let why = hub.create(&alice, &wanted(Kind::Basic, "lost")).unwrap_err();
    assert!(why.exit_code() == 6 && why.to_string().contains("Nothing was changed"), "{why}");

    let wrong = keydesk::secret::Secret::from_text("wrong wrong wrong");
    proxy.at_commit(AtCommit::CutBehind);
    let why = hub.sign_in("alice", &wrong, &Default::default()).unwrap_err();
    assert!(why.exit_code() == 1 && why.to_string().contains("It is not known whether"), "{why}");

    assert_eq!(proxy.struck(), 4);

    let rows = hub.list(&alice, &ListQuery { limit: 9, ..ListQuery::default() }).unwrap().rows;
    let mut names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["kept", "kept too", "untouched"]);
    assert!(hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken.is_none());
}
