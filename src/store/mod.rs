//! The persistence module: one trait, one SQL text, thin drivers, schema steps.

mod error;
mod value;

pub use error::StoreError;
pub use value::Value;
