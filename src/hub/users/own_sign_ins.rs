//! What every user may know of their own account: their sign-ins, and refused tries on their name.

use crate::account::Right;
use crate::hub::audit::action::{SIGN_IN_REFUSED, SIGNED_IN};
use crate::hub::tx::intent::Intent;
use crate::hub::users::sign_in;
use crate::hub::{Actor, Hub, HubError, OwnSignIn, SignInOutcome};
use crate::store::Tx;
use crate::store::tables::{self, TrailRecord};
use crate::time::Millis;

/// Limit on the rows that are shown.
const TOLD: i64 = 20;

impl Hub {
    /// The actor's own sign-ins, and what was refused under their name, newest first. Nobody else's, whoever asks: the
    /// trail is for Administrators.
    pub fn own_sign_ins(&self, actor: &Actor) -> Result<Vec<OwnSignIn>, HubError> {
        self.read(actor, &Intent::new(Right::OwnAccount, "see own sign-ins"), |tx| {
            let name = actor.user.as_str();
            let actions = [SIGNED_IN.code, SIGN_IN_REFUSED.code];
            let rows = tables::sign_ins(tx, name, &sign_in::while_locked(name), actions, TOLD)?;
            rows.into_iter().map(|record| told(tx, record)).collect()
        })
    }
}

fn told(tx: &mut dyn Tx, record: TrailRecord) -> Result<OwnSignIn, HubError> {
    let outcome = match (record.action.as_str(), &record.who) {
        (code, _) if code == SIGNED_IN.code => SignInOutcome::SignedIn,
        // A try on a locked name has no user: the password was not checked.
        (_, None) => SignInOutcome::Locked(tables::repeats(tx, record.no)?),
        (_, Some(_)) => SignInOutcome::WrongPassword(tables::repeats(tx, record.no)?),
    };
    Ok(OwnSignIn { at: Millis(record.at), via: record.via, address: record.address, outcome })
}
