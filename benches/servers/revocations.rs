//! How soon a revocation is refused everywhere while another verifier loads a full desk again and again.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use keydesk::credential::{Kind, Verb};
use keydesk::hub::{Actor, DeskPaths, Hub, HubError, Issued, NewCredential, StorePlace, StoreUse};

use crate::desk::{alice, both, fill, open, wanted};
use crate::server::{Server, url};

const ROUNDS: usize = 200;
/// How long a verifier that starts again and again may answer before it is ended.
const ANSWERS_FOR: Duration = Duration::from_millis(500);
/// Time between two questions to one verifier.
const PAUSE: Duration = Duration::from_millis(1);
/// Longer than any verifier may take for anything.
const PATIENCE: Duration = Duration::from_secs(600);

/// `keydesk serve`, ended when dropped.
struct Verifier {
    child: Child,
    socket: PathBuf,
}

impl Verifier {
    fn start(paths: &DeskPaths, name: &str) -> Result<Self, HubError> {
        let dir = paths.master_key.path.parent().and_then(Path::parent).unwrap_or(Path::new("/")).join(name);
        let failed = |why: std::io::Error| HubError::Unavailable(why.to_string());
        fs::create_dir_all(&dir).map_err(failed)?;
        let (socket, log) = (dir.join("v.sock"), File::create(dir.join("log")).map_err(failed)?);
        let mut command = Command::new(env!("CARGO_BIN_EXE_keydesk"));
        command.env_clear().args(["serve", "--listen", &format!("unix:{}", socket.display())]);
        command.arg("--config").arg(paths.master_key.path.with_file_name("config.toml"));
        match &paths.store {
            StorePlace::Sqlite(file) => command.env("KEYDESK_STORE", file),
            StorePlace::Postgres(place) => command.env("KEYDESK_STORE", url(place)),
        };
        command.env("KEYDESK_STATE_DIR", dir.join("state"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Ok(Self { child: command.spawn().map_err(failed)?, socket })
    }

    /// The status of an answer; none from one that is loading.
    fn status(&self, key: &Issued) -> Option<u16> {
        let secret = key.secret.as_ref().and_then(|secret| secret.expose_text()).unwrap_or_default();
        let basic = Base64::encode_string(format!("{}:{secret}", key.row.key).as_bytes());
        let request = format!(
            "GET /v1/authz/nginx HTTP/1.1\r\nHost: v\r\nX-Original-Method: GET\r\nX-Original-URI: /\r\n\
             X-Original-Proto: HTTP/1.1\r\nX-Original-Host: api.example.com\r\nX-Original-Scheme: https\r\n\
             X-Original-Client: 203.0.113.9\r\nX-Original-Framing: cl=;te=\r\nAuthorization: Basic {basic}\r\n\
             Connection: close\r\n\r\n"
        );
        let mut stream = UnixStream::connect(&self.socket).ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).ok()?;
        std::str::from_utf8(&answer[9..]).ok()?.parse().ok()
    }

    /// Asks until the answer is this one; how long that took.
    fn until(&self, key: &Issued, wanted: u16) -> Result<Duration, HubError> {
        let began = Instant::now();
        while self.status(key) != Some(wanted) {
            if began.elapsed() > PATIENCE {
                return Err(HubError::Failed(format!("no verifier answered {wanted}")));
            }
            thread::sleep(PAUSE);
        }
        Ok(began.elapsed())
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the verifier that starts again and again does, and what it was seen to answer.
#[derive(Default)]
struct Starting {
    done: AtomicBool,
    /// Whether it is loading now.
    loading: AtomicBool,
    loads: AtomicUsize,
    /// The key that was revoked last, and when that was acknowledged.
    revoked: Mutex<Option<(Issued, Instant)>>,
    /// The longest time after which it still accepted a revoked key; and how long its loads took.
    said: Mutex<(Duration, Vec<Duration>)>,
}

impl Starting {
    fn again_and_again(&self, paths: &DeskPaths, first: &Issued) -> Result<(), HubError> {
        while !self.done.load(Ordering::Relaxed) {
            let began = Instant::now();
            self.loading.store(true, Ordering::Relaxed);
            let verifier = Verifier::start(paths, "starting")?;
            while verifier.status(first).is_none() && !self.done.load(Ordering::Relaxed) {
                thread::sleep(PAUSE);
            }
            self.loading.store(false, Ordering::Relaxed);
            if self.done.load(Ordering::Relaxed) {
                break;
            }
            self.said.lock().unwrap_or_else(|why| why.into_inner()).1.push(began.elapsed());
            self.loads.fetch_add(1, Ordering::Relaxed);
            let until = Instant::now() + ANSWERS_FOR;
            while Instant::now() < until {
                self.ask(&verifier);
                thread::sleep(PAUSE);
            }
        }
        Ok(())
    }

    /// Asks for the key that was revoked last.
    fn ask(&self, verifier: &Verifier) {
        let revoked = self.revoked.lock().unwrap_or_else(|why| why.into_inner());
        let Some((key, at)) = &*revoked else { return };
        let age = at.elapsed();
        if verifier.status(key) == Some(200) {
            let mut said = self.said.lock().unwrap_or_else(|why| why.into_inner());
            said.0 = said.0.max(age);
        }
    }
}

pub fn measure(server: &Server, dir: &Path, count: usize) -> Result<(), HubError> {
    println!(
        "| {count} credentials | rounds | p50, ms | p90, ms | p99, ms | most, ms | a load, s | accepted too long, ms |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (what, paths) in both(server, dir)? {
        fill(&paths, count)?;
        let desks = [open(&paths, StoreUse::Desk)?, open(&paths, StoreUse::Desk)?];
        let alice = alice(&desks[0])?;
        let steady = [Verifier::start(&paths, "first")?, Verifier::start(&paths, "second")?];
        let quiet = rounds(&desks, &alice, &steady, None)?;
        row(&format!("{what}, nobody loads"), quiet, None);
        let (starting, first) = (Starting::default(), created(&desks[0], &alice, ROUNDS)?);
        let loading = thread::scope(|scope| {
            let again = scope.spawn(|| starting.again_and_again(&paths, &first));
            let took = rounds(&desks, &alice, &steady, Some(&starting));
            starting.done.store(true, Ordering::Relaxed);
            again.join().unwrap_or(Ok(())).and(took)
        })?;
        row(&format!("{what}, while a third loads"), loading, Some(&starting));
    }
    Ok(())
}

fn created(hub: &Hub, alice: &Actor, i: usize) -> Result<Issued, HubError> {
    hub.create(alice, &NewCredential { kind: Kind::Basic, ..wanted(2 * i) })
}

/// Revokes at the desks in turn; how long it took until all of these verifiers refused. With one that starts again and again
/// a round begins while that loads.
fn rounds(
    desks: &[Hub; 2],
    alice: &Actor,
    steady: &[Verifier; 2],
    starting: Option<&Starting>,
) -> Result<Vec<Duration>, HubError> {
    let mut took = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        let hub = &desks[round % 2];
        let key = created(hub, alice, round)?;
        for verifier in steady {
            verifier.until(&key, 200)?;
        }
        while starting.is_some_and(|starting| !starting.loading.load(Ordering::Relaxed)) {
            thread::sleep(PAUSE);
        }
        hub.set_state(alice, &[key.row.target()], Verb::Revoke)?;
        let began = Instant::now();
        thread::scope(|scope| {
            let each = steady.each_ref().map(|verifier| scope.spawn(|| verifier.until(&key, 401)));
            each.into_iter().try_for_each(|one| one.join().unwrap_or(Ok(Duration::ZERO)).map(drop))
        })?;
        took.push(began.elapsed());
        if let Some(starting) = starting {
            *starting.revoked.lock().unwrap_or_else(|why| why.into_inner()) = Some((key, began));
        }
    }
    Ok(took)
}

fn row(what: &str, mut took: Vec<Duration>, starting: Option<&Starting>) {
    took.sort_unstable();
    let at = |part: usize| took[(took.len() * part / 100).min(took.len() - 1)].as_millis();
    let (loads, late) = starting.map_or_else(Default::default, |starting| {
        let said = starting.said.lock().unwrap_or_else(|why| why.into_inner());
        let (count, all) = (said.1.len(), said.1.iter().sum::<Duration>().as_secs_f64());
        (format!("{count} of {:.1}", all / count.max(1) as f64), said.0.as_millis().to_string())
    });
    println!("| {what} | {} | {} | {} | {} | {} | {loads} | {late} |", took.len(), at(50), at(90), at(99), at(100));
}
