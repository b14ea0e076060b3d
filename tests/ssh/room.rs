//! A room: sshd with the shipped block and a desk, where nothing of the machine is touched.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use crate::harness::Desk;
use crate::need::{need, skipped};

pub const PASSWORD: &str = "correct horse battery";

/// Who has a key in every room. Only alice and dora have passwords.
pub const PEOPLE: [(&str, &str); 5] = [
    ("alice", "administrator"),
    ("bram", "administrator"),
    ("chen", "basic"),
    ("dora", "advanced"),
    ("emil", "auditor"),
];

/// Key pairs, made once: one for each, and strangers.
static KEYS: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for name in PEOPLE.map(|(name, _)| name).into_iter().chain(["s1", "s2", "s3", "s4", "s5", "s6"]) {
        let mut make = Command::new("ssh-keygen");
        make.args(["-q", "-t", "ed25519", "-N", "", "-C", &format!("{name}@laptop"), "-f"]).arg(dir.path().join(name));
        assert!(make.output().unwrap().status.success(), "{name}");
    }
    dir
});

pub fn key(name: &str) -> PathBuf {
    KEYS.path().join(name)
}

pub fn public(name: &str) -> String {
    fs::read_to_string(KEYS.path().join(format!("{name}.pub"))).unwrap()
}

pub fn fingerprint(name: &str) -> String {
    let said = Command::new("ssh-keygen").arg("-lf").arg(key(name)).output().unwrap().stdout;
    String::from_utf8(said).unwrap().split(' ').nth(1).unwrap().to_owned()
}

/// Everything is overlaid: what is written stays in the room and goes with it.
const PREPARE: &str = r#"
set -e
mount --make-rprivate /
ip link set lo up
mkdir -p "$ROOM/in"
mount -t tmpfs tmpfs "$ROOM/in"
for dir in /etc /usr/bin /var/lib; do
    name=$(echo $dir | tr / _)
    mkdir -p "$ROOM/in/$name" "$ROOM/in/$name.work"
    mount -t overlay overlay -o "lowerdir=$dir,upperdir=$ROOM/in/$name,workdir=$ROOM/in/$name.work" $dir
