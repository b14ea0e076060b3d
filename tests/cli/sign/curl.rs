//! Every printed command is run by the real curl, against a server of this test that checks the signature.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use keydesk::time::{Clock as _, SystemClock};
use keydesk::verify::{Body, Decision, Field, Reason, Request, Scheme, Snapshot, Surface, Verdict, Version, decide};

use super::{SECRET, entry};
use crate::desk::{Desk, need};

/// A request as the server got it, and whether its signature was right.
struct Got {
    line: String,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
    verdict: Result<(), Reason>,
}

impl Got {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Answers as servers do: with a length, and without ending the connection unless it is asked to.
fn server() -> (u16, Receiver<Got>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, got) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                while let Some(one) = read(&mut reader) {
                    answer(reader.get_mut(), &one);
                    let close = one.field("connection") == Some("close");
                    if sender.send(one).is_err() || close {
                        return;
                    }
                }
            });
        }
    });
    (port, got)
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Got> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        Some(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    let first = line()?;
    let mut fields = Vec::new();
    while let Some((name, value)) = line()?.split_once(':') {
        fields.push((name.to_owned(), value.trim().to_owned()));
    }
    let of = |name: &str| fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
    if of("expect").is_some() {
        reader.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let mut body = vec![0; of("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let verdict = judge(&first, &fields, &body);
    Some(Got { line: first, fields, body, verdict })
}

fn judge(line: &str, fields: &[(String, String)], body: &[u8]) -> Result<(), Reason> {
    let [method, target, _] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
    let all: Vec<Field<'_>> = fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
    let request = Request {
        surface: Surface::Rest,
        method: method.as_bytes(),
        target: target.as_bytes(),
        fields: &all,
        body: Body::Visible(body),
        version: Version::Http11,
        scheme: Scheme::Http,
        client: None,
    };
    match decide(&request, &Snapshot::of(&[entry()]).unwrap(), SystemClock.now().seconds()) {
        Decision::Verdict(Verdict::Allow(_)) => Ok(()),
        Decision::Verdict(Verdict::Deny(denied)) => Err(denied.reason),
        Decision::NeedsPassword(_) => panic!("no password here"),
    }
}

fn answer(stream: &mut TcpStream, got: &Got) {
    let status = if got.verdict.is_ok() { "200 OK" } else { "401 Unauthorized" };
    let body = if got.line.starts_with("HEAD ") { "" } else { "seven\r\n" };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: 7\r\n\r\n{body}");
    stream.write_all(head.as_bytes()).unwrap();
}

/// Waits for it, and ends it where it would hang.
fn ends(mut child: Child, command: &str) {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return assert!(status.success(), "{command}: {status}"),
            None if Instant::now() < until => thread::sleep(Duration::from_millis(10)),
            None => {
                child.kill().unwrap();
                panic!("it does not end: {command}");
            }
        }
    }
}

/// Signs, runs what is printed, and gives what the server got.
fn run(desk: &Desk, server: &(u16, Receiver<Got>), target: &str, args: &[&str], stdin: Option<&str>) -> Got {
    let url = format!("http://127.0.0.1:{}{target}", server.0);
    let all = [&["sign", "--key", "kdbKEY", &url, "--curl"], args].concat();
    let mut signing = desk.spawn(&all);
    signing.env("KEYDESK_API_SECRET", SECRET);
    if let Some(file) = stdin {
        signing.stdin(File::open(file).unwrap());
    }
    let output = signing.output().unwrap();
    assert!(output.status.success(), "{all:?}: {}", String::from_utf8_lossy(&output.stderr));
    let command = String::from_utf8(output.stdout).unwrap();
    let mut shell = Command::new("bash");
    // Nothing of the machine's own settings for curl.
    shell.args([
        "-c",
        &format!("curl() {{ command curl --silent --show-error --output /dev/null \"$@\"; }}\n{command}"),
    ]);
    shell.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", desk.path());
    shell.stdin(stdin.map_or(Stdio::null(), |file| File::open(file).unwrap().into()));
    ends(shell.spawn().unwrap(), &command);
    let got = server.1.recv_timeout(Duration::from_secs(60)).unwrap();
    let host = format!("127.0.0.1:{}", server.0);
    assert_eq!((got.verdict, got.field("host")), (Ok(()), Some(host.as_str())), "{command}: {}", got.line);
    got
}

#[test]
fn a_curl_command_for_every_method_is_let_through() {
    if !need("bash curl") {
        return;
    }
    let (desk, server) = (Desk::empty(), server());
    let (file, empty) = (desk.path().join("body.json"), desk.path().join("empty"));
    fs::write(&file, "{\"a\":1}").unwrap();
    fs::write(&empty, "").unwrap();
    let (file, empty) = (file.to_str().unwrap(), empty.to_str().unwrap());
    for scheme in ["hmac", "rfc9421"] {
        for method in
            ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "PURGE", "M-SEARCH"]
        {
            let args = ["--scheme", scheme, "--method", method];
            let got = run(&desk, &server, "/v1/messages?page=0&size=10", &args, None);
            assert_eq!(got.line, format!("{method} /v1/messages?page=0&size=10 HTTP/1.1"));
            assert_eq!(got.field("content-type"), None, "{method}");
            let bodiless = ["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"].contains(&method);
            assert_eq!(got.field("content-length"), (!bodiless).then_some("0"), "{method}");
            let got = run(&desk, &server, "/", &[&args[..], &["--body", file]].concat(), None);
            assert_eq!((&got.line, &got.body[..]), (&format!("{method} / HTTP/1.1"), &b"{\"a\":1}"[..]));
            assert_eq!(got.field("content-type"), Some("application/json"), "{method}");
            let got = run(&desk, &server, "/", &[&args[..], &["--body", empty]].concat(), None);
            assert_eq!((got.field("content-length"), got.field("content-type")), (Some("0"), None), "{method}");
            let got = run(&desk, &server, "/", &[&args[..], &["--body", "-"]].concat(), Some(file));
            assert_eq!(
                (&got.body[..], got.field("content-type")),
                (&b"{\"a\":1}"[..], Some("application/json")),
                "{method}"
            );
        }
    }
}

