//! The details of one credential, and the actions on it.

use crate::hub::{CredentialId, USE_DAYS};
use crate::plain::conversation::{Menu, Step};
use crate::plain::session::SignedIn;
use crate::plain::words;

use super::credential_actions::ACTIONS;

/// Says all about a credential and does what is chosen, until the user goes back.
pub fn open(session: &mut SignedIn<'_, '_>, id: CredentialId) -> Step {
    loop {
        let Some(details) = session.call(|hub, actor| hub.details(actor, id))? else { return Ok(()) };
        let offered: Vec<_> =
            ACTIONS.iter().filter_map(|action| (action.words)(&details).map(|words| (action, words))).collect();
        let choices = offered.iter().map(|(action, words)| session.choice_label(words, action.right)).collect();
        let days = session.call(|hub, actor| hub.usage(actor, id, USE_DAYS as u32))?.unwrap_or_default();
        let mut heading = words::details(&details, session.hub.now());
        heading.extend(words::usage(&days));
        let menu = Menu { heading, choices, back: Some("Go back to the list."), short: None };
        let Some(i) = session.conversation.choose(&menu)? else { return Ok(()) };
        let action = offered[i].0;
        if session.has_right(action.right)? {
            (action.act)(session, &details)?;
        }
    }
}
