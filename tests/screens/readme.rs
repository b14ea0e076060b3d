//! The pictures of the README are drawn from the real screen on the desk of the demo, and the table of keys has every key.

use std::fs;
use std::path::PathBuf;

use keydesk::tui::keymap;

use super::desk::Desk;
use super::svg;

/// On the list of the demo, with keys that are the same in every run.
fn on_list() -> Desk {
    let mut desk = Desk::of_the_demo();
    desk.press("enter enter").rest();
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
    let mut desk = on_list();
    desk.selects("crm-sync").waits(1_000).rest();
    compare("desk.svg", &svg::still(&desk.buffer(), "API Settings: the list of Basic keys"));
}

#[test]
fn the_readme_shows_the_one_time_view_as_it_is() {
    let mut desk = on_list();
    desk.press("n").types("nightly-import");
    desk.dialog("Create new key · Basic Authentication").says("nightly-import").press("enter").press("c");
    desk.sees(super::fixed_secrets::FAKE_SECRET);
    compare("secret.svg", &svg::still(&desk.buffer(), "The one-time view: key and secret, copied"));
}

/// From the menu to a key that is looked at, several that are ticked, and a new one that is handed over.
#[test]
fn the_readme_shows_a_tour_of_the_desk() {
    let mut desk = Desk::of_the_demo();
    let mut frames = Vec::new();
    let mut show = |desk: &mut Desk, seconds| frames.push((desk.rest().buffer(), seconds));
    show(&mut desk, 3);
    desk.press("enter enter").rest().selects("crm-sync").waits(1_000);
    show(&mut desk, 3);
    desk.press("enter 2").rest();
    show(&mut desk, 3);
    desk.press("esc /").types("env=prod").press("enter").rest().press("a");
    show(&mut desk, 3);
    desk.press("esc esc").rest().press("n").types("nightly-import");
    show(&mut desk, 2);
    desk.dialog("Create new key · Basic Authentication").says("nightly-import").press("enter");
    show(&mut desk, 2);
    desk.press("C");
    show(&mut desk, 2);
    desk.press("e").sees("as .env");
    show(&mut desk, 3);
    compare("tour.svg", &svg::animated(&frames, "A tour: the menu, a credential, ticks, a new key"));
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
