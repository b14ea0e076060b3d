//! Slips of Basic: a key in another case, and a token without its scheme.

use data_encoding::BASE64;

use super::{Signer, text};

/// The secret shows whose key it is: not another one, but this one in another case.
#[test]
fn a_basic_key_in_other_upper_and_lower_case() {
    let signer = Signer::new();
    let basic = signer.desk.create(&["--kind", "basic", "--name", "crm"]);
    let (key, secret) = (text(&basic["key"]), text(&basic["secret"]));
    for other in [key.to_ascii_uppercase(), key.to_ascii_lowercase()].into_iter().filter(|other| *other != key) {
        let pair = BASE64.encode(format!("{other}:{secret}").as_bytes());
        let said = signer.explain(&[], &format!("GET / HTTP/1.1\nAuthorization: Basic {pair}\n\n")).out;
        assert!(said.contains("only in upper and lower case") && said.contains(&key), "{said}");
        assert!(!said.contains("another key") && !said.contains(&secret), "{said}");
    }
}

#[test]
fn a_token_without_the_word_before_it() {
    let signer = Signer::new();
    for pair in ["key:secret", "key:secret1", "key:secret12"] {
        let token = BASE64.encode(pair.as_bytes());
        let said = signer.explain(&[], &format!("GET / HTTP/1.1\nAuthorization: {token}\n\n")).out;
        assert!(said.contains("The word Basic is missing before the token"), "{said}");
        assert!(!said.contains(&token), "{said}");
    }
    let said = signer.explain(&[], "GET / HTTP/1.1\nAuthorization: Bearer\n\n").out;
    assert!(said.contains("refused") && !said.contains("The word Basic"), "{said}");
}
