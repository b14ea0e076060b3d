//! The use cases through the public hub, on a real database in a scratch directory or in memory.

mod hub {
    pub mod desk;
    pub mod edits;
    pub mod feed;
    pub mod life;
    pub mod lists;
    pub mod people;
    pub mod races;
    pub mod rights;
    pub mod sign_in;
    pub mod support;
    pub mod trail;
    pub mod upgrade;
}
