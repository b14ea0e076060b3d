//! Each slip is made here as a client makes it, and `explain` has to name it.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, HEXLOWER, HEXUPPER};
use keydesk::secret::Secret;
use keydesk::time::Seconds;
use keydesk::vault::{Hash, sha256};
use keydesk::verify::Dialect;

use super::{Signer, now, text};

/// A slip in a text or in bytes, and what is said of it.
type InText<'a> = (&'a dyn Fn(&str) -> String, &'a str);
type InKey<'a> = (&'a dyn Fn(&[u8]) -> Vec<u8>, &'a str);
type Written<'a> = (&'a dyn Fn(&[u8]) -> String, &'a str);

const HOST: &str = "api.example.com:8443";

/// One signed request, made by hand: each part can be made wrongly.
struct Made<'a> {
    method: &'a str,
    target: &'a str,
    /// The request line under the signature, if it is not what is sent.
    line: Option<&'a str>,
    /// More fields, signed between the date and the request line.
    fields: &'a [(&'a str, &'a str)],
    text: &'a dyn Fn(&str) -> String,
    key: &'a dyn Fn(&[u8]) -> Vec<u8>,
    hash: Hash,
    written: &'a dyn Fn(&[u8]) -> String,
}

impl Default for Made<'_> {
    fn default() -> Self {
        Self {
            method: "GET",
            target: "/v1/messages?page=0",
            line: None,
            fields: &[],
            text: &str::to_owned,
            key: &<[u8]>::to_vec,
            hash: Hash::Sha256,
            written: &|mac| BASE64.encode(mac),
        }
    }
}

impl Made<'_> {
    fn request(&self, signer: &Signer) -> String {
        let date = now().millis().utc("%a, %d %b %Y %H:%M:%S GMT");
        let line = format!("{} {} HTTP/1.1", self.method, self.target);
        let fields: String = self.fields.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let names: String = self.fields.iter().map(|(name, _)| format!("{name} ")).collect();
        let string = (self.text)(&format!("Date: {date}\n{fields}{}", self.line.unwrap_or(&line)));
        let mac = self.hash.mac(&(self.key)(signer.secret.as_bytes()), string.as_bytes());
        format!(
            "{line}\nHost: {HOST}\nDate: {date}\n{fields}Authorization: hmac username=\"{}\", algorithm=\"hmac-sha256\", \
             headers=\"Date {names}request-line\", signature=\"{}\"\n\n",
            signer.key,
            (self.written)(mac.as_bytes()),
        )
    }
}

pub fn names(signer: &Signer, request: &str, says: &str) {
    let said = signer.explain(&[], request).out;
    assert!(said.contains("Verdict: refused") && said.contains(says), "{says}: {said}");
    assert!(!said.contains("No mistake that keydesk knows"), "{said}");
}

#[test]
fn another_string_was_signed() {
    let signer = Signer::new();
    let bends: [InText<'_>; 15] = [
        (&|text| format!("{text}\n"), "one more line break at the end"),
        (&|text| text.replace('\n', "\r\n"), "CR LF between the lines"),
        (&|text| format!("{}\r\n", text.replace('\n', "\r\n")), "CR LF at the end of every line"),
        (&|text| text.replace('\n', "\\n"), "a backslash and an n"),
        (&|text| text.replace('\n', ""), "no line breaks between the lines"),
        (&|text| text.replace("GET", "request-line: GET"), "`request-line: ` before the request line"),
        (&|text| text.replace(" HTTP/1.1", ""), "without the HTTP version"),
        (&|text| text.replace("Date: ", "date: "), "in lower case, and `headers`"),
        (&|text| text.replace("Date: ", "DATE: "), "in capitals, and `headers`"),
        (&|text| text.replace("Date: ", "Date:"), "no blank between the names"),
        (&|text| text.replace("Date: ", ""), "without their names"),
        (
            &|text| text.replace("GET /v1/messages?page=0 HTTP/1.1", "(request-target): get /v1/messages?page=0"),
            "`(request-target)`",
        ),
        (&|text| text.replace("GET", "POST"), "It signed GET as POST."),
        (&|text| text.replace("GMT", "+0000"), "ends in +0000"),
        (&|text| text.split('\n').rev().collect::<Vec<_>>().join("\n"), "in another order"),
    ];
    for (bend, says) in bends {
        names(&signer, &Made { text: bend, ..Made::default() }.request(&signer), says);
    }
    let second = |text: &str| {
        let date = text.split_once('\n').unwrap().0;
        let before = Seconds(now().0 - 1).millis().utc("Date: %a, %d %b %Y %H:%M:%S GMT");
        text.replace(date, &before)
    };
    names(&signer, &Made { text: &second, ..Made::default() }.request(&signer), "some seconds before or after");
}

