//! Every sample as it is shown, for two ordinary credentials of each kind.

use std::fmt::Write as _;

use keydesk::credential::Kind;
use keydesk::sample::{Site, Subject, languages, notes, obstacle, refusals, text};

fn page(subject: &Subject<'_>, site: &Site) -> String {
    let mut page = String::new();
    for language in languages(subject.kind) {
        writeln!(page, "── {} ──", language.title()).unwrap();
        page += &text(*language, subject, site);
        if let Some(obstacle) = obstacle(*language, subject, site) {
            writeln!(page, "! {obstacle}").unwrap();
        }
        notes(*language, subject.kind).iter().for_each(|note| writeln!(page, "» {note}").unwrap());
    }
    page + "Common refusals: " + &refusals(subject.kind).join("; ") + ".\n"
}

#[test]
fn samples_of_two_ordinary_credentials_of_each_kind() {
    let elsewhere = Site::new("https://sms.example.org/acme/").unwrap();
    for (kind, first, second) in [
        (Kind::Basic, "kdb8fQeVb3LxTz6KmWc1", "kdbHt2LkPzVw0BnYd4sR"),
        (Kind::Hmac, "kdhe2dVn8RtYw5PxZq3M", "kdhm9XcA1uJf6ZtQ8oHe"),
        (Kind::Legacy, "smsbatch", "oldplatform"),
    ] {
        insta::assert_snapshot!(format!("{kind}"), page(&Subject::new(kind, first), &Site::default()));
        let strict = Subject::new(kind, second).signing_with("hmac-sha384 hmac-sha512".parse().unwrap());
        insta::assert_snapshot!(format!("{kind}-elsewhere"), page(&strict, &elsewhere));
    }
}
