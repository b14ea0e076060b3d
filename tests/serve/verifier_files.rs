//! The files that a verifier writes: never through a link, never where others can write, and their loss is noticed.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::Stdio;

use keydesk::credential::{Kind, Verb};
use keydesk::hub::{Policy, Replay, StorePlace};

use super::made::places;
use super::one_store::is_of_the_other_store;
use super::support::{Desk, GatewayRequest, Key, Verifier};

fn beside(desk: &Desk, what: &str) -> PathBuf {
    let places = places(&desk.dir);
    if what == "seen" { places.high_water_mark() } else { places.replay_journal() }
}

fn node(desk: &Desk) {
    desk.policy(&Policy { replay: Replay::Node, ..Policy::default() });
}

fn signed(key: &Key, path: &str) -> GatewayRequest {
    GatewayRequest::nginx("GET", path).fields(&key.hmac("GET", path))
}

fn status(verifier: &Verifier, request: &GatewayRequest) -> u16 {
    verifier.ask(request).status()
}

#[test]
fn a_link_among_the_verifiers_files_is_never_followed() {
    let desk = Desk::new();
    let (one, signs) = (desk.key(Kind::Basic, "one"), desk.key(Kind::Hmac, "signs"));
    node(&desk);
    let key = fs::read(desk.master_key()).unwrap();
    fs::create_dir_all(beside(&desk, "seen").parent().unwrap()).unwrap();
    symlink(desk.master_key(), beside(&desk, "seen")).unwrap();
    let verifier = desk.verifier();
    assert_eq!(status(&verifier, &signed(&signs, "/")), 200);
    let is_kept = || fs::read(beside(&desk, "seen")).is_ok_and(|line| line.starts_with(b"["));
    verifier.until("the link is replaced", |_| is_kept());
    assert_eq!(fs::read(desk.master_key()).unwrap(), key);
    // At run time, with a change that raises the mark.
    fs::remove_file(beside(&desk, "seen")).unwrap();
    symlink(desk.master_key(), beside(&desk, "seen")).unwrap();
    let minutes: Vec<_> = fs::read_dir(beside(&desk, "replay")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(minutes.len() > 2, "{minutes:?}");
    for file in &minutes {
        fs::remove_file(file).unwrap();
        symlink(desk.master_key(), file).unwrap();
    }
    desk.set(&one, Verb::Disable);
    assert_eq!(status(&verifier, &signed(&signs, "/again")), 200);
    verifier.until("the link is replaced again", |_| is_kept());
    verifier.until("logged", |verifier| verifier.log().contains("symbolic link"));
    assert_eq!(fs::read(desk.master_key()).unwrap(), key, "the master key is as it was");
    verifier.stop();
    assert_eq!(desk.verifier().get("/readyz").status(), 200);
}

#[test]
fn signatures_are_refused_if_replay_files_vanished_while_it_was_down() {
    type Harm = fn(&Desk);
    let empty: Harm = |desk| {
        for entry in fs::read_dir(beside(desk, "replay")).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
    };
    let away: Harm = |desk| fs::rename(beside(desk, "replay"), desk.dir.path().join("aside")).unwrap();
    let cases: [(&str, Harm); 3] = [
        ("moved away", away),
        ("emptied", empty),
        ("moved away with what was seen", |desk| {
            fs::rename(beside(desk, "replay"), desk.dir.path().join("aside")).unwrap();
            fs::remove_file(beside(desk, "seen")).unwrap();
        }),
    ];
    for (what, harm) in cases {
        let desk = Desk::new();
        let signs = desk.key(Kind::Hmac, "signs");
        node(&desk);
        let once = signed(&signs, "/");
        let verifier = desk.verifier();
        assert_eq!(status(&verifier, &once), 200, "the guard was just switched on, and nothing is missed");
        verifier.stop();
        let verifier = desk.verifier();
        assert_eq!(status(&verifier, &once), 401, "with its files it remembers");
        assert_eq!(status(&verifier, &signed(&signs, "/fresh")), 200);
        assert_eq!(verifier.metric("keydesk_replay_lost_total"), 0.0);
        verifier.stop();
        harm(&desk);
        let verifier = desk.verifier();
        assert_eq!(status(&verifier, &once), 401, "{what}");
        assert!(verifier.metric("keydesk_replay_lost_total") >= 1.0, "{what}");
        let said = verifier.get("/readyz").text();
        assert!(said.contains("signatures refused: all signatures that end by"), "{what}: {said}");
        assert!(verifier.log().contains("all that may have been accepted is refused"), "{what}");
        verifier.stop();
        assert_eq!(status(&desk.verifier(), &once), 401, "{what}: and by the one after it");
    }
}

#[test]
fn a_verifier_keeps_its_files_in_the_configured_directory() {
    let desk = Desk::new();
    let signs = desk.key(Kind::Hmac, "signs");
    node(&desk);
    let once = signed(&signs, "/");
    let start = |config: &str, environment: &[(&str, &str)]| {
        fs::write(desk.dir.path().join("config/config.toml"), config).unwrap();
        let socket = desk.dir.path().join("v.sock");
        let mut command = desk.command(&["--listen", &format!("unix:{}", socket.display())]);
        command.env_remove("KEYDESK_STATE_DIR").envs(environment.iter().copied());
        Verifier::spawn(command, desk.dir.path(), socket)
    };
    let at = |path: &str| desk.dir.path().join(path);
    let kept = || ["seen", "replay"].map(|what| beside(&desk, what).exists());
    let verifier = start("state_dir = \"../kept\"", &[]);
    assert_eq!([&once, &once].map(|asked| status(&verifier, asked)), [200, 401]);
    verifier.until("written", |_| at("kept/seen").exists());
    assert!(at("kept/replay/list").exists() && kept() == [false; 2]);
    assert_eq!(fs::metadata(at("kept")).unwrap().permissions().mode() & 0o777, 0o700);
    verifier.kill();
    let verifier = start("state_dir = \"../kept\"", &[]);
    assert_eq!(status(&verifier, &once), 401, "it is read from there");
    verifier.stop();
    let elsewhere = at("elsewhere").display().to_string();
    start("state_dir = \"../kept\"", &[("KEYDESK_STATE_DIR", &elsewhere)]).stop();
    assert!(at("elsewhere/seen").exists());
    let systemd = at("systemd").display().to_string();
    start("", &[("STATE_DIRECTORY", &systemd)]).stop();
    assert!(at("systemd/seen").exists() && kept() == [false; 2]);
    match places(&desk.dir).store {
        StorePlace::Sqlite(_) => {
            let data = at("data").display().to_string();
            start("", &[("STATE_DIRECTORY", &data)]).stop();
            assert!(kept() == [true; 2] && !at("data/seen").exists(), "the unit's own keeps its names");
        }
        StorePlace::Postgres(_) => {
            let home = at("home").display().to_string();
            start("", &[("HOME", &home)]).stop();
            assert!(at("home/.local/state/keydesk/seen").exists(), "a server has no place of its own here");
        }
    }
    // Others can write there.
    fs::set_permissions(at("kept"), fs::Permissions::from_mode(0o777)).unwrap();
    fs::write(at("config/config.toml"), "state_dir = \"../kept\"").unwrap();
    let out = desk.command(&[]).env_remove("KEYDESK_STATE_DIR").stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.code() == Some(6) && said.contains("chmod go-w"), "{said}");
}

