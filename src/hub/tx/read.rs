//! Read transactions, each of which checks the actor first.

use crate::hub::error::{no_head, tampered_head};
use crate::hub::tx::intent::Intent;
use crate::hub::tx::{authorize, row_tags};
use crate::hub::{Actor, Cancel, Hub, HubError, Pulse};
use crate::store::tables::{self, UserRecord};
use crate::store::{Notice, StoreError, Tx};

impl Hub {
    /// A read by an actor. Refusals go to the trail.
    pub(in crate::hub) fn read<T>(
        &self,
        actor: &Actor,
        intent: &Intent,
        work: impl FnOnce(&mut dyn Tx) -> Result<T, HubError>,
    ) -> Result<T, HubError> {
        self.read_cancellable(actor, intent, &Cancel::default(), work)
    }

    /// A read that can be cancelled.
    pub(in crate::hub) fn read_cancellable<T>(
        &self,
        actor: &Actor,
        intent: &Intent,
        cancel: &Cancel,
        work: impl FnOnce(&mut dyn Tx) -> Result<T, HubError>,
    ) -> Result<T, HubError> {
        self.read_as(actor, intent, cancel, |tx, _| work(tx))
    }

    /// A read that needs to know the user behind the actor, as the check found them.
    pub(in crate::hub) fn read_as<T>(
        &self,
        actor: &Actor,
        intent: &Intent,
        cancel: &Cancel,
        work: impl FnOnce(&mut dyn Tx, UserRecord) -> Result<T, HubError>,
    ) -> Result<T, HubError> {
        let run = || {
            // A short read may be over before the database looks at it.
            if cancel.is_cancelled() {
                return Err(StoreError::Cancelled.into());
            }
            let mut queries = authorize::queries(actor);
            queries.extend(intent.prefetch.iter().cloned());
            let mut tx = self.store.read_with(cancel, queries)?;
            let user = authorize::check_for_repair(&mut *tx, &self.vault, self.now(), actor, intent.right)?;
            work(&mut *tx, user)
        };
        run().inspect_err(|why| self.note_refusal(actor, intent, why))
    }

    /// Whether anything may have been committed since this was last asked: if not, another [`Hub::pulse`] would say
    /// what the last one said. Takes some microseconds. For the one thread that follows the store; a store that cannot
    /// be asked counts as changed, so that the pulse finds out why.
    pub fn may_have_changed(&self) -> bool {
        self.store.changed().unwrap_or(true)
    }

    /// Notifications of other processes' commits, so that nobody has to poll [`Hub::may_have_changed`].
    pub fn notice(&self) -> Option<Box<dyn Notice>> {
        self.store.notice()
    }

    /// The state that a list polls once a second: cheap, and an error when the session is over.
    pub fn pulse(&self, actor: &Actor) -> Result<Pulse, HubError> {
        let known = self.known_head();
        let mut queries = vec![tables::head_query()];
        queries.extend(known.as_ref().map(|known| tables::trail_hash_query(known.trail_no)));
        let intent = Intent::new(crate::account::Right::OwnAccount, "look").prefetch(queries);
        self.read(actor, &intent, |tx| {
            let head = tables::head(tx)?.ok_or_else(no_head)?;
            if !row_tags::head_intact(&self.vault, &head) {
                return Err(tampered_head());
            }
            self.require_not_older(tx, &head, known.as_ref())?;
            Ok(Pulse { change: head.change })
        })
    }
}
