//! A store that cannot be used: one sentence, exit code 6, everything left as it was.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Stdio;

use crate::desk::{Desk, PASSWORD, Run, need, sqlite3};

const LIST: [&str; 4] = ["key", "list", "--as", "alice"];
const INIT: [&str; 6] = ["init", "--account", "Acme", "--name", "mallory", "--password-stdin"];

/// Runs a verb and set-up on a broken desk; both say `says`, neither changes a byte.
#[track_caller]
fn left_alone(desk: &Desk, code: i32, says: &str) {
    let before = desk.files();
    desk.run(&LIST).fails(code, says);
    let init = desk.typing(PASSWORD, &INIT);
    assert!(matches!(init.code, Some(5 | 6)) && init.out.is_empty(), "init: {:?} {}", init.code, init.err);
    assert_eq!(desk.files().len(), before.len());
    assert!(desk.files() == before, "a file was changed");
}

#[test]
fn a_desk_that_does_not_exist() {
    let desk = Desk::empty();
    desk.run(&LIST).fails(6, "keydesk init");
    assert!(desk.files().is_empty());
}

/// What can be named and never ends, or never begins.
#[test]
fn a_config_file_that_is_a_pipe_or_a_device() {
    let desk = Desk::ready();
    rustix::fs::mknodat(rustix::fs::CWD, desk.config(), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    for place in [desk.config().to_str().unwrap(), "/dev/zero", "/dev"] {
        for args in [&LIST[..], &INIT, &["serve"]] {
            desk.run(&[&["--config", place], args].concat()).fails(1, "is not a regular file");
        }
    }
}

#[test]
fn a_master_key_that_is_missing() {
    let desk = Desk::ready();
    fs::remove_file(desk.master_key()).unwrap();
    left_alone(&desk, 6, "master key");
}

#[test]
fn a_database_that_is_missing() {
    let desk = Desk::ready();
    fs::remove_file(desk.database()).unwrap();
    left_alone(&desk, 5, "left alone");
}

#[test]
fn a_master_key_that_others_can_read() {
    let desk = Desk::ready();
    for mode in [0o640, 0o604, 0o622] {
        fs::set_permissions(desk.master_key(), fs::Permissions::from_mode(mode)).unwrap();
        left_alone(&desk, 6, "chmod 600");
    }
}

/// Whoever can write to a directory on the way can put another file there, whatever the mode of this one.
#[test]
fn a_parent_directory_that_others_can_write_to() {
    let desk = Desk::ready();
    let config = desk.master_key().parent().unwrap().to_owned();
    let data = desk.database().parent().unwrap().to_owned();
    for dir in [&config, &data, desk.path()] {
        let before = fs::metadata(dir).unwrap().permissions();
        for mode in [0o777, 0o770, 0o702] {
            fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
            left_alone(&desk, 6, &format!("can be written by others (mode {mode:04o})"));
            left_alone(&desk, 6, &format!("chmod go-w {}", dir.canonicalize().unwrap().display()));
            desk.run(&["serve"]).fails(6, "chmod go-w");
        }
        // What a sticky one holds is each owner's own; and a group may look in, for the verifier's socket.
        for mode in [0o1777, 0o2750, 0o755] {
            fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
            desk.run(&LIST).done();
        }
        fs::set_permissions(dir, before).unwrap();
    }
}

#[test]
fn files_that_belong_to_another_user() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root gives files away");
        return;
    }
    let desk = Desk::ready();
    let config = desk.master_key().parent().unwrap().to_owned();
    let data = desk.database().parent().unwrap().to_owned();
    for place in [&desk.master_key(), &desk.database(), &config, &data, desk.path()] {
        std::os::unix::fs::chown(place, Some(12_345), None).unwrap();
        left_alone(&desk, 6, "belongs to another user (uid 12345)");
        left_alone(&desk, 6, &format!("chown 0 {}", place.canonicalize().unwrap().display()));
        std::os::unix::fs::chown(place, Some(0), None).unwrap();
    }
    desk.run(&LIST).done();
}

