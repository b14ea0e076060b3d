//! Lists, details, documentation and help.

use keydesk::account::Role;
use keydesk::credential::{Kind, Options, Verb};
use keydesk::tui::theme::Theme;

use crate::desk::Desk;
use crate::fixture::{self, Copy};

use super::{Scene, desk, filled, list, list_as, one_time, rotated, then};

pub const SCENES: &[Scene] = &[
    Scene {
        name: "api_revoked",
        make: |t| {
            then(list(t), |d| {
                let bram = fixture::local(d.hub(), "bram");
                let row = d.row_of("old-gateway");
                d.hub().set_state(&bram, &[row.target()], Verb::Revoke).unwrap();
                d.press("ctrl-l .").rest().selects("old-gateway").rest();
            })
        },
    },
    Scene {
        name: "api_basic",
        make: |t| {
            then(list(t), |d| {
                d.selects("crm-sync").rest();
            })
        },
    },
    Scene {
        name: "api_hmac",
        make: |t| {
            then(list(t), |d| {
                d.press("2").rest();
            })
        },
    },
    Scene {
        name: "api_legacy",
        make: |t| {
            then(list(t), |d| {
                d.press("3").rest();
            })
        },
    },
    Scene {
        name: "api_ticked",
        make: |t| {
            then(list(t), |d| {
                d.press("space").selects("支払い").press("space ↑ o c").rest();
            })
        },
    },
    Scene {
        name: "api_filter",
        make: |t| {
            then(list(t), |d| {
                d.press("/").types("by:bram sync");
            })
        },
    },
    Scene {
        name: "api_filter_wrong",
        make: |t| {
            then(list(t), |d| {
                d.press("/").types("sync expires<soon");
            })
        },
    },
    Scene {
        name: "api_filter_finds_nothing",
        make: |t| {
            then(list(t), |d| {
                d.press("/").types("nothing-like-it").press("enter").rest();
            })
        },
    },
    Scene { name: "api_advanced_user", make: |t| list_as(Role::Advanced, t) },
    Scene { name: "api_basic_user", make: |t| list_as(Role::Basic, t) },
    Scene {
        name: "api_empty",
        make: |t| {
            then(desk(Copy::bare(), Role::Administrator, t), |d| {
                d.press("enter enter 2").rest();
            })
        },
    },
    Scene { name: "api_names_of_the_world", make: named },
    Scene {
        name: "documentation_basic",
        make: |t| {
            then(list(t), |d| {
                d.press("tab");
            })
        },
    },
    Scene {
        name: "documentation_hmac",
        make: |t| {
            then(list(t), |d| {
                d.press("2").rest().press("tab");
            })
        },
    },
    Scene {
        name: "documentation_legacy",
        make: |t| {
            then(list(t), |d| {
                d.press("3").rest().press("tab");
            })
        },
    },
    Scene {
        name: "documentation_restricted",
        make: |t| {
            then(restricted(t), |d| {
                d.press("tab ←");
            })
        },
    },
    Scene {
        name: "documentation_basic_user",
        make: |t| {
            then(list_as(Role::Basic, t), |d| {
                d.press("tab");
            })
        },
    },
    Scene {
        name: "documentation_copied",
        make: |t| {
            then(list(t), |d| {
                d.press("3").rest().press("tab G y");
            })
        },
    },
    Scene {
        name: "activity",
        make: |t| {
            then(list(t), |d| {
                d.press("tab tab").rest();
            })
        },
    },
    Scene { name: "activity_refused", make: |t| crate::refused::on_refused(list(t)) },
    Scene {
        name: "documentation_gateways",
        make: |t| {
            then(list(t), |d| {
                d.press("tab 4");
            })
        },
    },
    Scene {
        name: "documentation_page",
        make: |t| {
            then(filled(t), |d| {
                d.press("↓ ↓ enter");
            })
        },
    },
    Scene {
        name: "api_two_secrets",
        make: |t| {
            then(rotated(t), |d| {
                d.press("s").dialog("The secret, once").says("crm-sync").press("enter").rest();
            })
        },
    },
    Scene {
        name: "details_history",
        make: |t| {
            then(list(t), |d| {
                d.selects("old-gateway").press("enter 3").rest();
            })
        },
    },
    Scene {
        name: "details",
        make: |t| {
            then(list(t), |d| {
                d.press("2").rest().press("enter");
            })
        },
    },
    Scene {
        name: "details_used",
        make: |t| {
            then(list(t), |d| {
                crate::hits::used_and_refused(d);
                d.selects("crm-sync").press("enter 2").rest();
            })
        },
    },
    Scene {
        name: "api_used",
        make: |t| {
            then(list(t), |d| {
                crate::hits::used_and_refused(d);
                d.selects("crm-sync").rest();
            })
        },
    },
    Scene {
        name: "tampered",
        make: |t| {
            then(list(t), |d| {
                let database = rusqlite::Connection::open(d.copy.as_ref().unwrap().database()).unwrap();
                database.execute("UPDATE credential SET note = 'mine' WHERE name = 'crm-sync'", []).unwrap();
                d.press("ctrl-l").rest().selects("crm-sync").press("e");
            })
        },
    },
    Scene {
        name: "details_two_secrets",
        make: |t| {
            then(rotated(t), |d| {
                d.press("s").dialog("The secret, once").says("crm-sync").press("enter").rest().press("enter");
            })
        },
    },
    Scene {
        name: "denied",
        make: |t| {
            then(list_as(Role::Advanced, t), |d| {
                d.press("D");
            })
        },
    },
    Scene {
        name: "help_list",
        make: |t| {
            then(list(t), |d| {
                d.press("?");
            })
        },
    },
    Scene {
        name: "help_advanced_user",
        make: |t| {
            then(list_as(Role::Advanced, t), |d| {
                d.press("?");
            })
        },
    },
    Scene {
        name: "help_form",
        make: |t| {
            then(list(t), |d| {
                d.press("n F1");
            })
        },
    },
    Scene {
        name: "help_one_time",
        make: |t| {
            then(one_time(t), |d| {
                d.press("?");
            })
        },
    },
];

fn named(theme: Theme) -> Desk {
    let copy = Copy::bare();
    let alice = fixture::local(&copy.hub, "alice");
    for name in [
        &*"a-very-long-name-that-does-not-fit-into-any-column-of-the-list-x".to_owned(),
        "支払い支払い支払い支払い支払い支払い支払い支払い支払い支払い支払い",
        "🔑 key 🔑 with 🔑 emoji 🔑 of 🔑 two 🔑 columns",
        "naïve café Ελληνικά",
        "עברית",
    ] {
        copy.hub.create(&alice, &fixture::wanted(Kind::Basic, name, Options::default())).unwrap();
    }
    then(desk(copy, Role::Administrator, theme), |d| {
        d.press("enter enter").rest();
    })
}

/// A disabled HMAC key that may not sign as the published package does.
fn restricted(theme: Theme) -> Desk {
    let copy = Copy::bare();
    let alice = fixture::local(&copy.hub, "alice");
    let options = Options { algorithms: "hmac-sha512".parse().unwrap(), ..Options::default() };
    let made = copy.hub.create(&alice, &fixture::wanted(Kind::Hmac, "sha512-only", options)).unwrap();
    copy.hub.set_state(&alice, &[made.row.target()], Verb::Disable).unwrap();
    then(desk(copy, Role::Administrator, theme), |d| {
        d.press("enter enter 2").rest();
    })
}
