//! Published clients as they are, through nginx, with keys that `keydesk key create` made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use keydesk::credential::{Kind, Verb};

use super::house::Gateway;
use super::nginx;
use crate::need::{need, skipped};
use crate::support::{Desk, Key};

/// A client: its script, what it runs by, and the package that it comes in.
struct Client {
    script: &'static str,
    programs: &'static str,
    package: Option<Package>,
    gateway: &'static Gateway,
}

/// Where a package is fetched from, into a directory of this name.
struct Package {
    directory: &'static str,
    name: &'static str,
    /// The command that fetches it; the directory is appended.
    fetch: &'static [&'static str],
    /// The variable by which the program finds it, and the path inside the directory.
    variable: (&'static str, &'static str),
}

const PIP: &[&str] = &["python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"];
const NPM: &[&str] = &["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix"];

impl Package {
    /// Fetched once, and renamed when complete, so that an interrupted fetch does not count.
    fn place(&self) -> Option<PathBuf> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.directory);
        if !target.is_dir() {
            let fetched = target.with_extension(std::process::id().to_string());
            fs::create_dir_all(&fetched).unwrap();
            let mut command = Command::new(self.fetch[0]);
            let done = command.args(&self.fetch[1..]).arg(&fetched).arg(self.name).output();
            let renamed = done.is_ok_and(|out| out.status.success()) && fs::rename(&fetched, &target).is_ok();
            // Another test process may have been faster.
            if !renamed && !target.is_dir() {
                skipped(&format!("{} could not be fetched", self.name));
                return None;
            }
        }
        Some(target.join(self.variable.1))
    }
}

/// Keys of one kind: one that is good, and every way not to be.
struct Made {
    good: Key,
    bad: Vec<(&'static str, Key)>,
}

/// `keydesk key create`, by the program.
fn create(desk: &Desk, kind: Kind, name: &str, more: &[&str]) -> Key {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
    command.env_clear().env("HOME", desk.dir.path());
    command.env("KEYDESK_DATA_DIR", desk.dir.path().join("data"));
    command.env("KEYDESK_CONFIG", desk.dir.path().join("config/config.toml"));
    command.args(["key", "create", "--as", "alice", "--json", "--kind", kind.as_str(), "--name", name]).args(more);
    let out = command.output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let printed: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let text = |what: &str| printed[what].as_str().unwrap().to_owned();
    let row = desk.hub.find(&desk.alice, &text("key"), Some(kind)).unwrap();
    Key { kind, key: row.key, name: row.name, secret: text("secret"), id: row.id }
}

fn make(desk: &Desk, kind: Kind) -> Made {
    let named = |what: &str, more: &[&str]| create(desk, kind, &format!("{what} {}", kind.as_str()), more);
    let good = named("good", &[]);
    let (disabled, revoked) = (named("disabled", &[]), named("revoked", &[]));
    desk.set(&disabled, Verb::Disable);
    desk.set(&revoked, Verb::Revoke);
    let soon = (jiff::Timestamp::now() + Duration::from_secs(2)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let expired = named("expired", &["--expires", &soon]);
    let elsewhere = named("elsewhere", &["--network", "203.0.113.0/24"]);
    let wrong = Key { secret: expired.secret.clone(), ..good.clone() };
    let bad = [
        ("wrong secret", wrong),
        ("disabled", disabled),
        ("revoked", revoked),
        ("expired", expired),
        ("elsewhere", elsewhere),
    ];
    Made { good, bad: bad.into() }
}

const KINDS: [Kind; 2] = [Kind::Basic, Kind::Hmac];

impl Client {
    fn check(&self) {
        if !need(self.programs) {
            return;
        }
        let place = self.package.as_ref().map(|package| (package.variable.0, package.place()));
        if matches!(place, Some((_, None))) {
            return;
        }
        let variable = place.and_then(|(name, place)| Some((name, place?)));
        let mut made = Vec::new();
        let house = self.gateway.start_with(|desk| {
            made.extend(KINDS.map(|kind| make(desk, kind)));
            Vec::new()
        });
        let Some(house) = house else { return };
        std::thread::sleep(Duration::from_secs(3));
        let run = |key: &Key| {
            let mut command = Command::new(self.programs.split(' ').next().unwrap());
            command.envs(variable.clone()).env("REQUESTS_CA_BUNDLE", house.desk.dir.path().join("gateway/cert.pem"));
            command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gateways/clients").join(self.script));
            let out = command.arg(house.gate.to_string()).args([key.kind.as_str(), &key.key, &key.secret]).output();
            let out = out.unwrap();
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            String::from_utf8(out.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        for Made { good, bad } in &made {
            assert_eq!(run(good), "200 200", "{}", good.name);
            for line in ["POST /v1/messages", "GET /v1/replies"] {
                let arrived = house.api.some().expect("both calls arrive");
                assert!(arrived.line().starts_with(line), "{}", arrived.line());
                assert_eq!(arrived.body.is_empty(), line.starts_with("GET"));
                assert_eq!(arrived.field("X-Keydesk-Credential").unwrap(), good.key);
                assert_eq!(arrived.field("Authorization"), None);
            }
            for (why, key) in bad {
                assert_eq!(run(key), "401 401", "{why} {}", key.name);
                house.api.none();
            }
        }
    }
}

#[test]
fn requests_of_the_python_package_get_through() {
    let variable = ("PYTHONPATH", "");
    let name = "messagemedia-messages-sdk==2.1.3";
    let package = Package { directory: "python-sdk", name, fetch: PIP, variable };
    Client { script: "sdk.py", programs: "python3", package: Some(package), gateway: &nginx::NGINX }.check();
}

#[test]
fn requests_of_the_npm_package_get_through() {
    let variable = ("NODE_PATH", "node_modules");
    let name = "messagemedia-messages-sdk@2.0.3";
    let package = Package { directory: "node-sdk", name, fetch: NPM, variable };
    Client { script: "sdk.js", programs: "node npm", package: Some(package), gateway: &nginx::NGINX }.check();
}

#[test]
fn requests_of_the_simple_python_package_get_through() {
    let variable = ("PYTHONPATH", "");
    let package = Package { directory: "python-simple", name: "messagemedia-simple==1.0.1", fetch: PIP, variable };
    let programs = "python3 openssl";
    Client { script: "simple.py", programs, package: Some(package), gateway: &nginx::NGINX_TLS }.check();
}

#[test]
fn requests_of_curl_and_openssl_get_through() {
    Client { script: "curl.sh", programs: "sh curl openssl", package: None, gateway: &nginx::NGINX }.check();
}
