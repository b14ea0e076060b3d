//! The replay guard, which is off by default.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use keydesk::credential::Kind;
use keydesk::hub::{Policy, Replay};

use super::support::{Desk, GatewayRequest, Key};

/// The directory of accepted signatures.
fn kept(desk: &Desk) -> PathBuf {
    super::made::places(&desk.dir).replay_journal()
}

/// The files of minutes that are not empty.
fn filled(desk: &Desk) -> Vec<PathBuf> {
    let Ok(files) = fs::read_dir(kept(desk)) else { return Vec::new() };
    let files =
        files.map(|entry| entry.unwrap().path()).filter(|file| !file.ends_with("unkept") && !file.ends_with("list"));
    files.filter(|file| fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.len() > 0)).collect()
}

/// A desk with the replay guard, a key of it, and a signed request.
fn guarded() -> (Desk, Key, GatewayRequest) {
    let desk = Desk::new();
    let signs = desk.key(Kind::Hmac, "signs");
    desk.policy(&Policy { replay: Replay::Node, ..Policy::default() });
    let once = GatewayRequest::nginx("GET", "/").fields(&signs.hmac("GET", "/"));
    (desk, signs, once)
}

#[test]
fn with_replay_protection_a_signature_is_accepted_once() {
    let desk = Desk::new();
    let (signs, one) = (desk.key(Kind::Hmac, "signs"), desk.key(Kind::Basic, "one"));
    let verifier = desk.verifier();
    let twice = GatewayRequest::nginx("GET", "/").fields(&signs.hmac("GET", "/"));
    assert_eq!([verifier.ask(&twice).status(), verifier.ask(&twice).status()], [200, 200], "off by default");
    desk.policy(&Policy { replay: Replay::Node, ..Policy::default() });
    verifier.until("followed", |verifier| {
        let fresh = GatewayRequest::nginx("GET", "/x").fields(&signs.hmac("GET", "/x"));
        (verifier.ask(&fresh).status(), verifier.ask(&fresh).status()) == (200, 401)
    });
    let basic = GatewayRequest::nginx("GET", "/").by(&one);
    assert_eq!([verifier.ask(&basic).status(), verifier.ask(&basic).status()], [200, 200], "Basic repeats by nature");
    assert!(verifier.metric("keydesk_denied_total{reason=\"replayed\"}") >= 1.0);
}

#[test]
fn accepted_signatures_survive_a_kill_and_a_restart() {
    let (desk, signs, once) = guarded();
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&once).status(), 200);
    verifier.kill();
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&once).status(), 401, "from its first request");
    let other = GatewayRequest::nginx("GET", "/other").fields(&signs.hmac("GET", "/other"));
    assert_eq!([verifier.ask(&other).status(), verifier.ask(&other).status()], [200, 401]);
    verifier.stop();
    // A truncated file is read as far as it is valid.
    for file in fs::read_dir(kept(&desk)).unwrap().map(|entry| entry.unwrap().path()) {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let bytes = fs::read(&file).unwrap();
        if !bytes.is_empty() {
            fs::write(&file, [&bytes[..], b"torn"].concat()).unwrap();
        }
    }
    let verifier = desk.verifier();
    assert_eq!([&once, &other].map(|asked| verifier.ask(asked).status()), [401, 401]);
    assert!(verifier.log().contains("damaged"), "{}", verifier.log());
}

#[test]
fn foreign_files_in_the_replay_directory_make_nobody_forget() {
    let (desk, signs, once) = guarded();
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&once).status(), 200);
    assert_eq!(verifier.metric("keydesk_replay_lost_total"), 0.0);
    verifier.stop();
    let files = filled(&desk);
    fs::create_dir(kept(&desk).join("1")).unwrap();
    fs::create_dir(kept(&desk).join("9223372036854775807")).unwrap();
    fs::write(kept(&desk).join("+5"), "nobody's").unwrap();
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&once).status(), 401);
    assert_eq!(verifier.metric("keydesk_replay_lost_total"), 1.0, "a directory has the name of a minute");
    let fresh = GatewayRequest::nginx("GET", "/fresh").fields(&signs.hmac("GET", "/fresh"));
    assert_eq!(verifier.ask(&fresh).status(), 200, "a new signature passes");
    verifier.stop();
    // Root can read any file, but no directory as a file.
    for file in files {
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
    }
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&once).status(), 401);
    assert_eq!(verifier.metric("keydesk_replay_lost_total"), 2.0, "{}", verifier.log());
    assert!(verifier.log().contains("all that ends in its minute is refused"), "{}", verifier.log());
    verifier.stop();
    fs::remove_dir_all(kept(&desk)).unwrap();
    fs::write(kept(&desk), "in the way").unwrap();
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&once).status(), 401, "all that may have been accepted is refused");
    assert!(verifier.log().contains("cannot be listed"), "{}", verifier.log());
}

#[test]
fn replay_files_removed_from_a_running_verifier_are_rewritten() {
    let (desk, _, once) = guarded();
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&once).status(), 200);
    fs::rename(kept(&desk), desk.dir.path().join("aside")).unwrap();
    verifier.until("reported", |verifier| verifier.log().contains("taken away or replaced"));
    // The list with the lengths of all files is written last. Killed before, the next one counts a loss.
    verifier.until("rewritten", |_| {
        let list = fs::read_to_string(kept(&desk).join("list")).unwrap_or_default();
        let listed = |file: &PathBuf| {
            let (minute, length) = (file.file_name().unwrap().to_str().unwrap(), fs::metadata(file).unwrap().len());
            list.lines().any(|line| line == format!("{minute} {length}"))
        };
        let files = filled(&desk);
        !files.is_empty() && files.iter().all(listed)
    });
    verifier.kill();
    let verifier = desk.verifier();
    assert_eq!(verifier.ask(&once).status(), 401);
    assert_eq!(verifier.metric("keydesk_replay_lost_total"), 0.0);
}

#[test]
fn the_algorithms_setting_restricts_every_credential() {
    let desk = Desk::new();
    let signs = desk.key(Kind::Hmac, "signs");
    let verifier = desk.verifier();
    let ask = || verifier.ask(&GatewayRequest::nginx("GET", "/").fields(&signs.hmac("GET", "/"))).status();
    assert_eq!(ask(), 200);
    desk.policy(&Policy { algorithms: "hmac-sha512".parse().unwrap(), ..Policy::default() });
    verifier.until("narrowed", |_| ask() == 401);
    desk.policy(&Policy::default());
    verifier.until("as before", |_| ask() == 200);
}
