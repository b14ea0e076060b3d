//! The body of the palette.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::{Jump, Target};
use crate::tui::form::{Control, Form};
use crate::tui::layout;
use crate::tui::view::paint::{plain, span};
use crate::tui::view::screens::details;
use crate::tui::view::sheet::Sheet;

/// Lines of the sheet besides the rows: the field, gaps, the line about signs.
const OTHER: usize = 8;

/// Lines of the palette.
pub fn jump(app: &App, d: &Jump, form: &Form, sheet: &mut Sheet) {
    let theme = app.theme;
    let Some((entry, _)) = form.shown().next() else { return };
    let Control::Text(field) = &entry.input else { return };
    let typed = text::safe(field.text()).into_owned();
    sheet.choice(vec![span(":", theme.accent().patch(theme.strong())), plain(&format!(" {typed}"))], true);
    let at = text::width(&text::safe(field.before_cursor()));
    let (matched, looked_at) = d.counted;
    if looked_at > 0 {
        sheet.at_end(vec![span(&format!("{matched} of {looked_at}"), theme.muted())]);
    }
    let line = sheet.len();
    sheet.gap();
    let room = layout::sheet_rows(app.size).saturating_sub(OTHER).max(3);
    let first = (d.selected + 1).saturating_sub(room);
    let mut search = Search::of(Jump::words(&typed));
    for (i, target) in d.targets().iter().enumerate().skip(first).take(room) {
        sheet.row(row(app, target, &mut search, sheet.width()), i == d.selected);
    }
    if d.targets().is_empty() {
        sheet.explain(if d.answered { "Nothing matches." } else { "Looking ..." });
    }
    sheet.gap();
    sheet.explain("begin with > for actions, @ users, # tags, / screens");
    sheet.cursor_at(line, 2 + at);
}

fn row(app: &App, target: &Target, search: &mut Search, width: usize) -> Vec<Span<'static>> {
    let theme = app.theme;
    let name = width.saturating_sub(9 + 12 + 20).clamp(12, 34);
    let cell = |text: &str, width: usize| text::pad(text, width, theme.glyphs.ellipsis);
    let mut named = |shown: &str| {
        let shown = text::fit_middle(shown, name - 2, theme.glyphs.ellipsis);
        let blank = name.saturating_sub(text::width(&shown));
        let mut line = search.marked(app, &shown, theme.text());
        line.push(Span::raw(" ".repeat(blank)));
        line
    };
    let muted = |text: &str| span(text, theme.muted());
    match target {
        Target::Credential(one) => {
            let mut line = named(&one.name);
            line.push(muted(&cell(one.kind.word(), 9)));
            let (glyph, style) = details::state_mark(app, one);
            line.push(span(glyph, style));
            line.push(span(&cell(&format!(" {}", details::state_word(app, one)), 11), details::state_style(app, one)));
            let owner = text::fit(one.options.owner.as_str(), 20, theme.glyphs.ellipsis);
            line.push(muted(&text::safe(&owner)));
            line
        }
        Target::User(user) => {
            [named(&user.name), vec![muted(&cell("User", 9)), muted(&user.role.to_string())]].concat()
        }
        Target::Place(_, title) => [named(title), vec![muted("Screen")]].concat(),
        Target::Filter(finds, filter) => [named(finds), vec![muted(&cell("Filter", 9)), muted(filter)]].concat(),
        Target::Action(binding) => {
            let keys = theme.keys(&binding.keys_in_hint()).to_string();
            [named(binding.words), vec![muted(&cell("Action", 9)), muted(&keys)]].concat()
        }
    }
}

/// What is typed, and the room that looking for it takes: one for a frame.
struct Search {
    /// Without words nothing is looked for.
    pattern: Option<Pattern>,
    matcher: Matcher,
    indices: Vec<u32>,
    letters: Vec<char>,
}

impl Search {
    fn of(words: &str) -> Self {
        let pattern = || Pattern::parse(words, CaseMatching::Ignore, Normalization::Smart);
        Self {
            pattern: (!words.is_empty()).then(pattern),
            matcher: Matcher::new(Config::DEFAULT),
            indices: Vec::new(),
            letters: Vec::new(),
        }
    }

    /// A name, with the letters that were found marked.
    fn marked(&mut self, app: &App, name: &str, style: Style) -> Vec<Span<'static>> {
        self.indices.clear();
        let Self { pattern, matcher, indices, letters } = self;
        let text = Utf32Str::new(name, letters);
        if pattern.as_ref().and_then(|pattern| pattern.indices(text, matcher, indices)).is_none() {
            return vec![span(name, style)];
        }
        let marked = |i: usize| u32::try_from(i).is_ok_and(|i| indices.contains(&i));
        let styled = |i| if marked(i) { style.patch(app.theme.found()) } else { style };
        name.graphemes(true).enumerate().map(|(i, letter)| span(letter, styled(i))).collect()
    }
}
