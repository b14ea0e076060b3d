//! What sshd asks before anybody is signed in: may this key open the desk? Answered from the database alone, without
//! the master key, so tags cannot be checked here: the session does that.

use crate::account::PublicKey;
use crate::hub::desk::store_place;
use crate::hub::{AuthorizedKey, Cancel, HubError, StorePlace};
use crate::store::tables;
use crate::time::{Clock, Seconds};

use super::mapping::{fingerprint, networks};

/// The active key of an active user that is the one offered, read from a database that is not written to; none of any
/// other. `None` too if it has expired.
pub fn authorized_key(
    place: &StorePlace,
    offered: &PublicKey,
    clock: &dyn Clock,
) -> Result<Option<AuthorizedKey>, HubError> {
    let store = store_place::open_read_only(place)?;
    let mut tx = store.read(&Cancel::default())?;
    let found = tables::offered_key(&mut *tx, &fingerprint(offered.blob()))?;
    let now = clock.now().seconds();
    let same = found.filter(|key| {
        key.algorithm == offered.algorithm()
            && key.blob == offered.blob()
            && key.no > 0
            && key.expires_at.is_none_or(|end| end > now.0)
    });
    same.map(|key| {
        Ok(AuthorizedKey { no: key.no, networks: networks(&key.networks)?, expires_at: key.expires_at.map(Seconds) })
    })
    .transpose()
}
