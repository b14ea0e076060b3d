//! The details of one credential, and the actions on it.

use crate::hub::CredentialId;

use super::{
    deeds::DEEDS,
    seat::Seat,
    talk::{Menu, Said},
    words,
};

/// Says all about a credential and does what is chosen, until the user goes back.
pub fn open(seat: &mut Seat<'_, '_>, id: CredentialId) -> Said {
    loop {
        let Some(details) = seat.done(|hub, actor| hub.details(actor, id))? else { return Ok(()) };
        let offered: Vec<_> =
            DEEDS.iter().filter_map(|deed| (deed.words)(&details).map(|words| (deed, words))).collect();
        let choices = offered.iter().map(|(deed, words)| seat.for_whom(words, deed.right)).collect();
        let menu =
            Menu { heading: words::details(&details, seat.hub.now()), choices, back: Some("Go back to the list.") };
        let Some(i) = seat.talk.choose(&menu)? else { return Ok(()) };
        let deed = offered[i].0;
        if seat.may(deed.right)? {
            (deed.act)(seat, &details)?;
        }
    }
}
