//! What comes back: each reply goes to what waits for it, or nowhere.

use crate::credential::State;
use crate::hub::{Conflict, CredentialId, Details, HubError, Issued, Outcome, Page, Pulse, Seen, Session, SignIn};

use super::app::{App, PULSE, Room};
use super::dialog::{self, Dialog, Issue, OneTime, What};
use super::door::{self, Door, Said};
use super::form::Id;
use super::layout;
use super::msg::{Call, CopyOutcome, Reply, Ticket};
use super::pending::Slot;
use super::screen::Screen;
use super::toast::Toast;

impl App {
    /// Takes a reply. One that nobody waits for changes nothing.
    pub(super) fn reply(&mut self, ticket: Ticket, reply: Reply) {
        let Some(slot) = self.pending.take(ticket) else { return };
        // A pulse that found nothing new is no reason to draw.
        self.dirty |= !matches!(slot, Slot::Pulse | Slot::Unwatched);
        match slot {
            Slot::Door => self.door_replied(reply),
            Slot::Form => self.form_replied(reply),
            Slot::Refused => self.refused(reply),
            Slot::Overview | Slot::List | Slot::Details | Slot::Taken | Slot::Trail | Slot::Pulse => {
                self.read(slot, reply);
            }
            Slot::Copying(_) | Slot::CopyKey | Slot::Unwatched => {}
        }
    }

    fn door_replied(&mut self, reply: Reply) {
        match reply {
            Reply::SetUp(Ok(account)) => self.set_up(account),
            Reply::SignIn(Ok(SignIn::Welcome(session))) | Reply::Session(session) => self.welcome(session),
            Reply::SignIn(Ok(SignIn::Wrong { left, pause })) => self.say_at_door(Said::Wrong(left, pause)),
            Reply::SignIn(Ok(SignIn::Locked { until })) => self.say_at_door(Said::Locked(until)),
            Reply::SetUp(Err(HubError::Invalid { field, sentence })) => {
                let entry = door::entry_of(field);
                match (entry, &mut self.door) {
                    (Some(id), Some(door)) => door.form.fault(id, sentence),
                    _ => return self.say_at_door(Said::Sentence(sentence)),
                }
                self.drop_ahead();
            }
            Reply::SetUp(Err(why)) | Reply::SignIn(Err(why)) => self.say_at_door(Said::Sentence(why.to_string())),
            _ => {}
        }
    }

    fn set_up(&mut self, account: String) {
        let name = self.door.as_ref().map(|d| d.form.text(Id::Name).trim().to_owned()).unwrap_or_default();
        self.account = account;
        self.door = Some(Door::sign_in(&name));
        let said = format!("The desk is set up. Keep a copy of {} elsewhere.", self.places.master_key);
        self.toast = Some(Toast::done(self.now, said));
        self.play_on();
    }

    /// Signed in, or back from the lock: then one is where one was.
    fn welcome(&mut self, session: Session) {
        let forced = session.must_change_password;
        let same = self.room.as_ref().is_some_and(|r| r.session.actor.user == session.actor.user);
        self.last_key = self.now;
        match self.room.as_mut().filter(|_| same && !forced) {
            Some(room) => {
                room.session = session;
                room.due.pulse = Some(self.now.plus(PULSE));
                room.read_again(self.now);
                self.door = None;
            }
            None => {
                self.pending.clear();
                self.enter(session);
            }
        }
        match forced {
            // The password dialog was not what the keys were typed for.
            true => self.drop_ahead(),
            false => self.play_on(),
        }
    }

    fn form_replied(&mut self, reply: Reply) {
        match reply {
            Reply::Issued(Ok(issued)) => self.issued(issued),
            Reply::States(Ok(outcomes)) => self.states(&outcomes),
            Reply::Actor(Ok(actor)) => {
                let now = self.now;
                if let Some(room) = &mut self.room {
                    room.session.actor = actor;
                    room.session.must_change_password = false;
                    room.dialogs.pop();
                    room.due.overview = Some(now);
                }
                self.toast = Some(Toast::done(now, "Your password was changed."));
                self.play_on();
            }
            Reply::Issued(Err(why)) | Reply::States(Err(why)) | Reply::Actor(Err(why)) => self.form_failed(why),
            _ => {}
        }
    }

