//! The details of one credential, and the actions on it.

use crate::hub::CredentialId;
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
        let menu =
            Menu { heading: words::details(&details, session.hub.now()), choices, back: Some("Go back to the list.") };
        let Some(i) = session.conversation.choose(&menu)? else { return Ok(()) };
        let action = offered[i].0;
        if session.has_right(action.right)? {
            (action.act)(session, &details)?;
        }
    }
}
