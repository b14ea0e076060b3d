//! The application state: everything that the screen shows.

use crate::{
    account::{Right, allows},
    hub::{Actor, CredentialId, Denied, Overview, OwnSignIn, SecuritySettings, Session, UnsavedSecret},
    sample::SHIPPED,
    time::{MINUTE, Millis},
    tui::{
        dialog::{Dialog, DialogKind, Scrollable},
        form::Form,
        keymap::{Action, Scope},
        msg::{Call, Effect, Ticket},
        pending::{Pending, Slot},
        screen::{Api, AttentionItem, Menu, Screen, attention},
        sign_in::SignInScreen,
        theme::Theme,
        toast::Toast,
        type_ahead::TypeAhead,
    },
};

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
    /// `NO_COLOR` is set, and wins over every choice.
    pub no_color: bool,
    /// Choices of looks are written down for the next time; a demo keeps nothing.
    pub remembers: bool,
    /// Why nothing here can copy, as a sentence with the next step; `None` when copying can be tried.
    pub no_clipboard: Option<String>,
    /// A sentence for the lock screen: the demo shows its password there.
    pub notice: Option<String>,
    /// How many lines do not fit of what can be scrolled now. Only a view can tell, so it hands this in: the state
    /// machine knows no view.
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
    pub(super) now: Millis,
    pub(super) size: (u16, u16),
    pub(super) theme: Theme,
    pub(super) no_color: bool,
    pub(super) remembers: bool,
    pub(super) places: DisplayPaths,
    pub(super) no_clipboard: Option<String>,
    pub(super) notice: Option<String>,
    overflow: fn(&Self) -> usize,
    pub(super) account: String,
    /// Set-up, sign-in or lock screen; when locked, the signed-in state is behind it.
    pub(super) sign_in: Option<SignInScreen>,
    pub(super) workspace: Option<Workspace>,
    /// The help overlay, over everything.
    pub(super) help: Option<Scrollable<Vec<Scope>>>,
    pub(super) toast: Option<Toast>,
    pub(super) pending: Pending,
    pub(super) type_ahead: TypeAhead,
    pub(super) last_key: Millis,
    pub(super) dirty: bool,
    /// Once the choice is written down, the desk is left to go on line by line.
    pub(super) leaves_for_lines: bool,
    pub(super) out: Vec<Effect>,
}

/// The state of a signed-in user's session.
#[derive(Debug)]
pub struct Workspace {
    pub(super) session: Session,
    pub(super) screens: Vec<Screen>,
    pub(super) dialogs: Vec<Dialog>,
    pub(super) overview: Option<Overview>,
    pub(super) security: Option<SecuritySettings>,
    pub(super) sign_ins: Option<Vec<OwnSignIn>>,
    pub(super) due: Due,
    /// Change number that the last pulse saw.
    pub(super) change: Option<i64>,
    /// The store does not answer; said once.
    pub(super) trouble: bool,
    /// Secrets that were dropped before anybody saved them.
    pub(super) missed: Vec<UnsavedSecret>,
}

/// When each read is due next.
#[derive(Debug, Default)]
pub struct Due {
    pub(super) overview: Option<Millis>,
    pub(super) list: Option<Millis>,
    pub(super) details: Option<Millis>,
    pub(super) taken: Option<Millis>,
    pub(super) trail: Option<Millis>,
    pub(super) users: Option<Millis>,
    pub(super) pulse: Option<Millis>,
}

impl Due {
    fn earliest(&self) -> Option<Millis> {
        let &Self { overview, list, details, taken, trail, users, pulse } = self;
        [overview, list, details, taken, trail, users, pulse].into_iter().flatten().min()
    }

    /// Nothing is due later than `at`.
    pub(super) fn at_most(&mut self, at: Millis) {
        let Self { overview, list, details, taken, trail, users, pulse } = self;
        for due in [overview, list, details, taken, trail, users, pulse] {
            *due = due.map(|due| due.min(at));
        }
    }
}

