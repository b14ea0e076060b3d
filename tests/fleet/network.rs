//! The network between desks and their server: silent, cut, and back.

use std::time::Instant;

use keydesk::hub::{HubError, Setting};
use rustix::process::{Pid, Signal, kill_process};

use super::proxy::{AtCommit, Network, Way};
use super::room::{Room, alice, create, names, status, until, until_done};
use super::server::server;

#[test]
fn a_command_waits_for_the_truth_then_says_it_is_not_known() {
    let Some(server) = server() else { return };
    let room = Room::alone(server);
    let (proxy, began) = (&room.proxies[0], Instant::now());
    proxy.at_commit_then(AtCommit::CutBehind, Network::Refuses);
    let run = room.run(&["key", "create", "--kind", "basic", "--name", "asked for"]);
    assert!(run.0 == 1 && run.1.contains("It is not known whether"), "{run:?}");
    assert!(began.elapsed().as_secs() >= 30, "given up after {:?}", began.elapsed());
    proxy.set(Network::Open);
    assert_eq!(names(&room.hub()), ["asked for"], "it was kept");
    // The same, and the server is back in time.
    proxy.at_commit_then(AtCommit::CutBehind, Network::Refuses);
    let run = std::thread::scope(|scope| {
        let run = scope.spawn(|| room.run(&["key", "create", "--kind", "basic", "--name", "found"]));
        until("COMMIT is there", || proxy.struck() == 2);
        std::thread::sleep(std::time::Duration::from_secs(1));
        proxy.set(Network::Open);
        run.join().unwrap()
    });
    assert_eq!(run.0, 0, "{}", run.1);
    assert_eq!(names(&room.hub()), ["asked for", "found"]);
}

#[test]
fn a_partition_closes_a_verifier_at_its_limit_and_heals() {
    let Some(server) = server() else { return };
    let room = Room::alone(server);
    let hub = room.hub();
    let actor = alice(&hub);
    let key = create(&hub, &actor, "one").unwrap();
    hub.set_settings(&actor, &[(Setting::Staleness, "3".to_owned())]).unwrap();
    let verifier = room.verifier();
    assert_eq!(status(&verifier, &key), 200);
    room.proxies[0].set(Network::Swallows(Way::Both));
    verifier.until("it answers nobody", |verifier| status(verifier, &key) == 503);
    assert_eq!(verifier.get("/readyz").status(), 503);
    room.proxies[0].set(Network::Open);
    verifier.until("it answers again", |verifier| status(verifier, &key) == 200);
    until_done("the desk goes on", || create(&hub, &actor, "two"));
    assert_eq!(names(&hub), ["one", "two"]);
}

#[test]
fn a_desk_that_stops_inside_a_change_holds_nobody_up_long() {
    let Some(server) = server() else { return };
    let room = Room::alone(server);
    let other = room.straight_to(server);
    let actor = alice(&other);
    let held = |what: &str, name: &str| {
        until_done(what, || create(&other, &actor, name));
    };
    // Inside a change, before its COMMIT: a process that is stopped, and one whose line is deaf.
    room.proxies[0].at_commit(AtCommit::DeafBefore);
    let mut stopped = room.command(&["key", "create", "--kind", "basic", "--name", "stopped", "--as", "alice"]);
    let mut stopped = stopped.spawn().unwrap();
    until("it is inside a change", || room.proxies[0].struck() == 1);
    kill_process(Pid::from_child(&stopped), Signal::STOP).unwrap();
    held("others go on", "one");
    kill_process(Pid::from_child(&stopped), Signal::CONT).unwrap();
    let code = stopped.wait().unwrap().code();
    assert_eq!((code, names(&other)), (Some(6), vec!["one".to_owned()]), "nothing was changed, and it says so");
    let hub = room.hub();
    room.proxies[0].at_commit(AtCommit::DeafBehind);
    let kept = create(&hub, &alice(&hub), "kept").expect("its row is there");
    assert!(kept.secret.is_some());
    let why: Result<_, HubError> = {
        room.proxies[0].at_commit(AtCommit::DeafBefore);
        create(&hub, &alice(&hub), "not kept")
    };
    assert_eq!(why.unwrap_err().exit_code(), 6);
    assert_eq!(names(&other), ["kept", "one"]);
}
