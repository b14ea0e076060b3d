//! Opens the desk for a command, as the user that `--as` names.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use crate::account::{Right, allows};
use crate::config::Paths;
use crate::credential::{Kind, holds_api_secret};
use crate::hub::{
    Actor, CredentialRow, CredentialTarget, Hub, HubError, OpenOutcome, Origin, StoreNotice, Unconfirmed, UserOperation,
};
use crate::progress;
use crate::time::Clock;

use super::args::Acting;
use super::error::{CliError, NOT_ALLOWED, stderr_line};
use super::process;

/// What a command works with: paths, process, clock.
pub struct Context {
    /// Resolved paths.
    pub paths: Paths,
    /// Unix user and client address of this process.
    pub origin: Origin,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// In a session by SSH key the open desk and who signed in, until a command takes it. Nobody acts as anybody else there.
    pub signed_in: Option<RefCell<Option<OpenDesk>>>,
    /// The changes of each desk that was opened which no standby has confirmed.
    pub unconfirmed: RefCell<Vec<Unconfirmed>>,
}

/// An open desk and the acting user.
pub struct OpenDesk {
    /// The use cases.
    pub hub: Hub,
    /// The acting user.
    pub actor: Actor,
}

impl Context {
    /// Opens the desk for the user that `--as` or `KEYDESK_AS` names.
    pub fn open(&self, acting: &Acting) -> Result<OpenDesk, CliError> {
        let desk = match &self.signed_in {
            Some(desk) => desk.take().ok_or_else(|| CliError::failed("The desk was opened already."))?,
            None => {
                self.require_local()?;
                let hub = open_hub(&self.paths, Arc::clone(&self.clock))?;
                let name = acting.named()?.ok_or_else(|| nobody_named(&hub))?;
                let actor = hub.local_actor(&name, &self.origin)?;
                OpenDesk { hub, actor }
            }
        };
        self.watch(desk.hub.unconfirmed());
        if let Some(copied) = desk.hub.copied_to()? {
            stderr_line(&copied.sentence());
        }
        Ok(desk)
    }

    /// Has it told at the end if a change of this desk is on one server alone.
    pub fn watch(&self, unconfirmed: Unconfirmed) {
        self.unconfirmed.borrow_mut().push(unconfirmed);
    }

    /// Says if what the command changed is on one server alone. It is made all the same.
    pub fn tell_of_unconfirmed(&self) {
        if self.unconfirmed.borrow().iter().any(Unconfirmed::is_any) {
            stderr_line(&StoreNotice::Unconfirmed.sentence());
        }
    }

    /// Who acts, for a command that does not open the desk.
    pub fn acts(&self, acting: &Acting) -> Result<String, CliError> {
        self.require_local()?;
        acting
            .named()?
            .ok_or_else(|| CliError::usage("Say who acts: add --as NAME, or set KEYDESK_AS=NAME for all commands."))
    }

    fn require_local(&self) -> Result<(), CliError> {
        if process::in_forced_session() {
            let sentence = "--as is refused in an SSH session of keydesk, and so is KEYDESK_AS: there your SSH key says who you are. Use it on \
                            the machine itself, as the Unix user of the desk.";
            return Err(CliError::Message { code: NOT_ALLOWED, sentence: sentence.to_owned() });
        }
        Ok(())
    }

    /// An error unless a file argument is standard input: in a session by SSH key nobody reads the files of this machine.
    pub fn may_read(&self, file: &Path) -> Result<(), CliError> {
        match self.signed_in.is_none() || file.as_os_str() == "-" {
            true => Ok(()),
            false => Err(CliError::usage("Over SSH a file is read from standard input only: write - in its place.")),
        }
    }
}

