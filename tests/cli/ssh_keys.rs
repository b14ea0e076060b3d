//! SSH keys on the command line: what is accepted, and what each refusal says.

use std::fs;
use std::process::Command;

use data_encoding::{BASE64, BASE64_NOPAD};
use keydesk::account::PublicKey;
use sha2::{Digest as _, Sha256};

use crate::desk::{Desk, PASSWORD, need, text};

/// A new key pair in the desk's folder; the path of its public half.
fn pair(desk: &Desk, name: &str, how: &[&str]) -> String {
    let path = desk.path().join(name);
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-N", "", "-C", "chen@laptop", "-f"]).arg(&path).args(how);
    assert!(keygen.output().unwrap().status.success(), "{how:?}");
    format!("{}.pub", path.display())
}

/// The fingerprint by ssh-keygen.
fn fingerprint(file: &str) -> String {
    let said = Command::new("ssh-keygen").arg("-lf").arg(file).output().unwrap().stdout;
    String::from_utf8(said).unwrap().split(' ').nth(1).unwrap().to_owned()
}

const ADD: [&str; 4] = ["ssh-key", "add", "--as", "alice"];

#[test]
fn keys_of_every_kind_are_added_listed_and_removed() {
    if !need("ssh-keygen") {
        return;
    }
    let desk = Desk::ready();
    for (i, how) in [
        &["-t", "ed25519"][..],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "ecdsa", "-b", "384"],
        &["-t", "ecdsa", "-b", "521"],
        &["-t", "rsa", "-b", "3072"],
    ]
    .iter()
    .enumerate()
    {
        let file = pair(&desk, &format!("key{i}"), how);
        let row = desk.run(&[&ADD[..], &["chen", &file, "--json"]].concat()).done().json();
        assert_eq!(text(&row["fingerprint"]), fingerprint(&file));
        assert_eq!(
            (&row["key_id"], &row["user"], &row["label"]),
            (&(i + 1).into(), &"chen".into(), &"chen@laptop".into())
        );
        let line = fs::read_to_string(&file).unwrap();
        assert!(line.starts_with(&text(&row["public_key"])), "{line}");
    }
    let list = |more: &[&str]| desk.run(&[&["ssh-key", "list"][..], more].concat());
    let rows = list(&["--as", "chen", "--json"]).done().json();
    assert_eq!(rows.as_array().unwrap().len(), 5, "chen may see no others, and gets their own");
    let gone = text(&rows[1]["fingerprint"]);
    desk.run(&["ssh-key", "remove", "--as", "chen", &gone]).done();
    assert_eq!(list(&["--as", "alice", "--json"]).done().json().as_array().unwrap().len(), 4);
    let all = list(&["--as", "alice", "chen", "--all", "--json"]).done().json();
    assert_eq!(all[1]["state"], "removed");
    let table = list(&["--as", "alice"]).done().out;
    assert!(table.contains("FINGERPRINT") && !table.contains(&gone), "{table}");
    list(&["--as", "chen", "alice"]).fails(3, "Only account Administrators");
    desk.run(&["ssh-key", "remove", "--as", "alice", "SHA256:nothing"]).fails(4, "There is no SSH key");
    let trail = desk.trail();
    let row = trail.iter().find(|row| row["action"] == "ssh_key.removed").unwrap();
    assert_eq!(row["who"], "chen");
    assert_eq!((&row["before"]["state"], &row["after"]["state"]), (&"active".into(), &"removed".into()));
    desk.verify();
}

