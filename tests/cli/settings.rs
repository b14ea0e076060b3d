//! `keydesk setting` and `keydesk snippet`.

use crate::desk::Desk;

#[test]
fn settings_are_listed_and_changes_are_in_the_trail() {
    let desk = Desk::ready();
    let listed = desk.run(&["setting", "list", "--as", "alice", "--json"]).done().json();
    let of = |name: &str| {
        let all = listed.as_array().unwrap();
        all.iter().find(|row| row["setting"] == name).unwrap()["value"].as_str().unwrap().to_owned()
    };
    assert_eq!((of("staleness"), of("replay"), of("algorithms")), ("60".into(), "off".into(), "all".into()));
    assert!(listed.as_array().unwrap().iter().all(|row| row["state"] == "default"), "{listed}");
    desk.run(&["setting", "set", "staleness", "5", "--as", "alice"]).done();
    desk.run(&["setting", "set", "staleness", "5", "--as", "alice"]).done();
    desk.run(&["setting", "set", "api-address", "https://api.acme.test/", "--as", "alice"]).done();
    let table = desk.run(&["setting", "list", "--as", "alice"]).done().out;
    assert!(table.contains("https://api.acme.test ") && table.contains("1 to 3600"), "{table}");
    let row = |name: &str| table.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
    assert!(row("replay").contains("off (default)") && !row("staleness").contains("(default)"), "{table}");
    desk.run(&["setting", "set", "staleness", "0", "--as", "alice"]).fails(2, "1 to 3600 seconds");
    desk.run(&["setting", "set", "colour", "red", "--as", "alice"]).fails(2, "lock-time");
    let rows: Vec<_> = desk.trail().into_iter().filter(|row| row["action"] == "setting.changed").collect();
    assert_eq!(rows.len(), 2, "what needs no change has no row");
    assert_eq!(rows[1]["before"]["verifier_staleness_seconds"], 60, "{rows:?}");
    assert_eq!(rows[1]["after"]["verifier_staleness_seconds"], 5);
    desk.typing(
        "a long enough word",
        &["user", "add", "dora", "--as", "alice", "--role", "advanced", "--password-stdin"],
    );
    desk.run(&["setting", "set", "replay", "node", "--as", "dora"]).fails(3, "Administrator");
    desk.run(&["setting", "list", "--as", "dora"]).fails(3, "Administrator");
}

#[test]
fn snippets_use_paths_of_the_config_file_and_the_upstream() {
    let desk = Desk::ready();
    let of = |gateway: &str| desk.run(&["snippet", gateway, "--as", "alice"]).done().out;
    let beside = desk.database().with_file_name("verifier.sock");
    assert!(of("nginx").contains(&format!("server unix:{};", beside.display())), "{}", of("nginx"));
    std::fs::write(desk.config(), "[serve]\nlisten = [\"127.0.0.1:8999\"]\n").unwrap();
    desk.run(&["setting", "set", "upstream", "10.0.0.7:8443", "--as", "alice"]).done();
    for gateway in ["nginx", "caddy", "haproxy-lua", "envoy", "traefik"] {
        let text = of(gateway);
        let token = text.contains("PUT THE GATEWAY TOKEN HERE");
        assert!(token && text.contains("8999") && !text.contains("/run/keydesk"), "{text}");
    }
    assert!(of("haproxy").contains("server api 10.0.0.7:8443"));
    desk.run(&["snippet", "nginx", "--as", "alice", "--listen", "unix:/a b"]).fails(2, "under [serve]");
}

#[test]
fn a_tampered_setting_is_marked_and_can_be_set_again() {
    let desk = Desk::ready();
    if !crate::desk::need("sqlite3") {
        return;
    }
    crate::desk::sqlite3(&desk.database(), "UPDATE setting SET value = 'node' WHERE value = 'off'");
    let list = || desk.run(&["setting", "list", "--as", "alice", "--json"]);
    let listed = list();
    let rows: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    assert!(listed.code == Some(1) && listed.err.contains("keydesk setting set replay VALUE"), "{}", listed.err);
    let of = |name: &str| rows.as_array().unwrap().iter().find(|row| row["setting"] == name).unwrap();
    assert_eq!((&of("replay")["state"], &of("replay")["value"]), (&"tampered".into(), &serde_json::Value::Null));
    assert_eq!((&of("staleness")["state"], &of("staleness")["value"]), (&"default".into(), &"60".into()));
    desk.run(&["audit", "verify", "--as", "alice"]).fails(1, "replay");
    desk.run(&["setting", "set", "replay", "off", "--as", "alice"]).done();
    list().done();
    desk.verify();
    crate::desk::sqlite3(&desk.database(), "DELETE FROM setting WHERE value = '60'");
    desk.run(&["audit", "verify", "--as", "alice"]).fails(1, "staleness");
}

#[test]
fn other_roles_get_a_snippet_with_example_addresses() {
    let desk = Desk::ready();
    desk.run(&["setting", "set", "upstream", "10.0.0.7:8443", "--as", "alice"]).done();
    desk.typing(
        "a long enough word",
        &["user", "add", "erik", "--as", "alice", "--role", "advanced", "--password-stdin"],
    )
    .done();
    let run = desk.run(&["snippet", "nginx", "--as", "erik"]).done();
    assert!(!run.out.contains("10.0.0.7") && run.out.contains("127.0.0.1:9000"), "{}", run.out);
    assert!(run.err.contains("only Administrators and Auditors see those of this desk"), "{}", run.err);
}

#[test]
fn only_administrators_accept_a_store_and_it_is_recorded() {
    let desk = Desk::ready();
    desk.run(&["audit", "accept", "--as", "alice"]).done();
    assert!(desk.trail().iter().any(|row| row["action"] == "store.accepted"));
    desk.verify();
    desk.run(&["audit", "accept", "--as", "nobody"]).fails(3, "no such user");
}
