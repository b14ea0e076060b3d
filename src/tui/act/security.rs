//! What actions do on Security.

use crate::time::MINUTE;

use super::super::app::App;
use super::super::dialog::{Dialog, LockTime};
use super::super::msg::Call;
use super::super::pending::Slot;

impl App {
    /// Reads what Security shows.
    pub(in super::super) fn read_security(&mut self) {
        if let Some(actor) = self.room.as_ref().map(|room| room.actor()) {
            self.call(Slot::Security, Call::Security(actor));
        }
    }

    pub(super) fn edit_lock_time(&mut self) {
        let Some(room) = &mut self.room else { return };
        let own = room.session.idle_lock / MINUTE;
        let minutes = room.security.map_or(own, |security| security.idle_lock_minutes);
        room.dialogs.push(Dialog::LockTime(Box::new(LockTime::new(minutes))));
    }

    pub(super) fn send_lock_time(&mut self) {
        let Some(room) = &mut self.room else { return };
        let actor = room.actor();
        let Some(Dialog::LockTime(d)) = room.dialogs.last_mut() else { return };
        d.problem = None;
        d.form.clear_faults();
        match d.minutes() {
            Ok(minutes) => self.call(Slot::Form, Call::SetIdleLock(actor, minutes)),
            Err(fault) => self.fault(fault),
        }
    }
}
