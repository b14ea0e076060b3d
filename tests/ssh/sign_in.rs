//! Who gets in: by which key, as whom, and for how long.

use std::time::{Duration, Instant};

use crate::room::{PASSWORD, PEOPLE, Room, fingerprint, key, public};

#[test]
fn everybody_comes_in_as_themselves_with_their_own_level() {
    let Some(room) = Room::new() else { return };
    for (who, role) in PEOPLE {
        let listed = room.ssh(who, "key list --json");
        match role {
            "basic" => drop(listed.fails(3, "Your role is Basic User")),
            _ => assert!(listed.done().json().is_array(), "{who}"),
        }
        let created = room.ssh(who, &format!("key create --kind basic --name '{who} key' --json"));
        match role {
            "administrator" => assert!(created.done().json()["secret"].is_string()),
            _ => drop(created.fails(3, "Only account Administrators can create and manage API keys.")),
        }
        let users = room.ssh(who, "user list --json");
        match role {
            "administrator" | "auditor" => assert_eq!(users.done().json().as_array().unwrap().len(), PEOPLE.len()),
            _ => drop(users.fails(3, "Only account")),
        }
        assert_eq!(room.ssh(who, "ssh-key list --json").done().json()[0]["last_used_from"], "127.0.0.1");
    }
    let trail = room.trail();
    let created = trail.iter().find(|row| row["what"] == "bram key").unwrap();
    assert_eq!(created["via"], format!("{} bram@laptop", fingerprint("bram")));
    assert_eq!((&created["who"], &created["address"]), (&"bram".into(), &"127.0.0.1".into()));
    assert!(room.ssh("s1", "key list").err.contains("Permission denied (publickey)"));
}

#[test]
fn of_seven_keys_in_an_agent_the_known_one_counts() {
    let Some(room) = Room::new() else { return };
    let agent = |names: &[&str], options: &str, command: &str| {
        let keys: Vec<_> = names.iter().map(|name| key(name).display().to_string()).collect();
        let script = format!(
            "eval $(ssh-agent) >/dev/null; ssh-add -q {}; ssh -F none -p 2222 -o UserKnownHostsFile=/dev/null -o \
             StrictHostKeyChecking=no -o LogLevel=ERROR -o BatchMode=yes {options} keydesk@127.0.0.1 '{command}'; code=$?; \
             ssh-agent -k >/dev/null; exit $code",
            keys.join(" ")
        );
        room.sh(&script)
    };
    let whose = "ssh-key list --json";
    let second = agent(&["s1", "chen", "s2", "s3", "s4", "s5", "s6"], "", whose).done().json();
    assert_eq!(second[0]["user"], "chen");
    let last = agent(&["s1", "s2", "s3", "s4", "s5", "s6", "chen"], "", whose).done().json();
    assert_eq!(last[0]["user"], "chen", "six others before it are not too many");
    // Two people at one agent: the first that is known, unless one is named.
    assert_eq!(agent(&["chen", "dora"], "", whose).done().json()[0]["user"], "chen");
    let named = format!("-o IdentitiesOnly=yes -i {}", key("dora").with_extension("pub").display());
    assert_eq!(agent(&["chen", "dora"], &named, whose).done().json()[0]["user"], "dora");
}

#[test]
fn a_removed_key_opens_nothing_not_even_over_an_open_connection() {
    let Some(room) = Room::new() else { return };
    let socket = room.path().join("control").display().to_string();
    let path = format!("ControlPath={socket}");
    let master = room.client("bram", &["-o", "ControlMaster=yes", "-o", &path, "-N", "-f"], &[]);
    room.run(&master.iter().map(String::as_str).collect::<Vec<_>>(), "").done();
    let shared = |command: &str| room.ssh_with("bram", &["-o", "ControlMaster=no", "-o", &path], command, "");
    shared("key list").done();
    room.home(&["ssh-key", "remove", "--as", "alice", &fingerprint("bram")], "").done();
    shared("key list").fails(3, "the key was removed");
    assert_eq!(room.ssh("bram", "key list").code, Some(255), "and sshd lets nobody in");
    let refused = room.trail();
    let row = refused.iter().find(|row| row["action"] == "ssh_key.refused").unwrap();
    assert_eq!((&row["who"], &row["what"]), (&"bram".into(), &fingerprint("bram").into()));
    // It may come back.
    room.home(&["ssh-key", "add", "--as", "alice", "bram", "-", "--expires", "1m"], &public("bram")).done();
    shared("key list").fails(3, "the key was removed");
    room.ssh("bram", "key list").done();
    room.home(&["ssh-key", "remove", "--as", "alice", &fingerprint("bram")], "").done();
    room.home(&["ssh-key", "add", "--as", "alice", "bram", "-", "--network", "10.0.0.0/8"], &public("bram")).done();
    assert_eq!(room.ssh("bram", "key list").code, Some(255), "from another network");
    room.home(&["user", "disable", "chen", "--as", "alice"], "").done();
    assert_eq!(room.ssh("chen", "ssh-key list").code, Some(255), "disabled");
}

