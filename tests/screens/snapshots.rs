//! A picture of every screen and dialog, with its styles and its cursor.
//!
//! Nothing in a picture is a real key or secret: see `dressed` in the driver. `INSTA_UPDATE=always` writes them anew.

use keydesk::tui::theme::{ASCII, Palette, Theme, UNICODE};

use super::desk::Desk;
use super::picture;
use super::scenes::{self, Scene, list, one_time};

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
    "users_with_ssh_keys",
    "user_ssh_keys",
    "user_ssh_key_new",
    "user_ssh_key_pasted",
    "user_ssh_key_remove",
    "my_account_with_ssh_keys",
    "my_ssh_keys",
    "my_only_ssh_key_remove",
    "store_gone",
];

/// Keys are random, and so are the hashes of entries about them.
fn with_one_hash(shown: &str) -> String {
    let line = |line: &str| match line.find('…').filter(|at| line.contains("Hash  ") && *at > 8) {
        Some(at) => format!("{}7893798e…9025ce{}", &line[..at - 8], &line[at + '…'.len_utf8() + 6..]),
        None => line.to_owned(),
    };
    shown.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Letters of the names in the scenes: what users typed is drawn as it is.
const NAMES: &str = "支払い";

fn check(desk: &Desk, name: &str) {
    let (buffer, cursor) = desk.frame();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let shown = with_one_hash(&picture::with_styles(&buffer, cursor));
    settings.bind(|| insta::assert_snapshot!(name.to_owned(), shown));
}

#[test]
fn every_scene_looks_as_recorded_in_two_sizes() {
    for scene in scenes::all() {
        let mut desk = (scene.make)(Theme::default());
        check(&desk, scene.name);
        desk.sized(120, 40).rest();
        check(&desk, &format!("{}_120x40", scene.name));
    }
}

fn chosen() -> impl Iterator<Item = &'static Scene> {
    CHOSEN.iter().map(|name| scenes::all().find(|s| s.name == *name).unwrap())
}

#[test]
fn chosen_scenes_look_as_recorded_in_the_smallest_window() {
    for scene in chosen() {
        let mut desk = (scene.make)(Theme::default());
        desk.sized(60, 16).rest();
        check(&desk, &format!("{}_60x16", scene.name));
    }
}

#[test]
fn chosen_scenes_look_as_recorded_without_colour_and_in_ascii() {
    for scene in chosen() {
        let ascii = Theme { palette: Palette::None, glyphs: &ASCII, ..Theme::default() };
        // Scenes look for Unicode frames while they are made, so the glyphs are changed in what they made.
        let mut desk = (scene.make)(Theme { palette: Palette::None, glyphs: &UNICODE, ..Theme::default() });
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
fn ascii_draws_nothing_but_ascii_on_every_screen() {
    // Names are drawn as they were typed.
    for scene in scenes::all().filter(|scene| scene.name != "api_names_of_the_world") {
        let mut desk = (scene.make)(Theme { palette: Palette::None, glyphs: &UNICODE, ..Theme::default() });
        desk.app.set_theme(Theme { palette: Palette::None, glyphs: &ASCII, ..Theme::default() });
        for (columns, rows) in [(80, 24), (120, 40), (60, 16)] {
            let (buffer, _) = desk.sized(columns, rows).rest().frame();
            let shown = picture::text(&buffer);
            let foreign = |line: &&str| line.chars().any(|c| !c.is_ascii() && !NAMES.contains(c));
            let lines: Vec<&str> = shown.lines().filter(foreign).collect();
            assert!(lines.is_empty(), "{} at {columns}x{rows}: {lines:#?}", scene.name);
        }
    }
}

#[test]
fn a_light_background_looks_as_recorded() {
    let light = Theme { palette: Palette::Light, ..Theme::default() };
    check(&list(light), "api_basic_light");
}

#[test]
fn a_window_that_is_too_small_looks_as_recorded() {
    let mut desk = list(Theme::default());
    desk.sized(59, 15);
    check(&desk, "too_small_59x15");
}

#[test]
fn pictures_hold_no_real_secret() {
    let desk = one_time(Theme::default());
    desk.buffer();
    assert!(desk.shows(super::fixed_secrets::FAKE_SECRET));
    assert!(!keydesk::credential::holds_api_secret(super::fixed_secrets::FAKE_SECRET));
}
