//! Freshness check: whether a connection opened now sees what a long-open connection sees.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::Value as Sql;

use crate::store::{Cancel, StoreError};

use super::catalogue::Catalogue;
use super::file_identity::DatabaseFile;
use super::open_connections::OpeningGuard;
use super::sql_error::failed;
use super::{SqliteStore, connection};

/// Attempts while others commit.
const TRIES: u32 = 20;

/// What a connection sees: catalogue and head.
type Seen = (Catalogue, Vec<Vec<Sql>>);

impl SqliteStore {
    pub(super) fn is_fresh(&self, place: &Arc<DatabaseFile>) -> Result<bool, StoreError> {
        for _ in 0..TRIES {
            let (before, anew, after) = (self.seen()?, self.seen_anew(place)?, self.seen()?);
            if anew == before || anew == after {
                return Ok(true);
            }
            if before == after {
                return Ok(false);
            }
        }
        // It sees the changes of others all the time, so it is not stale.
        Ok(true)
    }

    fn seen(&self) -> Result<Seen, StoreError> {
        let mut tx = self.begin(self.reader_slot(), false, &Cancel::default())?;
        seen(&tx.live()?.connection)
    }

    fn seen_anew(&self, place: &Arc<DatabaseFile>) -> Result<Seen, StoreError> {
        // Nobody else may open a connection meanwhile: this one is not listed.
        let _opening = OpeningGuard::begin(place, self.reader_slot())?;
        let (connection, _) = connection::connect(place)?;
        let one_state = connection.unchecked_transaction().map_err(failed(&connection))?;
        seen(&one_state)
    }
}

fn seen(connection: &Connection) -> Result<Seen, StoreError> {
    let catalogue = Catalogue::read(connection)?;
    let mut head = connection.prepare_cached("SELECT * FROM head ORDER BY one").map_err(failed(connection))?;
    let columns = head.column_count();
    let rows = head.query_map([], |row| (0..columns).map(|column| row.get(column)).collect());
    let rows = rows.and_then(Iterator::collect).map_err(failed(connection))?;
    Ok((catalogue, rows))
}
