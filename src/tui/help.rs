//! What the help overlay and the README say, from the table of keys.

use std::fmt::Write as _;

use super::keys::{BINDINGS, Binding, Scope, reachable};

/// One line of help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// Heading of a scope.
    Heading(&'static str),
    /// Keys, what they do, and whether the role may not.
    Keys {
        /// The keys.
        keys: String,
        /// What they do.
        words: &'static str,
        /// The role may not.
        grey: bool,
    },
    /// Nothing.
    Gap,
}

/// Help for a chain of scopes: what works here, then what works in text fields, if it is not the same.
pub fn lines(chain: &[Scope], grey: impl Fn(&Binding) -> bool) -> Vec<HelpLine> {
    let mut scopes: Vec<Scope> = chain.to_vec();
    if !scopes.contains(&Scope::Text) {
        scopes.push(Scope::Text);
    }
    let works = reachable(chain);
    let mut lines = Vec::new();
    let mut before = "";
    for scope in scopes {
        let shown = BINDINGS.iter().filter(|b| b.scope == scope);
        // Outside a field its keys are told in advance; everything else only where it works.
        let shown = shown.filter(|b| {
            (scope == Scope::Text && !chain.contains(&scope)) || works.iter().any(|w| std::ptr::eq(*w, *b))
        });
        let keys: Vec<HelpLine> = shown
            .filter_map(|b| Some(HelpLine::Keys { keys: b.keys_in_help()?, words: b.words, grey: grey(b) }))
            .collect();
        if keys.is_empty() {
            continue;
        }
        if heading(scope) != before {
            if !lines.is_empty() {
                lines.push(HelpLine::Gap);
            }
            before = heading(scope);
            lines.push(HelpLine::Heading(before));
        }
        lines.extend(keys);
    }
    lines
}

/// One heading for what works on every screen: a heading over a single key is a line wasted.
fn heading(scope: Scope) -> &'static str {
    match scope {
        Scope::Tabs | Scope::Screen => Scope::Everywhere.title(),
        scope => scope.title(),
    }
}

/// The key table of the README, in Markdown.
pub fn markdown() -> String {
    let mut out = String::from("| where | key | does |\n| --- | --- | --- |\n");
    let mut before = None;
    for binding in BINDINGS {
        let Some(keys) = binding.keys_in_help() else { continue };
        let place = if before == Some(binding.scope) { "" } else { binding.scope.title() };
        before = Some(binding.scope);
        let keys = keys.split(' ').map(|k| format!("`{k}`")).collect::<Vec<_>>().join(" ");
        let only = if binding.right.is_some() { " (Administrators)" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {place} | {keys} | {}{only} |", binding.words);
    }
    out
}
