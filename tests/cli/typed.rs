//! What surrounds a typed thing: networks, times, paths, stores, text with a dash before it, terms of a filter.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use serde_json::Value;

use crate::desk::{Desk, PASSWORD, Run};

fn created(desk: &Desk, args: &[&str]) -> Value {
    let made = desk.create(&[&["--kind", "hmac", "--name", "x"], args].concat());
    let key = made["key"].as_str().unwrap().to_owned();
    serde_json::from_str(&desk.run(&["key", "show", &key, "--as", "alice", "--json"]).done().out).unwrap()
}

#[test]
fn a_network_is_stored_as_it_is_judged() {
    let desk = Desk::ready();
    for (given, kept) in [
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::ffff:203.0.113.9/128", "203.0.113.9/32"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        (" 203.0.113.9 ", "203.0.113.9/32"),
    ] {
        let row = created(&desk, &["--network", given]);
        assert_eq!(row["networks"], serde_json::json!([kept]), "{given}");
        let id = row["id"].as_str().unwrap();
        desk.run(&["key", "edit", id, "--as", "alice", "--any-network"]).done();
        desk.run(&["key", "edit", id, "--as", "alice", "--network", given]).done();
        let row: Value =
            serde_json::from_str(&desk.run(&["key", "show", id, "--as", "alice", "--json"]).done().out).unwrap();
        assert_eq!(row["networks"], serde_json::json!([kept]), "{given}");
    }
    let (trail, id) = (desk.verify(), created(&desk, &[])["id"].as_str().unwrap().to_owned());
    assert_ne!(trail, desk.verify());
    for (given, says) in [
        ("::ffff:0:0/90", "judged as IPv4"),
        ("fe80::1%eth0", "names an interface"),
        ("[2001:db8::1]:443", "brackets or a port"),
        ("203.0.113.0/255.255.255.0", "Did you mean 203.0.113.0/24?"),
        ("203.0.113.*", "Did you mean 203.0.113.0/24?"),
        ("::203.0.113.9", "Write 203.0.113.9."),
    ] {
        desk.run(&["key", "create", "--as", "alice", "--kind", "basic", "--name", "x", "--network", given])
            .fails(2, says);
        desk.run(&["key", "edit", &id, "--as", "alice", "--network", given]).fails(2, says);
    }
}

