//! The desk a verb works at, and who acts there.

use std::sync::Arc;

use crate::{
    config::Found,
    credential::{Kind, holds_api_secret},
    hub::{Actor, CredentialRow, Hub, Origin, Start},
    progress,
    time::Clock,
};

use super::{
    args::Acting,
    failure::{Failure, NOT_ALLOWED},
    process,
};

/// Where a verb works.
pub struct Site {
    /// Where things are.
    pub found: Found,
    /// Whose process this is.
    pub origin: Origin,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// An open desk and the one who acts.
pub struct Desk {
    /// The desk.
    pub hub: Hub,
    /// Who acts.
    pub actor: Actor,
}

impl Site {
    /// Opens the desk for the user that `--as` names.
    pub fn open(&self, acting: &Acting) -> Result<Desk, Failure> {
        if process::in_forced_session() {
            let sentence = "--as is refused in an SSH session of keydesk: there your SSH key says who you are. Use it on \
                            the machine itself, as the Unix user of the desk.";
            return Err(Failure::Said { code: NOT_ALLOWED, sentence: sentence.to_owned() });
        }
        match Hub::open_with(&self.found.places(), Arc::clone(&self.clock), &mut progress::upgrading())? {
            Start::Ready(hub) => {
                let actor = hub.local_actor(&acting.name, &self.origin)?;
                Ok(Desk { hub, actor })
            }
            Start::New => Err(Failure::Said { code: NO_DESK, sentence: self.no_desk() }),
        }
    }

    fn no_desk(&self) -> String {
        let database = self.found.database.display();
        format!(
            "There is no desk at {database}. Run `keydesk init --account ACCOUNT --name NAME`, or name another place with --data-dir or --config."
        )
    }
}

/// A desk that is not there is a store that is not available.
const NO_DESK: u8 = 6;

impl Desk {
    /// The credential with this key or id.
    pub fn find(&self, key: &str, kind: Option<Kind>) -> Result<CredentialRow, Failure> {
        if holds_api_secret(key) {
            // Not repeated: standard error may go to a log.
            return Err(Failure::usage(
                "That is an API secret, not a key. Name the key; if others could see it, rotate it.",
            ));
        }
        Ok(self.hub.find(&self.actor, key, kind)?)
    }
}
