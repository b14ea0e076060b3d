//! What sshd is told, beside what sshd does with it.

use std::time::{Duration, Instant};

use crate::room::{Room, fingerprint, public};

#[test]
fn every_kind_of_key_that_ssh_keygen_makes_opens_the_desk() {
    let Some(room) = Room::new() else { return };
    for how in ["-t ed25519", "-t ecdsa -b 256", "-t ecdsa -b 384", "-t ecdsa -b 521", "-t rsa -b 3072"] {
        let script = format!(
            "rm -f /tmp/k /tmp/k.pub; ssh-keygen -q {how} -N '' -C made -f /tmp/k && desk ssh-key add --as alice chen - < /tmp/k.pub \
             >/dev/null && ssh -F none -p 2222 -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR -o \
             BatchMode=yes -o IdentitiesOnly=yes -i /tmp/k keydesk@127.0.0.1 'ssh-key list --json'"
        );
        let listed = room.sh(&script).done().json();
        assert_eq!(listed[0]["user"], "chen", "{how}");
    }
}

#[test]
fn an_expiry_is_kept_by_sshd_and_by_an_open_session() {
    let Some(room) = Room::new() else { return };
    let end = room.sh("date -u -d '+6 seconds' +%Y-%m-%dT%H:%M:%SZ").done().out;
    room.home(&["ssh-key", "remove", "--as", "alice", &fingerprint("dora")], "").done();
    room.home(&["ssh-key", "add", "--as", "alice", "dora", "-", "--expires", end.trim()], &public("dora")).done();
    let mut desk = room.desk("dora", &[], &[], (80, 24));
    desk.sees("dora");
    let began = Instant::now();
    desk.sees("was removed or has expired");
    assert_eq!(desk.ended(), 3);
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    assert_eq!(room.ssh("dora", "key list").code, Some(255));
}

#[test]
fn a_locked_or_missing_store_lets_nobody_in_and_blocks_nobody() {
    let Some(room) = Room::new() else { return };
    let ask = format!(
        "runuser -u keydesk -- env -i /usr/bin/keydesk ssh authorized-keys --config /etc/keydesk/config.toml keydesk x {}",
        public("alice").split(' ').take(2).collect::<Vec<_>>().join(" ")
    );
    assert!(room.sh(&ask).done().out.starts_with("restrict,pty,command="));
    let began = Instant::now();
    let lock = "sqlite3 /var/lib/keydesk/keydesk.db 'PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; CREATE TABLE x (y); ROLLBACK;' \
                '.shell sleep 4' >/dev/null & sleep 1";
    assert_eq!(room.sh(&format!("{lock}; {ask}; code=$?; wait; exit $code")).done().out, "");
    assert!(began.elapsed() < Duration::from_secs(15));
    room.sh("mv /var/lib/keydesk/keydesk.db /var/lib/keydesk/away").done();
    assert_eq!(room.sh(&ask).done().out, "");
    assert_eq!(room.ssh("alice", "key list").code, Some(255));
    room.sh("test ! -e /var/lib/keydesk/keydesk.db").done();
}