    fn issued(&mut self, issued: Issued) {
        let Issued { row, secret, old_until } = issued;
        let (now, locked) = (self.now, self.door.is_some());
        let Some(room) = &mut self.room else { return };
        let issue = match room.dialogs.pop() {
            Some(Dialog::Rotate(_)) => Issue::Rotated(old_until),
            _ => Issue::Created,
        };
        if let Some(api) = room.api_mut() {
            api.list.seek(&row);
        }
        room.read_list(now);
        room.due.overview = Some(now);
        match secret {
            // The desk was locked while the store wrote: what nobody may see is dropped here.
            Some(_) if locked => room.missed.push(row.name),
            Some(secret) => room.dialogs.push(Dialog::Secret(Box::new(OneTime::new(row, secret, issue)))),
            None => room.dialogs.push(Dialog::Made(Box::new(row))),
        }
        if !locked {
            self.play_on();
        }
    }

    fn states(&mut self, outcomes: &[Outcome]) {
        let now = self.now;
        let Some(room) = &mut self.room else { return };
        let Some(Dialog::Change(change)) = room.dialogs.pop() else { return };
        let revoked = outcomes.iter().any(|o| matches!(o, Outcome::Done(row) if row.state == State::Revoked));
        if change.over_secret && revoked {
            room.dialogs.pop();
        }
        if let Some(api) = room.api_mut() {
            api.ticked.clear();
            api.list.again();
        }
        room.read_list(now);
        room.due.overview = Some(now);
        let left_out: Vec<String> = outcomes.iter().filter_map(left_out).collect();
        match left_out.is_empty() {
            true => {
                self.toast = Some(Toast::done(now, summary(outcomes)));
                self.play_on();
            }
            false => {
                let mut lines = left_out;
                if lines.len() < outcomes.len() {
                    lines.push(summary(outcomes));
                }
                self.notice("Not changed", lines);
            }
        }
    }

    /// Something came otherwise than expected: it is said, and what was typed ahead is dropped.
    fn notice(&mut self, title: &str, lines: Vec<String>) {
        if let Some(room) = &mut self.room {
            room.dialogs.push(Dialog::Notice { title: title.to_owned(), lines });
        }
        self.drop_ahead();
    }

    /// The dialog stays with everything that was typed, unless what it is about has changed under it.
    fn form_failed(&mut self, why: HubError) {
        let now = self.now;
        match why {
            HubError::SessionOver(over) => return self.end_session(&over.to_string()),
            HubError::PasswordMustChange => return self.must_change_password(),
            HubError::Denied(denied) => {
                if let Some(room) = &mut self.room {
                    room.dialogs.push(Dialog::Denied(denied));
                }
            }
            HubError::Conflict(Conflict::Taken { .. }) => self.fault_at(Id::Username, why.to_string()),
            HubError::WrongPassword => self.fault_at(Id::Old, why.to_string()),
            HubError::Conflict(_) | HubError::NotFound(_) => {
                if let Some(room) = &mut self.room {
                    room.dialogs.pop();
                    room.read_again(now);
                }
                return self.notice("Not changed", vec![why.to_string()]);
            }
            HubError::Invalid { field, sentence } => match self.entry_for(field) {
                Some(id) => self.fault_at(id, sentence),
                None => self.problem(sentence),
            },
            why => {
                if let (HubError::Unknown, Some(room)) = (&why, &mut self.room) {
                    room.read_again(now);
                }
                self.problem(why.to_string());
            }
        }
        self.drop_ahead();
    }

    fn entry_for(&self, field: crate::hub::Field) -> Option<Id> {
        match self.room.as_ref()?.dialogs.last()? {
            Dialog::Create(create) => dialog::entry_of(field, create.kind),
            Dialog::Password(_) => Some(Id::Password),
            _ => None,
        }
    }

    fn fault_at(&mut self, id: Id, sentence: String) {
        let form = self.room.as_mut().and_then(|r| r.dialogs.last_mut()).and_then(Dialog::form_mut);
        match form.filter(|form| form.entry(id).is_some()) {
            Some(form) => form.fault(id, sentence),
            None => self.problem(sentence),
        }
    }

    fn problem(&mut self, sentence: String) {
        let place = match self.room.as_mut().and_then(|r| r.dialogs.last_mut()) {
            Some(Dialog::Create(d)) => &mut d.problem,
            Some(Dialog::Rotate(d)) => &mut d.problem,
            Some(Dialog::Change(d)) => &mut d.problem,
            Some(Dialog::Password(d)) => &mut d.problem,
            _ => {
                self.toast = Some(Toast::error(sentence));
                return;
            }
        };
        *place = Some(sentence);
    }

