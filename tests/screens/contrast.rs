//! Every pair of colours that a picture holds can be read, and no state is told by colour alone.
//!
//! Of 256 colours the values are known, and the terminal's own ground may be anything from black to a dark grey, or from
//! white to a light one. The sixteen are the terminal's own: taken are the palettes of xterm and of the VGA console. Lines,
//! the page behind a sheet and glyphs beside a word are not for reading.

use std::collections::BTreeSet;

use keydesk::tui::theme::{ASCII, Depth, Palette, Theme, UNICODE};
use ratatui::style::{Color, Modifier, Style};

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

/// The value of a colour; `None` is the terminal's own text or ground.
fn value(color: Color, sixteen: &[Rgb; 16]) -> Option<Rgb> {
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
    let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
    Some(match color {
        Color::Reset => return None,
        Color::Indexed(n @ 16..=231) => [(n - 16) / 36, (n - 16) / 6 % 6, (n - 16) % 6].map(step),
        Color::Indexed(n @ 232..) => [8 + 10 * (n - 232); 3],
        named => {
            let index = NAMES.iter().position(|name| *name == named);
            sixteen[index.unwrap_or_else(|| panic!("{named:?} has no value"))]
        }
    })
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

/// Foreground and background of every cell of every scene that is for reading.
fn pairs(theme: Theme) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let ink = |style: Style| style.fg.unwrap_or(Color::Reset);
    let (line, veil, chart) = (ink(theme.line()), theme.veil().map(ink), ink(theme.chart()));
    scenes::each_scene(theme, |desk: &Desk| {
        for cell in desk.buffer().content.iter().filter(|cell| cell.symbol() != " ") {
            assert!(!cell.modifier.contains(Modifier::DIM), "faint text:\n{}", desk.screen());
            let on_ground = cell.bg == Color::Reset;
            if on_ground && cell.fg != Color::Reset && (cell.fg == line || Some(cell.fg) == veil) {
                continue;
            }
            // Bars are no text; their numbers stand beside them.
            if cell.fg == chart && chart != Color::Reset && theme.glyphs.bars.contains(&cell.symbol()) {
                continue;
            }
            // Reversed text has the same two colours, and so the same contrast.
            let letter = cell.symbol().chars().all(char::is_alphanumeric);
            if letter || theme.depth == Depth::Many {
                found.insert((cell.fg.to_string(), cell.bg.to_string()));
            }
        }
    });
    found
}

fn checked(theme: Theme, sixteen: &[Rgb; 16], grounds: &[(Rgb, Rgb)]) {
    let found = pairs(theme);
    assert!(found.len() > 3, "{found:?}");
    for (ground, text) in grounds {
        let rgb = |name: &str, other: Rgb| value(name.parse().unwrap(), sixteen).unwrap_or(other);
        let chart = theme.chart().fg.unwrap_or(Color::Reset).to_string();
        let ratio = contrast(rgb(&chart, *text).map(f64::from), rgb("Reset", *ground).map(f64::from));
        assert!(ratio >= 3.0, "{theme:?}: a bar has {ratio:.2} on {ground:?}");
        for (fg, bg) in &found {
            let ratio = contrast(rgb(fg, *text).map(f64::from), rgb(bg, *ground).map(f64::from));
            assert!(ratio >= 4.5, "{theme:?}: {fg} on {bg} has {ratio:.2} on {ground:?}");
        }
    }
}

/// Grounds that people have, each with its usual text.
const DARK: [(Rgb, Rgb); 3] = [([0; 3], [0xd0; 3]), ([0x1c; 3], [0xd0; 3]), ([0x2e, 0x34, 0x40], [0xd8, 0xde, 0xe9])];
const LIGHT: [(Rgb, Rgb); 2] = [([0xff; 3], [0; 3]), ([0xee; 3], [0x33; 3])];

#[test]
fn every_pair_of_256_colours_can_be_read() {
    for glyphs in [&UNICODE, &ASCII] {
        let theme = Theme { glyphs, ..Theme::default() };
        checked(theme, &XTERM, &DARK);
        checked(Theme { palette: Palette::Light, ..theme }, &XTERM, &LIGHT);
    }
}

#[test]
fn every_word_in_sixteen_colours_can_be_read() {
    let theme = Theme { depth: Depth::Sixteen, ..Theme::default() };
    checked(theme, &XTERM, &[(XTERM[0], XTERM[7])]);
    checked(Theme { palette: Palette::Light, ..theme }, &XTERM, &[(XTERM[15], XTERM[0])]);
    checked(Theme { palette: Palette::Light, ..theme }, &VGA, &[(VGA[15], VGA[0])]);
}

#[test]
fn nothing_is_faint_where_there_is_no_colour() {
    for glyphs in [&UNICODE, &ASCII] {
        assert_eq!(
            pairs(Theme { palette: Palette::None, glyphs, ..Theme::default() }).len(),
            1,
            "one pair: the terminal's own"
        );
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
        let theme = Theme { palette: Palette::None, glyphs, ..Theme::default() };
        let mut states = BTreeSet::new();
        scenes::each_scene(theme, |desk: &Desk| {
            assert!(desk.buffer().content.iter().all(|c| (c.fg, c.bg) == (Color::Reset, Color::Reset)));
            for word in ["active", "disabled", "revoked", "expired", "locked", "tampered"] {
                for line in desk.screen().lines() {
                    let marks = [glyphs.active, glyphs.disabled, glyphs.over, glyphs.warning, glyphs.revoked];
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

/// Words that stand on a rule are for reading, and the rule is not.
#[test]
fn no_word_of_a_page_has_the_colour_of_lines() {
    let theme = Theme::default();
    let line = theme.line().fg.unwrap();
    scenes::each_scene(theme, |desk| {
        // Behind a sheet everything has it.
        if desk.title_shown().is_some() {
            return;
        }
        let buffer = desk.buffer();
        let letter = |symbol: &str| symbol.chars().any(char::is_alphanumeric);
        let wrong = buffer.content().iter().find(|cell| cell.fg == line && letter(cell.symbol()));
        assert!(wrong.is_none(), "{wrong:?} in\n{}", desk.screen());
    });
}
