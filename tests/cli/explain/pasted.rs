//! What is pasted: whole requests, heads, several of them, and what curl says.

use keydesk::verify::Dialect;

use super::{SHA256, Signer, now, text};

const BODY: &str = "{\"a\":1}";
const LINE: &str = "POST /v1/messages HTTP/1.1";

/// The fields of a signed request with a body, and its length.
fn post(signer: &Signer, dialect: Dialect, body: &str) -> String {
    let fields = signer.fields("POST", "/v1/messages", Some(body.as_bytes()), now(), dialect);
    format!("{fields}Content-Length: {}\n", body.len())
}

fn verbose(head: &str, end: &str) -> String {
    let lines: String = head.lines().map(|line| format!("> {line}{end}")).collect();
    format!("{lines}> {end}")
}

fn basic(signer: &Signer) -> String {
    let made = signer.desk.create(&["--kind", "basic", "--name", "crm"]);
    let pair = format!("{}:{}", text(&made["key"]), text(&made["secret"]));
    format!("Authorization: Basic {}\n", data_encoding::BASE64.encode(pair.as_bytes()))
}

fn says(said: &str, all: &[&str]) {
    for one in all {
        assert!(said.contains(one), "{one:?} is missing: {said}");
    }
}

#[test]
fn curl_output_without_a_body_is_recognized() {
    let signer = Signer::new();
    for dialect in [SHA256, Dialect::Rfc9421] {
        let head = format!("{LINE}\n{}", post(&signer, dialect, BODY));
        for end in ["\n", "\r\n"] {
            let sent = verbose(&head, end);
            for said in [
                sent.clone(),
                sent.replace("> ", ">"),
                format!(
                    "$ curl -v https://api.example.com/v1/messages\n*   Trying 127.0.0.1:443...\n{sent}* upload done\n< HTTP/1.1 200 OK{end}< {end}{{}}\n"
                ),
                format!(
                    "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0{sent}}} [7 bytes data]\n"
                ),
            ] {
                let said = signer.explain(&[], &said).out;
                says(&said, &["Verdict: allowed, body not seen.", "The body was not shown: 7 bytes", &signer.key]);
            }
        }
        // Somebody who quotes a request puts the sign before its body too.
        let quoted = format!("{}> {BODY}\n", verbose(&head, "\n"));
        says(&signer.explain(&[], &quoted).out, &["Verdict: allowed.\n"]);
    }
    let unsigned = signer.fields("POST", "/v1/messages", None, now(), SHA256);
    let head = format!("{LINE}\n{unsigned}Content-Length: 7\n");
    says(&signer.explain(&[], &verbose(&head, "\r\n")).out, &["body_digest_missing"]);
}

#[test]
fn http_2_and_traces_of_curl() {
    let signer = Signer::new();
    let fields = post(&signer, SHA256, BODY);
    let head = format!("{}\n{fields}", LINE.replace("1.1", "2"));
    says(&signer.explain(&[], &verbose(&head, "\r\n")).out, &["Verdict: allowed, body not seen."]);
    let unframed: String =
        head.lines().filter(|line| !line.contains("Length")).map(|line| format!("{line}\n")).collect();
    says(&signer.explain(&[], &verbose(&unframed, "\r\n")).out, &["Verdict: allowed, body not seen."]);
    for (start, prefix) in
        [("* using HTTP/2\n* [HTTP/2] [1] OPENED stream for https://a/\n", "[HTTP/2] [1]"), ("", "h2h3")]
    {
        let own: String = fields
            .lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(name, _)| *name != "Host")
            .map(|(name, value)| format!("* {prefix} [{}: {value}]\n", name.to_lowercase()))
            .collect();
        let listed = format!(
            "{start}* {prefix} [:method: POST]\n* {prefix} [:scheme: https]\n* {prefix} [:authority: api.example.com]\n\
             * {prefix} [:path: /v1/messages]\n{own}"
        );
        says(&signer.explain(&[], &listed).out, &["Verdict: allowed, body not seen.", &signer.key]);
    }
    let head = format!("{LINE}\n{fields}");
    says(&signer.explain(&[], &trace(&head, "")).out, &["Verdict: allowed, body not seen.", &signer.key]);
    let data = format!("=> Send data, 7 bytes (0x7)\n0000: {BODY}\n");
    says(&signer.explain(&[], &trace(&head, &data)).out, &["Verdict: allowed.\n", &signer.key]);
    // A point may be any byte that does not print.
    let points = head.replace("Content-Length: 7", "Content-Length: 8");
    let data = "=> Send data, 8 bytes (0x8)\n0000: {\"a\":1}.\n";
    says(&signer.explain(&[], &trace(&points, data)).out, &["Verdict: allowed, body not seen."]);
    let hex: String =
        [&head.replace('\n', "\r\n")[..], "\r\n"].concat().as_bytes().chunks(16).enumerate().map(hex_line).collect();
    let body: String = BODY.as_bytes().chunks(16).enumerate().map(hex_line).collect();
    let whole = format!("=> Send header, 9 bytes (0x9)\n{hex}=> Send data, 7 bytes (0x7)\n{body}== Info: done\n");
    says(&signer.explain(&[], &whole).out, &["Verdict: allowed.\n", &signer.key]);
}

