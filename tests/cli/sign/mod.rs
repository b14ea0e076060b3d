//! `keydesk sign`: what it prints passes the verifier, and others compute the same.

mod curl;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use keydesk::credential::Kind;
use keydesk::secret::Secret;
use keydesk::time::{Clock as _, SystemClock};
use keydesk::vault::Stored;
use keydesk::verify::{
    Body, Decision, Entry, Field, Reason, Request, Scheme, Snapshot, Surface, Verdict, Version, decide,
};

use crate::desk::{Desk, Run, need};

const SECRET: &str = "kdsFORTESTSONLY";
const URL: &str = "https://api.example.com/v1/messages?page=0&size=10";

fn sign(desk: &Desk, args: &[&str]) -> Run {
    let args = [&["sign", "--key", "kdbKEY"], args].concat();
    Run::new(&args, desk.command(&args).env("KEYDESK_API_SECRET", SECRET).output().unwrap())
}

fn fields(run: &Run) -> Vec<(String, String)> {
    run.out.lines().map(|line| line.split_once(": ").unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

fn entry() -> Entry {
    Entry::new(Kind::Hmac, "kdbKEY", Stored::plain(&Secret::from_text(SECRET)))
}

fn judge(method: &str, fields: &[(String, String)], body: &[u8]) -> Result<(), Reason> {
    let snapshot = Snapshot::of(&[entry()]).unwrap();
    let mut all: Vec<Field<'_>> = vec![(b"Host", b"api.example.com")];
    all.extend(fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())));
    let request = Request {
        surface: Surface::Rest,
        method: method.as_bytes(),
        target: b"/v1/messages?page=0&size=10",
        fields: &all,
        body: Body::Visible(body),
        version: Version::Http11,
        scheme: Scheme::Https,
        client: None,
    };
    match decide(&request, &snapshot, SystemClock.now().seconds()) {
        Decision::Verdict(Verdict::Allow(_)) => Ok(()),
        Decision::Verdict(Verdict::Deny(denied)) => Err(denied.reason),
        Decision::NeedsPassword(_) => panic!("no password here"),
    }
}

#[test]
fn the_printed_signature_passes_the_verifier() {
    let desk = Desk::empty();
    let file = desk.path().join("body.json");
    fs::write(&file, "{\"a\":1}").unwrap();
    let body = ["--body", file.to_str().unwrap()];
    for scheme in [
        &["--scheme", "rfc9421"][..],
        &["--algorithm", "hmac-sha1"],
        &["--algorithm", "hmac-sha384"],
        &["--algorithm", "hmac-sha512"],
        &[],
        &["--header", "X-Trace: a b"],
        &["--scheme", "rfc9421", "--header", "X-Trace: a b"],
    ] {
        let get = fields(&sign(&desk, &[&[URL], scheme].concat()).done());
        assert_eq!(judge("GET", &get, b""), Ok(()), "{scheme:?}");
        assert_eq!(judge("POST", &get, b""), Err(Reason::BadSignature), "{scheme:?}");
        let post = fields(&sign(&desk, &[&[URL], scheme, &body].concat()).done());
        assert_eq!(judge("POST", &post, b"{\"a\":1}"), Ok(()), "{scheme:?}");
        assert_eq!(judge("POST", &post, b"{\"a\":2}"), Err(Reason::BodyDigestMismatch), "{scheme:?}");
    }
    assert_eq!(desk.files().len(), 1, "it needs no desk and leaves nothing");
}

#[test]
fn python_computes_the_same() {
    if !need("python3") {
        return;
    }
    let signed = fields(&sign(&Desk::empty(), &[URL]).done());
    let script = "import base64,hashlib,hmac,sys\nprint(base64.b64encode(hmac.new(sys.argv[1].encode(), \
                  sys.argv[2].encode(), hashlib.sha256).digest()).decode())";
    let string = format!("Date: {}\nGET /v1/messages?page=0&size=10 HTTP/1.1", signed[0].1);
    let output = Command::new("python3").args(["-c", script, SECRET, &string]).output().unwrap();
    let wanted = String::from_utf8(output.stdout).unwrap();
    assert!(!wanted.trim().is_empty());
    assert!(signed[1].1.ends_with(&format!("signature=\"{}\"", wanted.trim())), "{signed:?}");
}

#[test]
fn a_curl_command_is_quoted() {
    let run = sign(&Desk::empty(), &[URL, "--curl", "--header", "X-It: o'neil $(id)"]).done();
    assert!(run.out.starts_with("curl ") && run.out.lines().count() == 1);
    assert!(run.out.contains(r"'X-It: o'\''neil $(id)'") && run.out.trim_end().ends_with(&format!("'{URL}'")));
    assert!(!run.out.contains(SECRET));
}

