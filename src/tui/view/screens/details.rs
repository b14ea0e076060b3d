//! What is shown of one credential in more than one place: its state, its tags, its facts.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::account::Right;
use crate::credential::{BodyDigest, Condition};
use crate::hub::{CredentialInfo, CredentialRow, USE_DAYS, UsedDay, sum_of_days};
use crate::text::{self, grouped};
use crate::time::Millis;
use crate::tui::app::App;
use crate::tui::relative_time;
use crate::tui::view::paint::{plain, span, wrap};
use crate::tui::view::screens::refused;

/// A label and its value, in one line or more.
pub struct Fact {
    label: &'static str,
    value: Vec<Span<'static>>,
}

impl Fact {
    fn of(label: &'static str, value: Vec<Span<'static>>) -> Self {
        Self { label, value }
    }

    /// Its lines: the label muted, the value wrapped behind it if it is longer.
    pub fn lines(&self, app: &App, label: usize, width: usize) -> Vec<Line<'static>> {
        let head = |words: &str| span(&text::pad(words, label, app.theme.glyphs.ellipsis), app.theme.muted());
        let room = width.saturating_sub(label);
        if self.value.iter().map(Span::width).sum::<usize>() <= room {
            let mut line = vec![head(self.label)];
            line.extend(self.value.iter().cloned());
            return vec![Line::from(line)];
        }
        let words: String = self.value.iter().map(|span| span.content.as_ref()).collect();
        let style = self.value.first().map(|span| span.style).unwrap_or_default();
        let lines = wrap(&words, room);
        let label = |i: usize| if i == 0 { self.label } else { "" };
        lines.iter().enumerate().map(|(i, line)| Line::from(vec![head(label(i)), span(line, style)])).collect()
    }
}

/// The facts for a page with two columns: what it is beside who made and used it. Tags, use and refusals have places of
/// their own there.
pub fn in_two_columns(facts: Vec<Fact>) -> [Vec<Fact>; 2] {
    const RIGHT: [&str; 6] = ["Owner", "Note", "Starts", "Last used", "Created", "Changed"];
    let elsewhere = |fact: &Fact| ["Tags", "Use", "Refused"].contains(&fact.label) || fact.value.is_empty();
    let shown = facts.into_iter().filter(|fact| !elsewhere(fact));
    let (right, left) = shown.partition(|fact| RIGHT.contains(&fact.label));
    [left, right]
}

/// The facts of a credential; an empty line stands between groups of them.
pub fn facts(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>) -> Vec<Fact> {
    let theme = app.theme;
    let options = row.options.words(row.kind);
    let value = |words: &str| match words {
        "none" | "never" | "any" | "all" | "no limit" => vec![span(words, theme.muted())],
        _ => vec![plain(words)],
    };
    let gap = || Fact::of("", vec![]);
    let [key, secret] = row.kind.labels();
    let mut facts = vec![
        Fact::of(if key == "API Key" { "Key" } else { key }, vec![span(&row.key, theme.strong())]),
        Fact::of(if secret == "API Secret" { "Secret" } else { secret }, shown_once(app, row, details)),
    ];
    facts.extend(details.and_then(|d| old_secret(app, d)).into_iter().flatten());
    facts.push(gap());
    facts.push(Fact::of("Owner", value(&options.owner)));
    facts.push(Fact::of("Tags", if row.options.tags.is_empty() { value("none") } else { tags(app, row) }));
    facts.push(Fact::of("Note", value(&options.note)));
    facts.push(gap());
    let starts = row.options.not_before.map_or("at once".to_owned(), |at| relative_time::date(app.now, at.millis()));
    facts.push(Fact::of(
        "Starts",
        if starts == "at once" { vec![span(&starts, theme.muted())] } else { value(&starts) },
    ));
    facts.push(Fact::of("Expires", expires(app, row)));
    facts.push(Fact::of("Networks", value(&options.networks)));
    facts.extend(options.algorithms.map(|algorithms| Fact::of("Algorithms", value(&algorithms))));
    facts.extend(options.body_digest.map(|word| {
        let meaning = match row.options.body_digest {
            BodyDigest::Required => ": a request with a body signs a digest of it",
            BodyDigest::Optional => "",
        };
        Fact::of("Digest", vec![plain(word), span(meaning, theme.muted())])
    }));
    facts.push(gap());
    facts.push(Fact::of("Last used", used(app, row)));
    facts.extend(details.and_then(|read| usage(app, read)));
    let refused = details.and_then(|d| refused::summary(app, d));
    facts.extend(refused.map(|words| Fact::of("Refused", vec![span(&words, theme.warning())])));
    let day = |at: Millis| at.utc("%-d %b %Y %H:%M UTC");
    let made = vec![plain(&day(row.created_at)), span(" by ", theme.muted()), plain(&row.created_by)];
    facts.push(Fact::of("Created", made));
    if row.changed_at != row.created_at {
        let by = vec![plain(&day(row.changed_at)), span(" by ", theme.muted()), plain(&row.changed_by)];
        facts.push(Fact::of("Changed", by));
    }
    facts
}

