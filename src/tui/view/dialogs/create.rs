//! The body of the form that creates a key.

use crate::credential::{Kind, Rule, username_rules};
use crate::text;
use crate::tui::app::App;
use crate::tui::dialog::Create;
use crate::tui::form::{Control, Form, FormEntry, Id};
use crate::tui::view::forms::{algorithms, password_line, rule_lines};
use crate::tui::view::paint::plain;
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
        Kind::Basic | Kind::Hmac => {
            "The secret is shown once, right after you create the key. Have a place ready to put it."
        }
        Kind::Legacy => "For the SOAP API and M4U text protocol. For REST, make a Basic or HMAC key instead.",
    };
    sheet.tell(words);
}

/// The text under a field: its rules, met or not, or its purpose.
fn under_field(app: &App, create: &Create, form: &Form, entry: &FormEntry, sheet: &mut Sheet) {
    let theme = &app.theme;
    match entry.id {
        Id::Username => {
            let mut rules = username_rules(form.text(Id::Username)).to_vec();
            if let Some(taken) = create.taken_now(form).filter(|_| rules.iter().all(|r| r.met)) {
                rules.push(Rule { words: "free", met: !taken.username });
            }
            rule_lines(theme, &rules, sheet);
            sheet.gap();
        }
        Id::Password => password_line(app, form, create.generate, create.wiped, sheet),
        Id::Name if entry.error.is_none() => {
            let taken = create.taken_now(form).is_some_and(|t| t.name);
            let words = match (taken, create.kind) {
                (true, kind) => format!("another {} key has this name; it may stay so", kind.word()),
                (false, Kind::Legacy) => "the username, if left empty".to_owned(),
                (false, _) => "a name that says what uses it; 1 to 64 characters".to_owned(),
            };
            sheet.under_say(&words, if taken { theme.warning() } else { theme.muted() });
            if !entry.folded {
                sheet.gap();
            }
        }
        Id::Name if !entry.folded => sheet.gap(),
        Id::Options => {
            let open = matches!(entry.input, Control::Fold { open: true });
            let words =
                if open { "left empty: no limit, any network, no note".to_owned() } else { summary(create, form) };
            sheet.append(vec![plain(&text::fit(&words, sheet.under_width(), theme.glyphs.ellipsis))]);
        }
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
        Id::NotBefore | Id::Expires => Some("90d, 12h or 2027-01-31, UTC"),
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
    if create.kind.has_username() {
        let username = form.text(Id::Username);
        let named = if username.is_empty() { "name as username".to_owned() } else { format!("name {username}") };
        parts.push(or(Id::Name, &named, &|name| format!("name {name}")));
    }
    if !form.text(Id::NotBefore).trim().is_empty() {
        parts.push(or(Id::NotBefore, "", &|at| format!("not before {at}")));
    }
    parts.push(or(Id::Expires, "expires never", &|at| format!("expires {at}")));
    parts.push(or(Id::Networks, "any network", &|nets| nets.to_owned()));
    for id in [Id::Owner, Id::Tags] {
        parts.extend(Some(form.text(id).trim().to_owned()).filter(|label| !label.is_empty()));
    }
    parts.push(or(Id::Note, "no note", &|_| "a note".to_owned()));
    parts.join(", ")
}
