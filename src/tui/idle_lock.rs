//! The lock: on request, and by itself after some minutes without a key. The last minute is counted down on every screen.

use crate::hub::SessionOver;
use crate::time::{self, MINUTE, Millis};
use crate::tui::app::App;
use crate::tui::msg::{Call, Effect};
use crate::tui::pending::Slot;
use crate::tui::sign_in::SignInScreen;
use crate::tui::toast::Toast;

const SECOND: i64 = 1000;

/// So long after a lock that nobody asked for, keys do nothing: who types on has not seen it yet, and must not have it tried
/// as a password.
const DEAF: i64 = SECOND;

impl App {
    /// When the screen locks by itself; `None` where it does not, or is locked.
    fn idle_lock_at(&self) -> Option<Millis> {
        let workspace = self.workspace.as_ref().filter(|workspace| self.sign_in.is_none() && !workspace.is_over)?;
        (workspace.session.idle_lock > 0).then(|| self.last_key.plus(workspace.session.idle_lock))
    }

    /// When the SSH key that opened the session expires, and the session with it: nothing in the store changes then.
    pub(in crate::tui) fn key_ends_at(&self) -> Option<Millis> {
        self.workspace.as_ref().filter(|workspace| !workspace.is_over).and_then(|workspace| workspace.session.ends_at)
    }

    /// How long before the lock it is counted: a minute, and half of the time where the lock comes sooner than that.
    /// Otherwise every key of a desk that locks after a minute would only stop the count.
    fn counted(&self) -> i64 {
        let idle = self.workspace.as_ref().map_or(0, |workspace| workspace.session.idle_lock);
        MINUTE.min(idle / 2)
    }

    /// The seconds that are left, while they are counted.
    pub(in crate::tui) fn seconds_to_lock(&self) -> Option<i64> {
        let left = self.idle_lock_at()?.since(self.now);
        (0 < left && left <= self.counted()).then(|| (left + SECOND - 1) / SECOND)
    }

    /// When the count begins, changes or ends.
    pub(in crate::tui) fn idle_lock_changes_at(&self) -> Option<Millis> {
        let end = self.idle_lock_at()?;
        let left = end.since(self.now);
        Some(match left > self.counted() {
            true => end.plus(-self.counted()),
            false => self.now.plus((left - 1).rem_euclid(SECOND) + 1).min(end),
        })
    }

    /// After the clock moved: counts on, or locks. `before` is what was shown until now.
    pub(in crate::tui) fn watch_idle_lock(&mut self, before: Option<i64>) {
        if self.key_ends_at().is_some_and(|end| end <= self.now) {
            return self.end_session(&SessionOver::KeyGone.to_string());
        }
        if self.idle_lock_at().is_some_and(|end| end <= self.now) {
            self.lock(true);
            let deaf_until = self.now.plus(DEAF);
            self.sign_in.iter_mut().for_each(|sign_in| sign_in.deaf_until = Some(deaf_until));
            return;
        }
        self.dirty |= self.seconds_to_lock() != before;
    }

    /// A key was pressed: the time runs anew. `true` if the key stopped the count, and does nothing else: who wakes the
    /// screen may not have looked at it.
    pub(in crate::tui) fn stops_the_count(&mut self) -> bool {
        let counting = self.seconds_to_lock().is_some();
        self.last_key = self.now;
        self.dirty |= counting;
        counting
    }

    /// Whether keys do nothing yet, because the desk locked by itself a moment ago; says so once.
    pub(in crate::tui) fn is_deaf(&mut self) -> bool {
        let now = self.now;
        let until = self.sign_in.as_ref().and_then(|sign_in| sign_in.deaf_until);
        if until.is_none_or(|end| now >= end) {
            return false;
        }
        self.toast = Some(Toast::note(now, "What you typed while it locked was not used."));
        self.dirty = true;
        true
    }

    /// Locks on request: keys typed ahead go to the lock screen.
    pub(super) fn lock_now(&mut self) {
        let ahead = std::mem::take(&mut self.type_ahead);
        self.lock(false);
        self.type_ahead = ahead;
    }

    /// Locks: secrets are wiped, forms stay, replies still arrive. `idle` if nobody asked for it.
    fn lock(&mut self, idle: bool) {
        let Some(workspace) = self.workspace.as_ref().filter(|_| self.sign_in.is_none()) else { return };
        let (actor, name) = (workspace.actor(), workspace.session.actor.user.as_str().to_owned());
        // The password must still be changed: there is nothing to come back to.
        let forced = workspace.session.must_change_password;
        self.drop_secrets();
        self.help = None;
        self.toast = None;
        self.dirty = true;
        for slot in Slot::READS {
            self.cancel(slot);
        }
        if let Some(workspace) = &mut self.workspace {
            workspace.stop_comparing();
            if let Some(api) = workspace.api_mut() {
                api.ticks.stop();
            }
        }
        self.call(Slot::Unwatched, Call::SignOut(actor));
        if self.by_ssh_key() {
            // Nobody could unlock it: the key opened it, and sshd asks for that once for each connection.
            self.workspace.iter_mut().for_each(|workspace| workspace.is_over = true);
            let why = match self.workspace.as_ref().filter(|_| idle) {
                Some(workspace) => format!("no key was pressed for {}", time::duration(workspace.session.idle_lock)),
                None => "the desk was locked".to_owned(),
            };
            return self.out.push(Effect::End(0, format!("The session is over: {why}. Connect again.")));
        }
        if forced {
            self.workspace = None;
            self.pending.drop_slot(Slot::Form, |_| {});
        }
        self.sign_in = Some(if forced { SignInScreen::sign_in(&name) } else { SignInScreen::lock(&name) });
    }
}
