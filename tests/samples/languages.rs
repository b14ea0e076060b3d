//! Each sample of each language, with ordinary and with nasty keys and secrets.

use keydesk::credential::Kind;
use keydesk::sample::{Language, SECRET_VARIABLE, Site, Subject, obstacle, text};

use crate::cases::{NASTY, ORDINARY, SECRET, SECRETS, WIDE, WORST};
use crate::need::need;
use crate::runner::{How, openssl_mac, prove, run};

/// Every key with a secret, so that each secret is used and nothing is run more often than it needs to be.
fn pairs<'a>(keys: impl Iterator<Item = &'a str>) -> impl Iterator<Item = (&'a str, &'static str)> {
    [ORDINARY].into_iter().chain(keys).zip(SECRETS.into_iter().cycle())
}

fn rest(language: Language, kind: Kind, keys: &[&str]) {
    for (key, secret) in pairs(keys.iter().copied()) {
        let proof = prove(language, &Subject::new(kind, key), secret, "", &How::usual(language));
        assert_eq!((proof.text("key"), proof.text("line")), (key, "POST /v1/messages HTTP/1.1"));
        assert_eq!(proof.header("Content-Type"), "application/json");
        if kind == Kind::Hmac {
            assert_eq!(openssl_mac(proof.text("hash"), secret, proof.text("signed")), proof.text("mac"));
        }
    }
}

/// HTTP Basic ends the key at the first colon: such a key has no sample that works, and is told so.
fn basic_keys() -> Vec<&'static str> {
    let keys: Vec<_> = NASTY.into_iter().chain(WIDE).filter(|key| !key.contains(':')).collect();
    assert_eq!(keys.len(), 10);
    keys
}

#[test]
fn the_curl_sample_sends_basic() {
    if need("bash curl python3") {
        rest(Language::Curl, Kind::Basic, &basic_keys());
    }
}

#[test]
fn the_python_sample_sends_basic() {
    if need("python3") {
        rest(Language::Python, Kind::Basic, &basic_keys());
    }
}

#[test]
fn the_node_sample_sends_basic() {
    if need("node python3") {
        rest(Language::Node, Kind::Basic, &basic_keys());
    }
}

#[test]
fn the_openssl_sample_signs() {
    if need("bash curl openssl python3") {
        rest(Language::Openssl, Kind::Hmac, &NASTY);
    }
}

#[test]
fn the_python_sample_signs() {
    if need("openssl python3") {
        rest(Language::Python, Kind::Hmac, &NASTY);
    }
}

#[test]
fn the_node_sample_signs() {
    if need("node openssl python3") {
        rest(Language::Node, Kind::Hmac, &NASTY);
    }
}

#[test]
fn every_algorithm_and_a_path_before_the_api() {
    if !need("bash curl node openssl python3") {
        return;
    }
    for hash in ["sha1", "sha384", "sha512"] {
        for language in [Language::Openssl, Language::Python, Language::Node] {
            let subject = Subject::new(Kind::Hmac, ORDINARY).signing_with(format!("hmac-{hash}").parse().unwrap());
            let proof = prove(language, &subject, SECRET, "/acme/sms", &How::usual(language));
            assert_eq!((proof.text("line"), proof.text("hash")), ("POST /acme/sms/v1/messages HTTP/1.1", hash));
            assert_eq!(openssl_mac(hash, SECRET, proof.text("signed")), proof.text("mac"));
        }
    }
}

#[test]
fn the_soap_sample_works() {
    if !need("bash curl python3") {
        return;
    }
    for (user, secret) in pairs(NASTY.into_iter().chain(WIDE)) {
        for language in [Language::Soap, Language::Python] {
            let proof = prove(language, &Subject::new(Kind::Legacy, user), secret, "", &How::usual(language));
            assert_eq!((proof.text("key"), proof.text("line")), (user, "POST / HTTP/1.1"));
            assert_eq!(proof.header("Content-Type"), "text/xml; charset=utf-8");
        }
    }
}

#[test]
fn the_m4u_sample_works() {
    if !need("bash curl python3") {
        return;
    }
    let flagged = ["ends in a #", "##"];
    for (user, secret) in pairs(NASTY.into_iter().chain(WIDE).chain(flagged)) {
        let proof = prove(Language::M4u, &Subject::new(Kind::Legacy, user), secret, "/m4u", &How::usual(Language::M4u));
        assert_eq!((proof.text("key"), proof.text("line")), (user, "POST /m4u/ HTTP/1.1"));
    }
}

