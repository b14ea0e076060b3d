//! NO_COLOR, and the selection without colour.

use crate::house::House;
use crate::walk::sign_in;

#[test]
fn without_colour_no_cell_has_one_and_the_selection_still_shows() {
    let house = House::with_desk();
    for (vars, coloured) in [(&[][..], true), (&[("NO_COLOR", "1")][..], false)] {
        let mut desk = house.open_with(vars);
        sign_in(&mut desk);
        let cells = desk.look(|screen| {
            let cells = (0..24).flat_map(|row| (0..80).filter_map(move |column| screen.cell(row, column)));
            cells.map(|cell| (cell.fgcolor(), cell.bgcolor(), cell.inverse())).collect::<Vec<_>>()
        });
        let plain = |colour| colour == vt100::Color::Default;
        assert_eq!(cells.iter().any(|(fg, bg, _)| !plain(*fg) || !plain(*bg)), coloured);
        let bar = |(_, ground, inverse): &(vt100::Color, vt100::Color, bool)| *inverse || !plain(*ground);
        assert!(cells.iter().filter(|cell| bar(cell)).count() >= 79, "the bar of the selected row is lost");
        assert!(desk.picture().contains('▌'));
    }
}

#[test]
fn a_terminal_without_unicode_gets_ascii() {
    let house = House::with_desk();
    let mut desk = house.open_with(&[("TERM", "linux")]);
    desk.sees("Sign in");
    assert!(desk.picture().is_ascii(), "{}", desk.picture());
}

#[test]
fn the_chosen_colours_are_kept_for_the_next_time() {
    let house = House::with_desk();
    for (before, after) in [("auto", "dark"), ("dark", "light"), ("light", "none")] {
        let mut desk = house.open_with(&[]);
        sign_in(&mut desk);
        desk.keys("j\r").sees(&format!("{before:<10}enter changes")).keys("jj\r");
        desk.sees(&format!("{after:<10}enter changes")).sees("This is remembered for the next time.");
        desk.keys(&crate::harness::ctrl('c'));
        assert_eq!(desk.ended(), 0);
    }
}
