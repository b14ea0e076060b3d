//! Stand-in bodies while the hub is written. Goes away.
#![allow(missing_docs, unused_variables, clippy::todo)]
use super::*;
use crate::account::{Role, UserState};
use crate::credential::{Kind, Overlap, Verb};
use crate::secret::Secret;
use crate::time::Clock;
use std::{path::PathBuf, sync::Arc};

/// Where a desk keeps its two halves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    pub database: PathBuf,
    pub master_key: PathBuf,
}

/// What was found at the places.
pub enum Start {
    /** A desk. */
    Ready(Hub),
    /** Nothing at all: set-up is next. */
    New,
}

/// What set-up asks for.
#[derive(Debug)]
pub struct SetUp {
    pub account: String,
    pub name: String,
    pub password: Secret,
}

pub struct Hub {
    pub(crate) clock: Arc<dyn Clock>,
}

pub type Result<T, E = HubError> = std::result::Result<T, E>;

impl Hub {
    /// Opens the desk at `places`; refuses (Conflict::HalfThere / Unavailable) if only one half is there.
    pub fn open(places: &Places, clock: Arc<dyn Clock>) -> Result<Start> {
        todo!()
    }
    /// Makes account, first Administrator, key ring, master key. Once only, also when two start at the same instant.
    pub fn set_up(places: &Places, clock: Arc<dyn Clock>, wanted: &SetUp, origin: &Origin) -> Result<Hub> {
        todo!()
    }
    /// An empty desk in memory (master key too): for demo and tests.
    pub fn in_memory(clock: Arc<dyn Clock>, wanted: &SetUp) -> Result<Hub> {
        todo!()
    }
    pub fn now(&self) -> crate::time::Millis {
        self.clock.now()
    }
    pub fn account(&self) -> Result<String> {
        todo!()
    }

    pub fn sign_in(&self, name: &str, password: &Secret, origin: &Origin) -> Result<SignIn> {
        todo!()
    }
    /// Trail row "signed out" (also when the desk locks: reason "locked").
    pub fn sign_out(&self, actor: &Actor) -> Result<()> {
        todo!()
    }
    /// `--as NAME`.
    pub fn local_actor(&self, name: &str, origin: &Origin) -> Result<Actor> {
        todo!()
    }
    /// The password again before a sensitive change; the actor with a new `confirmed_at`.
    pub fn confirm_password(&self, actor: &Actor, password: &Secret) -> Result<Actor> {
        todo!()
    }
    /// The actor with the new epoch: the session goes on, the user's others end.
    pub fn change_own_password(&self, actor: &Actor, old: &Secret, new: &Secret) -> Result<Actor> {
        todo!()
    }
    /// Cheap; errors with SessionOver when the session lost its right.
    pub fn pulse(&self, actor: &Actor) -> Result<Pulse> {
        todo!()
    }

    pub fn create(&self, actor: &Actor, wanted: &NewCredential) -> Result<Issued> {
        todo!()
    }
    pub fn rotate(&self, actor: &Actor, target: Target, overlap: Overlap) -> Result<Issued> {
        todo!()
    }
    /// One transaction for all; rows changed since they were read are left out and named.
    pub fn set_state(&self, actor: &Actor, targets: &[Target], verb: Verb) -> Result<Vec<Outcome>> {
        todo!()
    }
    pub fn list(&self, actor: &Actor, query: &ListQuery) -> Result<Page> {
        todo!()
    }
    pub fn details(&self, actor: &Actor, id: CredentialId) -> Result<Details> {
        todo!()
    }
    /// By key or UUID; Conflict::Ambiguous when it exists in two kinds.
    pub fn find(&self, actor: &Actor, key: &str, kind: Option<Kind>) -> Result<CredentialRow> {
        todo!()
    }
    pub fn taken(&self, actor: &Actor, kind: Kind, name: &str, username: &str) -> Result<Taken> {
        todo!()
    }
    pub fn counts(&self, actor: &Actor) -> Result<Counts> {
        todo!()
    }
    /// Every role may call it; it holds what the role may see.
    pub fn overview(&self, actor: &Actor) -> Result<Overview> {
        todo!()
    }
    /// Writes "copied secret" or "line dropped" to the trail.
    pub fn seen(&self, actor: &Actor, id: CredentialId, what: Seen) -> Result<()> {
        todo!()
    }
    /// Writes the (coalesced) refusal of something the screen already refused because it was greyed.
    pub fn refused(&self, actor: &Actor, right: crate::account::Right) -> Result<Denied> {
        todo!()
    }

    pub fn users(&self, actor: &Actor) -> Result<Vec<UserRow>> {
        todo!()
    }
    pub fn add_user(&self, actor: &Actor, name: &str, role: Role, password: &Secret) -> Result<UserRow> {
        todo!()
    }
    pub fn set_role(&self, actor: &Actor, name: &str, role: Role) -> Result<UserRow> {
        todo!()
    }
    pub fn set_user_state(&self, actor: &Actor, name: &str, state: UserState) -> Result<UserRow> {
        todo!()
    }
    pub fn unlock_user(&self, actor: &Actor, name: &str) -> Result<UserRow> {
        todo!()
    }
    /// Another's password: must be changed at the next sign-in. Also the way back in: `--as`.
    pub fn set_password(&self, actor: &Actor, name: &str, password: &Secret) -> Result<UserRow> {
        todo!()
    }

    pub fn trail(&self, actor: &Actor, query: &TrailQuery) -> Result<Vec<TrailRow>> {
        todo!()
    }
    /// `expect`: number and hex hash noted earlier. `progress(done, all)`.
    pub fn verify_trail(
        &self,
        actor: &Actor,
        expect: Option<(i64, String)>,
        progress: &mut dyn FnMut(i64, i64),
    ) -> Result<TrailReport> {
        todo!()
    }
    /// Usage as verifiers report it: no version, no change number, no trail row. (Demo, tests, benches; the verifier later.)
    pub fn record_usage(
        &self,
        id: CredentialId,
        secret_version: i64,
        at: crate::time::Seconds,
        address: Option<std::net::IpAddr>,
    ) -> Result<()> {
        todo!()
    }
}
