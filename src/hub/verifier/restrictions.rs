//! Restrictions by the trail: what was taken away from credentials since a position, for a verifier whose store cannot
//! be trusted. The rows may be older copies; the trail up to the head cannot be forged without the master key.

use uuid::Uuid;

use crate::credential::{Algorithms, BodyDigest, Networks, State};
use crate::hub::audit::action;
use crate::hub::{Cancel, Feed, HubError, StorePosition};
use crate::store::tables::{self, TrailRecord};
use crate::time::{Seconds, parse_when};

/// What a change left of a credential, as far as its row of the trail says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restriction {
    /// Id of the credential's row.
    pub id: Uuid,
    /// The new state; `None` if it did not change.
    pub state: Option<State>,
    /// Not usable before this second.
    pub not_before: Option<Seconds>,
    /// Not usable from this second on.
    pub expires_at: Option<Seconds>,
    /// Where it may be used from.
    pub networks: Option<Networks>,
    /// Algorithms that may sign.
    pub algorithms: Option<Algorithms>,
    /// Whether a digest of the body must be signed.
    pub body_digest: Option<BodyDigest>,
    /// Which secrets still work.
    pub secrets: Option<SecretRestriction>,
}

/// Which secrets of a credential still work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretRestriction {
    /// A new secret; the one before works until `until`, and no other.
    Renewed {
        /// Number of the new one.
        no: i64,
        /// End of the one before.
        until: Seconds,
    },
    /// The secret with this number stopped.
    Stopped(i64),
}

impl Feed<'_> {
    /// The restrictions since a position, oldest first; `None` if the trail in between is not intact.
    pub fn restrictions(self, since: &StorePosition) -> Result<Option<Vec<Restriction>>, HubError> {
        let mut tx = self.hub.store.read(&Cancel::default())?;
        let now = self.position_in(&mut *tx)?;
        let (mut at, end) = (since.trail().clone(), now.trail());
        let (mut whole, mut taken) = (true, Vec::new());
        tables::trail_after(&mut *tx, at.no, end.no.saturating_sub(at.no).max(0), &mut |row| {
            whole = whole && at.step(&row).is_ok();
            taken.extend(read(&row));
            Ok(())
        })?;
        Ok((whole && at == *end).then_some(taken))
    }
}

fn read(row: &TrailRecord) -> Option<Restriction> {
    if row.about != action::ROTATED.about || row.class != action::ROTATED.class {
        return None;
    }
    let id = row.subject.as_deref()?.parse().ok()?;
    let after: serde_json::Value = serde_json::from_str(row.after.as_deref()?).ok()?;
    let text = |name: &str| after[name].as_str();
    let time = |name: &str| text(name).and_then(|text| parse_when(text, Seconds(0)).ok());
    let at = crate::time::Millis(row.at).seconds();
    let secrets = match row.action.as_str() {
        code if code == action::ROTATED.code || code == action::LEGACY_PASSWORD.code => {
            let until = time("old_until").unwrap_or(at);
            after["secret"].as_i64().map(|no| SecretRestriction::Renewed { no, until })
        }
        code if code == action::OLD_SECRET_STOPPED.code => after["old_secret"].as_i64().map(SecretRestriction::Stopped),
        _ => None,
    };
    Some(Restriction {
        id,
        state: text("state").and_then(|state| state.parse().ok()),
        not_before: time("not_before"),
        expires_at: time("expires_at"),
        networks: text("networks").and_then(|networks| networks.parse().ok()),
        algorithms: text("algorithms").and_then(|algorithms| algorithms.parse().ok()),
        body_digest: text("body_digest").and_then(|digest| digest.parse().ok()),
        secrets,
    })
}
