//! `keydesk explain`: what the verifier answers and why; nothing pasted is kept or repeated.

mod basic;
mod passwords;
mod pasted;
mod slips;

use keydesk::secret::Secret;
use keydesk::time::{Clock as _, Seconds, SystemClock};
use keydesk::verify::{Dialect, Draft, Scheme, sign};

use crate::desk::{Desk, Run, text};

/// A key that signs, and its secret.
struct Signer {
    desk: Desk,
    key: String,
    secret: String,
}

impl Signer {
    fn new() -> Self {
        let desk = Desk::ready();
        let made = desk.create(&["--kind", "hmac", "--name", "webhooks"]);
        Self { desk, key: text(&made["key"]), secret: text(&made["secret"]) }
    }

    /// The fields of a request that is signed so.
    fn fields(&self, method: &str, target: &str, body: Option<&[u8]>, at: Seconds, dialect: Dialect) -> String {
        let (authority, key) = ("api.example.com", self.key.as_str());
        let draft = Draft { method, scheme: Scheme::Https, authority, target, fields: &[], body, key, at };
        let fields = sign(&draft, dialect, &Secret::from_text(&self.secret)).unwrap();
        let lines = fields.iter().map(|(name, value)| format!("{name}: {value}\n"));
        format!("Host: {authority}\n{}", lines.collect::<String>())
    }

    fn explain(&self, more: &[&str], request: &str) -> Run {
        let args = [&["explain", "--as", "alice"], more].concat();
        let run = Run::new(&args, self.desk.command(&args).write_stdin(request).output().unwrap()).done();
        let signature = request.rsplit_once("signature=\"").and_then(|(_, after)| after.split('"').next());
        assert!(!run.out.contains(&self.secret), "{}", run.out);
        assert!(signature.is_none_or(|signature| !run.out.contains(signature)), "{}", run.out);
        run
    }
}

fn now() -> Seconds {
    SystemClock.now().seconds()
}

const SHA256: Dialect = Dialect::Hmac(keydesk::credential::Algorithm::Sha256);

#[test]
fn output_of_curl_is_accepted() {
    let signer = Signer::new();
    let fields = signer.fields("GET", "/v1?a=b", None, now(), SHA256);
    let sent: String = fields.lines().map(|field| format!("> {field}\r\n")).collect();
    let said = format!(
        "*   Trying 127.0.0.1:443...\n* Connected to api.example.com\n> GET /v1?a=b HTTP/1.1\r\n{sent}> \r\n\
         < HTTP/1.1 401 Unauthorized\r\n< Content-Length: 0\r\n<\n* Connection #0 left intact\n"
    );
    let told = signer.explain(&[], &said).out;
    assert!(told.contains("Verdict: allowed.") && told.contains(&signer.key), "{told}");
}

#[test]
fn a_valid_request_in_either_line_ending_and_dialect() {
    let signer = Signer::new();
    for dialect in [SHA256, Dialect::Rfc9421] {
        let fields = signer.fields("POST", "/v1?a=b", Some(b"body"), now(), dialect);
        let request = format!("POST /v1?a=b HTTP/1.1\n{fields}\n");
        for head in [request.clone(), request.replace('\n', "\r\n")] {
            let said = signer.explain(&[], &format!("{head}body")).out;
            assert!(said.contains("Verdict: allowed.") && said.contains(&signer.key), "{said}");
        }
        let said = signer.explain(&[], &format!("{request}other")).out;
        assert!(said.contains("body_digest_mismatch"), "{said}");
    }
}

