//! Draws Security: the settings, and what is fixed.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::account::{FIRST_PAUSE, FREE_TRIES, MIN_PASSWORD};
use crate::hub::{Provenance, Setting};
use crate::text;
use crate::time::{self, DAY, MINUTE};
use crate::tui::app::{App, Workspace};
use crate::tui::layout::STATUS;
use crate::tui::screen::{SettingGroup, settings_in_order};
use crate::tui::view::dialogs::{default_words, with_unit};
use crate::tui::view::paint::{Paint, span};

/// Columns before a row, of its label, and of its value.
const LEAD: usize = 3;
const LABEL: usize = 15;
const VALUE: usize = 26;

/// A line of the page; those of settings can be selected.
struct Row {
    line: Vec<Span<'static>>,
    setting: Option<Setting>,
}

/// Draws the page with the setting number `at` selected.
pub fn draw(app: &App, workspace: &Workspace, at: usize, paint: &mut Paint<'_>, body: Rect) {
    let selected = settings_in_order().get(at).copied();
    let rows = rows(app, workspace);
    let bottom = body.bottom().saturating_sub(STATUS);
    let height = usize::from(bottom.saturating_sub(body.y));
    let place = rows.iter().position(|row| row.setting.is_some() && row.setting == selected).unwrap_or_default();
    // The heading of the first setting stays in sight.
    let first = if place <= 1 { 0 } else { (place + 1).saturating_sub(height) };
    for (y, row) in (body.y..).zip(rows.iter().skip(first).take(height)) {
        paint.line(0, y, body.width, &Line::from(row.line.clone()));
        if row.setting.is_some() && row.setting == selected {
            paint.select(0, y, body.width);
        }
    }
    if let Some(setting) = selected {
        paint.ruled(bottom, vec![span(&status(workspace, setting), app.theme.muted())], vec![]);
    }
}

fn rows(app: &App, workspace: &Workspace) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut group = None;
    for setting in settings_in_order() {
        let its = SettingGroup::of(setting);
        if group.replace(its) != Some(its) {
            rows.push(heading(app, its.title()));
        }
        let tampered = standing(workspace, setting) == Some(Provenance::Tampered);
        let (label, aside) = words(setting);
        let value = match value(workspace, setting) {
            _ if tampered => format!("{} changed outside", app.theme.glyphs.tampered),
            value => with_unit(setting, &value),
        };
        let style = if tampered { app.theme.danger() } else { app.theme.strong() };
        rows.push(Row { line: cells(app, label, &value, style, aside), setting: Some(setting) });
    }
    let fixed = |label: &str, value: &str, aside: &str| Row {
        line: cells(app, label, value, app.theme.muted(), aside),
        setting: None,
    };
    rows.push(heading(app, "Sign-in"));
    rows.push(fixed("Passwords", &format!("{MIN_PASSWORD} or more"), "fixed"));
    let pause = time::duration(FIRST_PAUSE);
    rows.push(fixed("Wrong ones", &format!("{FREE_TRIES}, then {pause}"), "doubles each time; fixed"));
    let site = workspace.overview.as_ref().and_then(|overview| overview.site.as_ref());
    if let Some(at) = site.and_then(|site| site.master_key_made_at) {
        let days = match app.now.since(at) / DAY {
            1 => "1 day ago".to_owned(),
            days => format!("{days} days ago"),
        };
        rows.push(heading(app, "Master key"));
        rows.push(fixed("Made", &at.utc("%-d %b %Y"), &format!("{days}; copy it elsewhere")));
        if !app.places.master_key.is_empty() {
            rows.push(fixed("File", &app.places.master_key, ""));
        }
    }
    rows
}

fn heading(app: &App, words: &str) -> Row {
    Row { line: vec![Span::raw(" "), span(words, app.theme.strong())], setting: None }
}

fn cells(app: &App, label: &str, value: &str, style: Style, aside: &str) -> Vec<Span<'static>> {
    let ellipsis = app.theme.glyphs.ellipsis;
    // A value that is longer than its column pushes what explains it to the right.
    let value = text::pad(value, VALUE.max(text::width(value) + 2), ellipsis);
    vec![
        Span::raw(" ".repeat(LEAD)),
        span(&text::pad(label, LABEL, ellipsis), app.theme.muted()),
        span(&value, style),
        span(aside, app.theme.muted()),
    ]
}

/// What a setting is called here, and what it means in a few words.
fn words(setting: Setting) -> (&'static str, &'static str) {
    match setting {
        Setting::LockTime => ("Lock after", "without a key press"),
        Setting::ApiAddress => ("Address", "what samples call"),
        Setting::Upstream => ("Upstream", "where gateway files send to"),
        Setting::Staleness => ("Staleness", "answers without the database"),
        Setting::Replay => ("Replay guard", "refuses a signature that was seen"),
        Setting::KeepCounts => ("Keep counts", "of requests, by credential and day"),
        Setting::Algorithms => ("Algorithms", "for HMAC: SHA-1, 256, 384, 512"),
    }
}

fn value(workspace: &Workspace, setting: Setting) -> String {
    let set = workspace.security.as_ref().and_then(|security| security.of(setting));
    set.map_or_else(|| setting.default_value(), |set| set.value.clone())
}

/// Where the value of a setting comes from, once that is known.
fn standing(workspace: &Workspace, setting: Setting) -> Option<Provenance> {
    workspace.security.as_ref().and_then(|security| security.of(setting)).map(|set| set.state)
}

/// The line about the selected setting.
fn status(workspace: &Workspace, setting: Setting) -> String {
    let default = format!("{} is the default", default_words(setting));
    let own = workspace.session.idle_lock / MINUTE;
    let set = workspace.security.as_ref().map_or(own, |security| security.idle_lock_minutes());
    match (standing(workspace, setting), setting) {
        (None, _) => "Reading ...".to_owned(),
        (Some(Provenance::Tampered), _) => {
            "It was changed outside keydesk: the default counts until it is set again".to_owned()
        }
        (Some(Provenance::Default), _) => format!("{default}; it was never changed"),
        (Some(Provenance::Set), Setting::LockTime) if own != set => {
            format!("{default}; yours locks after {}", time::duration(own * MINUTE))
        }
        (Some(Provenance::Set), _) => default,
    }
}