#[test]
fn a_body_is_sent_unchanged() {
    if !need("bash curl") {
        return;
    }
    let (desk, server) = (Desk::empty(), server());
    let file = desk.path().join("o'neil $(id) \"body\"");
    let path = file.to_str().unwrap();
    let soap = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body/></s:Envelope>\r\n";
    let long = vec![b'x'; 2 << 20];
    for (body, kind) in [
        (&b"{\"a\":\r\n[1]}\r\n"[..], "application/json"),
        (b"a=1&b=%C3%A9", "application/x-www-form-urlencoded"),
        (soap.as_bytes(), "text/xml; charset=utf-8"),
        (b"<a/>", "application/xml"),
        (b"plain text\r\n\r\n", "application/octet-stream"),
        (b"\x00\xff\r\n@file", "application/octet-stream"),
        (&long, "application/octet-stream"),
    ] {
        fs::write(&file, body).unwrap();
        let got = run(&desk, &server, "/", &["--body", path], None);
        assert_eq!((got.field("content-type"), got.body.len()), (Some(kind), body.len()));
        assert_eq!(got.body, body);
    }
    // What is signed is sent, and once.
    let own = ["--body", path, "--header", "Content-Type: text/plain", "--header", "X-Empty:"];
    let got = run(&desk, &server, "/", &own, None);
    let types: Vec<_> = got.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-type")).collect();
    assert_eq!(types, [&("Content-Type".to_owned(), "text/plain".to_owned())]);
    assert_eq!(got.field("x-empty"), Some(""));
}

#[test]
fn curl_does_not_change_the_target() {
    if !need("bash curl") {
        return;
    }
    let (desk, server) = (Desk::empty(), server());
    for target in [
        "/v1/[1-3]/{a,b}?c[]=[a-z]&d={x}",
        "/a/../b/./c//d",
        "/..",
        "/%2e%2e/%2F?a=%20&b=+",
        "/a?b=c'd\"e$(id)`id`!!\\n&f=*~",
        "/a?",
        "/a?b?c=/d",
        "/a|b^c<d>e",
        "/%c3%a9;x=1,2@:",
    ] {
        for more in [&[][..], &["--scheme", "rfc9421"], &["--method", "HEAD"]] {
            let method = if more.len() == 2 && more[1] == "HEAD" { "HEAD" } else { "GET" };
            let got = run(&desk, &server, target, more, None);
            assert_eq!(got.line, format!("{method} {target} HTTP/1.1"));
        }
    }
}