/// The trace is five times as long as what was sent, which alone counts.
#[test]
fn a_trace_in_hex_of_a_long_body() {
    let signer = Signer::new();
    let body = "x".repeat(300_000);
    let traced = |name: &str, bytes: &[u8]| {
        let hex: String = bytes.chunks(16).enumerate().map(hex_line).collect();
        format!("=> Send {name}, {0} bytes (0x{0:x})\n{hex}", bytes.len())
    };
    let head = format!("{LINE}\n{}\n", post(&signer, SHA256, &body)).replace('\n', "\r\n");
    let whole = format!("{}{}== Info: done\n", traced("header", head.as_bytes()), traced("data", body.as_bytes()));
    assert!(whole.len() > 1_200_000);
    says(&signer.explain(&[], &whole).out, &["Verdict: allowed.\n", &signer.key]);
    let long = format!("POST / HTTP/1.1\nHost: a\n\n{}", "x".repeat(1_200_000));
    signer.desk.typing(&long, &["explain", "--as", "alice"]).fails(2, "too long for a verifier");
}

/// As `curl --trace` writes it.
fn hex_line((n, bytes): (usize, &[u8])) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
    let text: String =
        bytes.iter().map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' }).collect();
    format!("{:04x}: {hex:<48}{text}\n", n * 16)
}

#[test]
fn an_absolute_url_is_reduced_to_its_path() {
    let signer = Signer::new();
    let fields = signer.fields("GET", "/v1?a=b", None, now(), SHA256);
    let sent = verbose(&format!("GET http://api.example.com/v1?a=b HTTP/1.1\n{fields}"), "\r\n");
    says(&signer.explain(&[], &sent).out, &["Verdict: allowed.\n", "as proxies get it"]);
}

/// As `curl --trace-ascii` writes it.
fn trace(head: &str, data: &str) -> String {
    let head = format!("{}\r\n", head.replace('\n', "\r\n"));
    let mut out = format!("== Info:   Trying 127.0.0.1:80...\n=> Send header, {} bytes (0x1)\n", head.len());
    let mut at = 0;
    for line in head.split_terminator("\r\n") {
        let bytes = line.as_bytes();
        for (i, piece) in bytes.chunks(64).enumerate().chain(bytes.is_empty().then_some((0, &b""[..]))) {
            out += &format!("{:04x}: {}\n", at + i * 64, String::from_utf8_lossy(piece));
        }
        at += line.len() + 2;
    }
    format!("{out}{data}== Info: done\n<= Recv header, 17 bytes (0x11)\n0000: HTTP/1.1 200 OK\n")
}

