//! `keydesk store copy`: from a file to PostgreSQL and back, and everything that stops it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::desk::{Desk, PASSWORD, Run, sqlite3, text};
use super::server::{Server, server, url};

const COPIED: &str = "This desk was copied to ";

/// A run on a store that the config file does not name.
fn on(desk: &Desk, store: &str, args: &[&str]) -> Run {
    Run::new(args, desk.command(args).env("KEYDESK_STORE", store).output().unwrap())
}

fn copy<'a>(to: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["store", "copy", "--as", "alice", "--to", to], more].concat()
}

/// A desk with some of everything.
fn filled() -> Desk {
    let desk = Desk::ready();
    let keys = ["basic", "hmac"].map(|kind| desk.new_key(kind, &format!("one {kind}")));
    desk.create(&["--kind", "legacy", "--username", "smsbatch", "--generate"]);
    desk.run(&["key", "rotate", &keys[0], "--as", "alice", "--overlap", "24h"]).done();
    desk.run(&[
        "key", "edit", &keys[1], "--as", "alice", "--note", "on call", "--owner", "Team Ä", "--tag", "env=prod",
    ])
    .done();
    let gone = desk.new_key("hmac", "gone");
    desk.run(&["key", "revoke", &gone, "--as", "alice"]).done();
    desk.run(&["setting", "set", "lock-time", "20", "--as", "alice"]).done();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES";
    desk.typing(key, &["ssh-key", "add", "--as", "alice", "chen", "-"]).done();
    desk.run(&["key", "create", "--as", "chen", "--kind", "basic", "--name", "no"]).fails(3, "Only account");
    desk
}

/// Rows and sum of each table.
fn sums(copied: &serde_json::Value) -> BTreeMap<String, (u64, String)> {
    let tables = copied["tables"].as_array().unwrap().iter();
    tables.map(|one| (text(&one["table"]), (one["rows"].as_u64().unwrap(), text(&one["sum"])))).collect()
}

