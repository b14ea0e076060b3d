//! Replies about the trail as a whole.

use crate::{
    export::Written,
    hub::{Refused, TrailReport},
    tui::{
        app::{App, Room},
        dialog::Dialog,
        layout,
        screen::Checked,
        toast::Toast,
    },
};

/// How often the newest refusals are read again: verifiers write them as often.
const REFUSED_AGAIN: i64 = 10_000;

impl App {
    /// Refusals raise no change number: while their newest are shown they are read again from time to time.
    pub(super) fn refused_requests(&mut self, rows: Vec<Refused>) {
        let (now, height) = (self.now, layout::trail_rows(self.size, true));
        let Some(room) = &mut self.room else { return };
        let Some(list) = room.refused_mut() else { return };
        list.roll.take(rows, height);
        room.due.trail = list.roll.is_newest().then_some(now.plus(REFUSED_AGAIN));
    }

    pub(super) fn exported(&mut self, written: &Written) {
        let now = self.now;
        let Some(room) = &mut self.room else { return };
        if let Some(Dialog::Export(_)) = room.dialogs.last() {
            room.dialogs.pop();
        }
        let n = written.rows;
        let entries = if n == 1 { "1 entry is".to_owned() } else { format!("{n} entries are") };
        self.toast = Some(Toast::done(now, format!("{entries} in {}, readable by you alone.", written.path.display())));
    }

    /// A check of the whole trail is so far.
    pub(in crate::tui) fn so_far(&mut self, entries: i64) {
        if let Some(list) = self.room.as_mut().and_then(Room::log_mut) {
            list.so_far = entries;
            self.dirty = true;
        }
    }

    pub(super) fn verified(&mut self, report: TrailReport) {
        let checked = Checked { report, at: self.now };
        let Some(room) = &mut self.room else { return };
        if let Some(list) = room.log_mut() {
            list.checked = Some(checked.clone());
        }
        // A form that was opened meanwhile is not covered: the line over the hints tells it too.
        if room.dialogs.is_empty() {
            room.dialogs.push(Dialog::Checked(Box::new(checked)));
            self.drop_ahead();
        }
    }
}
