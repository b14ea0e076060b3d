//! The update function: one message in, new state and effects out.

use zeroize::Zeroizing;

use crate::account::Right;
use crate::hub::{AttentionItem, AttentionLevel, StoreNotice, UnsavedSecret};
use crate::time::{MINUTE, Millis};
use crate::tui::app::{App, PULSE, Workspace};
use crate::tui::dialog::{Dialog, DialogKind, Draft};
use crate::tui::form::Id;
use crate::tui::form::field::first_line;
use crate::tui::keymap::chord::Chord;
use crate::tui::keymap::{self, Meaning};
use crate::tui::layout;
use crate::tui::msg::{Call, Effect, Msg};
use crate::tui::pending::Slot;
use crate::tui::screen::{RefusedList, Screen, Tab, TrailList};
use crate::tui::toast::{Severity, Toast};
use crate::tui::type_ahead::buffer::Typed;

/// Takes one message. No I/O, no clock, no randomness: `now` comes from the caller.
pub fn update(app: &mut App, now: Millis, msg: Msg) -> Vec<Effect> {
    app.clock(now);
    match msg {
        Msg::Key(chord) => app.typed(Typed::Key(chord)),
        Msg::Paste(text) => app.typed(Typed::Paste(Zeroizing::new(text))),
        Msg::Resize(columns, rows) => app.resize((columns, rows)),
        Msg::Reply(ticket, reply) => app.reply(ticket, reply),
        Msg::Copied(ticket, outcome) => app.copied(ticket, outcome),
        Msg::Progress(ticket, so_far) => app.progress(ticket, so_far),
        Msg::Asking(ticket) => app.asking(ticket),
        Msg::Remembered(outcome) => app.remembered(outcome),
        Msg::Surveyed => {
            if let Some(workspace) = &mut app.workspace {
                workspace.due.overview = Some(app.now);
            }
        }
        Msg::StoreNotices(found) => app.store_notices(found),
        Msg::Background { light } => app.background(light),
        Msg::Tick => {}
        Msg::Resumed => app.dirty = true,
    }
    app.send_due_reads();
    app.replay_type_ahead();
    app.count_ticks();
    std::mem::take(&mut app.out)
}

impl App {
    /// Sets the time, and runs the timers: relative times, status messages, the idle lock.
    fn clock(&mut self, now: Millis) {
        if now < self.now {
            self.clock_went_back(now);
        }
        let minute = |at: Millis| at.0.div_euclid(MINUTE);
        if minute(now) != minute(self.now) && self.shows_relative_times() {
            self.dirty = true;
            if let Some(api) = self.workspace.as_mut().and_then(Workspace::api_mut) {
                api.ticks.grow_older();
            }
        }
        if self.pause_text_changes_at().is_some_and(|at| at <= now) {
            self.dirty = true;
        }
        let seconds_left = self.seconds_to_lock();
        self.now = now;
        if self.toast.as_ref().is_some_and(|t| t.until.is_some_and(|end| end <= now)) {
            self.toast = None;
            self.dirty = true;
        }
        self.watch_idle_lock(seconds_left);
    }

    /// Says what is new, and what is over; the menu has a line for each. Nothing is said of the store on the lock screen, nor of
    /// what the user hid.
    fn store_notices(&mut self, found: Vec<StoreNotice>) {
        let before = std::mem::replace(&mut self.store_notices, found);
        self.dirty = true;
        self.menu_stays_in_range();
        if self.sign_in.is_some() {
            return;
        }
        let over = before.iter().find(|notice| !self.store_notices.iter().any(|is| is.is_like(notice)));
        let over = over.map(|notice| Toast::done(self.now, notice.over()));
        let new = self.attention().into_iter().find_map(|item| match &item {
            AttentionItem::Store(notice) if !before.contains(notice) => Some(match item.level() {
                AttentionLevel::Danger => Toast::error(notice.sentence()),
                AttentionLevel::Warning | AttentionLevel::Muted => Toast::note(self.now, notice.sentence()),
            }),
            _ => None,
        });
        if let Some(said) = new.or(over) {
            self.toast = Some(said);
        }
    }

    /// Counts the ticked rows, if others are ticked or time has passed.
    fn count_ticks(&mut self) {
        let now = self.now;
        if let Some(api) = self.workspace.as_mut().and_then(Workspace::api_mut) {
            api.ticks.count(now);
        }
    }

    /// The clock was set back: no timer may wait for a time that is far away now.
    fn clock_went_back(&mut self, now: Millis) {
        self.last_key = self.last_key.min(now);
        if let Some(toast) = &mut self.toast {
            toast.until = toast.until.map(|end| end.min(now.plus(PULSE)));
        }
        if let Some(workspace) = &mut self.workspace {
            workspace.due.at_most(now.plus(PULSE));
        }
    }

