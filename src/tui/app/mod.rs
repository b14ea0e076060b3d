//! The application state: everything that the screen shows.

mod refused_deed;
mod workspace;

use std::collections::BTreeMap;

pub use workspace::{PULSE, Workspace};

use crate::account::Right;
use crate::hub::{Actor, AttentionItem, CredentialId, Session, StoreNotice, Via};
use crate::sample::SHIPPED;
use crate::time::{MINUTE, Millis};
use crate::tui::dialog::{Dialog, DialogKind, Scrollable};
use crate::tui::keymap::{Action, Scope};
use crate::tui::layout;
use crate::tui::msg::{Call, Effect, Ticket};
use crate::tui::pending::{Pending, Slot};
use crate::tui::screen::{HiddenLines, MenuParts, Screen, attention};
use crate::tui::sign_in::SignInScreen;
use crate::tui::theme::{Palette, Theme};
use crate::tui::toast::Toast;
use crate::tui::type_ahead::buffer::TypeAhead;

/// What the desk starts from.
#[derive(Debug)]
pub struct AppSetup {
    /// The time at the start.
    pub now: Millis,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Where things are kept, shown on set-up.
    pub places: DisplayPaths,
    /// What the desk shows first.
    pub start: Start,
    /// Colours and glyphs.
    pub theme: Theme,
    /// The palette follows the background of the terminal.
    pub follows_terminal: bool,
    /// `NO_COLOR` is set, and wins over every choice.
    pub no_color: bool,
    /// Appearance choices are saved for the next time; a demo saves nothing.
    pub remembers: bool,
    /// Lines of "Needs attention" that each user hid.
    pub hidden_lines: BTreeMap<String, HiddenLines>,
    /// The name that was used here last; `None` where names are not remembered.
    pub last_name: Option<String>,
    /// Why nothing here can copy, as a sentence with the next step; `None` when copying can be tried.
    pub no_clipboard: Option<String>,
    /// A sentence for the lock screen: the demo shows its password there.
    pub notice: Option<String>,
    /// Measures how many lines of the scrollable on top do not fit. Passed in, because only the view can tell and the
    /// state machine does not use it.
    pub overflow: fn(&App) -> usize,
}

/// Where things are kept, in words for the screen.
#[derive(Clone, Debug, Default)]
pub struct DisplayPaths {
    /// Path of the database.
    pub database: String,
    /// Path of the master key.
    pub master_key: String,
    /// Address of the verifier, in the form that `keydesk serve` takes; empty where it is unknown.
    pub verifier: String,
}

/// What the desk shows first.
#[derive(Debug)]
pub enum Start {
    /// There is no desk yet.
    SetUp,
    /// The desk of this account waits for a sign-in.
    SignIn {
        /// Name of the account.
        account: String,
    },
    /// A user is signed in already: the demo, an SSH key.
    Session(Box<Session>),
}

/// The state machine of the desk.
#[derive(Debug)]
pub struct App {
    pub(in crate::tui) now: Millis,
    pub(in crate::tui) size: (u16, u16),
    pub(in crate::tui) theme: Theme,
    pub(in crate::tui) follows_terminal: bool,
    /// The palette that fits the terminal, as far as is known.
    pub(in crate::tui) fitting: Palette,
    pub(in crate::tui) no_color: bool,
    pub(in crate::tui) remembers: bool,
    pub(in crate::tui) hidden_lines: BTreeMap<String, HiddenLines>,
    pub(in crate::tui) places: DisplayPaths,
    /// The name that was used here last; `None` where names are not remembered.
    pub(in crate::tui) last_name: Option<String>,
    pub(in crate::tui) no_clipboard: Option<String>,
    pub(in crate::tui) notice: Option<String>,
    overflow: fn(&Self) -> usize,
    pub(in crate::tui) account: String,
    /// Set-up, sign-in or lock screen; when locked, the signed-in state is behind it.
    pub(in crate::tui) sign_in: Option<SignInScreen>,
    pub(in crate::tui) workspace: Option<Workspace>,
    /// The help overlay, over everything.
    pub(in crate::tui) help: Option<Scrollable<Vec<Scope>>>,
    pub(in crate::tui) toast: Option<Toast>,
    /// What is to be told of the store.
    pub(in crate::tui) store_notices: Vec<StoreNotice>,
    pub(in crate::tui) pending: Pending,
    pub(in crate::tui) type_ahead: TypeAhead,
    pub(in crate::tui) last_key: Millis,
    /// The last key was ctrl-c, and it closed something: once more quits.
    pub(in crate::tui) interrupted: bool,
    pub(in crate::tui) dirty: bool,
    /// The desk goes on line by line as soon as that choice is saved.
    pub(in crate::tui) leaving_for_lines: bool,
    pub(in crate::tui) out: Vec<Effect>,
}

