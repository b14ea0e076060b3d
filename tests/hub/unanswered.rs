//! Commits whose answer is lost on the way: a proxy between the desk and its server cuts the line right there.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use keydesk::credential::Kind;
use keydesk::hub::{DeskPaths, ListQuery, StorePlace};

use super::made::{on_postgres, open, places};
use super::server::place;
use super::support::{Desk, wanted};

/// Lets everything pass.
const OPEN: u8 = 0;
/// Cuts once COMMIT was handed to the server and before its answer.
const BEHIND_COMMIT: u8 = 1;
/// Cuts in place of COMMIT.
const BEFORE_COMMIT: u8 = 2;

struct Proxy {
    dir: tempfile::TempDir,
    mode: Arc<AtomicU8>,
}

impl Proxy {
    fn before(server: PathBuf) -> Self {
        let (dir, mode) = (tempfile::tempdir().unwrap(), Arc::new(AtomicU8::new(OPEN)));
        let listener = UnixListener::bind(dir.path().join(".s.PGSQL.5432")).unwrap();
        let modes = mode.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (server, modes) = (UnixStream::connect(&server).unwrap(), modes.clone());
                let (mut back, mut answers) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut answers, &mut back);
                    let _ = back.shutdown(Shutdown::Both);
                });
                std::thread::spawn(move || Self::pass(client, server, &modes));
            }
        });
        Self { dir, mode }
    }

    fn pass(mut client: UnixStream, mut server: UnixStream, mode: &AtomicU8) {
        let mut bytes = [0; 16384];
        while let Ok(read @ 1..) = client.read(&mut bytes) {
            let commits = bytes[..read].windows(7).any(|word| word == b"COMMIT\0");
            let now = if commits { mode.swap(OPEN, Ordering::SeqCst) } else { OPEN };
            if now == BEHIND_COMMIT {
                // Nobody hears the answer.
                let _ = client.shutdown(Shutdown::Both);
            }
            if now != BEFORE_COMMIT {
                server.write_all(&bytes[..read]).unwrap();
            }
            if now != OPEN {
                let _ = client.shutdown(Shutdown::Both);
                std::thread::sleep(Duration::from_millis(100));
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Both);
    }
}

#[test]
fn a_commit_without_an_answer_is_never_told_wrongly() {
    if !on_postgres() {
        return;
    }
    let desk = Desk::on_disk();
    let StorePlace::Postgres(direct) = desk.places().store else { panic!("no server") };
    let proxy = Proxy::before(super::server::server().unwrap().dir.join(".s.PGSQL.5432"));
    let through = StorePlace::Postgres(Arc::new(place(proxy.dir.path(), &direct.database)));
    let hub = open(&DeskPaths { store: through, ..places(desk.dir.as_ref().unwrap()) }, desk.clock.clone());
    let alice = desk.alice();
    hub.create(&alice, &wanted(Kind::Basic, "untouched")).unwrap();

    proxy.mode.store(BEHIND_COMMIT, Ordering::SeqCst);
    let kept = hub.create(&alice, &wanted(Kind::Basic, "kept")).unwrap();
    assert!(kept.secret.is_some(), "its row is there, so its secret is shown");

    proxy.mode.store(BEFORE_COMMIT, Ordering::SeqCst);
    let why = hub.create(&alice, &wanted(Kind::Basic, "lost")).unwrap_err();
    assert!(why.exit_code() == 6 && why.to_string().contains("Nothing was changed"), "{why}");

    let wrong = keydesk::secret::Secret::from_text("wrong wrong wrong");
    proxy.mode.store(BEHIND_COMMIT, Ordering::SeqCst);
    let why = hub.sign_in("alice", &wrong, &Default::default()).unwrap_err();
    assert!(why.exit_code() == 1 && why.to_string().contains("It is not known whether"), "{why}");

    let rows = hub.list(&alice, &ListQuery { limit: 9, ..ListQuery::default() }).unwrap().rows;
    let mut names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["kept", "untouched"]);
    assert!(hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken.is_none());
}
