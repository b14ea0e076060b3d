//! The help overlay.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::text;

use super::super::app::App;
use super::super::help::{self, HelpLine};
use super::super::keys::{self, Binding, Scope};
use super::super::layout;
use super::chrome::changes_a_key;
use super::paint::span;
use super::sheet::Sheet;

/// Columns of the keys.
const KEYS: usize = 12;

/// The sheet with the keys that work in a chain of scopes.
pub fn sheet(app: &App, chain: &[Scope]) -> Sheet {
    let place = chain.iter().find(|s| **s != Scope::Text).map_or("here", |s| s.title());
    let mut sheet = Sheet::new(format!("Keys: {place}"), layout::dialog_columns(app.size), app.theme);
    let may = |right| app.room.as_ref().is_none_or(|room| app.door.is_some() || room.may(right));
    let denied = |b: &Binding| b.right.is_some_and(|right| !may(right));
    let is_final = app.all_final();
    let over = |b: &Binding| is_final && changes_a_key(b) && !denied(b);
    let lines = help::lines(chain, |b| denied(b) || over(b));
    let shown = keys::reachable(chain);
    if shown.iter().any(|b| over(b)) {
        sheet.say("Revoked is final: the keys in brackets do nothing to it. n makes a new key.", Style::new());
        sheet.gap();
    }
    let columns = layout::help_columns(app.size);
    let width = sheet.room() / columns;
    let cells: Vec<Vec<Span<'static>>> = lines.iter().map(|line| cell(app, line, width)).collect();
    let (mut left, right) = cells.split_at(break_at(&lines, columns));
    if let Some((_, rest)) = left.split_last().filter(|_| columns == 2) {
        // The gap before the heading that begins the second column.
        left = rest;
    }
    for row in 0..left.len().max(right.len()) {
        let mut spans = left.get(row).cloned().unwrap_or_else(|| vec![Span::raw(" ".repeat(width))]);
        spans.extend(right.get(row).cloned().unwrap_or_default());
        sheet.spans(spans);
    }
    if shown.iter().any(|b| denied(b) && b.keys_in_help().is_some()) {
        sheet.gap();
        sheet.say("Keys in brackets need another permission level. Press to see which.", Style::new());
    }
    sheet
}

/// Where the second column begins: at the heading that makes the columns most alike.
fn break_at(lines: &[HelpLine], columns: usize) -> usize {
    let longer = |i: &usize| (*i).max(lines.len() - i);
    let headings = (1..lines.len()).filter(|i| matches!(lines.get(*i), Some(HelpLine::Heading(_))));
    match columns {
        1 => lines.len(),
        _ => headings.min_by_key(longer).unwrap_or(lines.len()),
    }
}

fn cell(app: &App, line: &HelpLine, width: usize) -> Vec<Span<'static>> {
    let pad = |words: &str, width| text::pad(words, width, app.theme.glyphs.ellipsis);
    match line {
        HelpLine::Gap => vec![Span::raw(" ".repeat(width))],
        HelpLine::Heading(words) => vec![span(&pad(words, width), app.theme.strong())],
        HelpLine::Keys { keys, words, grey } => {
            let keys = app.theme.keys(keys);
            let (keys, style) = match grey {
                true => (format!("({keys})"), app.theme.grey()),
                false => (keys, Style::new()),
            };
            let words = pad(words, width.saturating_sub(KEYS + 1));
            vec![span(&pad(&keys, KEYS), style), span(&words, style), Span::raw(" ")]
        }
    }
}
