//! Dialogs about keys, and the secret that is shown once.

use keydesk::credential::Verb;
use keydesk::hub::{HubError, ListQuery};
use keydesk::tui::msg::{Call, CopyOutcome};
use keydesk::tui::theme::Theme;

use crate::desk::Desk;
use crate::fixture::{self};

use super::{Scene, list, one_time, rotated, then};

pub const SCENES: &[Scene] = &[
    Scene {
        name: "revoked_seen_by_all",
        make: |t| {
            then(list(t), |d| {
                let verifiers = d.verifiers(&["gw1", "gw2", "gw3"]);
                d.revokes("crm-sync");
                verifiers.iter().for_each(|verifier| d.follows(verifier));
                d.rest();
            })
        },
    },
    Scene {
        name: "revoked_seen_by_some",
        make: |t| {
            then(list(t), |d| {
                let verifiers = d.verifiers(&["gw1", "gw2", "gw3"]);
                d.revokes("crm-sync");
                verifiers[..2].iter().for_each(|verifier| d.follows(verifier));
                d.waits(3_500);
            })
        },
    },
    Scene {
        name: "revoked_no_verifier",
        make: |t| {
            then(list(t), |d| {
                d.revokes("crm-sync").rest();
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
        name: "copy_as",
        make: |t| {
            then(one_time(t), |d| {
                d.press("C");
            })
        },
    },
    Scene {
        name: "export_list",
        make: |t| {
            then(list(t), |d| {
                d.press("x");
            })
        },
    },
    Scene {
        name: "copy_as_in_the_list",
        make: |t| {
            then(list(t), |d| {
                d.press("2").rest().press("C");
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
                d.press("s").dialog("The secret, once").says("crm-sync").press("enter").rest().press("O");
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
    Scene { name: "not_changed", make: conflict },
];

fn conflict(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.selects("crm-sync").press("D");
        let four = d.copied_last_four();
        d.types(&four);
        let bram = fixture::local(d.hub(), "bram");
        let page = d.hub().list(&bram, &ListQuery { limit: 9, ..ListQuery::default() }).unwrap();
        let row = page.rows.into_iter().find(|r| r.name == "crm-sync").unwrap();
        d.hub().set_state(&bram, &[row.target()], Verb::Disable).unwrap();
        d.dialog("Revoke crm-sync?").says("for good").press("enter");
    })
}

fn disk_full(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.instead = Some(Box::new(|call| match call {
            Call::Create(..) => {
                let said = "The disk is full: nothing was changed. Make room, then try again.".to_owned();
                Some(Err(HubError::Unavailable(said)))
            }
            _ => None,
        }));
        d.press("n").types("nightly-export");
        d.dialog("Create new key · Basic Authentication").says("nightly-export").press("enter");
    })
}

fn looking(theme: Theme) -> Desk {
    then(list(theme), |d| {
        d.press("F").types("kdsabc").dialog("Find by secret").says("Paste it").stalls().press("enter");
        d.progresses(1_200);
    })
}

/// The secret of crm-sync, replaced by one that the test knows.
fn found(theme: Theme) -> Desk {
    then(list(theme), |d| {
        let secret = d.new_secret_of("crm-sync");
        d.waits(1_500).press("F").pastes(&secret).dialog("Find by secret").says("Paste it").press("enter").rest();
    })
}
