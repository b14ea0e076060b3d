//! `keydesk ssh authorized-keys`: one line for sshd, or nothing. Whatever goes wrong, it says nothing and ends with 0:
//! anything else would be an error in sshd's log for each key that somebody offers.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::panic;
use std::time::Duration;

use clap::Args;

use crate::cli::args::PlaceArgs;
use crate::config;
use crate::ssh::{Offer, authorized_line, in_time, tried_line};
use crate::time::SystemClock;

/// How long sshd is kept waiting at most; starting and ending take the rest of two seconds.
const LIMIT: Duration = Duration::from_millis(1_900);

/// Arguments of `ssh authorized-keys`, as sshd fills them in.
#[derive(Debug, Args)]
pub struct AuthorizedKeysArgs {
    /// The Unix user who wants to sign in: %u
    #[arg(value_name = "USER")]
    user: String,
    /// The fingerprint of the key: %f. It is not looked at, because that of a certificate is the plain key's
    #[arg(value_name = "FINGERPRINT")]
    _fingerprint: String,
    /// The algorithm of the key: %t
    #[arg(value_name = "TYPE")]
    algorithm: String,
    /// The key in base64: %k
    #[arg(value_name = "KEY")]
    key: String,
}

/// Whether these are the arguments of this command, whatever else is wrong with them.
pub fn is_asked(args: &[OsString]) -> bool {
    args.windows(2).any(|pair| pair[0] == "ssh" && pair[1] == "authorized-keys")
}

/// Prints the line, if there is one.
pub fn run(places: PlaceArgs, args: AuthorizedKeysArgs) {
    // A thread that panics would say so.
    panic::set_hook(Box::new(|_| ()));
    let offer = Offer { user: args.user, algorithm: args.algorithm, key: args.key };
    let line = in_time(LIMIT, move || {
        if let Some(line) = tried_line(&offer, &SystemClock) {
            return Some(line);
        }
        let paths = config::resolve(&places.given()).ok()?;
        authorized_line(&paths.store_of.keys, paths.owned(), &offer, &SystemClock)
    });
    if let Some(line) = line {
        let _ = io::stdout().lock().write_all(format!("{line}\n").as_bytes());
    }
}
