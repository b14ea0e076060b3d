//! The help overlay and the documentation's key tables, generated from the table of keys.

use std::fmt::Write as _;

use crate::credential::filter_terms;
use crate::hub::{log_terms, user_terms};
use crate::tui::keymap::{BINDINGS, Binding, Scope, reachable};

/// Keys of one kind of place, under their heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpSection {
    /// The heading.
    pub heading: &'static str,
    /// One row for each key.
    pub rows: Vec<HelpRow>,
}

/// Keys, what they do, and whether they cannot be used now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// The keys.
    pub keys: String,
    /// What they do.
    pub words: &'static str,
    /// The role may not, or there is nothing they could do.
    pub grey: bool,
}

/// Help for a chain of scopes: what works here, then what works in text fields, if it is not the same.
pub fn sections(chain: &[Scope], grey: impl Fn(&Binding) -> bool) -> Vec<HelpSection> {
    let mut scopes: Vec<Scope> = chain.to_vec();
    if !scopes.contains(&Scope::Text) {
        scopes.push(Scope::Text);
    }
    let works = reachable(chain);
    let mut sections: Vec<HelpSection> = Vec::new();
    for scope in scopes {
        let shown = BINDINGS.iter().filter(|b| b.scope == scope);
        // Keys of text fields are listed in advance; all others only where they work.
        let shown = shown.filter(|b| {
            (scope == Scope::Text && !chain.contains(&scope)) || works.iter().any(|w| std::ptr::eq(*w, *b))
        });
        let rows: Vec<HelpRow> =
            shown.filter_map(|b| Some(HelpRow { keys: b.keys_in_help()?, words: b.words, grey: grey(b) })).collect();
        match sections.last_mut().filter(|last| last.heading == heading(scope)) {
            Some(last) => last.rows.extend(rows),
            None if rows.is_empty() => {}
            None => sections.push(HelpSection { heading: heading(scope), rows }),
        }
        if matches!(scope, Scope::List | Scope::Filter) {
            sections.push(terms("in the name or the key", filter_terms()));
        }
        if matches!(scope, Scope::Trail | Scope::LogFilter) {
            sections.push(terms("who, what, to what, from where", log_terms()));
        }
        if matches!(scope, Scope::Users | Scope::UserFilter) {
            sections.push(terms("in the name, the role or the note", user_terms()));
        }
    }
    sections
}

/// What can be typed into a filter: words, and its terms.
fn terms(words: &'static str, terms: impl Iterator<Item = (&'static str, &'static str)>) -> HelpSection {
    let row = |(term, words): (&str, &'static str)| HelpRow { keys: term.to_owned(), words, grey: false };
    HelpSection {
        heading: "Terms of the filter",
        rows: [row(("word", words))].into_iter().chain(terms.map(row)).collect(),
    }
}

/// One heading for the keys that work on every screen: a heading for a single key would waste a line.
fn heading(scope: Scope) -> &'static str {
    match scope {
        Scope::Tabs | Scope::Screen | Scope::Palette => Scope::Everywhere.title(),
        scope => scope.title(),
    }
}

/// The table of keys of the documentation, in Markdown.
pub fn markdown() -> String {
    let mut out = String::from("| where | key | does |\n| --- | --- | --- |\n");
    let mut before = None;
    for binding in BINDINGS {
        let Some(keys) = binding.keys_in_help() else { continue };
        let place = if before == Some(binding.scope) { "" } else { binding.scope.title() };
        before = Some(binding.scope);
        let keys = keys.split(' ').map(|k| format!("`{k}`")).collect::<Vec<_>>().join(" ");
        let only = binding.right.map_or(String::new(), |right| format!(" ({})", right.holders()));
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {place} | {keys} | {}{only} |", binding.words);
    }
    out
}

/// The table of filter terms of the documentation, in Markdown.
pub fn terms_markdown() -> String {
    table_of(filter_terms())
}

/// The same for the filter of the activity log.
pub fn log_terms_markdown() -> String {
    table_of(log_terms())
}

/// The same for the filter of the users.
pub fn user_terms_markdown() -> String {
    table_of(user_terms())
}

fn table_of(terms: impl Iterator<Item = (&'static str, &'static str)>) -> String {
    let mut out = String::from("| term | finds |\n| --- | --- |\n");
    for (term, words) in terms {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| `{term}` | {words} |");
    }
    out
}
