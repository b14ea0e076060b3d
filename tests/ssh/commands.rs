//! Commands instead of the desk: what a client can ask for, and that nothing but verbs of keydesk comes of it.

use crate::room::{PASSWORD, Room, key};

#[test]
fn a_command_is_no_shell_whatever_it_holds() {
    let Some(room) = Room::new() else { return };
    for command in [
        "id",
        "sh",
        "key list; id",
        "key list && id",
        "$(id)",
        "`id`",
        "key list | sh",
        "../../bin/sh",
        "ssh session --key-id 1",
        "serve",
        "demo",
        "init --account x --name y",
        "setting set lock-minutes 1",
        "key list --as bram",
        "key list --config /tmp/x",
        "key list --data-dir=/tmp",
        "key 'list",
    ] {
        let run = room.ssh("alice", command);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{command}: {run:?}");
        assert!(run.err.starts_with("keydesk: ") && run.err.lines().count() == 1, "{command}: {run:?}");
    }
    let long = format!("key list {}", "x".repeat(64 << 10));
    room.ssh("alice", &long[..64 << 10]).fails(2, "");
    room.ssh("alice", &long).fails(2, "longer than 64 KiB");
    assert_eq!(room.ssh("alice", "user list --json").done().json().as_array().unwrap().len(), 5);
    assert!(room.ssh("alice", "snippet nginx").done().out.contains("auth_request"));
    assert!(room.ssh("alice", "setting list").done().out.contains("lock"));
    room.ssh("alice", "audit verify").done();
    let explained = room.ssh_with("alice", &[], "explain", "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(explained.code, Some(0), "{explained:?}");
    room.ssh_with("alice", &[], "sign https://x.example/ --key k --secret-stdin", "secret\n").done();
    let exported = room.ssh_with("alice", &[], "audit export --confirm-stdin", &format!("{PASSWORD}\n")).done();
    assert!(exported.out.lines().count() > 10);
}

#[test]
fn a_secret_is_printed_once_on_standard_output() {
    let Some(room) = Room::new() else { return };
    let made = room.ssh("bram", "key create --kind hmac --name 'night export' --json").done();
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    assert!(!made.err.contains(&secret));
    let shown = room.ssh("bram", "key list --json").done();
    assert_eq!(shown.json()[0]["name"], "night export");
    assert!(!shown.out.contains(&secret) && !room.log().contains(&secret));
}

#[test]
fn file_transfers_are_refused_without_a_byte_on_standard_output() {
    let Some(room) = Room::new() else { return };
    let by = |program: &str, tail: &str| {
        let identity = key("alice").display().to_string();
        room.sh(&format!(
            "{program} -F none -P 2222 -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR -o BatchMode=yes \
             -i {identity} {tail}"
        ))
    };
    for (program, tail) in [
        ("sftp", "keydesk@127.0.0.1:/etc/passwd /tmp/got"),
        ("scp", "keydesk@127.0.0.1:/etc/passwd /tmp/got"),
        ("scp -O", "keydesk@127.0.0.1:/etc/passwd /tmp/got"),
        ("scp -O", "/etc/hostname keydesk@127.0.0.1:/tmp/put"),
    ] {
        let run = by(program, tail);
        assert!(run.code != Some(0) && !run.out.contains("root:"), "{program}: {run:?}");
        assert!(!run.err.contains("message too long"), "{program}: {run:?}");
    }
    let rsync = room.ssh("alice", "rsync --server --sender -logDtpre.iLsfxCIvu . /etc/passwd");
    rsync.fails(2, "There is no such command here");
    room.ssh_with("alice", &["-s"], "sftp", "").fails(2, "");
    room.sh("test ! -e /tmp/got && test ! -e /tmp/put").done();
}

#[test]
fn nothing_is_forwarded() {
    let Some(room) = Room::new() else { return };
    for options in [
        &["-L", "7100:127.0.0.1:2222"][..],
        &["-R", "7200:127.0.0.1:2222"],
        &["-D", "7300"],
        &["-A"],
        &["-X"],
        &["-Y"],
        &["-L", "/tmp/near:/tmp/far"],
        &["-R", "/tmp/far:/tmp/near"],
    ] {
        let all = [options, &["-o", "ExitOnForwardFailure=no"]].concat();
        room.ssh_with("alice", &all, "key list", "").done();
    }
    let direct = room.ssh_with("alice", &["-W", "127.0.0.1:2222"], "", "");
    assert!(direct.code != Some(0) && !direct.out.contains("SSH-2.0"), "{direct:?}");
    let refused =
        room.ssh_with("alice", &["-R", "7200:127.0.0.1:2222", "-o", "ExitOnForwardFailure=yes"], "key list", "");
    assert_eq!(refused.code, Some(255), "{refused:?}");
    let tunnel = room.ssh_with("alice", &["-w", "0:0", "-o", "ExitOnForwardFailure=yes"], "key list", "");
    assert_ne!(tunnel.code, Some(0), "{tunnel:?}");
}

#[test]
fn without_a_terminal_the_desk_says_how_to_get_one() {
    let Some(room) = Room::new() else { return };
    for options in [&[][..], &["-T"]] {
        room.ssh_with("alice", options, "", "").fails(2, "ssh -t");
        room.ssh_with("alice", options, "plain", "").fails(2, "ssh -t");
    }
    // A terminal is no harm for a command; its input may end at any point.
    let listed = room.ssh_with("alice", &["-tt"], "key list --json", "").done();
    assert_eq!(listed.out.trim(), "[]");
    for (command, input) in [
        ("user disable chen --confirm-stdin", ""),
        ("user disable chen --confirm-stdin", "half a pass"),
        ("ssh-key add chen - --confirm-stdin", &format!("{PASSWORD}\n")[..]),
        ("key create --kind legacy --username smsbatch --password-stdin", ""),
    ] {
        let run = room.ssh_with("alice", &[], command, input);
        assert!([Some(2), Some(3)].contains(&run.code), "{command}: {run:?}");
    }
    assert_eq!(room.ssh("alice", "user list --json").done().json()[2]["state"], "active");
}

#[test]
fn the_environment_of_a_session_is_clean() {
    let Some(room) = Room::new() else { return };
    let set = "LC_ALL=C.UTF-8 LD_PRELOAD=/tmp/x.so KEYDESK_DATA_DIR=/tmp KEYDESK_AS=bram TMUX=/tmp/tmux FOO=bar COLORTERM=truecolor";
    let options: Vec<_> = set.split(' ').flat_map(|one| ["-o".to_owned(), format!("SetEnv={one}")]).collect();
    let options: Vec<_> = options.iter().map(String::as_str).chain(["-o", "SendEnv=*"]).collect();
    let mut desk = room.desk("alice", &options, &[], (80, 24));
    desk.sees("alice");
    let environment = "for pid in $(ps -u keydesk -o pid=,comm= | awk '$2 == \"keydesk\" { print $1 }'); do tr '\\0' '\\n' < \
                       /proc/$pid/environ; done";
    let told = room.sh(environment).done().out;
    let names: Vec<_> = told.lines().filter_map(|line| line.split('=').next()).collect();
    assert!(names.contains(&"TERM"), "{told}");
    let kept = |name: &&str| ["TERM", "LANG", "COLORTERM", "NO_COLOR"].contains(name) || name.starts_with("LC_");
    assert!(names.iter().all(kept), "{told}");
    desk.keys("q");
    desk.ended();
}

#[test]
fn a_file_that_does_not_name_the_key_opens_nothing() {
    let Some(room) = Room::new() else { return };
    room.sh(
        "sed -i 's/ExposeAuthInfo yes/ExposeAuthInfo no/' /etc/ssh/sshd_config.d/keydesk.conf; kill -HUP 1; sleep 1",
    )
    .done();
    room.ssh("alice", "key list").fails(3, "ExposeAuthInfo is not on");
}