/// The sums of thirty days, if there was a request.
fn usage(app: &App, read: &CredentialInfo) -> Option<Fact> {
    let used = read.days.iter().any(|day| day.allowed > 0 || day.refused > 0);
    used.then(|| Fact::of("Use", use_words(app, &read.days)))
}

/// `41,208 in 30 days, 12 refused`.
pub fn use_words(app: &App, days: &[UsedDay]) -> Vec<Span<'static>> {
    let theme = app.theme;
    let (allowed, refused) = sum_of_days(days);
    let mut words = vec![span(&grouped(allowed), theme.strong()), span(&format!(" in {USE_DAYS} days"), theme.muted())];
    if refused > 0 {
        words.push(span(&format!(", {} refused", grouped(refused)), theme.warning()));
    }
    words
}

/// When it expires, or when it did: `in 3 d`, `2 d ago`, `never`.
pub fn expiry_words(app: &App, row: &CredentialRow) -> String {
    match row.options.expires_at.map(|at| at.millis()) {
        None => "never".to_owned(),
        Some(at) if at > app.now => relative_time::until(app.now, at),
        Some(at) => relative_time::ago(app.now, at),
    }
}

/// How an expiry is drawn: only one that comes soon, or has come, has a colour.
pub fn expiry_style(app: &App, row: &CredentialRow) -> Style {
    match row.condition(app.now) {
        _ if row.options.expires_at.is_none() => app.theme.muted(),
        Condition::Expiring(_) => app.theme.warning(),
        Condition::Expired => app.theme.danger(),
        _ => app.theme.text(),
    }
}

fn expires(app: &App, row: &CredentialRow) -> Vec<Span<'static>> {
    let theme = app.theme;
    let Some(at) = row.options.expires_at.map(|at| at.millis()) else { return vec![span("never", theme.muted())] };
    let away = format!(", {}", expiry_words(app, row));
    vec![span(&at.utc("%-d %b %Y %H:%M UTC"), expiry_style(app, row)), span(&away, theme.muted())]
}

fn used(app: &App, row: &CredentialRow) -> Vec<Span<'static>> {
    let theme = app.theme;
    let Some(last) = &row.last_used else { return vec![span("never", theme.muted())] };
    let at = last.at.millis();
    let mut line = vec![
        plain(&format!("{} UTC", relative_time::moment(app.now, at))),
        span(&format!(", {}", relative_time::ago(app.now, at)), theme.muted()),
    ];
    if let Some(address) = &last.address {
        line.push(span(", from ", theme.muted()));
        line.push(plain(&address.to_string()));
    }
    line
}

/// When the secret was shown.
fn shown_once(app: &App, row: &CredentialRow, details: Option<&CredentialInfo>) -> Vec<Span<'static>> {
    let made_at: Millis = details.and_then(|d| d.secrets.first()).map_or(row.created_at, |s| s.created_at);
    let shown = format!("shown once, {} UTC; nobody can show it again", relative_time::moment(app.now, made_at));
    vec![plain(&shown)]
}

/// Why every secret of a credential is refused, if it is.
pub fn refused_because(app: &App, row: &CredentialRow) -> Option<String> {
    match row.condition(app.now) {
        _ if row.tampered => Some("the credential was changed outside keydesk".to_owned()),
        condition if condition.usable() => None,
        condition => Some(format!("the credential is {}", condition.words())),
    }
}

