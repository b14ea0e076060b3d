//! Windows of every size, and windows that change it.

use std::time::Duration;

use crate::harness::{Desk, ENTER};
use crate::house::{BINARY, House};
use crate::walk::to_the_list;

#[test]
fn every_size_from_the_smallest_to_a_large_one_shows_the_list() {
    let house = House::with_desk();
    for (columns, rows) in [(60, 16), (80, 24), (100, 30), (120, 40), (200, 60)] {
        let mut desk = Desk::start(house.program(&[BINARY]), columns, rows);
        to_the_list(&mut desk);
        desk.sees("No Basic credentials yet").sees("? help");
    }
}

#[test]
fn a_storm_of_sizes_ends_in_the_right_picture() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.settle(Duration::from_millis(300));
    // Blanks at the end of a line may be drawn or not: they cannot be seen.
    let lines = |text: String| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let before = lines(desk.picture());
    for i in 0..60_u16 {
        desk.resize(20 + i * 3, 4 + i);
    }
    // Back to what it was, so fast that the program may never see the sizes between: the terminal has dropped cells.
    desk.resize(40, 10).resize(80, 24);
    desk.until("the picture that was there before", |screen| lines(screen.contents()) == before);
}

#[test]
fn too_small_is_told_and_the_form_is_kept() {
    let house = House::with_desk();
    let mut desk = house.open();
    to_the_list(&mut desk);
    desk.keys("n").sees("[ Create key ]").keys("nightly").sees("nightly");
    desk.resize(40, 10).sees("This window is 40 x 10").sees("60 x 16");
    // Buttons that cannot be seen must not be pressed.
    desk.keys("x").keys(ENTER).settle(Duration::from_millis(200));
    desk.resize(1, 1).settle(Duration::from_millis(200));
    desk.resize(80, 24).sees("[ Create key ]").sees("nightly").sees_no("nightlyx");
    desk.keys("-export").sees("nightly-export").keys(ENTER).sees("shown only now");
}
