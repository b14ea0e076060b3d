//! The published policy, case by case: every vector, sequence and gateway recording of a folder, whichever folder of
//! that form it is (`KEYDESK_VECTORS`, else the one beside the checkout); and properties that hold for any request.

mod vectors {
    pub mod folder;
    pub mod model;
    pub mod properties;
    pub mod recordings;
    pub mod sequences;
    pub mod single;
}
