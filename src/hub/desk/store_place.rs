//! The store at a place, whichever database it is in.

use std::sync::Arc;

use crate::hub::{DeskPaths, StorePlace};
use crate::store::{FileContent, MigrateRows, PostgresStore, SqliteStore, Store, StoreError};

/// What is at a place.
pub(in crate::hub) enum Found {
    /// No desk.
    Nothing,
    /// A file with one.
    File,
    /// A connection to a server that has one.
    Server(Box<PostgresStore>),
}

/// Looks whether a desk is there. A place that cannot be looked at is an error, and never an empty one.
pub(in crate::hub) fn find(place: &StorePlace) -> Result<Found, StoreError> {
    Ok(match place {
        StorePlace::Sqlite(path) => match SqliteStore::inspect(path)? {
            FileContent::Nothing => Found::Nothing,
            FileContent::Desk => Found::File,
        },
        StorePlace::Postgres(place) => match PostgresStore::find(place)? {
            None => Found::Nothing,
            Some(store) => Found::Server(Box::new(store)),
        },
    })
}

impl Found {
    /// Whether a desk is there.
    pub(in crate::hub) fn is_there(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// Opens the desk that is there.
    pub(in crate::hub) fn open(
        self,
        places: &DeskPaths,
        migrate: MigrateRows<'_>,
    ) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Server(store) => Ok(Arc::new(store.ready(places.store_use, migrate)?)),
            Self::Nothing | Self::File => open(places, migrate),
        }
    }
}

/// Opens a desk.
pub(in crate::hub) fn open(places: &DeskPaths, migrate: MigrateRows<'_>) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match &places.store {
        StorePlace::Sqlite(path) => Arc::new(SqliteStore::open(path, migrate)?),
        StorePlace::Postgres(place) => Arc::new(PostgresStore::open(place, places.store_use, migrate)?),
    })
}

/// Opens the desk that is there for reading alone, by a user who may read two of its tables.
pub(in crate::hub) fn open_read_only(place: &StorePlace) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match place {
        StorePlace::Sqlite(path) => Arc::new(SqliteStore::open_read_only(path)?),
        StorePlace::Postgres(place) => Arc::new(PostgresStore::open_read_only(place)?),
    })
}

/// Makes the schema, together with what `fill` writes, or nothing.
pub(in crate::hub) fn create(
    place: &StorePlace,
    fill: &mut dyn FnMut(Arc<dyn Store>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    match place {
        StorePlace::Sqlite(path) => SqliteStore::create(path, fill),
        StorePlace::Postgres(place) => PostgresStore::create(place, fill),
    }
}

/// Whether a desk is there, once nobody makes one any more.
pub(in crate::hub) fn is_made(place: &StorePlace) -> Result<bool, StoreError> {
    match place {
        StorePlace::Sqlite(_) => Ok(find(place)?.is_there()),
        StorePlace::Postgres(place) => PostgresStore::is_made(place),
    }
}
