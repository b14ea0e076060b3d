//! Credentials: kinds, names, the Legacy rules, the formats of keys and secrets, the life cycle. All pure.

mod filter;
mod kind;
mod labels;
mod legacy;
mod lifecycle;
mod name;
mod networks;
mod options;
mod shape;
mod words;

pub use filter::{Filter, FilterError, Wanted, filter_terms};
pub(crate) use filter::{Piece, SIGNS, pieces};
pub use kind::{Kind, State};
pub use labels::{Owner, Tag, TagEdit, TagError, Tags};
pub use legacy::{Rule, check_password, check_username, password_rules, username_rules};
pub use lifecycle::{Condition, EXPIRING_DAYS, Final, Overlap, Verb, condition, next_state};
pub use name::{Name, NameError, Note, fold};
pub use networks::{NetworkError, Networks, address_for_network, client_address};
pub use options::{Algorithm, Algorithms, BodyDigest, Options, OptionsError};
pub use shape::{
    BASE62, Fill, KEY_LEN, LEGACY_PASSWORD_LEN, SECRET_LEN, ShapeError, api_key, api_secret, first_password,
    holds_api_secret, legacy_password,
};
pub use words::OptionWords;
