//! Users, roles and rights, password rules, and the sign-in throttle. All pure.

mod password;
mod public_key;
mod right;
mod throttle;
mod user;

pub use password::{MAX_PASSWORD, MIN_PASSWORD, PasswordError, check_user_password, user_password_rules};
pub use public_key::{PublicKey, PublicKeyError};
pub use right::{Right, Role, allows};
pub use throttle::{Attempts, FIRST_PAUSE, FREE_TRIES, LONGEST_PAUSE};
pub use user::{AccountName, UserName, UserNameError, UserState};