impl App {
    /// The desk as it starts. Its first reads are due at once: see [`App::deadline`].
    pub fn new(setup: AppSetup) -> Self {
        let mut app = Self {
            now: setup.now,
            size: setup.size,
            theme: setup.theme,
            follows_terminal: setup.follows_terminal,
            fitting: match setup.theme.palette {
                Palette::None => Palette::Dark,
                known => known,
            },
            no_color: setup.no_color,
            remembers: setup.remembers,
            hidden_lines: setup.hidden_lines,
            places: setup.places,
            last_name: setup.last_name,
            no_clipboard: setup.no_clipboard,
            notice: setup.notice,
            overflow: setup.overflow,
            account: String::new(),
            sign_in: None,
            workspace: None,
            help: None,
            toast: None,
            store_notices: Vec::new(),
            pending: Pending::default(),
            type_ahead: TypeAhead::default(),
            last_key: setup.now,
            interrupted: false,
            dirty: true,
            leaving_for_lines: false,
            out: Vec::new(),
        };
        match setup.start {
            Start::SetUp => app.sign_in = Some(SignInScreen::set_up()),
            Start::SignIn { account } => {
                app.account = account;
                app.sign_in = Some(app.nobody());
            }
            Start::Session(session) => app.enter(*session),
        }
        app
    }

    /// The sign-in before anybody typed, with the name that was used last.
    pub(in crate::tui) fn nobody(&self) -> SignInScreen {
        SignInScreen::sign_in(self.last_name.as_deref().unwrap_or_default())
    }

    /// How many lines each part of the menu has.
    pub(in crate::tui) fn menu_parts(&self) -> MenuParts {
        let large = layout::has_dashboard(self.size);
        let workspace = self.workspace.as_ref().filter(|_| large);
        let usage = workspace.and_then(|workspace| workspace.overview.as_ref()?.usage.as_ref());
        MenuParts {
            attention: self.attention().len(),
            changes: workspace.map_or(0, |workspace| workspace.last_changes().len()),
            most_used: usage.map_or(0, |usage| usage.most_used.len()),
        }
    }

    /// The menu has other lines now, or another size.
    pub(in crate::tui) fn menu_stays_in_range(&mut self) {
        let parts = self.menu_parts();
        if let Some(Screen::Menu(menu)) = self.workspace.as_mut().and_then(|workspace| workspace.screens.first_mut()) {
            menu.stays_in_range(parts);
        }
    }

    /// Opens the desk for a session.
    pub(in crate::tui) fn enter(&mut self, session: Session) {
        self.account.clone_from(&session.account);
        self.sign_in = None;
        self.workspace = Some(Workspace::new(session, self.now));
    }

    /// The attention list, the most urgent item first, without the lines that this user hid.
    pub(in crate::tui) fn attention(&self) -> Vec<AttentionItem> {
        let Some(workspace) = &self.workspace else { return Vec::new() };
        let (overview, none) = (workspace.overview.as_ref(), HiddenLines::new());
        let hidden = self.hidden_lines.get(workspace.session.actor.user.as_str()).unwrap_or(&none);
        attention(&self.store_notices, overview, workspace.session.role, hidden)
    }

    /// Whether the terminal is to be asked for its background.
    pub fn follows_terminal(&self) -> bool {
        self.follows_terminal
    }

