//! Machines whose sshd or account keeps everybody out: each is told before anything is changed, or the block is taken back.

use crate::room::{Room, fingerprint, key};

const CHECK: &str = "/usr/bin/keydesk ssh check";
const ENABLE: &str = "/usr/bin/keydesk ssh enable";
const BLOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sshd/keydesk.conf");
const PUT_BACK: &str = "rm -f /etc/ssh/sshd_config.d/05-site.conf /etc/ssh/sshd_config.d/keydesk.conf /etc/nologin /run/nologin; \
                        usermod --shell /bin/sh --password '!*' --expiredate '' keydesk; chage --lastday 20000 keydesk; kill -HUP 1";

/// A line of a site's own configuration, read before the block.
fn site(lines: &str) -> String {
    format!("printf '{lines}\\n' > /etc/ssh/sshd_config.d/05-site.conf; kill -HUP 1")
}

/// `enable` refuses with these words and leaves nothing behind; `check`, with the block in place, has a red line with them.
fn keeps_out(room: &Room, what: &str, break_it: &str, words: &str) {
    room.sh(break_it).done();
    let said = room.sh(ENABLE);
    assert!(said.code == Some(1) && said.err.contains(words) && said.out.is_empty(), "{what}: {said:?}");
    room.sh("test ! -e /etc/ssh/sshd_config.d/keydesk.conf && ! ls -d /run/keydesk-enable*").done();
    room.sh(&format!("cp {BLOCK} /etc/ssh/sshd_config.d/")).done();
    let said = room.sh(CHECK);
    let line = said.out.lines().find(|line| line.starts_with("fail") && line.contains(words) && line.contains(" → "));
    assert!(said.code == Some(1) && line.is_some(), "{what}: {said:?}");
    room.sh(PUT_BACK).done();
}

#[test]
fn lists_that_leave_the_account_out_are_named() {
    let Some(room) = Room::with("true") else { return };
    for (lines, words) in [
        ("AllowUsers alice root", "keydesk is not"),
        ("AllowGroups ssh-users", "no group of keydesk is"),
        ("DenyUsers key*", "keydesk is denied"),
        ("DenyGroups keydesk", "is in keydesk, which is denied"),
        ("Match User keydesk\\n  DenyUsers keydesk", "keydesk is denied"),
        ("PubkeyAcceptedAlgorithms ssh-ed25519-cert-v01@openssh.com", "takes no key that the desk takes"),
    ] {
        keeps_out(&room, lines, &site(lines), words);
    }
    room.sh(ENABLE).done();
}

#[test]
fn an_account_that_cannot_be_signed_in_to_is_named() {
    let Some(room) = Room::with("true") else { return };
    for (break_it, words) in [
        (&site("UsePAM no")[..], "the account is locked"),
        ("chage --expiredate 2020-01-01 keydesk", "the account has expired"),
        ("chage --lastday 0 keydesk", "must be changed"),
        ("usermod --shell /usr/sbin/nologin keydesk", "by which no forced command can run"),
        ("usermod --shell /bin/there-is-none keydesk", "by which no forced command can run"),
        ("touch /etc/nologin", "nobody but root is let in"),
        ("touch /run/nologin", "nobody but root is let in"),
    ] {
        keeps_out(&room, break_it, break_it, words);
    }
    // What the next steps say lets them in.
    room.sh(&format!("{}; usermod --password '*' keydesk; {ENABLE}", site("UsePAM no"))).done();
    room.ssh("alice", "key list").done();
}

/// The first Match that sets a keyword wins.
#[test]
fn a_match_before_the_block_that_takes_its_place_is_named() {
    let Some(room) = Room::with("true") else { return };
    for (lines, keyword) in [
        ("ForceCommand /usr/bin/id", "ForceCommand"),
        ("ChrootDirectory /srv", "ChrootDirectory"),
        ("PubkeyAuthentication no", "PubkeyAuthentication"),
        ("AuthenticationMethods publickey,password", "AuthenticationMethods"),
        ("PermitTTY no", "PermitTTY"),
        ("ExposeAuthInfo no", "ExposeAuthInfo"),
        ("AuthorizedKeysFile /etc/ssh/keys", "AuthorizedKeysFile"),
        ("AuthorizedKeysCommandUser nobody", "AuthorizedKeysCommandUser"),
        ("AcceptEnv LD_* PATH", "AcceptEnv"),
        ("SetEnv KEYDESK_CONFIG=/tmp/x", "SetEnv"),
        ("MaxSessions 0", "MaxSessions"),
    ] {
        let first = format!("Match all\\n  {lines}");
        keeps_out(&room, lines, &site(&first), keyword);
        room.sh(&site(&first)).done();
        room.sh(ENABLE).fails(1, "Look at /etc/ssh/sshd_config.d/05-site.conf:2");
        // For the whole machine it is no harm: the block has a value of its own.
        room.sh(&site(lines)).done();
        room.sh(ENABLE).done();
        room.ssh("alice", "key list").done();
        room.sh(PUT_BACK).done();
    }
}

