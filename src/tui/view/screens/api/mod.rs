//! Draws API Settings: tabs, sections, the list of credentials.

mod list;
mod one_page;
mod page;
mod panel;
mod status;
mod uses;

pub use list::short_key;
pub use page::overflow;
pub use status::total;

use ratatui::layout::Rect;

use crate::account::Right;
use crate::credential::{Kind, State};
use crate::tui::app::{App, Workspace};
use crate::tui::layout;
use crate::tui::screen::{Api, Tab};
use crate::tui::view::chrome::{self, Section};
use crate::tui::view::paint::Paint;
use crate::tui::view::screens::{docs, refused, trail};
use crate::tui::view::sheet::Sheet;

/// Draws API Settings.
pub fn draw(app: &App, workspace: &Workspace, api: &Api, paint: &mut Paint<'_>, body: Rect) {
    if let Some(page) = api.page.as_ref().filter(|_| api.tab == Tab::Api) {
        return page::draw(app, workspace, api, page, paint, body);
    }
    let tabs = Tab::ALL.map(|tab| {
        let closed = tab == Tab::Activity && !workspace.may(Right::ReadTrail);
        let words = if closed { format!("({})", tab.title()) } else { tab.title().to_owned() };
        (words, tab == api.tab)
    });
    chrome::tabs(paint, &tabs, vec![]);
    match api.tab {
        Tab::Api if !workspace.may(Right::SeeCredentials) => not_available(app, workspace, paint),
        Tab::Api => credentials(app, workspace, api, paint, body),
        Tab::Documentation => docs::draw(app, workspace, paint, body),
        Tab::Activity => activity(app, api, paint, body),
    }
}

/// The Activity tab: refused requests, or the part of the trail about credentials.
fn activity(app: &App, api: &Api, paint: &mut Paint<'_>, body: Rect) {
    let section = |key: &str, name: &str, current| Section {
        key: key.to_owned(),
        name: name.to_owned(),
        count: String::new(),
        current,
    };
    let sections = [section("1", "Refused requests", api.shows_refused), section("2", "Changes", !api.shows_refused)];
    chrome::sections(paint, body, &sections, 4);
    match api.shows_refused {
        true => refused::draw(app, &api.refused, paint),
        false => trail::draw(app, &api.activity, paint, layout::TOP + 1),
    }
}

fn credentials(app: &App, workspace: &Workspace, api: &Api, paint: &mut Paint<'_>, body: Rect) {
    sections(workspace, api, paint, body);
    let wide = layout::is_wide(app.size);
    let width = if wide { body.width.saturating_sub(layout::BESIDE) } else { body.width };
    let rows = api.height(app.size) as u16;
    if wide {
        // The edge of the panel; the scroll bar stands in it.
        for y in body.y + 1..body.y + 2 + rows {
            paint.text_in(width - 1, y, 1, app.theme.glyphs.vertical, app.theme.line());
        }
    }
    list::draw(app, api, paint, Rect { y: body.y + 1, height: rows + 1, width, ..body });
    status::line(app, workspace, api, paint, layout::list_status(app.size), width);
    if !api.ticks.is_empty() && !wide {
        return panel::ticked(app, api, paint, layout::list_status(app.size) + 1);
    }
    let Some((row, read)) = api.to_detail() else { return };
    if wide {
        panel::beside(app, row, read, paint, Rect { x: width, y: body.y + 1, width: layout::BESIDE, height: rows + 1 });
    } else {
        let y = layout::list_status(app.size) + 1;
        panel::under(app, row, read, paint, Rect { y, height: layout::panel(app.size), ..body });
    }
}

fn sections(workspace: &Workspace, api: &Api, paint: &mut Paint<'_>, body: Rect) {
    // A cut number would be another number: the words and then the gaps are shortened.
    let shown = [(false, 4), (true, 4), (true, 2)].map(|(short, gap)| (section_words(workspace, api, short), gap));
    let fits = |(sections, gap): &(Vec<Section>, u16)| chrome::sections_width(sections, *gap) <= body.width;
    let (sections, gap) = shown.iter().find(|one| fits(one)).unwrap_or(&shown[2]);
    chrome::sections(paint, body, sections, *gap);
}

/// Number, title and count of each section.
fn section_words(workspace: &Workspace, api: &Api, short: bool) -> Vec<Section> {
    let section = |kind: Kind| {
        let name = match (kind, short) {
            (Kind::Legacy, _) | (_, true) => kind.word(),
            (_, false) => kind.title(),
        };
        Section {
            key: (kind as usize + 1).to_string(),
            name: name.to_owned(),
            count: count(workspace, api, kind),
            current: kind == api.kind,
        }
    };
    Kind::ALL.into_iter().map(section).collect()
}

/// `170`, or with a filter `18/170`; while that is counted `18+/170`.
fn count(workspace: &Workspace, api: &Api, kind: Kind) -> String {
    let all = all_of(workspace, api, kind).map(number);
    // The list itself knows first.
    let length = api.list.length().filter(|_| api.search.narrows() && !api.search.awaited && kind == api.kind);
    let found = length.map(|n| (n, true)).or_else(|| api.found(kind));
    match (found, all) {
        (Some((n, true)), Some(all)) => format!("{}/{all}", number(n)),
        (Some((n, false)), Some(all)) => format!("{}+/{all}", number(n)),
        (_, all) => all.unwrap_or_default(),
    }
}

/// How many credentials of a kind the list has, were it not filtered.
fn all_of(workspace: &Workspace, api: &Api, kind: Kind) -> Option<i64> {
    let counts = workspace.overview.as_ref()?.credentials.as_ref()?.counts;
    let revoked = api.revoked || api.search.filter().wants_revoked();
    Some(counts.listed(kind) + if revoked { counts.of(kind, State::Revoked) } else { 0 })
}

/// A number with a comma at each thousand.
pub fn number(n: i64) -> String {
    let digits = n.to_string();
    let (sign, digits) = digits.split_at(usize::from(n < 0));
    let mut out = sign.to_owned();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Replaces the list for a role that may not see it.
fn not_available(app: &App, workspace: &Workspace, paint: &mut Paint<'_>) {
    // The page is where credentials are managed: here the help page has a sentence of its own.
    let denied = workspace.denied(Right::ManageCredentials);
    // The help page's sentence names what the tab is for.
    let reason = format!("Only account Administrators can {}.", Right::ManageCredentials.words());
    let mut sheet = Sheet::new("Not available to you", layout::sheet_columns(app.size), app.theme);
    sheet.gap();
    sheet.tell(&reason);
    sheet.tell(&format!("Your role is {}.", denied.role));
    sheet.gap();
    sheet.tell(&denied.assistance());
    sheet.gap();
    sheet.gap();
    sheet.draw(paint, 0);
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn thousands_are_set_apart() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (1_240_118, "1,240,118"), (-12_345, "-12,345")];
        for (n, words) in cases {
            assert_eq!(number(n), words);
        }
    }
}