    /// Paints in other colours or glyphs from now on.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme;
        self.dirty = true;
    }

    /// The next moment at which a [`crate::tui::msg::Msg::Tick`] is wanted.
    pub fn deadline(&self) -> Option<Millis> {
        let workspace = self.workspace.as_ref().filter(|_| self.sign_in.is_none());
        let idle = self.idle_lock_changes_at();
        let due = workspace.and_then(|r| r.due.earliest());
        let toast = self.toast.as_ref().and_then(|t| t.until);
        let minute = self.shows_relative_times().then(|| Millis((self.now.0.div_euclid(MINUTE) + 1) * MINUTE));
        let pause = self.pause_text_changes_at();
        [idle, due, toast, minute, pause, self.key_ends_at()].into_iter().flatten().min()
    }

    /// When the text about the pause after wrong passwords changes next: remaining minutes are counted from its end, and
    /// it ends on the second.
    pub(in crate::tui) fn pause_text_changes_at(&self) -> Option<Millis> {
        let end = self.sign_in.as_ref().and_then(SignInScreen::pause_end).filter(|end| *end > self.now)?;
        Some(Millis(end.0 - (end.since(self.now) - 1) / MINUTE * MINUTE))
    }

    pub(in crate::tui) fn shows_relative_times(&self) -> bool {
        self.sign_in.is_none() && self.workspace.as_ref().is_some_and(|workspace| workspace.shows_relative_times())
    }

    /// The topmost dialog.
    pub(in crate::tui) fn dialog(&self) -> Option<&Dialog> {
        self.workspace.as_ref().and_then(Workspace::dialog)
    }

    pub(in crate::tui) fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.workspace.as_mut().and_then(Workspace::dialog_mut)
    }

    /// How far an action can scroll what is shown; measured only for those that scroll.
    pub(in crate::tui) fn scroll_limit(&self, action: Action) -> usize {
        if action.moves() { (self.overflow)(self) } else { 0 }
    }

    /// Where the verifier is, for the files of gateways; the shipped address where it is unknown, or not this user's
    /// to know.
    pub(in crate::tui) fn verifier_address(&self) -> &str {
        let knows = self.workspace.as_ref().is_some_and(|workspace| workspace.may(Right::SeeSite));
        if knows && !self.places.verifier.is_empty() { &self.places.verifier } else { SHIPPED }
    }

    /// Whether this is the demo: the only desk that saves nothing, not even how it looks.
    pub fn is_demo(&self) -> bool {
        !self.remembers && !self.by_ssh_key()
    }

    /// Whether an SSH key opened the session: it cannot be locked, and ends with the desk. What it looks like is not saved,
    /// since everybody shares one Unix user.
    pub(in crate::tui) fn by_ssh_key(&self) -> bool {
        self.workspace.as_ref().is_some_and(|workspace| matches!(workspace.session.actor.via, Via::SshKey(_)))
    }

    /// Whether a frame is wanted; resets the flag.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// Whose secrets are on the screen, for the note in the trail when the connection drops.
    pub fn secrets_shown(&self) -> Option<(Actor, Vec<CredentialId>)> {
        let workspace = self.workspace.as_ref().filter(|_| self.sign_in.is_none())?;
        let view = workspace.dialogs.iter().find_map(|dialog| match &dialog.kind {
            DialogKind::OneTimeSecret(view) => Some(view),
            _ => None,
        })?;
        let ids = view.pages().iter().filter_map(|page| page.holder.credential()).map(|row| row.id).collect();
        Some((workspace.actor(), ids))
    }

    /// Wipes every secret and typed password, at once.
    pub fn drop_secrets(&mut self) {
        self.type_ahead.clear();
        if let Some(sign_in) = &mut self.sign_in {
            sign_in.form.wipe_passwords();
        }
        if let Some(workspace) = &mut self.workspace {
            workspace.drop_secrets();
        }
    }

    /// Sends a call whose reply goes to `slot`; a read that the slot still waits for is cancelled.
    pub(in crate::tui) fn call(&mut self, slot: Slot, call: Call) {
        if slot.is_read() {
            self.cancel(slot);
        }
        let ticket = self.pending.add(slot);
        self.out.push(Effect::Call(ticket, call));
    }

    /// Cancels the call of a slot.
    pub(in crate::tui) fn cancel(&mut self, slot: Slot) {
        let out = &mut self.out;
        self.pending.drop_slot(slot, |ticket: Ticket| out.push(Effect::Cancel(ticket)));
    }
}
