//! A store that is away, or of which nobody knows what it kept.

use keydesk::hub::StoreNotice;
use keydesk::tui::theme::Theme;

use crate::desk::Desk;

use crate::store_away::{copied, two_primaries};

use super::{Scene, filled, list, then};

pub const SCENES: &[Scene] = &[
    Scene { name: "store_away", make: |t| typing(t, |d| d.loses_its_store().waits(2_000)) },
    Scene { name: "store_asked", make: |t| typing(t, Desk::begins_to_ask) },
    Scene { name: "store_unknown", make: |t| typing(t, |d| d.begins_to_ask().press("esc")) },
    Scene { name: "store_did_not_keep", make: |t| typing(t, |d| d.fails(NOT_KEPT).press("enter")) },
    Scene { name: "store_back", make: back },
    Scene { name: "store_went_back", make: went_back },
    Scene { name: "store_two_primaries", make: |t| typing(t, |d| d.is_told(&[two_primaries()])) },
    Scene { name: "store_copied", make: |t| typing(t, |d| d.is_told(&[copied()])) },
    Scene { name: "store_unconfirmed", make: |t| typing(t, |d| d.is_told(&[StoreNotice::Unconfirmed])) },
    Scene {
        name: "menu_unconfirmed",
        make: |t| {
            then(filled(t), |d| {
                d.is_told(&[StoreNotice::Unconfirmed]).waits(6_000);
            })
        },
    },
    Scene {
        name: "menu_copied",
        make: |t| {
            then(filled(t), |d| {
                d.is_told(&[copied()]).waits(6_000);
            })
        },
    },
    Scene {
        name: "menu_two_primaries",
        make: |t| {
            then(filled(t), |d| {
                d.is_told(&[two_primaries()]).press("x");
            })
        },
    },
];

const NOT_KEPT: &str = "The store could not keep the change. Nothing was changed; try again.";
const WENT_BACK: &str = "The store went back: it lacks changes that were seen before. An older copy was put back, or a server \
                         that had not got them took over. Nothing was changed; put the newest back, or accept what is there \
                         (`keydesk audit accept --as NAME`), then start keydesk again.";

fn typing(theme: Theme, act: impl FnOnce(&mut Desk) -> &mut Desk) -> Desk {
    then(list(theme), |d| {
        act(d.fills_in("nightly-export"));
    })
}

fn back(theme: Theme) -> Desk {
    typing(theme, |d| {
        d.loses_its_store().waits(2_000).press("x");
        d.instead = None;
        d.waits(2_000)
    })
}

fn went_back(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.fails(WENT_BACK).waits(2_000);
    })
}
