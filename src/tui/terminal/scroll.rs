//! Scroll detection: finds a region that moved by one line, so that the terminal scrolls it and only the new line is
//! drawn.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};

/// Rows that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scroll {
    /// The rows of the region.
    pub(super) rows: Range<u16>,
    /// Up (a list went on) or down.
    pub(super) up: bool,
}

/// What must be saved for a scroll to be worth its bytes.
const WORTH: i32 = 40;

/// The scroll that saves the most, if one is worth it.
pub(super) fn find(before: &Buffer, after: &Buffer) -> Option<Scroll> {
    let rows = after.area.height;
    let costs: Vec<i32> = (0..rows).map(|y| differing(row_of(before, y), row_of(after, y))).collect();
    // Most frames change a line or two, and each look at a neighbour costs as much as drawing.
    if costs.iter().sum::<i32>() < WORTH {
        return None;
    }
    // A selection that goes one row down changes several rows and moves none: then there is nothing to search for.
    let found =
        |up| if moves(before, after, &costs, up) { best(before, after, &costs, up) } else { Default::default() };
    let (up, down) = (found(true), found(false));
    let (saved, scroll) = if up.0 >= down.0 { up } else { down };
    scroll.filter(|_| saved >= WORTH)
}

/// Whether a row that is to be drawn is as its neighbour was.
fn moves(before: &Buffer, after: &Buffer, costs: &[i32], up: bool) -> bool {
    let rows = after.area.height;
    let moved = |y: u16| {
        let source = if up { y.checked_add(1).filter(|y| *y < rows) } else { y.checked_sub(1) };
        source.is_some_and(|source| row_of(before, source) == row_of(after, y))
    };
    (0..rows).zip(costs).any(|(y, cost)| *cost > 0 && moved(y))
}

/// The best run of rows for one direction, with what it saves. A run is a row that comes in blank at one end, and
/// rows that are as their neighbour was.
fn best(before: &Buffer, after: &Buffer, costs: &[i32], up: bool) -> (i32, Option<Scroll>) {
    let rows = after.area.height;
    let (mut best, mut found) = (0, None);
    // Walking from the blank end, the best run that ends here is this row with the best run before it, or begins here.
    let mut run: Option<(i32, u16)> = None;
    // What is left can save at most what it costs: a run that cannot become worth it is not followed.
    let mut left: i32 = costs.iter().sum();
    for i in 0..rows {
        let row = |i: u16| if up { rows - 1 - i } else { i };
        let y = row(i);
        let cost = costs[usize::from(y)];
        let hopeless = |saved: i32| saved + left < WORTH.max(best);
        let longer = run.filter(|(saved, _)| i > 0 && !hopeless(*saved)).map(|(saved, start)| {
            let source = row_of(before, row(i - 1));
            // Upwards the row comes from below it, downwards from above: in both cases from the row walked just before.
            (saved + cost - differing(source, row_of(after, y)), start)
        });
        let begun = (!hopeless(0)).then(|| (cost - drawn(row_of(after, y)), y));
        left -= cost;
        if let Some((saved, start)) = longer.filter(|(saved, _)| *saved > best) {
            best = saved;
            found = Some(Scroll { rows: start.min(y)..start.max(y) + 1, up });
        }
        run = match (longer, begun) {
            (Some(longer), Some(begun)) if longer.0 > begun.0 => Some(longer),
            (longer, None) => longer,
            (_, begun) => begun,
        };
    }
    (best, found)
}

fn row_of(buffer: &Buffer, y: u16) -> &[Cell] {
    let width = usize::from(buffer.area.width);
    &buffer.content[usize::from(y) * width..][..width]
}

/// What it costs to lead to a row and to tell its colours, in cells.
const ROW: i32 = 20;

/// What it costs to draw one row over another.
fn differing(a: &[Cell], b: &[Cell]) -> i32 {
    with_row(count(a.iter().zip(b).filter(|(a, b)| a != b).count()))
}

/// What it costs to draw a row where nothing stands.
fn drawn(row: &[Cell]) -> i32 {
    with_row(count(row.iter().filter(|cell| **cell != Cell::EMPTY).count()))
}

