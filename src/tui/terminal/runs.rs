//! What a frame writes: runs of cells of one look, and lines that are erased first. A few runs may be written in any
//! order, so that the terminal is told of each colour as seldom as possible.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Style of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CellStyle {
    pub(super) fg: Color,
    pub(super) bg: Color,
    pub(super) modifier: Modifier,
}

/// The terminal's own.
pub(super) const PLAIN: CellStyle = CellStyle { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// What shows on a blank as well.
const ON_BLANKS: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

impl CellStyle {
    pub(super) fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// Whether a cell looks the same when it is written in this style: of a blank only what is behind it shows.
    pub(super) fn suits(self, cell: &Cell) -> bool {
        let own = Self::of(cell);
        let blank = cell.symbol() == " ";
        own == self || (blank && self.behind() == own.behind())
    }

    fn behind(self) -> (Color, Modifier) {
        (self.bg, self.modifier & ON_BLANKS)
    }
}

/// Cells that look the same.
pub(super) fn same(a: &Cell, b: &Cell) -> bool {
    a == b || (a.symbol() == " " && b.symbol() == " " && CellStyle::of(a).suits(b))
}

/// One thing to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) x: u16,
    pub(super) y: u16,
    /// How many cells; an erased line has none.
    pub(super) len: u16,
    /// The style of its first cell that is no blank, or of its blanks.
    pub(super) style: CellStyle,
    /// The line is blank from here to its end, and has this behind it.
    pub(super) erases: bool,
}

/// Blanks that must be saved for an erased line to be worth its bytes.
const WORTH: usize = 8;

/// The runs from what is shown to what is wanted, line by line. `in_colour`: the terminal erases in the colour behind.
pub(super) fn find(shown: &Buffer, wanted: &Buffer, in_colour: bool) -> Vec<Run> {
    let mut runs = Vec::new();
    let width = usize::from(wanted.area.width);
    if width == 0 {
        return runs;
    }
    for (y, (before, after)) in (0..).zip(shown.content.chunks(width).zip(wanted.content.chunks(width))) {
        if before == after {
            continue;
        }
        let mut before = before.to_vec();
        if let Some((x, blank)) = erased(&before, after, in_colour) {
            before[x..].iter_mut().for_each(|cell| cell.clone_from(&blank));
            runs.push(Run { x: x as u16, y, len: 0, style: CellStyle::of(&blank), erases: true });
        }
        line(&before, after, y, &mut runs);
    }
    runs
}

/// From where a line is erased, if that saves enough, and what it is then.
fn erased(before: &[Cell], after: &[Cell], in_colour: bool) -> Option<(usize, Cell)> {
    let x = before.iter().zip(after).position(|(a, b)| !same(a, b))?;
    let mut blank = Cell::EMPTY;
    blank.set_symbol(" ");
    blank.bg = after.last()?.bg;
    if blank.bg != Color::Reset && !in_colour {
        return None;
    }
    let cells = || before[x..].iter().zip(&after[x..]);
    let saved = cells().filter(|(a, b)| !same(a, b) && same(b, &blank)).count();
    let again = cells().filter(|(a, b)| same(a, b) && !same(b, &blank)).count();
    (saved >= WORTH + 2 * again).then_some((x, blank))
}

/// The runs of one line.
fn line(before: &[Cell], after: &[Cell], y: u16, runs: &mut Vec<Run>) {
    let mut open: Option<Run> = None;
    let mut covered = 0;
    for (x, (a, b)) in before.iter().zip(after).enumerate() {
        // The cell behind a wide character is written with it.
        if covered > 0 {
            covered -= 1;
            if let Some(run) = &mut open {
                run.len += 1;
            }
            continue;
        }
        let columns = unicode_width::UnicodeWidthStr::width(b.symbol());
        // What a wide character covered before is written again as well.
        let uncovered = x > 0 && unicode_width::UnicodeWidthStr::width(before[x - 1].symbol()) > 1;
        if same(a, b) && (!uncovered || same(&before[x - 1], &after[x - 1])) {
            runs.extend(open.take());
            covered = columns.saturating_sub(1);
            continue;
        }
        covered = columns.saturating_sub(1);
        match &mut open {
            Some(run) if run.style.suits(b) => run.len += 1,
            // A run that began with blanks takes the style of its first letter.
            Some(run) if only_blanks(after, run) && CellStyle::of(b).suits(&after[usize::from(run.x)]) => {
                run.style = CellStyle::of(b);
                run.len += 1;
            }
            _ => {
                runs.extend(open.take());
                open = Some(Run { x: x as u16, y, len: 1, style: CellStyle::of(b), erases: false });
            }
        }
    }
    runs.extend(open);
}

fn only_blanks(after: &[Cell], run: &Run) -> bool {
    after[usize::from(run.x)..][..usize::from(run.len)].iter().all(|cell| cell.symbol() == " ")
}
