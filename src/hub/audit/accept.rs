//! `audit accept`: an Administrator accepts the store as it is.

use crate::account::Right;
use crate::hub::audit::action;
use crate::hub::tx::entry::Subject;
use crate::hub::tx::intent::Intent;
use crate::hub::verifier::rollback_reports::{STORE, epoch_in, told};
use crate::hub::{Actor, Hub, HubError};

/// What `audit accept` repaired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AcceptReport {
    /// Rows added beside the trail that were moved aside.
    pub moved: u64,
    /// Keys, users and settings that were older copies and were restored from the activity log.
    pub put_right: u64,
    /// Users whose rows were removed or changed and were written again. They need a new password.
    pub users: u64,
    /// The activity log is not intact, so only the rows that it still vouches for were repaired.
    pub trail_broken: bool,
}

impl Hub {
    /// Accepts the store as it is, after an older copy of it or of a row was put back: verifiers that keep what
    /// they knew load all of it again. Rows are first restored from the activity log, and keys are recounted.
    ///
    /// With `trust_rows` also when the activity log is not intact and cannot say which rows are older copies.
    pub fn accept_store(&self, actor: &Actor, trust_rows: bool) -> Result<AcceptReport, HubError> {
        let intent = Intent::new(Right::ManageSite, "accept the store").sensitive().repairing();
        self.write(actor, intent, |change| {
            let accepted = change.repair(actor, trust_rows)?;
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
