//! The verification policy, case by case: every vector, sequence and gateway recording of `tests/vectors/data`, or of the
//! folder that `KEYDESK_VECTORS` names; and properties that hold for any request.

#[path = "../support/place.rs"]
mod place;

mod folder;
mod model;
mod properties;
mod recordings;
mod sequences;
mod single;
mod soap;