    /// The session lost what it had: secrets go, the sign-in says why.
    fn end_session(&mut self, why: &str) {
        let name = self.room.as_ref().map(|r| r.session.actor.user.as_str().to_owned()).unwrap_or_default();
        self.room = None;
        self.help = None;
        self.toast = None;
        self.pending.clear();
        self.dirty = true;
        self.door = Some(Door::sign_in(&name).saying(why));
        self.drop_ahead();
    }

    fn refused(&mut self, reply: Reply) {
        let Some(room) = &mut self.room else { return };
        match reply {
            // The hub knows today's Administrators; the dialog was opened with those of a moment ago.
            Reply::Denied(Ok(denied)) => {
                if let Some(Dialog::Denied(shown)) = room.dialogs.last_mut() {
                    *shown = denied;
                } else if let Some(overview) = &mut room.overview {
                    overview.administrators = denied.administrators;
                }
            }
            Reply::Denied(Err(HubError::SessionOver(over))) => self.end_session(&over.to_string()),
            _ => {}
        }
    }

    fn read(&mut self, slot: Slot, reply: Reply) {
        let size = self.size;
        match reply {
            Reply::Pulse(Ok(pulse)) => self.pulse(pulse),
            Reply::Overview(Ok(overview)) => {
                if let Some(room) = &mut self.room {
                    self.account.clone_from(&overview.account);
                    room.overview = Some(overview);
                    room.look_stays_in_range();
                }
            }
            Reply::Page(Ok(page)) => self.page(page),
            Reply::Details(Ok(details)) => self.details(details),
            Reply::Taken(Ok(taken)) => {
                if let Some(Dialog::Create(create)) = self.room.as_mut().and_then(|r| r.dialogs.last_mut()) {
                    let draft = create.draft();
                    create.taken = Some((draft.name, draft.username, taken));
                }
            }
            Reply::Trail(Ok(rows)) => {
                let under_tabs = self.room.as_ref().is_some_and(|r| r.api().is_some());
                if let Some(list) = self.room.as_mut().and_then(Room::trail_mut) {
                    list.take(rows, layout::trail_rows(size, under_tabs));
                }
            }
            Reply::Pulse(Err(why))
            | Reply::Overview(Err(why))
            | Reply::Page(Err(why))
            | Reply::Details(Err(why))
            | Reply::Taken(Err(why))
            | Reply::Trail(Err(why)) => self.read_failed(slot, why),
            _ => {}
        }
    }

    /// Somebody set the password while its user was signed in: choosing a new one comes first.
    fn must_change_password(&mut self) {
        self.drop_secrets();
        let Some(room) = &mut self.room else { return };
        room.session.must_change_password = true;
        room.dialogs = vec![Dialog::Password(Box::new(dialog::ChangePassword::new(true)))];
        self.dirty = true;
        self.drop_ahead();
    }

    fn page(&mut self, page: Page) {
        let (now, height) = (self.now, layout::list_rows(self.size));
        let Some(room) = &mut self.room else { return };
        let Some(api) = room.api_mut() else { return };
        api.loaded = true;
        api.problem = None;
        let before = api.list.selected().map(|row| row.id);
        let more = api.list.take(page, height);
        let same = api.list.selected().map(|row| row.id) == before;
        if more {
            room.due.list = Some(now);
        }
        if !same || room.due.details.is_none() {
            room.due.details = Some(now.plus(super::act::DETAILS_AFTER));
        }
    }

    fn details(&mut self, details: Details) {
        let Some(room) = &mut self.room else { return };
        if let Some(Dialog::Details(shown)) = room.dialogs.last_mut()
            && shown.what.row.id == details.row.id
        {
            shown.what = details.clone();
        }
        if let Some(api) = room.api_mut() {
            api.details = Some(details);
        }
    }

    /// Once a second: whether somebody changed something.
    fn pulse(&mut self, pulse: Pulse) {
        let now = self.now;
        let Some(room) = &mut self.room else { return };
        room.due.pulse = Some(now.plus(PULSE));
        let recovered = std::mem::take(&mut room.trouble);
        let seen = room.change.replace(pulse.change);
        let list_is_old = room.api().is_some_and(|api| api.loaded && api.list.change() != pulse.change);
        if recovered || list_is_old || seen.is_some_and(|seen| seen != pulse.change) {
            room.read_again(now);
        }
        if recovered {
            self.dirty = true;
            self.toast = Some(Toast::done(now, "The store answers again."));
        }
    }

