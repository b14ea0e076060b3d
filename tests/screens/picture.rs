//! A frame as text, as text with its styles, and as SVG.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// The characters, line by line, without blanks at the ends.
pub fn text(buffer: &Buffer) -> String {
    let lines = (0..buffer.area.height).map(|y| line(buffer, y).trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

fn line(buffer: &Buffer, y: u16) -> String {
    let mut out = String::new();
    let mut x = 0;
    while x < buffer.area.width {
        let symbol = buffer[(x, y)].symbol();
        out.push_str(symbol);
        // The cell behind a wide character is empty.
        x += (symbol.width() as u16).max(1);
    }
    out
}

/// The characters, then one line per run of a style: `7:1-78 reverse`, and where the cursor stands.
pub fn with_styles(buffer: &Buffer, cursor: Position) -> String {
    let mut out = text(buffer);
    out.push_str("\n---\n");
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let style = style(&buffer[(x, y)]);
            let end = (x..buffer.area.width).take_while(|x| self::style(&buffer[(*x, y)]) == style).count() as u16 + x;
            if !style.is_empty() {
                let _ = writeln!(out, "{y}:{x}-{} {style}", end - 1);
            }
            x = end;
        }
    }
    let _ = writeln!(out, "cursor {}:{}", cursor.y, cursor.x);
    out
}

fn style(cell: &Cell) -> String {
    let mut words = Vec::new();
    match cell.fg {
        Color::Reset => {}
        colour => words.push(format!("{colour:?}").to_lowercase()),
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {:?}", cell.bg).to_lowercase());
    }
    for (modifier, word) in [(Modifier::BOLD, "bold"), (Modifier::DIM, "dim"), (Modifier::REVERSED, "reverse")] {
        if cell.modifier.contains(modifier) {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}

const CELL: (u32, u32) = (9, 20);
const INK: &str = "#d6dbe3";
const PAPER: &str = "#14181f";

/// A cell grid: each word is a text of its own with its place and its width, whatever the font.
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let (columns, rows) = (u32::from(buffer.area.width), u32::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 20, rows * CELL.1 + 20);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>{title}</title>\n<rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"15\" \
         xml:space=\"preserve\">\n"
    );
    for y in 0..buffer.area.height {
        svg_row(buffer, y, &mut out);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn svg_row(buffer: &Buffer, y: u16, out: &mut String) {
    let mut x = 0;
    while x < buffer.area.width {
        let first = &buffer[(x, y)];
        let look = (first.fg, first.modifier);
        let end = (x..buffer.area.width).take_while(|x| (buffer[(*x, y)].fg, buffer[(*x, y)].modifier) == look).count()
            as u16
            + x;
        svg_run(buffer, y, x..end, out);
        x = end;
    }
}

fn svg_run(buffer: &Buffer, y: u16, run: std::ops::Range<u16>, out: &mut String) {
    let first = &buffer[(run.start, y)];
    let reversed = first.modifier.contains(Modifier::REVERSED);
    let (left, top) = (10 + u32::from(run.start) * CELL.0, 10 + u32::from(y) * CELL.1);
    let ink = colour(first.fg);
    if reversed {
        let width = run.len() as u32 * CELL.0;
        let _ =
            writeln!(out, "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{}\" fill=\"{ink}\"/>", CELL.1);
    }
    let weight = if first.modifier.contains(Modifier::BOLD) { " font-weight=\"700\"" } else { "" };
    let faint = if first.modifier.contains(Modifier::DIM) { " opacity=\"0.6\"" } else { "" };
    let fill = if reversed { PAPER } else { ink };
    for (x, width, word) in words(buffer, y, run) {
        let (left, width, base) = (10 + u32::from(x) * CELL.0, u32::from(width) * CELL.0, top + 15);
        let _ = writeln!(
            out,
            "<text x=\"{left}\" y=\"{base}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" \
             fill=\"{fill}\"{weight}{faint}>{word}</text>"
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

fn colour(colour: Color) -> &'static str {
    match colour {
        Color::Red => "#ff6b6b",
        Color::Green => "#5fd38d",
        Color::Cyan => "#56c8d8",
        Color::Magenta => "#d78fe8",
        _ => INK,
    }
}
