//! Two administrators at the same instant, in two processes on one database: every outcome is one of the two serial
//! ones, both are told the truth, and the trail is whole.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use keydesk::account::Role;
use keydesk::credential::{Kind, Overlap, Verb};
use keydesk::hub::{Actor, ChangeOutcome, CredentialEdit, CredentialRow, Hub, HubError, Origin};
use keydesk::time::SystemClock;

use super::made::on_postgres;
use super::server::{BORROWED, server};
use super::support::{Desk, places, seen, wanted};

/// What one administrator does to the credential that both see.
const DEEDS: [&str; 6] = ["disable", "revoke", "rename", "rotate", "create", "demote"];

/// No test by itself: the other process. It reports that it is ready, waits for a line, acts, and reports the result.
#[test]
fn other_process() {
    let Ok(order) = std::env::var("KEYDESK_TEST_RACE") else { return };
    let [dir, who, deed] = order.splitn(3, '|').collect::<Vec<_>>().try_into().unwrap();
    let dir = std::path::PathBuf::from(dir);
    let places = places(&dir);
    let keydesk::hub::OpenOutcome::Ready(hub) = Hub::open(&places, Arc::new(SystemClock)).unwrap() else { panic!() };
    let actor = hub.local_actor(who, &Origin::default()).unwrap();
    let row = hub.list(&actor, &Default::default()).unwrap().rows.remove(0);
    println!("ready");
    std::io::stdin().read_exact(&mut [0]).unwrap();
    println!("said {}", told(act(&hub, &actor, &row, deed)));
}

fn act(hub: &Hub, actor: &Actor, row: &CredentialRow, deed: &str) -> Result<bool, HubError> {
    let one = |outcomes: Vec<ChangeOutcome>| matches!(outcomes[0], ChangeOutcome::Done(_));
    match deed {
        "disable" => hub.set_state(actor, &[row.target()], Verb::Disable).map(one),
        "revoke" => hub.set_state(actor, &[row.target()], Verb::Revoke).map(one),
        "rename" => {
            let edit = CredentialEdit { name: Some(format!("named-by-{}", actor.user)), ..CredentialEdit::default() };
            hub.edit(actor, &[row.target()], &edit).map(one)
        }
        "rotate" => hub.rotate(actor, row.target(), Overlap::Day).map(|_| true),
        "create" => hub.create(actor, &wanted(Kind::Legacy, "smsbatch")).map(|_| true),
        "demote" => {
            let other = if actor.user.as_str() == "alice" { "bram" } else { "alice" };
            hub.set_role(actor, &seen(hub, other), Role::Advanced).map(|_| true)
        }
        other => panic!("{other}"),
    }
}

fn told(outcome: Result<bool, HubError>) -> String {
    match outcome {
        Ok(true) => "done".to_owned(),
        Ok(false) => "already".to_owned(),
        Err(why) => format!("{} {why}", why.exit_code()),
    }
}

struct Other(Child);

impl Other {
    fn start(dir: &std::path::Path, who: &str, deed: &str) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "races::other_process", "--nocapture"])
            .env("KEYDESK_TEST_RACE", format!("{}|{who}|{deed}", dir.display()))
            .envs(on_postgres().then(|| (BORROWED, &server().unwrap().dir)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut other = Self(child);
        other.line("ready");
        other
    }

    /// The rest of the first line with this prefix.
    fn line(&mut self, begins: &str) -> String {
        let mut text = String::new();
        let mut byte = [0];
        while self.0.stdout.as_mut().unwrap().read(&mut byte).unwrap() == 1 {
            if byte[0] != b'\n' {
                text.push(char::from(byte[0]));
            } else if let Some(at) = text.find(begins) {
                return text[at + begins.len()..].trim().to_owned();
            } else {
                text.clear();
            }
        }
        panic!("the other process ended before it said {begins:?}");
    }

    fn go(&mut self) {
        self.0.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // Reads the rest, so that it does not write to a closed pipe.
        let _ = self.0.stdout.take().map(|mut out| out.read_to_end(&mut Vec::new()));
        let _ = self.0.wait();
    }
}

