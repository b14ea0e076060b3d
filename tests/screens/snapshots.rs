//! A picture of every screen and dialog, with its styles and its cursor.
//!
//! Nothing in a picture is a real key or secret: see `dressed` in the driver. `INSTA_UPDATE=always` writes them anew.

use keydesk::{
    account::{Role, UserState},
    credential::{Kind, Options, Verb},
    hub::{HubError, ListQuery, Origin, TrailReport, Via},
    secret::Secret,
    tui::{
        Start,
        msg::{Call, CopyOutcome, Msg, Reply},
        theme::{ASCII, Palette, Theme, UNICODE},
    },
};

use super::desk::{Desk, chord};
use super::fixture::{self, Copy, PASSWORD};
use super::picture;

/// What is drawn.
struct Scene {
    name: &'static str,
    make: fn(Theme) -> Desk,
}

/// Draws every scene in a theme.
pub fn each_scene(theme: Theme, mut look: impl FnMut(&Desk)) {
    for scene in SCENES {
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
    // What was read before the dressing is read again.
    desk.press("ctrl-l");
    desk
}

fn filled(theme: Theme) -> Desk {
    desk(Copy::filled(), Role::Administrator, theme)
}

fn list(theme: Theme) -> Desk {
    list_as(Role::Administrator, theme)
}

fn list_as(role: Role, theme: Theme) -> Desk {
    let mut desk = desk(Copy::filled(), role, theme);
    desk.press("enter enter").rest();
    desk
}

/// Does things on a desk that is handed on.
fn then(mut desk: Desk, act: impl FnOnce(&mut Desk)) -> Desk {
    act(&mut desk);
    desk
}

fn sign_in(theme: Theme) -> Desk {
    Desk::themed(Some(Copy::filled()), Start::SignIn { account: "Acme Messaging".to_owned() }, theme)
}

fn one_time(theme: Theme) -> Desk {
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

/// Users, one of them disabled and one locked.
fn users(theme: Theme, keys: &str) -> Desk {
    then(setting("Users", theme), |d| {
        let alice = fixture::local(d.hub(), "alice");
        d.hub().set_user_state(&alice, &fixture::seen(d.hub(), "chen"), UserState::Disabled).unwrap();
        for _ in 0..5 {
            d.hub().sign_in("dora", &Secret::from_text("wrong"), &Origin::default()).unwrap();
        }
        d.hub().sign_in("bram", &fixture::password(), &Origin::default()).unwrap();
        d.waits(1_000);
        keys.split(' ').filter(|key| !key.is_empty()).for_each(|key| {
            d.send(Msg::Key(chord(key)));
        });
        d.rest();
    })
}

/// The activity log, with the keys named as pictures need them.
fn log(theme: Theme, keys: &str) -> Desk {
    then(setting("Activity log", theme), |d| {
        let bram = fixture::local(d.hub(), "bram");
        d.hub().set_role(&bram, &fixture::seen(d.hub(), "chen"), Role::Advanced).unwrap();
        d.press("ctrl-l");
        keys.split(' ').for_each(|key| {
            d.send(Msg::Key(chord(key)));
        });
        d.rest();
    })
}

fn verified(theme: Theme) -> Desk {
    then(setting("Activity log", theme), |d| {
        d.instead = Some(Box::new(|call| match call {
            Call::Verify(_) => {
                let report =
                    TrailReport { rows: 12, no: 12, hash: "0123456789abcdef".repeat(4), broken: None, went_back: None };
                Some(Reply::Verified(Ok(report)))
            }
            _ => None,
        }));
        d.press("v");
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

fn looking(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.press("F").types("kdsabc").dialog("Find by secret").says("Paste it").stalls().press("enter");
        d.progresses(1_200);
    })
}

/// The secret of crm-sync, made anew so that a test knows it.
fn found(theme: Theme) -> Desk {
    then(list(theme), |d| {
        let secret = d.new_secret_of("crm-sync");
        d.waits(1_500).press("F").pastes(&secret).dialog("Find by secret").says("Paste it").press("enter").rest();
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

fn forced(theme: Theme) -> Desk {
    then(sign_in(theme), |d| {
        d.types("chen").press("tab").types(PASSWORD);
        d.dialog("Acme Messaging").says("chen").press("enter");
    })
}

fn conflict(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.selects("crm-sync").press("D");
        let four = d.copied_last_four();
        d.types(&four);
        let bram = fixture::local(d.hub(), "bram");
        let page = d.hub().list(&bram, &ListQuery { limit: 9, ..ListQuery::default() }).unwrap();
        let row = page.rows.into_iter().find(|r| r.name == "crm-sync").unwrap();
        d.hub().set_state(&bram, &[row.target()], Verb::Disable).unwrap();
        d.dialog("Revoke crm-sync?").says("undone").press("enter");
    })
}

fn store_gone(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.instead = Some(Box::new(|_| {
            let said = "The database cannot be written: the disk is full. Make room; nothing was changed.".to_owned();
            Some(Reply::Pulse(Err(HubError::Unavailable(said))))
        }));
        d.waits(1_000);
    })
}

fn disk_full(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.instead = Some(Box::new(|call| match call {
            Call::Create(..) => {
                let said = "The disk is full: nothing was changed. Make room, then try again.".to_owned();
                Some(Reply::Issued(Err(HubError::Unavailable(said))))
            }
            _ => None,
        }));
        d.press("n").types("nightly-export");
        d.dialog("Create new key · Basic Authentication").says("nightly-export").press("enter");
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

const SCENES: &[Scene] = &[
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
        name: "api_revoked",
        make: |t| {
            then(list(t), |d| {
                let bram = fixture::local(d.hub(), "bram");
                let row = d.row_of("old-gateway");
                d.hub().set_state(&bram, &[row.target()], Verb::Revoke).unwrap();
                d.press("ctrl-l A").rest().selects("old-gateway").rest();
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
                d.press("space").selects("支払い").press("space ↑ o o").rest();
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
    Scene { name: "activity_refused", make: |t| super::refused::on_refused(list(t)) },
    Scene { name: "activity_log", make: |t| setting("Activity log", t) },
    Scene { name: "users", make: |t| users(t, "") },
    Scene { name: "activity_entry", make: |t| log(t, "g enter") },
    Scene { name: "activity_filter", make: |t| log(t, "/ b r a m tab tab") },
    Scene { name: "activity_filtered", make: |t| log(t, "↓ ↓ w t") },
    Scene { name: "activity_export", make: |t| log(t, "x") },
    Scene { name: "activity_nothing", make: |t| log(t, "t t w") },
    Scene { name: "activity_verified", make: verified },
    Scene {
        name: "lock_time",
        make: |t| {
            then(setting("Security", t), |d| {
                d.press("e ctrl-u").types("0");
                d.dialog("Lock time").says("so long").press("enter");
            })
        },
    },
    Scene {
        name: "settings_verifier",
        make: |t| {
            then(setting("Security", t), |d| {
                d.press("v tab");
            })
        },
    },
    Scene {
        name: "documentation_gateways",
        make: |t| {
            then(list(t), |d| {
                d.press("tab 4");
            })
        },
    },
    Scene { name: "user_new", make: |t| users(t, "n e r i k tab →") },
    Scene { name: "user_role", make: |t| users(t, "G r") },
    Scene { name: "user_disable", make: |t| users(t, "↓ d") },
    Scene { name: "user_enable", make: |t| users(t, "↓ ↓ d tab") },
    Scene { name: "user_unlock", make: |t| users(t, "G u") },
    Scene { name: "user_password", make: |t| users(t, "↓ p") },
    Scene { name: "user_keys_made", make: |t| users(t, "↓ enter") },
    Scene { name: "password_again", make: again },
    Scene { name: "security", make: |t| setting("Security", t) },
    Scene {
        name: "my_account",
        make: |t| {
            then(filled(t), |d| {
                d.press("↓ enter");
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
        name: "password",
        make: |t| {
            then(filled(t), |d| {
                d.press("↓ enter enter").types("old").press("tab").types("a new");
            })
        },
    },
    Scene {
        name: "create_basic",
        make: |t| {
            then(list(t), |d| {
                d.press("n").types("nightly-export").rest();
            })
        },
    },
    Scene {
        name: "create_taken_name",
        make: |t| {
            then(list(t), |d| {
                d.press("n").types("crm-sync").rest();
            })
        },
    },
    Scene {
        name: "create_hmac_options",
        make: |t| {
            then(list(t), |d| {
                d.press("2")
                    .rest()
                    .press("n")
                    .types("webhooks-new")
                    .press("tab → tab tab")
                    .types("90d")
                    .press("tab tab tab tab");
            })
        },
    },
    Scene {
        name: "create_wrong_option",
        make: |t| {
            then(list(t), |d| {
                d.press("n").types("nightly-export").press("tab → tab tab").types("soon").press("tab tab");
                d.dialog("Create new key · Basic Authentication").says("soon").press("enter");
            })
        },
    },
    Scene {
        name: "create_legacy",
        make: |t| {
            then(list(t), |d| {
                d.press("3 n").types("smsnight").rest().press("tab").types("abcdefghij");
            })
        },
    },
    Scene {
        name: "create_legacy_generated",
        make: |t| {
            then(list(t), |d| {
                d.press("3 n").types("smsnight").rest().press("tab tab");
                d.dialog("Create new key · Legacy API Credentials").says("Generate").press("enter");
            })
        },
    },
    Scene { name: "create_disk_full", make: disk_full },
    Scene { name: "one_time", make: one_time },
    Scene {
        name: "one_time_copied",
        make: |t| {
            then(one_time(t), |d| {
                d.press("c");
            })
        },
    },
    Scene {
        name: "one_time_masked",
        make: |t| {
            then(one_time(t), |d| {
                d.press("m");
            })
        },
    },
    Scene {
        name: "one_time_cannot_copy",
        make: |t| {
            then(one_time(t), |d| {
                let said = "This terminal cannot copy. Select the secret with the mouse, or type it off.".to_owned();
                d.outcome = CopyOutcome::Impossible(said);
                d.press("c");
            })
        },
    },
    Scene { name: "one_time_rotated", make: rotated },
    Scene {
        name: "ask_close",
        make: |t| {
            then(one_time(t), |d| {
                d.press("esc");
            })
        },
    },
    Scene {
        name: "ask_quit",
        make: |t| {
            then(one_time(t), |d| {
                d.press("ctrl-c");
            })
        },
    },
    Scene {
        name: "created_typed_legacy",
        make: |t| {
            then(list(t), |d| {
                d.press("3 n").types("smsnight").press("tab").types("Abcdef1");
                d.dialog("Create new key · Legacy API Credentials").says("Password").press("enter");
            })
        },
    },
    Scene {
        name: "rotate",
        make: |t| {
            then(list(t), |d| {
                d.selects("crm-sync").press("R");
            })
        },
    },
    Scene {
        name: "edit",
        make: |t| {
            then(list(t), |d| {
                d.selects("支払い").press("e tab tab ctrl-u").types("soon").press("tab tab");
                d.dialog("Edit 支払い-batch").says("Networks").press("enter");
            })
        },
    },
    Scene {
        name: "edit_two",
        make: |t| {
            then(list(t), |d| {
                d.press("space").selects("支払い").press("space e");
            })
        },
    },
    Scene {
        name: "edit_legacy",
        make: |t| {
            then(list(t), |d| {
                d.press("3").rest().press("e shift-tab");
            })
        },
    },
    Scene {
        name: "another_password",
        make: |t| {
            then(list(t), |d| {
                d.press("3")
                    .rest()
                    .press("e shift-tab")
                    .dialog("Edit smsbatch")
                    .says("Another password")
                    .press("enter");
                d.types("abcdef");
            })
        },
    },
    Scene {
        name: "edit_conflict",
        make: |t| {
            then(list(t), |d| {
                d.selects("crm-sync").press("e").types("-2");
                d.bram_renames("crm-sync", "crm-sync-eu");
                d.press("shift-tab shift-tab").dialog("Edit crm-sync").says("crm-sync-2").press("enter");
            })
        },
    },
    Scene {
        name: "stop_old",
        make: |t| {
            then(rotated(t), |d| {
                d.press("s").dialog("Save the new secret now").says("crm-sync").press("enter").rest().press("O");
            })
        },
    },
    Scene {
        name: "api_two_secrets",
        make: |t| {
            then(rotated(t), |d| {
                d.press("s").dialog("Save the new secret now").says("crm-sync").press("enter").rest();
            })
        },
    },
    Scene {
        name: "find",
        make: |t| {
            then(list(t), |d| {
                d.press("F").types("kdsabc");
            })
        },
    },
    Scene {
        name: "find_nothing",
        make: |t| {
            then(list(t), |d| {
                d.press("F").types("kdsabc").dialog("Find by secret").says("Paste it").press("enter");
            })
        },
    },
    Scene { name: "find_looking", make: looking },
    Scene { name: "found", make: found },
    Scene {
        name: "rotate_found",
        make: |t| {
            then(found(t), |d| {
                d.press("tab").dialog("Found: crm-sync").says("crm-sync").press("enter");
            })
        },
    },
    Scene {
        name: "details_history",
        make: |t| {
            then(list(t), |d| {
                d.selects("old-gateway").press("enter").rest().press("G");
            })
        },
    },
    Scene {
        name: "disable",
        make: |t| {
            then(list(t), |d| {
                d.selects("crm-sync").press("d");
            })
        },
    },
    Scene {
        name: "revoke_one",
        make: |t| {
            then(list(t), |d| {
                d.selects("crm-sync").press("D");
            })
        },
    },
    Scene {
        name: "revoke_two",
        make: |t| {
            then(list(t), |d| {
                d.press("space").selects("支払い").press("space D").types("2");
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
        name: "details_two_secrets",
        make: |t| {
            then(rotated(t), |d| {
                d.press("s").dialog("Save the new secret now").says("crm-sync").press("enter").rest().press("enter");
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
    Scene { name: "not_changed", make: conflict },
    Scene { name: "store_gone", make: store_gone },
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

/// Scenes that are also drawn in the smallest window, without colour, for light backgrounds and in ASCII.
const CHOSEN: &[&str] = &[
    "set_up",
    "sign_in_wrong",
    "menu",
    "settings",
    "api_basic",
    "api_filter_wrong",
    "api_names_of_the_world",
    "create_basic",
    "create_hmac_options",
    "create_legacy",
    "one_time_copied",
    "documentation_hmac",
    "rotate",
    "edit",
    "another_password",
    "revoke_two",
    "details",
    "found",
    "denied",
    "help_list",
    "users",
    "activity_log",
    "user_new",
    "store_gone",
];

fn check(desk: &Desk, name: &str) {
    let (buffer, cursor) = desk.frame();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.to_owned(), picture::with_styles(&buffer, cursor)));
}

#[test]
fn every_scene_in_the_two_usual_sizes() {
    for scene in SCENES {
        let mut desk = (scene.make)(Theme::default());
        check(&desk, scene.name);
        desk.sized(120, 40).rest();
        check(&desk, &format!("{}_120x40", scene.name));
    }
}

fn chosen() -> impl Iterator<Item = &'static Scene> {
    CHOSEN.iter().map(|name| SCENES.iter().find(|s| s.name == *name).unwrap())
}

#[test]
fn chosen_scenes_in_the_smallest_window() {
    for scene in chosen() {
        let mut desk = (scene.make)(Theme::default());
        desk.sized(60, 16).rest();
        check(&desk, &format!("{}_60x16", scene.name));
    }
}

#[test]
fn chosen_scenes_without_colour_and_in_ascii() {
    for scene in chosen() {
        let ascii = Theme { palette: Palette::None, glyphs: &ASCII };
        // Scenes look for Unicode frames while they are made, so the glyphs are changed in what they made.
        let mut desk = (scene.make)(Theme { palette: Palette::None, glyphs: &UNICODE });
        check(&desk, &format!("{}_no_color", scene.name));
        desk.app.set_theme(ascii);
        let (buffer, cursor) = desk.frame();
        let foreign = picture::text(&buffer).chars().filter(|c| !c.is_ascii()).collect::<String>();
        let names = ["api_names_of_the_world", "api_basic", "revoke_two", "rotate", "denied"];
        if !names.contains(&scene.name) {
            assert_eq!(foreign.replace(['支', '払', 'い'], ""), "", "{} at {cursor:?}", scene.name);
        }
        check(&desk, &format!("{}_ascii", scene.name));
    }
}

#[test]
fn a_light_background() {
    let light = Theme { palette: Palette::Light, glyphs: &UNICODE };
    check(&list(light), "api_basic_light");
}

#[test]
fn a_window_that_is_too_small() {
    let mut desk = list(Theme::default());
    desk.sized(59, 15);
    check(&desk, "too_small_59x15");
}

#[test]
fn pictures_hold_no_real_secret() {
    let desk = one_time(Theme::default());
    desk.buffer();
    assert!(desk.shows(super::desk::FAKE_SECRET));
    assert!(!keydesk::credential::holds_api_secret(super::desk::FAKE_SECRET));
}