/// PAM has reasons of its own, which nothing but a sign-in finds.
#[test]
fn what_only_a_sign_in_finds_takes_the_block_back() {
    let Some(room) = Room::with("true") else { return };
    room.sh("cp /etc/pam.d/sshd /run/pam; sed -i '1i account required pam_deny.so' /etc/pam.d/sshd").done();
    let said = room.sh(ENABLE).fails(1, "The block was taken back. A second connection failed").err;
    assert!(said.contains("journalctl -u ssh"), "{said}");
    room.sh("test ! -e /etc/ssh/sshd_config.d/keydesk.conf && cp /run/pam /etc/pam.d/sshd").done();
    room.sh(ENABLE).done();
    // A block that was there before is left, and that is said.
    room.sh("sed -i '1i account required pam_deny.so' /etc/pam.d/sshd").done();
    room.sh(ENABLE).fails(1, "The block was there before, and was left.");
    room.sh("test -e /etc/ssh/sshd_config.d/keydesk.conf").done();
}

/// The line of the operator may drop by what is tried: it goes on to the end, and takes the block back all the same.
#[test]
fn a_trial_that_nobody_waits_for_is_ended_too() {
    let Some(room) = Room::with("true") else { return };
    room.sh("sed -i '1i account required pam_deny.so' /etc/pam.d/sshd").done();
    let script = format!(
        "{ENABLE} >/dev/null 2>/run/said & pid=$!; for i in $(seq 600); do test -e /run/keydesk-enable.pub && break; sleep 0.1; done; \
         test -e /etc/ssh/sshd_config.d/keydesk.conf || exit 9; kill -HUP $pid; kill -INT $pid; kill -TERM $pid; wait $pid; echo $?"
    );
    assert_eq!(room.sh(&script).done().out.trim(), "1");
    room.sh("grep -q 'The block was taken back' /run/said && test ! -e /etc/ssh/sshd_config.d/keydesk.conf && ! ls -d /run/keydesk-enable*")
        .done();
}

#[test]
fn a_sign_in_that_may_not_come_from_here_is_not_tried() {
    let Some(room) = Room::with("true") else { return };
    room.sh(&site("AllowUsers keydesk@192.0.2.0/24 alice")).done();
    let said = room.sh(ENABLE).done().out;
    assert!(
        said.contains("keydesk is allowed from 192.0.2.0/24 only") && said.contains("Before you sign out"),
        "{said}"
    );
    let warned = room.sh(CHECK).done().out;
    assert!(warned.lines().any(|line| line.starts_with("warn  AllowUsers")), "{warned}");
}

