//! Slips that are not about signing: what is pasted around a secret or a password.

use data_encoding::BASE64;

use super::{Signer, text};

#[test]
fn blanks_and_quotes_around_a_basic_secret() {
    let signer = Signer::new();
    let made = signer.desk.create(&["--kind", "basic", "--name", "crm"]);
    let (key, secret) = (text(&made["key"]), text(&made["secret"]));
    let right = format!("{key}:{secret}");
    let ask = |token: &str| {
        let said = signer.explain(&[], &format!("GET / HTTP/1.1\nHost: a\nAuthorization: Basic {token}\n\n")).out;
        assert!(!said.contains(&secret) && !said.contains("hunter22"), "{said}");
        assert!(said.contains("Verdict: refused"), "{said}");
        said
    };
    let b64 = |text: &str| BASE64.encode(text.as_bytes());
    for (token, says) in [
        (
            b64(&format!("{right}\n")),
            &["(line-break)", "The secret ends in a line break.", "Otherwise key and secret are right."][..],
        ),
        (b64(&format!("{right}\r\n")), &["(line-break)", "The secret ends in a line break."]),
        (
            b64(&format!("{key}:hunter22\n")),
            &["(line-break)", "The secret ends in a line break.", "the secret is wrong as well"],
        ),
        (b64(&format!("{key}\n:{secret}")), &["The key ends in a line break.", "Otherwise key and secret are right."]),
        (
            b64(&format!("{key}\n:{secret}\n")),
            &["The key ends in", "The secret ends in", "Otherwise key and secret are right."],
        ),
        (
            b64(&format!("{key}: {secret}")),
            &["bad_secret", "The secret has a blank", "Otherwise key and secret are right."],
        ),
        (b64(&format!("{key}:\"{secret}\"")), &["bad_secret", "The secret is in quotes.", "Otherwise"]),
        (b64(&format!("\"{right}\"")), &["in quotes", "Otherwise key and secret are right."]),
        (b64(&format!("{secret}:{key}")), &["unknown_credential", "exchanged"]),
        (right.clone(), &["(base64)", "not encoded", "Otherwise key and secret are right."]),
        (b64(&b64(&right)), &["(colon)", "base64 of base64", "Otherwise"]),
        (b64(&format!("{right}\n")).replace('=', ""), &["(base64)", "lacks the =", "line break", "Otherwise"]),
        (BASE64.encode(&right.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()), &["UTF-16", "Otherwise"]),
        (b64(&key), &["(colon)"]),
        (b64(&format!(":{secret}")), &["(username)"]),
    ] {
        let said = ask(&token);
        says.iter().for_each(|says| assert!(said.contains(says), "{says:?}: {said}"));
    }
    // `openssl base64` breaks lines.
    let long = b64(&right);
    let said = ask(&format!("{}\n{}", &long[..64], &long[64..]));
    assert!(said.contains("breaks lines after 64") && said.contains("Otherwise key and secret are right."), "{said}");
    // Whole, but not of this key; and cut.
    let said = ask(&b64(&format!("{key}:{}", &secret[..29])));
    assert!(said.contains("no whole API secret"), "{said}");
    signer.desk.run(&["key", "rotate", &key, "--as", "alice", "--overlap", "none", "--json"]).done();
    let said = ask(&b64(&right));
    assert!(said.contains("bad_secret") && said.contains("one from before a rotation"), "{said}");
}

#[test]
fn blanks_and_quotes_around_a_legacy_password() {
    let signer = Signer::new();
    let made = signer.desk.create(&["--kind", "legacy", "--username", "smsbatch", "--generate"]);
    let secret = text(&made["secret"]);
    let ask = |body: String| {
        let said = signer.explain(&["--kind", "legacy"], &format!("POST / HTTP/1.1\n\n{body}")).out;
        assert!(!said.contains(&secret) && said.contains("Verdict: refused"), "{said}");
        said
    };
    let soap = |user: &str, password: &str| {
        format!(
            "<m:sendMessages xmlns:m=\"http://xml.m4u.com.au/2009\"><m:authentication><m:userId>{user}</m:userId>\
             <m:password>{password}</m:password></m:authentication></m:sendMessages>"
        )
    };
    for (body, says) in [
        (soap("smsbatch", &format!("\n  {secret}\n")), "Otherwise username and password are right."),
        (soap(" smsbatch", &secret), "Otherwise username and password are right."),
        (soap(&secret, "smsbatch"), "exchanged"),
        (format!("m4u\nUSER=smsbatch\nPASSWORD={secret}\n"), "CR LF"),
    ] {
        let said = ask(body);
        assert!(said.contains(says), "{says}: {said}");
    }
}
