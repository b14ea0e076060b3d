//! The way back in with `--as` on the machine itself, with the store locked and with the disk full: a sentence, exit code 6,
//! nothing changed; and it works once there is room and nobody holds the lock.

use std::fs;
use std::process::Command;
use std::thread;

use crate::desk::{Desk, Run};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES chen@laptop";
const FINGERPRINT: &str = "SHA256:8jsqZeBCXYsEyj5Bnr71zvS7VP2s7KZQmCpOXiv1nVs";

const PASSWD: [&str; 5] = ["user", "passwd", "alice", "--as", "alice"];
const ADD: [&str; 6] = ["ssh-key", "add", "--as", "alice", "alice", "-"];
const REMOVE: [&str; 5] = ["ssh-key", "remove", "--as", "alice", FINGERPRINT];

type Deed = fn(&Desk) -> Run;

/// A new password, a key that somebody shall have, and one that nobody shall have any more.
const DEEDS: [Deed; 3] = [
    |desk| desk.run(&[&PASSWD[..], &["--generate"]].concat()),
    |desk| desk.typing(KEY.replace("GqfuWY", "GqfuWZ").as_str(), &ADD),
    |desk| desk.run(&REMOVE),
];

#[test]
fn a_locked_store_says_so_and_is_as_it_was() {
    let desk = Desk::ready();
    desk.typing(KEY, &["ssh-key", "add", "--as", "alice", "chen", "-"]).done();
    let before = desk.verify();
    let lock = rusqlite::Connection::open(desk.database()).unwrap();
    lock.pragma_update(None, "locking_mode", "EXCLUSIVE").unwrap();
    lock.execute_batch("BEGIN IMMEDIATE; CREATE TABLE more (id); ROLLBACK").unwrap();
    // Each waits some seconds for a lock to go: at once.
    let locked = &desk;
    let runs =
        thread::scope(|scope| DEEDS.map(|deed| scope.spawn(move || deed(locked))).map(|thread| thread.join().unwrap()));
    for run in runs {
        run.fails(6, "The database is locked by another program. Nothing was changed; try again in a moment.");
    }
    drop(lock);
    assert_eq!(desk.verify(), before);
    // One by one: a new password ends what its user is just doing.
    for deed in DEEDS {
        deed(&desk).done();
    }
    let rows = desk.run(&["ssh-key", "list", "--as", "alice", "--json"]).done().json();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(rows[0]["user"], "alice");
}

/// What is done on the full disk `$1` with the program `$2`; `$3` gets what is said, `$4` is a place for a socket.
const ON_A_FULL_DISK: &str = r#"
    mount -t tmpfs -o size=2m tmpfs "$1" || exit 77
    cp "$KEYDESK_DATA_DIR/keydesk.db" "$1/"
    export KEYDESK_DATA_DIR="$1"
    fill() { dd if=/dev/zero of="$1/ballast" bs=4096 2>/dev/null; }
    said() { "$@" >>"$SAID" 2>&1; echo "code $?" >>"$SAID"; }
    program="$2"; SAID="$3"
    deeds() {
        said "$program" user passwd alice --as alice --generate
        said "$program" ssh-key remove --as alice "$FINGERPRINT"
        echo "$OTHER" | said "$program" ssh-key add --as alice alice -
    }
    "$program" audit verify --as alice >>"$SAID"
    fill "$1"
    deeds
    said "$program" user list --as alice --jsonl
    rm "$1/ballast"
    # A verifier keeps open what reading needs.
    "$program" serve --listen "unix:$4" 2>/dev/null & server=$!
    until [ -S "$4" ]; do sleep 0.1; kill -0 $server || exit 78; done
    fill "$1"
    deeds
    "$program" ssh-key list --as alice --jsonl >>"$SAID" 2>&1
    rm "$1/ballast"
    "$program" audit verify --as alice >>"$SAID"
    deeds
    kill $server; wait $server
    "$program" ssh-key list --as alice --jsonl >>"$SAID" 2>&1
"#;

#[test]
fn a_full_disk_says_so_and_is_as_it_was() {
    let desk = Desk::ready();
    desk.typing(KEY, &["ssh-key", "add", "--as", "alice", "chen", "-"]).done();
    let disk = desk.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let said = desk.path().join("said");
    let mut shell = Command::new("unshare");
    shell.args(["-m", "sh", "-c", ON_A_FULL_DISK, "sh"]).arg(&disk).arg(env!("CARGO_BIN_EXE_keydesk")).arg(&said);
    shell.arg(desk.path().join("v.sock")).env("FINGERPRINT", FINGERPRINT).env("OTHER", KEY.replace("GqfuWY", "GqfuWZ"));
    for (name, value) in desk.spawn(&[]).get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    if !shell.status().is_ok_and(|status| status.code() != Some(77) && said.exists()) {
        eprintln!("SKIPPED: this machine does not let the test mount a file system of its own");
        return;
    }
    let said = fs::read_to_string(&said).unwrap();
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 25, "{said}");
    let full = ["keydesk: The disk is full. Nothing was changed; make room, then try again.", "code 6"];
    let (before, alone) = (lines[0], &lines[1..9]);
    assert!(alone.chunks(2).all(|pair| pair == full), "nobody has it open: {said}");
    let (served, read, after) = (&lines[9..15], lines[15], &lines[16..]);
    assert!(served.chunks(2).all(|pair| pair == full), "{said}");
    assert!(read.contains(FINGERPRINT) && read.contains("\"chen\""), "what a verifier has open can be read: {said}");
    assert_eq!(after[0], before, "something half-made: {said}");
    assert_eq!(after.iter().filter(|line| **line == "code 0").count(), 3, "{said}");
    let last = lines[24];
    assert!(!last.contains(FINGERPRINT) && last.contains("\"alice\""), "{said}");
}
