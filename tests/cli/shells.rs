//! The completions, in the shells that they are for.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::desk::Desk;

/// Far more than a shell takes, so that a busy machine fails nothing.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether a shell is there. If not, the test says that it is skipped; under `CI=true` that is a failure.
fn there(shell: &str) -> bool {
    let found = Command::new(shell).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "{shell} is not installed, and CI skips nothing");
    if !found {
        eprintln!("skipped: {shell} is not installed");
    }
    found
}

/// The script of a shell, in a file.
fn script(desk: &Desk, shell: &str) -> String {
    let path = desk.path().join(format!("keydesk.{shell}"));
    fs::write(&path, desk.run(&["completions", shell]).done().out).unwrap();
    path.display().to_string()
}

/// Every place at which something can be completed: each level, and each option that takes a value in both spellings.
fn places() -> Vec<String> {
    fn walk(command: &clap::Command, path: &str, found: &mut Vec<String>) {
        found.extend([format!("{path} "), format!("{path} -"), format!("{path} --")]);
        for arg in command.get_arguments().filter(|arg| arg.get_action().takes_values()) {
            if let Some(long) = arg.get_long() {
                found.extend([format!("{path} --{long} "), format!("{path} --{long}=")]);
            }
        }
        for sub in command.get_subcommands() {
            walk(sub, &format!("{path} {}", sub.get_name()), found);
        }
    }
    let mut command = keydesk::cli::command();
    command.build();
    let mut found = Vec::new();
    walk(&command, "keydesk", &mut found);
    assert!(found.len() > 200, "only {} places", found.len());
    found
}

/// A shell on a terminal so high that it asks nothing before it lists. Types the lines, and gives back all that was shown
/// until the last of them said `all done`.
fn typed(shell: &[&str], home: &Path, lines: &[String]) -> String {
    let size = PtySize { rows: 500, cols: 200, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(shell[0]);
    command.args(&shell[1..]);
    command.env_clear();
    command.env("PATH", std::env::var("PATH").unwrap());
    command.env("HOME", home);
    command.env("TERM", "dumb");
    command.env("LC_ALL", "C.UTF-8");
    command.cwd(home);
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let (mut reader, mut writer) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
    let (told, seen) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = reader.read(&mut bytes) {
            if told.send(bytes[..n].to_vec()).is_err() {
                break;
            }
        }
    });
    let mut shown = String::new();
    for line in lines.iter().map(String::as_str).chain(["printf 'all %s\\n' done\r"]) {
        writer.write_all(line.as_bytes()).unwrap();
    }
    while !shown.contains("all done") {
        let bytes = seen.recv_timeout(PATIENCE).unwrap_or_else(|why| panic!("{why}: {shown}"));
        shown.push_str(&String::from_utf8_lossy(&bytes));
    }
    let _ = child.kill();
    let _ = child.wait();
    shown.replace('\0', "")
}

/// What a shell was told to complete and then to run: the words that arrived at the program.
const PROGRAM: &str = "keydesk() { printf 'GOT'; printf '<%s>' \"$@\"; printf '\\n'; }\r";

/// Pressing tab at the end completes it to these words.
const COMPLETED: [(&str, &str); 8] = [
    ("keydesk user add x --role=adv", "GOT<user><add><x><--role=advanced>"),
    ("keydesk key create --kind h", "GOT<key><create><--kind><hmac>"),
    ("keydesk key create --kind=h", "GOT<key><create><--kind=hmac>"),
    ("keydesk key rotate K --overlap=2", "GOT<key><rotate><K><--overlap=24h>"),
    ("keydesk comp", "GOT<completions>"),
    ("keydesk snippet ng", "GOT<snippet><nginx>"),
    ("keydesk setting set rep", "GOT<setting><set><replay>"),
    ("keydesk --config=et", "GOT<--config=etc"),
];

fn completed(shown: &str) {
    for (line, wanted) in COMPLETED {
        assert!(shown.contains(wanted), "{line}: no {wanted} in {shown}");
    }
}

fn presses(lines: &[String]) -> Vec<String> {
    // ctrl-u takes the line away again.
    lines.iter().map(|line| format!("{line}\t\x15")).collect()
}

/// A home with something to complete.
fn home(desk: &Desk) -> std::path::PathBuf {
    let home = desk.path().join("shell");
    fs::create_dir_all(home.join("etc")).unwrap();
    home
}

/// What a shell says when a script of completions is wrong.
fn is_quiet(shown: &str) {
    for wrong in ["not found", "_arguments:", "_keydesk:", "rror", "bad ", "compopt", "unbound", "invalid"] {
        // The help itself may say it.
        let said: Vec<_> = shown.lines().filter(|line| line.contains(wrong) && !line.contains("  -- ")).collect();
        assert!(said.is_empty(), "{wrong}: {said:?}");
    }
}

#[test]
fn bash_completes_at_every_place() {
    if !there("bash") {
        return;
    }
    let desk = Desk::empty();
    // What is typed ahead is completed, and not listed.
    let mut lines = vec![
        "set -u\r".to_owned(),
        "bind 'set completion-query-items 0'; bind 'set page-completions off'; bind 'set bell-style none'\r".to_owned(),
        "bind 'set enable-bracketed-paste off'; bind 'set show-all-if-ambiguous on'\r".to_owned(),
        format!(". {}\r", script(&desk, "bash")),
        PROGRAM.to_owned(),
    ];
    lines.extend(COMPLETED.map(|(line, _)| format!("{line}\t\r")));
    lines.extend(presses(&places()));
    let shown = typed(&["bash", "--norc", "--noprofile", "-i"], &home(&desk), &lines);
    completed(&shown);
    is_quiet(&shown);
}

#[test]
fn zsh_completes_at_every_place() {
    if !there("zsh") {
        return;
    }
    let desk = Desk::empty();
    let mut lines = vec![
        "unsetopt beep; LISTMAX=10000\r".to_owned(),
        format!("autoload -Uz compinit; compinit -u -D; . {}\r", script(&desk, "zsh")),
        PROGRAM.to_owned(),
    ];
    lines.extend(COMPLETED.map(|(line, _)| format!("{line}\t\r")));
    lines.extend(presses(&places()));
    let shown = typed(&["zsh", "-f", "-i"], &home(&desk), &lines);
    completed(&shown);
    is_quiet(&shown);
}

/// fish says itself what it would offer, without a terminal.
#[test]
fn fish_completes_at_every_place() {
    if !there("fish") {
        return;
    }
    let desk = Desk::empty();
    let file = script(&desk, "fish");
    let ask = |lines: &[String]| {
        let asked: String = lines.iter().map(|line| format!("complete -C '{line}'; echo --\n")).collect();
        let asked = format!("source {file}\n{asked}");
        let mut command = Command::new("fish");
        command.args(["--no-config", "-c", &asked]).current_dir(home(&desk)).env("HOME", home(&desk));
        let output = command.output().unwrap();
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.stderr.is_empty(), "{}", said(&output.stderr));
        said(&output.stdout)
    };
    let all = ask(&places());
    assert!(all.contains("hmac-sha384") && all.contains("administrator"), "{all}");
    for (line, wanted) in [
        ("keydesk key create --kind h", "hmac"),
        ("keydesk key create --kind=h", "--kind=hmac"),
        ("keydesk comp", "completions\t"),
        ("keydesk snippet ng", "nginx"),
        ("keydesk setting set rep", "replay"),
        ("keydesk completions z", "zsh"),
    ] {
        let offered = ask(&[line.to_owned()]);
        assert!(offered.lines().any(|offer| offer.starts_with(wanted)), "{line}: {offered}");
    }
}