#[test]
fn the_mistake_of_the_client_is_named() {
    let signer = Signer::new();
    let ask = |line: &str, fields: &str| signer.explain(&[], &format!("{line}\n{fields}\n")).out;
    let get = |target| signer.fields("GET", target, None, now(), SHA256);
    let as_post = signer.fields("POST", "/v1", None, now(), SHA256);
    for (line, fields, says) in [
        ("PUT /v1 HTTP/1.1", as_post, "It signed PUT as POST."),
        ("GET /v1?a=b HTTP/1.1", get("/v1"), "It left the query out"),
        ("GET /v1 HTTP/1.1", get("/v1").replace("Date request-line", "date request-line"), "as Titles"),
        ("GET /v1 HTTP/1.1", get("/v1").replace("hmac-sha256", "hmac-sha512"), "It was made with hmac-sha256"),
        ("GET /v1 HTTP/1.1", get("/v2"), "bad_signature"),
    ] {
        let said = ask(line, &fields);
        assert!(said.contains("bad_signature") && said.contains(says), "{says}: {said}");
        assert!(said.contains("The string to sign:"), "{said}");
    }
    assert!(!ask("GET /v1 HTTP/1.1", &get("/v2")).contains("It signed"), "a mistake was made up");
    let leaky = ask("GET /v1 HTTP/1.1", &get("/v1").replace("Date request-line", "Authorization Date request-line"));
    let leaky = (leaky.contains("(the signature)"), leaky.contains("bad_signature"));
    assert_eq!(leaky, (true, true));
    let said = ask(&format!("GET /v1?secret={} HTTP/1.1", signer.secret), &get("/v1"));
    assert!(said.contains("an API secret is in this line"), "{said}");
    let late = signer.fields("GET", "/v1", None, Seconds(now().0 - 430), SHA256);
    let said = ask("GET /v1 HTTP/1.1", &late);
    assert!(said.contains("clock_skew") && said.contains("7 min) behind"), "{said}");
    let then = Seconds(now().0 - 430).rfc3339();
    let said = signer.explain(&["--at", &then], &format!("GET /v1 HTTP/1.1\n{late}\n")).out;
    assert!(said.contains("Verdict: allowed."), "{said}");
    let said = signer.explain(&[], &format!("POST /v1 HTTP/1.1\n{}\nbody", get("/v1"))).out;
    // The secret is judged before what else is wrong.
    assert!(said.contains("bad_signature") && said.contains("It signed POST as GET."), "{said}");
    let undigested = signer.fields("POST", "/v1", None, now(), SHA256);
    let said = signer.explain(&[], &format!("POST /v1 HTTP/1.1\n{undigested}\nbody")).out;
    assert!(said.contains("body_digest_missing") && said.contains("Body without a signed digest"), "{said}");
}

#[test]
fn basic_and_legacy_say_why_and_repeat_nothing() {
    let signer = Signer::new();
    let basic = signer.desk.create(&["--kind", "basic", "--name", "crm"]);
    let pair = format!("{}:hunter22", text(&basic["key"]));
    let token = data_encoding::BASE64.encode(pair.as_bytes());
    let said = signer.explain(&[], &format!("GET / HTTP/1.1\nAuthorization: Basic {token}\n\n")).out;
    assert!(said.contains("bad_secret") && !said.contains("hunter22") && !said.contains(&token), "{said}");
    let body = "m4u\r\nUSER=smsbatch\r\nPASSWORD=hunter22\r\n";
    let said = signer.explain(&["--kind", "legacy"], &format!("POST / HTTP/1.1\n\n{body}")).out;
    assert!(said.contains("unknown_credential") && !said.contains("hunter22"), "{said}");
    let said = signer.explain(&[], "GET / HTTP/1.1\n\n").out;
    assert!(said.contains("no_credentials"), "{said}");
}

/// Whoever swaps the two sends a password where the key belongs.
#[test]
fn an_unknown_key_name_is_not_repeated() {
    let signer = Signer::new();
    signer.desk.create(&["--kind", "legacy", "--username", "smsbatch", "--generate"]);
    const SWAPPED: &str = "Right1Password";
    let basic = |user: &str| {
        let token = data_encoding::BASE64.encode(format!("{user}:x").as_bytes());
        format!("GET /v1 HTTP/1.1\nAuthorization: Basic {token}\n\n")
    };
    let legacy = |user: &str| format!("POST / HTTP/1.1\n\nm4u\r\nUSER={user}\r\nPASSWORD=smsbatch\r\n");
    let signed = |key: &str, dialect| {
        let fields = signer.fields("GET", "/v1", None, now(), dialect);
        format!("GET /v1 HTTP/1.1\n{}\n", fields.replace(&signer.key, key))
    };
    let covered = |key: &str| {
        let fields = signed(key, SHA256);
        fields.replace("Date request-line", "Authorization Date request-line")
    };
    let id = text(&signer.desk.list()[0]["id"]);
    for sent in [SWAPPED, &id, &signer.secret] {
        for (kind, request) in [
            (&["--kind", "legacy"][..], legacy(sent)),
            (&[], basic(sent)),
            (&[], signed(sent, SHA256)),
            (&[], signed(sent, Dialect::Rfc9421)),
            (&[], covered(sent)),
        ] {
            let said = signer.explain(kind, &request).out;
            assert!(!said.contains(sent) && said.contains("it names no key that is here"), "{request}: {said}");
            assert!(said.contains("unknown_credential"), "{request}: {said}");
            let newest = signer.desk.trail().remove(0);
            assert_eq!(
                (&newest["action"], &newest["what"]),
                (&"credential.explained".into(), &"of no key that is here".into())
            );
            assert!(newest["subject"].is_null() && !newest.to_string().contains(sent), "{newest}");
        }
    }
    // Of another kind, it is one that is here.
    for (kind, request) in [(&["--kind", "legacy"][..], legacy("smsbatch")), (&[], basic("smsbatch"))] {
        let said = signer.explain(kind, &request).out;
        assert!(said.contains("Credential: smsbatch") && !said.contains("no key that is here"), "{said}");
    }
    let said = signer.explain(&[], &signed(&signer.key, Dialect::Rfc9421)).out;
    assert!(said.contains(&format!("keyid=\"{}\"", signer.key)), "{said}");
}