#[test]
fn too_little_too_much_or_no_mac_was_signed() {
    let signer = Signer::new();
    let bends: [InText<'_>; 2] = [
        (&|text| text.split_once('\n').unwrap().0.to_owned(), "It left line 2 out"),
        (&|text| text.replace("Date: ", "X-Date: "), "It signed X-Date in place of Date."),
    ];
    for (bend, says) in bends {
        names(&signer, &Made { text: bend, ..Made::default() }.request(&signer), says);
    }
    let with_body: &dyn Fn(&str) -> String = &|text| format!("{text}\nbody");
    let request = Made { method: "POST", text: with_body, ..Made::default() }.request(&signer);
    names(&signer, &format!("{request}body"), "It signed the body itself as well");
    let string = std::cell::RefCell::new(String::new());
    let keep = |text: &str| {
        string.replace(text.to_owned());
        text.to_owned()
    };
    let joined: [(&dyn Fn() -> Vec<u8>, &str); 2] = [
        (&|| string.borrow().clone().into_bytes(), "without the secret"),
        (&|| [signer.secret.as_bytes(), string.borrow().as_bytes()].concat(), "digest of the secret and the string"),
    ];
    for (joined, says) in joined {
        let digest = |_: &[u8]| BASE64.encode(&sha256(&joined()));
        names(&signer, &Made { text: &keep, written: &digest, ..Made::default() }.request(&signer), says);
    }
    for spelled in ["HMAC-SHA256", "sha256", "hmac_sha256", "sha-256", "HmacSHA256"] {
        let request = Made::default().request(&signer).replace("hmac-sha256", spelled);
        names(&signer, &request, "The algorithm must be spelled hmac-sha256.");
    }
}

#[test]
fn another_target_was_signed_than_sent() {
    let signer = Signer::new();
    for (sent, signed, says) in [
        ("/a?b=c", "/a", "It left the query out"),
        ("/a?b=c%20d", "/a?b=c d", "decoded"),
        ("/%C3%A9?b=c%20d%26", "/é?b=c d&", "the target decoded"),
        ("/%C3%A9?b=c%20d", "/%C3%A9?b=c d", "the query decoded"),
        ("/%C3%A9?b=c%20d", "/é?b=c%20d", "the path decoded"),
        ("/a?b=c+d%26", "/a?b=c d&", "with + as a blank"),
        ("/a?b=c%20d", "/a?b=c+d", "+ for a blank in the query, and sends %20"),
        ("/a?b=c+d", "/a?b=c%20d", "%20 for a blank in the query, and sends +"),
        ("/a%2Fb?c=%C3%A9", "/a%2fb?c=%c3%a9", "escapes in lower case"),
        ("/a%2fb", "/a%2Fb", "escapes in upper case"),
        ("/a?b=[c]", "/a?b=%5Bc%5D", "percent-encoded"),
        ("/a%20b", "/a%2520b", "encoded twice"),
        ("/a?z=1&b=2", "/a?b=2&z=1", "sorted"),
        ("/v1/messages", "/messages", "without its first part"),
        ("/a", "/a/", "a slash at its end"),
        ("/a/?b", "/a?b", "without the slash at its end"),
        ("/a", "a", "without the slash that it begins with"),
        ("/a?b=c", "https://api.example.com:8443/a?b=c", "the whole URL"),
        ("/a?b=c", "http://api.example.com:8443/a?b=c", "the whole URL"),
        ("/a?b=c", "https://api.example.com:8443/a", "the whole URL"),
        ("/a?b=c", "api.example.com:8443/a?b=c", "the host before the target"),
    ] {
        let line = format!("GET {signed} HTTP/1.1");
        names(&signer, &Made { target: sent, line: Some(&line), ..Made::default() }.request(&signer), says);
    }
}