done
# The project itself may be there, and must stay.
mount --bind "$PROJECT" /mnt
mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir -p "$PROJECT"
mount --move /mnt "$PROJECT"
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd
touch /usr/bin/keydesk
mount --bind "$PROGRAM" /usr/bin/keydesk
systemd-sysusers "$ASSETS/sysusers.d/keydesk.conf" >/dev/null 2>&1
install -d -o keydesk -g keydesk -m 700 /var/lib/keydesk /etc/keydesk
install -o keydesk -g keydesk -m 600 "$ASSETS/config.toml" /etc/keydesk/config.toml
echo 'Port 2222' > /etc/ssh/sshd_config.d/00-port.conf
[ -f /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
"#;

/// As the Unix user of the desk, with its config.
const HOME: &str = r#"
desk() { setpriv --reuid keydesk --regid keydesk --clear-groups env -i HOME=/var/lib/keydesk PATH=/usr/bin:/bin keydesk --config /etc/keydesk/config.toml "$@"; }
"#;

pub struct Room {
    dir: tempfile::TempDir,
    holder: Child,
    /// The process id of the room's first process, seen from outside.
    first: u32,
}

impl Room {
    /// With the shipped block in place and sshd running.
    pub fn new() -> Option<Self> {
        Self::with("cp \"$ASSETS/sshd/keydesk.conf\" /etc/ssh/sshd_config.d/keydesk.conf")
    }

    /// With something else done before sshd starts; `None` where there can be no room.
    pub fn with(prepare: &str) -> Option<Self> {
        if !need("sshd ssh ssh-keygen ssh-agent unshare nsenter ip setpriv systemd-sysusers") {
            return None;
        }
        if !rustix::process::getuid().is_root() {
            skipped("only root can make a namespace with sshd in it");
            return None;
        }
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut script = format!("{PREPARE}{HOME}");
        script += &format!("echo '{PASSWORD}' | desk init --account Acme --name alice --password-stdin >/dev/null\n");
        for (name, role) in PEOPLE {
            let key = key(name).with_extension("pub");
            script += &match name {
                "alice" => format!("desk ssh-key add --as alice alice - <{} >/dev/null\n", key.display()),
                "dora" => format!(
                    "echo '{PASSWORD}' | desk user add dora --as alice --role {role} --password-stdin >/dev/null\n\
                     desk ssh-key add --as alice dora - <{} >/dev/null\n",
                    key.display()
                ),
                _ => {
                    format!("desk user add {name} --as alice --role {role} --ssh-key - <{} >/dev/null\n", key.display())
                }
            };
        }
        script += prepare;
        script += "\n/usr/sbin/sshd -t\nexec /usr/sbin/sshd -D -E \"$ROOM/sshd.log\"\n";
        let mut holder = Command::new("unshare");
        holder.args(["-mnpf", "--kill-child", "--mount-proc", "sh", "-c", &script]);
        holder
            .env("PROJECT", env!("CARGO_MANIFEST_DIR"))
            .env("ROOM", dir.path())
            .env("PROGRAM", env!("CARGO_BIN_EXE_keydesk"));
        holder.env("ASSETS", concat!(env!("CARGO_MANIFEST_DIR"), "/assets")).stdin(Stdio::null());
        let holder = holder.spawn().unwrap();
        let mut room = Self { dir, holder, first: 0 };
        room.wait();
        Some(room)
    }

    fn wait(&mut self) {
        let until = Instant::now() + Duration::from_secs(60);
        let children = format!("/proc/{0}/task/{0}/children", self.holder.id());
        loop {
            assert!(Instant::now() < until, "sshd did not start: {}", self.log());
            assert!(self.holder.try_wait().unwrap().is_none(), "the room could not be made: {}", self.log());
            if self.log().contains("Server listening on") {
                self.first = fs::read_to_string(&children).unwrap().trim().parse().unwrap();
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("sshd.log")).unwrap_or_default()
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The words that run a program inside the room.
    fn inside(&self) -> Vec<String> {
        let target = self.first.to_string();
        ["nsenter", "-t", &target, "-m", "-n", "-p", "--"].map(str::to_owned).to_vec()
    }

    /// Runs a script in the room, as root.
    pub fn sh(&self, script: &str) -> Run {
        self.run(&["sh", "-c", &format!("{HOME}{script}")], "")
    }

    /// Runs keydesk at home: on the machine, as the Unix user of the desk.
    pub fn home(&self, args: &[&str], input: &str) -> Run {
        let script = format!("{HOME}desk \"$@\"");
        self.run(&[&["sh", "-c", &script, "sh"], args].concat(), input)
    }

    pub fn run(&self, args: &[&str], input: &str) -> Run {
        let mut child = self.spawn(args, Stdio::piped());
        let mut stdin = child.stdin.take().unwrap();
        // Whoever does not read it is not waited for.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        Run::of(args, child.wait_with_output().unwrap())
    }

    pub fn spawn(&self, args: &[&str], stdin: Stdio) -> Child {
        let inside = self.inside();
        let mut command = Command::new(&inside[0]);
        command.args(&inside[1..]).args(args).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env_remove("SSH_AUTH_SOCK").spawn().unwrap()
    }

    /// The client with the key of somebody, with more words before the command.
    pub fn client(&self, who: &str, options: &[&str], command: &[&str]) -> Vec<String> {
        let key = key(who).display().to_string();
        let fixed = [
            "ssh",
            "-F",
            "none",
            "-p",
            "2222",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "LogLevel=ERROR",
            "-o",
            "BatchMode=yes",
            "-o",
            "ConnectTimeout=20",
            "-o",
            "IdentitiesOnly=yes",
            "-i",
            &key,
        ];
        let all = [&fixed[..], options, &["keydesk@127.0.0.1"], command].concat();
        all.into_iter().map(str::to_owned).collect()
    }

    pub fn ssh(&self, who: &str, command: &str) -> Run {
        self.ssh_with(who, &[], command, "")
    }

    pub fn ssh_with(&self, who: &str, options: &[&str], command: &str, input: &str) -> Run {
        let command: &[&str] = if command.is_empty() { &[] } else { &[command] };
        let words = self.client(who, options, command);
        self.run(&words.iter().map(String::as_str).collect::<Vec<_>>(), input)
    }

    /// A client on a terminal of its own.
    pub fn desk(&self, who: &str, options: &[&str], command: &[&str], (columns, rows): (u16, u16)) -> Desk {
        self.desk_with(who, options, command, (columns, rows), &[("TERM", "xterm-256color")])
    }

    pub fn desk_with(
        &self,
        who: &str,
        options: &[&str],
        command: &[&str],
        (columns, rows): (u16, u16),
        vars: &[(&str, &str)],
    ) -> Desk {
        let options = [&["-tt"], options].concat();
        self.terminal(self.client(who, &options, command), (columns, rows), vars)
    }

    /// A program of the room on a terminal of its own.
    pub fn terminal(&self, words: Vec<String>, (columns, rows): (u16, u16), vars: &[(&str, &str)]) -> Desk {
        let words = [self.inside(), words].concat();
        let mut builder = CommandBuilder::from_argv(words.into_iter().map(Into::into).collect());
        builder.env_clear();
        builder.env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
        vars.iter().for_each(|(name, value)| builder.env(name, value));
        Desk::start(builder, columns, rows)
    }

    /// What runs in the room as the Unix user of the desk: process ids and names.
    pub fn processes(&self) -> Vec<String> {
        let said = self.sh("ps -u keydesk -o pid=,comm= || true").out;
        said.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    /// Waits until nothing of the Unix user runs any more; how long that took.
    pub fn empties(&self) -> Duration {
        let began = Instant::now();
        while !self.processes().is_empty() {
            assert!(began.elapsed() < Duration::from_secs(60), "{:?}", self.processes());
            thread::sleep(Duration::from_millis(20));
        }
        began.elapsed()
    }

    /// The trail, newest first.
    pub fn trail(&self) -> Vec<serde_json::Value> {
        self.home(&["audit", "list", "--as", "alice", "--json"], "").done().json().as_array().unwrap().clone()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
        if thread::panicking() {
            eprintln!("{}", self.log());
        }
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    what: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    fn of(args: &[&str], output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let what = args.iter().map(|arg| arg.chars().take(80).collect::<String>()).collect::<Vec<_>>().join(" ");
        Self { what, code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    #[track_caller]
    pub fn fails(self, code: i32, words: &str) -> Self {
        assert!(self.code == Some(code) && self.err.contains(words), "{words}: {self:?}");
        assert_eq!(self.out, "", "{}", self.what);
        self
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|why| panic!("{why}: {self:?}"))
    }
}