#[test]
fn limits_label_and_standard_input() {
    let desk = Desk::ready();
    let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES a comment";
    let more =
        ["chen", "-", "--label", "work", "--network", "10.0.0.0/8", "--network", "::1", "--expires", "90d", "--json"];
    let row = desk.typing(line, &[&ADD[..], &more].concat()).done().json();
    assert_eq!((&row["label"], row["networks"].as_array().unwrap().len()), (&"work".into(), 2));
    assert!(row["expires_at"].is_string() && row["last_used_at"].is_null(), "{row}");
    desk.typing(line, &[&ADD[..], &["bram", "-"]].concat()).fails(5, "opens the desk already: another user has it");
    desk.typing(line, &[&ADD[..], &["chen", "-"]].concat()).fails(5, "this user has it already");
    desk.typing(line, &["ssh-key", "add", "--as", "chen", "bram", "-"]).fails(3, "Only account Administrators");
    desk.typing(line, &[&ADD[..], &["nobody", "-"]].concat()).fails(4, "There is no user nobody");
    desk.typing(line, &[&ADD[..], &["bram", "-", "--expires", "2020-01-01"]].concat()).fails(2, "in the past");
    desk.typing(line, &[&ADD[..], &["bram", "-", "--network", "10.0.0.1/8"]].concat()).fails(2, "behind its prefix");
}

#[test]
fn what_is_no_plain_public_key_is_refused_with_the_reason() {
    let desk = Desk::ready();
    let good = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES";
    for (text, why) in [
        (String::new(), "There is no public key"),
        (format!("{good}\n{good}"), "more than one line"),
        (format!("{good}\r{good}"), "more than one line"),
        (format!("no-pty {good}"), "Options are not accepted"),
        (format!("cert-authority {good}"), "Options are not accepted"),
        ("ssh-dss AAAAB3NzaC1kc3M=".to_owned(), "DSA"),
        (good.replace("ssh-ed25519 ", "ssh-ed25519-cert-v01@openssh.com "), "certificate"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(), "private key"),
        (good[..60].to_owned(), "damaged"),
        ("hello".to_owned(), "not an OpenSSH public key"),
    ] {
        let said = desk.typing(&text, &[&ADD[..], &["chen", "-"]].concat()).fails(2, why);
        assert!(said.out.is_empty());
    }
    desk.run(&[&ADD[..], &["chen", "/nowhere.pub"]].concat()).fails(2, "cannot be read");
    if need("ssh-keygen") {
        let short = pair(&desk, "short", &["-t", "rsa", "-b", "2048"]);
        desk.run(&[&ADD[..], &["chen", &short]].concat()).fails(2, "2048 bits");
    }
    assert!(
        desk.run(&["ssh-key", "list", "--as", "alice", "--all", "--json"]).done().json().as_array().unwrap().is_empty()
    );
}

#[test]
fn odd_files_are_refused_and_not_a_byte_of_them_is_printed() {
    let desk = Desk::ready();
    let good = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES";
    let off_the_curve = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC";
    let private = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUSECRET\n-----END OPENSSH PRIVATE KEY-----\n";
    let utf16 = private.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<_>>();
    let huge = format!("{good} {}", "SECRET".repeat(1 << 20));
    for (bytes, why) in [
        (format!("{good} {good}").as_bytes(), "a second key behind the first"),
        (format!("{good} SECRET\r{good}").as_bytes(), "more than one line"),
        (format!("{good} SECRET\0").as_bytes(), "control character (U+0000)"),
        (format!("\u{feff}{good}").as_bytes(), "byte order mark"),
        (off_the_curve.as_bytes(), "damaged"),
        (private.as_bytes(), "private key"),
        (&utf16, "private key"),
        (&[&b"\xff\xfe"[..], &utf16].concat(), "private key"),
        (&b"SECRET\xff"[..], "not an OpenSSH public key"),
        (huge.as_bytes(), "longer than any public key"),
        ("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n".as_bytes(), "private key"),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n".as_bytes(), "ssh-keygen -i -f"),
    ] {
        let file = desk.path().join("odd.pub");
        fs::write(&file, bytes).unwrap();
        let said = desk.run(&[&ADD[..], &["chen", file.to_str().unwrap()]].concat()).fails(2, why);
        assert!(!said.err.contains("SECRET") && said.out.is_empty(), "{}", said.err);
        let add = ["user", "add", "eve", "--as", "alice", "--role", "basic", "--ssh-key", file.to_str().unwrap()];
        desk.run(&add).fails(2, why);
    }
    desk.run(&[&ADD[..], &["chen", desk.path().to_str().unwrap()]].concat()).fails(2, "cannot be read");
    let keys = desk.run(&["ssh-key", "list", "--as", "alice", "--all", "--json"]).done().json();
    assert!(keys.as_array().unwrap().is_empty(), "{keys}");
    let users = desk.run(&["user", "list", "--as", "alice", "--json"]).done().json();
    assert!(users.as_array().unwrap().iter().all(|user| user["name"] != "eve"), "nothing is half made");
}

