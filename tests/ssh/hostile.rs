//! Clients that do what no client should: asyncssh and paramiko from PyPI, which let one.

use std::process::Command;

use crate::need::{need, skipped};
use crate::room::{Room, key};

/// What each tries. A step may fail as it likes; what it prints of a shell is found.
const ASYNCSSH: &str = r#"
import asyncio, sys, asyncssh
async def main(key):
    async with asyncssh.connect('127.0.0.1', 2222, username='keydesk', client_keys=[key], known_hosts=None, config=[]) as c:
        async def tried(what, **kw):
            try:
                r = await asyncio.wait_for(c.run(**kw), 20)
                print(what, r.exit_status, repr((r.stdout or '')[:40]))
            except Exception as why:
                print(what, type(why).__name__)
        await tried('exec', command='id')
        await tried('nul', command='key list\x00; id')
        await tried('newline', command='key list\nid')
        await tried('env', command='id', env={f'LC_{i}': 'x' * 100 for i in range(500)})
        await tried('pty', command='id', term_type='x' * 5000, term_size=(0, 0, 0, 0))
        await tried('huge', command='id', term_type='xterm', term_size=(100000, 100000, 1, 1))
        await tried('modes', command='id', term_type='xterm', term_modes={i: 2**32 - 1 for i in range(1, 100)})
        for what in ('sftp', 'keydesk', '../../bin/sh'):
            await tried('subsystem ' + what, subsystem=what)
        try:
            r, w = await asyncio.wait_for(c.open_connection('127.0.0.1', 2222), 10)
            print('forwarded')
        except Exception as why:
            print('tcp', type(why).__name__)
        proc = await c.create_process('explain')
        proc.stdin.write('GET / HTTP/1.1\r\n'); proc.send_signal('KILL'); proc.stdin.write_eof(); proc.close()
        many = await asyncio.gather(*(c.run('ssh-key list') for _ in range(12)), return_exceptions=True)
        print('sessions', sum(1 for r in many if getattr(r, 'exit_status', None) == 0))
asyncio.run(main(sys.argv[1]))
"#;

const PARAMIKO: &str = r#"
import sys, time, paramiko
c = paramiko.SSHClient(); c.set_missing_host_key_policy(paramiko.AutoAddPolicy())
c.connect('127.0.0.1', 2222, 'keydesk', key_filename=sys.argv[1], allow_agent=False, look_for_keys=False)
t = c.get_transport()
def tried(what, work):
    try: print(what, work())
    except Exception as why: print(what, type(why).__name__)
def twice():
    ch = t.open_session(); ch.exec_command('key list')
    try: ch.exec_command('id'); return 'second exec'
    except Exception: pass
    return ch.recv_exit_status()
def shell_then_exec():
    ch = t.open_session(); ch.get_pty('xterm', 0, 0); ch.invoke_shell(); time.sleep(1)
    try: ch.exec_command('id')
    except Exception: pass
    ch.send(b'\x00\xff' * 4096); ch.send(b'\x1b[' * 4096); ch.resize_pty(500, 200); ch.resize_pty(0, 0); ch.close(); return 'closed'
def half():
    ch = t.open_session(); ch.exec_command('user disable chen --confirm-stdin'); ch.send(b'half'); ch.shutdown_write()
    return ch.recv_exit_status()
tried('twice', twice); tried('shell', shell_then_exec); tried('half', half)
tried('forward', lambda: t.open_channel('direct-tcpip', ('127.0.0.1', 2222), ('127.0.0.1', 1)))
tried('reverse', lambda: t.request_port_forward('', 7700))
c.close()
"#;

/// Fetches a package into a folder of its own.
fn package(room: &Room, name: &str) -> Option<String> {
    let folder = room.path().join(name);
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"];
    let done = Command::new("python3").args(pip).arg(&folder).arg(name).output();
    if !done.is_ok_and(|output| output.status.success()) {
        skipped(&format!("pip could not fetch {name}"));
        return None;
    }
    Some(folder.display().to_string())
}

fn attack(name: &str, script: &str) {
    let Some(room) = Room::new().filter(|_| need("python3 pip3")) else { return };
    let Some(folder) = package(&room, name) else { return };
    let path = format!("PYTHONPATH={folder}");
    let key = key("alice").display().to_string();
    let run = room.run(&["env", &path, "python3", "-c", script, &key], "");
    assert!(run.out.lines().count() >= 4, "{run:?}");
    for word in ["uid=", "root:", "forwarded", "second exec"] {
        assert!(!run.out.contains(word), "{word}: {run:?}");
    }
    room.empties();
    assert_eq!(room.ssh("alice", "user list --json").done().json()[2]["state"], "active");
    room.home(&["audit", "verify", "--as", "alice"], "").done();
}

#[test]
fn asyncssh_as_a_hostile_client() {
    attack("asyncssh", ASYNCSSH);
}

#[test]
fn paramiko_as_a_hostile_client() {
    attack("paramiko", PARAMIKO);
}
