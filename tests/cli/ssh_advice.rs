//! What a session by SSH key says to do next can be done there: no flag, variable or command that the session refuses.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::desk::{Desk, PASSWORD, Run};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES";
/// What nobody can type in a session.
const NOT_HERE: [&str; 8] =
    ["--as", "--help", "--config", "--data-dir", "--master-key-file", "KEYDESK_", "`keydesk ", "Usage: keydesk"];

struct Sessions {
    desk: Desk,
    auth: String,
}

impl Sessions {
    /// Sessions of alice, or of somebody else.
    fn of(user: &str) -> Self {
        let desk = Desk::ready();
        desk.typing(KEY, &["ssh-key", "add", "--as", "alice", user, "-"]).done();
        let file = desk.path().join("auth");
        fs::write(&file, format!("publickey {KEY}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let auth = file.display().to_string();
        Self { desk, auth }
    }

    fn run(&self, command: &str, input: &str) -> Run {
        let data = self.desk.data_dir();
        let mut run = self.desk.command(&["ssh", "session", "--key-id", "1", "--data-dir", &data]);
        run.env("SSH_USER_AUTH", &self.auth).env("SSH_ORIGINAL_COMMAND", command).write_stdin(input.to_owned());
        Run::new(&[command], run.output().unwrap())
    }

    /// What it says, with every command in it tried: none may be refused for its verb or its flags.
    fn says(&self, command: &str, input: &str) -> String {
        let run = self.run(command, input);
        let said = format!("{}{}", run.out, run.err);
        for word in NOT_HERE {
            assert!(!said.contains(word), "{command}: {said}");
        }
        for advised in said.split("ssh keydesk@HOST '").skip(1).filter_map(|rest| rest.split('\'').next()) {
            let tried = self.run(advised, &format!("{PASSWORD}\n"));
            for refused in ["There is no such command here", "is not run over SSH", " here.", " here: "] {
                assert!(!tried.err.contains(refused), "{command}: {advised}: {}", tried.err);
            }
        }
        said
    }
}

#[test]
fn every_next_step_can_be_taken_in_the_session() {
    let sessions = Sessions::of("alice");
    for (command, input, words) in [
        ("key list", "", "ssh keydesk@HOST 'key create --kind basic --name LABEL'"),
        ("key show kdb_nothing", "", "ssh keydesk@HOST 'key list --all'"),
        ("ssh-key remove SHA256:nothing --confirm-stdin", PASSWORD, "ssh keydesk@HOST 'ssh-key list'"),
        ("user disable nobody --confirm-stdin", PASSWORD, "ssh keydesk@HOST 'user list'"),
        ("key create", "", "Usage: ssh keydesk@HOST key create"),
        ("key create --kind nonsense --name x", "", "nonsense"),
        ("key create --kind legacy --name x", "", "--username"),
        ("key list --filter tag", "", ""),
        ("user add eve --role basic --confirm-stdin", PASSWORD, "--password-stdin"),
        ("user disable chen", "", "--confirm-stdin"),
        ("key find", "", "--secret-stdin"),
        ("sign http://x.example/ --key k", "", "Add --secret-stdin"),
        ("sign http://x.example/ --key k --secret-stdin --body -", "x\n", "Sign it on a machine of your own"),
        ("setting set lock-minutes 1", "", "at the desk: ssh -t keydesk@HOST"),
        ("key list --as bram", "", ""),
        ("snippet nonsense", "", ""),
        ("explain --kind legacy", "", ""),
        ("", "", "ssh -t keydesk@HOST"),
    ] {
        // The one flag whose refusal names it.
        if command.contains("--as") {
            sessions.run(command, input).fails(2, "your SSH key says who you are");
            continue;
        }
        let said = sessions.says(command, input);
        assert!(said.contains(words) && !said.is_empty(), "{command}: {said}");
    }
}

#[test]
fn a_secret_that_is_found_is_stopped_in_the_session() {
    let sessions = Sessions::of("alice");
    let made = sessions.run("key create --kind basic --name x --json", "").done().json();
    let secret = made["secret"].as_str().unwrap();
    let said = sessions.says("key find --secret-stdin", &format!("{secret}\n"));
    assert!(said.contains("To stop it: ssh keydesk@HOST 'key rotate ") && said.contains("--overlap none'"), "{said}");
}

#[test]
fn what_was_changed_outside_is_put_right_in_the_session() {
    let sessions = Sessions::of("alice");
    sessions.run("key create --kind basic --name x --json", "").done();
    let change = |sql: &str| {
        let database = rusqlite::Connection::open(sessions.desk.database()).unwrap();
        database.execute_batch(sql).unwrap();
    };
    change("UPDATE credential SET note = 'other'");
    let said = sessions.says("audit verify", "");
    assert!(said.contains("ssh keydesk@HOST 'audit accept'"), "{said}");
    change("UPDATE setting SET value = '7'");
    let said = sessions.says("setting list", "");
    assert!(!said.is_empty());
    sessions.says("audit accept --confirm-stdin", PASSWORD);
}

#[test]
fn what_only_the_machine_can_mend_is_said_to_be_so() {
    let sessions = Sessions::of("alice");
    fs::remove_file(sessions.desk.database()).unwrap();
    let said = sessions.run("key list", "");
    assert!(said.code != Some(0) && said.err.contains("Whoever runs this machine can help."), "{}", said.err);
}

/// Whatever a client could set by an AcceptEnv of the site: only the config that the block names is believed.
#[test]
fn no_variable_leads_a_session_to_another_desk() {
    let (sessions, other) = (Sessions::of("chen"), Desk::ready());
    let data = sessions.desk.data_dir();
    let mut run = sessions.desk.command(&["ssh", "session", "--key-id", "1", "--data-dir", &data]);
    run.env("SSH_USER_AUTH", &sessions.auth).env("SSH_ORIGINAL_COMMAND", "ssh-key list --json");
    run.env("KEYDESK_DATA_DIR", other.data_dir()).env("KEYDESK_MASTER_KEY_FILE", other.master_key());
    run.env("KEYDESK_STORE", "postgres://nobody@127.0.0.1:1/x").env("KEYDESK_AS", "alice").env("PATH", "/nowhere");
    run.env("KEYDESK_STATE_DIR", "/nowhere")
        .env("STATE_DIRECTORY", "/nowhere")
        .env("CREDENTIALS_DIRECTORY", "/nowhere");
    run.env("HOME", "/nowhere").env("XDG_DATA_HOME", other.path()).env("PGPASSFILE", "/nowhere");
    let said = Run::new(&["ssh-key list"], run.output().unwrap()).done().json();
    assert_eq!(said[0]["user"], "chen");
    // Without the flag, the config names the place; the variable does not.
    let mut run = sessions.desk.command(&["ssh", "session", "--key-id", "1"]);
    run.env("SSH_USER_AUTH", &sessions.auth).env("SSH_ORIGINAL_COMMAND", "ssh-key list");
    run.env("KEYDESK_DATA_DIR", &data);
    let said = Run::new(&["ssh-key list"], run.output().unwrap());
    assert!(said.code != Some(0) && said.out.is_empty(), "{}", said.out);
}