impl Workspace {
    /// The menu, with Settings selected.
    pub(super) fn new(session: Session, now: Millis) -> Self {
        let forced = session.must_change_password;
        let dialogs = if forced { vec![Dialog::own_password(true)] } else { vec![] };
        let due = Due { overview: Some(now), pulse: Some(now.plus(PULSE)), ..Due::default() };
        Self {
            session,
            screens: vec![Screen::Menu(Menu::default())],
            dialogs,
            overview: None,
            security: None,
            sign_ins: None,
            due,
            change: None,
            trouble: false,
            missed: Vec::new(),
        }
    }

    pub(super) fn may(&self, right: Right) -> bool {
        allows(self.session.role, right)
    }

    pub(super) fn actor(&self) -> Actor {
        self.session.actor.clone()
    }

    /// The topmost dialog.
    pub(super) fn dialog(&self) -> Option<&Dialog> {
        self.dialogs.last()
    }

    pub(super) fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.dialogs.last_mut()
    }

    /// The attention list, the most urgent item first.
    pub(super) fn attention(&self) -> Vec<AttentionItem> {
        self.overview.as_ref().map_or_else(Vec::new, |overview| attention(overview, self.session.role))
    }

    /// The screen that is shown.
    pub(super) fn screen(&self) -> Option<&Screen> {
        self.screens.last()
    }

    pub(super) fn screen_mut(&mut self) -> Option<&mut Screen> {
        self.screens.last_mut()
    }

    /// API Settings, if it is the screen that is shown.
    pub(super) fn api(&self) -> Option<&Api> {
        match self.screen() {
            Some(Screen::Api(api)) => Some(api),
            _ => None,
        }
    }

    pub(super) fn api_mut(&mut self) -> Option<&mut Api> {
        match self.screen_mut() {
            Some(Screen::Api(api)) => Some(api),
            _ => None,
        }
    }

    /// The refusal of something this role may not do, in the help page's words.
    pub(super) fn denied(&self, right: Right) -> Denied {
        let administrators = self.overview.as_ref().map(|o| o.administrators.clone()).unwrap_or_default();
        Denied { right, role: self.session.role, administrators }
    }

    /// Whether times such as "2 min ago" are on the screen.
    fn shows_relative_times(&self) -> bool {
        matches!(self.screen(), Some(Screen::Menu(_) | Screen::Settings(_) | Screen::Api(_) | Screen::Users(_)))
    }
}

/// Interval of polling the store while the desk is open, in milliseconds.
pub const PULSE: i64 = 1000;

impl App {
    /// The desk as it starts. Its first reads are due at once: see [`App::deadline`].
    pub fn new(setup: AppSetup) -> Self {
        let mut app = Self {
            now: setup.now,
            size: setup.size,
            theme: setup.theme,
            no_color: setup.no_color,
            remembers: setup.remembers,
            places: setup.places,
            no_clipboard: setup.no_clipboard,
            notice: setup.notice,
            overflow: setup.overflow,
            account: String::new(),
            sign_in: None,
            workspace: None,
            help: None,
            toast: None,
            pending: Pending::default(),
            type_ahead: TypeAhead::default(),
            last_key: setup.now,
            dirty: true,
            leaves_for_lines: false,
            out: Vec::new(),
        };
        match setup.start {
            Start::SetUp => app.sign_in = Some(SignInScreen::set_up()),
            Start::SignIn { account } => {
                app.account = account;
                app.sign_in = Some(SignInScreen::sign_in(""));
            }
            Start::Session(session) => app.enter(*session),
        }
        app
    }

    /// Opens the desk for a session.
    pub(super) fn enter(&mut self, session: Session) {
        self.account.clone_from(&session.account);
        self.sign_in = None;
        self.workspace = Some(Workspace::new(session, self.now));
    }