/// A Match before the block can let a client set what it likes. sshd sets PATH and HOME itself, and keydesk
/// believes nothing but the config of the block.
#[test]
fn whatever_a_client_may_set_leads_nowhere() {
    let site = "printf 'Match all\\n  AcceptEnv *\\n' > /etc/ssh/sshd_config.d/05-site.conf; mkdir /tmp/evil; printf '#!/bin/sh\\nid\\n' > \
                /tmp/evil/keydesk; chmod -R 755 /tmp/evil";
    let Some(room) = Room::with(&format!("{site}; cp {BLOCK} /etc/ssh/sshd_config.d/")) else { return };
    let set = [
        "PATH=/tmp/evil",
        "HOME=/tmp/evil",
        "SHELL=/tmp/evil/keydesk",
        "ENV=/tmp/evil/keydesk",
        "BASH_ENV=/tmp/evil/keydesk",
        "IFS=/",
        "KEYDESK_CONFIG=/tmp/evil/config.toml",
        "KEYDESK_DATA_DIR=/tmp/evil",
        "KEYDESK_MASTER_KEY_FILE=/tmp/evil/key",
        "KEYDESK_STORE=postgres://x@127.0.0.1:1/x",
        "KEYDESK_AS=bram",
        "XDG_CONFIG_HOME=/tmp/evil",
        "SSH_USER_AUTH=/tmp/evil/auth",
        "SSH_ORIGINAL_COMMAND=user list",
        "SSH_CONNECTION=192.0.2.7 1 192.0.2.8 22",
    ];
    let options: Vec<_> = set.iter().flat_map(|one| ["-o".to_owned(), format!("SetEnv=\"{one}\"")]).collect();
    let options: Vec<_> = options.iter().map(String::as_str).collect();
    let listed = room.ssh_with("chen", &options, "ssh-key list --json", "").done().json();
    assert_eq!((&listed[0]["user"], &listed[0]["last_used_from"]), (&"chen".into(), &"127.0.0.1".into()));
    room.ssh_with("chen", &options, "user list", "").fails(3, "Only account");
    let said = room.sh(CHECK);
    assert!(said.out.lines().any(|line| line.starts_with("fail  AcceptEnv  *")), "{said:?}");
}

/// `ssh enable` comes from this machine; people do not.
#[test]
fn a_match_of_other_addresses_is_told_by_the_check() {
    let site = site("Match Address *,!127.0.0.0/8\\n  ForceCommand /usr/bin/id\\n  AllowUsers alice");
    let Some(room) = Room::with("true") else { return };
    room.sh(&site).done();
    room.sh(ENABLE).done();
    let said = room.sh(CHECK).done().out;
    for words in ["warn  ForceCommand  /usr/bin/id", "warn  AllowUsers  others are allowed"] {
        let line = said.lines().find(|line| line.starts_with(words));
        assert!(line.is_some_and(|line| line.contains("192.0.2.1")), "{said}");
    }
}

/// The key that `enable` tries opens nothing but the version, for the one who has it, and only while it is tried.
#[test]
fn the_key_that_is_tried_opens_nothing() {
    let Some(room) = Room::new() else { return };
    let stranger = key("s1").with_extension("pub").display().to_string();
    let lay = format!("cut -d' ' -f1,2 {stranger} > /run/keydesk-enable.pub; chmod 644 /run/keydesk-enable.pub");
    assert_eq!(room.ssh("s1", "key list").code, Some(255));
    room.sh(&lay).done();
    for command in ["key list", "", "sh", "user list"] {
        let said = room.ssh("s1", command).done();
        assert!(said.out.starts_with("keydesk ") && said.out.lines().count() == 1, "{command}: {said:?}");
    }
    assert_ne!(room.ssh_with("s1", &["-W", "127.0.0.1:2222"], "", "").code, Some(0));
    assert_eq!(room.ssh("s2", "key list").code, Some(255), "another key");
    room.sh("chown keydesk /run/keydesk-enable.pub").done();
    assert_eq!(room.ssh("s1", "key list").code, Some(255), "only root may lay it");
    room.sh("chown root /run/keydesk-enable.pub; touch -d '5 minutes ago' /run/keydesk-enable.pub").done();
    assert_eq!(room.ssh("s1", "key list").code, Some(255), "it is too old");
    assert!(room.trail().iter().all(|row| !row.to_string().contains(&fingerprint("s1"))));
}

/// A file that names the process of before is no reason to signal what has its number now.
#[test]
fn only_sshd_is_signalled_whatever_its_file_says() {
    let Some(room) = Room::with("true") else { return };
    let stale = "sleep 1000 > /dev/null 2>&1 & echo $! > /run/sshd.pid; echo $!";
    let other = room.sh(stale).done().out.trim().to_owned();
    room.sh(ENABLE).done();
    room.sh(&format!("kill -0 {other}")).done();
    room.ssh("alice", "key list").done();
    // A second one of another configuration is not asked either.
    room.sh("rm /etc/ssh/sshd_config.d/keydesk.conf; printf 'Port 2300\\nPidFile none\\n' > /tmp/other; /usr/sbin/sshd -f /tmp/other").done();
    room.sh(ENABLE).done();
    room.sh(&format!("kill {other}")).done();
}

