//! The connection itself: shared by several sessions, and as old as its first one.

use crate::room::{Room, fingerprint, public};

/// Clock ticks a second in /proc.
const TICKS: u64 = 100;

/// A shared connection (ControlMaster), open until the room goes.
struct Shared<'a> {
    room: &'a Room,
    who: &'static str,
    path: String,
    /// The process of sshd that serves it.
    pid: String,
}

impl<'a> Shared<'a> {
    fn open(room: &'a Room, who: &'static str) -> Self {
        let path = format!("ControlPath={}", room.path().join(format!("control-{who}")).display());
        let master = room.client(who, &["-o", "ControlMaster=yes", "-o", &path, "-N", "-f"], &[]);
        room.run(&master.iter().map(String::as_str).collect::<Vec<_>>(), "").done();
        // Named sshd, and sshd-session from 9.8 on.
        let pid = room
            .sh("for i in $(seq 200); do pgrep -n -u keydesk sshd && exit; sleep 0.1; done; exit 1")
            .done()
            .out
            .trim()
            .to_owned();
        Self { room, who, path, pid }
    }

    /// One more session over it.
    fn session(&self, command: &str) -> crate::room::Run {
        self.room.ssh_with(self.who, &["-o", "ControlMaster=no", "-o", &self.path], command, "")
    }

    /// What /proc says of the process of sshd that serves it.
    fn stat(&self) -> String {
        self.room.sh(&format!("cat /proc/{}/stat", self.pid)).done().out
    }

    /// Lays other words over that.
    fn says(&self, stat: &str) {
        let place = format!("/proc/{}/stat", self.pid);
        self.room
            .sh(&format!(
                "umount {place} 2>/dev/null; printf '%s' '{stat}' > /tmp/stat && mount --bind /tmp/stat {place}"
            ))
            .done();
    }
}

/// Nobody waits for five minutes here: /proc says of sshd that it began earlier.
#[test]
fn a_connection_stands_for_a_password_in_its_first_five_minutes() {
    let Some(room) = Room::new() else { return };
    let shared = Shared::open(&room, "bram");
    shared.session("user disable chen").done();
    let stat = shared.stat();
    let (name, fields) = stat.trim_end().rsplit_once(") ").unwrap();
    let mut fields: Vec<_> = fields.split(' ').map(str::to_owned).collect();
    // Field 22, of which the first two are before the bracket.
    let began: u64 = fields[19].parse().unwrap();
    let mut older = |seconds: u64| {
        let Some(earlier) = began.checked_sub(seconds * TICKS) else { return false };
        fields[19] = earlier.to_string();
        shared.says(&format!("{name}) {}", fields.join(" ")));
        true
    };
    if !older(310) {
        crate::need::skipped("the machine was started a moment ago, and nothing can be older than it");
        return;
    }
    shared.session("user enable chen").fails(3, "this SSH connection is older than 5 minutes");
    shared.session("ssh-key list").done();
    older(200);
    shared.session("user enable chen").done();
    // Whoever cannot be told how old it is, connects anew.
    for unknown in ["", "1 (sshd) S", "1 (sshd"] {
        shared.says(unknown);
        let refused = shared.session("user disable chen").fails(3, "or of unknown age. Close it, connect anew");
        assert!(refused.err.contains("not through"), "{refused:?}");
    }
    room.ssh("bram", "user disable chen").done();
    // A password does not age.
    let old = Shared::open(&room, "alice");
    old.says("");
    let password = format!("{}\n", crate::room::PASSWORD);
    let options = ["-o", "ControlMaster=no", "-o", &old.path];
    room.ssh_with("alice", &options, "user enable chen --confirm-stdin", &password).done();
}

#[test]
fn a_key_that_expires_opens_nothing_more_over_an_open_connection() {
    let Some(room) = Room::new() else { return };
    room.home(&["ssh-key", "remove", "--as", "alice", &fingerprint("bram")], "").done();
    let end = room.sh("date -u -d '+8 seconds' +%Y-%m-%dT%H:%M:%SZ").done().out;
    room.home(&["ssh-key", "add", "--as", "alice", "bram", "-", "--expires", end.trim()], &public("bram")).done();
    let shared = Shared::open(&room, "bram");
    shared.session("key list").done();
    room.sh("sleep 8").done();
    shared.session("key list").fails(3, "expired");
    assert_eq!(room.ssh("bram", "key list").code, Some(255), "and sshd lets nobody in");
}
