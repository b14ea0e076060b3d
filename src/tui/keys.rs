//! The keymap: one table of keys, which drives dispatch, the hint line, help and the documentation.

use crate::account::Right;
use crate::credential::Kind;

use super::action::Action;
use super::chord::{Chord, Code};
use super::field::Edit;
pub use super::help::{markdown, terms_markdown};

/// Where a key means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Scope {
    Everywhere,
    Menu,
    Rows,
    Settings,
    Screen,
    Tabs,
    List,
    Filter,
    Docs,
    Activity,
    Account,
    People,
    Trail,
    Security,
    Live,
    Reading,
    Door,
    Text,
    Choice,
    Check,
    Fold,
    Password,
    Form,
    Confirm,
    Buttons,
    Secret,
}

/// What a scope lets through to the scopes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leak {
    /// Every key.
    All,
    /// Only what works everywhere: a dialog stands between the keys and the list under it.
    Everywhere,
    /// Letters are typed; only control keys and named keys get through.
    NoLetters,
}

impl Scope {
    /// The heading in help and documentation.
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Menu => "Menu",
            Self::Rows => "Lists",
            Self::Settings => "Settings",
            Self::Screen => "Screens behind the menu",
            Self::Tabs => "API Settings",
            Self::List => "API tab",
            Self::Filter => "Filter",
            Self::Docs => "Documentation",
            Self::Activity => "Activity tab",
            Self::Account => "My account",
            Self::People => "Users",
            Self::Trail => "Activity log",
            Self::Security => "Security",
            Self::Live => "Keys that a user made",
            Self::Reading => "Pages to read",
            Self::Door => "Set-up, sign-in, lock screen",
            Self::Text => "Text fields",
            Self::Choice => "Choices",
            Self::Check => "Check boxes",
            Self::Fold => "Options",
            Self::Password => "Passwords",
            Self::Form => "Forms",
            Self::Confirm => "Revoke",
            Self::Buttons => "Dialogs",
            Self::Secret => "One-time view",
        }
    }

    /// The keys that the scope lets through.
    pub fn leak(self) -> Leak {
        match self {
            Self::Text => Leak::NoLetters,
            Self::Form | Self::Filter | Self::Confirm | Self::Buttons | Self::Door => Leak::Everywhere,
            _ => Leak::All,
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Binding {
    /// Scope in which it works.
    pub scope: Scope,
    /// Which keys, the one to teach first.
    pub chords: &'static [Chord],
    /// The action that it runs.
    pub action: Action,
    /// Word in the hint line; empty for keys that are only in help.
    pub hint: &'static str,
    /// How the hint line writes the keys, where one word stands for two rows; empty to write the first chord.
    pub short: &'static str,
    /// The words for it in help and documentation.
    pub words: &'static str,
    /// How help writes the keys; empty to write all chords; `-` to leave the row out (another row tells of it).
    pub keys: &'static str,
    /// The right that it needs.
    pub right: Option<Right>,
    /// Cannot be undone: its key is shifted, and a dialog asks.
    pub dangerous: bool,
}

impl Binding {
    const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    const fn hint_as(mut self, short: &'static str, hint: &'static str) -> Self {
        self.short = short;
        self.hint = hint;
        self
    }

    const fn keys(mut self, keys: &'static str) -> Self {
        self.keys = keys;
        self
    }

    const fn needs(mut self, right: Right) -> Self {
        self.right = Some(right);
        self
    }

    const fn dangerous(mut self) -> Self {
        self.dangerous = true;
        self
    }

    /// The keys as help writes them; `None` when another row tells of them.
    pub fn keys_in_help(&self) -> Option<String> {
        match self.keys {
            "-" => None,
            "" => Some(self.chords.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
            keys => Some(keys.to_owned()),
        }
    }

    /// The keys as the hint line writes them.
    pub fn keys_in_hint(&self) -> String {
        match self.short {
            "" => self.chords.first().map(ToString::to_string).unwrap_or_default(),
            short => short.to_owned(),
        }
    }
}

const fn row(scope: Scope, chords: &'static [Chord], action: Action, words: &'static str) -> Binding {
    Binding { scope, chords, action, hint: "", short: "", words, keys: "", right: None, dangerous: false }
}

const ENTER: Chord = Chord::plain(Code::Enter);
const ESC: Chord = Chord::plain(Code::Esc);
const TAB: Chord = Chord::plain(Code::Tab);
const BACK_TAB: Chord = Chord::plain(Code::BackTab);
const UP: Chord = Chord::plain(Code::Up);
const DOWN: Chord = Chord::plain(Code::Down);
const LEFT: Chord = Chord::plain(Code::Left);
const RIGHT: Chord = Chord::plain(Code::Right);
const HOME: Chord = Chord::plain(Code::Home);
const END: Chord = Chord::plain(Code::End);
const PAGE_UP: Chord = Chord::plain(Code::PageUp);
const PAGE_DOWN: Chord = Chord::plain(Code::PageDown);
const SPACE: Chord = Chord::char(' ');
const CANCEL: &[Chord] = &[ESC, Chord::ctrl('g')];
const MANAGE: Right = Right::ManageCredentials;
const TRAIL: Right = Right::ReadTrail;
const PEOPLE: Right = Right::ManageUsers;

use Scope as S;

/// Every key of the desk. Within a scope the order is the order of the hint line.
#[rustfmt::skip]
pub static BINDINGS: &[Binding] = &[
    row(S::Menu, &[ENTER], Action::Open, "open").hint("open"),
    row(S::Menu, &[TAB, BACK_TAB], Action::LookAt, "to what is to look at, and back").hint("to the list below"),
    row(S::Menu, &[Chord::char('q')], Action::Quit, "quit").hint("quit"),

    row(S::Settings, &[ENTER], Action::Open, "open").hint("open"),
    row(S::Account, &[ENTER], Action::Open, "open").hint("open"),

    row(S::People, &[Chord::char('n')], Action::Create, "add a user").hint("new").needs(PEOPLE),
    row(S::People, &[Chord::char('r')], Action::SetRole, "another permission level").hint("role").needs(PEOPLE),
    row(S::People, &[Chord::char('d')], Action::DisableEnable, "disable or enable").hint("disable").needs(PEOPLE),
    row(S::People, &[Chord::char('u')], Action::Unlock, "unlock after wrong passwords").hint("unlock").needs(PEOPLE),
    row(S::People, &[Chord::char('p')], Action::SetPassword, "set a password").hint("password").needs(PEOPLE),
    row(S::People, &[ENTER], Action::Open, "the keys this user made").hint("keys made"),

    row(S::Trail, &[Chord::char('/')], Action::Filter, "a part only: who, type, from, until").hint("filter").needs(TRAIL),
    row(S::Trail, &[Chord::char('w')], Action::ByWho, "only this user, or all again").hint("who").needs(TRAIL),
    row(S::Trail, &[Chord::char('t')], Action::NextClass, "only one type, the next one, all").hint("type").needs(TRAIL),
    row(S::Trail, &[Chord::char('v')], Action::Verify, "verify the whole trail").hint("verify").needs(TRAIL),
    row(S::Trail, &[Chord::char('x')], Action::Export, "export what is shown to a file").hint("export").needs(TRAIL),
    row(S::Trail, &[ENTER], Action::Open, "all about this entry").hint("details"),

    row(S::Security, &[Chord::char('e')], Action::LockTime, "change when a desk locks").hint("lock time").needs(Right::ManageSite),
    row(S::Security, &[Chord::char('a')], Action::ApiAddress, "change where the API is").hint("API").needs(Right::ManageSite),
    row(S::Security, &[Chord::char('v')], Action::VerifierPolicy, "change what verifiers follow").hint("verifiers").needs(Right::ManageSite),

    row(S::List, &[Chord::char('n')], Action::Create, "create new key").hint("create").needs(MANAGE),
    row(S::List, &[ENTER], Action::Open, "details"),
    row(S::List, &[Chord::char('e')], Action::EditKeys, "edit name and limits").hint("edit").needs(MANAGE),
    row(S::List, &[Chord::char('R')], Action::Rotate, "rotate the secret").hint("rotate").needs(MANAGE).dangerous(),
    row(S::List, &[Chord::char('d')], Action::DisableEnable, "disable or enable").hint("disable").needs(MANAGE),
    row(S::List, &[Chord::char('D')], Action::Revoke, "revoke, for ever").hint("revoke").needs(MANAGE).dangerous(),
    row(S::List, &[SPACE], Action::Tick, "tick one, all shown").keys("space a").needs(MANAGE),
    row(S::List, &[Chord::char('a')], Action::TickShown, "tick all shown").keys("-").needs(MANAGE),
    row(S::List, &[Chord::char('y')], Action::CopyKey, "copy key").hint("copy key"),
    row(S::List, &[Chord::char('/')], Action::Filter, "filter").hint("filter"),
    row(S::List, &[Chord::char('O')], Action::StopOld, "stop the old secret").needs(MANAGE).dangerous(),
    row(S::List, &[Chord::char('1')], Action::Section(Kind::Basic), "Basic, HMAC, Legacy").keys("1 2 3"),
    row(S::List, &[Chord::char('2')], Action::Section(Kind::Hmac), "HMAC Authentication").keys("-"),
    row(S::List, &[Chord::char('3')], Action::Section(Kind::Legacy), "Legacy API Credentials").keys("-"),
    row(S::List, &[Chord::char('F')], Action::Find, "find by secret").needs(MANAGE),
    row(S::List, &[Chord::char('o')], Action::Order, "change the order"),
    row(S::List, &[Chord::char('A')], Action::ShowRevoked, "show revoked too"),

    row(S::Filter, &[ENTER, DOWN, TAB], Action::Advance, "to the rows").hint("to the rows"),
    row(S::Filter, CANCEL, Action::Back, "clear the filter").hint("clear"),

    row(S::Docs, &[RIGHT], Action::NextLanguage, "another language or gateway").hint_as("←→", "language").keys("←→"),
    row(S::Docs, &[LEFT], Action::PreviousLanguage, "the language before").keys("-"),
    row(S::Docs, &[Chord::char('y')], Action::CopySample, "copy the sample or file").hint("copy"),
    row(S::Docs, &[Chord::char('4')], Action::Gateways, "files of gateways, or the samples").hint("gateways"),
    row(S::Docs, &[Chord::char('1')], Action::Section(Kind::Basic), "Basic, HMAC, Legacy").keys("1 2 3"),
    row(S::Docs, &[Chord::char('2')], Action::Section(Kind::Hmac), "HMAC Authentication").keys("-"),
    row(S::Docs, &[Chord::char('3')], Action::Section(Kind::Legacy), "Legacy API Credentials").keys("-"),

    row(S::Activity, &[Chord::char('r')], Action::RefusedRequests, "refused requests, or the trail").hint("refused").needs(TRAIL),
    row(S::Activity, &[Chord::char('w')], Action::ByKey, "refused: this key only, or all").hint("this key").needs(TRAIL),
    row(S::Activity, &[ENTER], Action::Open, "all about this entry").hint("details"),

    row(S::Tabs, &[TAB], Action::NextTab, "next tab").hint("next tab"),
    row(S::Tabs, &[BACK_TAB], Action::PreviousTab, "previous tab").keys("-"),

    row(S::Rows, &[UP, Chord::char('k'), Chord::ctrl('p')], Action::Up, "one row").hint_as("↑↓", "move").keys("↑↓ j k"),
    row(S::Rows, &[DOWN, Chord::char('j'), Chord::ctrl('n')], Action::Down, "one row down").keys("-"),
    row(S::Rows, &[PAGE_UP, Chord::ctrl('b')], Action::PageUp, "one page").keys("PgUp PgDn"),
    row(S::Rows, &[PAGE_DOWN, Chord::ctrl('f')], Action::PageDown, "one page down").keys("-"),
    row(S::Rows, &[Chord::char('g'), HOME], Action::First, "first, last").keys("g G"),
    row(S::Rows, &[Chord::char('G'), END], Action::Last, "last").keys("-"),

    row(S::Screen, &[Chord::char('q')], Action::Back, "back"),

    row(S::Door, &[TAB, DOWN], Action::NextField, "next field").hint("next"),
    row(S::Door, &[BACK_TAB, UP], Action::PreviousField, "previous field").keys("-"),
    row(S::Door, &[ENTER], Action::Advance, "next, or send").hint("next or send"),
    row(S::Door, &[Chord::ctrl('c')], Action::Quit, "quit").hint("quit"),

    row(S::Form, &[TAB, DOWN], Action::NextField, "next field").hint("next"),
    row(S::Form, &[BACK_TAB, UP], Action::PreviousField, "previous field").keys("shift-tab ↑"),
    row(S::Form, &[ENTER], Action::Advance, "next field, or send").hint("next or create"),
    row(S::Form, CANCEL, Action::Back, "cancel").hint("cancel"),

    row(S::Choice, &[UP, LEFT], Action::ChooseBack, "choose").hint_as("↑↓", "choose").keys("↑↓ ←→"),
    row(S::Choice, &[DOWN, RIGHT], Action::Choose, "the next choice").keys("-"),
    row(S::Choice, &[SPACE], Action::Toggle, "the next choice, around"),

    row(S::Check, &[SPACE], Action::Toggle, "tick or untick").hint("tick"),
    row(S::Check, &[RIGHT], Action::NextField, "next field").keys("-"),
    row(S::Check, &[LEFT], Action::PreviousField, "previous field").keys("-"),

    row(S::Fold, &[ENTER, SPACE], Action::Toggle, "open or close").hint("open"),
    row(S::Fold, &[RIGHT], Action::Choose, "open, close").keys("→ ←"),
    row(S::Fold, &[LEFT], Action::ChooseBack, "close").keys("-"),

    row(S::Password, &[Chord::ctrl('r')], Action::ShowPassword, "show or hide the password").hint("show"),

    row(S::Confirm, &[TAB, DOWN, RIGHT], Action::NextField, "move").hint("move"),
    row(S::Confirm, &[BACK_TAB, UP, LEFT], Action::PreviousField, "move back").keys("-"),
    row(S::Confirm, &[ENTER], Action::Advance, "choose").hint("choose"),
    row(S::Confirm, CANCEL, Action::Back, "keep them").hint("keep"),

    row(S::Secret, &[Chord::char('c')], Action::CopyBoth, "copy key and secret").hint("copy both"),
    row(S::Secret, &[Chord::char('s')], Action::CopySecret, "copy the secret, or password").hint("copy secret"),
    row(S::Secret, &[Chord::char('k')], Action::CopyKey, "copy the key, or username").hint("copy key"),
    row(S::Secret, &[Chord::char('m')], Action::Mask, "mask or show it").hint("mask"),

    row(S::Buttons, &[ENTER, SPACE], Action::Advance, "choose").hint("choose"),
    row(S::Buttons, &[TAB, RIGHT, DOWN], Action::NextField, "next button").hint("move"),
    row(S::Buttons, &[BACK_TAB, LEFT, UP], Action::PreviousField, "button before").keys("-"),
    row(S::Buttons, CANCEL, Action::Back, "the safe answer").hint("close"),

    row(S::Live, &[ENTER], Action::Open, "go to the key").hint("go to it"),
    row(S::Reading, &[ESC, ENTER, Chord::char('q'), Chord::ctrl('g')], Action::Back, "close").hint("close").keys("esc enter"),

    row(S::Text, &[Chord::ctrl('a'), HOME], Action::Edit(Edit::Start), "start, end").keys("ctrl-a e"),
    row(S::Text, &[Chord::ctrl('e'), END], Action::Edit(Edit::End), "end").keys("-"),
    row(S::Text, &[Chord::ctrl('u')], Action::Edit(Edit::DeleteToStart), "clear"),
    row(S::Text, &[Chord::ctrl('k')], Action::Edit(Edit::DeleteToEnd), "clear to the end"),
    row(S::Text, &[Chord::ctrl('w')], Action::Edit(Edit::DeleteWord), "delete word"),
    row(S::Text, &[LEFT], Action::Edit(Edit::Left), "one character").keys("-"),
    row(S::Text, &[RIGHT], Action::Edit(Edit::Right), "one character").keys("-"),
    row(S::Text, &[Chord::plain(Code::Backspace)], Action::Edit(Edit::Backspace), "delete").keys("-"),
    row(S::Text, &[Chord::plain(Code::Delete), Chord::ctrl('d')], Action::Edit(Edit::Delete), "delete").keys("-"),
    row(S::Text, &[Chord { code: Code::Char('b'), mods: super::chord::Mods { ctrl: false, alt: true } }],
        Action::Edit(Edit::WordLeft), "word back, on").keys("alt-b f"),
    row(S::Text, &[Chord { code: Code::Char('f'), mods: super::chord::Mods { ctrl: false, alt: true } }],
        Action::Edit(Edit::WordRight), "word on").keys("-"),

    row(S::Everywhere, &[Chord::char('?'), Chord::plain(Code::F(1))], Action::Help, "this help"),
    row(S::Everywhere, CANCEL, Action::Back, "back; never quits").hint("back"),
    row(S::Everywhere, &[Chord::char('L')], Action::Lock, "lock now").hint("lock"),
    row(S::Everywhere, &[Chord::ctrl('l')], Action::Repaint, "redraw"),
    row(S::Everywhere, &[Chord::ctrl('z')], Action::Suspend, "suspend"),
    row(S::Everywhere, &[Chord::ctrl('c')], Action::Quit, "quit"),
];

/// What a key means in a chain of scopes, innermost first.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// A row of the table.
    Bound(&'static Binding),
    /// A letter for the focused field.
    Typed(char),
    /// Nothing.
    Nothing,
}

/// Looks a key up.
pub fn resolve(chain: &[Scope], chord: Chord) -> Meaning {
    for scope in open_scopes(chain) {
        if scope == Scope::Text
            && let Some(c) = chord.typed()
        {
            return Meaning::Typed(c);
        }
        if let Some(binding) = BINDINGS.iter().find(|b| b.scope == scope && b.chords.contains(&chord)) {
            return Meaning::Bound(binding);
        }
    }
    Meaning::Nothing
}

/// The rows that work in a chain, in the order of the hint line: each can be reached by its first key.
pub fn reachable(chain: &[Scope]) -> Vec<&'static Binding> {
    let rows = open_scopes(chain).into_iter().flat_map(|s| BINDINGS.iter().filter(move |b| b.scope == s));
    rows.filter(|b| b.chords.iter().any(|c| reaches(chain, *c, b))).collect()
}

fn reaches(chain: &[Scope], chord: Chord, binding: &Binding) -> bool {
    matches!(resolve(chain, chord), Meaning::Bound(hit) if std::ptr::eq(hit, binding))
}

/// The scopes that keys get to, by what each lets through.
fn open_scopes(chain: &[Scope]) -> Vec<Scope> {
    let mut only_everywhere = false;
    let mut open = Vec::with_capacity(chain.len());
    for scope in chain {
        if !only_everywhere || *scope == Scope::Everywhere {
            open.push(*scope);
        }
        only_everywhere |= scope.leak() == Leak::Everywhere;
    }
    open
}

#[cfg(test)]
mod tests;