/// The old secret that still works after a rotation, or would.
fn old_secret(app: &App, details: &CredentialInfo) -> Option<[Fact; 2]> {
    let theme = app.theme;
    let old = details.old_secret(app.now)?;
    let until = relative_time::near(app.now, old.valid_until?.millis());
    let works = match refused_because(app, &details.row) {
        Some(why) => span(&format!("would work until {until} UTC, but {why}"), theme.muted()),
        None => span(&format!("{} works until {until} UTC", theme.glyphs.warning), theme.warning()),
    };
    let used = match &old.last_used {
        Some(last) => format!("last used {}", relative_time::ago(app.now, last.at.millis())),
        None => "never used".to_owned(),
    };
    let mut rest = vec![span(&used, theme.muted())];
    if may_change(app) {
        rest.push(span("; ", theme.muted()));
        rest.push(span("O", theme.accent().patch(theme.strong())));
        rest.push(span(" stops it", theme.muted()));
    }
    Some([Fact::of("Old secret", vec![works]), Fact::of("", rest)])
}

fn may_change(app: &App) -> bool {
    app.workspace.as_ref().is_some_and(|workspace| workspace.may(Right::ManageCredentials))
}

/// The tags, two blanks between.
pub fn tags(app: &App, row: &CredentialRow) -> Vec<Span<'static>> {
    let tags: Vec<&str> = row.options.tags.iter().map(|tag| tag.as_str()).collect();
    if tags.is_empty() { vec![] } else { vec![span(&tags.join("  "), app.theme.accent())] }
}

/// Glyph and word of the state.
pub fn state(app: &App, row: &CredentialRow) -> Vec<Span<'static>> {
    let (glyph, style) = state_mark(app, row);
    if row.tampered {
        return vec![span(&format!("{glyph} {}", state_word(app, row)), style)];
    }
    let word = match row.condition(app.now) {
        Condition::Active => app.theme.text(),
        _ => state_style(app, row),
    };
    vec![span(glyph, style), span(&format!(" {}", state_word(app, row)), word)]
}

/// The state as sheets tell it.
pub fn state_words(app: &App, row: &CredentialRow) -> String {
    match row.tampered {
        true => "tampered: changed outside keydesk, and refused".to_owned(),
        false => row.condition(app.now).words(),
    }
}

/// The word of the state.
pub fn state_word(app: &App, row: &CredentialRow) -> &'static str {
    row.state_word(app.now)
}

/// How the word of the state is drawn in a list: only what is out of order has a colour.
pub fn state_style(app: &App, row: &CredentialRow) -> Style {
    let theme = app.theme;
    match row.condition(app.now) {
        _ if row.tampered => theme.armed(),
        Condition::Active | Condition::Disabled | Condition::Revoked => theme.muted(),
        Condition::Expiring(_) => theme.warning(),
        Condition::NotYet => theme.text(),
        Condition::Expired => theme.danger(),
    }
}

/// Glyph of the state and its colour.
pub fn state_mark(app: &App, row: &CredentialRow) -> (&'static str, Style) {
    let (glyphs, theme) = (app.theme.glyphs, app.theme);
    if row.tampered {
        return (glyphs.tampered, theme.armed());
    }
    match row.condition(app.now) {
        Condition::Active => (glyphs.active, theme.success()),
        Condition::Expiring(_) => (glyphs.warning, theme.warning().patch(theme.strong())),
        Condition::NotYet => (glyphs.not_yet, theme.accent()),
        Condition::Disabled => (glyphs.disabled, theme.muted()),
        Condition::Expired => (glyphs.over, theme.danger()),
        Condition::Revoked => (glyphs.revoked, theme.muted()),
    }
}

/// Text in which each of some words is marked, case aside.
pub fn marked(app: &App, shown: &str, words: &[String], style: Style) -> Vec<Span<'static>> {
    let folded = shown.to_lowercase();
    // Some characters are longer in lower case: then places do not match.
    let first = words.iter().filter(|word| !word.is_empty() && folded.len() == shown.len());
    let first = first.filter_map(|word| folded.find(word.as_str()).map(|at| (at, at + word.len()))).min();
    match first {
        Some((from, to)) if shown.is_char_boundary(from) && shown.is_char_boundary(to) => {
            let mut line = vec![span(&shown[..from], style), span(&shown[from..to], style.patch(app.theme.found()))];
            line.extend(marked(app, &shown[to..], words, style));
            line
        }
        _ => vec![span(shown, style)],
    }
}
