//! Every form of every kind, with and without a secret.

use super::*;
use crate::credential::Algorithms;
use crate::sample::{SECRET_VARIABLE, shell as word};

const KEY: &str = "kdb8fQeVb3LxTz6KmWc1";
const SECRET: &str = "kdsH4tYx9QmB2cR7vLpZ6kWn3aF2x";

const ALL: [CopyForm; 5] = [CopyForm::Lines, CopyForm::Env, CopyForm::Json, CopyForm::Curl, CopyForm::Header];

fn parts<'a>(kind: Kind, secret: Option<&'a Secret>) -> Parts<'a> {
    Parts { kind, key: KEY, name: "crm \"sync\"", algorithms: Algorithms::default(), secret }
}

fn written(form: CopyForm, of: &[Parts<'_>]) -> String {
    let site = Site::new("https://api.acme.example/sms").unwrap();
    let text = text(form, of, Call { site: &site, now: Seconds(1_796_000_000) }).unwrap();
    text.expose_text().unwrap().to_owned()
}

fn with(kind: Kind, form: CopyForm) -> String {
    written(form, &[parts(kind, Some(&Secret::from_text(SECRET)))])
}

#[test]
fn each_form_of_a_basic_key_is_ready_to_paste() {
    for (form, wanted) in [
        (CopyForm::Lines, format!("{KEY}\n{SECRET}")),
        (CopyForm::Env, format!("KEYDESK_API_KEY={KEY}\nKEYDESK_API_SECRET={SECRET}")),
        (CopyForm::Json, format!(r#"{{"key":"{KEY}","secret":"{SECRET}","name":"crm \"sync\""}}"#)),
        (CopyForm::Curl, format!("curl -sS -u '{KEY}:{SECRET}' 'https://api.acme.example/sms/v1/replies'")),
        (CopyForm::Header, format!("Authorization: Basic {}", BASE64.encode(format!("{KEY}:{SECRET}").as_bytes()))),
    ] {
        assert_eq!(with(Kind::Basic, form), wanted);
    }
}

#[test]
fn a_signed_example_does_not_hold_the_secret() {
    let lines = with(Kind::Hmac, CopyForm::Header);
    let names: Vec<_> = lines.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(names, ["Date", "Digest", "Authorization"]);
    let curl = with(Kind::Hmac, CopyForm::Curl);
    assert!(lines.lines().all(|line| curl.contains(&word(line))), "{curl}");
    assert!(curl.ends_with(&format!("--data-binary {} 'https://api.acme.example/sms/v1/messages'", word(BODY))));
    for form in ALL {
        for kind in Kind::ALL {
            let held = with(kind, form).contains(SECRET) || with(kind, form).contains("Basic ");
            assert_eq!(held, form.holds_secret(kind), "{kind} {form:?}");
        }
    }
}

#[test]
fn an_example_is_signed_with_what_the_key_may_use() {
    let secret = Secret::from_text(SECRET);
    let algorithms: Algorithms = "hmac-sha512".parse().unwrap();
    assert!(algorithms.admit(Algorithm::Sha512));
    let lines = written(CopyForm::Header, &[Parts { algorithms, ..parts(Kind::Hmac, Some(&secret)) }]);
    assert!(lines.contains(r#"algorithm="hmac-sha512""#), "{lines}");
}

#[test]
fn without_a_secret_the_variable_holds_its_place() {
    for kind in Kind::ALL {
        for form in ALL {
            let text = written(form, &[parts(kind, None)]);
            let by_program = matches!((kind, form), (Kind::Hmac, CopyForm::Header));
            let wanted = if by_program { "keydesk sign --key" } else { SECRET_VARIABLE };
            assert!(text.contains(wanted) && text.contains(KEY), "{kind} {form:?}: {text}");
        }
    }
    assert_eq!(
        written(CopyForm::Curl, &[parts(Kind::Basic, None)]),
        format!("curl -sS -u '{KEY}:'\"$KEYDESK_API_SECRET\" 'https://api.acme.example/sms/v1/replies'")
    );
}

#[test]
fn several_are_one_text() {
    let secret = Secret::from_text(SECRET);
    let two = || [parts(Kind::Basic, Some(&secret)), parts(Kind::Hmac, None)];
    let json: serde_json::Value = serde_json::from_str(&written(CopyForm::Json, &two())).unwrap();
    assert_eq!((&json[0]["secret"], &json[1]["secret"]), (&SECRET.into(), &PLACEHOLDER.into()));
    let env = written(CopyForm::Env, &two());
    assert!(env.starts_with("# crm \"sync\"\nKEYDESK_API_KEY="), "{env}");
    let lines = written(CopyForm::Lines, &two());
    assert_eq!(lines, format!("crm \"sync\"\t{KEY}\t{SECRET}\ncrm \"sync\"\t{KEY}\t{PLACEHOLDER}\n"));
}

#[test]
fn odd_keys_stay_what_they_are_in_every_language() {
    let odd = Secret::from_text("a'b\"c\\d<e&f$(id)");
    let of = |kind| Parts { key: "o'neil & <co>", ..parts(kind, Some(&odd)) };
    let json: serde_json::Value = serde_json::from_str(&written(CopyForm::Json, &[of(Kind::Basic)])).unwrap();
    assert_eq!((json["key"].as_str(), json["secret"].as_str()), (Some("o'neil & <co>"), odd.expose_text()));
    let curl = written(CopyForm::Curl, &[of(Kind::Basic)]);
    assert!(curl.contains(&word(&format!("o'neil & <co>:{}", odd.expose_text().unwrap()))), "{curl}");
    let soap = written(CopyForm::Curl, &[of(Kind::Legacy)]);
    assert!(soap.contains(r"<userId>o'\''neil &amp; &lt;co&gt;</userId>"), "{soap}");
    let env = written(CopyForm::Env, &[of(Kind::Basic)]);
    assert!(env.contains(&format!("KEYDESK_API_SECRET={}", word(odd.expose_text().unwrap()))), "{env}");
}

#[test]
fn what_no_request_can_carry_is_refused_in_a_sentence() {
    let site = Site::default();
    let refused = |kind, key| {
        let of = [Parts { key, ..parts(kind, None) }];
        text(CopyForm::Curl, &of, Call { site: &site, now: Seconds(0) }).unwrap_err()
    };
    assert!(refused(Kind::Basic, "a:b").contains("colon"));
    assert!(refused(Kind::Hmac, "a\"b").contains("quotes"));
}
