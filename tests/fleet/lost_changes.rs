//! A standby takes over that had not got the last changes.

use keydesk::credential::Verb;
use rustix::process::Signal;

use super::proxy::Network;
use super::room::{Pair, alice, create, names, status, until, until_done};

#[test]
fn whoever_saw_the_lost_changes_notices_and_gives_nothing_back() {
    let Some(pair) = Pair::new(false) else { return };
    let (room, hub) = (&pair.room, pair.room.hub());
    let actor = alice(&hub);
    let [revoked, stays] = ["revoked", "stays"].map(|name| create(&hub, &actor, name).unwrap());
    until("the standby has them", || pair.on_standby("SELECT count(*) FROM credential") == 2);
    pair.wire.set(Network::Refuses);
    pair.wire.cut();
    hub.set_state(&actor, &[revoked.row.target()], Verb::Revoke).unwrap();
    let lost = create(&hub, &actor, "lost").unwrap();
    let verifier = room.verifier();
    assert_eq!([&revoked, &stays, &lost].map(|key| status(&verifier, key)), [401, 200, 200]);
    pair.primary.signal(Signal::KILL);
    pair.promote();

    verifier.until("the verifier notices", |verifier| verifier.get("/readyz").text().contains("went back"));
    assert_eq!([&revoked, &stays].map(|key| status(&verifier, key)), [401, 200], "what was revoked stays revoked");
    let mut said = String::new();
    until("an open desk notices without a key press", || {
        said = hub.pulse(&actor).unwrap_err().to_string();
        said.contains("went back")
    });
    let why = create(&hub, &actor, "refused").unwrap_err();
    assert!(why.exit_code() == 6 && why.to_string().contains("went back"), "{why}");
    let (code, said) = room.run(&["key", "create", "--kind", "basic", "--name", "refused too"]);
    assert!(code == 6 && said.contains("went back"), "{code} {said}");
    let (code, said) = room.run(&["key", "list"]);
    assert!(code == 0 && said.contains("lacks changes"), "{code} {said}");

    // It grows past what was known, on a machine that knows nothing: the numbers are right again, and the hash is not.
    let elsewhere = room.straight_to(&pair.standby);
    for name in ["one", "two", "three"] {
        create(&elsewhere, &alice(&elsewhere), name).unwrap();
    }
    assert!(hub.pulse(&actor).unwrap_err().to_string().contains("went back"));
    assert_eq!(room.run(&["key", "create", "--kind", "basic", "--name", "refused still"]).0, 6);
    verifier.until("still not followed", |verifier| verifier.get("/readyz").text().contains("went back"));

    // Whoever takes something away is obeyed; then an Administrator accepts what is there.
    assert_eq!(room.run(&["key", "disable", &stays.row.key]).0, 0);
    verifier.until("disabled", |verifier| status(verifier, &stays) == 401);
    assert_eq!(room.run(&["audit", "accept"]).0, 0);
    verifier.until("accepted", |verifier| verifier.get("/readyz").text().contains("store: in sight"));
    assert_eq!([&revoked, &lost].map(|key| status(&verifier, key)), [200, 401], "as in the accepted store");
    assert_eq!(room.run(&["key", "revoke", &revoked.row.key]).0, 0);
    verifier.until("revoked again", |verifier| status(verifier, &revoked) == 401);
    until_done("the open desk goes on", || create(&hub, &actor, "after"));
    assert_eq!(names(&hub), ["after", "one", "revoked", "stays", "three", "two"]);
}
