//! Edit one key, or expiry and networks of several keys.

use crate::credential::{Algorithm, Name, Networks, Note};
use crate::hub::{CredentialEdit, CredentialRow, CredentialTarget};
use crate::time::{Millis, Seconds, when_or_never};
use crate::tui::dialog::credential::signing;
use crate::tui::dialog::{Dialog, DialogKind, names};
use crate::tui::form::{Control, Fault, Form, Id, button, text_with};

const ONE: &[(Id, &str)] = &[
    (Id::Name, "Name"),
    (Id::NotBefore, "Not before"),
    (Id::Expires, "Expires"),
    (Id::Networks, "Networks"),
    (Id::Note, "Note"),
];
const SEVERAL: &[(Id, &str)] = &[(Id::Expires, "Expires"), (Id::Networks, "Networks")];

/// What is edited.
#[derive(Debug)]
pub struct EditKeys {
    /// The rows, as they were when the fields were filled.
    pub rows: Vec<CredentialRow>,
    /// A concurrent change came first: the current row is being read.
    pub stale: bool,
}

impl Dialog {
    /// The fields as the rows have them.
    pub fn edit(rows: Vec<CredentialRow>) -> Self {
        let form = form(&rows, |id| common_value(&rows, id).unwrap_or_default());
        Self::with_form(form, DialogKind::Edit(Box::new(EditKeys { rows, stale: false })))
    }
}

impl EditKeys {
    /// The rows, for the hub.
    pub fn targets(&self) -> Vec<CredentialTarget> {
        self.rows.iter().map(CredentialRow::target).collect()
    }

    /// Whether the rows differ in a field, which is then empty.
    pub fn differ(&self, id: Id) -> bool {
        common_value(&self.rows, id).is_none()
    }

    /// The typed text of a field, if it differs from the initial text.
    fn changed<'f>(&self, form: &'f Form, id: Id) -> Option<&'f str> {
        let typed = form.text(id).trim();
        let filled = common_value(&self.rows, id).unwrap_or_default();
        (form.entry(id).is_some() && typed != filled).then_some(typed)
    }

    /// The one HMAC key that the form is about.
    fn hmac(&self) -> Option<&CredentialRow> {
        let [row] = self.rows.as_slice() else { return None };
        row.kind.signs().then_some(row)
    }

    /// The checks and the choice of an HMAC key that are other than they were filled in: which, and what they hold.
    fn changed_choices(&self, now: &Form) -> Vec<(Id, usize)> {
        let Some(row) = self.hmac() else { return Vec::new() };
        let filled = form(&self.rows, |id| value_of(row, id));
        let ids = Algorithm::ALL.map(Id::Algorithm).into_iter().chain([Id::Digest]);
        ids.map(|id| (id, choice_of(now, id))).filter(|(id, now)| choice_of(&filled, *id) != *now).collect()
    }

    /// Whether nothing was typed that would be lost.
    pub fn is_untouched(&self, form: &Form) -> bool {
        ONE.iter().all(|(id, _)| self.changed(form, *id).is_none()) && self.changed_choices(form).is_empty()
    }

    /// Rebases the form on the current row: untouched fields follow it, the others keep what was typed.
    pub fn rebase(&mut self, typed_in: &mut Form, row: CredentialRow) {
        let typed: Vec<(Id, String)> =
            ONE.iter().filter_map(|(id, _)| Some((*id, self.changed(typed_in, *id)?.to_owned()))).collect();
        let (focus, changed_choices) = (typed_in.focus(), self.changed_choices(typed_in));
        let rows = vec![row];
        *typed_in = form(&rows, |id| {
            let kept = typed.iter().find(|(at, _)| *at == id).map(|(_, text)| text.clone());
            kept.or_else(|| common_value(&rows, id)).unwrap_or_default()
        });
        for (id, to) in changed_choices {
            typed_in.focus_on(id);
            if choice_of(typed_in, id) != to {
                typed_in.toggle();
            }
        }
        if let Some(id) = focus {
            typed_in.focus_on(id);
        }
        self.rows = rows;
        self.stale = false;
    }

    /// Reads the fields; unchanged ones are left out.
    pub fn wanted(&self, form: &Form, now: Millis) -> Result<CredentialEdit, Fault> {
        let name =
            self.changed(form, Id::Name).map(Name::new).transpose().map_err(|why| (Id::Name, why.to_string()))?;
        let note =
            self.changed(form, Id::Note).map(Note::new).transpose().map_err(|why| (Id::Note, why.to_string()))?;
        let (mut algorithms, mut body_digest) = (None, None);
        if let Some(row) = self.hmac() {
            algorithms = Some(signing::algorithms(form)?).filter(|now| *now != row.options.algorithms);
            body_digest = Some(signing::digest(form)).filter(|now| *now != row.options.body_digest);
        }
        Ok(CredentialEdit {
            name: name.map(|name| name.as_str().to_owned()),
            not_before: self.when(form, Id::NotBefore, now)?,
            expires_at: self.when(form, Id::Expires, now)?,
            networks: self.changed(form, Id::Networks).map(networks).transpose()?,
            note: note.map(|note| note.as_str().to_owned()),
            algorithms,
            body_digest,
        })
    }

    fn when(&self, form: &Form, id: Id, now: Millis) -> Result<Option<Option<Seconds>>, Fault> {
        match self.changed(form, id) {
            None => Ok(None),
            Some(typed) => when_or_never(typed, now.seconds()).map(Some).map_err(|why| (id, why.to_string())),
        }
    }

    /// The rows in words: `2 keys`, or the name of one.
    pub fn what(&self) -> String {
        names(&self.rows)
    }
}

/// What a check or a choice of two holds, as a number.
fn choice_of(form: &Form, id: Id) -> usize {
    match form.entry(id).map(|entry| &entry.input) {
        Some(Control::Check(on)) => usize::from(*on),
        Some(Control::Choice { chosen, .. }) => *chosen,
        _ => 0,
    }
}

fn networks(typed: &str) -> Result<Networks, Fault> {
    Networks::from_line(typed).map_err(|why| (Id::Networks, why.to_string()))
}

fn form(rows: &[CredentialRow], text: impl Fn(Id) -> String) -> Form {
    let fields = if rows.len() == 1 { ONE } else { SEVERAL };
    let mut entries: Vec<_> = fields.iter().map(|(id, label)| text_with(*id, label, &text(*id))).collect();
    if let [row] = rows
        && row.kind.signs()
    {
        entries.extend(signing::entries(&row.options.algorithms, row.options.body_digest));
    }
    entries.push(button(Id::Submit, "Save"));
    entries.push(button(Id::Cancel, "Cancel"));
    if let [row] = rows
        && row.kind.has_username()
    {
        entries.push(button(Id::Another, "Another password"));
    }
    Form::new(entries)
}

/// What all rows have in a field; `None` if they differ.
fn common_value(rows: &[CredentialRow], id: Id) -> Option<String> {
    let (first, rest) = rows.split_first()?;
    let text = value_of(first, id);
    rest.iter().all(|row| value_of(row, id) == text).then_some(text)
}

fn value_of(row: &CredentialRow, id: Id) -> String {
    let options = &row.options;
    match id {
        Id::Name => row.name.clone(),
        Id::NotBefore => options.not_before.map(Seconds::rfc3339).unwrap_or_default(),
        Id::Expires => options.expires_at.map(Seconds::rfc3339).unwrap_or_default(),
        Id::Networks => options.networks.to_string(),
        Id::Note => options.note.as_str().to_owned(),
        _ => String::new(),
    }
}
