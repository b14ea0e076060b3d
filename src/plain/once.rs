//! The one-time secret: copied, shown or spelled out once, then wiped.

use std::sync::Arc;

use crate::{
    clipboard::CopyOutcome,
    credential::Kind,
    hub::{CredentialRow, DisplayEvent, Issued},
};

use super::{
    held::{Held, Shown},
    seat::Seat,
    spell,
    talk::{Leave, Menu, Said},
    words,
};

/// Hands a new secret out, or says that it is the one the user typed.
pub fn hand_out(seat: &mut Seat<'_, '_>, issued: Issued, what: &str) -> Said {
    let Issued { row, secret, .. } = issued;
    seat.say(format!("{}, {}, {what}.", row.name, row.kind.title()))?;
    seat.say(format!("The {} is:", words::key_word(row.kind)))?;
    seat.say(&row.key)?;
    let Some(secret) = secret else {
        return seat.say("The password is the one you typed.");
    };
    let (hub, actor) = (Arc::clone(&seat.hub), seat.actor().clone());
    let held = seat.talk.slot().hold(Shown { hub, actor, id: row.id, secret });
    let word = words::secret_word(row.kind);
    match (View { seat, row: &row, word, held: &held, taken: false }).turn() {
        Err(Leave::Gone) => {
            held.line_dropped();
            Err(Leave::Gone)
        }
        Err(leave) => {
            drop(held);
            // Where somebody is left to be told.
            seat.say(format!(
                "The {word} of {} is no longer kept here. If it is not saved, rotate the key.",
                row.name
            ))?;
            Err(leave)
        }
        Ok(()) => seat.say(format!("The {word} is no longer kept here.")),
    }
}

/// The one-time view.
struct View<'v, 't, 'io> {
    seat: &'v mut Seat<'t, 'io>,
    row: &'v CredentialRow,
    word: &'static str,
    held: &'v Held,
    /// It was copied, shown or spelled.
    taken: bool,
}

impl View<'_, '_, '_> {
    fn turn(&mut self) -> Said {
        let menu = Menu::new(
            format!(
                "Take the {} now; this is the only time that you can. If you lose it, you need a new one.",
                self.word
            ),
            [
                "Copy it to the clipboard. It is not shown.",
                "Show it. Shown text stays in the scrollback of the terminal.",
                "Spell it, letter by letter. That stays in the scrollback too.",
            ],
        )
        .back("Done.");
        loop {
            let done = match self.seat.talk.choose(&menu) {
                Ok(Some(0)) => self.copy().map(|()| false),
                Ok(Some(1)) => self.show().map(|()| false),
                Ok(Some(2)) => self.spell().map(|()| false),
                Ok(_) => self.may_close(),
                // Leaving by ctrl-c or ctrl-d asks the same as closing, once.
                Err(leave @ (Leave::Interrupted | Leave::End)) => match self.may_close()? {
                    true => return Err(leave),
                    false => Ok(false),
                },
                Err(leave) => Err(leave),
            };
            if done? {
                return Ok(());
            }
        }
    }

    fn copy(&mut self) -> Said {
        let Some(secret) = self.held.copy() else { return Ok(()) };
        let outcome = self.seat.talk.io().copy(&secret);
        drop(secret);
        self.seat.say(copied(&outcome, self.word))?;
        match outcome {
            CopyOutcome::Impossible(_) => Ok(()),
            outcome => self.note_taken(outcome.is_doubtful()),
        }
    }

    fn show(&mut self) -> Said {
        self.seat.say(format!("The {} is:", self.word))?;
        if let Some(secret) = self.held.copy() {
            self.seat.talk.reveal(&secret)?;
        }
        self.taken = true;
        Ok(())
    }

    fn spell(&mut self) -> Said {
        if let Some(secret) = self.held.copy() {
            for group in spell::groups(&secret) {
                self.seat.talk.reveal(&group)?;
            }
        }
        self.taken = true;
        Ok(())
    }

    fn note_taken(&mut self, doubtful: bool) -> Said {
        self.taken |= !doubtful;
        let id = self.row.id;
        self.seat.done(|hub, actor| hub.record_display_event(actor, id, DisplayEvent::Copied)).map(|_| ())
    }

    /// Whether it may be closed: asks first if the secret was not copied, shown or spelled yet.
    fn may_close(&mut self) -> Said<bool> {
        let heading = "Close without copying? It cannot be shown again.";
        Ok(self.taken || self.seat.talk.agrees(heading, "Close it.", "Keep it open.")?)
    }
}

/// What is known of a copy, in words.
pub fn copied(outcome: &CopyOutcome, what: &str) -> String {
    match outcome {
        CopyOutcome::Copied => format!("Copied: the {what}."),
        CopyOutcome::SentToTerminal => {
            format!("Sent to your terminal (OSC 52): the {what}. Paste to check; not every terminal takes it.")
        }
        CopyOutcome::SentInto(around) => format!("Sent (OSC 52): the {what}, but {} Paste to check.", around.words()),
        CopyOutcome::SentThroughTmux => format!("Sent to your terminal through tmux: the {what}. Paste to check."),
        CopyOutcome::Impossible(why) => why.clone(),
    }
}

/// Words for what was created.
pub fn created(kind: Kind) -> &'static str {
    match kind {
        Kind::Basic | Kind::Hmac => "is created",
        Kind::Legacy => "is created, for the SOAP API and the M4U text protocol",
    }
}
