//! One look: a transaction that reads, with the actor checked in it.

use crate::store::{Cancel, Tx, tables};

use super::{Actor, Hub, HubError, Pulse, check, guard, refusal::Intent};

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
        let run = || {
            let mut tx = self.store.read(cancel)?;
            check::check(&mut *tx, &self.vault, actor, intent.right)?;
            work(&mut *tx)
        };
        run().inspect_err(|why| self.note_refusal(actor, intent, why))
    }

    /// What a list looks at once a second: cheap, and an error when the session is over.
    pub fn pulse(&self, actor: &Actor) -> Result<Pulse, HubError> {
        let intent = Intent::new(crate::account::Right::OwnAccount, "look");
        self.look(actor, &intent, |tx| {
            let head = tables::head(tx)?.filter(|head| guard::head_intact(&self.vault, head));
            let head = head.ok_or_else(|| HubError::Tampered {
                what: "The head of the trail".to_owned(),
                mend: "run `keydesk audit verify` to see how far the trail is whole".to_owned(),
            })?;
            self.remember(&head)?;
            Ok(Pulse { change: head.change })
        })
    }
}
