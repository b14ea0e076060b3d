//! Replies about the trail as a whole.

use crate::hub::TrailReport;

use super::super::app::App;
use super::super::dialog::Dialog;
use super::super::screen::Checked;

impl App {
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
