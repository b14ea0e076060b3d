//! The bodies of the forms: create, password, settings.

use ratatui::{style::Style, text::Span};

use crate::{
    account::user_password_rules,
    credential::{Algorithm, Kind, Rule, password_rules, username_rules},
    tui::{
        app::App,
        dialog::{ChangePassword, Create, Part, Reauthenticate, Settings},
        form::{Control, Form, FormEntry, Id},
        theme::Theme,
        view::{
            paint::{plain, span},
            sheet::Sheet,
        },
    },
};

/// Lines of the create form.
pub fn create(app: &App, create: &Create, sheet: &mut Sheet) {
    sheet.gap();
    for (entry, focused) in create.form.shown() {
        match entry.id {
            Id::Generate | Id::Submit | Id::Cancel | Id::Algorithm(_) => continue,
            Id::Digest => algorithms(&create.form, sheet),
            _ => {}
        }
        sheet.field(entry, focused);
        under_field(app, create, entry, sheet);
    }
    sheet.gap();
    let words = match create.kind {
        Kind::Basic | Kind::Hmac => {
            "The secret is shown once, right after you create the key. Have a place ready to put it."
        }
        Kind::Legacy => "For the SOAP API and M4U text protocol. For REST, make a Basic or HMAC key instead.",
    };
    sheet.tell(words);
    state(app, create.problem.as_deref(), sheet);
}

/// The error, or that the store is writing.
pub fn state(app: &App, problem: Option<&str>, sheet: &mut Sheet) {
    match problem {
        Some(problem) => {
            sheet.gap();
            sheet.say(&format!("{} {problem}", app.theme.glyphs.warning), app.theme.bad());
        }
        None if app.is_waiting() => {
            sheet.gap();
            sheet.say("Saving ...", app.theme.strong());
        }
        None => {}
    }
}

/// The text under a field: its rules, met or not, or its purpose.
fn under_field(app: &App, create: &Create, entry: &FormEntry, sheet: &mut Sheet) {
    let theme = &app.theme;
    match entry.id {
        Id::Username => {
            let mut rules = username_rules(create.form.text(Id::Username)).to_vec();
            if let Some(taken) = create.taken_now().filter(|_| rules.iter().all(|r| r.met)) {
                rules.push(Rule { words: "free", met: !taken.username });
            }
            rule_lines(theme, &rules, sheet);
            sheet.gap();
        }
        Id::Password => password_line(app, &create.form, create.generate, create.wiped, sheet),
        Id::Name if entry.said.is_none() => {
            let taken = create.taken_now().is_some_and(|t| t.name);
            let words = match (taken, create.kind) {
                (true, kind) => format!("another {} key has this name; it may stay so", kind.word()),
                (false, Kind::Legacy) => "the username, if left empty".to_owned(),
                (false, _) => "a name that says what uses it; 1 to 64 characters".to_owned(),
            };
            sheet.under_say(&words, if taken { theme.warn() } else { Style::new() });
            if !entry.folded {
                sheet.gap();
            }
        }
        Id::Name if !entry.folded => sheet.gap(),
        Id::Options => {
            let open = matches!(entry.input, Control::Fold { open: true });
            let words = if open { "left empty: no limit, any network, no note".to_owned() } else { summary(create) };
            sheet.append(vec![plain(&crate::text::fit(&words, sheet.under_room(), theme.glyphs.ellipsis))]);
        }
        Id::NotBefore | Id::Expires if entry.said.is_none() && create.form.text(entry.id).is_empty() => {
            sheet.aside("90d, 12h or 2027-01-31, UTC");
        }
        Id::Networks if entry.said.is_none() && create.form.text(entry.id).is_empty() => {
            sheet.aside("203.0.113.0/24 2001:db8::/32");
        }
        _ => {}
    }
}

/// What stands under the field of a Legacy password: the button that generates one, and the rules.
pub fn password_line(app: &App, form: &Form, generated: bool, wiped: bool, sheet: &mut Sheet) {
    let generate = form.shown().find(|(e, _)| e.id == Id::Generate);
    let focused = generate.is_some_and(|(_, focused)| focused);
    let words = if generated { "[ Type it ]" } else { "[ Generate ]" };
    let style = if focused { app.theme.selected() } else { Style::new() };
    let typed = form.password(Id::Password).map_or(0, |p| p.chars());
    if generated {
        sheet.append(vec![span("24 letters and digits will be made", app.theme.good())]);
        sheet.under(vec![span(words, style)]);
    } else {
        sheet.under(vec![span(words, style), plain(if typed == 0 { "  or type one" } else { "" })]);
    }
    if focused {
        sheet.cursor_on_last(3 + 10 + 2);
    }
    let shown = form.password(Id::Password).map_or("", |p| p.expose());
    if wiped {
        sheet.under_say("The password was wiped when the desk locked. Type it again.", app.theme.warn());
    }
    let faulty = form.entry(Id::Password).is_some_and(|entry| entry.said.is_some());
    if !generated && !faulty {
        rule_lines(&app.theme, &password_rules(shown), sheet);
    }
    sheet.gap();
}