#[test]
fn of_two_conflicting_processes_one_wins_fifty_times() {
    let pairs: Vec<_> = DEEDS.iter().flat_map(|a| DEEDS.map(|b| (*a, b))).collect();
    let mut first_won = 0;
    for n in 0..50 {
        let (alices, brams) = pairs[n % pairs.len()];
        let desk = Desk::on_disk();
        desk.user("bram", Role::Administrator);
        let row = desk.create(Kind::Hmac, "contested").row;
        let dir = desk.dir.as_ref().unwrap().path();
        assert_eq!(places(desk.dir.as_ref().unwrap()), desk.places());
        let mut both = [Other::start(dir, "alice", alices), Other::start(dir, "bram", brams)];
        both.iter_mut().for_each(Other::go);
        let said = both.each_mut().map(|other| other.line("said"));
        let what = format!("pair {n}: alice {alices}: {}; bram {brams}: {}", said[0], said[1]);

        assert!(one_of_two_orders([alices, brams], &said), "{what}");
        first_won += u32::from(said[0] == "done");
        let report = desk.hub.verify_trail(&able(&desk), None, &mut |_, _| ()).unwrap();
        assert_eq!(report.broken, None, "{what}");
        let now = desk.hub.find(&able(&desk), &row.key, None).unwrap();
        assert!(!now.tampered, "{what}");
        for (deed, said) in [alices, brams].iter().zip(&said) {
            if said == "done" {
                assert!(shows(&desk, &now, deed), "{what}: {now:?}");
            }
        }
    }
    println!("alice was done in {first_won} of 50");
}

/// A user who is still an Administrator.
fn able(desk: &Desk) -> Actor {
    let actors = ["alice", "bram"].map(|name| desk.hub.local_actor(name, &Origin::default()).unwrap());
    actors.into_iter().find(|actor| desk.hub.users(actor).is_ok()).unwrap()
}

/// Whether both results fit a serial order.
fn one_of_two_orders(deeds: [&str; 2], said: &[String; 2]) -> bool {
    let second_after = |first: usize, second: usize| {
        said[first] == "done" && fits(["alice", "bram"][first], deeds[first], deeds[second], &said[second])
    };
    second_after(0, 1) || second_after(1, 0)
}

/// Whether the result of the second, who read before the first acted, is true.
fn fits(first: &str, did: &str, wants: &str, said: &str) -> bool {
    let on_the_key = |deed: &str| ["disable", "revoke", "rename", "rotate"].contains(&deed);
    match (did, wants) {
        // Every call of a demoted Administrator fails: their session is over.
        ("demote", _) => said.starts_with("3 "),
        ("create", "create") => said.starts_with("5 The username smsbatch is taken"),
        ("disable", "disable") | ("revoke", "revoke") => said == "already",
        ("revoke", deed) if on_the_key(deed) => {
            said.starts_with("5 contested is revoked") || said.starts_with(&format!("5 {first} revoked contested"))
        }
        (_, deed) if on_the_key(did) && on_the_key(deed) => {
            let past = match did {
                "disable" => "disabled contested",
                "rename" => &format!("renamed named-by-{first}"),
                _ => "rotated contested",
            };
            said.starts_with(&format!("5 {first} {past} a moment ago"))
        }
        _ => said == "done",
    }
}

/// Whether a change is visible.
fn shows(desk: &Desk, row: &CredentialRow, deed: &str) -> bool {
    let actor = able(desk);
    match deed {
        "disable" => row.state.as_str() == "disabled",
        "revoke" => row.state.as_str() == "revoked",
        "rename" => row.name.starts_with("named-by-"),
        "rotate" => desk.hub.details(&actor, row.id).unwrap().secrets.len() == 2,
        "create" => desk.hub.find(&actor, "smsbatch", None).is_ok(),
        "demote" => desk.hub.users(&actor).unwrap().iter().filter(|u| u.role == Role::Administrator).count() == 1,
        other => panic!("{other}"),
    }
}

#[test]
fn one_thread_that_reads_while_another_writes_sees_no_rollback() {
    let desk = Desk::on_disk();
    let alice = desk.alice();
    std::thread::scope(|threads| {
        let writers = ["one", "two"].map(|who| {
            let (hub, alice) = (&desk.hub, &alice);
            threads.spawn(move || {
                for n in 0..60 {
                    hub.create(alice, &wanted(Kind::Basic, &format!("{who}-{n}"))).unwrap();
                }
            })
        });
        while !writers.iter().all(|writer| writer.is_finished()) {
            desk.hub.pulse(&alice).unwrap();
        }
    });
}
