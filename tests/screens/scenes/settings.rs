//! Users, the activity log and security.

use jiff::SignedDuration;
use keydesk::account::{Role, UserState};
use keydesk::credential::Networks;
use keydesk::hub::{NewSshKey, Origin, TrailReport};
use keydesk::secret::Secret;
use keydesk::time::Seconds;
use keydesk::tui::msg::{Answer, Call, Msg};
use keydesk::tui::theme::Theme;

use crate::desk::{Desk, chord};
use crate::fixture::{self, Copy};

use super::{Scene, filled, setting, then};

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
    Scene { name: "user_ssh_key_pasted", make: ssh_key_pasted },
    Scene { name: "user_ssh_key_remove", make: |t| ssh_keys(t, "D") },
    Scene { name: "users_with_ssh_keys", make: |t| ssh_keys(t, "esc") },
    Scene { name: "my_account_with_ssh_keys", make: |t| my_account(t, "↓") },
    Scene { name: "my_ssh_keys", make: |t| my_account(t, "s ↓") },
    Scene { name: "my_only_ssh_key_remove", make: only_key_removed },
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

/// Gives a user three SSH keys: one with a network that was used, one that expires soon, and one whose time is over.
fn add_ssh_keys(desk: &Desk, user: &str) {
    let (hub, clock) = (desk.hub(), &desk.clock);
    let by = fixture::local(hub, "bram");
    let in_days = |days: i64| Some(Seconds(hub.now().seconds().0 + days * 86_400));
    let add = |n: usize, label: &str, networks: &str, expires_at| {
        let networks = Networks::from_line(networks).unwrap();
        let new = NewSshKey { label: Some(label.to_owned()), networks, expires_at, ..fixture::ssh_key(n) };
        hub.add_ssh_key(&by, user, &new).unwrap()
    };
    let (days, hours) = (SignedDuration::from_hours(24 * 50), SignedDuration::from_hours(2));
    clock.advance(-days);
    let laptop = add(0, "laptop", "203.0.113.0/24", None);
    add(2, "old-desk", "", in_days(10));
    clock.advance(days - hours);
    fixture::session_by_key(hub, &laptop, 0);
    clock.advance(hours);
    add(1, "token", "", in_days(12));
}

/// The SSH keys of bram, as alice sees them.
fn ssh_keys(theme: Theme, keys: &str) -> Desk {
    let mut desk = users(theme, "");
    add_ssh_keys(&desk, "bram");
    desk.waits(1_000);
    presses(&mut desk, &format!("↓ s {keys}"));
    desk
}

/// The form for a new key, filled in.
fn ssh_key_pasted(theme: Theme) -> Desk {
    then(users(theme, "↓ s n"), |d| {
        d.pastes(fixture::SSH_KEYS[0]).press("tab tab").types("203.0.113.0/24").press("tab").types("90d");
    })
}

/// My account of alice, who has the same keys.
fn my_account(theme: Theme, keys: &str) -> Desk {
    let mut desk = filled(theme);
    add_ssh_keys(&desk, "alice");
    desk.waits(1_000);
    presses(&mut desk, &format!("↓ enter {keys}"));
    desk
}

/// frida, who has no password, is about to remove the key that she signed in with.
fn only_key_removed(theme: Theme) -> Desk {
    then(Desk::of_frida(Copy::filled(), theme), |d| {
        d.dressed = true;
        presses(d, "ctrl-l ↓ enter s D");
    })
}

fn presses(desk: &mut Desk, keys: &str) {
    keys.split(' ').filter(|key| !key.is_empty()).for_each(|key| {
        desk.send(Msg::Key(chord(key)));
    });
    desk.rest();
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