/// Opens the desk at these paths; an error if there is none.
pub fn open_hub(paths: &Paths, clock: Arc<dyn Clock>) -> Result<Hub, CliError> {
    match Hub::open_with(&paths.places(), clock, &mut progress::upgrading())? {
        OpenOutcome::Ready(hub) => {
            if hub.went_back() {
                stderr_line("The store lacks changes that this machine has seen: what it says may be out of date.");
            }
            Ok(hub)
        }
        OpenOutcome::New => {
            let database = &paths.store;
            let sentence = format!(
                "There is no desk at {database}. Run `keydesk init --account ACCOUNT --name NAME`, or name another place with --data-dir or --config."
            );
            Err(CliError::Message { code: NO_DESK, sentence })
        }
    }
}

/// The error when nobody says who acts. Whoever can open the desk may know who is on it.
fn nobody_named(hub: &Hub) -> CliError {
    let names = hub.user_names().unwrap_or_default();
    let some = match names.as_slice() {
        [] => String::new(),
        names if names.len() > NAMED => {
            format!(" Users of this desk: {} and {} more.", names[..NAMED].join(", "), names.len() - NAMED)
        }
        names => format!(" Users of this desk: {}.", names.join(", ")),
    };
    CliError::usage(format!("Say who acts: add --as NAME, or set KEYDESK_AS=NAME for all commands.{some}"))
}

/// How many users are named.
const NAMED: usize = 8;

/// Exit code when there is no desk: the same as for a store that is not available.
const NO_DESK: u8 = 6;

impl OpenDesk {
    /// Says if several servers take changes, for commands about the store: every server that its place names is asked.
    pub fn tell_of_two_primaries(&self) {
        if let Some(notice) = self.hub.two_primaries() {
            stderr_line(&notice.sentence());
        }
    }

    /// The credential with this key or id.
    pub fn find(&self, key: &str, kind: Option<Kind>) -> Result<CredentialRow, CliError> {
        if holds_api_secret(key) {
            // Not repeated: standard error may go to a log.
            return Err(CliError::usage(
                "That is an API secret, not a key. Name the key; if others could see it, rotate it.",
            ));
        }
        Ok(self.hub.find(&self.actor, key, kind)?)
    }

    /// Whether the acting user may see other users.
    pub fn may_see_users(&self) -> Result<bool, CliError> {
        self.may(Right::SeeUsers)
    }

    /// Whether the role of the acting user has a right. That is no use of it, so nothing is refused.
    pub fn may(&self, right: Right) -> Result<bool, CliError> {
        let own = self.hub.user(&self.actor, self.actor.user.as_str(), UserOperation::See)?;
        Ok(allows(own.role, right))
    }

    /// Each credential once, in the order given; an error if one does not exist.
    pub fn targets(&self, keys: &[String], kind: Option<Kind>) -> Result<Vec<CredentialTarget>, CliError> {
        Self::each_once(keys, |key| match self.find(key, kind) {
            Err(why) if why.is_not_found() => Err(match self.hub.find_by_name(&self.actor, key, kind)? {
                Some(row) => HubError::NotFound(format!("{} is a name; give its key {}.", row.name, row.key)).into(),
                None => why,
            }),
            found => found,
        })
    }

    /// The same, also by names that only one has, for what can be taken back.
    pub fn named_targets(&self, keys: &[String], kind: Option<Kind>) -> Result<Vec<CredentialTarget>, CliError> {
        Self::each_once(keys, |key| self.find_named(key, kind))
    }

    fn each_once(
        keys: &[String],
        find: impl Fn(&str) -> Result<CredentialRow, CliError>,
    ) -> Result<Vec<CredentialTarget>, CliError> {
        let rows = keys.iter().map(|key| find(key)).collect::<Result<Vec<_>, _>>()?;
        let mut seen = HashSet::new();
        Ok(rows.iter().filter(|row| seen.insert(row.id)).map(|row| row.target()).collect())
    }

    /// The credential with this key, id or unique name. For what can be taken back: what stops a credential or makes a secret asks
    /// for the key.
    pub fn find_named(&self, text: &str, kind: Option<Kind>) -> Result<CredentialRow, CliError> {
        match self.find(text, kind) {
            Err(why) if why.is_not_found() => match self.hub.find_by_name(&self.actor, text, kind)? {
                Some(row) => Ok(row),
                None => Err(why),
            },
            found => found,
        }
    }
}
