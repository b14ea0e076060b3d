//! A client that runs the program for every verb, and kills or stops it now and then.

use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use keydesk::credential::State;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{Client, Told, Wanted, number, only};
use crate::history::{Fate, Seen, Verb};
use crate::proxy::{AtCommit, Proxy};
use crate::random::Random;

/// How often of a hundred runs one is killed, and stopped for a while.
const KILLED: u64 = 15;
const STOPPED: u64 = 4;
/// How long the program may take before it counts as hanging: it waits 30 seconds for the truth.
const HANGS: Duration = Duration::from_secs(240);
/// How long it is awaited that it commits, before it is killed all the same.
const COMMITS: Duration = Duration::from_secs(5);
/// Between two looks at whether it has ended.
const LOOK: Duration = Duration::from_millis(2);

pub struct Program<'a> {
    /// Its line to the store.
    line: &'a Proxy,
    /// The environment of every run.
    environment: Vec<(String, String)>,
    who: String,
    /// How long a run takes, about.
    usual: Duration,
}

impl<'p> Program<'p> {
    pub fn new(line: &'p Proxy, environment: Vec<(String, String)>, who: &str) -> Self {
        Self { line, environment, who: who.to_owned(), usual: Duration::from_millis(100) }
    }

    fn args<'a>(&'a self, wanted: &'a Wanted, name: &'a str) -> Vec<&'a str> {
        let (key, who) = (wanted.key(), self.who.as_str());
        let verb = match wanted.verb {
            Verb::Create => return vec!["key", "create", "--as", who, "--kind", "basic", "--name", name, "--json"],
            Verb::Rename => return vec!["key", "rename", key, name, "--as", who],
            Verb::Rotate => return vec!["key", "rotate", key, "--as", who, "--overlap", "none", "--json"],
            Verb::Look => return vec!["key", "show", key, "--as", who, "--json"],
            Verb::Disable => "disable",
            Verb::Enable => "enable",
            Verb::Revoke => "revoke",
        };
        vec!["key", verb, "--as", who, key]
    }

    /// Waits until it has sent COMMIT, whose answer, or which itself, does not arrive.
    fn until_it_commits(&self, child: &mut Child, random: &mut Random) {
        let (before, began) = (self.line.struck(), Instant::now());
        self.line.at_commit(if random.chance(75) { AtCommit::DeafBehind } else { AtCommit::DeafBefore });
        while self.line.struck() == before && began.elapsed() < COMMITS && child.try_wait().unwrap().is_none() {
            thread::sleep(LOOK);
        }
        thread::sleep(LOOK);
        self.line.at_commit(AtCommit::Passes);
    }

    fn run(&mut self, args: &[&str], random: &mut Random) -> Result<Output, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
        command.env_clear().envs(self.environment.iter().cloned()).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = Instant::now();
        let mut child = command.spawn().unwrap();
        // Mostly near its end, where it commits.
        let least = if random.chance(30) { 0 } else { 60 };
        let moment = self.usual.mul_f64(random.between(least, 110) as f64 / 100.0);
        if random.chance(KILLED) {
            match random.chance(40) {
                true => self.until_it_commits(&mut child, random),
                false => thread::sleep(moment),
            }
            child.kill().unwrap();
        } else if random.chance(STOPPED) {
            thread::sleep(moment);
            let pid = Pid::from_child(&child);
            // It may have ended; it is still to be waited for.
            let _ = kill_process(pid, Signal::STOP);
            thread::sleep(Duration::from_millis(random.between(50, 2_500)));
            let _ = kill_process(pid, Signal::CONT);
        }
        let output = ended(child, began)?;
        if output.status.code().is_some() {
            self.usual = self.usual.mul_f64(0.9) + began.elapsed().min(Duration::from_secs(1)).mul_f64(0.1);
        }
        Ok(output)
    }
}

/// Waits for the end; a program that hangs is killed.
fn ended(mut child: Child, began: Instant) -> Result<Output, String> {
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > HANGS {
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            return Err(format!("the program hung, and had said {}", said(&output)));
        }
        thread::sleep(LOOK);
    }
    Ok(child.wait_with_output().unwrap())
}

impl Client for Program<'_> {
    fn ask(&mut self, wanted: &Wanted, random: &mut Random) -> Told {
        let name = wanted.name();
        let args: Vec<String> = self.args(wanted, &name).into_iter().map(str::to_owned).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        match self.run(&args, random) {
            Ok(output) => told(wanted, &output),
            Err(hung) => Told { odd: Some(hung.clone()), ..Fate::Unknown(hung).into() },
        }
    }
}

fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
    // Standard output holds secrets.
    let out = if out.starts_with('{') { "a document".to_owned() } else { out };
    format!("{:?}: {out} {err}", output.status)
}

fn told(wanted: &Wanted, output: &Output) -> Told {
    let said = said(output);
    let document = serde_json::from_slice::<Value>(&output.stdout).ok();
    let fate = match (output.status.code(), document) {
        // Whoever has read the secret may use it, whatever became of the program.
        (Some(0) | None, Some(document)) => return document_told(wanted.verb, &document),
        (None, None) => Fate::Unknown("killed".to_owned()),
        (Some(0), None) if said.contains(" already.") => {
            let state = if wanted.verb == Verb::Disable { State::Disabled } else { State::Active };
            Fate::Saw(only(if wanted.verb == Verb::Revoke { State::Revoked } else { state }))
        }
        (Some(0), None) => Fate::Done(None),
        (Some(1), _) if said.contains("It is not known whether") => Fate::Unknown(said),
        (Some(4), _) => Fate::Saw(None),
        (Some(5), _) if said.contains("is revoked, which is final") => Fate::Saw(only(State::Revoked)),
        (Some(5), _) if said.contains("a moment ago") => Fate::Refused(said),
        (Some(6), _) => Fate::Refused(said),
        _ => {
            let odd = format!("the program said to {wanted:?}: {said}");
            return Told { odd: Some(odd), ..Fate::Unknown(said).into() };
        }
    };
    fate.into()
}

fn document_told(verb: Verb, document: &Value) -> Told {
    let text = |field: &str| document[field].as_str().unwrap_or_default().to_owned();
    if verb == Verb::Look {
        let state = text("stored_state").parse().unwrap();
        return Fate::Saw(Some(Seen { state, name: number(&text("name")), version: None })).into();
    }
    Told { issued: Some([text("id"), text("key"), text("secret")]), ..Fate::Done(None).into() }
}
