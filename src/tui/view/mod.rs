//! The view: draws the state, and never changes it.

mod charts;
mod chrome;
mod deeds;
mod dialogs;
mod forms;
mod help;
mod hints;
mod paint;
mod screens;
mod sheet;
mod table;

use paint::Paint;
use ratatui::Frame;
use ratatui::layout::Rect;
use screens::{api, docs, menu, pages, security, sign_in, trail, users};

use crate::tui::app::{App, Workspace};
use crate::tui::layout::{self, TOP};
use crate::tui::screen::{Screen, Tab, Topic};

/// Draws one frame.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    let mut paint = Paint { buf: frame.buffer_mut(), theme: app.theme, cursor: None };
    picture(app, &mut paint);
    if let Some(at) = paint.cursor {
        frame.set_cursor_position(at);
    }
}

fn picture(app: &App, paint: &mut Paint<'_>) {
    let area = paint.area();
    if layout::too_small((area.width, area.height)) {
        return chrome::too_small(paint);
    }
    chrome::header(app, paint);
    let foot = chrome::foot_rows(app, area.width);
    let body = Rect { y: TOP, height: area.height.saturating_sub(TOP + foot), ..area };
    match (&app.sign_in, &app.workspace) {
        // Help replaces the sign-in screen instead of covering parts of it.
        (Some(_), _) if app.help.is_some() => {}
        (Some(sign_in), _) => sign_in::draw(app, sign_in, paint, body),
        (None, Some(workspace)) => desk(app, workspace, paint, body),
        (None, None) => {}
    }
    if let Some(help) = &app.help {
        // The sheet covers what was focused.
        paint.cursor = None;
        help::sheet(app, &help.content).draw(paint, help.scroll);
    }
    chrome::footer(app, paint);
}

fn desk(app: &App, workspace: &Workspace, paint: &mut Paint<'_>, body: Rect) {
    match workspace.screen() {
        Some(Screen::Menu(menu)) => menu::menu(app, workspace, menu, paint, body),
        Some(Screen::Settings(rows)) => menu::settings(app, workspace, rows, paint, body),
        Some(Screen::Account(rows)) => menu::account(app, workspace, rows, paint, body),
        Some(Screen::Api(api)) => api::draw(app, workspace, api, paint, body),
        Some(Screen::Users(users)) => users::draw(app, users, paint, body),
        Some(Screen::Trail(trail)) => trail::draw(app, trail, paint, TOP),
        Some(Screen::Docs(shown)) => docs::page(app, workspace, shown, paint, body),
        Some(Screen::Page(Topic::Security, at)) => security::draw(app, workspace, *at, paint, body),
        Some(Screen::Page(topic, scroll)) => pages::draw(app, workspace, *topic, *scroll, paint, body),
        None => {}
    }
    // No dialog is drawn under help: a secret shows only in the topmost view.
    if let Some(dialog) = workspace.dialog().filter(|_| app.help.is_none()) {
        paint.cursor = None;
        dialogs::sheet(app, dialog).draw(paint, dialog.scroll());
    }
}

/// How many lines do not fit of what can be scrolled now: help, details, a page to read.
pub fn overflow(app: &App) -> usize {
    let in_sheet = layout::sheet_rows(app.size);
    if let Some(help) = &app.help {
        return help::sheet(app, &help.content).len().saturating_sub(in_sheet);
    }
    let Some(workspace) = &app.workspace else { return 0 };
    match (workspace.dialog(), workspace.screen()) {
        (Some(dialog), _) if dialog.scrolls() => dialogs::sheet(app, dialog).len().saturating_sub(in_sheet),
        (Some(_), _) => 0,
        (None, Some(Screen::Page(topic, _))) => {
            pages::lines(app, workspace, *topic).len().saturating_sub(layout::page_rows(app.size))
        }
        (None, Some(Screen::Docs(_))) => docs::overflow(app, workspace),
        (None, Some(Screen::Api(api))) if api.tab == Tab::Documentation => docs::overflow(app, workspace),
        (None, Some(Screen::Api(api))) if api.page.is_some() => api::overflow(app, api),
        _ => 0,
    }
}