#[test]
fn another_field_value_was_signed_than_sent() {
    let signer = Signer::new();
    for (sent, from, to, says) in [
        (("Host", HOST), ":8443", "", "the host without its port"),
        (("X-A", "one  two"), "one  two", "one two", "one blank where it sends several"),
        (("X-A", "one, two"), ", ", ",", "without the blanks behind its commas"),
        (("X-A", "One Two"), "One Two", "one two", "in lower case, and sends it with capitals"),
    ] {
        let bend = |text: &str| text.replace(from, to);
        let request = Made { fields: &[sent], text: &bend, ..Made::default() }.request(&signer);
        names(&signer, &request.replacen(&format!("Host: {HOST}\nDate"), "Date", usize::from(sent.0 == "Host")), says);
    }
}

#[test]
fn a_mistyped_key() {
    let signer = Signer::new();
    for (written, says) in [(format!("{} ", signer.key), "has a blank"), (format!("'{}'", signer.key), "in quotes")] {
        let request = Made::default().request(&signer).replace(&signer.key, &written);
        let said = signer.explain(&[], &request).out;
        assert!(said.contains("unknown_credential") && said.contains("The key ") && said.contains(says), "{said}");
    }
}

#[test]
fn the_key_and_secret_of_different_credentials() {
    let signer = Signer::new();
    let user = signer.key.clone();
    let bends: [InKey<'_>; 10] = [
        (&|secret| [secret, b"\n"].concat(), "ends in a line break"),
        (&|secret| [secret, b"\r\n"].concat(), "ends in a line break"),
        (&|secret| [secret, b" "].concat(), "ends in a blank"),
        (&|secret| [b"\"", secret, b"\""].concat(), "in quotes"),
        (&|secret| [b"'", secret, b"'"].concat(), "in single quotes"),
        (&|secret| BASE64.encode(secret).into_bytes(), "encoded in base64"),
        (&|secret| HEXLOWER.encode(secret).into_bytes(), "encoded in hex"),
        (&|secret| HEXLOWER.encode(&sha256(secret)).into_bytes(), "SHA-256 of the secret in hex"),
        (&|_| user.clone().into_bytes(), "the key in place of the secret"),
        (&|_| Vec::new(), "an empty secret"),
    ];
    for (bend, says) in bends {
        names(&signer, &Made { key: bend, ..Made::default() }.request(&signer), says);
    }
    // 30 characters are no base64 with its end; read without, they are 22 bytes.
    let loose = |secret: &[u8]| {
        let mut spec = BASE64_NOPAD.specification();
        spec.check_trailing_bits = false;
        spec.encoding().unwrap().decode(secret).unwrap()
    };
    names(&signer, &Made { key: &loose, ..Made::default() }.request(&signer), "decoded from base64");
}

#[test]
fn a_signature_in_another_encoding() {
    let signer = Signer::new();
    let spellings: [Written<'_>; 7] = [
        (&|mac| HEXLOWER.encode(mac), "The signature is in hex"),
        (&|mac| HEXUPPER.encode(mac), "The signature is in hex"),
        (&|mac| BASE64.encode(HEXLOWER.encode(mac).as_bytes()), "The signature is base64 of hex digits"),
        (
            &|mac| BASE64.encode(format!("{}\n", HEXLOWER.encode(mac)).as_bytes()),
            "The signature is base64 of hex digits",
        ),
        (&|mac| BASE64_NOPAD.encode(mac), "lacks the ="),
        (&|mac| BASE64.encode(BASE64.encode(mac).as_bytes()), "The signature is base64 of base64"),
        (&|mac| BASE64.encode(mac).replace('=', "%3D"), "The signature is percent-encoded"),
    ];
    for (written, says) in spellings {
        names(&signer, &Made { written, ..Made::default() }.request(&signer), says);
    }
    for hash in [Hash::Sha1, Hash::Sha512] {
        let hex = |mac: &[u8]| HEXLOWER.encode(mac);
        let name = if hash == Hash::Sha1 { "hmac-sha1" } else { "hmac-sha512" };
        let request = Made { written: &hex, hash, ..Made::default() }.request(&signer);
        names(&signer, &request.replace("hmac-sha256", name), "The signature is in hex");
        names(&signer, &Made { hash, ..Made::default() }.request(&signer), &format!("It was made with {name}"));
    }
    // Which bytes it has decides whether base64 for URLs is another text at all.
    let request = (0..200)
        .map(|page| {
            Made { target: &format!("/a?page={page}"), written: &|mac| BASE64URL.encode(mac), ..Made::default() }
                .request(&signer)
        })
        .find(|request| request.rsplit_once("signature=").unwrap().1.contains(['-', '_']));
    names(&signer, &request.unwrap(), "base64 for URLs");
}

