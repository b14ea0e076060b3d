//! The operator: putting the block in place, and finding out why it does not work.

use crate::room::Room;

const CHECK: &str = "/usr/bin/keydesk ssh check";

#[test]
fn enabling_puts_the_block_in_place_and_a_check_is_all_green() {
    let Some(room) = Room::with("true") else { return };
    assert_eq!(room.ssh("alice", "key list").code, Some(255), "not before it is enabled");
    let red = room.sh(CHECK);
    assert!(red.code == Some(1) && red.out.contains("fail  AuthorizedKeysCommand"), "{red:?}");
    let done = room.sh("/usr/bin/keydesk ssh enable").done();
    assert!(done.out.contains("a new connection was tried"), "{done:?}");
    room.ssh("alice", "key list").done();
    let green = room.sh(CHECK).done();
    assert!(green.out.lines().all(|line| line.starts_with("ok")), "{green:?}");
    assert!(green.out.lines().count() > 20, "{green:?}");
    room.sh("/usr/bin/keydesk ssh enable").done();
    let json = room.sh("/usr/bin/keydesk ssh check --json").done().json();
    assert_eq!(json["checks"][0]["state"], "ok");
    let nobody = room.sh("setpriv --reuid keydesk --regid keydesk --clear-groups /usr/bin/keydesk ssh enable");
    nobody.fails(3, "Only root");
}

#[test]
fn a_block_that_would_keep_people_out_is_taken_back() {
    // The first Match wins, keyword by keyword; and this one is wrong only once a key is looked up.
    let site = "printf 'Match User keydesk\\n  AuthorizedKeysCommand /usr/bin/keydesk %%C\\n' > /etc/ssh/sshd_config.d/05-site.conf";
    let Some(room) = Room::with(site) else { return };
    let said = room.sh("/usr/bin/keydesk ssh enable").fails(1, "The block was taken back").err;
    assert!(said.contains("AuthorizedKeysCommand"), "{said}");
    room.sh("test ! -e /etc/ssh/sshd_config.d/keydesk.conf && /usr/sbin/sshd -t").done();
    let mine = "echo '# mine' > /etc/ssh/sshd_config.d/keydesk.conf";
    room.sh(&format!("rm /etc/ssh/sshd_config.d/05-site.conf; {mine}")).done();
    room.sh("/usr/bin/keydesk ssh enable").fails(1, "is there with another content");
    room.sh("rm /etc/ssh/sshd_config.d/keydesk.conf; echo nonsense > /etc/ssh/sshd_config.d/05-site.conf").done();
    room.sh("/usr/bin/keydesk ssh enable").fails(1, "wrong already");
}

/// As OpenSSH 8.4 says it, which does not know one keyword of the block and takes no SetEnv of a Match.
#[test]
fn an_sshd_that_is_too_old_is_left_as_it_was() {
    let Some(room) = Room::with("true") else { return };
    let older = "cp /usr/sbin/sshd /run/real; printf '#!/bin/sh\\n/run/real \"$@\" > /run/said || exit 1\\ngrep -vi requiredrsasize /run/said\\n\
                 exit 0\\n' > /run/older; chmod 755 /run/older; mount --bind /run/older /usr/sbin/sshd";
    room.sh(older).done();
    room.sh("/usr/bin/keydesk ssh enable").fails(1, "older than OpenSSH 9.1");
    room.sh("test ! -e /etc/ssh/sshd_config.d/keydesk.conf").done();
    room.sh("umount /usr/sbin/sshd && /usr/bin/keydesk ssh enable").done();
}

#[test]
fn the_check_names_every_way_in_and_every_open_directory() {
    let Some(room) = Room::new() else { return };
    let red = |break_it: &str, words: &str| {
        room.sh(break_it).done();
        let said = room.sh(CHECK);
        assert_eq!(said.code, Some(1), "{break_it}: {said:?}");
        let line = said.out.lines().find(|line| line.starts_with("fail") && line.contains(words));
        assert!(line.is_some(), "{break_it}: {said:?}");
    };
    red("chmod 777 /usr/bin", "/usr/bin can be written by others");
    red("chmod 755 /usr/bin; chown nobody /etc/keydesk", "/etc/keydesk belongs to nobody");
    red("chown keydesk /etc/keydesk; usermod --shell /usr/sbin/nologin keydesk", "no forced command can run");
    red(
        "usermod --shell /bin/sh keydesk; echo 'TrustedUserCAKeys /etc/ssh/ca.pub' > /etc/ssh/sshd_config.d/a.conf; touch \
         /etc/ssh/ca.pub; sed -i /TrustedUserCAKeys/d /etc/ssh/sshd_config.d/keydesk.conf",
        "TrustedUserCAKeys  /etc/ssh/ca.pub",
    );
}

#[test]
fn the_way_back_in_stays_when_everything_else_fails() {
    let Some(room) = Room::new() else { return };
    // On the machine itself: no sshd, no key, no password.
    room.sh("rm /etc/ssh/sshd_config.d/keydesk.conf; kill -HUP 1").done();
    room.home(&["user", "passwd", "alice", "--as", "alice", "--password-stdin"], "another horse battery\n").done();
    // A disk without room says so, and works again once there is some.
    let copy = "mount -t tmpfs -o size=4m tmpfs /mnt && cp -a /var/lib/keydesk /mnt/ && cp -a /etc/keydesk/master.key /mnt/keydesk/ && cat /dev/zero > /mnt/fill";
    room.sh(&format!("{copy} 2>/dev/null; test -s /mnt/fill")).done();
    let there = "setpriv --reuid keydesk --regid keydesk --clear-groups env -i keydesk --config /mnt/config.toml --master-key-file \
                 /mnt/keydesk/master.key --data-dir /mnt/keydesk user passwd alice --as alice --generate";
    room.sh(there).fails(6, "");
    room.sh(&format!("rm /mnt/fill; {there}")).done();
    // A store that somebody locks is free again when they are gone.
    let lock = "sqlite3 /var/lib/keydesk/keydesk.db 'PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; CREATE TABLE x (y); ROLLBACK;' \
                '.shell sleep 8' >/dev/null & sleep 1";
    room.sh(&format!("{lock}; desk user list --as alice; code=$?; wait; exit $code")).fails(6, "");
    room.home(&["user", "list", "--as", "alice"], "").done();
}