/// It names the store, the master key and the gateway token: whoever writes it puts another desk in place of this one.
#[test]
fn a_config_file_that_others_can_write_to() {
    let desk = Desk::ready();
    let elsewhere = desk.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let config = elsewhere.join("config.toml");
    let key = desk.master_key();
    fs::write(&config, format!("master_key_file = \"{}\"\n", key.display())).unwrap();
    let named = ["--config", config.to_str().unwrap()];
    let verbs: [&[&str]; 3] = [&LIST, &["serve"], &INIT];
    let refused = |says: &str| {
        let before = desk.files();
        for verb in verbs {
            desk.run(&[&named, verb].concat()).fails(6, "The config file is not used.");
            desk.run(&[&named, verb].concat()).fails(6, says);
        }
        assert!(desk.files() == before, "a file was changed");
    };
    let set = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let (real, list) = (config.canonicalize().unwrap(), [&named[..], &LIST].concat());
    for mode in [0o666, 0o660, 0o620, 0o602] {
        set(&config, mode);
        refused(&format!("can be written by others (mode {mode:04o})"));
        refused(&format!("chmod go-w {}", real.display()));
    }
    // There is no secret in it.
    for mode in [0o644, 0o444, 0o600] {
        set(&config, mode);
        desk.run(&list).done();
    }
    for mode in [0o777, 0o770] {
        set(&elsewhere, mode);
        refused(&format!("chmod go-w {}", elsewhere.canonicalize().unwrap().display()));
    }
    set(&elsewhere, 0o700);
    let link = desk.path().join("link.toml");
    std::os::unix::fs::symlink(&config, &link).unwrap();
    desk.run(&[&["--config", link.to_str().unwrap()], &LIST[..]].concat()).done();
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root gives files away");
        return;
    }
    for place in [&config, &elsewhere] {
        std::os::unix::fs::chown(place, Some(12_345), None).unwrap();
        refused("belongs to another user (uid 12345)");
        std::os::unix::fs::chown(place, Some(0), None).unwrap();
    }
    desk.run(&list).done();
}

/// A link counts as the file it leads to: as safe as every directory on both ways.
#[test]
fn symbolic_links_to_the_master_key_and_the_database() {
    let desk = Desk::ready();
    let elsewhere = desk.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for file in [desk.master_key(), desk.database()] {
        let real = elsewhere.join(file.file_name().unwrap());
        fs::rename(&file, &real).unwrap();
        std::os::unix::fs::symlink(&real, &file).unwrap();
    }
    desk.new_key("basic", "one");
    assert_eq!(desk.list().len(), 1);
    let data = desk.database().parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(data).unwrap().count(), 1, "the log of the database is beside the real one");
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o777)).unwrap();
    desk.run(&LIST).fails(6, "chmod go-w");
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o700)).unwrap();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::lchown(desk.master_key(), Some(12_345), None).unwrap();
        desk.run(&LIST).fails(6, "belongs to another user");
    }
}

#[test]
fn a_master_key_of_another_desk() {
    let desk = Desk::ready();
    let other = Desk::empty();
    other.typing(PASSWORD, &INIT).done();
    fs::copy(other.master_key(), desk.master_key()).unwrap();
    left_alone(&desk, 6, "does not belong to this database");
}

#[test]
fn a_master_key_that_is_a_directory() {
    let desk = Desk::ready();
    let home = desk.path().join("home");
    fs::create_dir_all(&home).unwrap();
    for place in ["~", home.to_str().unwrap()] {
        desk.run(&[&["--master-key-file", place], &LIST[..]].concat()).fails(6, "is a directory. Name the file in it");
    }
}

#[test]
fn a_master_key_file_with_other_content() {
    let desk = Desk::ready();
    for bytes in [&b""[..], b"too short", &[7; 33]] {
        fs::write(desk.master_key(), bytes).unwrap();
        left_alone(&desk, 6, "is not a master key");
    }
}

#[test]
fn a_database_file_with_other_content() {
    let desk = Desk::ready();
    fs::write(desk.database(), "my shopping list, which is long enough to be looked at as a header of a database")
        .unwrap();
    left_alone(&desk, 6, "no database");
}