#[test]
fn two_mistakes_at_once_as_openssl_and_echo_make_them() {
    let signer = Signer::new();
    let made = Made { text: &|text| format!("{text}\n"), written: &|mac| HEXLOWER.encode(mac), ..Made::default() };
    let request = made.request(&signer);
    names(
        &signer,
        &request,
        "The signature is in hex; it must be base64 of the bytes. It signed one more line break at the end.\n",
    );
    let made = Made { text: &|text| format!("{text}\n"), key: &|secret| [secret, b"\n"].concat(), ..Made::default() };
    names(&signer, &made.request(&signer), "one more line break at the end");
    names(&signer, &made.request(&signer), "a secret that ends in a line break");
    let made = Made { text: &|text| format!("{text}\n"), line: Some("GET /v1/messages HTTP/1.1"), ..Made::default() };
    names(&signer, &made.request(&signer), "It left the query out of what it signed. It signed one more line break");
    let made = Made { hash: Hash::Sha512, line: Some("GET /v1/messages HTTP/1.1"), ..Made::default() };
    names(&signer, &made.request(&signer), "It left the query out");
}

/// A request in the dialect of RFC 9421, whose signature is made anew from a bent base.
fn rfc9421(signer: &Signer, bend: &dyn Fn(&str) -> String, written: &dyn Fn(&[u8]) -> String) -> String {
    let fields = signer.fields("GET", "/v1?a=b%20c", None, now(), Dialect::Rfc9421);
    let input = fields.lines().find_map(|line| line.strip_prefix("Signature-Input: sig1=")).unwrap();
    let base = format!(
        "\"@method\": GET\n\"@authority\": api.example.com\n\"@request-target\": /v1?a=b%20c\n\"@signature-params\": {input}"
    );
    let right = Hash::Sha256.mac(signer.secret.as_bytes(), base.as_bytes());
    assert!(fields.contains(&BASE64.encode(right.as_bytes())), "the base is another one: {fields}");
    let wrong = Hash::Sha256.mac(signer.secret.as_bytes(), bend(&base).as_bytes());
    let fields = fields.replace(&BASE64.encode(right.as_bytes()), &written(wrong.as_bytes()));
    format!("GET /v1?a=b%20c HTTP/1.1\n{fields}\n")
}

#[test]
fn the_same_mistakes_in_rfc_9421() {
    let signer = Signer::new();
    let base64: &dyn Fn(&[u8]) -> String = &|mac| BASE64.encode(mac);
    let hex: &dyn Fn(&[u8]) -> String = &|mac| HEXLOWER.encode(mac);
    let plain: &dyn Fn(&str) -> String = &str::to_owned;
    let bends: [InText<'_>; 9] = [
        (&|text| format!("{text}\n"), "one more line break at the end"),
        (&|text| text.replace('\n', "\r\n"), "CR LF between the lines"),
        (&|text| text.replace("GET", "get"), "the method in lower case"),
        (&|text| text.replace("%20", "+"), "+ for a blank"),
        (&|text| text.replace("api.example.com", "api.example.com:443"), "with the port 443"),
        (&|text| text.rsplit_once('\n').unwrap().0.to_owned(), "`@signature-params` out"),
        (&|text| text.replace(": /v1", ": get /v1"), "the method before the target"),
        (&|text| text.replace("params\": ", "params\": sig1="), "the label before it"),
        (&|text| text.replace("/v1?a", "https://api.example.com/v1?a"), "the whole URL"),
    ];
    for (bend, says) in bends {
        names(&signer, &rfc9421(&signer, bend, base64), says);
    }
    names(&signer, &rfc9421(&signer, plain, hex), "The signature is in hex");
    names(&signer, &rfc9421(&signer, plain, &|mac| BASE64_NOPAD.encode(mac)), "lacks the =");
    let request = (0..200).find_map(|_| {
        let request = rfc9421(&signer, plain, &|mac| BASE64URL.encode(mac));
        let signature = request.rsplit_once("Signature: ").unwrap().1.to_owned();
        match signature.contains(['-', '_']) {
            true => Some(request),
            // The next second has another signature.
            false => {
                std::thread::sleep(std::time::Duration::from_millis(200));
                None
            }
        }
    });
    names(&signer, &request.unwrap(), "base64 for URLs");
}

