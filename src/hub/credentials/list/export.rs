//! A list handed out whole: what it shows, or chosen credentials of it.

use crate::account::Right;
use crate::hub::tx::intent::Intent;
use crate::hub::{Actor, CredentialId, CredentialRow, Hub, HubError, ListQuery, PagePosition};

/// Rows read at a time.
const PAGE: u32 = 500;

/// Which credentials are exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialPart {
    /// All that a query finds, in its order.
    Found(Box<ListQuery>),
    /// These.
    These(Vec<CredentialId>),
}

impl Hub {
    /// Hands out credentials page by page. The password must have been given within the last minutes.
    pub fn export_credentials(
        &self,
        actor: &Actor,
        part: &CredentialPart,
        each: &mut dyn FnMut(&[CredentialRow]) -> Result<(), HubError>,
    ) -> Result<(), HubError> {
        let confirmed = || match actor.confirmed(self.now()) {
            true => Ok(()),
            false => Err(HubError::PasswordNeeded),
        };
        match part {
            CredentialPart::Found(query) => {
                let mut query = ListQuery { position: PagePosition::Start, limit: PAGE, ..ListQuery::clone(query) };
                loop {
                    let page = self.list(actor, &query)?;
                    confirmed()?;
                    each(&page.rows)?;
                    match page.rows.len().checked_sub(1).and_then(|last| page.cursor(query.order, last)) {
                        Some(cursor) if page.more_after => query.position = PagePosition::After(cursor),
                        _ => return Ok(()),
                    }
                }
            }
            CredentialPart::These(ids) => {
                for ids in ids.chunks(PAGE as usize) {
                    let rows = self.read(actor, &Intent::new(Right::SeeCredentials, "list keys"), |tx| {
                        ids.iter()
                            .filter_map(|id| self.row_of(tx, &id.to_string()).transpose())
                            .collect::<Result<Vec<_>, _>>()
                    })?;
                    confirmed()?;
                    each(&rows)?;
                }
                Ok(())
            }
        }
    }
}