#[test]
fn a_truncated_or_overwritten_database() {
    let desk = Desk::ready();
    let whole = fs::read(desk.database()).unwrap();
    let mut holed = whole.clone();
    holed[4096..4096 * 12].fill(0xff);
    for bytes in [&whole[..whole.len() / 2], &holed] {
        fs::write(desk.database(), bytes).unwrap();
        let run = desk.run(&LIST);
        assert!(matches!(run.code, Some(1 | 6)) && run.out.is_empty(), "{:?} {}", run.code, run.err);
        assert!(run.err.starts_with("keydesk: ") && run.err.lines().count() == 1, "{}", run.err);
    }
}

#[test]
fn a_foreign_newer_or_manipulated_database() {
    if !need("sqlite3") {
        return;
    }
    let desk = Desk::ready();
    let put = |sql: &str| {
        fs::copy(Desk::ready().database(), desk.database()).unwrap();
        sqlite3(&desk.database(), &format!("PRAGMA journal_mode=delete; {sql}"));
    };
    put("PRAGMA application_id = 1");
    left_alone(&desk, 6, "not a database of keydesk");
    put("PRAGMA user_version = 99");
    left_alone(&desk, 6, "newer keydesk");
    for planted in [
        "CREATE TRIGGER planted AFTER INSERT ON trail BEGIN UPDATE person SET role = 'administrator'; END",
        "CREATE VIEW planted AS SELECT * FROM secret",
        "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('trigger', 'sqlite_stat9', 'trail', 0, \
         'CREATE TRIGGER sqlite_stat9 AFTER INSERT ON trail BEGIN DELETE FROM usage; END')",
        "CREATE TABLE planted (x)",
        "DROP TRIGGER trail_keeps_text",
        "DROP INDEX credential_by_change",
        "ALTER TABLE setting ADD COLUMN planted TEXT",
    ] {
        put(planted);
        left_alone(&desk, 6, "changed outside keydesk");
    }
}

/// Another writer that does not end: the wait has an end, and what was asked for did not happen.
#[test]
fn a_database_that_another_writer_has_locked() {
    let desk = Desk::ready();
    let other = rusqlite::Connection::open(desk.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; UPDATE head SET change = change").unwrap();
    let create = ["key", "create", "--as", "alice", "--kind", "basic", "--name", "x", "--json"];
    desk.run(&create).fails(6, "locked");
    // Who only looks does not wait.
    assert!(desk.list().is_empty());
    other.execute_batch("ROLLBACK").unwrap();
    desk.run(&create).done();
    assert_eq!(desk.list().len(), 1);
}

/// A user who is not root cannot write without permission; root can everywhere, so the test becomes nobody.
#[test]
fn a_directory_that_cannot_be_written() {
    let desk = Desk::ready();
    let key = desk.new_key("basic", "crm-sync");
    let binary = desk.path().join("keydesk");
    fs::copy(env!("CARGO_BIN_EXE_keydesk"), &binary).unwrap();
    give(desk.path(), 65_534);
    let data = desk.database().parent().unwrap().to_owned();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o500)).unwrap();
    fs::set_permissions(desk.database(), fs::Permissions::from_mode(0o400)).unwrap();
    let args = ["key", "disable", "--as", "alice", &key];
    let mut spawn = std::process::Command::new(&binary);
    spawn.env_clear().env("HOME", desk.path()).env("KEYDESK_DATA_DIR", &data).env("KEYDESK_CONFIG", desk.config());
    if rustix::process::geteuid().is_root() {
        spawn.uid(65_534).gid(65_534);
    }
    spawn.args(args).stdin(Stdio::null());
    // While another test forks, the copy may still be open for writing there.
    let output = loop {
        match spawn.output() {
            Err(e) if e.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            output => break output.unwrap(),
        }
    };
    Run::new(&args, output).fails(6, "cannot be written");
    give(desk.path(), 0);
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(desk.database(), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(desk.list()[0]["state"], "active");
}