#[test]
fn digests_of_another_body() {
    let signer = Signer::new();
    let body = "one\r\ntwo €\r\n";
    let b64 = |hash: Hash, body: &[u8]| BASE64.encode(hash.digest(body).as_bytes());
    let wide: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (value, says) in [
        (format!("SHA-256={}", b64(Hash::Sha256, b"one\r\ntwo \xe2\x82\xac")), "without the line break at its end"),
        (format!("SHA-256={}", b64(Hash::Sha256, format!("{body}\n").as_bytes())), "with a line break at its end"),
        (format!("SHA-256={}", b64(Hash::Sha256, b"")), "of an empty body"),
        (format!("SHA-256={}", b64(Hash::Sha256, body.replace("\r\n", "\n").as_bytes())), "with LF at the ends"),
        (format!("SHA-256={}", b64(Hash::Sha256, &wide)), "in UTF-16"),
        (format!("SHA-256={}", b64(Hash::Sha1, body.as_bytes())), "The digest is SHA-1, and says SHA-256."),
        (format!("SHA-256={}", HEXLOWER.encode(&sha256(body.as_bytes()))), "The digest is in hex"),
        (format!("SHA-256={}", BASE64.encode(HEXLOWER.encode(&sha256(body.as_bytes())).as_bytes())), "base64 of hex"),
    ] {
        let made = Made { method: "POST", target: "/a", fields: &[("Digest", &value)], ..Made::default() };
        let said = signer.explain(&[], &format!("{}{body}", made.request(&signer))).out;
        assert!(said.contains("body_digest_m") && said.contains(says), "{says}: {said}");
    }
    let value = HEXLOWER.encode(Hash::Md5.digest(b"").as_bytes());
    let made = Made { method: "POST", target: "/a", fields: &[("Content-MD5", &value)], ..Made::default() };
    let said = signer.explain(&[], &format!("{}{body}", made.request(&signer))).out;
    assert!(said.contains("body_digest_mismatch") && said.contains("of an empty body"), "{said}");
}

#[test]
fn the_secret_of_another_key_of_the_desk() {
    let signer = Signer::new();
    let other = signer.desk.create(&["--kind", "hmac", "--name", "other one"]);
    let basic = signer.desk.create(&["--kind", "basic", "--name", "crm"]);
    let (other_key, other_secret) = (text(&other["key"]), text(&other["secret"]));
    let foreign = |_: &[u8]| other_secret.clone().into_bytes();
    let said = signer.explain(&[], &Made { key: &foreign, ..Made::default() }.request(&signer)).out;
    assert!(said.contains("bad_signature") && said.contains("the secret of another key"), "{said}");
    assert!(said.contains(&other_key) && said.contains("other one") && !said.contains(&other_secret), "{said}");
    let ask = |pair: String| {
        let said = signer
            .explain(&[], &format!("GET / HTTP/1.1\nAuthorization: Basic {}\n\n", BASE64.encode(pair.as_bytes())))
            .out;
        assert!(!said.contains(&other_secret) && !said.contains(&signer.secret), "{said}");
        said
    };
    for end in ["", "\n"] {
        let said = ask(format!("{}:{other_secret}{end}", text(&basic["key"])));
        assert!(said.contains("the secret of another key") && said.contains(&other_key), "{said}");
    }
    let said = ask(format!("{}:x", signer.secret));
    assert!(said.contains("What it sends as its key is the secret of") && said.contains(&signer.key), "{said}");
    // A secret that nobody has is nobody's.
    let stranger = |_: &[u8]| Secret::from_text("nobody has it").expose().to_vec();
    let said = signer.explain(&[], &Made { key: &stranger, ..Made::default() }.request(&signer)).out;
    assert!(said.contains("No mistake that keydesk knows") && !said.contains("another key:"), "{said}");
}
