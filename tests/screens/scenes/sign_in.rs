//! Set-up, sign-in, the menu, and a desk that cannot be used.

use keydesk::account::Role;
use keydesk::hub::{HubError, Via};
use keydesk::tui::Start;
use keydesk::tui::theme::Theme;

use crate::desk::Desk;
use crate::fixture::{self, Copy, PASSWORD};

use super::{Scene, desk, filled, list, sign_in, then};

pub const SCENES: &[Scene] = &[
    Scene { name: "set_up", make: set_up },
    Scene {
        name: "sign_in",
        make: |t| {
            then(sign_in(t), |d| {
                d.types("alice");
            })
        },
    },
    Scene {
        name: "sign_in_wrong",
        make: |t| {
            then(sign_in(t), |d| {
                d.types("alice").press("tab").types("not the password");
                d.dialog("Acme Messaging").says("alice").press("enter");
            })
        },
    },
    Scene {
        name: "sign_in_locked",
        make: |t| {
            then(sign_in(t), |d| {
                d.types("alice").press("tab");
                for _ in 0..5 {
                    d.types("wrong").dialog("Acme Messaging").says("alice").press("enter");
                }
            })
        },
    },
    Scene {
        name: "locked",
        make: |t| {
            then(list(t), |d| {
                d.press("L");
            })
        },
    },
    Scene { name: "password_forced", make: forced },
    Scene { name: "menu", make: filled },
    Scene { name: "menu_basic_user", make: |t| desk(Copy::filled(), Role::Basic, t) },
    Scene { name: "menu_to_look_at", make: dropped },
    Scene {
        name: "settings",
        make: |t| {
            then(filled(t), |d| {
                d.press("enter");
            })
        },
    },
    Scene {
        name: "settings_advanced_user",
        make: |t| {
            then(desk(Copy::filled(), Role::Advanced, t), |d| {
                d.press("enter ↓");
            })
        },
    },
    Scene { name: "password_again", make: again },
    Scene {
        name: "my_account",
        make: |t| {
            then(filled(t), |d| {
                d.press("↓ enter");
            })
        },
    },
    Scene {
        name: "password",
        make: |t| {
            then(filled(t), |d| {
                d.press("↓ enter enter").types("old").press("tab").types("a new");
            })
        },
    },
    Scene { name: "store_gone", make: store_gone },
];

fn forced(theme: Theme) -> Desk {
    then(sign_in(theme), |d| {
        d.types("chen").press("tab").types(PASSWORD);
        d.dialog("Acme Messaging").says("chen").press("enter");
    })
}

fn set_up(theme: Theme) -> Desk {
    then(Desk::themed(None, Start::SetUp, theme), |d| {
        d.types("Acme Messaging").press("tab").types("alice").press("tab").types(PASSWORD).press("tab");
        d.types("correct");
    })
}

fn dropped(theme: Theme) -> Desk {
    let copy = Copy::filled();
    let session = fixture::dropped_session(&copy, "webhooks-staging");
    then(Desk::themed(Some(copy), Start::Session(Box::new(session)), theme), |d| {
        d.press("tab");
    })
}

fn store_gone(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.instead = Some(Box::new(|_| {
            let said = "The database cannot be written: the disk is full. Make room; nothing was changed.".to_owned();
            Some(Err(HubError::Unavailable(said)))
        }));
        d.waits(1_000);
    })
}

fn again(theme: Theme) -> Desk {
    let copy = Copy::filled();
    let mut session = fixture::session(&copy.hub, "alice", Role::Administrator);
    session.actor.via = Via::Password;
    then(Desk::themed(Some(copy), Start::Session(Box::new(session)), theme), |d| {
        d.press("enter").selects("Users").press("enter").rest().selects("chen").press("d");
        d.dialog("Disable chen?").says("chen").press("tab enter");
        d.types("not mine").dialog("Your password again").says("••••").press("enter");
    })
}
