//! Frames as SVG: one, or several that follow each other.

use std::collections::HashMap;
use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

const CELL: (u32, u32) = (9, 20);
const MARGIN: u32 = 10;
const INK: &str = "#d6dbe3";
const PAPER: &str = "#14181f";

/// One frame. Each word is a text of its own with its place and its width, whatever the font.
pub fn still(buffer: &Buffer, title: &str) -> String {
    let mut out = opening(buffer, title);
    for y in 0..buffer.area.height {
        let (row, top) = (row(buffer, y), MARGIN + u32::from(y) * CELL.1);
        if !row.is_empty() {
            let _ = writeln!(out, "<g transform=\"translate({MARGIN} {top})\">\n{row}</g>");
        }
    }
    out + "</g>\n</svg>\n"
}

/// Frames that are shown one after the other, each for so many seconds. Whoever wants no motion sees the last. A row that
/// is in several frames is drawn once.
pub fn animated(frames: &[(Buffer, u32)], title: &str) -> String {
    let mut out = opening(&frames[0].0, title);
    let all: u32 = frames.iter().map(|(_, seconds)| seconds).sum();
    let mut style = format!(".f{{visibility:hidden;animation:{all}s step-end infinite}}\n");
    let (mut rows, mut known, mut shown, mut at) = (String::new(), HashMap::new(), String::new(), 0);
    for (i, (buffer, seconds)) in frames.iter().enumerate() {
        let percent = |at: u32| format!("{:.2}%", f64::from(at) * 100.0 / f64::from(all));
        let (begin, end) = (percent(at), percent(at + seconds));
        let before = if at == 0 { "" } else { "0%{visibility:hidden}" };
        let _ = writeln!(
            style,
            "@keyframes k{i}{{{before}{begin}{{visibility:visible}}{end}{{visibility:hidden}}}}\n.k{i}{{animation-name:k{i}}}"
        );
        at += seconds;
        let _ = writeln!(shown, "<g class=\"f k{i}\">");
        for y in 0..buffer.area.height {
            let (row, top) = (row(buffer, y), MARGIN + u32::from(y) * CELL.1);
            if row.is_empty() {
                continue;
            }
            let next = known.len();
            let id = *known.entry(row.clone()).or_insert_with(|| {
                let _ = writeln!(rows, "<g id=\"r{next}\">\n{row}</g>");
                next
            });
            let _ = writeln!(shown, "<use href=\"#r{id}\" x=\"{MARGIN}\" y=\"{top}\"/>");
        }
        shown.push_str("</g>\n");
    }
    let last = frames.len() - 1;
    // Without animation the last one is seen.
    let _ = writeln!(
        style,
        ".k{last}{{visibility:visible}}\n@media (prefers-reduced-motion:reduce){{.f{{animation:none}}}}"
    );
    let _ = write!(out, "<style>\n{style}</style>\n<defs>\n{rows}</defs>\n{shown}");
    out + "</g>\n</svg>\n"
}

fn opening(buffer: &Buffer, title: &str) -> String {
    let (columns, rows) = (u32::from(buffer.area.width), u32::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, rows * CELL.1 + 2 * MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>{title}</title>\n<rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"15\" \
         fill=\"{INK}\" xml:space=\"preserve\">\n"
    )
}

/// A row, with its top left corner at the origin.
fn row(buffer: &Buffer, y: u16) -> String {
    let (mut out, mut x) = (String::new(), 0);
    while x < buffer.area.width {
        let look = look(&buffer[(x, y)]);
        let same = (x..buffer.area.width).take_while(|x| self::look(&buffer[(*x, y)]) == look).count();
        let end = x + same as u16;
        run(buffer, y, x..end, &mut out);
        x = end;
    }
    out
}

fn look(cell: &Cell) -> (Color, Color, Modifier) {
    (cell.fg, cell.bg, cell.modifier)
}

fn run(buffer: &Buffer, y: u16, run: std::ops::Range<u16>, out: &mut String) {
    let (fg, bg, modifier) = look(&buffer[(run.start, y)]);
    let reversed = modifier.contains(Modifier::REVERSED);
    let (ink, paper) = (colour(fg), colour(bg));
    let (ink, paper) =
        if reversed { (paper.or(Some(PAPER.to_owned())), ink.or(Some(INK.to_owned()))) } else { (ink, paper) };
    if let Some(paper) = paper {
        let (left, width) = (u32::from(run.start) * CELL.0, run.len() as u32 * CELL.0);
        let _ = writeln!(out, "<rect x=\"{left}\" width=\"{width}\" height=\"{}\" fill=\"{paper}\"/>", CELL.1);
    }
    let fill = ink.map_or(String::new(), |ink| format!(" fill=\"{ink}\""));
    let weight = if modifier.contains(Modifier::BOLD) { " font-weight=\"700\"" } else { "" };
    let line = if modifier.contains(Modifier::UNDERLINED) { " text-decoration=\"underline\"" } else { "" };
    for (x, width, word) in words(buffer, y, run) {
        let (left, width) = (u32::from(x) * CELL.0, u32::from(width) * CELL.0);
        let _ = writeln!(
            out,
            "<text x=\"{left}\" y=\"15\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"{fill}{weight}{line}>{word}</text>"
        );
    }
}

/// The words of a run: column, columns, text.
fn words(buffer: &Buffer, y: u16, run: std::ops::Range<u16>) -> Vec<(u16, u16, String)> {
    let mut words: Vec<(u16, u16, String)> = Vec::new();
    let mut open = false;
    let mut x = run.start;
    while x < run.end {
        let symbol = buffer[(x, y)].symbol();
        let width = (symbol.width() as u16).max(1);
        let blank = symbol.trim().is_empty();
        match words.last_mut().filter(|_| open && !blank) {
            Some((_, columns, word)) => {
                *columns += width;
                word.push_str(&escaped(symbol));
            }
            None if !blank => words.push((x, width, escaped(symbol))),
            None => {}
        }
        open = !blank;
        x += width;
    }
    words
}

fn escaped(symbol: &str) -> String {
    symbol.replace('&', "&amp;").replace('<', "&lt;")
}

/// The colour of the dark palette; none for the terminal's own.
fn colour(colour: Color) -> Option<String> {
    /// Levels of the colour cube of 256 colours.
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let Color::Indexed(index) = colour else { return None };
    let [red, green, blue] = match index {
        16..=231 => {
            let cube = index - 16;
            [cube / 36, cube / 6 % 6, cube % 6].map(|level| LEVELS[usize::from(level)])
        }
        232.. => [8 + (index - 232) * 10; 3],
        other => panic!("the dark palette has no colour {other}"),
    };
    Some(format!("#{red:02x}{green:02x}{blue:02x}"))
}