/// Two that listen by the same configuration: which of them is the machine's nobody can tell.
#[test]
fn of_two_listeners_neither_is_signalled() {
    let Some(room) = Room::with("true") else { return };
    room.sh("rm /run/sshd.pid; /usr/sbin/sshd -o Port=2300 -o PidFile=none").done();
    let said = room.sh(ENABLE).done().out;
    assert!(said.contains("could not be told") && said.contains("Reload it"), "{said}");
}

#[test]
fn a_match_of_this_end_and_other_addresses_are_understood() {
    let other = "ip addr add 127.0.0.9/8 dev lo; printf 'ListenAddress 127.0.0.9:2222\\nListenAddress [::1]:2222\\nMatch LocalPort \
                 2222\\n  MaxSessions 7\\nMatch RDomain x\\n  PermitTTY no\\nMatch LocalAddress 192.0.2.1\\n  PermitTTY no\\n' > \
                 /etc/ssh/sshd_config.d/01-site.conf";
    let Some(room) = Room::with(other) else { return };
    room.sh(ENABLE).done();
    let said = room.sh(CHECK).done().out;
    assert!(said.lines().any(|line| line.starts_with("warn  MaxSessions  7")), "{said}");
    room.sh("rm /etc/ssh/sshd_config.d/*.conf; printf 'Port 2222\\nListenAddress ::\\n' > /etc/ssh/sshd_config.d/01-site.conf; kill -HUP 1").done();
    room.sh(ENABLE).done();
}

#[test]
fn a_directory_that_is_not_there_or_cannot_be_written_changes_nothing() {
    let Some(room) = Room::with("true") else { return };
    room.sh("mount --bind /etc/ssh /etc/ssh && mount -o remount,bind,ro /etc/ssh").done();
    room.sh(ENABLE).fails(1, "/etc/ssh is read-only");
    // Where systemd starts sshd with each connection, its directory may not be there.
    room.sh("umount /etc/ssh; rmdir /run/sshd").done();
    room.sh(ENABLE).done();
    room.sh("test $(stat -c %a /run/sshd) = 755 && rm /etc/ssh/sshd_config.d/keydesk.conf").done();
    room.sh("mv /etc/ssh/sshd_config.d /etc/ssh/away; sed -i '/^Include/d' /etc/ssh/sshd_config; echo Port 2222 >> \
             /etc/ssh/sshd_config")
        .done();
    room.sh(ENABLE).fails(1, "/etc/ssh/sshd_config.d is not there. Make it");
    room.sh("mkdir /etc/ssh/sshd_config.d").done();
    room.sh(ENABLE).fails(1, "must have the line: Include");
    room.sh("test -z \"$(ls /etc/ssh/sshd_config.d)\"; echo 'Include /etc/ssh/sshd_config.d/*.conf' >> /etc/ssh/sshd_config").done();
    room.sh(ENABLE).done();
}

/// Where systemd holds the socket, each connection reads the configuration anew.
#[test]
fn systemd_is_asked_to_reload_before_any_process_is() {
    let Some(room) = Room::with("true") else { return };
    let systemctl = |cases: &str| {
        format!(
            "mkdir -p /run/systemd/system; printf '#!/bin/sh\\necho \"$*\" >> /run/asked\\ncase \"$*\" in {cases} esac\\n' > \
             /usr/bin/systemctl-new; chmod 755 /usr/bin/systemctl-new; mv /usr/bin/systemctl-new /usr/bin/systemctl"
        )
    };
    room.sh(&systemctl("*active*ssh.service) ;; reload*) kill -HUP 1 ;; *) exit 3 ;;")).done();
    room.sh(ENABLE).done();
    assert!(room.sh("cat /run/asked").done().out.contains("reload ssh.service"));
    room.sh("rm /etc/ssh/sshd_config.d/keydesk.conf /run/asked; kill -HUP 1").done();
    room.sh(&systemctl("*active*ssh.socket) kill -HUP 1 ;; *) exit 3 ;;")).done();
    room.sh(ENABLE).done();
    assert!(!room.sh("cat /run/asked").done().out.contains("reload"));
    room.sh("rm /etc/ssh/sshd_config.d/keydesk.conf; kill -HUP 1").done();
    room.sh(&systemctl("*active*ssh.service) ;; *) echo It failed. >&2; exit 1 ;;")).done();
    room.sh(ENABLE).fails(1, "sshd could not be told so");
    room.sh("test ! -e /etc/ssh/sshd_config.d/keydesk.conf").done();
}
