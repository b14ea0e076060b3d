//! The verification policy, case by case: every vector, sequence and gateway recording of `tests/vectors/data`, or of the
//! folder that `KEYDESK_VECTORS` names; and properties that hold for any request.

mod vectors {
    pub mod folder;
    pub mod model;
    pub mod place;
    pub mod properties;
    pub mod recordings;
    pub mod sequences;
    pub mod single;
}
