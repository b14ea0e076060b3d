//! The store at a place, whichever database it is in.

use std::sync::Arc;

use crate::hub::{DeskPaths, StorePlace};
use crate::store::{DatabaseContent, FileContent, MigrateRows, PostgresStore, SqliteStore, Store, StoreError};

/// Whether a desk is there. A place that cannot be looked at is an error, and never an empty one.
pub(super) fn is_there(place: &StorePlace) -> Result<bool, StoreError> {
    match place {
        StorePlace::Sqlite(path) => Ok(SqliteStore::inspect(path)? == FileContent::Desk),
        StorePlace::Postgres(place) => Ok(PostgresStore::inspect(place)? == DatabaseContent::Desk),
    }
}

/// Opens the desk that is there.
pub(super) fn open(places: &DeskPaths, migrate: MigrateRows<'_>) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match &places.store {
        StorePlace::Sqlite(path) => Arc::new(SqliteStore::open(path, migrate)?),
        StorePlace::Postgres(place) => Arc::new(PostgresStore::open(place, places.store_use, migrate)?),
    })
}

/// Makes the schema, together with what `fill` writes, or nothing.
pub(super) fn create(
    place: &StorePlace,
    fill: &mut dyn FnMut(Arc<dyn Store>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    match place {
        StorePlace::Sqlite(path) => SqliteStore::create(path, fill),
        StorePlace::Postgres(place) => PostgresStore::create(place, fill),
    }
}
