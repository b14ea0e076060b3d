//! Security keys (sk-…): with a token in software, which OpenSSH loads as it loads one of hardware.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::need::{need, skipped};
use crate::room::{Room, Run};

/// The token, built once.
static TOKEN: LazyLock<Option<(tempfile::TempDir, PathBuf)>> = LazyLock::new(|| {
    if !need("cc") {
        return None;
    }
    if !Path::new("/usr/include/openssl/evp.h").exists() {
        skipped("libssl-dev is not installed");
        return None;
    }
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let token = dir.path().join("token.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ssh/security_key.c");
    let mut build = Command::new("cc");
    build
        .args(["-std=c17", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"])
        .arg(&token)
        .args([source, "-lcrypto"]);
    let output = build.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some((dir, token))
});

/// A new key of the token, given to chen; what the sign-in with it came to.
fn sign_in(room: &Room, token: &Path, options: &str) -> Run {
    let token = token.display();
    room.sh(&format!(
        "rm -f /tmp/k /tmp/k.pub; ssh-keygen -q -w {token} -N '' -C token -f /tmp/k {options} && \
         desk ssh-key add --as alice chen - < /tmp/k.pub >/dev/null && ssh -F none -p 2222 -o SecurityKeyProvider={token} \
         -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR -o BatchMode=yes -o IdentitiesOnly=yes \
         -i /tmp/k keydesk@127.0.0.1 'ssh-key list --json'"
    ))
}

#[test]
fn a_security_key_opens_the_desk_with_either_algorithm() {
    let Some(((_, token), room)) = TOKEN.as_ref().zip(Room::new()) else { return };
    for (how, algorithm) in
        [("-t ed25519-sk", "sk-ssh-ed25519@openssh.com"), ("-t ecdsa-sk", "sk-ecdsa-sha2-nistp256@openssh.com")]
    {
        let listed = sign_in(&room, token, how).done().json();
        let print = room.sh("ssh-keygen -lf /tmp/k.pub | cut -d' ' -f2").done().out;
        let row = listed.as_array().unwrap().iter().find(|row| row["fingerprint"] == print.trim());
        let row = row.unwrap_or_else(|| panic!("{how}: {listed}"));
        assert_eq!((&row["user"], &row["algorithm"]), (&"chen".into(), &algorithm.into()));
        assert_eq!(row["last_used_from"], "127.0.0.1", "{how}");
    }
}

/// Nobody sits at a key that signs without being touched: sshd wants the touch unless the line of the key says otherwise.
#[test]
fn a_security_key_that_nobody_touched_opens_nothing() {
    let Some(((_, token), room)) = TOKEN.as_ref().zip(Room::new()) else { return };
    for how in ["-t ed25519-sk -O no-touch-required", "-t ecdsa-sk -O no-touch-required"] {
        let refused = sign_in(&room, token, how);
        assert_eq!((refused.code, refused.out.as_str()), (Some(255), ""), "{refused:?}");
        assert!(
            room.log().contains("signature for sk key without user presence") || room.log().contains("user presence")
        );
    }
}
