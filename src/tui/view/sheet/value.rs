//! What a field shows: the part of its text around the cursor, or its choices.

use ratatui::text::{Line, Span};

use crate::text;
use crate::tui::form::{Control, FormEntry, Id};
use crate::tui::theme::Theme;
use crate::tui::view::paint::plain;

/// What a field shows, and the column of the cursor in it.
pub(super) fn value(entry: &FormEntry, room: usize, theme: &Theme) -> (Vec<Span<'static>>, usize) {
    match &entry.input {
        Control::Text(field) => {
            let (shown, at) = part(field.text(), field.before_cursor(), room, theme);
            (vec![plain(&shown)], at)
        }
        Control::Password(field) if field.shown() => {
            let typed = field.typed();
            let before: String = typed.expose().chars().take(typed.cursor_chars()).collect();
            let (shown, at) = part(typed.expose(), &before, room, theme);
            (vec![plain(&shown)], at)
        }
        Control::Password(field) => {
            let (all, before) = (field.typed().chars(), field.typed().cursor_chars());
            let dots = theme.glyphs.bullet;
            let (shown, at) = part(&dots.repeat(all), &dots.repeat(before), room, theme);
            (vec![plain(&shown)], at)
        }
        Control::Preset(preset) => {
            let before = text::width(preset.field().before_cursor());
            let typed = text::width(&text::safe(preset.field().text()));
            let words = choices(entry, room, theme);
            let at = words.iter().last().map_or(0, |line| line.iter().map(Span::width).sum::<usize>());
            let at = if preset.is_typed() { at.saturating_sub(2 + typed) + before } else { 1 };
            (words.into_iter().next().unwrap_or_default(), at)
        }
        Control::Choice { .. } => (choices(entry, room, theme).into_iter().next().unwrap_or_default(), 1),
        Control::Check(_) | Control::Fold { .. } | Control::Button(_) => (vec![], 0),
    }
}

/// The words of a choice with their marks, in as many lines as they need.
pub(super) fn choices(entry: &FormEntry, room: usize, theme: &Theme) -> Vec<Vec<Span<'static>>> {
    let (words, chosen): (Vec<String>, usize) = match &entry.input {
        Control::Choice { words, chosen } => (words.iter().map(|word| (*word).to_owned()).collect(), *chosen),
        Control::Preset(preset) => {
            let mut words: Vec<String> = preset.words().iter().map(|word| (*word).to_owned()).collect();
            if let Some(last) = words.last_mut().filter(|_| preset.is_typed()) {
                last.push(' ');
                last.push_str(&text::safe(preset.field().text()));
            }
            (words, preset.chosen())
        }
        _ => return vec![],
    };
    let mut lines = vec![vec![]];
    let mut used = 0;
    for (i, words) in words.iter().enumerate() {
        let mark = if i == chosen { theme.glyphs.chosen } else { theme.glyphs.unchosen };
        let shown = format!("{mark} {words}");
        let width = text::width(&shown);
        // They may end in the margin.
        if used > 0 && used + width > room + 1 {
            lines.push(vec![]);
            used = 0;
        }
        used += width + 2;
        if let Some(line) = lines.last_mut() {
            line.push(plain(&format!("{shown}  ")));
        }
    }
    lines
}

/// The part of a long text with the cursor in it, and the cursor's column in that part.
pub fn part(typed: &str, before: &str, room: usize, theme: &Theme) -> (String, usize) {
    let ellipsis = theme.glyphs.ellipsis;
    let (typed, before) = (text::safe(typed), text::safe(before));
    let at = text::width(&before);
    if at < room {
        return (text::fit(&typed, room, ellipsis), at);
    }
    let mut skipped = 0;
    let mut rest = typed.chars();
    // Whole characters are left out at the start until the cursor fits.
    while at - skipped >= room {
        let Some(c) = rest.next() else { break };
        skipped += text::width(c.encode_utf8(&mut [0; 4]));
    }
    (text::fit(rest.as_str(), room, ellipsis), at.saturating_sub(skipped))
}

/// Whether a line is empty.
pub(super) fn is_gap(line: &Line<'_>) -> bool {
    line.width() == 0
}

/// A button at the foot; Generate stands beside its field.
pub(super) fn is_foot(entry: &FormEntry) -> bool {
    matches!(entry.input, Control::Button(_)) && entry.id != Id::Generate
}
