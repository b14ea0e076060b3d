//! Standard streams that are closed, full, or that nobody reads: started by a shell, as users do it.

use std::process::{Command, Output};

use crate::desk::{Desk, PASSWORD};

/// `keydesk` with these words, as a shell runs it.
fn shell(desk: &Desk, words: &str) -> Output {
    let line = words.replace("keydesk ", &format!("'{}' ", env!("CARGO_BIN_EXE_keydesk")));
    let command = desk.spawn(&[]);
    let environment: Vec<_> =
        command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    let mut sh = Command::new("bash");
    sh.args(["-c", &line]).env_clear().envs(environment).env("PATH", std::env::var_os("PATH").unwrap());
    sh.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What makes something that is told once, or that did not exist.
fn makers(desk: &Desk) -> Vec<String> {
    let (key, user) = (desk.new_key("hmac", "there"), desk.new_key("basic", "too"));
    let legacy = desk.create(&["--kind", "legacy", "--username", "smsbatch", "--generate"]);
    assert_eq!(legacy["key"], "smsbatch");
    vec![
        "keydesk key create --as alice --kind basic --name x".to_owned(),
        "keydesk key create --as alice --kind hmac --name x --json".to_owned(),
        "keydesk key create --as alice --kind legacy --username another --generate".to_owned(),
        format!("keydesk key rotate {key} --as alice --overlap 7d"),
        format!("keydesk key rotate {user} --as alice --overlap none --json"),
        "keydesk key edit smsbatch --as alice --generate".to_owned(),
        format!("printf '%s\\n' '{PASSWORD}' | keydesk user add eve --as alice --role basic --password-stdin"),
    ]
}

#[test]
fn no_secret_is_created_when_output_is_closed() {
    let desk = Desk::ready();
    let verbs = makers(&desk);
    let before = (desk.verify(), desk.list());
    for verb in &verbs {
        for (to, says) in [(">&-", "it is closed"), (">/dev/full", "No space left"), ("1</dev/null", "reading only")] {
            let output = shell(&desk, &format!("{verb} {to}"));
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{verb} {to}: {said}");
            assert!(said.contains(says) && said.contains("Nothing was made"), "{verb} {to}: {said}");
        }
        // The reader is gone before the program begins.
        let gone = format!("exec 3> >(:); wait $!; {verb} >&3");
        let output = shell(&desk, &gone);
        assert_eq!(output.status.code(), Some(1), "{verb}, nobody reads: {}", said(&output));
        assert_eq!((desk.verify(), desk.list()), before, "{verb}");
    }
}

#[test]
fn no_desk_is_set_up_when_output_is_closed() {
    let desk = Desk::empty();
    let init = format!("printf '%s\\n' '{PASSWORD}' | keydesk init --account A --name alice --password-stdin");
    assert_eq!(shell(&desk, &format!("{init} >&-")).status.code(), Some(1));
    assert!(desk.files().is_empty());
    assert_eq!(shell(&desk, &format!("{init} >/dev/null")).status.code(), Some(0));
}

/// Who writes it means it.
#[test]
fn a_secret_may_go_to_dev_null() {
    let desk = Desk::ready();
    let output = shell(&desk, "keydesk key create --as alice --kind basic --name x >/dev/null");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(desk.list().len(), 1);
}

/// What only reads has failed where nobody gets it: `keydesk audit export >FILE && rm …` must not go on.
#[test]
fn reading_commands_fail_when_output_is_closed() {
    let desk = Desk::ready();
    let key = desk.new_key("hmac", "there");
    for verb in [
        "keydesk key list --as alice",
        "keydesk key list --as alice --json",
        "keydesk key list --as alice --jsonl",
        "keydesk key list --as alice --filter nothing",
        &format!("keydesk key show {key} --as alice"),
        &format!("keydesk key show {key} --as alice --json"),
        "keydesk user list --as alice",
        "keydesk audit list --as alice",
        "keydesk audit export --as alice",
        "keydesk audit export --as alice --format csv",
        "keydesk setting list --as alice",
        "keydesk snippet nginx --as alice",
        "KEYDESK_API_SECRET=x keydesk sign http://localhost/ --key K",
        "printf 'GET / HTTP/1.1\n\n' | keydesk explain --as alice",
        "keydesk completions bash",
        "keydesk man",
        "keydesk --help",
        "keydesk key create --help",
        "keydesk --version",
    ] {
        for (to, says) in
            [(">&-", "it is closed"), ("1</dev/null", "it is open for reading only"), (">/dev/full", "No space left")]
        {
            let output = shell(&desk, &format!("{verb} {to}"));
            let said = said(&output);
            // Of no rows the table is empty, and a full disk has room for that.
            let empty = verb.ends_with("nothing") && to == ">/dev/full";
            assert_eq!(output.status.code(), Some(i32::from(!empty)), "{verb} {to}: {said}");
            assert!(
                empty || said.contains(&format!("Standard output cannot be written: {says}")),
                "{verb} {to}: {said}"
            );
        }
        for good in ["2>&-", "| head -c 0", ">/dev/null", ">/dev/null 2>&1"] {
            let output = shell(&desk, &format!("set -o pipefail; {verb} {good}"));
            assert_eq!(output.status.code(), Some(0), "{verb} {good}: {}", said(&output));
        }
    }
}

/// What stops a key is done, whoever listens.
#[test]
fn a_change_succeeds_although_output_is_closed() {
    let desk = Desk::ready();
    let key = desk.new_key("hmac", "there");
    for verb in [
        format!("keydesk key disable {key} --as alice"),
        format!("keydesk key edit {key} --as alice --note x"),
        format!("keydesk key revoke {key} --as alice"),
        "keydesk setting set staleness 60 --as alice".to_owned(),
        "keydesk audit verify --as alice".to_owned(),
    ] {
        for closed in [">&-", "2>&-", "<&-", "<&- >&- 2>&-"] {
            let output = shell(&desk, &format!("{verb} {closed}"));
            assert_eq!(output.status.code(), Some(0), "{verb} {closed}: {}", said(&output));
        }
    }
    assert_eq!(desk.run(&["key", "list", "--as", "alice", "--all", "--json"]).json()[0]["state"], "revoked");
    // No terminal, no line: it says so and asks for nothing.
    for verb in ["keydesk user passwd bram --as alice", "keydesk user passwd bram --as alice --password-stdin"] {
        let output = shell(&desk, &format!("{verb} <&-"));
        assert_eq!(output.status.code(), Some(2), "{verb}: {}", said(&output));
    }
    // The secret does not go to a file that was opened in the place of what was closed.
    let output = shell(&desk, "keydesk key create --as alice --kind basic --name y 2>&- <&-");
    assert!(output.status.code() == Some(0) && said(&output).contains("Secret: "), "{}", said(&output));
}
