//! The pictures of the README are drawn from the real screen, and the table of keys has every key.

use std::fs;
use std::path::PathBuf;

use keydesk::account::Role;
use keydesk::tui::keymap;

use super::desk::Desk;
use super::picture;

fn dressed() -> Desk {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.dressed = true;
    desk.press("ctrl-l").press("enter enter").rest();
    desk
}

/// Compares with the file; with `KEYDESK_BLESS=1` writes it.
fn compare(name: &str, svg: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    if std::env::var_os("KEYDESK_BLESS").is_some() {
        fs::write(&path, svg).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == svg, "assets/{name} is not what the screen shows. KEYDESK_BLESS=1 draws it anew.");
}

#[test]
fn the_readme_shows_the_list_as_it_is() {
    let mut desk = dressed();
    desk.selects("crm-sync").rest();
    compare("desk.svg", &picture::svg(&desk.buffer(), "API Settings: the list of Basic keys"));
}

#[test]
fn the_readme_shows_the_one_time_view_as_it_is() {
    let mut desk = dressed();
    desk.press("n").types("nightly-export");
    desk.dialog("Create new key · Basic Authentication").says("nightly-export").press("enter").press("c");
    desk.sees(super::fixed_secrets::FAKE_SECRET);
    compare("secret.svg", &picture::svg(&desk.buffer(), "The one-time view: key and secret, copied"));
}

#[test]
fn the_key_table_has_every_key_that_help_shows() {
    let table = keymap::markdown();
    for binding in keymap::BINDINGS {
        assert_eq!(binding.keys_in_help().is_some(), binding.keys != "-");
        if binding.keys != "-" {
            assert!(table.contains(binding.words), "{}", binding.words);
        }
    }
}
