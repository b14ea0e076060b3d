//! One message in, new state and effects out.

use crate::time::Millis;

use super::app::App;
use super::msg::{Effect, Msg};

/// Takes one message. No I/O, no clock, no randomness: `now` comes from the caller.
pub fn update(app: &mut App, now: Millis, msg: Msg) -> Vec<Effect> {
    let _ = (app, now, msg);
    Vec::new()
}
