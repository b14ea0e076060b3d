//! Every screen and dialog, and how a user gets there.

mod dialogs;
mod pages;
mod settings;
mod sign_in;
mod store;

use keydesk::account::Role;
use keydesk::tui::Start;
use keydesk::tui::theme::{Theme, UNICODE};

use crate::desk::Desk;
use crate::fixture::{self, Copy};

/// What is drawn.
pub struct Scene {
    pub name: &'static str,
    pub make: fn(Theme) -> Desk,
}

/// All scenes.
pub fn all() -> impl Iterator<Item = &'static Scene> {
    [sign_in::SCENES, pages::SCENES, settings::SCENES, dialogs::SCENES, store::SCENES].into_iter().flatten()
}

/// Draws every scene in a theme.
pub fn each_scene(theme: Theme, mut look: impl FnMut(&Desk)) {
    for scene in all() {
        // Scenes look for Unicode frames while they are made.
        let mut desk = (scene.make)(Theme { glyphs: &UNICODE, ..theme });
        desk.app.set_theme(theme);
        look(&desk);
    }
}

fn desk(copy: Copy, role: Role, theme: Theme) -> Desk {
    let session = fixture::session(&copy.hub, fixture::name_of(role), role);
    let mut desk = Desk::themed(Some(copy), Start::Session(Box::new(session)), theme);
    desk.dressed = true;
    // What was read before keys and secrets were replaced is read again.
    desk.press("ctrl-l");
    desk
}

fn filled(theme: Theme) -> Desk {
    desk(Copy::filled(), Role::Administrator, theme)
}

pub fn list(theme: Theme) -> Desk {
    list_as(Role::Administrator, theme)
}

fn list_as(role: Role, theme: Theme) -> Desk {
    let mut desk = desk(Copy::filled(), role, theme);
    desk.press("enter enter").rest();
    desk
}

/// Does something on a desk and returns it.
fn then(mut desk: Desk, act: impl FnOnce(&mut Desk)) -> Desk {
    act(&mut desk);
    desk
}

fn sign_in(theme: Theme) -> Desk {
    Desk::themed(Some(Copy::filled()), Start::SignIn { account: "Acme Messaging".to_owned() }, theme)
}

pub fn one_time(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.press("n").types("nightly-export");
        d.dialog("Create new key · Basic Authentication").says("nightly-export").press("enter");
    })
}

fn rotated(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.selects("crm-sync").press("R").dialog("New secret for crm-sync").says("24 hours").press("enter");
    })
}

fn setting(row: &str, theme: Theme) -> Desk {
    then(filled(theme), |d| {
        d.press("enter").selects(row).press("enter").rest();
    })
}
