//! A standby is made the primary while the old one lives: both take changes, and everybody who has both in their URL is told.

use keydesk::hub::StoreNotice;
use rustix::process::Signal;

use super::harness::ENTER;
use super::made::PASSWORD;
use super::room::{Pair, alice, create, names, until};

const TWO: &str = "Two servers of the store take changes: ";
const OVER: &str = "One server of the store takes changes again";

#[test]
fn verifier_desk_and_commands_say_that_two_servers_take_changes() {
    let Some(pair) = Pair::new(false) else { return };
    let (room, hub) = (&pair.room, pair.room.hub());
    let actor = alice(&hub);
    create(&hub, &actor, "before").unwrap();
    until("the standby has it", || pair.on_standby("SELECT count(*) FROM credential") == 1);
    assert!(hub.look_at_store().is_empty() && hub.store_notices().is_empty());
    let verifier = room.verifier();
    let mut screen = room.terminal(&[]);
    screen.sees("Name").keys(&format!("alice{ENTER}{PASSWORD}{ENTER}")).sees("Quit").sees_no(TWO);
    let mut lines = room.terminal(&["--plain"]);
    lines.sees("quits keydesk: ").keys(&format!("alice{ENTER}")).sees("name again: ");
    lines.keys(&format!("{PASSWORD}{ENTER}")).sees("mark to repeat: ").sees_no(TWO);

    pair.promote();
    let both = room.proxies.iter().map(|proxy| proxy.address.to_string()).collect::<Vec<_>>();
    let said = format!("{TWO}{}. None sees what is changed at the other.", both.join(" and "));
    verifier.until("the verifier says it", |verifier| verifier.get("/readyz").text().contains(&said));
    screen.sees(&said).keys("x").sees_no(&said).sees("Two servers of the store take changes").sees("see which");
    lines.sees(&format!("Needs attention: {said}"));
    assert_eq!(hub.look_at_store(), [StoreNotice::TwoPrimaries(both)]);
    assert_eq!(hub.store_notices().len(), 1);
    let (code, told) = room.run(&["audit", "verify"]);
    assert!(code == 0 && told.contains(&said), "{code} {told}");
    // Whoever signs in now is told at once.
    let mut later = room.terminal(&["--plain"]);
    later.sees("quits keydesk: ").keys(&format!("alice{ENTER}")).sees("name again: ");
    later.keys(&format!("{PASSWORD}{ENTER}")).sees(&said);

    pair.primary.signal(Signal::KILL);
    verifier.until("the verifier knows that it is over", |verifier| !verifier.get("/readyz").text().contains(TWO));
    screen.sees(OVER).sees_no("servers of the store");
    lines.sees(OVER);
    assert!(hub.look_at_store().is_empty());
    let (code, told) = room.run(&["audit", "verify"]);
    // The later sign-in was noted at the server that is gone.
    assert!(code == 0 && !told.contains("take changes") && told.contains("lacks changes"), "{code} {told}");
    assert_eq!(names(&room.hub()), ["before"]);
}
