//! The primary dies or stands still, and its standby takes over with everything.

use rustix::process::Signal;

use super::proxy::{AtCommit, Network};
use super::room::{Pair, alice, create, names, status, until, until_done};

#[test]
fn a_commit_that_the_standby_has_is_told_after_the_primary_died() {
    let Some(pair) = Pair::new(true) else { return };
    let (room, hub) = (&pair.room, pair.room.hub());
    let actor = alice(&hub);
    let before = create(&hub, &actor, "before").unwrap();
    let verifier = room.verifier();
    assert_eq!(status(&verifier, &before), 200);
    room.proxies[0].at_commit(AtCommit::CutBehind);
    let across = std::thread::scope(|scope| {
        let created = scope.spawn(|| create(&hub, &actor, "across"));
        until("the standby has it", || pair.on_standby("SELECT count(*) FROM credential WHERE name = 'across'") == 1);
        pair.primary.signal(Signal::KILL);
        assert_eq!(status(&verifier, &before), 200, "without a server it answers from what it knows");
        // Nobody can be asked now.
        let (code, said) = room.run(&["key", "list"]);
        assert!(code == 6 && said.contains("cannot be reached"), "{code} {said}");
        pair.promote();
        created.join().unwrap()
    });
    let across = across.expect("its row is there, so its secret is shown");
    verifier.until("the new key is known", |verifier| status(verifier, &across) == 200);
    // The same desk goes on, and so do commands and verifiers.
    until_done("an open desk goes on", || hub.pulse(&actor));
    let after = until_done("changes go on", || create(&hub, &actor, "after"));
    let (code, said) = room.run(&["key", "revoke", &before.row.key]);
    assert_eq!(code, 0, "{said}");
    verifier.until("the revocation is followed", |verifier| status(verifier, &before) == 401);
    verifier.until("the last key too", |verifier| status(verifier, &after) == 200);
    assert_eq!(verifier.get("/readyz").status(), 200, "{}", verifier.get("/readyz").text());
    assert_eq!(names(&hub), ["across", "after", "before"]);
    assert!(hub.verify_trail(&actor, None, &mut |_, _| ()).unwrap().broken.is_none());
}

#[test]
fn a_commit_that_no_server_has_is_denied_after_the_primary_died() {
    let Some(pair) = Pair::new(false) else { return };
    let (room, hub) = (&pair.room, pair.room.hub());
    let actor = alice(&hub);
    create(&hub, &actor, "before").unwrap();
    until("the standby has it", || pair.on_standby("SELECT count(*) FROM credential") == 1);
    // What comes now reaches no standby, not by a new connection either.
    pair.wire.set(Network::Refuses);
    pair.wire.cut();
    // Nor is the primary asked whether it has it before it dies.
    room.proxies[0].at_commit_then(AtCommit::CutBehind, Network::Refuses);
    let lost = std::thread::scope(|scope| {
        let created = scope.spawn(|| create(&hub, &actor, "lost"));
        until("COMMIT is there", || room.proxies[0].struck() == 1);
        pair.primary.signal(Signal::KILL);
        pair.promote();
        created.join().unwrap()
    });
    let why = lost.expect_err("the server that has it is gone");
    assert!(why.exit_code() == 6 && why.to_string().contains("Nothing was changed"), "{why}");
    until_done("changes go on", || create(&hub, &actor, "after"));
    assert_eq!(names(&hub), ["after", "before"]);
}

#[test]
fn a_primary_that_stands_still_is_left_for_its_standby() {
    let Some(pair) = Pair::new(true) else { return };
    let (room, hub) = (&pair.room, pair.room.hub());
    let actor = alice(&hub);
    let before = create(&hub, &actor, "before").unwrap();
    let verifier = room.verifier();
    pair.primary.signal(Signal::STOP);
    let why = create(&hub, &actor, "while it stands still").unwrap_err();
    assert!(why.exit_code() == 6 && why.to_string().contains("Nothing was changed"), "{why}");
    pair.promote();
    let after = until_done("changes go on", || create(&hub, &actor, "after"));
    verifier.until("the verifier follows", |verifier| status(verifier, &after) == 200);
    assert_eq!(status(&verifier, &before), 200);
    assert_eq!(names(&hub), ["after", "before"]);
    // It wakes up, believes itself the primary still, and stands first in the URL.
    pair.primary.signal(Signal::CONT);
    let (code, said) = room.run(&["key", "create", "--kind", "basic", "--name", "on the old one"]);
    assert!(code == 6 && said.contains("went back"), "{code} {said}");
    let (code, said) = room.run(&["key", "list"]);
    assert!(code == 0 && said.contains("lacks changes that this machine has seen"), "{code} {said}");
    assert_eq!(names(&hub), ["after", "before"], "a desk that is open stays where it is");
}
