//! A frame as text, and as text with its styles.

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
