//! Runs a sample as somebody would who pasted it, and has what arrived proved by code that is not ours.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use keydesk::sample::{Language, SECRET_VARIABLE, Site, Subject, text};
use serde_json::Value;

use crate::server::{ANSWER, Server};

/// What was proved of a request.
pub struct Proof {
    /// As `check.py` printed it.
    facts: Value,
    /// The request as it came.
    pub request: Vec<u8>,
}

impl Proof {
    /// One fact; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.facts[name].as_str().unwrap_or_default()
    }

    /// The value of a header, its name in any case.
    pub fn header(&self, name: &str) -> String {
        let request = String::from_utf8_lossy(&self.request).into_owned();
        let fields = request.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": "));
        fields.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned()).collect()
    }
}

/// How a text gets to its interpreter.
pub struct How {
    /// The interpreter and its arguments.
    pub command: Vec<String>,
    /// On its standard input, as if pasted; else saved to a file and run.
    pub pasted: bool,
}

impl How {
    /// Saved to a file and run by this.
    pub fn file(command: &[&str]) -> Self {
        Self { command: command.iter().map(ToString::to_string).collect(), pasted: false }
    }

    /// Pasted into this.
    pub fn pasted(command: &[&str]) -> Self {
        Self { pasted: true, ..Self::file(command) }
    }

    /// How the samples of a language are run.
    pub fn usual(language: Language) -> Self {
        Self::file(match language {
            Language::Curl | Language::Openssl | Language::Soap | Language::M4u => &["bash"],
            Language::Python | Language::PythonSdk => &["python3"],
            Language::Node => &["node"],
        })
    }
}

/// A sample, run against a server of its own, and the proof of what arrived there.
#[track_caller]
pub fn prove(language: Language, subject: &Subject<'_>, secret: &str, prefix: &str, how: &How) -> Proof {
    let server = Server::start();
    let site = Site::new(&format!("http://{}{prefix}", server.address)).unwrap();
    let sample = text(language, subject, &site);
    let output = run(&sample, secret, how);
    let said = format!("{}\n{sample}\n{}", subject.key, String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains(if language == Language::PythonSdk { "[]" } else { ANSWER }), "{said}\n{stdout}");
    let request = server.request();
    let facts = check(language, subject, secret, &request);
    Proof { facts, request }
}

/// Runs a text with the secret in its environment. The folder is its own: `$(touch x)` would leave a trace there.
pub fn run(sample: &str, secret: &str, how: &How) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("sample");
    fs::write(&script, sample).unwrap();
    let mut command = clean(&how.command[0]);
    command.args(&how.command[1..]).env(SECRET_VARIABLE, secret).current_dir(&folder);
    let command = match how.pasted {
        true => command.stdin(fs::File::open(&script).unwrap()),
        false => command.arg(&script).stdin(Stdio::null()),
    };
    let output = command.output().unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "it left something behind: {sample}");
    output
}

/// A program in an environment where no proxy and no start-up file can change what a sample does.
fn clean(program: &str) -> Command {
    let mut command = Command::new(program);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY", "NODE_OPTIONS", "BASH_ENV", "ENV"]
    {
        command.env_remove(name);
    }
    command.env("no_proxy", "*").env("LC_ALL", "C.UTF-8").env("CURL_HOME", "/nonexistent").env("HOME", "/nonexistent");
    command
}

/// What Python's own library says of a request.
#[track_caller]
fn check(language: Language, subject: &Subject<'_>, secret: &str, request: &[u8]) -> Value {
    let mut recorded = tempfile::NamedTempFile::new().unwrap();
    recorded.write_all(request).unwrap();
    let what = match language {
        Language::Curl => "basic",
        Language::Openssl => "hmac",
        Language::Soap => "soap",
        Language::M4u => "m4u",
        Language::Python | Language::Node | Language::PythonSdk => match subject.kind.as_str() {
            "legacy" => "soap",
            kind => kind,
        },
    };
    let script = here().join("check.py");
    let mut python = clean(python());
    let output =
        python.arg(script).arg(what).arg(recorded.path()).env("SECRET", hex(secret.as_bytes())).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(request));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Where Python itself is: `python3` may be a wrapper that takes longer than all that is asked of it.
fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let output = clean("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    })
}

/// What openssl says the MAC of a text is, in hexadecimal.
pub fn openssl_mac(hash: &str, secret: &str, signed: &str) -> String {
    let mut child = clean("openssl")
        .args(["dgst", &format!("-{hash}"), "-mac", "HMAC", "-macopt", &format!("hexkey:{}", hex(secret.as_bytes()))])
        .args(["-r"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(signed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}
