//! The answer to sshd (`AuthorizedKeysCommand`): one line of an authorized_keys file, or nothing. Whatever is in doubt is
//! nothing; the session checks everything again, with the keys of the vault.

use std::fmt::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use nix::unistd::{Uid, User};

use super::setup::{ACCOUNT, is_tried};
use crate::account::PublicKey;
use crate::hub::{AuthorizedKey, StorePlace, authorized_key};
use crate::time::Clock;

/// What sshd says about a key that a client offers.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The Unix user who wants to sign in (`%u`).
    pub user: String,
    /// The algorithm (`%t`).
    pub algorithm: String,
    /// The key in base64 (`%k`).
    pub key: String,
}

/// The line for the key of a sign-in that root tries out (`keydesk ssh enable`): it tells the version of keydesk, and that is all.
pub fn tried_line(offer: &Offer, clock: &dyn Clock) -> Option<String> {
    let key = format!("{} {}", offer.algorithm, offer.key);
    (offer.user == ACCOUNT && is_tried(&key, clock)).then(|| format!("restrict,command=\"{PROGRAM} --version\" {key}"))
}

/// The line for an offered key, if it may open the desk in this database.
pub fn authorized_line(place: &StorePlace, owned: &Path, offer: &Offer, clock: &dyn Clock) -> Option<String> {
    // A certificate is another algorithm: it opens nothing.
    let key = PublicKey::of(&offer.algorithm, &offer.key)?;
    // Another account of this machine is not the desk's.
    let owner = Uid::from_raw(std::fs::metadata(owned).ok()?.uid());
    let desk = User::from_uid(owner).ok().flatten()?;
    if desk.name != offer.user {
        return None;
    }
    let found = authorized_key(place, &key, clock).ok().flatten()?;
    line(&found, &offer.algorithm, &offer.key)
}

/// The program of the forced command, found by the path that sshd sets. `ssh check` tells of an `AcceptEnv` by which a client
/// could set another.
const PROGRAM: &str = "keydesk";

fn line(key: &AuthorizedKey, algorithm: &str, base64: &str) -> Option<String> {
    let mut line = format!("restrict,pty,command=\"{PROGRAM} ssh session --key-id {}\"", key.no);
    if !key.networks.is_any() {
        let networks: Vec<_> = key.networks.iter().map(ToString::to_string).collect();
        write!(line, ",from=\"{}\"", networks.join(",")).ok()?;
    }
    if let Some(end) = key.expires_at {
        // The Z for UTC is known to sshd from 9.1 on. An older one takes the line for wrong, which lets nobody in.
        write!(line, ",expiry-time=\"{}\"", end.millis().utc("%Y%m%d%H%M%SZ")).ok()?;
    }
    write!(line, " {algorithm} {base64}").ok()?;
    Some(line)
}

/// The result of some work, unless it takes too long or panics. The thread is left behind; the process ends anyway.
pub fn in_time<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> Option<T> + Send + 'static) -> Option<T> {
    let (done, answer) = channel();
    thread::Builder::new().name("keydesk-look".to_owned()).spawn(move || done.send(work())).ok()?;
    answer.recv_timeout(limit).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Networks;
    use crate::time::Seconds;

    #[test]
    fn a_line_has_digits_and_the_limits_of_the_key() {
        let mut key = AuthorizedKey { no: 7, networks: Networks::default(), expires_at: None };
        let plain = "restrict,pty,command=\"keydesk ssh session --key-id 7\" ssh-ed25519 AAAA";
        assert_eq!(line(&key, "ssh-ed25519", "AAAA").unwrap(), plain);
        key.networks = Networks::from_line("10.0.0.0/8 2001:db8::/32").unwrap();
        key.expires_at = Some(Seconds(1_800_000_000));
        let limited = "restrict,pty,command=\"keydesk ssh session --key-id 7\",from=\"10.0.0.0/8,2001:db8::/32\",\
                       expiry-time=\"20270115080000Z\" ssh-ed25519 AAAA";
        assert_eq!(line(&key, "ssh-ed25519", "AAAA").unwrap(), limited);
    }

    #[test]
    fn work_that_takes_too_long_or_panics_has_no_result() {
        let short = Duration::from_millis(20);
        assert_eq!(in_time(short, || Some(1)), Some(1));
        assert_eq!(in_time(short, || -> Option<i32> { None }), None);
        assert_eq!(in_time(short, || -> Option<i32> { panic!("of purpose") }), None);
        let slow = || {
            thread::sleep(Duration::from_secs(1));
            Some(1)
        };
        assert_eq!(in_time(short, slow), None);
    }
}
