//! Draws the help overlay: sections of keys in one column or two.

use ratatui::text::Span;

use crate::text;
use crate::tui::app::App;
use crate::tui::keymap::help::{self, HelpRow, HelpSection};
use crate::tui::keymap::{self, Binding, Scope};
use crate::tui::layout;
use crate::tui::view::hints::changes_a_key;
use crate::tui::view::paint::{plain, span, wrap};
use crate::tui::view::sheet::Sheet;

/// Fewest columns of the keys, so that most sections line up.
const KEYS: usize = 10;
/// Columns between two columns of sections.
const GAP: usize = 2;

/// One line of a section.
type Cell = Vec<Span<'static>>;

/// The sheet with the keys that work in a chain of scopes.
pub fn sheet(app: &App, chain: &[Scope]) -> Sheet {
    let place = chain.iter().find(|s| **s != Scope::Text).map_or("here", |s| s.title());
    let mut sheet = Sheet::new(format!("Keys: {place}"), layout::help_width(app.size), app.theme);
    let may = |right| app.workspace.as_ref().is_none_or(|workspace| app.sign_in.is_some() || workspace.may(right));
    let others = app.workspace.as_ref().is_some_and(|workspace| !workspace.manages_ssh_keys());
    let denied = |b: &Binding| b.right.is_some_and(|right| !may(right)) || (others && b.changes_ssh_keys());
    let is_final = app.all_revoked();
    let over = |b: &Binding| is_final && changes_a_key(b) && !denied(b);
    let shown = keymap::reachable(chain);
    if shown.iter().any(|b| over(b)) {
        sheet.explain("Revoked is final: the keys in brackets do nothing to it. n makes a new key.");
        sheet.gap();
    }
    let columns = layout::help_columns(app.size);
    let width = (sheet.width() - GAP * (columns - 1)) / columns;
    let sections = help::sections(chain, |b| denied(b) || over(b));
    let blocks: Vec<Vec<Cell>> = sections.iter().map(|section| block(app, section, width)).collect();
    let (left, right) = blocks.split_at(break_at(&blocks, columns));
    let (left, right) = (stacked(left), stacked(right));
    for row in 0..left.len().max(right.len()) {
        let mut spans = left.get(row).cloned().unwrap_or_default();
        if let Some(cell) = right.get(row).filter(|cell| !cell.is_empty()) {
            let used: usize = spans.iter().map(Span::width).sum();
            spans.push(plain(&" ".repeat((width + GAP).saturating_sub(used))));
            spans.extend(cell.iter().cloned());
        }
        sheet.spans(spans);
    }
    if shown.iter().any(|b| denied(b) && b.keys_in_help().is_some()) {
        sheet.gap();
        sheet.explain("Keys in brackets need another role; press one to see which.");
    }
    sheet.gap();
    sheet.gap();
    sheet
}

/// Which section begins the second column: the one that makes the columns most alike.
fn break_at(blocks: &[Vec<Cell>], columns: usize) -> usize {
    let height = |blocks: &[Vec<Cell>]| blocks.iter().map(|block| block.len() + 1).sum::<usize>();
    match columns {
        1 => blocks.len(),
        _ => (1..blocks.len()).min_by_key(|i| height(&blocks[..*i]).max(height(&blocks[*i..]))).unwrap_or(blocks.len()),
    }
}

/// One under another, with an empty line between.
fn stacked(blocks: &[Vec<Cell>]) -> Vec<Cell> {
    blocks.join(&Cell::new())
}

fn block(app: &App, section: &HelpSection, width: usize) -> Vec<Cell> {
    let keys: Vec<String> = section.rows.iter().map(|row| keys_of(app, row)).collect();
    let column = keys.iter().map(|keys| text::width(keys)).max().unwrap_or_default().max(KEYS);
    let mut block: Vec<Cell> =
        wrap(section.heading, width).iter().map(|line| vec![span(line, app.theme.strong())]).collect();
    for (row, keys) in section.rows.iter().zip(&keys) {
        for (i, words) in wrap(row.words, width.saturating_sub(column + 2)).iter().enumerate() {
            let keys = if i == 0 { keys } else { "" };
            let keys = text::pad(keys, column, app.theme.glyphs.ellipsis);
            let bright = app.theme.accent();
            block.push(vec![span(&keys, bright), plain(&format!("  {words}"))]);
        }
    }
    block
}

fn keys_of(app: &App, row: &HelpRow) -> String {
    let keys = app.theme.keys(&row.keys);
    if row.grey { format!("({keys})") } else { keys }
}
