//! Users, the activity log and security.

use keydesk::account::{PublicKey, Role, UserState};
use keydesk::credential::Networks;
use keydesk::hub::{NewSshKey, Origin, TrailReport};
use keydesk::secret::Secret;
use keydesk::tui::msg::{Answer, Call, Msg};
use keydesk::tui::theme::Theme;

use crate::desk::{Desk, chord};
use crate::fixture::{self};

use super::{Scene, setting, then};

pub const SCENES: &[Scene] = &[
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
                d.press("enter ctrl-u").types("0");
                d.dialog("Lock after").says("is the default").press("enter");
            })
        },
    },
    Scene {
        name: "settings_verifier",
        make: |t| {
            then(setting("Security", t), |d| {
                d.press("↓ ↓ ↓ ↓ enter");
            })
        },
    },
    Scene { name: "user_new", make: |t| users(t, "n e r i k tab →") },
    Scene { name: "user_new_typed", make: |t| users(t, "n e r i k tab tab → tab") },
    Scene { name: "user_password_made", make: |t| users(t, "↓ p enter") },
    Scene { name: "user_note", make: |t| users(t, "↓ e") },
    Scene { name: "users_filter", make: |t| users(t, "/ s t a t e : l o c k e d") },
    Scene { name: "user_role", make: |t| users(t, "G r") },
    Scene { name: "user_disable", make: |t| users(t, "↓ d") },
    Scene { name: "user_enable", make: |t| users(t, "↓ ↓ d tab") },
    Scene { name: "user_unlock", make: |t| users(t, "G u") },
    Scene { name: "user_password", make: |t| users(t, "↓ p") },
    Scene { name: "user_keys_made", make: |t| users(t, "↓ enter") },
    Scene { name: "user_ssh_keys", make: |t| ssh_keys(t, "") },
    Scene { name: "user_ssh_key_new", make: |t| ssh_keys(t, "n") },
    Scene { name: "user_ssh_key_remove", make: |t| ssh_keys(t, "D") },
    Scene { name: "user_new_by_key", make: |t| users(t, "n e r i k tab tab → →") },
    Scene { name: "security", make: |t| setting("Security", t) },
];

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

/// The SSH keys of bram, of which one has limits.
fn ssh_keys(theme: Theme, keys: &str) -> Desk {
    let mut desk = users(theme, "");
    let alice = fixture::local(desk.hub(), "alice");
    for (line, label) in [(fixture::SSH_KEYS[0], "laptop"), (fixture::SSH_KEYS[1], "token")] {
        let key = PublicKey::parse(line).unwrap();
        let networks = Networks::from_line(if label == "laptop" { "203.0.113.0/24" } else { "" }).unwrap();
        let new = NewSshKey { label: Some(label.to_owned()), networks, ..NewSshKey::of(key) };
        desk.hub().add_ssh_key(&alice, "bram", &new).unwrap();
    }
    desk.waits(1_000);
    "↓ s".split(' ').chain(keys.split(' ').filter(|key| !key.is_empty())).for_each(|key| {
        desk.send(Msg::Key(chord(key)));
    });
    desk.rest();
    desk
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
                let report = TrailReport {
                    rows: 12,
                    no: 12,
                    hash: "0123456789abcdef".repeat(4),
                    whole: true,
                    ..TrailReport::default()
                };
                Some(Ok(Answer::Verified(report)))
            }
            _ => None,
        }));
        d.press("v");
    })
}
