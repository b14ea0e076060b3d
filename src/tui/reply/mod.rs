//! Replies of the workers: each goes to the slot that waits for it, or is dropped.

mod copies;
mod edits;
mod find_by_secret;
mod forms;
mod reads;
mod seen_by;
mod sign_in;
mod ssh_keys;
mod trail;
mod users;

pub(in crate::tui) use seen_by::Spread;

use crate::hub::{Denied, HubError};
use crate::tui::app::App;
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::msg::{Answer, Effect, Reply, Ticket};
use crate::tui::pending::Slot;
use crate::tui::sign_in::SignInScreen;

/// Exit code of a session that may not go on.
const NOT_ALLOWED: u8 = 3;

impl App {
    /// Handles a reply. One that nothing waits for is dropped.
    pub(super) fn reply(&mut self, ticket: Ticket, reply: Reply) {
        let Some(slot) = self.pending.take(ticket) else { return };
        // A pulse that found nothing new is no reason to draw.
        self.dirty |= !matches!(slot, Slot::Pulse | Slot::Unwatched);
        // Results of a dialog behind the lock screen are not shown on it: they name keys.
        let behind = self.sign_in.is_some() && slot != Slot::SignIn;
        let toast = self.toast.take_if(|_| behind);
        match reply {
            Ok(answer) => self.answered(slot, answer),
            Err(why) => self.failed(slot, why),
        }
        if behind {
            self.toast = toast;
        }
    }

    fn answered(&mut self, slot: Slot, answer: Answer) {
        match answer {
            Answer::SetUp(account) => self.set_up(account),
            Answer::SignIn(outcome) => self.signed_in(outcome),
            Answer::Noted => {}
            Answer::PasswordChanged(actor) => self.password_changed(actor),
            Answer::Reauthenticated(actor) => self.reauthenticated(actor),
            Answer::Issued(issued) => self.issued(vec![issued]),
            Answer::Rotated(issued) => self.issued(issued),
            Answer::States(outcomes, change) => self.states(&outcomes, change),
            Answer::SeenBy(seen) => self.seen_by(&seen),
            Answer::Edited(outcomes) => self.edited_rows(&outcomes),
            Answer::SettingsSet => self.settings_set(),
            Answer::User(changed) => self.user_changed(changed),
            Answer::SshKeys(rows) if slot == Slot::OwnSshKeys => self.own_ssh_keys_read(rows),
            Answer::SshKeys(rows) => self.ssh_keys_read(rows),
            Answer::SshKeyChanged(row) => self.ssh_key_changed(&row),
            Answer::Exported(written) => self.exported(&written),
            Answer::Denied(denied) => self.refused(denied),
            Answer::Found(found) => self.secret_searched(found),
            Answer::Pulse(pulse) => self.pulse(pulse),
            Answer::Overview(overview) => self.overview(*overview),
            Answer::Page(page) if slot == Slot::UserKeys => self.user_keys_read(page),
            Answer::Page(page) if slot == Slot::Ticks => self.ticks_read(page),
            Answer::Page(page) => self.page(page),
            Answer::Details(details) if slot == Slot::GoTo => self.go_to(&details.row),
            Answer::Details(details) => self.details(details),
            Answer::Taken(taken) => self.taken(taken),
            Answer::Trail(rows) if slot == Slot::History => self.history(rows),
            Answer::Trail(rows) => self.trail(rows),
            Answer::TrailCount(count) => self.trail_counted(count),
            Answer::RefusedRequests(rows) => self.refused_requests(rows),
            Answer::Users(rows) if slot == Slot::JumpUsers => self.jump_users_read(rows),
            Answer::Users(rows) => self.users_read(rows),
            Answer::CountFound(part) => self.hits_counted(&part),
            Answer::UsedDays(days) => self.used_days_read(days),
            Answer::Tampering(known) => self.tampering_read(*known),
            Answer::Jump(part) => self.jump_read(part),
            Answer::Security(security) => self.security(security),
            Answer::SignIns(rows) => self.sign_ins(rows),
            Answer::Verified(report) => self.verified(report),
        }
    }

    fn failed(&mut self, slot: Slot, why: HubError) {
        match slot {
            Slot::SignIn => self.sign_in_failed(why),
            Slot::Form | Slot::Find => self.form_failed(why),
            // The dialog says what the role may not; only an ended session is more.
            Slot::Refused => {
                if let HubError::SessionOver(over) = why {
                    self.end_session(&over.to_string());
                }
            }
            Slot::Copying(_)
            | Slot::CopyKeys { .. }
            | Slot::CopySample
            | Slot::CopyEntry
            | Slot::CopyFingerprint
            | Slot::CopyLine
            | Slot::Unwatched => {}
            Slot::History
            | Slot::Overview
            | Slot::List
            | Slot::Ticks
            | Slot::Hits
            | Slot::UsedDays
            | Slot::Tampering
            | Slot::Jump
            | Slot::JumpUsers
            | Slot::Details
            | Slot::Taken
            | Slot::GoTo
            | Slot::Trail
            | Slot::TrailCount
            | Slot::Users
            | Slot::UserKeys
            | Slot::SshKeys
            | Slot::OwnSshKeys
            | Slot::Verify
            | Slot::Security
            | Slot::SignIns
            | Slot::Pulse
            | Slot::SeenBy => self.read_failed(slot, why),
        }
    }

    /// The session is over: secrets are wiped, and the sign-in screen says why.
    pub(in crate::tui) fn end_session(&mut self, why: &str) {
        if self.by_ssh_key() {
            self.drop_secrets();
            self.workspace.iter_mut().for_each(|workspace| workspace.is_over = true);
            return self.out.push(Effect::End(NOT_ALLOWED, why.to_owned()));
        }
        let name = self.workspace.as_ref().map(|r| r.session.actor.user.as_str().to_owned()).unwrap_or_default();
        self.workspace = None;
        self.help = None;
        self.toast = None;
        self.pending.clear();
        self.dirty = true;
        self.sign_in = Some(SignInScreen::sign_in(&name).saying(why));
        self.drop_type_ahead();
    }

    /// Shows a notice about something unexpected, and drops the type-ahead.
    pub(super) fn notice(&mut self, title: &str, lines: Vec<String>) {
        if let Some(workspace) = &mut self.workspace {
            let notice = DialogKind::Notice { title: title.to_owned(), lines };
            workspace.dialogs.push(Dialog::to_read(notice));
        }
        self.drop_type_ahead();
    }

    /// The hub knows today's Administrators; the dialog was opened with those of a moment ago.
    fn refused(&mut self, denied: Denied) {
        let Some(workspace) = &mut self.workspace else { return };
        if let Some(Dialog { kind: DialogKind::Denied(shown), .. }) = workspace.dialog_mut() {
            *shown = denied;
        } else if let Some(overview) = &mut workspace.overview {
            overview.administrators = denied.administrators;
        }
    }
}