/// From the report: nobody was let in, not even from the network itself.
#[test]
fn a_client_from_a_mapped_network_is_let_in() {
    let desk = Desk::ready();
    let made = desk.create(&["--kind", "basic", "--name", "n", "--network", "::ffff:203.0.113.0/120"]);
    let pair = format!("{}:{}", made["key"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let request =
        format!("GET / HTTP/1.1\nHost: a\nAuthorization: Basic {}\n\n", data_encoding::BASE64.encode(pair.as_bytes()));
    for (client, verdict) in [
        ("203.0.113.9", "Verdict: allowed."),
        ("::ffff:203.0.113.9", "Verdict: allowed."),
        ("203.0.114.9", "Verdict: refused, network"),
        ("fe80::1%eth0", "Verdict: refused, network"),
    ] {
        let said = desk.typing(&request, &["explain", "--as", "alice", "--client", client]).done().out;
        assert!(said.contains(verdict), "{client}: {said}");
    }
}

#[test]
fn times_reach_the_end_of_the_calendar() {
    let desk = Desk::ready();
    for (given, kept) in [
        ("9999-12-31", Some("9999-12-31T00:00:00Z")),
        ("9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59Z")),
        ("9999-12-31t23:59:59z", Some("9999-12-31T23:59:59Z")),
        ("never", None),
        ("none", None),
        ("Never", None),
    ] {
        let row = created(&desk, &["--expires", given]);
        assert_eq!(row["expires_at"].as_str(), kept, "{given}");
        let shown = desk.run(&["key", "list", "--as", "alice"]).done().out;
        assert!(!shown.contains("outside the calendar"), "{shown}");
    }
    let row = created(&desk, &["--not-before", "never", "--network", "none", "--algorithm", "none"]);
    assert_eq!((row["not_before"].as_str(), row["networks"].as_array().unwrap().len()), (None, 0));
    let id = row["id"].as_str().unwrap();
    desk.run(&["key", "edit", id, "--as", "alice", "--expires", "90 D", "--network", "203.0.113.0/24"]).done();
    desk.run(&["key", "edit", id, "--as", "alice", "--expires", "none", "--not-before", "never", "--network", "any"])
        .done();
    desk.run(&["key", "rotate", id, "--as", "alice", "--overlap", "never"]).done();
    desk.run(&["audit", "list", "--as", "alice", "--from", "never", "--until", "none"]).done();
    for (given, says) in
        [("10000-01-01", "years go from 0001 to 9999"), ("0000-01-01", "years go from"), ("", "A time is empty")]
    {
        desk.run(&["key", "create", "--as", "alice", "--kind", "basic", "--name", "x", "--expires", given])
            .fails(2, says);
    }
}

#[test]
fn text_may_begin_with_a_dash_and_mistyped_flags_are_reported() {
    let desk = Desk::ready();
    let row = created(&desk, &["--note", "- rotate in March"]);
    assert_eq!(row["note"], "- rotate in March");
    let id = row["id"].as_str().unwrap();
    desk.run(&["key", "edit", id, "--as", "alice", "--name", "-x", "--note", "--- old ---"]).done();
    desk.run(&["key", "list", "--as", "alice", "--filter", "-x"]).done();
    assert_eq!(desk.list()[0]["name"], "-x");
    desk.run(&["key", "rename", id, "--as", "alice", "--", "-y"]).done();
    assert_eq!(desk.list()[0]["name"], "-y");
    let create = ["key", "create", "--as", "alice", "--kind", "basic"];
    for (args, says) in [
        (&["--name", "x", "--note", "--json"][..], "--json looks like a flag"),
        (&["--name", "--expirse", "90d"], "--expirse looks like a flag"),
        (&["--name", "x", "--nte", "y"], "unexpected argument '--nte'"),
        (&["--name", "x", "-n"], "unexpected argument '-n'"),
    ] {
        desk.run(&[&create[..], args].concat()).fails(2, says);
    }
    desk.run(&["key", "rename", id, "--as", "alice", "--lable", "z"]).fails(2, "--lable");
    let said = desk.run(&["key", "rename", id, "- z", "--as", "alice"]);
    assert!(
        said.err.contains("write it last, in quotes, with -- before it") && !said.err.contains("-- - "),
        "{}",
        said.err
    );
}

/// A time, a network or a number that begins with a dash is a value that is wrong, and no flag.
#[test]
fn a_value_may_begin_with_a_dash() {
    let desk = Desk::ready();
    let id = desk.new_key("hmac", "x");
    let create = ["key", "create", "--as", "alice", "--kind", "hmac", "--name", "y"];
    let (edit, rotate) = (["key", "edit", &id, "--as", "alice"], ["key", "rotate", &id, "--as", "alice"]);
    let before = desk.verify();
    for (verb, args, says) in [
        (&create[..], &["--expires", "-1d"][..], "is not a time"),
        (&create, &["--not-before", "-1d"], "is not a time"),
        (&edit, &["--expires", "-1d"], "is not a time"),
        (&create, &["--network", "-1"], "is not a network"),
        (&create, &["--algorithm", "-x"], "-x"),
        (&rotate, &["--overlap", "-1h"], "invalid value '-1h'"),
        (&["setting", "set", "staleness"], &["-1", "--as", "alice"], "1 to 3600 seconds"),
        (&["key", "list", "--as", "alice"], &["--expires-within", "-1d"], "-1d"),
        (&["audit", "list", "--as", "alice"], &["--from", "-1d"], "-1d"),
        (&create, &["--expires", "--json"], "--json looks like a flag"),
    ] {
        let run = desk.run(&[verb, args].concat());
        assert!(!run.err.contains("unexpected argument"), "{args:?}: {}", run.err);
        run.fails(2, says);
    }
    assert_eq!(desk.verify(), before);
    let body = desk.path().join("-dash.json");
    fs::write(&body, "{}").unwrap();
    let mut sign = desk.command(&["sign", "http://localhost/", "--key", "K", "--body", "-dash.json"]);
    let signed = sign.current_dir(desk.path()).env("KEYDESK_API_SECRET", "x").output().unwrap();
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
}

#[test]
fn unknown_filter_terms_are_reported_and_quoted_names_are_found() {
    let desk = Desk::ready();
    desk.create(&["--kind", "hmac", "--name", "prod:eu", "--expires", "10d"]);
    let list = |filter: &str| desk.run(&["key", "list", "--as", "alice", "--filter", filter]);
    for filter in ["\"prod:eu\"", "EXPIRES<30D", "expires < 30d", "KIND:HMAC state : Active", "used:none BY:Alice"] {
        assert!(list(filter).done().out.contains("prod:eu"), "{filter}");
    }
    for (filter, says) in [
        ("prod:eu", "There is no term prod: here. Put it in quotes to look for it as a word"),
        ("tag:a,b", "is not a tag"),
        ("state:gone", "is not a state"),
        ("foo:bar", "Put it in quotes"),
        ("expires = 30d", "is not understood"),
    ] {
        list(filter).fails(2, says);
    }
}

/// Nothing is made in the current directory, and nothing is called `~`.
#[test]
fn a_tilde_is_the_home_directory() {
    let init = ["init", "--account", "A", "--name", "alice", "--password-stdin"];
    let desk = Desk::empty();
    let (home, here) = (desk.path().join("home"), desk.path().join("here"));
    [&home, &here].iter().for_each(|dir| fs::create_dir_all(dir).unwrap());
    let run = |environment: &[(&str, &str)], args: &[&str]| {
        let mut command = desk.command(args);
        command.current_dir(&here).env_remove("KEYDESK_DATA_DIR").envs(environment.iter().copied());
        command.write_stdin(format!("{PASSWORD}\n")).output().unwrap()
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    fs::create_dir_all(desk.config().parent().unwrap()).unwrap();
    for (config, environment, flag, says) in [
        ("data_dir = \"~bob/desk\"", None, None, "~ before a user name is not supported"),
        ("data_dir = \"$HOME/desk\"", None, None, "variables are not expanded"),
        ("master_key_file = \"~bob/k\"", None, None, "~ before a user name"),
        ("data_dir = \"file:x\"", None, None, "looks like a URL"),
        ("data_dir = \"sqlite:x\"", None, None, "a path with a colon is written ./PATH"),
        ("state_dir = \"file:st\"", None, None, "looks like a URL"),
        ("master_key_file = \"file:k\"", None, None, "looks like a URL"),
        ("[serve]\ngateway_token_file = \"file:t\"", None, None, "looks like a URL"),
        ("data_dir = \":memory:\"", None, None, "names a database in memory"),
        ("", Some("file:x"), None, "looks like a URL"),
        ("", None, Some(["--data-dir", "file:x"]), "looks like a URL"),
        ("", None, Some(["--master-key-file", "file:k"]), "looks like a URL"),
        ("", None, Some(["--config", "file:c"]), "looks like a URL"),
        ("", None, Some(["--store", ":memory:"]), "run keydesk demo"),
        ("", None, Some(["--store", "sqlite::memory:"]), "run keydesk demo"),
        ("store = \"~bob/k\"", None, None, "~ before a user name"),
        ("[serve]\ngateway_token_file = \"~bob/t\"", None, None, "~ before a user name"),
        ("", Some("~bob/x"), None, "~ before a user name"),
        ("", None, Some(["--data-dir", "~bob/x"]), "~ before a user name"),
        ("", None, Some(["--store", "file:desk.db"]), "is not a store that keydesk knows"),
        ("", None, Some(["--store", "sqlite3:/x"]), "is not a store that keydesk knows"),
        ("", None, Some(["--store", "sqlite://desk.db"]), "is followed by a host"),
    ] {
        fs::write(desk.config(), config).unwrap();
        let environment: Vec<_> = environment.map(|dir| ("KEYDESK_DATA_DIR", dir)).into_iter().collect();
        let output = run(&environment, &[&init[..], flag.as_ref().map_or(&[], |flag| &flag[..])].concat());
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(says), "{config} {flag:?}: {said}");
        assert_eq!(fs::read_dir(&here).unwrap().count(), 0, "{config} {flag:?}");
        assert_eq!(fs::read_dir(desk.config().parent().unwrap()).unwrap().count(), 1, "{config} {flag:?}");
    }
    fs::write(desk.config(), "data_dir = \"~/desk\"\nmaster_key_file = \"~/keys/m\"\n").unwrap();
    let output = run(&[], &init);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(home.join("desk/keydesk.db").exists() && home.join("keys/m").exists());
    let output = run(&[("KEYDESK_DATA_DIR", "~/desk")], &["key", "list", "--as", "alice"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn a_variable_that_is_no_text_names_no_other_place() {
    let desk = Desk::ready();
    let key = desk.new_key("basic", "only one");
    let odd = OsStr::from_bytes(b"/var/desk\xff.db");
    for (variable, says) in [("KEYDESK_STORE", "KEYDESK_STORE is not UTF-8"), ("KEYDESK_AS", "KEYDESK_AS is not UTF-8")]
    {
        for args in [vec!["key", "list"], vec!["key", "revoke", &key], vec!["schema", "status"]] {
            let mut command = desk.command(&args);
            if variable != "KEYDESK_AS" {
                command.args(["--as", "alice"]);
            }
            Run::new(&args, command.env(variable, odd).output().unwrap()).fails(2, says);
        }
    }
    // A path may be of any bytes, and is the one that is named.
    for (variable, code, says) in [
        ("KEYDESK_CONFIG", 6, "is missing"),
        ("KEYDESK_DATA_DIR", 5, "but no database at /var/desk"),
        ("KEYDESK_MASTER_KEY_FILE", 6, "is missing"),
    ] {
        let args = ["key", "list", "--as", "alice"];
        Run::new(&args, desk.command(&args).env(variable, odd).output().unwrap()).fails(code, says);
    }
    assert_eq!(desk.list().len(), 1);
}
