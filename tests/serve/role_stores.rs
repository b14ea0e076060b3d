//! Each role signs in as a user of its own: `store`, `[serve] store` and `[ssh] store` of one config file, by the real programs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use keydesk::credential::{Kind, Verb};
use keydesk::hub::{PostgresPlace, StorePlace};

use super::attacker::{says, status};
use super::made::places;
use super::one_store::is_of_the_other_store;
use super::server::{Server, server, url};
use super::support::{Desk, GatewayRequest, Verifier};

const ROLES: &str = include_str!("../../assets/sql/roles.sql");
const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES";

/// A desk whose three roles have a user each.
struct Site {
    desk: Desk,
    owner: PostgresPlace,
    server: &'static Server,
}

impl Site {
    fn new() -> Self {
        let (desk, server) = (Desk::new(), server().expect("PostgreSQL"));
        let StorePlace::Postgres(owner) = places(&desk.dir).store else { panic!("no server") };
        server.sql(&owner.database, ROLES);
        for role in ["desk", "verifier", "keys"] {
            let user = format!("{role}_of_{}", owner.database);
            server.sql("postgres", &format!("CREATE ROLE {user} LOGIN IN ROLE keydesk_{role}"));
        }
        Self { desk, owner: (*owner).clone(), server }
    }

    fn user(&self, role: &str) -> String {
        format!("{role}_of_{}", self.owner.database)
    }

    fn url(&self, role: &str) -> String {
        url(&PostgresPlace { user: self.user(role), ..self.owner.clone() })
    }

    /// Writes the config file: which role each of the three is.
    fn config(&self, [desk, serve, ssh]: [&str; 3]) {
        let [desk, serve, ssh] = [desk, serve, ssh].map(|role| self.url(role));
        let path = self.desk.dir.path().join("config/config.toml");
        fs::write(&path, format!("store = \"{desk}\"\n[serve]\nstore = \"{serve}\"\n[ssh]\nstore = \"{ssh}\"\n"))
            .unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
        command.env_clear().args(args).arg("--config").arg(self.desk.dir.path().join("config/config.toml"));
        command.env("KEYDESK_STATE_DIR", self.desk.dir.path().join("state")).stdin(Stdio::null()).output().unwrap()
    }

    fn verifier(&self) -> Command {
        let listen = format!("unix:{}", self.desk.dir.path().join("v.sock").display());
        let mut command = self.desk.command(&["--listen", &listen]);
        command.env_remove("KEYDESK_STORE");
        command
    }

    /// Whether the user of a role is connected now.
    fn is_connected(&self, role: &str) -> bool {
        let sql = format!("SELECT COUNT(*) > 0 FROM pg_stat_activity WHERE usename = '{}'", self.user(role));
        self.server.sql(&self.owner.database, &sql) == "t"
    }

    /// What sshd would get.
    fn authorized_keys(&self) -> String {
        let me = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
        let said = self.run(&["ssh", "authorized-keys", me.trim(), "SHA256:x", "ssh-ed25519", KEY]);
        assert!(said.status.success() && said.stderr.is_empty(), "{said:?}");
        String::from_utf8(said.stdout).unwrap()
    }
}

fn failed(said: &Output, words: &str) {
    let text = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.code() == Some(6) && text.contains(words) && text.lines().count() == 1, "{text}");
}

#[test]
fn each_role_works_as_the_user_that_the_config_names() {
    if is_of_the_other_store!() {
        return;
    }
    let site = Site::new();
    site.config(["desk", "verifier", "keys"]);
    let public = site.desk.dir.path().join("key.pub");
    fs::write(&public, format!("ssh-ed25519 {KEY} laptop\n")).unwrap();
    let added = site.run(&["ssh-key", "add", "--as", "alice", "alice", &public.display().to_string()]);
    assert!(added.status.success(), "{added:?}");

    let one = site.desk.key(Kind::Basic, "one");
    let socket = site.desk.dir.path().join("v.sock");
    let verifier = Verifier::spawn(site.verifier(), site.desk.dir.path(), socket);
    assert_eq!(status(&verifier, &one), 200);
    assert!(says(&verifier, "store: in sight"));
    assert_eq!(["desk", "verifier", "keys"].map(|role| site.is_connected(role)), [false, true, false]);
    let wrong = GatewayRequest::nginx("GET", "/").field("Authorization", &super::support::basic(&one.key, "wrong"));
    assert_eq!(verifier.ask(&wrong).status(), 401);
    verifier.until("uses and refusals are written", |_| {
        let details = site.desk.hub.details(&site.desk.alice, one.id).unwrap();
        details.row.last_used.is_some() && !details.refusals.is_empty()
    });
    site.desk.set(&one, Verb::Revoke);
    verifier.until("revoked", |verifier| status(verifier, &one) == 401);
    verifier.stop();

    let line = site.authorized_keys();
    assert!(line.starts_with("restrict,pty,command=\"keydesk ssh session --key-id 1\""), "{line:?}");
    // It is that user who asks: without the grant the answer is nothing.
    site.server.sql(&site.owner.database, "REVOKE SELECT ON keydesk.ssh_key FROM keydesk_keys");
    assert_eq!(site.authorized_keys(), "");
}

#[test]
fn a_role_in_the_place_of_another_is_refused() {
    if is_of_the_other_store!() {
        return;
    }
    let site = Site::new();
    site.config(["verifier", "keys", "nobody"]);
    let create = ["key", "create", "--as", "alice", "--kind", "basic", "--name", "planted"];
    failed(&site.run(&create), "The database does not allow it (permission denied");
    failed(&site.verifier().stderr(Stdio::piped()).output().unwrap(), "permission denied");
    assert_eq!(site.authorized_keys(), "", "no such user");
    site.config(["keys", "desk", "verifier"]);
    failed(&site.run(&["key", "list", "--as", "alice"]), "permission denied");
}