/// The shell samples are POSIX: what a terminal's shell is called does not matter, and `!` is no history to it.
#[test]
fn samples_can_be_pasted_into_other_shells() {
    if !need("bash curl openssl python3") {
        return;
    }
    let interactive = How::pasted(&["bash", "--norc", "--noprofile", "-i"]);
    // The shell does what a person's does: it would rewrite `!`.
    let output = run("echo before\necho \"x!echo\"\n", SECRET, &interactive);
    assert!(String::from_utf8_lossy(&output.stdout).contains("xecho before"), "{output:?}");
    for how in [interactive, How::file(&["sh"]), How::file(&["bash", "--posix", "-eu"])] {
        for (kind, language) in [
            (Kind::Basic, Language::Curl),
            (Kind::Hmac, Language::Openssl),
            (Kind::Legacy, Language::Soap),
            (Kind::Legacy, Language::M4u),
        ] {
            let proof = prove(language, &Subject::new(kind, WORST), SECRETS[1], "", &how);
            assert_eq!(proof.text("key"), WORST, "{kind} {language:?} {:?}", how.command);
        }
    }
}

/// A Python console takes a pasted sample line by line: a blank line inside a block would end it.
#[test]
fn the_python_sample_can_be_pasted_into_a_console() {
    if !need("python3") {
        return;
    }
    for kind in Kind::ALL {
        let proof =
            prove(Language::Python, &Subject::new(kind, NASTY[1]), SECRET, "", &How::pasted(&["python3", "-i"]));
        assert_eq!(proof.text("key"), NASTY[1]);
    }
}

/// Without the secret nothing is sent, and the sample says what is missing.
#[test]
fn without_the_secret_nothing_is_sent() {
    if !need("bash curl node openssl python3") {
        return;
    }
    // Nobody listens there: a sample that tried would speak of a connection.
    let site = Site::new("http://127.0.0.1:9").unwrap();
    for (kind, languages) in [
        (Kind::Basic, &[Language::Curl, Language::Python, Language::Node][..]),
        (Kind::Hmac, &[Language::Openssl, Language::Python, Language::Node]),
        (Kind::Legacy, &[Language::Soap, Language::M4u, Language::Python]),
    ] {
        for language in languages {
            let sample = text(*language, &Subject::new(kind, ORDINARY), &site);
            let mut how = How::usual(*language);
            how.command.splice(0..0, ["env", "-u", SECRET_VARIABLE].map(str::to_owned));
            let output = run(&sample, "", &how);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && said.contains(SECRET_VARIABLE), "{kind} {language:?} {said}");
            assert!(!said.contains("onnect"), "{kind} {language:?} {said}");
        }
    }
}

/// curl learns the secret from its standard input, not from an argument that every user of the machine can read.
#[test]
fn curl_never_gets_the_secret_as_an_argument() {
    if !need("bash curl openssl python3") {
        return;
    }
    for (kind, language) in [
        (Kind::Basic, Language::Curl),
        (Kind::Hmac, Language::Openssl),
        (Kind::Legacy, Language::Soap),
        (Kind::Legacy, Language::M4u),
    ] {
        let site = Site::new("http://127.0.0.1:9").unwrap();
        let sample = text(language, &Subject::new(kind, ORDINARY), &site);
        // A curl that tells its arguments and sends nothing.
        let told = format!("curl() {{ cat >/dev/null; printf '<%s>' \"$@\"; }}\n{sample}");
        let output = run(&told, SECRET, &How::usual(language));
        let arguments = String::from_utf8_lossy(&output.stdout);
        assert!(arguments.contains("<-sS>") && arguments.contains("127.0.0.1:9"), "{arguments}");
        let token = "a2RoZTJkVm44UnRZdzVQeFpxM006";
        assert!(!arguments.contains(SECRET) && !arguments.contains(token), "{language:?} {arguments}");
    }
}

/// Keys that a protocol cannot carry are named as such, and no others.
#[test]
fn known_obstacles_of_samples_are_shown() {
    let site = Site::default();
    for (kind, language, key, refused) in [
        (Kind::Basic, Language::Curl, "a:b", true),
        (Kind::Basic, Language::Curl, "a\"b\\é", false),
        (Kind::Hmac, Language::Node, "a:b $(id) `id` 'x'!", false),
        (Kind::Hmac, Language::Node, "a\"b", true),
        (Kind::Hmac, Language::Openssl, "a\\b", true),
        (Kind::Hmac, Language::Python, "é", true),
        (Kind::Hmac, Language::PythonSdk, ORDINARY, false),
        (Kind::Legacy, Language::Soap, "a:\"\\é", false),
        (Kind::Legacy, Language::M4u, "a:\"\\é#", false),
    ] {
        let said = obstacle(language, &Subject::new(kind, key), &site);
        assert_eq!(said.is_some(), refused, "{kind} {language:?} {key} {said:?}");
    }
    let strict = Subject::new(Kind::Hmac, ORDINARY).signing_with("hmac-sha256".parse().unwrap());
    assert!(obstacle(Language::PythonSdk, &strict, &site).unwrap().contains("may use hmac-sha256. Take Python"));
    assert_eq!(obstacle(Language::Python, &strict, &site), None);
    let below = Site::new("https://api.example.com/acme").unwrap();
    assert!(obstacle(Language::PythonSdk, &Subject::new(Kind::Hmac, ORDINARY), &below).unwrap().contains("/acme"));
}
