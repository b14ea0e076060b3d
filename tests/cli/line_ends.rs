//! What surrounds a password or secret: the same from every place that one can come from.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;

use serde_json::Value;

use crate::desk::{Desk, PASSWORD, Run};

/// Runs with these bytes on standard input.
fn given(desk: &Desk, bytes: &[u8], args: &[&str]) -> Run {
    let mut command = desk.command(args);
    let output = command.write_stdin(bytes.to_vec()).output().unwrap();
    Run::new(args, output)
}

/// Line breaks and a byte order mark around it change nothing.
const AROUND: [(&[u8], &[u8]); 6] =
    [(b"", b""), (b"", b"\n"), (b"", b"\r\n"), (b"", b"\r"), (b"\xef\xbb\xbf", b"\r\n"), (b"", b"\nanother line\n")];

#[test]
fn a_password_from_standard_input_loses_only_bom_and_line_end() {
    let desk = Desk::ready();
    let hub = || desk.hub();
    for (before, after) in AROUND {
        let bytes = [before, PASSWORD.as_bytes(), after].concat();
        given(&desk, &bytes, &["user", "passwd", "bram", "--as", "alice", "--password-stdin"]).done();
        assert!(signs_in(&hub(), "bram", PASSWORD), "{after:?}");
    }
    let blanks = format!(" {PASSWORD} ");
    given(&desk, format!("{blanks}\n").as_bytes(), &["user", "passwd", "bram", "--as", "alice", "--password-stdin"])
        .done();
    assert!(signs_in(&hub(), "bram", &blanks) && !signs_in(&hub(), "bram", PASSWORD));
    let before = desk.verify();
    for (bytes, says) in [
        (&b""[..], "There is no password"),
        (b"\n", "There is no password"),
        (b"correct horse\0battery\n", "control characters"),
        (b"correct\thorse battery\n", "control characters"),
        (b"\xff\xfec\0o\0r\0r\0e\0c\0t\0", "UTF-16"),
        (b"correct horse batter\xe9\n", "is not UTF-8"),
        (&[b'x'; 1025], "at most 1024 bytes"),
    ] {
        given(&desk, bytes, &["user", "passwd", "bram", "--as", "alice", "--password-stdin"]).fails(2, says);
    }
    assert_eq!(desk.verify(), before);
}

fn signs_in(hub: &keydesk::hub::Hub, name: &str, password: &str) -> bool {
    use keydesk::hub::{Origin, SignIn};
    use keydesk::secret::Secret;
    let origin = Origin { unix: None, address: None };
    matches!(hub.sign_in(name, &Secret::from_text(password), &origin), Ok(SignIn::Welcome(_)))
}

#[test]
fn a_secret_is_found_with_bom_blanks_and_line_end_around_it() {
    let desk = Desk::ready();
    let made = desk.create(&["--kind", "hmac", "--name", "x"]);
    let secret = made["secret"].as_str().unwrap().as_bytes();
    for (before, after) in AROUND.into_iter().chain([(&b" "[..], &b" \n"[..])]) {
        let bytes = [before, secret, after].concat();
        let found = given(&desk, &bytes, &["key", "find", "--as", "alice", "--secret-stdin", "--json"]).done().out;
        let found: Value = serde_json::from_str(&found).unwrap();
        assert_eq!(found["key"], made["key"]);
    }
}

/// From standard input and from the environment, which has one line and no more.
#[test]
fn a_secret_signs_the_same_with_bom_and_line_end() {
    let desk = Desk::empty();
    let sign = ["sign", "--key", "k", "https://api.example.com/"];
    let secret = b"kdsAbcdef";
    let by_environment = |bytes: &[u8]| {
        let mut command = desk.spawn(&sign);
        command.env("KEYDESK_API_SECRET", std::ffi::OsStr::from_bytes(bytes)).stdin(Stdio::null());
        Run::new(&sign, command.output().unwrap())
    };
    let by_stdin = |bytes: &[u8]| given(&desk, bytes, &[&sign[..1], &["--secret-stdin"], &sign[1..]].concat());
    // What is signed has the second in it: the same in one of a few tries is the same secret.
    let same = |sign: &dyn Fn() -> Run| (0..20).any(|_| sign().done().out == by_environment(secret).done().out);
    for (before, after) in AROUND.into_iter().chain([(&b" "[..], &b" \n"[..])]) {
        let bytes = [before, secret, after].concat();
        assert!(same(&|| by_stdin(&bytes)), "{after:?}");
        match after.starts_with(b"\nanother") {
            true => drop(by_environment(&bytes).fails(2, "has more than one line")),
            false => assert!(same(&|| by_environment(&bytes)), "{after:?}"),
        }
    }
    assert!(!same(&|| by_stdin(b"kdsAbcdeg\n")));
    for (bytes, says) in
        [(&b"kds\xe9"[..], "is not UTF-8"), (b"kds\tx", "control characters"), (b" \n", "There is no secret")]
    {
        by_environment(bytes).fails(2, says);
        by_stdin(bytes).fails(2, says);
    }
}

#[test]
fn a_gateway_token_from_a_file_loses_its_line_end() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::ready();
    let path = desk.path().join("token");
    for bytes in
        [&b"\xff\xfe0\x001\x00"[..], b"0123456789abcdef0123456789abcdef\nmore\n", b"0123456789abcdef 0123456789abcdef"]
    {
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let args = ["serve", "--listen", "127.0.0.1:0", "--gateway-token-file", path.to_str().unwrap()];
        desk.run(&args).fails(2, "must be one line of 32 or more");
    }
}
