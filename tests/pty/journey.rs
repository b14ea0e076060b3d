//! The whole way of an administrator on a fresh machine, and the day after.

use std::time::Duration;

use crate::harness::{Desk, ENTER, ESC, TAB};
use crate::house::{House, PASSWORD};
use crate::walk::{Issued, copy_and_close, create, issued, to_the_list};

#[test]
fn from_a_fresh_machine_to_copied_secrets_and_back_the_next_day() {
    let house = House::empty();
    let mut desk = house.open();
    set_up(&mut desk);
    desk.keys(ENTER).sees("Activity log").keys(ENTER).sees("LAST USED");
    let basic = create(&mut desk, "nightly-export");
    copied(&mut desk, &basic);
    let second = create(&mut desk, "old-gateway");
    copied(&mut desk, &second);
    desk.keys("2").sees("No HMAC credentials yet");
    let hmac = create(&mut desk, "webhooks-prod");
    copied(&mut desk, &hmac);
    let legacy = create_legacy(&mut desk);
    copied(&mut desk, &legacy);
    assert!(basic.key.starts_with("kdb") && hmac.key.starts_with("kdh") && legacy.key == "smsbatch");

    disable(&mut desk, "nightly-export");
    revoke(&mut desk, &second);
    sign_out_and_quit(&mut desk);

    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.sees("nightly-export").sees("○ disabled").sees_no("old-gateway");
    desk.keys(".").sees("old-gateway").sees("revoked");
    desk.keys("2").sees("webhooks-prod").sees(&hmac.key);
    desk.keys("3").sees("smsbatch");
    for made in [basic, second, hmac, legacy] {
        assert!(!String::from_utf8_lossy(&desk.raw()).contains(&made.secret));
    }
    house.script(&["audit", "verify", "--as", "alice"], "");
}

fn set_up(desk: &mut Desk) {
    desk.sees("Welcome. This desk is new").sees("master.key");
    desk.keys(&format!("Acme Messaging{TAB}alice{TAB}{PASSWORD}{TAB}{PASSWORD}")).sees("✓ the same twice").keys(ENTER);
    // Whoever set the desk up is signed in.
    desk.sees("Menu").sees("alice · Administrator");
}

fn copied(desk: &mut Desk, made: &Issued) {
    let text = format!("{}\n{}", made.key, made.secret);
    copy_and_close(desk);
    desk.clip(|clip| clip == text);
    desk.sees(&made.key).sees_no(&made.secret);
}

fn create_legacy(desk: &mut Desk) -> Issued {
    desk.keys("3").sees("No Legacy").keys("n").sees("Username").keys("smsbatch").sees("free");
    // To the button below the password, which leads on to Create key.
    desk.keys(TAB).keys(TAB).keys(ENTER).sees("24 letters and digits will be made").keys(ENTER);
    desk.sees("shown only now");
    issued(desk)
}

fn disable(desk: &mut Desk, name: &str) {
    desk.keys("1").sees("1 Basic Authentication 2").keys("g").sees(&format!("▌  {name}"));
    // The safe button has the focus.
    desk.keys("d").sees(&format!("Disable {name}?")).keys(ENTER).sees_no("Disable nightly").sees("● active");
    desk.keys("d").sees(&format!("Disable {name}?")).keys(TAB).keys(ENTER).sees("○ disabled");
}

fn revoke(desk: &mut Desk, made: &Issued) {
    let (rest, last_four) = made.key.split_at(made.key.len() - 4);
    desk.keys("G").sees("▌  old-gateway");
    // Not without the last four characters of the key.
    desk.keys("D").sees("Revoke old-gateway?").keys(&rest[..4]).keys(TAB).keys(TAB).keys(TAB).keys(ENTER);
    desk.settle(Duration::from_millis(300)).keys(ESC).sees_no("Revoke old-gateway?").sees("▌  old-gateway");
    desk.keys("D").sees("Revoke old-gateway?").keys(last_four).sees("[ Revoke ]");
    desk.keys(TAB).keys(TAB).keys(TAB).keys(ENTER).sees_no("  old-gateway");
}

fn sign_out_and_quit(desk: &mut Desk) {
    for _ in 0..3 {
        desk.keys(ESC).settle(Duration::from_millis(200));
    }
    desk.sees("Sign out").keys("j").keys("j").keys("j").keys("j").sees("▌  Sign out").keys(ENTER);
    desk.sees("[ Sign in ]").keys(&crate::harness::ctrl('c'));
    assert_eq!(desk.ended(), 0);
}
