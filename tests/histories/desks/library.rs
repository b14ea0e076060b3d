//! A client that has a desk open, as the screen has.

use std::collections::HashMap;
use std::sync::Arc;

use keydesk::credential::{Kind, Options, Overlap, State, Verb as StateVerb};
use keydesk::hub::{
    Actor, ChangeOutcome, Conflict, CredentialEdit, CredentialRow, DeskPaths, Hub, HubError, Issued, NewCredential,
    OpenOutcome, Origin,
};
use keydesk::time::SystemClock;

use super::{Client, Told, Wanted, number, only};
use crate::history::{Fate, Seen, Verb};
use crate::random::Random;

/// How often of a hundred times the desk is closed and opened anew before something is asked.
const REOPENED: u64 = 3;
/// How often it acts on what it saw before, without another look.
const FROM_MEMORY: u64 = 15;

pub struct Library {
    paths: DeskPaths,
    who: String,
    open: Option<(Hub, Actor)>,
    /// What it saw last of each credential.
    seen: HashMap<String, CredentialRow>,
}

impl Library {
    pub fn new(paths: DeskPaths, who: &str) -> Self {
        Self { paths, who: who.to_owned(), open: None, seen: HashMap::new() }
    }

    fn open(&self) -> Result<(Hub, Actor), HubError> {
        match Hub::open(&self.paths, Arc::new(SystemClock))? {
            OpenOutcome::Ready(hub) => {
                let actor = hub.local_actor(&self.who, &Origin::default())?;
                Ok((hub, actor))
            }
            OpenOutcome::New => Err(HubError::NotFound("a server without the desk was taken for a new one".to_owned())),
        }
    }

    fn tried(&mut self, wanted: &Wanted, random: &mut Random, at: &mut Option<i64>) -> Result<Told, HubError> {
        if self.open.is_none() || random.chance(REOPENED) {
            self.open = None;
            self.open = Some(self.open()?);
        }
        let Some((hub, actor)) = &self.open else { unreachable!("it was opened above") };
        if wanted.verb == Verb::Create {
            let name = wanted.name();
            let new = NewCredential { kind: Kind::Basic, name, legacy: None, options: Options::default() };
            return Ok(issued(hub.create(actor, &new)?));
        }
        let remembered = self.seen.get(wanted.id()).filter(|_| wanted.verb != Verb::Look && random.chance(FROM_MEMORY));
        let row = match remembered {
            Some(row) => row.clone(),
            None => hub.find(actor, wanted.key(), Some(Kind::Basic))?,
        };
        self.seen.insert(wanted.id().to_owned(), row.clone());
        let target = row.target();
        *at = Some(row.version);
        let set = |verb| hub.set_state(actor, &[target], verb);
        let outcomes = match wanted.verb {
            Verb::Create | Verb::Look => return Ok(Fate::Saw(Some(seen(&row))).into()),
            Verb::Rotate => return Ok(issued(hub.rotate(actor, target, Overlap::None)?)),
            Verb::Rename => {
                let edit = CredentialEdit { name: Some(wanted.name()), ..CredentialEdit::default() };
                hub.edit(actor, &[target], &edit)?
            }
            Verb::Disable => set(StateVerb::Disable)?,
            Verb::Enable => set(StateVerb::Enable)?,
            Verb::Revoke => set(StateVerb::Revoke)?,
        };
        let fate = match &outcomes[0] {
            ChangeOutcome::Done(row) => Fate::Done(Some(seen(row))),
            ChangeOutcome::Already(row) | ChangeOutcome::LeftOut { row, .. } => Fate::Saw(Some(seen(row))),
        };
        Ok(fate.into())
    }
}

impl Client for Library {
    fn ask(&mut self, wanted: &Wanted, random: &mut Random) -> Told {
        let mut at_version = None;
        let told = self.tried(wanted, random, &mut at_version).unwrap_or_else(|why| refused(&why, at_version, wanted));
        Told { at_version, ..told }
    }
}

fn seen(row: &CredentialRow) -> Seen {
    Seen { state: row.state, name: number(&row.name), version: Some(row.version) }
}

fn issued(issued: Issued) -> Told {
    let secret = issued.secret.unwrap().expose_text().unwrap().to_owned();
    let all = [issued.row.id.to_string(), issued.row.key.clone(), secret];
    Told { issued: Some(all), ..Told::from(Fate::Done(Some(seen(&issued.row)))) }
}

fn refused(why: &HubError, at: Option<i64>, wanted: &Wanted) -> Told {
    let fate = match (why, at) {
        (HubError::Unknown, _) => Fate::Unknown(why.to_string()),
        (HubError::Conflict(Conflict::Changed { .. }), Some(version)) => Fate::NotAt(version),
        (HubError::Conflict(Conflict::Revoked { .. }), _) => Fate::Saw(only(State::Revoked)),
        (HubError::NotFound(_), _) => Fate::Saw(None),
        (HubError::Unavailable(_), _) => Fate::Refused(why.to_string()),
        _ => {
            let odd = format!("the desk said to {wanted:?}: {why:?}");
            return Told { odd: Some(odd), ..Fate::Refused(why.to_string()).into() };
        }
    };
    fate.into()
}
