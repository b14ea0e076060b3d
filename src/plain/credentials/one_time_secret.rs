//! The one-time secret: copied, shown or spelled out once, then wiped.

use std::sync::Arc;

use crate::clipboard::{CopyOutcome, PASTE_INSIDE, PASTE_OUTSIDE};
use crate::credential::Kind;
use crate::hub::{CredentialId, DisplayEvent, Issued};
use crate::plain::conversation::{Exit, Menu, Step};
use crate::plain::io::secret_slot::{SecretGuard, ShownSecret};
use crate::plain::session::SignedIn;
use crate::secret::Secret;

use super::spell_out;

/// Hands out a new secret, or says that it is the one the user typed.
pub fn hand_out(session: &mut SignedIn<'_, '_>, issued: Issued, what: &str) -> Step {
    let Issued { row, secret, .. } = issued;
    session.say(format!("{}, {}, {what}.", row.name, row.kind.title()))?;
    session.say(format!("The {} is:", row.kind.api_key_word()))?;
    session.say(&row.key)?;
    let Some(secret) = secret else {
        return session.say("The password is the one you typed.");
    };
    let word = row.kind.api_secret_word();
    give(session, secret, Some(row.id), (word, &row.name, "rotate the key"))
}

/// Hands out the password of a user that was made here.
pub fn hand_out_password(session: &mut SignedIn<'_, '_>, user: &str, password: Secret) -> Step {
    give(session, password, None, ("password", user, "set another one"))
}

/// Keeps the secret while it is offered. `words` are what it is, whose it is, and what helps if it is lost.
fn give(
    session: &mut SignedIn<'_, '_>,
    secret: Secret,
    id: Option<CredentialId>,
    (word, of, help): (&'static str, &str, &str),
) -> Step {
    let (hub, actor) = (Arc::clone(&session.hub), session.actor().clone());
    let held = session.conversation.slot().hold(ShownSecret { hub, actor, id, secret });
    match (OneTimeView { session, id, word, held: &held, taken: false }).run() {
        Err(Exit::Gone) => {
            held.line_dropped();
            Err(Exit::Gone)
        }
        Err(exit) => {
            drop(held);
            // Fails if the terminal is gone, which does not matter here.
            session.say(format!("The {word} of {of} is no longer kept here. If it is not saved, {help}."))?;
            Err(exit)
        }
        Ok(()) => session.say(format!("The {word} is no longer kept here.")),
    }
}

/// The one-time view.
struct OneTimeView<'v, 't, 'io> {
    session: &'v mut SignedIn<'t, 'io>,
    /// The credential, for the notes in the trail; none for the password of a user.
    id: Option<CredentialId>,
    word: &'static str,
    held: &'v SecretGuard,
    /// It was copied, shown or spelled.
    taken: bool,
}

impl OneTimeView<'_, '_, '_> {
    fn run(&mut self) -> Step {
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
            let closed = match self.session.conversation.choose(&menu) {
                Ok(Some(0)) => self.copy().map(|()| false),
                Ok(Some(1)) => self.show().map(|()| false),
                Ok(Some(2)) => self.spell().map(|()| false),
                Ok(_) => self.may_close(),
                // Leaving by ctrl-c or ctrl-d asks the same as closing, once.
                Err(exit @ (Exit::Interrupted | Exit::End)) => match self.may_close()? {
                    true => return Err(exit),
                    false => Ok(false),
                },
                Err(exit) => Err(exit),
            };
            if closed? {
                return Ok(());
            }
        }
    }

    fn copy(&mut self) -> Step {
        let Some(secret) = self.held.copy() else { return Ok(()) };
        let outcome = self.session.conversation.io().copy(&secret);
        drop(secret);
        self.session.say(copied(&outcome, self.word))?;
        match outcome {
            CopyOutcome::Impossible(_) => Ok(()),
            outcome => self.note_taken(outcome.is_doubtful()),
        }
    }

    fn show(&mut self) -> Step {
        self.session.say(format!("The {} is:", self.word))?;
        if let Some(secret) = self.held.copy() {
            self.session.conversation.reveal(&secret)?;
        }
        self.taken = true;
        Ok(())
    }

    fn spell(&mut self) -> Step {
        if let Some(secret) = self.held.copy() {
            for group in spell_out::groups(&secret) {
                self.session.conversation.reveal(&group)?;
            }
        }
        self.taken = true;
        Ok(())
    }

    fn note_taken(&mut self, doubtful: bool) -> Step {
        self.taken |= !doubtful;
        let Some(id) = self.id else { return Ok(()) };
        self.session.call(|hub, actor| hub.record_display_event(actor, id, DisplayEvent::Copied)).map(|_| ())
    }

    /// Whether it may be closed: asks first if the secret was not copied, shown or spelled yet.
    fn may_close(&mut self) -> Step<bool> {
        let heading = "Close without copying? It cannot be shown again.";
        Ok(self.taken || self.session.conversation.agrees(heading, "Close it.", "Keep it open.")?)
    }
}

/// The outcome of a copy in words.
pub fn copied(outcome: &CopyOutcome, what: &str) -> String {
    match outcome {
        CopyOutcome::Copied => format!("Copied: the {what}."),
        CopyOutcome::SentToTerminal => {
            format!("Sent to your terminal (OSC 52): the {what}. Paste to check; not every terminal takes it.")
        }
        CopyOutcome::SentInto { around, over_ssh } => {
            format!("Sent (OSC 52): the {what}, but {} Paste to check.", around.words(*over_ssh))
        }
        CopyOutcome::SentThroughTmux => format!("Sent to your terminal through tmux: the {what}. {PASTE_OUTSIDE}"),
        CopyOutcome::KeptInTmux => format!("Sent to your terminal through tmux: the {what}. {PASTE_INSIDE}"),
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