/// A key that is added and removed while its owner signs in opens the desk or does not; it never leaves anybody half in.
#[test]
fn keys_come_and_go_while_people_sign_in() {
    let Some(room) = Room::new() else { return };
    let print = fingerprint("s1");
    std::thread::scope(|scope| {
        let changes = scope.spawn(|| {
            for _ in 0..12 {
                room.home(&["ssh-key", "add", "--as", "alice", "chen", "-"], &public("s1")).done();
                room.home(&["ssh-key", "remove", "--as", "alice", &print], "").done();
            }
        });
        let mut codes = Vec::new();
        while !changes.is_finished() {
            let run = room.ssh("s1", "ssh-key list --json");
            match run.code {
                Some(0) => assert_eq!(run.json()[0]["user"], "chen"),
                // By sshd, or by the session that sshd had let in; and one that it ended.
                Some(255 | 3) => assert_eq!(run.out, ""),
                _ => panic!("{run:?}"),
            }
            codes.push(run.code);
            room.ssh("emil", "ssh-key list").done();
        }
        assert!(!codes.is_empty());
    });
    assert_eq!(room.ssh("s1", "key list").code, Some(255));
    room.empties();
    let keys = room.home(&["ssh-key", "list", "--as", "alice", "--all", "--json"], "").done().json();
    assert_eq!(keys.as_array().unwrap().iter().filter(|key| key["fingerprint"] == print.as_str()).count(), 12);
    room.home(&["audit", "verify", "--as", "alice"], "").done();
}

#[test]
fn a_change_of_the_user_ends_an_open_session_within_a_second() {
    let Some(room) = Room::new() else { return };
    let acts: [(&str, &[&str], &str); 3] = [
        ("emil", &["user", "role", "emil", "--as", "alice", "--role", "basic"], "Your role or password was changed"),
        ("dora", &["user", "disable", "dora", "--as", "alice"], "Your user was disabled"),
        ("chen", &["ssh-key", "remove", "--as", "alice", &fingerprint("chen")], "The SSH key that opened this session"),
    ];
    for (who, act, words) in acts {
        let mut desk = room.desk(who, &[], &[], (80, 24));
        desk.sees(who);
        room.home(act, "").done();
        let began = Instant::now();
        desk.sees(words);
        assert_eq!(desk.ended(), 3, "{who}");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    // A key more ends nobody's session.
    let mut desk = room.desk("bram", &[], &[], (80, 24));
    desk.sees("bram");
    room.home(&["ssh-key", "add", "--as", "alice", "bram", "-"], &public("s1")).done();
    desk.settle(Duration::from_secs(2)).sees("bram").keys("q");
    assert_eq!(desk.ended(), 0);
}

#[test]
fn what_is_sensitive_wants_a_password_or_a_new_connection() {
    let Some(room) = Room::new() else { return };
    room.ssh("alice", "user disable chen").fails(3, "Add --confirm-stdin");
    room.ssh_with("alice", &[], "user disable chen --confirm-stdin", "wrong horse\n")
        .fails(3, "That is not your password");
    room.ssh_with("alice", &[], "user disable chen --confirm-stdin", &format!("{PASSWORD}\n")).done();
    // bram has no password: a new connection stands for it, for five minutes.
    room.ssh("bram", "user enable chen").done();
    room.ssh_with("bram", &[], "user enable chen --confirm-stdin", "x\n").fails(2, "You have no password");
    // On a terminal it is asked for.
    let mut desk = room.desk("alice", &[], &["user", "enable", "chen"], (80, 24));
    desk.sees("Your own password:").keys(&format!("{PASSWORD}\r")).sees("chen is active now");
    assert_eq!(desk.ended(), 0);
}

#[test]
fn a_certificate_of_the_machines_authority_opens_neither_shell_nor_desk() {
    let ca = "ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ca\n\
              echo 'TrustedUserCAKeys /etc/ssh/ca.pub' > /etc/ssh/sshd_config.d/00-site.conf\n\
              cp \"$ASSETS/sshd/keydesk.conf\" /etc/ssh/sshd_config.d/keydesk.conf";
    let Some(room) = Room::with(ca) else { return };
    let sign = |name: &str| {
        let made =
            format!("cp {0} /tmp/{name}; cp {0}.pub /tmp/{name}.pub; chmod 600 /tmp/{name}", key(name).display());
        room.sh(&format!("{made}; ssh-keygen -q -s /etc/ssh/ca -I x -n keydesk,root /tmp/{name}.pub")).done();
        room.sh(&format!(
            "ssh -F none -p 2222 -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR -o BatchMode=yes -o \
             IdentitiesOnly=yes -i /tmp/{name} keydesk@127.0.0.1 id"
        ))
    };
    let stranger = sign("s1");
    assert_eq!((stranger.code, stranger.out.as_str()), (Some(255), ""), "{stranger:?}");
    // The plain key of a user still is one.
    sign("alice").fails(2, "There is no such command here");
    // Without the block's line it would be a shell: the test of the test.
    room.sh("sed -i '/TrustedUserCAKeys/d; /AuthorizedPrincipals/d' /etc/ssh/sshd_config.d/keydesk.conf; kill -HUP 1; sleep 1").done();
    assert!(sign("s1").out.contains("keydesk"), "the authority works");
}