#[test]
fn a_desk_moves_to_postgres_and_back_row_by_row() {
    let Some(server) = server() else { return };
    let desk = filled();
    let (before, noted) = (desk.list(), desk.verify());
    let there = url(&server.database());
    let copied = desk.run(&copy(&there, &["--json"])).done().json();
    assert_eq!(
        (&copied["epoch"]["from"], &copied["epoch"]["to"], &copied["noted"]),
        (&1.into(), &2.into(), &true.into())
    );
    let told = sums(&copied);
    assert_eq!((told["credential"].0, told["secret"].0, told["person"].0, told["ssh_key"].0), (4, 5, 4, 1));
    let list = |store: &str| on(&desk, store, &["key", "list", "--as", "alice", "--all", "--json"]).done();
    assert_eq!(list(&there).json().as_array().unwrap(), &before, "the same keys by the same ids");
    assert_eq!(list(&there).err, "", "the copy is the desk now");
    let verified = on(&desk, &there, &["audit", "verify", "--as", "alice", "--expect", &noted]).done();
    assert!(verified.out.starts_with(&format!("{}:", told["trail"].0 + 1)), "{}", verified.out);
    let rows = on(&desk, &there, &["audit", "list", "--as", "alice", "--json"]).done().json();
    assert_eq!(
        ["action", "what"].map(|part| text(&rows[0][part])),
        ["store.copied_from", &desk.database().display().to_string()]
    );
    assert_eq!(text(&rows[1]["action"]), "store.copied");

    // The desk that was left says so, and so does its trail.
    let left = desk.run(&["key", "list", "--as", "alice", "--json"]).done();
    assert!(left.err.contains(COPIED) && left.err.lines().count() == 1, "{}", left.err);
    let newest = &desk.trail()[0];
    assert_eq!((text(&newest["action"]), newest), ("store.copied".to_owned(), &rows[1]), "one row of both");
    desk.verify();

    // And back, to a file in a directory that is not there yet.
    let back = desk.path().join("new/back.db");
    let to = format!("sqlite:{}", back.display());
    let returned = on(&desk, &there, &copy(&to, &["--json"])).done().json();
    let (mut first, mut second) = (told, sums(&returned));
    assert_eq!(second.remove("trail").unwrap().0, first.remove("trail").unwrap().0 + 2);
    assert_eq!(first, second);
    assert_eq!(returned["epoch"]["to"], 3);
    assert_eq!(fs::metadata(&back).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(back.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    let back = back.display().to_string();
    assert_eq!((list(&back).json().as_array().unwrap(), list(&back).err), (&before, String::new()));
    on(&desk, &back, &["audit", "verify", "--as", "alice", "--expect", verified.out.trim()]).done();
    for store in [&there, &back] {
        on(&desk, store, &["key", "create", "--as", "bram", "--kind", "basic", "--name", "next"]).done();
    }
}

#[test]
fn the_words_say_what_comes_next() {
    let desk = Desk::ready();
    let to = desk.path().join("other.db").display().to_string();
    let said = desk.run(&copy(&to, &[])).done().out;
    for words in
        ["person", "SUM, HERE AND THERE", "Its epoch is 2.", &format!("write store = \"{to}\" into"), "Then move"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_copy_goes_only_to_an_empty_place_and_by_an_administrator() {
    let Some(server) = server() else { return };
    let (desk, there) = (Desk::ready(), url(&server.database()));
    let before = desk.files();
    let file = desk.path().join("other.db").display().to_string();
    for name in ["chen", "dora"] {
        let run = desk.run(&["store", "copy", "--as", name, "--to", &file]);
        run.fails(3, "Only account Administrators can change the settings of the desk");
    }
    desk.run(&["store", "copy", "--to", &file]).fails(2, "Say who acts");
    desk.run(&["store", "copy", "--as", "alice"]).fails(2, "--to");
    desk.run(&copy("postgres://desk:hunter2@db1/keydesk", &[])).fails(2, "store_password_file");
    desk.run(&copy("mysql://db1/keydesk", &[])).fails(2, "is not a store");
    let gone = format!("postgres://desk@/keydesk?host={}", desk.path().display());
    desk.run(&copy(&gone, &[])).fails(6, "cannot be reached");
    desk.run(&copy(&desk.database().display().to_string(), &[])).fails(5, "There is a desk in");
    desk.run(&copy(&desk.path().display().to_string(), &[])).fails(6, "is not a file");
    server.sql("postgres", "DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN");
    let guest = there.replace("postgres@", "guest@");
    desk.run(&copy(&guest, &[])).fails(6, "permission denied");
    let unchanged = |files: &[(std::path::PathBuf, Vec<u8>)]| {
        files.iter().all(|(path, _)| before.iter().any(|(was, _)| was == path))
    };
    assert!(unchanged(&desk.files()) && desk.trail().iter().all(|row| row["action"] != "store.copied"));
    let other = Desk::ready();
    other.run(&copy(&there, &[])).done();
    desk.run(&copy(&there, &[])).fails(5, "There is a desk in postgres");
    assert!(desk.run(&["key", "list", "--as", "alice"]).done().err.is_empty() || desk.list().is_empty());
}

/// What somebody may do to rows, past the triggers of the trail.
const TAMPERED: &[(&str, &str)] = &[
    ("DELETE FROM secret WHERE id = (SELECT MAX(id) FROM secret)", "one was removed"),
    ("UPDATE credential SET note = 'mine' WHERE name = 'gone'", "was changed outside keydesk"),
    ("UPDATE credential SET tag = (SELECT tag FROM setting LIMIT 1)", "was changed outside keydesk"),
    ("UPDATE person SET role = 'administrator' WHERE name = 'chen'", "the user chen was changed"),
    ("DELETE FROM person WHERE name = 'dora'", "the user dora was removed"),
    ("UPDATE secret SET created_by = 'bram'", "was changed outside keydesk"),
    ("UPDATE setting SET value = '7'", "setting"),
    ("UPDATE account SET name = 'Other Corp'", "the name of the account was changed"),
    ("DELETE FROM throttle", "0 rows, where there should be"),
    ("UPDATE tally SET n = n + 1", "the number of"),
    ("UPDATE trail SET what = 'x' WHERE no = 2", "row 2 was edited"),
    ("DELETE FROM trail WHERE no = 3", "row 3 is missing"),
    ("UPDATE head SET sums = mac", "audit verify"),
    ("UPDATE head SET change = change + 1", "audit verify"),
];

#[test]
fn a_desk_that_was_tampered_with_is_not_copied() {
    let Some(server) = server() else { return };
    let desk = filled();
    let there = server.database();
    desk.run(&copy(&url(&there), &[])).done();
    server.disconnect(&there.database);
    let kept = fs::read(desk.database()).unwrap();
    let triggers = sqlite3(&desk.database(), "SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger'");
    let (file, empty) = (desk.path().join("other.db"), url(&server.database()));
    for (sql, says) in TAMPERED {
        let past = format!("DROP TRIGGER trail_keeps_text; DROP TRIGGER trail_keeps_rows; {sql}; {triggers}");
        sqlite3(&desk.database(), &format!("PRAGMA foreign_keys = OFF; {past}"));
        let from_file = desk.run(&copy(&empty, &[]));
        fs::write(desk.database(), &kept).unwrap();
        let tampered = server.copy(&there.database);
        let again =
            ["rows", "text", "all"].map(|of| format!("ALTER TABLE trail ENABLE ALWAYS TRIGGER trail_keeps_{of}"));
        let past = format!("ALTER TABLE trail DISABLE TRIGGER USER; {sql}; {}", again.join("; "));
        let past = format!("SET search_path = keydesk; SET session_replication_role = replica; {past}");
        server.sql(&tampered.database, &past);
        let from_server = on(&desk, &url(&tampered), &copy(&file.display().to_string(), &[]));
        for run in [from_file, from_server] {
            assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "{sql}: {}", run.err);
            let told = [says, "`keydesk audit verify --as NAME`"].iter().all(|says| run.err.contains(says));
            assert!(told, "{sql}: {}", run.err);
        }
        assert!(!file.exists(), "{sql}");
    }
    let left = fs::read_dir(desk.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(left.len(), 3, "{left:?}");
    // The same command once it was put right.
    desk.run(&copy(&empty, &[])).done();
}

/// Waits until something is so on the server.
fn until(server: &Server, database: &str, sql: &str) {
    let began = Instant::now();
    while server.sql(database, sql) != "t" {
        assert!(began.elapsed() < Duration::from_secs(60), "{sql}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The lock of whoever makes a schema, as two numbers; held here, it stops a copy in the middle.
const LOCK: &str = "pg_advisory_lock(7738725006811818752)";
const HELD: &str = "EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = \
                    (SELECT oid FROM pg_database WHERE datname = current_database()))";

#[test]
fn nobody_changes_the_desk_while_it_is_copied() {
    let Some(server) = server() else { return };
    let desk = filled();
    let place = server.database();
    let to = url(&place);
    std::thread::scope(|scope| {
        let holds = scope.spawn(|| server.sql_as("postgres", &place.database, &format!("SELECT {LOCK}, pg_sleep(60)")));
        until(
            server,
            &place.database,
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted)",
        );
        let mut copying = desk.spawn(&copy(&to, &["--json"])).stdout(Stdio::piped()).spawn().unwrap();
        until(server, &place.database, &format!("SELECT {}", HELD.replace("AND", "AND NOT granted AND")));
        desk.run(&["key", "create", "--as", "alice", "--kind", "basic", "--name", "late"])
            .fails(6, "Nothing was changed");
        assert!(copying.try_wait().unwrap().is_none(), "it was there all the time");
        server.sql(&place.database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND pid <> pg_backend_pid()");
        assert!(holds.join().unwrap().is_err());
        assert!(copying.wait_with_output().unwrap().status.success());
    });
    desk.new_key("basic", "later");
    assert_eq!(
        on(&desk, &to, &["key", "list", "--as", "alice", "--all", "--json"]).done().json().as_array().unwrap().len(),
        4
    );
    assert_eq!(text(&desk.trail()[1]["action"]), "store.copied", "what waited came after it");
}

/// Copies that are killed.
const COPIES: u32 = 6;

/// Kills copies at moments of their whole length: some of them are cut off.
fn killed(desk: &Desk, store: &str, to: &str, is_there: &dyn Fn() -> bool, clear: &dyn Fn()) {
    let began = Instant::now();
    on(desk, store, &copy(to, &[])).done();
    let mut whole = began.elapsed();
    assert!(is_there());
    clear();
    let mut cut = 0;
    for moment in 1..=COPIES {
        let mut child = desk
            .spawn(&copy(to, &[]))
            .env("KEYDESK_STORE", store)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole.mul_f64(f64::from(moment) / f64::from(COPIES)));
        child.kill().unwrap();
        match child.wait().unwrap().code().is_none() && !is_there() {
            true => cut += 1,
            // The first was slower than this one.
            false => whole /= 2,
        }
        if is_there() {
            on(desk, to, &["audit", "verify", "--as", "alice"]).done();
            clear();
        }
        on(desk, store, &["audit", "verify", "--as", "alice"]).done();
    }
    assert!(cut >= 2, "{cut} of {COPIES} were cut");
    on(desk, store, &copy(to, &[])).done();
}

#[test]
fn a_copy_that_is_killed_leaves_no_desk() {
    let Some(server) = server() else { return };
    let desk = filled();
    let (place, here) = (server.database(), desk.database().display().to_string());
    let to = url(&place);
    let found = || server.sql(&place.database, "SELECT to_regnamespace('keydesk') IS NOT NULL") == "t";
    let clear = || {
        server.sql(
            "postgres",
            &format!(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{}'",
                place.database
            ),
        );
        server.sql(&place.database, "SET client_min_messages = error; DROP SCHEMA keydesk CASCADE");
        // The command that looked at this copy noted how far it was; the next one is another of the same epoch.
        let _ = fs::remove_file(desk.path().join("home/.local/state/keydesk/desk-seen"));
    };
    // The server may still have the transaction of a process that is gone.
    let is_there = || {
        until(server, &place.database, &format!("SELECT NOT {HELD}"));
        found()
    };
    killed(&desk, &here, &to, &is_there, &clear);

    let back = desk.path().join("back/desk.db");
    let file = back.display().to_string();
    let remove = |path: &Path| drop(fs::remove_file(path));
    let clear = || ["", "-wal", "-shm"].iter().for_each(|ending| remove(Path::new(&format!("{file}{ending}"))));
    killed(&desk, &to, &file, &|| back.exists(), &clear);
    let left: Vec<_> = fs::read_dir(back.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["desk.db"], "what killed copies left was taken away by the next");
    let typed = desk.typing(PASSWORD, &["user", "passwd", "chen", "--as", "alice", "--password-stdin"]);
    typed.done();
}
