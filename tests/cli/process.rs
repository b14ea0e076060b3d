//! What the process is: closed to others, quiet when its reader leaves, honest when a secret is lost.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::desk::{Desk, Run, text};

/// A `keydesk` that waits for its password, as somebody who is not root.
fn waiting(desk: &Desk) -> Child {
    let mut spawn = desk.spawn(&["init", "--account", "A", "--name", "alice", "--password-stdin"]);
    if rustix::process::geteuid().is_root() {
        spawn.uid(65_534).gid(65_534);
    }
    spawn.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn no_core_dump_no_tracing_no_file_for_others() {
    let desk = Desk::empty();
    let mut child = waiting(&desk);
    let proc = format!("/proc/{}", child.id());
    let facts = || {
        let read = |file: &str| fs::read_to_string(format!("{proc}/{file}")).unwrap_or_default();
        let line = |text: String, starts: &str| {
            let line = text.lines().find(|l| l.starts_with(starts)).unwrap_or_default();
            line[starts.len().min(line.len())..].split_whitespace().take(2).collect::<Vec<_>>().join(" ")
        };
        let owner = fs::metadata(format!("{proc}/environ")).map(|m| m.uid()).unwrap_or(1);
        (line(read("limits"), "Max core file size"), line(read("status"), "Umask:"), owner)
    };
    // The kernel gives what belongs to a process that may not be dumped to root.
    let wanted = ("0 0".to_owned(), "0077".to_owned(), 0);
    let end = Instant::now() + Duration::from_secs(20);
    while facts() != wanted && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    let found = facts();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(found, wanted);
}

#[test]
fn a_closed_pipe_ends_a_list_quietly() {
    let desk = Desk::ready();
    desk.new_key("basic", "crm-sync");
    for verb in [["key", "list"], ["audit", "list"], ["user", "list"]] {
        for form in [&[][..], &["--json"], &["--jsonl"]] {
            let args = [&verb[..], &["--as", "alice"], form].concat();
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let output = desk.spawn(&args).stdout(writer).stderr(Stdio::piped()).output().unwrap();
            let run = Run::new(&args, output);
            assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{args:?}");
        }
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert!(desk.spawn(&["--help"]).stdout(writer).status().unwrap().success());
}

#[test]
fn a_list_that_cannot_be_written_fails() {
    let desk = Desk::ready();
    desk.new_key("basic", "crm-sync");
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for args in [["key", "list", "--as", "alice"], ["audit", "verify", "--as", "alice"]] {
        let output = desk.spawn(&args).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        Run::new(&args, output).fails(1, "Standard output cannot be written");
    }
}

/// The secret is gone for good, so the sentence must say what exists and how to get another.
#[test]
fn a_secret_that_could_not_be_written_is_reported() {
    let desk = Desk::ready();
    // Nothing can be seen of it beforehand: it is open, has room, and takes nothing.
    let deaf = || {
        let (out, peer) = std::os::unix::net::UnixStream::pair().unwrap();
        peer.shutdown(std::net::Shutdown::Read).unwrap();
        (Stdio::from(std::os::fd::OwnedFd::from(out)), peer)
    };
    for (name, (stdout, _peer), form) in [("one", deaf(), "--json"), ("two", deaf(), "--kind=basic")] {
        let args = ["key", "create", "--as", "alice", "--kind", "basic", "--name", name, form];
        let args = if form == "--json" { &args[..] } else { &args[..8] };
        let output = desk.spawn(args).stdout(stdout).stderr(Stdio::piped()).output().unwrap();
        let said = Run::new(args, output).fails(1, "was created, but the secret could not be written").err;
        let key = text(&desk.list().iter().find(|row| row["name"] == name).expect("it exists")["key"]);
        assert!(said.contains(&key), "{said}");
        // The command that the sentence names works as it stands.
        let told = said.split('`').nth(1).unwrap();
        let told: Vec<_> = told.split_whitespace().skip(1).collect();
        assert!(desk.run(&told).done().out.contains("Secret:"));
    }
}

#[test]
fn passwords_are_read_from_the_first_line_only() {
    let desk = Desk::empty();
    let args = ["init", "--account", "A", "--name", "alice", "--password-stdin"];
    let mut child = desk.spawn(&args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"correct horse battery\r\n").unwrap();
    // Standard input stays open: a line is enough.
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    drop(stdin);
}
