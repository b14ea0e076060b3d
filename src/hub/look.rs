//! Read transactions, each of which checks the actor first.

use crate::store::{
    Cancel, Notice, Tx,
    tables::{self, PersonRecord},
};

use super::{Actor, Hub, HubError, Pulse, change, check, guard, refusal::Intent};

impl Hub {
    /// A read by an actor. Refusals go to the trail.
    pub(super) fn look<T>(
        &self,
        actor: &Actor,
        intent: &Intent,
        work: impl FnOnce(&mut dyn Tx) -> Result<T, HubError>,
    ) -> Result<T, HubError> {
        self.look_until(actor, intent, &Cancel::default(), work)
    }

    /// A read that can be cancelled.
    pub(super) fn look_until<T>(
        &self,
        actor: &Actor,
        intent: &Intent,
        cancel: &Cancel,
        work: impl FnOnce(&mut dyn Tx) -> Result<T, HubError>,
    ) -> Result<T, HubError> {
        self.look_as(actor, intent, cancel, |tx, _| work(tx))
    }

    /// A read that needs to know the user behind the actor, as the check found them.
    pub(super) fn look_as<T>(
        &self,
        actor: &Actor,
        intent: &Intent,
        cancel: &Cancel,
        work: impl FnOnce(&mut dyn Tx, PersonRecord) -> Result<T, HubError>,
    ) -> Result<T, HubError> {
        let run = || {
            let mut tx = self.store.read(cancel)?;
            let person = check::check_for_mending(&mut *tx, &self.vault, actor, intent.right)?;
            work(&mut *tx, person)
        };
        run().inspect_err(|why| self.note_refusal(actor, intent, why))
    }

    /// Whether anything may have been committed since this was last asked: if not, another [`Hub::pulse`] would say
    /// what the last one said. Takes some microseconds. For the one thread that follows the store; a store that cannot
    /// be asked counts as changed, so that the pulse finds out why.
    pub fn stirred(&self) -> bool {
        self.store.changed().unwrap_or(true)
    }

    /// Notifications of other processes' commits, so that nobody has to poll [`Hub::stirred`].
    pub fn notice(&self) -> Option<Box<dyn Notice>> {
        self.store.notice()
    }

    /// The state that a list polls once a second: cheap, and an error when the session is over.
    pub fn pulse(&self, actor: &Actor) -> Result<Pulse, HubError> {
        let intent = Intent::new(crate::account::Right::OwnAccount, "look");
        self.look(actor, &intent, |tx| {
            let head = tables::head(tx)?.ok_or_else(change::no_head)?;
            if !guard::head_intact(&self.vault, &head) {
                return Err(change::tampered_head());
            }
            self.remember(&head)?;
            Ok(Pulse { change: head.change })
        })
    }
}