fn give(path: &Path, user: u32) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    std::os::unix::fs::chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| give(&entry.unwrap().path(), user));
    }
}

/// `ulimit -f` is a full disk, not a signal that ends the process with the terminal raw.
#[test]
fn a_file_size_limit() {
    let desk = Desk::ready();
    let before = desk.verify();
    let script = r#"ulimit -f 8; exec "$0" key create --as alice --kind basic --name small"#;
    let environment = desk.spawn(&[]);
    let environment: Vec<_> = environment.get_envs().filter_map(|(k, v)| Some((k.to_owned(), v?.to_owned()))).collect();
    let mut shell = std::process::Command::new("sh");
    let ended =
        shell.args(["-c", script, env!("CARGO_BIN_EXE_keydesk")]).env_clear().envs(environment).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), said.lines().count()), (Some(6), 1), "{said}");
    assert_eq!(desk.verify(), before, "half-made");
}

/// A small file system of our own, filled to the last byte; then room again, and the same command works.
#[test]
fn a_full_disk() {
    let desk = Desk::ready();
    let disk = desk.path().join("disk");
    let etc = desk.path().join("etc-of-new");
    fs::create_dir(&disk).unwrap();
    fs::create_dir(&etc).unwrap();
    let script = r#"
        mount -t tmpfs -o size=2m tmpfs "$1" || exit 77
        cp "$2" "$1/keydesk.db"
        export KEYDESK_DATA_DIR="$1"
        mkdir "$1/new"
        dd if=/dev/zero of="$1/ballast" bs=4096 2>/dev/null
        for i in 1 2 3; do
            "$3" key create --as alice --kind basic --name "full $i" --json >>"$4" 2>&1
            echo "code $?" >>"$4"
        done
        # What the database needs beside it is not there yet: nobody has it open.
        for verb in "key list --as alice" "audit verify --as alice" "serve --listen unix:$5/v.sock"; do
            "$3" $verb >>"$4" 2>&1
            echo "code $?" >>"$4"
        done
        echo "correct horse battery" | "$3" --data-dir "$1/new" --config "$5/config.toml" \
            init --account Acme --name alice --password-stdin >>"$4" 2>&1
        echo "code $?" >>"$4"
        ls -A "$1/new" "$5" | grep -c '[a-z]\.' >>"$4"
        rm "$1/ballast"
        "$3" audit verify --as alice >>"$4" 2>&1 && "$3" key create --as alice --kind basic --name again --json >>"$4" 2>&1
        echo "code $?" >>"$4"
        "$3" key list --as alice --jsonl >>"$4" 2>&1
    "#;
    let said = desk.path().join("said");
    let mut spawn = desk.spawn(&[]);
    let mut spawn = {
        let environment: Vec<_> = spawn.get_envs().filter_map(|(k, v)| Some((k.to_owned(), v?.to_owned()))).collect();
        spawn = std::process::Command::new("unshare");
        spawn.args(["-m", "sh", "-c", script, "sh"]).envs(environment);
        spawn
    };
    let status = spawn.args([&disk, &desk.database()]).arg(env!("CARGO_BIN_EXE_keydesk")).arg(&said).arg(&etc).status();
    if !status.is_ok_and(|s| s.code() != Some(77) && said.exists()) {
        eprintln!("SKIPPED: this machine does not let the test mount a file system of its own");
        return;
    }
    let said = fs::read_to_string(&said).unwrap();
    let lines: Vec<_> = said.lines().collect();
    let (refused, after) = lines.split_at(14);
    for pair in refused.chunks(2) {
        assert!(pair[0].starts_with("keydesk: ") && pair[1] == "code 6", "{said}");
    }
    for pair in refused[..12].chunks(2) {
        assert!(pair[0].contains("The disk is full."), "{said}");
    }
    assert_eq!(after[0], "0", "set-up left something behind: {said}");
    assert!(after[2].contains("\"secret\"") && after[3] == "code 0", "{said}");
    assert!(after[4..].len() == 1 && after[4].contains("again"), "something half-made: {said}");
}