fn with_row(cells: i32) -> i32 {
    if cells > 0 { cells + ROW } else { 0 }
}

fn count(cells: usize) -> i32 {
    i32::try_from(cells).unwrap_or(i32::MAX)
}

impl Scroll {
    /// Moves the rows of a buffer as the terminal does.
    pub(super) fn apply(&self, buffer: &mut Buffer) {
        let width = usize::from(buffer.area.width);
        let cells = &mut buffer.content[usize::from(self.rows.start) * width..usize::from(self.rows.end) * width];
        if self.up {
            cells.rotate_left(width);
            let end = cells.len();
            cells[end - width..].iter_mut().for_each(Cell::reset);
        } else {
            cells.rotate_right(width);
            cells[..width].iter_mut().for_each(Cell::reset);
        }
    }

    /// The bytes: margins, a line feed at the lower one or its opposite at the upper one, no margins. Older and wider
    /// known than the sequences that scroll by themselves.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let (top, bottom) = (self.rows.start + 1, self.rows.end);
        let (at, step) = if self.up { (bottom, "\n") } else { (top, "\x1bM") };
        format!("\x1b[{top};{bottom}r\x1b[{at}H{step}\x1b[r").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(lines: &[&str]) -> Buffer {
        Buffer::with_lines(lines.iter().map(|line| format!("{line:<60}")).collect::<Vec<_>>())
    }

    const ROWS: [&str; 5] = [
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "ccccccccccccccccccccccccccccccccccccc",
        "ddddddddddddddddddddddddddddddddddddd",
        "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    ];

    #[test]
    fn a_list_that_moved_by_one_row_scrolls() {
        let [a, b, c, d, e] = ROWS;
        let (before, after) = (screen(&["head", a, b, c, d, "foot"]), screen(&["head", b, c, d, e, "foot"]));
        assert_eq!(find(&before, &after), Some(Scroll { rows: 1..5, up: true }));
        assert_eq!(find(&after, &before), Some(Scroll { rows: 1..5, up: false }));
        let mut moved = before.clone();
        find(&before, &after).unwrap().apply(&mut moved);
        assert_eq!(moved, screen(&["head", b, c, d, "", "foot"]));
    }

    #[test]
    fn rows_that_did_not_move_are_not_scrolled() {
        let [a, b, c, d, e] = ROWS;
        let before = screen(&[a, b, c, d]);
        for after in [[a, b, c, d], [a, b, c, e], [a, e, c, d]] {
            assert_eq!(find(&before, &screen(&after)), None, "{after:?}");
        }
    }

    /// What a scroll saves, counted by doing it.
    fn saved(before: &Buffer, after: &Buffer, scroll: &Scroll) -> i32 {
        let mut moved = before.clone();
        scroll.apply(&mut moved);
        let cost = |screen: &Buffer| {
            (0..screen.area.height).map(|y| differing(row_of(screen, y), row_of(after, y))).sum::<i32>()
        };
        cost(before) - cost(&moved)
    }

    proptest::proptest! {
        #[test]
        fn no_other_scroll_saves_more(
            before in proptest::collection::vec(0usize..4, 7),
            after in proptest::collection::vec(0usize..4, 7),
        ) {
            let screen = |rows: &[usize]| screen(&rows.iter().map(|row| ["", ROWS[0], ROWS[1], ROWS[2]][*row]).collect::<Vec<_>>());
            let (before, after) = (screen(&before), screen(&after));
            let every = (0..7).flat_map(|start| (start + 2..=7).map(move |end| start..end));
            let every = every.flat_map(|rows| [true, false].map(|up| Scroll { rows: rows.clone(), up }));
            // Where no row moved, a scroll would only erase one.
            let costs: Vec<_> = (0..7).map(|y| differing(row_of(&before, y), row_of(&after, y))).collect();
            let every = every.filter(|scroll| moves(&before, &after, &costs, scroll.up));
            let most = every.map(|scroll| saved(&before, &after, &scroll)).max().unwrap_or(0);
            let found = find(&before, &after).map(|scroll| saved(&before, &after, &scroll));
            proptest::prop_assert_eq!(found, Some(most).filter(|most| *most >= WORTH));
        }
    }
}
