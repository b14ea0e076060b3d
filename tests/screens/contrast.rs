//! Every pair of colours that a picture holds can be read, and no state is told by colour alone.
//!
//! The sixteen colours are the terminal's own. Taken are the palettes of xterm and of the VGA console, as their sources
//! have them, on black for the dark theme and on white for the light one; text without a colour is their usual one. No
//! text is faint: two thirds of the way from the background, as VTE draws it, it can be read with neither of them.

use std::collections::BTreeSet;

use keydesk::tui::theme::{ASCII, Palette, Theme, UNICODE};
use ratatui::style::{Color, Modifier};

use super::desk::Desk;
use super::scenes;

type Rgb = [u8; 3];

/// black, red, green, yellow, blue, magenta, cyan, white; then the bright ones.
const XTERM: [Rgb; 16] = [
    [0x00, 0x00, 0x00],
    [0xcd, 0x00, 0x00],
    [0x00, 0xcd, 0x00],
    [0xcd, 0xcd, 0x00],
    [0x00, 0x00, 0xee],
    [0xcd, 0x00, 0xcd],
    [0x00, 0xcd, 0xcd],
    [0xe5, 0xe5, 0xe5],
    [0x7f, 0x7f, 0x7f],
    [0xff, 0x00, 0x00],
    [0x00, 0xff, 0x00],
    [0xff, 0xff, 0x00],
    [0x5c, 0x5c, 0xff],
    [0xff, 0x00, 0xff],
    [0x00, 0xff, 0xff],
    [0xff, 0xff, 0xff],
];
const VGA: [Rgb; 16] = [
    [0x00, 0x00, 0x00],
    [0xaa, 0x00, 0x00],
    [0x00, 0xaa, 0x00],
    [0xaa, 0x55, 0x00],
    [0x00, 0x00, 0xaa],
    [0xaa, 0x00, 0xaa],
    [0x00, 0xaa, 0xaa],
    [0xaa, 0xaa, 0xaa],
    [0x55, 0x55, 0x55],
    [0xff, 0x55, 0x55],
    [0x55, 0xff, 0x55],
    [0xff, 0xff, 0x55],
    [0x55, 0x55, 0xff],
    [0xff, 0x55, 0xff],
    [0x55, 0xff, 0xff],
    [0xff, 0xff, 0xff],
];

fn index(color: Color) -> usize {
    const NAMES: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    NAMES.iter().position(|name| *name == color).unwrap_or_else(|| panic!("{color:?} is none of the sixteen"))
}

/// Relative luminance by WCAG 2.
fn luminance(rgb: [f64; 3]) -> f64 {
    let linear = |c: f64| {
        let c = c / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Foreground and background of every cell of every scene that is not blank.
fn pairs(theme: Theme) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    scenes::each_scene(theme, |desk: &Desk| {
        for cell in desk.buffer().content.iter().filter(|cell| cell.symbol() != " ") {
            assert!(!cell.modifier.contains(Modifier::DIM), "faint text:\n{}", desk.screen());
            // Reversed text has the same two colours, and so the same contrast.
            found.insert((cell.fg.to_string(), cell.bg.to_string()));
        }
    });
    found
}

fn checked(theme: Theme, palettes: &[&[Rgb; 16]]) {
    let found = pairs(theme);
    assert!(found.len() > 3, "{found:?}");
    for palette in palettes {
        let light = theme.palette == Palette::Light;
        let (ground, text) = if light { (palette[15], palette[0]) } else { (palette[0], palette[7]) };
        let rgb = |name: &str, other: Rgb| match name.parse::<Color>().unwrap() {
            Color::Reset => other,
            color => palette[index(color)],
        };
        for (fg, bg) in &found {
            let ratio = contrast(rgb(fg, text).map(f64::from), rgb(bg, ground).map(f64::from));
            assert!(ratio >= 4.5, "{:?}: {fg} on {bg} has {ratio:.2}", theme.palette);
        }
    }
}

#[test]
fn every_pair_of_colours_can_be_read() {
    for palette in [Palette::Dark, Palette::Light] {
        for glyphs in [&UNICODE, &ASCII] {
            checked(Theme { palette, glyphs }, &[&XTERM, &VGA]);
        }
    }
}

#[test]
fn nothing_is_faint_where_there_is_no_colour() {
    for glyphs in [&UNICODE, &ASCII] {
        assert_eq!(pairs(Theme { palette: Palette::None, glyphs }).len(), 1, "one pair: the terminal's own");
    }
}

#[test]
fn the_formula_is_the_one_of_wcag() {
    let black_on_white = contrast([0.0; 3], [255.0; 3]);
    assert!((black_on_white - 21.0).abs() < 0.001);
    // The grey that is just enough on white, and the one that is just not.
    assert!(contrast([118.0; 3], [255.0; 3]) >= 4.5 && contrast([119.0; 3], [255.0; 3]) < 4.5);
}

#[test]
fn without_colour_every_state_has_words_and_a_mark_of_its_own() {
    for glyphs in [&UNICODE, &ASCII] {
        let theme = Theme { palette: Palette::None, glyphs };
        let mut states = BTreeSet::new();
        scenes::each_scene(theme, |desk: &Desk| {
            assert!(desk.buffer().content.iter().all(|c| (c.fg, c.bg) == (Color::Reset, Color::Reset)));
            for word in ["active", "disabled", "revoked", "expired", "locked", "tampered"] {
                for line in desk.screen().lines() {
                    let marks = [glyphs.usable, glyphs.stopped, glyphs.over, glyphs.warning];
                    states.extend(marks.iter().filter(|m| line.contains(&format!("{m} {word}"))).map(|m| (word, *m)));
                }
            }
        });
        let marks = |word: &str| states.iter().filter(|(w, _)| *w == word).map(|(_, m)| *m).collect::<BTreeSet<_>>();
        for word in ["active", "disabled", "revoked", "locked"] {
            assert_eq!(marks(word).len(), 1, "{word} has one mark: {states:?}");
        }
        let all = ["active", "disabled", "revoked", "locked"].map(marks);
        assert_eq!(BTreeSet::from(all).len(), 4, "and no two the same: {states:?}");
    }
}