    fn read_failed(&mut self, slot: Slot, why: HubError) {
        let now = self.now;
        let Some(room) = &mut self.room else { return };
        if slot == Slot::Pulse {
            room.due.pulse = Some(now.plus(PULSE));
        }
        match why {
            HubError::SessionOver(over) => self.end_session(&over.to_string()),
            // The row is gone from sight; the list will say so when it is read.
            HubError::NotFound(_) if slot == Slot::Details => {}
            HubError::PasswordMustChange => self.must_change_password(),
            HubError::Denied(denied) => {
                self.dirty = true;
                room.session.role = denied.role;
                if let Some(overview) = &mut room.overview {
                    overview.administrators = denied.administrators;
                }
            }
            why => {
                let gone = matches!(why, HubError::Unavailable(_));
                let sentence = why.to_string();
                if let Some(api) = room.api_mut().filter(|api| slot == Slot::List && !api.loaded) {
                    api.problem = Some(sentence.clone());
                }
                // Said once: the same trouble once a second would bury everything else.
                if !gone || !std::mem::replace(&mut room.trouble, true) {
                    self.dirty = true;
                    self.toast = Some(Toast::error(sentence));
                }
            }
        }
    }

    /// A copy was tried.
    pub(super) fn copied(&mut self, ticket: Ticket, outcome: CopyOutcome) {
        let Some(slot) = self.pending.take(ticket) else { return };
        self.dirty = true;
        match slot {
            Slot::Copying(what) => self.copied_secret(what, outcome),
            Slot::CopyKey => {
                let said = super::view::copy_words(&outcome, "key");
                self.toast = Some(match outcome {
                    CopyOutcome::Impossible(_) => Toast::note(self.now, said),
                    _ => Toast::done(self.now, said),
                });
            }
            _ => {}
        }
    }

    fn copied_secret(&mut self, what: What, outcome: CopyOutcome) {
        let Some(room) = self.room.as_mut().filter(|_| self.door.is_none()) else { return };
        let actor = room.actor();
        let Some(Dialog::Secret(view)) = room.dialogs.last_mut() else { return };
        let went = !matches!(outcome, CopyOutcome::Impossible(_));
        let first = went && what != What::Key && !std::mem::replace(&mut view.saved, true);
        view.copied = Some((what, outcome));
        let id: CredentialId = view.row.id;
        if first {
            self.call(Slot::Unwatched, Call::Seen(actor, id, Seen::Copied));
        }
        match went {
            true => self.play_on(),
            false => self.drop_ahead(),
        }
    }
}

impl Room {
    fn look_stays_in_range(&mut self) {
        let len = self.to_look_at().len();
        if let Some(Screen::Menu(menu)) = self.screens.first_mut() {
            menu.look = menu.look.filter(|_| len > 0).map(|i| i.min(len - 1));
        }
    }
}

fn left_out(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::LeftOut { why, .. } => Some(why.to_string()),
        Outcome::Done(_) | Outcome::Already(_) => None,
    }
}

/// What became of the rows: `Disabled crm-sync.` or `Revoked 3 keys; 1 was so already.`
fn summary(outcomes: &[Outcome]) -> String {
    let done: Vec<_> =
        outcomes.iter().filter_map(|o| if let Outcome::Done(row) = o { Some(row) } else { None }).collect();
    let already: Vec<_> =
        outcomes.iter().filter_map(|o| if let Outcome::Already(row) = o { Some(row) } else { None }).collect();
    let verb = |state| match state {
        State::Active => "Enabled",
        State::Disabled => "Disabled",
        State::Revoked => "Revoked",
    };
    match (done.as_slice(), already.as_slice()) {
        ([], [one]) => format!("{} is {} already.", one.name, one.state),
        ([], many) => format!("All {} were so already.", many.len()),
        ([one], []) => format!("{} {}.", verb(one.state), one.name),
        ([first, ..], []) => format!("{} {} keys.", verb(first.state), done.len()),
        ([first, ..], some) => format!("{} {}; {} so already.", verb(first.state), done.len(), some.len()),
    }
}
