//! The one secret that can be copied, shown or spelled now: kept where the signal thread can wipe it too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    hub::{Actor, CredentialId, Hub, Seen},
    secret::Secret,
};

/// A place for one secret, shared by the dialog and by whoever ends the process.
#[derive(Clone, Default)]
pub struct Slot(Arc<Mutex<Option<Shown>>>);

/// A secret right after its commit, and what the trail has to know of it.
pub struct Shown {
    /// The desk.
    pub hub: Arc<Hub>,
    /// Who has it on the screen.
    pub actor: Actor,
    /// Whose it is.
    pub id: CredentialId,
    /// The secret.
    pub secret: Secret,
}

impl Shown {
    /// Notes in the trail that the line dropped while the secret could be seen. An error has nobody to be shown to.
    pub fn note_dropped(self) {
        let Self { hub, actor, id, secret } = self;
        drop(secret);
        let _ = hub.seen(&actor, id, Seen::Dropped);
    }
}

impl Slot {
    /// Keeps a secret until the returned guard is dropped.
    #[must_use = "the secret is wiped when this is dropped"]
    pub fn hold(&self, shown: Shown) -> Held {
        *self.lock() = Some(shown);
        Held(self.clone())
    }

    /// Takes the secret out. `None` also when the dialog is at it this very moment, which is never for long.
    pub fn take(&self) -> Option<Shown> {
        self.0.try_lock().ok()?.take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Shown>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wipes the secret when it is dropped, whichever way the dialog is left.
pub struct Held(Slot);

impl Held {
    /// A copy for one use; `None` when the secret was wiped.
    pub fn copy(&self) -> Option<Secret> {
        self.0.lock().as_ref().map(|shown| shown.secret.duplicate())
    }

    /// As [`Shown::note_dropped`].
    pub fn note_dropped(self) {
        let shown = self.0.lock().take();
        if let Some(shown) = shown {
            shown.note_dropped();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        *self.0.lock() = None;
    }
}