    /// Paints in other colours or glyphs from now on.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme;
        self.dirty = true;
    }

    /// The next moment at which a [`crate::tui::msg::Msg::Tick`] is wanted.
    pub fn deadline(&self) -> Option<Millis> {
        let workspace = self.workspace.as_ref().filter(|_| self.sign_in.is_none());
        let idle = workspace.and_then(|r| self.idle_end(r));
        let due = workspace.and_then(|r| r.due.earliest());
        let toast = self.toast.as_ref().and_then(|t| t.until);
        let minute = self.shows_relative_times().then(|| Millis((self.now.0.div_euclid(MINUTE) + 1) * MINUTE));
        let pause = self.pause_moves();
        [idle, due, toast, minute, pause].into_iter().flatten().min()
    }

    /// When the pause after wrong passwords next reads otherwise: the minutes that remain are counted from its end, and
    /// it ends on its second.
    pub(super) fn pause_moves(&self) -> Option<Millis> {
        let end = self.sign_in.as_ref().and_then(SignInScreen::pause_end).filter(|end| *end > self.now)?;
        Some(Millis(end.0 - (end.since(self.now) - 1) / MINUTE * MINUTE))
    }

    /// When the desk locks by itself.
    pub(super) fn idle_end(&self, workspace: &Workspace) -> Option<Millis> {
        (workspace.session.idle_lock > 0).then(|| self.last_key.plus(workspace.session.idle_lock))
    }

    pub(super) fn shows_relative_times(&self) -> bool {
        self.sign_in.is_none() && self.workspace.as_ref().is_some_and(|workspace| workspace.shows_relative_times())
    }

    /// The topmost dialog.
    pub(super) fn dialog(&self) -> Option<&Dialog> {
        self.workspace.as_ref().and_then(Workspace::dialog)
    }

    pub(super) fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.workspace.as_mut().and_then(Workspace::dialog_mut)
    }

    /// How far an action can scroll what is shown; measured only for those that scroll.
    pub(super) fn scroll_limit(&self, action: Action) -> usize {
        if action.moves() { (self.overflow)(self) } else { 0 }
    }

    /// Where the verifier is, for the files of gateways; the shipped address where it is unknown, or not this user's
    /// to know.
    pub(super) fn verifier_address(&self) -> &str {
        let knows = self.workspace.as_ref().is_some_and(|workspace| workspace.may(Right::ManageSite));
        if knows && !self.places.verifier.is_empty() { &self.places.verifier } else { SHIPPED }
    }

    /// Whether a frame is wanted; asking takes the wish away.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// Whose secret is on the screen, for the note in the trail when the connection drops.
    pub fn secret_shown(&self) -> Option<(Actor, CredentialId, String)> {
        let workspace = self.workspace.as_ref().filter(|_| self.sign_in.is_none())?;
        let view = workspace.dialogs.iter().find_map(|dialog| match &dialog.kind {
            DialogKind::OneTimeSecret(view) => Some(view),
            _ => None,
        })?;
        Some((workspace.actor(), view.row.id, view.row.name.clone()))
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

    /// Sends a call whose reply goes to `slot`; what the slot waited for before is not wanted any more.
    pub(super) fn call(&mut self, slot: Slot, call: Call) {
        if slot.is_read() {
            self.cancel(slot);
        }
        let ticket = self.pending.add(slot);
        self.out.push(Effect::Call(ticket, call));
    }

    /// Cancels the call of a slot.
    pub(super) fn cancel(&mut self, slot: Slot) {
        let out = &mut self.out;
        self.pending.drop_slot(slot, |ticket: Ticket| out.push(Effect::Cancel(ticket)));
    }
}

impl Workspace {
    /// Closes the one-time view and wipes passwords in forms; forms keep everything else.
    fn drop_secrets(&mut self) {
        let missed = &mut self.missed;
        self.dialogs.retain(|dialog| match &dialog.kind {
            DialogKind::OneTimeSecret(view) => {
                if !view.saved {
                    missed.push(view.lost());
                }
                false
            }
            // Unlocking gives the password; there is no need for it once more.
            DialogKind::Confirm(_) | DialogKind::Reauthenticate => false,
            DialogKind::ChangeState(change) => !change.over_secret,
            _ => true,
        });
        for dialog in &mut self.dialogs {
            let wiped = dialog.form.as_mut().is_some_and(Form::wipe_passwords);
            match &mut dialog.kind {
                DialogKind::Create(create) => create.wiped |= wiped,
                DialogKind::NewPassword(new) => new.wiped |= wiped,
                _ => {}
            }
        }
    }
}
