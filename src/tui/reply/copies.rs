//! Replies about copies to the clipboard.

use crate::copy_as::CopyForm;
use crate::hub::DisplayEvent;
use crate::tui::app::App;
use crate::tui::dialog::{CopyPart, Dialog, DialogKind};
use crate::tui::msg::{Call, CopyOutcome, Ticket};
use crate::tui::pending::Slot;
use crate::tui::toast::Toast;

impl App {
    /// A copy was tried.
    pub(in crate::tui) fn copied(&mut self, ticket: Ticket, outcome: CopyOutcome) {
        let Some(slot) = self.pending.take(ticket) else { return };
        self.dirty = true;
        match slot {
            Slot::Copying(what) => self.copied_secret(what, outcome),
            Slot::CopyKeys { .. } | Slot::CopySample | Slot::CopyEntry | Slot::CopyFingerprint | Slot::CopyLine => {
                let what = match slot {
                    Slot::CopyKeys { of, form } => keys(of, form),
                    Slot::CopyEntry => "entry".to_owned(),
                    Slot::CopyFingerprint => "fingerprint".to_owned(),
                    Slot::CopyLine => "line".to_owned(),
                    _ => "sample".to_owned(),
                };
                let message = outcome.sentence(&what);
                self.toast = Some(match outcome {
                    CopyOutcome::Impossible(_) | CopyOutcome::SentInto { .. } => Toast::note(self.now, message),
                    _ => Toast::done(self.now, message),
                });
            }
            _ => {}
        }
    }

    fn copied_secret(&mut self, what: CopyPart, outcome: CopyOutcome) {
        let Some(workspace) = self.workspace.as_mut().filter(|_| self.sign_in.is_none()) else { return };
        let actor = workspace.actor();
        let Some(Dialog { kind: DialogKind::OneTimeSecret(view), .. }) = workspace.dialog_mut() else { return };
        let went = !matches!(outcome, CopyOutcome::Impossible(_));
        // A copy that may have been dropped does not count as saved: closing asks.
        let doubtful = outcome.is_doubtful();
        let first = if went { view.note_copy(what, !doubtful) } else { Vec::new() };
        let (page, name) = (view.at(), view.holder().name().to_owned());
        if went && !doubtful && what == CopyPart::Both {
            view.turn(true);
        }
        let message = format!("{name}: {}", outcome.sentence(&view.words(what)));
        match view.at() == page {
            true => view.copied = Some((what, outcome)),
            // The next secret is shown: what is said is about the one before.
            false => self.toast = Some(Toast::done(self.now, message)),
        }
        for id in first {
            self.call(Slot::Unwatched, Call::Seen(actor.clone(), id, DisplayEvent::Copied));
        }
        let locks = self.workspace.as_mut().is_some_and(|w| std::mem::take(&mut w.locks_after_copy));
        if locks && went && !doubtful {
            return self.lock_now();
        }
        if !went || doubtful {
            self.drop_type_ahead();
        }
    }
}

/// Words for keys that were copied, of how many, and in which form.
fn keys(of: usize, form: Option<CopyForm>) -> String {
    let keys = if of == 1 { "key".to_owned() } else { format!("{of} keys") };
    match form {
        None => keys,
        Some(form) => format!("{keys} as {}", form.word()),
    }
}
