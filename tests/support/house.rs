//! A private home directory, with or without a desk in it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use keydesk::credential::{Kind, Options};
use keydesk::hub::{DeskPaths, Hub, NewCredential, OpenOutcome, Origin};
use keydesk::time::SystemClock;
use keydesk::vault::MasterKeyPlace;
use portable_pty::CommandBuilder;
use tempfile::TempDir;

use crate::harness::Desk;

pub const BINARY: &str = env!("CARGO_BIN_EXE_keydesk");
pub const PASSWORD: &str = "correct horse battery";

/// Where a test lives.
pub struct House {
    pub dir: TempDir,
}

impl House {
    /// Nothing is there yet.
    pub fn empty() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    /// A desk with one Administrator, alice.
    pub fn with_desk() -> Self {
        let house = Self::empty();
        house.script(&["init", "--account", "Acme Messaging", "--name", "alice", "--password-stdin"], PASSWORD);
        house
    }

    /// The directory that holds everything keydesk writes.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The environment, and nothing else.
    fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.dir.path().to_str().unwrap();
        vec![
            ("HOME", home.to_owned()),
            ("PATH", std::env::var("PATH").unwrap()),
            ("TERM", "xterm-256color".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("KEYDESK_DATA_DIR", format!("{home}/data")),
            // No machine of one's own: the sign-in asks for the name, whoever runs the tests.
            ("SUDO_UID", "0".to_owned()),
        ]
    }

    /// Runs a command of the command line, which must succeed; its output.
    #[track_caller]
    pub fn script(&self, args: &[&str], input: &str) -> String {
        let output = self.try_script(args, input);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn try_script(&self, args: &[&str], input: &str) -> Output {
        let mut command = Command::new(BINARY);
        command.args(args).env_clear().envs(self.environment());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(format!("{input}\n").as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Makes `n` Basic keys, named so that they are listed in order.
    pub fn fill(&self, n: usize) {
        let places = DeskPaths::new(
            self.data().join("keydesk.db"),
            MasterKeyPlace::file(self.dir.path().join(".config/keydesk/master.key")),
        );
        let OpenOutcome::Ready(hub) = Hub::open(&places, Arc::new(SystemClock)).unwrap() else { panic!("no desk") };
        let alice = hub.local_actor("alice", &Origin::default()).unwrap();
        let key = |i| NewCredential {
            kind: Kind::Basic,
            name: format!("key {i:03}"),
            legacy: None,
            options: Options::default(),
        };
        hub.create_many(&alice, &(0..n).map(key).collect::<Vec<_>>()).unwrap();
    }

    /// A program in this house's environment.
    pub fn program(&self, argv: &[&str]) -> CommandBuilder {
        let mut command = CommandBuilder::from_argv(argv.iter().map(Into::into).collect());
        command.env_clear();
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command.cwd(self.dir.path());
        command
    }

    /// Opens the desk at 80x24.
    pub fn open(&self) -> Desk {
        self.open_with(&[])
    }

    /// Opens the desk at 80x24 with more in the environment.
    pub fn open_with(&self, vars: &[(&str, &str)]) -> Desk {
        self.run(&[BINARY], vars)
    }

    /// Runs a program on a terminal.
    pub fn run(&self, argv: &[&str], vars: &[(&str, &str)]) -> Desk {
        let mut command = self.program(argv);
        for (name, value) in vars {
            command.env(name, value);
        }
        Desk::start(command, 80, 24)
    }
}
