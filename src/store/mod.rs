//! The persistence module: one trait, one SQL text, thin drivers, schema steps.
//!
//! A [`Store`] runs statements in transactions. What the statements are is in [`tables`], written once for every
//! database: `$1` parameters, whole numbers, text and bytes only.

mod bulk;
mod cancel;
mod driver;
mod error;
mod postgres;
mod schema;
mod sqlite;
pub mod tables;
mod unconfirmed;
mod value;

pub use cancel::Cancel;
pub use driver::{Commit, Heard, Listener, Notice, Query, Store, Tx, WriteTx};
pub use error::StoreError;
pub use postgres::{PORT, PostgresHost, PostgresPlace, PostgresStore, StoreUse};
pub use schema::{MigrateRows, Migration, NEWEST_STEP, Nature, STEPS, Step, oldest};
pub use sqlite::{FileContent, SqliteStore};
pub use unconfirmed::Unconfirmed;
pub use value::{Cell, Row, Value};
