//! Where secrets are not: on disk, in the trail, in lists, in what is said of errors.

use crate::desk::{Desk, PASSWORD, text};

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn no_secret_is_in_any_file_or_list() {
    let desk = Desk::ready();
    let basic = desk.create(&["--kind", "basic", "--name", "a"]);
    let hmac = desk.create(&["--kind", "hmac", "--name", "b"]);
    let legacy = desk.create(&["--kind", "legacy", "--username", "smsbatch", "--generate"]);
    let typed = "Typedpassword1";
    desk.typing(
        typed,
        &["key", "create", "--as", "alice", "--kind", "legacy", "--username", "frontdesk", "--password-stdin"],
    )
    .done();
    let rotate = ["key", "rotate", hmac["key"].as_str().unwrap(), "--as", "alice", "--overlap", "24h", "--json"];
    let rotated = desk.run(&rotate).done().json();
    desk.typing("a new horse battery", &["user", "passwd", "chen", "--as", "alice", "--password-stdin"]).done();
    let mut secrets: Vec<_> = [&basic, &hmac, &legacy, &rotated].iter().map(|made| text(&made["secret"])).collect();
    secrets.extend([typed, PASSWORD, "a new horse battery"].map(str::to_owned));

    let lists = [
        vec!["key", "list", "--all", "--json"],
        vec!["key", "list", "--all"],
        vec!["key", "show", "smsbatch", "--json"],
        vec!["key", "show", hmac["key"].as_str().unwrap()],
        vec!["audit", "list", "--json"],
        vec!["audit", "list"],
        vec!["user", "list", "--json"],
    ];
    for list in lists {
        let run = desk.run(&[&list[..], &["--as", "alice"]].concat()).done();
        for secret in &secrets {
            assert!(!run.out.contains(secret) && !run.err.contains(secret), "{list:?} shows a secret");
        }
    }
    // While the desk is open its log is there too.
    let _open = desk.hub();
    let files = desk.files();
    assert!(files.iter().any(|(path, _)| path.ends_with("keydesk.db")));
    for (path, bytes) in &files {
        for secret in &secrets {
            assert!(!holds(bytes, secret), "a secret lies open in {}", path.display());
        }
    }
    // The search itself finds what is there.
    let database = &files.iter().find(|(path, _)| path.ends_with("keydesk.db")).unwrap().1;
    assert!(holds(database, basic["key"].as_str().unwrap()));
    // Nor is one there as hex or base64 of the secret itself.
    for secret in &secrets {
        let hex = data_encoding::HEXLOWER.encode(secret.as_bytes());
        let base64 = data_encoding::BASE64.encode(secret.as_bytes());
        let base64 = base64.trim_end_matches('=');
        assert!(!files.iter().any(|(_, bytes)| holds(bytes, &hex) || holds(bytes, &base64[..base64.len() - 1])));
    }
}
