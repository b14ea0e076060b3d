//! The completions, in the shells that they are for.

use std::io::Read as _;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, thread};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::desk::{Desk, need};

/// Far more than a shell takes, so that a busy machine fails nothing.
const PATIENCE: Duration = Duration::from_secs(120);

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

/// A shell on a terminal so high that it asks nothing before it lists.
struct Shell {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    writer: Box<dyn std::io::Write + Send>,
    seen: mpsc::Receiver<Vec<u8>>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

/// The prompt, which no command line holds as it is typed.
const PROMPT: &str = "NEXT> ";

impl Shell {
    fn open(shell: &[&str], home: &Path) -> Self {
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
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (mut reader, writer) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let (told, seen) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                if told.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let mut shell = Self { child, writer, seen, _master: pair.master };
        shell.says("PS1='NEX''T> '; printf 'GO''T\\n'\r");
        shell.says("keydesk() { printf 'GO''T'; printf '<%s>' \"$@\"; printf '\\n'; }; printf 'GO''T\\n'\r");
        shell
    }

    /// Types something that prints `GOT`, and waits for it and for the prompt behind it: nothing is typed ahead, which would
    /// not be listed.
    fn says(&mut self, keys: &str) -> String {
        self.writer.write_all(keys.as_bytes()).unwrap();
        let mut shown = String::new();
        while !shown.split_once("GOT").is_some_and(|(_, after)| after.contains(PROMPT)) {
            let bytes = self.seen.recv_timeout(PATIENCE).unwrap_or_else(|why| panic!("{why}: {keys:?}: {shown}"));
            shown.push_str(&String::from_utf8_lossy(&bytes).replace('\0', ""));
        }
        shown
    }

    /// Completes at each place, and runs what came of it.
    fn completes(&mut self, quiet: impl Fn(&str, &str)) {
        let mut all = String::new();
        for place in places() {
            let shown = self.says(&format!("{place}\t\r"));
            quiet(&place, &shown);
            all.push_str(&shown);
        }
        assert!(all.contains("optional") && all.contains("administrator"), "{all}");
        for (line, wanted) in COMPLETED {
            let shown = self.says(&format!("{line}\t\r"));
            assert!(shown.contains(wanted), "{line}: no {wanted} in {shown}");
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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

/// A home with something to complete.
fn home(desk: &Desk) -> std::path::PathBuf {
    let home = desk.path().join("shell");
    fs::create_dir_all(home.join("etc")).unwrap();
    home
}

/// What a shell says when a script of completions is wrong. The help of an option may say the same.
fn is_quiet(place: &str, shown: &str) {
    assert!(!shown.contains("mktemp"), "{place}: commands of the system are offered");
    for wrong in ["not found", "_arguments", "_keydesk", "rror", "bad ", "compopt", "unbound", "invalid"] {
        let said: Vec<_> = shown.lines().filter(|line| line.contains(wrong) && !line.contains(" -- ")).collect();
        assert!(said.is_empty(), "{place}: {wrong}: {said:?}");
    }
}

#[test]
fn bash_completes_at_every_place() {
    if !need("bash") {
        return;
    }
    let desk = Desk::empty();
    let mut shell = Shell::open(&["bash", "--norc", "--noprofile", "-i"], &home(&desk));
    for set in ["completion-query-items 0", "page-completions off", "bell-style none", "show-all-if-ambiguous on"] {
        shell.says(&format!("bind 'set {set}'; printf 'GO''T\\n'\r"));
    }
    shell.says(&format!("set -u; . {}; printf 'GO''T\\n'\r", script(&desk, "bash")));
    shell.completes(is_quiet);
}

#[test]
fn zsh_completes_at_every_place() {
    if !need("zsh") {
        return;
    }
    let desk = Desk::empty();
    let mut shell = Shell::open(&["zsh", "-f", "-i"], &home(&desk));
    shell.says("unsetopt beep prompt_cr prompt_sp auto_menu; LISTMAX=10000; printf 'GO''T\\n'\r");
    shell.says(&format!("autoload -Uz compinit; compinit -u -D; . {}; printf 'GO''T\\n'\r", script(&desk, "zsh")));
    shell.completes(is_quiet);
}

/// fish says itself what it would offer, without a terminal.
#[test]
fn fish_completes_at_every_place() {
    if !need("fish") {
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
    assert!(all.contains("optional") && all.contains("administrator"), "{all}");
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
