//! The body of the form that creates a key.

use crate::credential::{Algorithm, Kind, Rule, username_rules};
use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::Create;
use crate::tui::form::{Control, Form, FormEntry, Id};
use crate::tui::view::forms::{algorithms, date_echo, network_warning, password_line, rule_lines, rules_of, warn};
use crate::tui::view::paint::span;
use crate::tui::view::sheet::Sheet;

/// Lines of the create form.
pub fn create(app: &App, create: &Create, form: &Form, sheet: &mut Sheet) {
    sheet.gap();
    for (entry, focused) in form.shown() {
        match entry.id {
            Id::Generate | Id::Submit | Id::Cancel | Id::Algorithm(_) => continue,
            Id::Digest => algorithms(form, sheet),
            _ => {}
        }
        sheet.field(entry, focused);
        under_field(app, create, form, entry, sheet);
    }
    sheet.gap();
    let words = match create.kind {
        Kind::Basic | Kind::Hmac => "The secret is shown once, on the next page. Have a place ready for it.",
        Kind::Legacy => "For the SOAP API and the M4U text protocol. For REST use the other kinds.",
    };
    sheet.explain(words);
}

/// The text under a field: its rules, met or not, or its purpose.
fn under_field(app: &App, create: &Create, form: &Form, entry: &FormEntry, sheet: &mut Sheet) {
    let theme = &app.theme;
    match entry.id {
        Id::Username => {
            let mut rules = rules_of(entry, username_rules(form.text(Id::Username)));
            if let Some(taken) = create.taken_now(form).filter(|_| rules.iter().all(|(rule, _)| rule.met)) {
                rules.push((Rule { words: "free", met: !taken.username }, true));
            }
            rule_lines(theme, &rules, sheet);
            sheet.gap();
        }
        Id::Password => password_line(app, form, create.generate, create.wiped, sheet),
        Id::Name if entry.error.is_none() => {
            match (create.taken_now(form).is_some_and(|t| t.name), create.kind) {
                (true, kind) => warn(app, &format!("A {} credential has this name already.", kind.word()), sheet),
                (false, Kind::Legacy) => sheet.explain_under("the username, if left empty"),
                (false, _) if form.unfolded() => {}
                (false, _) => sheet.explain_under("a name that says what uses it; 1 to 64 characters"),
            }
            if !entry.folded {
                sheet.gap();
            }
        }
        Id::Name if !entry.folded => sheet.gap(),
        Id::Options => {
            let open = matches!(entry.input, Control::Fold { open: true });
            let words = if open { String::new() } else { summary(create, form) };
            sheet.append(vec![span(&text::fit(&words, sheet.under_width(), theme.glyphs.ellipsis), theme.muted())]);
        }
        Id::Expires => date_echo(app, entry, form.text(entry.id), sheet),
        Id::NotBefore if !form.text(entry.id).is_empty() => date_echo(app, entry, form.text(entry.id), sheet),
        Id::Networks if !form.text(entry.id).is_empty() => network_warning(app, entry, form.text(entry.id), sheet),
        id if entry.error.is_none() && form.text(id).is_empty() => {
            if let Some(example) = example(id) {
                sheet.aside(example);
            }
        }
        _ => {}
    }
}

/// What may be typed into an empty field.
fn example(id: Id) -> Option<&'static str> {
    match id {
        Id::NotBefore => Some("at once; or 12h, 90d, 2027-01-31, UTC"),
        Id::Networks => Some("203.0.113.0/24 2001:db8::/32"),
        Id::Owner => Some("a person, a team or an address"),
        Id::Tags => Some("crm env=prod"),
        _ => None,
    }
}

/// What the folded options say in one line.
fn summary(create: &Create, form: &Form) -> String {
    let or = |id, empty: &str, full: &dyn Fn(&str) -> String| match form.text(id).trim() {
        "" => empty.to_owned(),
        typed => full(typed),
    };
    let mut parts = Vec::new();
    parts.push(or(Id::Owner, "no owner", &|owner| owner.to_owned()));
    parts.push(or(Id::Tags, "no tags", &|tags| tags.to_owned()));
    parts.push(or(Id::Expires, "expires never", &|at| format!("expires {at}")));
    if !form.text(Id::NotBefore).trim().is_empty() {
        parts.push(or(Id::NotBefore, "", &|at| format!("starts {at}")));
    }
    parts.push(or(Id::Networks, "any network", &|nets| nets.to_owned()));
    if !form.text(Id::Note).trim().is_empty() {
        parts.push("a note".to_owned());
    }
    if create.kind.has_username() && !form.text(Id::Name).trim().is_empty() {
        parts.push(or(Id::Name, "", &|name| format!("name {name}")));
    }
    if create.kind.signs() {
        let some: Vec<&str> =
            Algorithm::ALL.iter().filter(|a| form.checked(Id::Algorithm(**a))).map(|a| short(*a)).collect();
        let digest = if form.chosen(Id::Digest) == 0 { "required" } else { "optional" };
        parts.insert(0, format!("SHA {}, digest {digest}", some.join(" ")));
    }
    parts.join(", ")
}

/// The number in the name of an algorithm: the line has little room.
fn short(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Sha1 => "1",
        Algorithm::Sha256 => "256",
        Algorithm::Sha384 => "384",
        Algorithm::Sha512 => "512",
    }
}
