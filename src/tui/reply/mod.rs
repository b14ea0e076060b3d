//! Replies of the workers: each goes to the slot that waits for it, or is dropped.

mod copies;
mod edits;
mod find_by_secret;
mod forms;
mod reads;
mod sign_in;
mod trail;
mod users;

pub(super) use find_by_secret::HISTORY;

use crate::{
    hub::HubError,
    tui::{
        app::App,
        dialog::Dialog,
        msg::{Reply, Ticket},
        pending::Slot,
        sign_in::SignInScreen,
    },
};

impl App {
    /// Handles a reply. One that nothing waits for is dropped.
    pub(super) fn reply(&mut self, ticket: Ticket, reply: Reply) {
        let Some(slot) = self.pending.take(ticket) else { return };
        // A pulse that found nothing new is no reason to draw.
        self.dirty |= !matches!(slot, Slot::Pulse | Slot::Unwatched);
        // What a dialog behind the lock comes to is not told in front of it: it names keys.
        let behind = self.sign_in.is_some() && slot != Slot::SignIn;
        let toast = self.toast.take_if(|_| behind);
        match slot {
            Slot::SignIn => self.sign_in_replied(reply),
            Slot::Form => self.form_replied(reply),
            Slot::Refused => self.refused(reply),
            Slot::Find => self.searched(reply),
            Slot::History => self.history(reply),
            Slot::Copying(_) | Slot::CopyKey | Slot::CopySample | Slot::Unwatched => {}
            slot => self.read(slot, reply),
        }
        if behind {
            self.toast = toast;
        }
    }

    /// The session is over: secrets are wiped, and the sign-in screen says why.
    pub(super) fn end_session(&mut self, why: &str) {
        let name = self.workspace.as_ref().map(|r| r.session.actor.user.as_str().to_owned()).unwrap_or_default();
        self.workspace = None;
        self.help = None;
        self.toast = None;
        self.pending.clear();
        self.dirty = true;
        self.sign_in = Some(SignInScreen::sign_in(&name).saying(why));
        self.drop_ahead();
    }

    /// Shows a notice about something unexpected, and drops the type-ahead.
    pub(super) fn notice(&mut self, title: &str, lines: Vec<String>) {
        if let Some(workspace) = &mut self.workspace {
            workspace.dialogs.push(Dialog::Notice { title: title.to_owned(), lines });
        }
        self.drop_ahead();
    }

    fn refused(&mut self, reply: Reply) {
        let Some(workspace) = &mut self.workspace else { return };
        match reply {
            // The hub knows today's Administrators; the dialog was opened with those of a moment ago.
            Reply::Denied(Ok(denied)) => {
                if let Some(Dialog::Denied(shown)) = workspace.dialogs.last_mut() {
                    *shown = denied;
                } else if let Some(overview) = &mut workspace.overview {
                    overview.administrators = denied.administrators;
                }
            }
            Reply::Denied(Err(HubError::SessionOver(over))) => self.end_session(&over.to_string()),
            _ => {}
        }
    }
}
