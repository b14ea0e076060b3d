//! How far a restriction got, in the status message: read again and again until every verifier answers from it.

use crate::hub::{ChangeNumber, SeenBy};
use crate::time::Millis;
use crate::tui::app::{App, PULSE, Workspace};
use crate::tui::msg::Call;
use crate::tui::pending::Slot;
use crate::tui::toast::Toast;

/// Time between two looks at first, in milliseconds.
const LOOK: i64 = 200;
/// After this time those that have not seen the change are named.
const PATIENCE: i64 = 3_000;
/// After this time nobody goes on waiting.
const GIVES_UP: i64 = 60_000;

/// A change on its way to the verifiers.
#[derive(Debug)]
pub struct Spread {
    change: ChangeNumber,
    since: Millis,
    /// What was done.
    done: String,
    /// The message that says so at the moment: another one is not replaced.
    shown: String,
}

impl Workspace {
    /// The next look at how far a change got, if its time has come.
    pub(in crate::tui) fn due_spread(&mut self, now: Millis) -> Option<(Slot, Call)> {
        self.due.seen_by.take_if(|at| *at <= now)?;
        let change = self.spread.as_ref()?.change;
        Some((Slot::SeenBy, Call::SeenBy(self.actor(), change)))
    }
}

impl App {
    /// Shows how far a change got, beside the message that says what was done.
    pub(super) fn follow_spread(&mut self, done: String, change: ChangeNumber) {
        let now = self.now;
        if let Some(workspace) = &mut self.workspace {
            workspace.spread = Some(Spread { change, since: now, shown: done.clone(), done });
            workspace.due.seen_by = Some(now);
        }
    }

    pub(super) fn seen_by(&mut self, seen: &SeenBy) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let Some(mut spread) = workspace.spread.take() else { return };
        // A key that does something, or another message, ends it.
        let Some(words) = seen.words().filter(|_| self.toast.as_ref().is_some_and(|t| t.text == spread.shown)) else {
            return;
        };
        let waited = now.since(spread.since);
        let toast = match seen.by_all() {
            true => Toast::done(now, format!("{} {words}.", spread.done)),
            false if waited < PATIENCE => Toast::done(now, format!("{} {words} …", spread.done)),
            false => Toast::note(now, format!("{} {words}, not by {}.", spread.done, seen.hosts())),
        };
        if !seen.by_all() && waited < GIVES_UP {
            workspace.due.seen_by = Some(now.plus(if waited < PATIENCE { LOOK } else { PULSE }));
            spread.shown.clone_from(&toast.text);
            workspace.spread = Some(spread);
        }
        self.toast = Some(toast);
    }
}