/// Turns bits of real keys, cuts them and makes them longer: what keydesk takes, `ssh-keygen -lf` reads, as the same key.
#[test]
fn what_ssh_keygen_does_not_read_is_never_taken() {
    if !need("ssh-keygen") {
        return;
    }
    let desk = Desk::ready();
    let mut taken = 0;
    for (i, how) in ["ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521", "rsa -b 3072"].iter().enumerate() {
        let how: Vec<_> = std::iter::once("-t").chain(how.split(' ')).collect();
        let line = fs::read_to_string(pair(&desk, &format!("real{i}"), &how)).unwrap();
        let (algorithm, base64) = (line.split(' ').next().unwrap(), line.split(' ').nth(1).unwrap());
        let blob = BASE64.decode(base64.as_bytes()).unwrap();
        let turned = (0..blob.len()).step_by(blob.len().div_ceil(40)).flat_map(|at| [1, 0x80].map(|bit| (at, bit)));
        let mut odd: Vec<_> = turned.map(|(at, bit)| changed(&blob, |blob| blob[at] ^= bit)).collect();
        odd.extend([4, 1].map(|less| blob[..blob.len() - less].to_vec()));
        odd.push([&blob[..], &[0]].concat());
        odd.push(blob);
        for (n, blob) in odd.iter().enumerate() {
            let file = desk.path().join("odd.pub");
            let text = format!("{algorithm} {} x\n", BASE64.encode(blob));
            fs::write(&file, &text).unwrap();
            let Ok(key) = PublicKey::parse(&text) else { continue };
            let print = fingerprint(file.to_str().unwrap());
            let ours = format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(key.blob())));
            assert_eq!(print, ours, "{algorithm} {n}");
            taken += 1;
        }
    }
    assert!(taken >= 5, "the keys as they were made are among them: {taken}");
}

fn changed(blob: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut blob = blob.to_vec();
    change(&mut blob);
    blob
}

#[test]
fn a_user_is_added_with_a_key_in_place_of_a_password() {
    let desk = Desk::ready();
    let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqfuWY/qEOkXvf5eQUiBWrIwFd87zjaLr19SlUVNBES eve@desk";
    let add = ["user", "add", "eve", "--as", "alice", "--role", "auditor", "--ssh-key", "-"];
    let said = desk.typing(line, &[&add[..], &["--json"]].concat()).done().json();
    assert_eq!((&said["must_change_password"], said.get("password")), (&false.into(), None));
    let users = desk.run(&["user", "list", "--as", "alice", "--json"]).done().json();
    let eve = users.as_array().unwrap().iter().find(|user| user["name"] == "eve").unwrap().clone();
    assert_eq!((&eve["has_password"], &eve["ssh_keys"]), (&false.into(), &1.into()));
    desk.typing(line, &[&add[..], &["--generate"]].concat()).fails(2, "cannot be used");
    let other = ["user", "add", "finn", "--as", "alice", "--role", "basic", "--ssh-key", "-"];
    desk.typing(line, &other).fails(5, "another user has it");
    let users = desk.run(&["user", "list", "--as", "alice", "--json"]).done().json();
    assert!(users.as_array().unwrap().iter().all(|user| user["name"] != "finn"), "all or nothing");
    desk.typing(PASSWORD, &["user", "passwd", "eve", "--as", "alice", "--password-stdin"]).done();
    desk.verify();
}
