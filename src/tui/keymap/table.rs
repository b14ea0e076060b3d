//! The table of keys.

use crate::account::Right;
use crate::copy_as::CopyForm;
use crate::credential::Kind;
use crate::hub::ListOrder;
use crate::tui::form::field::Edit;
use crate::tui::keymap::chord::{Chord, Code, Mods};
use crate::tui::keymap::{Action, Binding, Scope};

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
const DELETE: Chord = Chord::plain(Code::Delete);
const BACKSPACE: Chord = Chord::plain(Code::Backspace);
const INSERT: Chord = Chord::plain(Code::Insert);
const CANCEL: &[Chord] = &[ESC, Chord::ctrl('g')];
const MANAGE: Right = Right::ManageCredentials;
const TRAIL: Right = Right::ReadTrail;
const USERS: Right = Right::ManageUsers;

use Scope as S;

/// Every key of the desk. Within a scope the order is the order of the hint line.
#[rustfmt::skip]
pub static BINDINGS: &[Binding] = &[
    row(S::Menu, &[ENTER], Action::Open, "open").hint("open"),
    row(S::Menu, &[TAB], Action::NextTab, "to what needs attention, and on").hint("attention"),
    row(S::Menu, &[BACK_TAB], Action::PreviousTab, "the part before").keys("-"),
    row(S::Menu, &[Chord::char('d')], Action::HideLine, "hide a line until its number grows").hint("hide"),
    row(S::Menu, &[Chord::char('q')], Action::Quit, "quit").hint("quit"),

    row(S::Settings, &[ENTER], Action::Open, "open").hint("open"),
    row(S::Account, &[ENTER], Action::Open, "open").hint("open"),
    row(S::Account, &[Chord::char('s')], Action::SshKeys, "your SSH keys").hint("SSH keys"),

    row(S::Users, &[Chord::char('n')], Action::Create, "add a user").hint("new").needs(USERS),
    row(S::Users, &[Chord::char('u')], Action::Unlock, "unlock after wrong passwords").hint("unlock").needs(USERS),
    row(S::Users, &[Chord::char('r')], Action::SetRole, "another role").hint("role").needs(USERS),
    row(S::Users, &[Chord::char('p')], Action::SetPassword, "set a password, or make one").hint("password").needs(USERS),
    row(S::Users, &[Chord::char('s')], Action::SshKeys, "SSH keys of this user").hint("SSH keys"),
    row(S::Users, &[Chord::char('d')], Action::DisableEnable, "disable or enable").hint("disable").needs(USERS),
    row(S::Users, &[Chord::char('e')], Action::EditNote, "edit the note").hint("note").needs(USERS),
    row(S::Users, &[Chord::char('/')], Action::Filter, "filter, live").hint("filter"),
    row(S::Users, &[ENTER], Action::Open, "the keys this user made").hint("keys made"),

    row(S::Trail, &[Chord::char('/')], Action::Filter, "filter, live").hint("filter").needs(TRAIL),
    row(S::Trail, &[Chord::char('w')], Action::ByWho, "only this user, or all again").hint("who").needs(TRAIL),
    row(S::Trail, &[Chord::char('t')], Action::NextClass, "only one type, the next one, all").hint("type").needs(TRAIL),
    row(S::Trail, &[Chord::char('v')], Action::Verify, "verify the whole trail").hint("verify").needs(TRAIL),
    row(S::Trail, &[Chord::char('x')], Action::Export, "export what is shown to a file").hint("export").needs(TRAIL),
    row(S::Trail, &[ENTER], Action::Open, "all about this entry").hint("details"),

    row(S::Entry, &[UP, Chord::char('k')], Action::Up, "next entry").hint_as("↑↓", "next entry").keys("↑↓ j k"),
    row(S::Entry, &[DOWN, Chord::char('j')], Action::Down, "the entry below").keys("-"),
    row(S::Entry, &[PAGE_UP, Chord::ctrl('b')], Action::PageUp, "scroll").keys("PgUp PgDn"),
    row(S::Entry, &[PAGE_DOWN, Chord::ctrl('f')], Action::PageDown, "scroll down").keys("-"),
    row(S::Entry, &[Chord::char('y')], Action::CopyEntry, "copy as JSON").hint("copy as JSON"),

    row(S::TrailCheck, &[Chord::char('g')], Action::GoToTampered, "go to what was changed outside"),
    row(S::TrailCheck, &[Chord::char('y')], Action::CopyLine, "copy the line"),

    row(S::Security, &[ENTER], Action::Open, "change the setting").hint("change").needs(Right::ManageSite),

    row(S::List, &[Chord::char('n')], Action::Create, "create new key").hint("create").needs(MANAGE),
    row(S::List, &[ENTER], Action::Open, "details"),
    row(S::List, &[Chord::char('e')], Action::EditKeys, "edit name and limits").hint("edit").needs(MANAGE),
    row(S::List, &[Chord::char('R')], Action::Rotate, "rotate the secret").hint("rotate").needs(MANAGE).dangerous(),
    row(S::List, &[Chord::char('d')], Action::DisableEnable, "disable or enable").hint("disable").needs(MANAGE),
    row(S::List, &[Chord::char('D'), DELETE], Action::Revoke, "revoke, for good").hint("revoke").keys("D").needs(MANAGE).dangerous(),
    row(S::List, &[SPACE, INSERT], Action::Tick, "tick, and down").keys("space").needs(MANAGE),
    row(S::List, &[Chord::char('a')], Action::TickAll, "tick all found; all kinds").hint("all").keys("a A").needs(MANAGE),
    row(S::List, &[Chord::char('A')], Action::TickEveryKind, "tick all found of every kind").keys("-").needs(MANAGE),
    row(S::List, &[Chord::char('y')], Action::CopyKey, "copy key").hint("copy key"),
    row(S::List, &[Chord::char('/')], Action::Filter, "filter").hint("filter"),
    row(S::List, &[Chord::char('C')], Action::CopyAs, "copy as .env, JSON, curl").hint("copy as"),
    row(S::List, &[RIGHT, Chord::char(']')], Action::NextSection, "next, previous section").keys("← → [ ]"),
    row(S::List, &[LEFT, Chord::char('[')], Action::PreviousSection, "previous section").keys("-"),
    row(S::List, &[Chord::char('l')], Action::OpenLog, "its entries in the activity log").hint("log").needs(TRAIL),
    row(S::List, &[Chord::char('O')], Action::StopOld, "stop the old secret").hint("stop old").needs(MANAGE).dangerous(),
    row(S::List, &[Chord::char('1')], Action::Section(Kind::Basic), "Basic, HMAC, Legacy").keys("1 2 3"),
    row(S::List, &[Chord::char('2')], Action::Section(Kind::Hmac), "HMAC Authentication").keys("-"),
    row(S::List, &[Chord::char('3')], Action::Section(Kind::Legacy), "Legacy API Credentials").keys("-"),
    row(S::List, &[Chord::char('F')], Action::Find, "find by secret").needs(MANAGE),
    row(S::List, &[Chord::char('x')], Action::Export, "export what is shown to a file").hint("export"),
    row(S::List, &[Chord::char('o')], Action::Order, "order"),
    row(S::List, &[Chord::char('.')], Action::ShowRevoked, "revoked too"),

    row(S::Details, &[Chord::char('J')], Action::NextCredential, "next, previous credential").keys("J K"),
    row(S::Details, &[Chord::char('K')], Action::PreviousCredential, "the credential before").keys("-"),
    row(S::Details, &[TAB], Action::NextTab, "next page, the page before").keys("tab shift-tab"),
    row(S::Details, &[BACK_TAB], Action::PreviousTab, "the page before").keys("-"),
    row(S::Details, &[Chord::char('1')], Action::Part(0), "Facts, Use, History").keys("1 2 3"),
    row(S::Details, &[Chord::char('2')], Action::Part(1), "Use").keys("-"),
    row(S::Details, &[Chord::char('3')], Action::Part(2), "History").keys("-"),
    row(S::Details, &[ENTER], Action::Open, "all about an entry of its history").hint("the entry"),

    row(S::Filter, &[ENTER, DOWN, TAB], Action::Advance, "to the rows").hint("to the rows"),
    row(S::Filter, CANCEL, Action::Back, "clear the filter").hint("clear"),

    row(S::LogFilter, &[ENTER, DOWN, TAB], Action::Advance, "to the rows").hint("to the rows"),
    row(S::LogFilter, CANCEL, Action::Back, "clear the filter").hint("clear"),

    row(S::UserFilter, &[ENTER, DOWN, TAB], Action::Advance, "to the rows").hint("to the rows"),
    row(S::UserFilter, CANCEL, Action::Back, "clear the filter").hint("clear"),

    row(S::Docs, &[RIGHT], Action::NextLanguage, "another language or gateway").hint_as("←→", "language").keys("←→"),
    row(S::Docs, &[LEFT], Action::PreviousLanguage, "the language before").keys("-"),
    row(S::Docs, &[Chord::char('y')], Action::CopySample, "copy the sample or file").hint("copy"),
    row(S::Docs, &[Chord::char('4')], Action::Gateways, "gateway files, or the samples").hint("gateways"),
    row(S::Docs, &[Chord::char('1')], Action::Section(Kind::Basic), "Basic, HMAC, Legacy").keys("1 2 3"),
    row(S::Docs, &[Chord::char('2')], Action::Section(Kind::Hmac), "HMAC Authentication").keys("-"),
    row(S::Docs, &[Chord::char('3')], Action::Section(Kind::Legacy), "Legacy API Credentials").keys("-"),

    row(S::Activity, &[Chord::char('r')], Action::RefusedRequests, "refused requests, or the trail").hint("refused").needs(TRAIL),
    row(S::Activity, &[Chord::char('w')], Action::ByKey, "refused: this key only, or all").hint("this key").needs(TRAIL),
    row(S::Activity, &[ENTER], Action::Open, "all about this entry").hint("details"),

    row(S::Tabs, &[TAB], Action::NextTab, "next tab").hint("next tab"),
    row(S::Tabs, &[BACK_TAB], Action::PreviousTab, "previous tab").keys("-"),

    row(S::Rows, &[UP, Chord::char('k')], Action::Up, "one row").hint_as("↑↓", "move").keys("↑↓ j k"),
    row(S::Rows, &[DOWN, Chord::char('j')], Action::Down, "one row down").keys("-"),
    row(S::Rows, &[PAGE_UP, Chord::ctrl('b')], Action::PageUp, "page; ctrl-b f").keys("PgUp PgDn"),
    row(S::Rows, &[PAGE_DOWN, Chord::ctrl('f')], Action::PageDown, "one page down").keys("-"),
    row(S::Rows, &[Chord::ctrl('d')], Action::HalfDown, "half a page").keys("ctrl-d ctrl-u"),
    row(S::Rows, &[Chord::ctrl('u')], Action::HalfUp, "half a page up").keys("-"),
    row(S::Rows, &[Chord::char('g'), HOME], Action::First, "first, last").keys("g G"),
    row(S::Rows, &[Chord::char('G'), END], Action::Last, "last").keys("-"),

    row(S::Screen, &[Chord::char('q'), BACKSPACE], Action::Back, "back"),

    row(S::SignIn, &[TAB, DOWN], Action::NextField, "next field").hint("next"),
    row(S::SignIn, &[BACK_TAB, UP], Action::PreviousField, "previous field").keys("-"),
    row(S::SignIn, &[ENTER], Action::Advance, "next, or send").hint("next or send"),
    row(S::SignIn, &[Chord::ctrl('s')], Action::Send, "send from any field").hint("send"),
    row(S::SignIn, &[Chord::ctrl('c')], Action::Interrupt, "quit").hint("quit"),

    row(S::Form, &[TAB, DOWN], Action::NextField, "next field").hint("next"),
    row(S::Form, &[BACK_TAB, UP], Action::PreviousField, "previous field").keys("shift-tab ↑"),
    row(S::Form, &[ENTER], Action::Advance, "next field, or send").hint("next or create"),
    row(S::Form, &[Chord::ctrl('s')], Action::Send, "send from any field").hint("send"),
    row(S::Form, CANCEL, Action::Back, "cancel").hint("cancel"),

    row(S::Choice, &[UP, LEFT, Chord::ctrl('p')], Action::ChooseBack, "choose").hint_as("↑↓", "choose").keys("↑↓ ←→"),
    row(S::Choice, &[DOWN, RIGHT, Chord::ctrl('n')], Action::Choose, "the next choice").keys("-"),
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
    row(S::Secret, &[Chord::char('a')], Action::CopyAll, "copy all, or as C chose").hint("copy all"),
    row(S::Secret, &[RIGHT], Action::NextPage, "turn the page").hint_as("←→", "page").keys("←→"),
    row(S::Secret, &[Chord::char('s')], Action::CopySecret, "copy the secret, or password").hint("secret"),
    row(S::Secret, &[Chord::char('k')], Action::CopyKey, "copy the key, or username").hint("key"),
    row(S::Secret, &[Chord::char('C')], Action::CopyAs, "copy as .env, JSON, curl").hint("copy as"),
    row(S::Secret, &[LEFT], Action::PreviousPage, "turn back").keys("-"),
    row(S::Secret, &[Chord::char('m')], Action::Mask, "mask or show it").hint("mask"),

    row(S::Order, &[Chord::char('n')], Action::OrderBy(ListOrder::Name), "name").keys("n"),
    row(S::Order, &[Chord::char('s')], Action::OrderBy(ListOrder::State), "state").keys("s"),
    row(S::Order, &[Chord::char('c')], Action::OrderBy(ListOrder::Created), "created").keys("c"),
    row(S::Order, &[Chord::char('e')], Action::OrderBy(ListOrder::Expiry), "expiry").keys("e"),
    row(S::Order, &[Chord::char('u')], Action::OrderBy(ListOrder::LastUse), "last use").keys("u"),

    row(S::CopyAs, &[Chord::char('b')], Action::CopyIn(CopyForm::Lines), "both lines"),
    row(S::CopyAs, &[Chord::char('e')], Action::CopyIn(CopyForm::Env), ".env"),
    row(S::CopyAs, &[Chord::char('j')], Action::CopyIn(CopyForm::Json), "JSON"),
    row(S::CopyAs, &[Chord::char('u')], Action::CopyIn(CopyForm::Curl), "curl"),
    row(S::CopyAs, &[Chord::char('h')], Action::CopyIn(CopyForm::Header), "header"),

    row(S::Pick, &[UP, Chord::char('k'), Chord::ctrl('p')], Action::Up, "choose").hint_as("↑↓", "choose").keys("↑↓ j k"),
    row(S::Pick, &[DOWN, Chord::char('j'), Chord::ctrl('n')], Action::Down, "the next one").keys("-"),
    row(S::Pick, &[ENTER], Action::Pick, "take it").hint("take it"),
    row(S::Pick, CANCEL, Action::Back, "close").hint("close"),

    row(S::Tampered, &[Chord::char('l')], Action::OpenLog, "its entries in the activity log").hint("its entries").needs(TRAIL),
    row(S::Tampered, &[Chord::char('D'), DELETE], Action::Revoke, "revoke as it is").hint("revoke").keys("D").needs(MANAGE).dangerous(),

    row(S::Buttons, &[ENTER, SPACE], Action::Advance, "choose; or its first letter").hint("choose"),
    row(S::Buttons, &[TAB, RIGHT, DOWN], Action::NextField, "next button").hint("move"),
    row(S::Buttons, &[BACK_TAB, LEFT, UP], Action::PreviousField, "button before").keys("-"),
    row(S::Buttons, &[Chord::ctrl('s')], Action::Send, "send, where there are fields").keys("-"),
    row(S::Buttons, CANCEL, Action::Back, "the safe answer").hint("close"),

    row(S::UserKeys, &[ENTER], Action::Open, "go to the key").hint("go to it"),
    row(S::SshKeys, &[Chord::char('n')], Action::Create, "add a key, pasted").hint("add"),
    row(S::SshKeys, &[Chord::char('D'), DELETE], Action::Revoke, "remove the selected key").hint("remove").keys("D").dangerous(),
    row(S::SshKeys, &[Chord::char('y')], Action::CopyKey, "copy the fingerprint").hint("copy fingerprint"),
    row(S::Reading, &[ESC, ENTER, Chord::char('q'), BACKSPACE, Chord::ctrl('g')], Action::Back, "close").hint("close").keys("esc enter"),

    row(S::Text, &[Chord::ctrl('a'), HOME], Action::Edit(Edit::Start), "start, end").keys("ctrl-a e"),
    row(S::Text, &[Chord::ctrl('e'), END], Action::Edit(Edit::End), "end").keys("-"),
    row(S::Text, &[Chord::ctrl('u')], Action::Edit(Edit::DeleteToStart), "clear"),
    row(S::Text, &[Chord::ctrl('k')], Action::Edit(Edit::DeleteToEnd), "clear to the end"),
    row(S::Text, &[Chord::ctrl('w')], Action::Edit(Edit::DeleteWord), "delete word"),
    row(S::Text, &[LEFT], Action::Edit(Edit::Left), "one character").keys("-"),
    row(S::Text, &[RIGHT], Action::Edit(Edit::Right), "one character").keys("-"),
    row(S::Text, &[Chord::plain(Code::Backspace)], Action::Edit(Edit::Backspace), "delete").keys("-"),
    row(S::Text, &[Chord::plain(Code::Delete), Chord::ctrl('d')], Action::Edit(Edit::Delete), "delete").keys("-"),
    row(S::Text, &[Chord { code: Code::Char('b'), mods: Mods { ctrl: false, alt: true } }],
        Action::Edit(Edit::WordLeft), "word back, on").keys("alt-b f"),
    row(S::Text, &[Chord { code: Code::Char('f'), mods: Mods { ctrl: false, alt: true } }],
        Action::Edit(Edit::WordRight), "word on").keys("-"),

    row(S::Jump, &[UP, Chord::ctrl('p')], Action::Up, "choose").hint_as("↑↓", "choose").keys("↑↓ ctrl-p ctrl-n"),
    row(S::Jump, &[DOWN, Chord::ctrl('n')], Action::Down, "the next one").keys("-"),
    row(S::Jump, &[ENTER], Action::Go, "go there, or do it").hint("go there"),
    row(S::Jump, &[Chord::ctrl('y')], Action::CopyKey, "copy the key").hint("copy key"),
    row(S::Jump, CANCEL, Action::Back, "close").hint("close"),

    row(S::Palette, &[Chord::char(':'), Chord::ctrl('p')], Action::Jump, "jump anywhere, do anything").hint("jump"),

    row(S::Everywhere, &[Chord::char('?'), Chord::plain(Code::F(1))], Action::Help, "this help"),
    row(S::Everywhere, CANCEL, Action::Back, "back; never quits").hint("back"),
    row(S::Everywhere, &[Chord::char('L')], Action::Lock, "lock now").hint("lock"),
    row(S::Everywhere, &[Chord::ctrl('l'), Chord::plain(Code::F(5))], Action::Repaint, "redraw"),
    row(S::Everywhere, &[Chord::ctrl('z')], Action::Suspend, "suspend"),
    row(S::Everywhere, &[Chord::ctrl('c')], Action::Interrupt, "cancel, else quit; twice quits"),
];