/// The command is run: whatever the file is called, curl is told that name and finds that file.
#[test]
fn a_curl_command_names_the_same_file() {
    if !need("bash") {
        return;
    }
    let desk = Desk::empty();
    for name in [
        &b"plain.json"[..],
        b"o'neil $(id) `id` \"x\" \\n !! ~.json",
        b"line\nbreak",
        b"\nabc\r\n0\tdef",
        b"\x1b[31mred\x1b]52;c;eA==\x07",
        b"\xff\xfe and 'quotes' \\x41",
        "r\u{e9}sum\u{e9}-\u{652f}\u{6255}\u{3044}".as_bytes(),
        "\u{202e}gpj\u{200b}".as_bytes(),
        // A pile of accents is cut where it is shown.
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}".as_bytes(),
    ] {
        let path = desk.path().join(OsStr::from_bytes(name));
        fs::write(&path, name).unwrap();
        let args = ["sign", "--key", "kdbKEY", URL, "--curl", "--body"];
        let mut command = desk.command(&args);
        let output = command.env("KEYDESK_API_SECRET", SECRET).arg(&path).output().unwrap();
        let run = Run::new(&args, output).done();
        assert!(!run.out.trim_end().chars().any(keydesk::text::is_harmful), "{:?}", run.out);
        assert_eq!(run.out.lines().count(), 1, "{:?}", run.out);
        let told = r#"curl() { while [ "$1" != --data-binary ]; do shift; done; printf '%s\0' "$2"; cat "${2#@}"; }"#;
        let output = Command::new("bash").args(["-c", &format!("{told}\n{}", run.out)]).output().unwrap();
        let wanted = [b"@", path.as_os_str().as_bytes(), b"\0", name].concat();
        assert_eq!(output.stdout, wanted, "{:?}: {}", run.out, String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn an_endless_body_is_not_read() {
    let desk = Desk::empty();
    sign(&desk, &[URL, "--body", "/dev/zero"]).fails(2, "longer than 64 MiB");
    let args = ["sign", "--key", "kdbKEY", URL, "--body", "-"];
    let mut endless = desk.spawn(&args);
    endless.env("KEYDESK_API_SECRET", SECRET).stdin(fs::File::open("/dev/zero").unwrap());
    Run::new(&args, endless.output().unwrap()).fails(2, "longer than 64 MiB");
    // A file without blocks, of the length that is just taken.
    let file = desk.path().join("long");
    for (length, code) in [(64 << 20, 0), ((64 << 20) + 1, 2)] {
        fs::File::create(&file).unwrap().set_len(length).unwrap();
        assert_eq!(sign(&desk, &[URL, "--body", file.to_str().unwrap()]).code, Some(code), "{length}");
    }
}

#[test]
fn a_request_that_cannot_be_signed_is_reported() {
    let desk = Desk::empty();
    for (args, says) in [
        (&["ftp://x/"][..], "A URL is"),
        (&["https://u@x/"], "A URL is"),
        (&["https://x/#a"], "A URL is"),
        (&[URL, "--header", "Date: now"], "cannot be signed"),
        (&[URL, "--header", "nothing"], "Name: value"),
        (&[URL, "--header", "Authorization: x"], "Leave it out"),
        (&[URL, "--method", "get"], "in capitals"),
        (&[URL, "--method", "CONNECT"], "Sign another method"),
        (&[URL, "--scheme", "rfc9421", "--algorithm", "hmac-sha512"], "Leave --algorithm out"),
        (&[URL, "--body", "/nowhere"], "cannot be read"),
        (&[URL, "--secret-stdin", "--body", "-"], "Put the body in a file"),
    ] {
        sign(&desk, args).fails(2, says);
    }
    desk.run(&["sign", URL, "--key", "k"]).fails(2, "KEYDESK_API_SECRET");
    assert!(desk.typing(SECRET, &["sign", URL, "--key", "k", "--secret-stdin"]).done().out.contains("Date: "));
}

#[test]
fn openssl_computes_the_same() {
    let there = Command::new("openssl").arg("version").output().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "openssl is missing, and under CI nothing may be skipped");
    if !there {
        eprintln!("SKIPPED: openssl is missing");
        return;
    }
    let desk = Desk::empty();
    let signed = fields(&sign(&desk, &[URL, "--algorithm", "hmac-sha512"]).done());
    let file = desk.path().join("string");
    fs::write(&file, format!("Date: {}\nGET /v1/messages?page=0&size=10 HTTP/1.1", signed[0].1)).unwrap();
    let args = ["dgst", "-sha512", "-hmac", SECRET, "-binary", file.to_str().unwrap()];
    let output = Command::new("openssl").args(args).output().unwrap();
    assert!(output.status.success() && output.stdout.len() == 64);
    let wanted = data_encoding::BASE64.encode(&output.stdout);
    assert!(signed[1].1.ends_with(&format!("signature=\"{wanted}\"")), "{signed:?}");
}
