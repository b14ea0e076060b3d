//! Putting the block in place: tested before sshd reads it, and taken back if nobody could sign in any more.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::admission::{from_where, key_to_try};
use super::block::{BLOCK, block};
use super::check::lets_in;
use super::finding::Finding;
use super::reload::{Reloaded, reload};
use super::trial::{Trial, answers};
use super::{ACCOUNT, PLACE, sshd};
use crate::time::Clock;

/// The newest keyword of the block. An older sshd would refuse the block, and takes no SetEnv of a Match either.
const NEWEST_WANTED: &str = "requiredrsasize";
const TOO_OLD: &str = "This sshd is older than OpenSSH 9.1 and cannot keep what the block of keydesk asks for. Nothing was changed. Upgrade \
                       openssh-server.";
const INCLUDE: &str = "/etc/ssh/sshd_config must have the line: Include /etc/ssh/sshd_config.d/*.conf, before any Match of it, and no earlier \
                       Match may say otherwise";
/// How often a new connection is tried while sshd reads its configuration, and how long is waited before the first; the time
/// doubles, because sshd shuts out for a while who fails too often.
const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enabled {
    /// sshd goes by it, and a sign-in works.
    Running,
    /// sshd goes by it. A sign-in could not be tried from here, for this reason.
    NotTried(String),
    /// It is in place; no sshd runs.
    Waiting,
    /// It is in place; which sshd has to read it is not known.
    ToReload,
}

/// Puts the block in place. On an error everything is as it was.
pub fn enable(clock: &dyn Clock) -> Result<Enabled, String> {
    let place = Path::new(PLACE);
    sshd::make_directory();
    // Whatever is wrong already is not this block's fault.
    sshd::test().map_err(|why| format!("sshd's configuration is wrong already, and nothing was changed. {why}"))?;
    let told = sshd::settings(ACCOUNT).map_err(|why| format!("sshd does not say what it goes by. {why}"))?;
    if sshd::value(&told, NEWEST_WANTED).is_none() {
        return Err(TOO_OLD.to_owned());
    }
    if let Some(line) = lets_in(Some(&told), clock).into_iter().find(Finding::is_fail) {
        return Err(format!("Nothing was changed, because nobody could sign in. {}", sentence(&line)));
    }
    let before = fs::read(place).ok();
    if before.as_deref().is_some_and(|text| text != BLOCK.as_bytes()) {
        return Err(format!(
            "{PLACE} is there with another content, and was left alone. Remove it, then run this again."
        ));
    }
    if before.is_some() {
        return try_it(clock).map_err(|why| format!("The block was there before, and was left. {why}"));
    }
    write(place).map_err(|why| format!("Nothing was changed. {}", cannot_write(&why)))?;
    try_it(clock).map_err(|why| format!("{} {why}", take_back(place)))
}

fn try_it(clock: &dyn Clock) -> Result<Enabled, String> {
    sshd::test()?;
    let told = sshd::settings(ACCOUNT)?;
    if let Some(line) = block(&told).into_iter().find(Finding::is_fail) {
        let places = sshd::named_in(&line.check).join(", ");
        let named = if places.is_empty() { String::new() } else { format!(" Look at {places}.") };
        return Err(format!("sshd does not go by it: {} is {}. {INCLUDE}.{named}", line.check, line.says));
    }
    if let Some(line) = lets_in(Some(&told), clock).into_iter().find(Finding::is_fail) {
        return Err(sentence(&line));
    }
    match (reload(&told)?, answers(&told)) {
        (Reloaded::NoneRuns, Err(_)) => Ok(Enabled::Waiting),
        (Reloaded::NoneRuns | Reloaded::Several, _) => Ok(Enabled::ToReload),
        (Reloaded::Done, _) => sign_in(&told),
    }
}

/// Signs in with a key that is made for it; or, where nobody may from here, is refused as a stranger would be.
fn sign_in(told: &str) -> Result<Enabled, String> {
    let (how, limited) = (key_to_try(told), from_where(told));
    let trial = match Trial::begin(how.unwrap_or(&["-t", "ed25519"])) {
        Ok(trial) => trial,
        Err(why) => return answers_again(told).map(|()| Enabled::NotTried(why.trim_end_matches('.').to_owned())),
    };
    let untried = match (how, limited) {
        (_, Some(limited)) => Some(limited),
        (None, _) => Some("sshd takes keys of hardware alone".to_owned()),
        (Some(_), None) => None,
    };
    let tried = again(|| {
        let address = answers(told)?;
        if untried.is_some() { trial.is_refused(address) } else { trial.sign_in(address) }
    });
    match (tried, untried) {
        (Ok(()), Some(why)) => Ok(Enabled::NotTried(why)),
        (Ok(()), None) => Ok(Enabled::Running),
        (Err(why), _) => Err(format!(
            "A second connection failed: {}. The log of sshd says why: journalctl -u ssh, or /var/log/auth.log.",
            why.trim_end_matches('.')
        )),
    }
}

fn answers_again(told: &str) -> Result<(), String> {
    again(|| answers(told).map(|_| ())).map_err(|why| format!("A second connection failed: {why}."))
}

fn again(mut act: impl FnMut() -> Result<(), String>) -> Result<(), String> {
    let (mut outcome, mut wait) = (Err(String::new()), FIRST_WAIT);
    for _ in 0..TRIES {
        thread::sleep(wait);
        wait *= 2;
        outcome = act();
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn sentence(line: &Finding) -> String {
    format!("{}: {}. {}", line.check, line.says, line.next)
}

fn write(place: &Path) -> io::Result<()> {
    let new = place.with_extension("conf-new");
    let _ = fs::remove_file(&new);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o644).open(&new)?;
    let written = file
        .write_all(BLOCK.as_bytes())
        // The umask of keydesk leaves the owner alone.
        .and_then(|()| file.set_permissions(Permissions::from_mode(0o644)))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&new, place));
    written.inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

fn cannot_write(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::NotFound => format!(
            "/etc/ssh/sshd_config.d is not there. Make it, and put the line `Include /etc/ssh/sshd_config.d/*.conf` at the beginning of {}.",
            sshd::CONFIG
        ),
        io::ErrorKind::ReadOnlyFilesystem => {
            format!(
                "/etc/ssh is read-only. Put the block into the image of this machine as {PLACE}, or make /etc writable."
            )
        }
        _ => format!("{PLACE} cannot be written: {why}."),
    }
}

/// Says what became of it.
fn take_back(place: &Path) -> String {
    if let Err(why) = fs::remove_file(place) {
        return format!("The block could not be taken back: remove {PLACE} ({why}), and reload sshd.");
    }
    match sshd::settings(ACCOUNT).and_then(|told| reload(&told)) {
        Ok(_) => "The block was taken back.".to_owned(),
        Err(_) => "The block was taken back, and sshd could not be told so: reload it, too.".to_owned(),
    }
}