#[test]
fn content_length_delimits_the_body() {
    let signer = Signer::new();
    for dialect in [SHA256, Dialect::Rfc9421] {
        let lines = "one\r\ntwo\r\n";
        let (head, long) = (format!("{LINE}\n{}\n", post(&signer, dialect, BODY)), post(&signer, dialect, lines));
        let long = format!("{LINE}\n{long}\n");
        let windows = format!("{LINE}\n{}\n", post(&signer, dialect, "one\ntwo\nthree\n"));
        for (pasted, all) in [
            (format!("{head}{BODY}"), &["Verdict: allowed.\n"][..]),
            (head.clone(), &["Verdict: allowed, body not seen.", "The body was not shown: 7 bytes"]),
            (head.trim_end().to_owned(), &["Verdict: allowed, body not seen."]),
            (format!("{head}\n\n"), &["Verdict: allowed, body not seen."]),
            (format!("{head}{BODY}\n"), &["Verdict: allowed.\n", "7 bytes", "line break after them was left out"]),
            (format!("{head}{BODY}\r\n"), &["Verdict: allowed.\n", "line break after them was left out"]),
            (format!("{head}{BODY}and more"), &["Verdict: allowed.\n", "8 more bytes were given and left out"]),
            (format!("{head}{{\"a\""), &["Verdict: allowed, body not seen.", "says 7 bytes, and 4 were given"]),
            (format!("{head}{{\"a\":2}}"), &["body_digest_mismatch"]),
            (format!("{long}one\ntwo\n"), &["Verdict: allowed.\n", "with CR LF"]),
            (format!("{windows}one\r\ntwo\r\nthree\r\n"), &["Verdict: allowed.\n", "with LF"]),
            (format!("{head}HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), &["Verdict: allowed, body not seen."]),
            (format!("{head}{BODY}\n\nHTTP/1.1 200 OK\n\nok"), &["Verdict: allowed.\n"]),
        ] {
            says(&signer.explain(&[], &pasted).out, all);
        }
    }
    let none = format!("GET /v1 HTTP/1.1\n{}\n", signer.fields("GET", "/v1", None, now(), SHA256));
    for behind in ["", "\n", "\r\n\r\n", "HTTP/1.1 401 Unauthorized\n\n{}"] {
        says(&signer.explain(&[], &format!("{none}{behind}")).out, &["Verdict: allowed.\n"]);
    }
    let zero = none.replace("Host:", "Content-Length: 0\nHost:");
    says(&signer.explain(&[], &format!("{zero}\n")).out, &["Verdict: allowed.\n"]);
}

#[test]
fn a_chunked_body_is_reassembled() {
    let signer = Signer::new();
    let fields = signer.fields("POST", "/v1/messages", Some(BODY.as_bytes()), now(), SHA256);
    let head = format!("{LINE}\n{fields}Transfer-Encoding: chunked\n\n");
    for (body, all) in [
        ("3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n", &["Verdict: allowed.\n", "from its chunks: 7 bytes"][..]),
        ("3\n{\"a\n4\n\":1}\n0\nTrailer: x\n\n", &["Verdict: allowed.\n", "from its chunks: 7 bytes"]),
        ("3\r\n{\"a\r\n4\r\n\":", &["Verdict: allowed, body not seen.", "last chunk is missing"]),
        ("3\r\n{\"a\r\n", &["Verdict: allowed, body not seen.", "last chunk is missing"]),
        (BODY, &["Verdict: allowed.\n", "is taken as the body in them"]),
        ("", &["Verdict: allowed, body not seen."]),
        ("3\r\n{\"a\r\n0\r\n\r\n", &["body_digest_mismatch"]),
    ] {
        says(&signer.explain(&[], &format!("{head}{body}")).out, all);
    }
}

#[test]
fn the_last_request_with_credentials_is_judged() {
    let signer = Signer::new();
    let own = basic(&signer);
    let (connect, plain) = ("CONNECT a:443 HTTP/1.1\nHost: a:443\n", "GET /x HTTP/1.1\nHost: a\n");
    let good = format!("{plain}{own}");
    let digest = format!("{plain}Authorization: Digest username=\"x\"\n");
    let answer = "< HTTP/1.1 200 OK\r\n< \r\n";
    let all = |heads: &[&str], form: &dyn Fn(&str) -> String| heads.iter().map(|head| form(head)).collect::<String>();
    let curl = |head: &str| format!("{}{answer}", verbose(head, "\r\n"));
    let raw = |head: &str| format!("{head}\nHTTP/1.1 401 Unauthorized\nContent-Length: 3\n\nno\n");
    let bare = |head: &str| format!("{head}\n");
    for (heads, which) in [
        (&[connect, &good][..], "Request 2 of 2 is judged"),
        (&[plain, &good], "Request 2 of 2 is judged"),
        (&[digest.as_str(), &good], "Request 2 of 2 is judged"),
        (&[good.as_str(), plain], "Request 1 of 2 is judged"),
        (&[connect, plain, &good, plain], "Request 3 of 4 is judged"),
    ] {
        for form in [&curl as &dyn Fn(&str) -> String, &raw, &bare] {
            let said = signer.explain(&[], &all(heads, form)).out;
            says(&said, &["Verdict: allowed.\n", which, "the last that carries credentials"]);
        }
    }
    let said = signer.explain(&[], &all(&[connect, plain], &curl)).out;
    says(&said, &["no_credentials", "Request 2 of 2 is judged: none carries credentials."]);
    assert!(!signer.explain(&[], &curl(&good)).out.contains("Request 1"), "one is nothing to choose from");
    // A bad one before does not count, and a bad one behind does.
    let wrong = format!("{plain}Authorization: Basic {}\n", data_encoding::BASE64.encode(b"nobody:x"));
    says(&signer.explain(&[], &all(&[&wrong, &good], &curl)).out, &["Verdict: allowed.\n"]);
    says(&signer.explain(&[], &all(&[&good, &wrong], &curl)).out, &["unknown_credential"]);
    let post = format!("POST /v1/messages HTTP/1.1\n{}", post(&signer, SHA256, BODY));
    let pair = format!("{}\n{BODY}\n\n{}\n{BODY}\n", post.replace("hmac-sha256", "hmac-sha1"), post);
    says(&signer.explain(&[], &pair).out, &["Verdict: allowed.\n", "Request 2 of 2"]);
}

#[test]
fn text_before_the_request_line_is_skipped() {
    let signer = Signer::new();
    let request = format!("GET /v1 HTTP/1.1\n{}\n", signer.fields("GET", "/v1", None, now(), SHA256));
    for before in ["\n", "\r\n\r\n", "\u{feff}", "\u{feff}\n", "$ cat request.txt\n", "* Connected\n"] {
        let pasted = format!("{before}{request}");
        says(&signer.explain(&[], &pasted).out, &["Verdict: allowed.\n"]);
        says(&signer.explain(&[], &pasted.replace('\n', "\r\n")).out, &["Verdict: allowed.\n"]);
    }
    // As Windows' shells write files.
    let args = ["explain", "--as", "alice"];
    let wide: Vec<u8> = format!("\u{feff}{request}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let output = signer.desk.command(&args).write_stdin(wide).output().unwrap();
    says(&String::from_utf8_lossy(&output.stdout), &["Verdict: allowed.\n"]);
}

#[test]
fn a_legacy_credential_is_in_the_body() {
    let signer = Signer::new();
    let made = signer.desk.create(&["--kind", "legacy", "--username", "smsbatch", "--generate"]);
    let body = format!("m4u\r\nUSER=smsbatch\r\nPASSWORD={}\r\n", text(&made["secret"]));
    let head = format!("POST /sms HTTP/1.1\nHost: a\nContent-Length: {}\n", body.len());
    for unseen in [
        verbose(&head, "\r\n"),
        format!("{head}\n"),
        format!("{}{}", verbose("CONNECT a:1 HTTP/1.1", "\n"), verbose(&head, "\n")),
    ] {
        let said = signer.explain(&["--kind", "legacy"], &unseen).out;
        says(
            &said,
            &["Verdict: not known, body not seen.", "The credential is in the body, which was not shown. Paste"],
        );
        assert!(!said.contains("No credentials sent") && !said.contains("Envoy"), "{said}");
        says(&signer.explain(&[], &unseen).out, &["no_credentials", "Then add --kind legacy"]);
    }
    for seen in
        [format!("{head}\n{body}"), format!("{head}\n{body}\n"), format!("{head}\n{}", body.replace("\r\n", "\n"))]
    {
        says(&signer.explain(&["--kind", "legacy"], &seen).out, &["Verdict: allowed.\n"]);
    }
}
