//! `audit accept`: an Administrator accepts the store as it is.

use crate::account::Right;
use crate::hub::{
    Actor, Hub, HubError,
    audit::action,
    tx::{entry::Subject, intent::Intent},
    verifier::rollback_reports::{STORE, epoch_in, told},
};

/// What accepting a store came to, beside the new epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// Rows beside the trail that were moved out of its way.
    pub moved: u64,
    /// Keys, users and settings that were older copies, and are what the activity log says again.
    pub put_right: u64,
    /// Users whose rows were removed or changed and are written anew. They need a new password.
    pub users: u64,
    /// The activity log is not whole, so only what it still says for certain was put right.
    pub trail_broken: bool,
}

impl Hub {
    /// Accepts the store as it is, after an older copy of it, or of a row, was put in its place: verifiers that keep what
    /// they knew before load all of it. What the activity log knows better is put right first; keys are counted anew.
    ///
    /// With `trust_rows` also where the activity log is not whole, so that it cannot say which rows are older copies.
    pub fn accept_store(&self, actor: &Actor, trust_rows: bool) -> Result<Accepted, HubError> {
        let intent = Intent::new(Right::ManageSite, "accept the store").sensitive().repairing();
        self.write(actor, intent, |change| {
            let accepted = change.repair(trust_rows)?;
            let known = told(&mut *change.tx)?.iter().map(epoch_in).max().unwrap_or_default();
            let (before, after) = change.next_epoch(known);
            let json = |epoch: i64| serde_json::json!({ "epoch": epoch });
            let mut now = json(after);
            if accepted.moved > 0 {
                now["moved"] = accepted.moved.into();
            }
            if accepted.put_right > 0 {
                now["put_right"] = accepted.put_right.into();
            }
            if accepted.users > 0 {
                now["users"] = accepted.users.into();
            }
            if trust_rows && accepted.trail_broken {
                now["rows"] = "trusted".into();
            }
            let subject = Subject::row(STORE, "the store");
            change.note(action::ACCEPTED, subject.changed(Some(json(before).to_string()), Some(now.to_string())))?;
            Ok(accepted)
        })
    }
}