#[test]
fn a_link_to_the_database_is_resolved_once() {
    if is_of_the_other_store!() {
        return;
    }
    let (desk, other) = (Desk::new(), Desk::new());
    let (one, two) = (desk.key(Kind::Basic, "one"), other.key(Kind::Basic, "two"));
    let real = desk.dir.path().join("elsewhere");
    fs::create_dir(&real).unwrap();
    let (database, master_key) = (desk.database(), desk.master_key());
    drop(desk.hub);
    fs::rename(&database, real.join("real.db")).unwrap();
    symlink(real.join("real.db"), &database).unwrap();
    let desk = Desk { hub: super::support::open_at(&database, &master_key), ..desk };
    let verifier = desk.verifier();
    let asks = |key: &Key| status(&verifier, &GatewayRequest::nginx("GET", "/").by(key));
    assert_eq!(asks(&one), 200);
    verifier.until("written", |_| real.join("real.db-seen").exists());
    let names: Vec<_> =
        fs::read_dir(database.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["keydesk.db"], "all that belongs to it is beside the real one");
    // The link is changed to another desk with the same master key: the opened desk stays.
    fs::remove_file(&database).unwrap();
    symlink(other.database(), &database).unwrap();
    let desk_of_before = super::support::open_at(&real.join("real.db"), &master_key);
    let alice = desk_of_before.local_actor("alice", &keydesk::hub::Origin::default()).unwrap();
    let row = desk_of_before.find(&alice, &one.key, Some(one.kind)).unwrap();
    desk_of_before.set_state(&alice, &[row.target()], Verb::Disable).unwrap();
    verifier.until("followed where it was", |_| asks(&one) == 401);
    assert_eq!(asks(&two), 401);
}
