//! Tests of the theme.

use super::*;

fn theme(vars: &[(&str, &str)]) -> Theme {
    Theme::from_env(&|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
}

#[test]
fn the_environment_decides() {
    for (vars, palette, unicode) in [
        (&[][..], Palette::Dark, true),
        (&[("NO_COLOR", "1")], Palette::None, true),
        (&[("NO_COLOR", "")], Palette::Dark, true),
        (&[("NO_COLOR", "1"), ("KEYDESK_THEME", "light")], Palette::None, true),
        (&[("KEYDESK_THEME", "light")], Palette::Light, true),
        (&[("COLORFGBG", "0;15")], Palette::Light, true),
        (&[("COLORFGBG", "15;0")], Palette::Dark, true),
        (&[("LANG", "C")], Palette::Dark, false),
        (&[("LANG", "C"), ("LC_ALL", "en_GB.UTF-8")], Palette::Dark, true),
        (&[("TERM", "linux"), ("LANG", "en_GB.UTF-8")], Palette::Dark, false),
        (&[("LANG", "C"), ("KEYDESK_GLYPHS", "unicode")], Palette::Dark, true),
    ] {
        let theme = theme(vars);
        assert_eq!((theme.palette, theme.glyphs == &UNICODE), (palette, unicode), "{vars:?}");
    }
}

#[test]
fn the_number_of_colours_follows_the_terminal() {
    for (term, colorterm, many) in [
        ("xterm-256color", "", true),
        ("tmux-256color", "", true),
        ("xterm-kitty", "", true),
        ("xterm-direct", "", true),
        ("xterm", "truecolor", true),
        ("screen", "24bit", true),
        ("xterm", "", false),
        ("vt220", "yes", false),
        ("linux", "truecolor", false),
    ] {
        let depth = theme(&[("TERM", term), ("COLORTERM", colorterm)]).depth;
        assert_eq!(matches!(depth, Depth::Many), many, "{term} {colorterm}");
    }
}

#[test]
fn the_terminal_is_asked_only_where_nothing_was_chosen_and_it_can_answer() {
    for (vars, asked) in [
        (&[("TERM", "xterm-256color")][..], true),
        (&[("TERM", "tmux-256color"), ("KEYDESK_THEME", "auto")], true),
        (&[("TERM", "xterm"), ("KEYDESK_THEME", "light")], false),
        (&[("TERM", "xterm"), ("NO_COLOR", "1")], false),
        (&[("TERM", "screen-256color")], false),
        (&[("TERM", "linux")], false),
        (&[], false),
    ] {
        let var = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        assert_eq!(Theme::follows_terminal(&var), asked, "{vars:?}");
    }
}

fn roles(theme: &Theme) -> [Style; 13] {
    [
        theme.text(),
        theme.strong(),
        theme.muted(),
        theme.line(),
        theme.accent(),
        theme.chart(),
        theme.success(),
        theme.warning(),
        theme.danger(),
        theme.button(),
        theme.armed(),
        theme.secret(),
        theme.found(),
    ]
}

#[test]
fn without_colour_no_style_has_one_and_nothing_is_faint_anywhere() {
    for palette in [Palette::Dark, Palette::Light, Palette::None] {
        for depth in [Depth::Many, Depth::Sixteen] {
            let theme = Theme { palette, depth, glyphs: &UNICODE };
            for style in roles(&theme).into_iter().flat_map(|style| [style, theme.selected(style)]) {
                assert!(!style.add_modifier.contains(Modifier::DIM));
                if matches!(palette, Palette::None) {
                    let colours = [style.fg, style.bg].into_iter().flatten().filter(|c| *c != Color::Reset);
                    assert_eq!(colours.count(), 0, "{style:?}");
                }
            }
        }
    }
}

#[test]
fn the_selected_row_keeps_what_has_a_background() {
    let theme = Theme::default();
    assert_eq!(theme.selected(theme.armed()), theme.armed());
    assert_eq!(theme.selected(theme.text()).bg, Some(Color::Indexed(237)));
    assert_eq!(theme.selected(theme.muted()).fg, Some(Color::Indexed(250)));
    let sixteen = Theme { depth: Depth::Sixteen, ..theme };
    assert_eq!(sixteen.selected(sixteen.danger()), Style::reset().add_modifier(Modifier::REVERSED));
}

#[test]
fn roles_have_their_values() {
    let indexed = |n: u8| Some(Color::Indexed(n));
    let dark = Theme::default();
    let light = Theme { palette: Palette::Light, ..dark };
    let ink = |theme: &Theme| [theme.muted(), theme.line(), theme.accent(), theme.chart()].map(|style| style.fg);
    let marks = |theme: &Theme| [theme.success(), theme.warning(), theme.danger()].map(|style| style.fg);
    assert_eq!(ink(&dark), [247, 240, 80, 73].map(indexed));
    assert_eq!(ink(&light), [241, 250, 24, 31].map(indexed));
    assert_eq!(marks(&dark), [114, 221, 210].map(indexed));
    assert_eq!(marks(&light), [22, 94, 124].map(indexed));
    let filled = |style: Style| (style.fg, style.bg);
    assert_eq!(filled(dark.button()), (indexed(16), indexed(80)));
    assert_eq!(filled(light.button()), (indexed(231), indexed(24)));
    assert_eq!(filled(dark.armed()), (indexed(231), indexed(160)));
    assert_eq!(filled(light.secret()), (indexed(231), indexed(23)));
    assert_eq!((dark.veil().unwrap().fg, light.veil().unwrap().fg), (indexed(240), indexed(249)));
}