    fn resize(&mut self, size: (u16, u16)) {
        let (wide, now) = (layout::is_wide(size) && !layout::is_wide(self.size), self.now);
        self.size = size;
        self.dirty = true;
        self.menu_stays_in_range();
        let Some(workspace) = &mut self.workspace else { return };
        if wide {
            // Only a wide list shows the use of its rows.
            workspace.due.used_days = Some(now);
        }
        for screen in &mut workspace.screens {
            match screen {
                Screen::Api(api) => {
                    let height = api.height(size);
                    api.list.resized(height);
                    api.activity.resized(layout::trail_rows(size, true));
                    api.refused.list.resized(layout::trail_rows(size, true));
                }
                Screen::Users(users) => users.resized(layout::trail_rows(size, false)),
                Screen::Trail(list) => list.resized(layout::trail_rows(size, false)),
                _ => {}
            }
        }
    }

    fn typed(&mut self, typed: Typed) {
        if self.stops_the_count() {
            return;
        }
        let chord = match &typed {
            Typed::Key(chord) => Some(*chord),
            Typed::Paste(_) => None,
        };
        // Never held: a store that hangs must not keep anybody here.
        if chord == Some(Chord::ctrl('c')) {
            return self.interrupt();
        }
        self.interrupted = false;
        if self.is_deaf() {
            return;
        }
        if layout::too_small(self.size) && !matches!(chord, Some(c) if c == Chord::ctrl('z') || c == Chord::ctrl('l')) {
            // Buttons that cannot be seen must not be pressed.
            return;
        }
        if self.toast.as_ref().is_some_and(|t| t.severity == Severity::Error) {
            self.toast = None;
            self.dirty = true;
            return;
        }
        self.type_ahead.push(typed);
    }

    /// Runs a key or a paste.
    pub(super) fn run_typed(&mut self, typed: &Typed) {
        match typed {
            Typed::Paste(text) => self.paste(text),
            Typed::Key(chord) => match keymap::resolve(&self.scopes(), *chord) {
                Meaning::Nothing if chord.typed().is_some_and(|c| c.is_ascii_digit()) && self.focus_kept_line() => {
                    self.type_char(*chord);
                }
                Meaning::Nothing if self.press_by_letter(*chord) => self.dirty = true,
                Meaning::Nothing => {
                    self.dirty = true;
                    self.toast = Some(Toast::note(self.now, format!("{chord} does nothing here")));
                }
                Meaning::Typed(_) => self.type_char(*chord),
                Meaning::Bound(binding) => {
                    self.toast = None;
                    match binding.right.filter(|right| !self.may(*right)) {
                        Some(right) => self.refuse_action(binding.action, right),
                        None => self.act(binding.action),
                    }
                }
            },
        }
    }

    fn type_char(&mut self, chord: Chord) {
        self.toast = None;
        if let Some(c) = chord.typed() {
            self.insert(c.encode_utf8(&mut [0; 4]));
        }
    }

    fn paste(&mut self, text: &str) {
        self.focus_kept_line();
        let takes = match (&self.help, &self.sign_in, &self.workspace) {
            (Some(_), ..) => false,
            (None, Some(sign_in), _) => sign_in.form.takes_text(),
            (None, None, Some(workspace)) => workspace.form().is_some_and(|f| f.takes_text()),
            (None, None, None) => false,
        };
        match takes {
            true if self.insert(text) => self.report_left_out(text),
            true => {}
            false => {
                self.dirty = true;
                self.toast =
                    Some(Toast::note(self.now, "Text can be pasted into a field only. Nothing was done with it."));
            }
        }
    }

    /// Shows what a field did not accept of a paste. The line break at the end of a copied line does not count.
    fn report_left_out(&mut self, text: &str) {
        let form = self
            .sign_in
            .as_ref()
            .map(|sign_in| &sign_in.form)
            .or_else(|| self.workspace.as_ref().and_then(|workspace| workspace.form()));
        // In that field a line break counts as a blank.
        let many = form.and_then(|form| form.focus()) == Some(Id::Networks);
        let text = text.trim_matches(['\r', '\n']);
        let kept = if many { text } else { first_line(text) };
        let breaks = |c: char| many && matches!(c, '\r' | '\n');
        let left_out = kept.chars().filter(|c| c.is_control() && !breaks(*c)).count();
        let message = match (kept.len() < text.len(), left_out) {
            (true, _) => "The field has one line: only the first one was pasted.".to_owned(),
            (false, 0) => return,
            (false, 1) => "1 character that cannot be typed was left out.".to_owned(),
            (false, n) => format!("{n} characters that cannot be typed were left out."),
        };
        self.toast = Some(Toast::note(self.now, message));
    }

    /// Whether the role has a right; before sign-in nothing is greyed.
    pub(super) fn may(&self, right: Right) -> bool {
        self.workspace.as_ref().is_none_or(|workspace| workspace.may(right))
    }

