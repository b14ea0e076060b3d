//! Times in JSON: RFC 3339 in UTC and whole seconds, in every document that there is.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::desk::{Desk, need};

/// Every document of a desk in which something happened.
fn documents() -> Vec<String> {
    let desk = Desk::ready();
    let made =
        desk.run(&["key", "create", "--as", "alice", "--kind", "hmac", "--name", "x", "--expires", "90d", "--json"]);
    let made = made.done().out;
    let key = serde_json::from_str::<Value>(&made).unwrap()["key"].as_str().unwrap().to_owned();
    let rotate = ["key", "rotate", &key, "--as", "alice", "--overlap", "7d", "--json"];
    let secret = serde_json::from_str::<Value>(&desk.run(&rotate).done().out).unwrap()["secret"].to_string();
    // The second rotation stops a secret before its time.
    let stopped = desk.run(&rotate).done().out;
    let mut all = vec![made, stopped];
    all.push(
        desk.typing(secret.trim_matches('"'), &["key", "find", "--as", "alice", "--secret-stdin", "--json"]).done().out,
    );
    for verb in
        [&["key", "list"][..], &["user", "list"], &["user", "sign-ins"], &["audit", "list"], &["setting", "list"]]
    {
        for form in ["--json", "--jsonl"] {
            all.push(desk.run(&[verb, &["--as", "alice", form]].concat()).done().out);
        }
    }
    all.push(desk.run(&["audit", "export", "--as", "alice"]).done().out);
    all.push(desk.run(&["key", "show", &key, "--as", "alice", "--json"]).done().out);
    all
}

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, found)),
        _ => {}
    }
}

#[test]
fn every_time_is_in_whole_seconds() {
    let mut seen = 0;
    for document in documents() {
        let values = serde_json::Deserializer::from_str(&document).into_iter::<Value>();
        let mut found = Vec::new();
        values.for_each(|value| strings(&value.unwrap(), &mut found));
        for time in
            found.iter().filter(|text| text.len() > 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[10] == b'T')
        {
            assert!(time.len() == "2027-01-31T09:00:00Z".len() && time.ends_with('Z'), "{time} in {document}");
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} times");
}

/// From the report.
#[test]
fn jq_reads_every_time() {
    if !need("jq") {
        return;
    }
    let times = r#"[.. | strings | select(test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T"))] | map(fromdate) | length"#;
    for document in documents() {
        let mut jq = Command::new("jq");
        let mut child =
            jq.arg(times).stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}: {document}", String::from_utf8_lossy(&output.stderr));
    }
}