/// Rules with whether each is met, as many in a line as fit.
pub fn rule_lines(theme: &Theme, rules: &[Rule], sheet: &mut Sheet) {
    let rule = |rule: &Rule| {
        let glyph = if rule.met { theme.glyphs.met } else { theme.glyphs.unmet };
        span(&format!("{glyph} {}   ", rule.words), if rule.met { theme.good() } else { Style::new() })
    };
    let mut line: Vec<Span<'static>> = Vec::new();
    for rule in rules.iter().map(rule) {
        let used: usize = line.iter().map(Span::width).sum();
        // The three blanks behind the last rule may be cut.
        if used + rule.width() > sheet.under_room() + 3 {
            sheet.under(std::mem::take(&mut line));
        }
        line.push(rule);
    }
    sheet.under(line);
}

/// The checks of the algorithms, in one line.
pub fn algorithms(form: &Form, sheet: &mut Sheet) {
    let short = |id: Id| match id {
        Id::Algorithm(Algorithm::Sha1) => "sha1",
        Id::Algorithm(Algorithm::Sha256) => "sha256",
        Id::Algorithm(Algorithm::Sha384) => "sha384",
        _ => "sha512",
    };
    let checks: Vec<_> = form
        .shown()
        .filter(|(e, _)| matches!(e.id, Id::Algorithm(_)))
        .map(|(e, focused)| (e, focused, short(e.id)))
        .collect();
    sheet.checks("Algorithms", &checks);
}

/// What the folded options say in one line.
fn summary(create: &Create) -> String {
    let or = |id, empty: &str, full: &dyn Fn(&str) -> String| match create.form.text(id).trim() {
        "" => empty.to_owned(),
        typed => full(typed),
    };
    let mut parts = Vec::new();
    if create.kind == Kind::Legacy {
        let username = create.form.text(Id::Username);
        let named = if username.is_empty() { "name as username".to_owned() } else { format!("name {username}") };
        parts.push(or(Id::Name, &named, &|name| format!("name {name}")));
    }
    if !create.form.text(Id::NotBefore).trim().is_empty() {
        parts.push(or(Id::NotBefore, "", &|at| format!("not before {at}")));
    }
    parts.push(or(Id::Expires, "expires never", &|at| format!("expires {at}")));
    parts.push(or(Id::Networks, "any network", &|nets| nets.to_owned()));
    parts.push(or(Id::Note, "no note", &|_| "a note".to_owned()));
    parts.join(", ")
}

/// Lines of the form for one's own password.
pub fn own_password(app: &App, d: &ChangePassword, sheet: &mut Sheet) {
    sheet.gap();
    if d.forced {
        sheet.tell("Your password was set by somebody else. Choose one that only you know.");
        sheet.gap();
    }
    new_password_fields(app, &d.form, sheet);
    state(app, d.problem.as_deref(), sheet);
}

/// Lines of a form for settings.
pub fn settings(app: &App, d: &Settings, sheet: &mut Sheet) {
    let (before, after) = match d.part {
        Part::Lock => (
            "Without a key for so long, a desk locks and wipes what is secret:",
            "Whoever is signed in keeps the time that was set at the sign-in.",
        ),
        Part::Api => {
            ("Samples and gateway snippets are filled in with these:", "Nothing is looked up or called there.")
        }
        Part::Verifier => (
            "Every verifier follows these within a second:",
            "Algorithms narrow what each key allows; a replay guard refuses clients that send equal requests within a second.",
        ),
    };
    sheet.gap();
    sheet.tell(before);
    sheet.gap();
    for (entry, focused) in d.form.shown() {
        let Id::Setting(setting) = entry.id else { continue };
        sheet.field(entry, focused);
        if entry.said.is_none() && d.part != Part::Lock {
            sheet.under_say(setting.meaning(), Style::new());
        }
    }
    sheet.gap();
    sheet.tell(after);
    state(app, d.problem.as_deref(), sheet);
}

/// Lines of the form for the password once more.
pub fn again(app: &App, d: &Reauthenticate, sheet: &mut Sheet) {
    sheet.gap();
    sheet.tell("This is asked for again before it is done: it was not typed in the last 5 minutes.");
    sheet.gap();
    for (entry, focused) in d.form.shown().filter(|(e, _)| e.id == Id::Old) {
        sheet.field(entry, focused);
    }
    state(app, d.problem.as_deref(), sheet);
}

/// Fields of a form with a new password in it, the rules under the last.
pub fn new_password_fields(app: &App, form: &Form, sheet: &mut Sheet) {
    let text = |id| form.password(id).map_or("", |p| p.expose());
    for (entry, focused) in form.shown().filter(|(e, _)| !matches!(e.input, Control::Button(_))) {
        sheet.field(entry, focused);
        if entry.id == Id::Again {
            let rules = user_password_rules(text(Id::Password), text(Id::Again));
            rule_lines(&app.theme, &rules, sheet);
        }
    }
}

/// A label and a value in one line.
pub fn pair(label: &str, value: &str) -> Vec<Span<'static>> {
    vec![plain(&crate::text::pad(label, 10, '…')), plain(value)]
}