    /// Sends the reads whose time has come.
    pub(super) fn send_due_reads(&mut self) {
        if self.sign_in.is_some() {
            return;
        }
        let Some(workspace) = self.workspace.as_mut().filter(|r| !r.session.must_change_password) else { return };
        let now = self.now;
        let calls = workspace.take_due_calls(now);
        // Rows come first: a count of a long trail would hold them up.
        if calls.iter().any(|(slot, _)| matches!(slot, Slot::Trail)) {
            self.cancel(Slot::TrailCount);
        }
        for (slot, call) in calls {
            self.call(slot, call);
        }
    }
}

impl Workspace {
    /// The change that a pulse need not tell of. That a store which was away is back is news, although nothing in it has changed.
    fn known_change(&self) -> Option<i64> {
        self.change.filter(|_| !self.store_unavailable)
    }

    fn take_due_calls(&mut self, now: Millis) -> Vec<(Slot, Call)> {
        let due = |at: &mut Option<Millis>| at.take_if(|at| *at <= now).is_some();
        let mut calls = Vec::new();
        let actor = self.session.actor.clone();
        if due(&mut self.due.pulse) {
            calls.push((Slot::Pulse, Call::Pulse(actor.clone(), self.known_change())));
        }
        calls.extend(self.due_spread(now));
        if due(&mut self.due.overview) {
            calls.push((Slot::Overview, Call::Overview(actor.clone(), self.lost())));
        }
        if due(&mut self.due.list)
            && let Some(api) = self.api()
        {
            calls.push((Slot::List, Call::List(actor.clone(), api.query())));
        }
        if due(&mut self.due.details)
            && let Some(row) = self.api().and_then(|api| api.list.selected())
        {
            calls.push((Slot::Details, Call::Details(actor.clone(), row.id)));
        }
        if due(&mut self.due.used_days)
            && let Some(api) = self.api().filter(|api| !api.list.rows().is_empty())
        {
            let ids = api.list.rows().iter().map(|row| row.id).collect();
            calls.push((Slot::UsedDays, Call::UsedDays(actor.clone(), ids)));
        }
        if due(&mut self.due.trail) {
            let refused = self.refused().map(|list| Call::RefusedRequests(actor.clone(), list.query()));
            let trail = self.trail().map(|list| Call::Trail(actor.clone(), list.query()));
            calls.extend(refused.or(trail).map(|call| (Slot::Trail, call)));
        }
        if due(&mut self.due.users)
            && let Some(Screen::Users(_)) = self.screen()
        {
            calls.push((Slot::Users, Call::Users(actor.clone())));
        }
        if due(&mut self.due.ssh_keys) {
            let shown = self.ssh_keys_of().map(|who| (Slot::SshKeys, who.to_owned()));
            let own = matches!(self.screen(), Some(Screen::Account(_)));
            let own = own.then(|| (Slot::OwnSshKeys, actor.user.to_string()));
            calls.extend(shown.into_iter().chain(own).map(|(slot, who)| (slot, Call::SshKeys(actor.clone(), who))));
        }
        if due(&mut self.due.taken) {
            let asked = match self.dialog() {
                Some(Dialog { form: Some(form), kind: DialogKind::Create(create), .. }) => {
                    let Draft { name, username } = Draft::of(form);
                    Some((create.kind, name, username))
                }
                Some(Dialog { form: Some(form), kind: DialogKind::Edit(edit), .. }) => {
                    edit.new_name(form).map(|(kind, name)| (kind, name, String::new()))
                }
                _ => None,
            };
            calls
                .extend(asked.map(|(kind, name, username)| (Slot::Taken, Call::Taken { actor, kind, name, username })));
        }
        calls
    }

    /// The unsaved secrets, as far as is known here; none for roles that could not do anything about them.
    fn lost(&self) -> Vec<UnsavedSecret> {
        let all = self.session.dropped.iter().chain(&self.lost_secrets).copied();
        all.filter(|_| self.may(Right::ManageCredentials)).collect()
    }

    /// The part of the trail that is on the screen.
    pub(super) fn trail(&self) -> Option<&TrailList> {
        match self.screen() {
            Some(Screen::Trail(list)) => Some(list),
            Some(Screen::Api(api)) if api.tab == Tab::Activity && !api.shows_refused => Some(&api.activity),
            _ => None,
        }
    }

    pub(super) fn trail_mut(&mut self) -> Option<&mut TrailList> {
        match self.screen_mut() {
            Some(Screen::Trail(list)) => Some(list),
            Some(Screen::Api(api)) if api.tab == Tab::Activity && !api.shows_refused => Some(&mut api.activity),
            _ => None,
        }
    }

    /// The refused requests that are on the screen.
    pub(super) fn refused(&self) -> Option<&RefusedList> {
        self.api().filter(|api| api.tab == Tab::Activity && api.shows_refused).map(|api| &api.refused)
    }

    pub(super) fn refused_mut(&mut self) -> Option<&mut RefusedList> {
        self.api_mut().filter(|api| api.tab == Tab::Activity && api.shows_refused).map(|api| &mut api.refused)
    }
}