#[test]
fn networks_and_scheme_are_judged_as_given() {
    let signer = Signer::new();
    let near = ["--kind", "basic", "--name", "near", "--network", "203.0.113.0/24"];
    let near = signer.desk.create(&near);
    let token = data_encoding::BASE64.encode(format!("{}:{}", text(&near["key"]), text(&near["secret"])).as_bytes());
    let request = format!("GET / HTTP/1.1\nAuthorization: Basic {token}\n\n");
    for (client, says) in [
        (&[][..], "name it with --client"),
        (&["--client", "198.51.100.7"], "198.51.100.7 is in none of the credential's networks."),
        (&["--client", "2001:db8::1"], "2001:db8::1 is in none"),
        (&["--client", "203.0.113.9"], "Verdict: allowed."),
        (&["--client", "::ffff:203.0.113.9"], "Verdict: allowed."),
    ] {
        let said = signer.explain(client, &request).out;
        assert!(said.contains(says), "{client:?}: {said}");
        assert_eq!(said.contains("Verdict: refused, network."), !says.contains("allowed"), "{client:?}: {said}");
    }
    for wrong in ["203.0.113.9:80", "203.0.113.0/24", "here"] {
        let args = ["explain", "--as", "alice", "--client", wrong];
        let output = signer.desk.command(&args).write_stdin(request.clone()).output().unwrap();
        Run::new(&args, output).fails(2, "one IP address without a port");
    }
    let (authority, key) = ("api.example.com", signer.key.as_str());
    let draft = Draft {
        method: "GET",
        scheme: Scheme::Http,
        authority,
        target: "/v1",
        fields: &[],
        body: None,
        key,
        at: now(),
    };
    let fields = sign(&draft, Dialect::Rfc9421, &Secret::from_text(&signer.secret)).unwrap();
    let lines: String = fields.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    // The port that belongs to http is no part of the authority there, and is one with https.
    let request = format!("GET /v1 HTTP/1.1\nHost: {authority}:80\n{lines}\n");
    assert!(signer.explain(&["--http"], &request).out.contains("Verdict: allowed."));
    assert!(signer.explain(&[], &request).out.contains("bad_signature"));
}

#[test]
fn a_legacy_request_is_explained_by_its_body() {
    let desk = Desk::ready();
    let made =
        desk.create(&["--kind", "legacy", "--username", "smsbatch", "--generate", "--network", "203.0.113.0/24"]);
    let signer = Signer { key: text(&made["key"]), secret: text(&made["secret"]), desk };
    let ask = |password: &str, client: &str| {
        let body = format!("m4u\r\nUSER=smsbatch\r\nPASSWORD={password}\r\n");
        signer.explain(&["--kind", "legacy", "--client", client], &format!("POST / HTTP/1.1\n\n{body}")).out
    };
    assert!(ask(&signer.secret, "203.0.113.9").contains("Verdict: allowed."));
    assert!(ask(&signer.secret, "198.51.100.7").contains("is in none of the credential's networks"));
    assert!(ask("hunter22", "203.0.113.9").contains("Verdict: refused, bad_secret."));
}

#[test]
fn explain_is_for_administrators_and_recorded_in_the_trail() {
    let signer = Signer::new();
    let request = format!("GET /v1 HTTP/1.1\n{}\n", signer.fields("GET", "/v1", None, now(), SHA256));
    signer.explain(&[], &request);
    let newest = signer.desk.trail().remove(0);
    assert_eq!((&newest["action"], &newest["what"]), (&"credential.explained".into(), &signer.key.as_str().into()));
    assert!(!newest.to_string().contains("v1"), "{newest}");
    for name in ["chen", "dora"] {
        let args = ["explain", "--as", name];
        let output = signer.desk.command(&args).write_stdin(request.clone()).output().unwrap();
        Run::new(&args, output).fails(3, "");
    }
    for wrong in ["", "hello", "GET /\n\n", "GET / HTTP/1.1\nno colon\n\n"] {
        let args = ["explain", "--as", "alice"];
        let output = signer.desk.command(&args).write_stdin(wrong).output().unwrap();
        Run::new(&args, output).fails(2, "This is not an HTTP request");
    }
}
