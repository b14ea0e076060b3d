//! The secret slot: the one secret that can be copied, shown or spelled now, kept where the signal thread can wipe it
//! too.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::hub::{Actor, CredentialId, DisplayEvent, Hub};
use crate::secret::Secret;

/// Longest wait for the note in the trail that a connection dropped: the store may be what hangs.
const NOTE: Duration = Duration::from_millis(500);

/// A slot for one secret, shared by the dialog and the thread that ends the process.
#[derive(Clone, Default)]
pub struct SecretSlot {
    shown: Arc<Mutex<Option<ShownSecret>>>,
    /// Locked while the note for the trail is written, so that neither thread ends the process during the other's note.
    ending: Arc<Mutex<()>>,
}

/// A secret right after its commit, and what the trail records if it is lost.
pub struct ShownSecret {
    /// The desk, for the note in the trail.
    pub hub: Arc<Hub>,
    /// The user who can see it.
    pub actor: Actor,
    /// Id of its credential; none for the password of a user, which another can replace.
    pub id: Option<CredentialId>,
    /// The secret itself.
    pub secret: Secret,
}

impl SecretSlot {
    /// Keeps a secret until the returned guard is dropped.
    #[must_use = "the secret is wiped when this is dropped"]
    pub fn hold(&self, shown: ShownSecret) -> SecretGuard {
        *lock(&self.shown) = Some(shown);
        SecretGuard(self.clone())
    }

    /// Whether it holds a secret.
    pub fn holds(&self) -> bool {
        lock(&self.shown).is_some()
    }

    /// The connection dropped, or the process ends: wipes the secret, if there is one, and notes it in the trail. Keep
    /// the returned guard until the process ends: another thread that finds the secret gone must not end it first with
    /// its own exit code.
    #[must_use = "nobody else may end the process while this is kept"]
    pub fn line_dropped(&self) -> MutexGuard<'_, ()> {
        let turn = lock(&self.ending);
        let Some(ShownSecret { hub, actor, id, secret }) = lock(&self.shown).take() else { return turn };
        drop(secret);
        let Some(id) = id else { return turn };
        let (done, written) = channel();
        let note = move || {
            // Nobody is left to see an error.
            let _ = hub.record_display_event(&actor, id, DisplayEvent::Dropped);
            let _ = done.send(());
        };
        if thread::Builder::new().name("keydesk-note".to_owned()).spawn(note).is_ok() {
            let _ = written.recv_timeout(NOTE);
        }
        turn
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wipes the secret when it is dropped, whichever way the dialog is left.
pub struct SecretGuard(SecretSlot);

impl SecretGuard {
    /// A copy for one use; `None` when the secret was wiped.
    pub fn copy(&self) -> Option<Secret> {
        lock(&self.0.shown).as_ref().map(|shown| shown.secret.duplicate())
    }

    /// As [`SecretSlot::line_dropped`].
    pub fn line_dropped(self) {
        drop(self.0.line_dropped());
    }
}

impl Drop for SecretGuard {
    fn drop(&mut self) {
        match thread::panicking() {
            true => drop(self.0.line_dropped()),
            false => *lock(&self.0.shown) = None,
        }
    }
}
