//! Edit one key, or expiry, networks and labels of several keys.

use crate::credential::{Algorithm, Kind, Name, Networks, Note, Owner, TagEdit};
use crate::hub::{CredentialEdit, CredentialRow, CredentialTarget};
use crate::time::{Millis, Seconds};
use crate::tui::dialog::credential::common::{Common, value_of};
use crate::tui::dialog::credential::create::when;
use crate::tui::dialog::credential::signing;
use crate::tui::dialog::{Dialog, DialogKind, counted, names};
use crate::tui::form::{Control, Fault, Form, Id, Preset, button, entry, text_with};
use crate::tui::screen::Found;

const ONE: &[(Id, &str)] = &[
    (Id::Name, "Name"),
    (Id::Owner, "Owner"),
    (Id::Tags, "Tags"),
    (Id::Expires, "Expires"),
    (Id::NotBefore, "Starts"),
    (Id::Networks, "Networks"),
    (Id::Note, "Note"),
];
const SEVERAL: &[(Id, &str)] =
    &[(Id::Owner, "Owner"), (Id::Tags, "Tags"), (Id::Expires, "Expires"), (Id::Networks, "Networks")];

/// The expiry from now on: the first word leaves it alone.
const EXPIRES: &[&str] = &["as it is", "never", "90d", "1y", "other"];

/// What is edited.
#[derive(Debug)]
pub struct EditKeys {
    /// The rows, as they were when the fields were filled.
    pub rows: Vec<CredentialRow>,
    /// What they are all of, if they are all that a filter finds.
    pub all_of: Option<Found>,
    /// What they have in common, told once: there may be thousands.
    common: Common,
    /// A concurrent change came first: the current row is being read.
    pub stale: bool,
    /// What the store said of a new name, and of which one.
    pub taken: Option<(String, bool)>,
}

impl Dialog {
    /// The fields as the rows have them.
    pub fn edit(rows: Vec<CredentialRow>, all_of: Option<Found>) -> Self {
        let common = Common::of(&rows);
        let form = form(&rows, |id| common.filled(id));
        let edit = EditKeys { rows, all_of, common, stale: false, taken: None };
        Self::with_form(form, DialogKind::Edit(Box::new(edit)))
    }
}

impl EditKeys {
    /// The rows, for the hub.
    pub fn targets(&self) -> Vec<CredentialTarget> {
        self.rows.iter().map(CredentialRow::target).collect()
    }

    /// The typed text of a field, if it differs from the initial text. The first word of a choice leaves things alone.
    fn changed<'f>(&self, form: &'f Form, id: Id) -> Option<&'f str> {
        let typed = form.text(id).trim();
        match form.entry(id).map(|entry| &entry.input) {
            None => None,
            Some(Control::Preset(preset)) => (preset.chosen() > 0).then_some(typed),
            Some(_) => (typed != self.common.filled(id)).then_some(typed),
        }
    }

    /// The kind and the new name that the store can be asked about: that of one credential, if it was changed.
    pub fn new_name(&self, form: &Form) -> Option<(Kind, String)> {
        let [row] = self.rows.as_slice() else { return None };
        let name = self.changed(form, Id::Name).filter(|name| !name.is_empty())?;
        Some((row.kind, name.to_owned()))
    }

    /// Whether another credential of its kind has the name that is typed now.
    pub fn is_taken(&self, form: &Form) -> bool {
        let typed = self.new_name(form).map(|(_, name)| name);
        typed.is_some_and(|name| self.taken.as_ref().is_some_and(|(of, taken)| *of == name && *taken))
    }

    /// What all rows have in common in a field, in words; where they differ, how.
    pub fn in_common(&self, id: Id, now: Millis) -> String {
        match id {
            Id::Expires => self.common.expiry_words(now),
            Id::Tags if self.rows.len() > 1 => self.common.tags.clone(),
            id if self.common.value(id).is_some() => "all the same".to_owned(),
            _ => "they differ".to_owned(),
        }
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
        self.touched(form).is_empty()
    }

    /// The fields that hold something else than they were filled with.
    fn touched(&self, form: &Form) -> Vec<Id> {
        let typed = ONE.iter().map(|(id, _)| *id).filter(|id| self.changed(form, *id).is_some());
        typed.chain(self.changed_choices(form).into_iter().map(|(id, _)| id)).collect()
    }

    /// Rebases the form on the current row: untouched fields follow it, the others keep what was typed.
    pub fn rebase(&mut self, typed_in: &mut Form, row: CredentialRow) {
        let (touched, focus, rows) = (self.touched(typed_in), typed_in.focus(), vec![row]);
        self.common = Common::of(&rows);
        let old = std::mem::replace(typed_in, form(&rows, |id| self.common.filled(id)));
        typed_in.take_over(old, &touched);
        if let Some(id) = focus {
            typed_in.focus_on(id);
        }
        self.rows = rows;
        self.stale = false;
    }

    /// What is wrong with one field that was left and changed.
    pub fn fault_of(&self, form: &Form, id: Id, now: Millis) -> Option<String> {
        let typed = self.changed(form, id);
        let found: Result<(), Fault> = match (id, typed) {
            (Id::Algorithm(_), _) if self.hmac().is_some() => signing::algorithms(form).map(drop),
            (_, None) => Ok(()),
            (Id::Name, Some(typed)) => read(id, Name::new(typed)).map(drop),
            (Id::Note, Some(typed)) => read(id, Note::new(typed)).map(drop),
            (Id::Owner, Some(typed)) => read(id, Owner::new(typed)).map(drop),
            (Id::Tags, Some(typed)) => read(id, typed.parse::<TagEdit>()).map(drop),
            (Id::Networks, Some(typed)) => networks(typed).map(drop),
            (Id::Expires | Id::NotBefore, Some(_)) => self.when(form, id, now).map(drop),
            _ => Ok(()),
        };
        found.err().filter(|(at, _)| *at == id).map(|(_, why)| why)
    }

    /// Reads the fields; unchanged ones are left out.
    pub fn wanted(&self, form: &Form, now: Millis) -> Result<CredentialEdit, Fault> {
        let text = |id| self.changed(form, id);
        let name = text(Id::Name).map(|typed| read(Id::Name, Name::new(typed))).transpose()?;
        let note = text(Id::Note).map(|typed| read(Id::Note, Note::new(typed))).transpose()?;
        let owner = text(Id::Owner).map(|typed| read(Id::Owner, Owner::new(typed))).transpose()?;
        let tags = text(Id::Tags).map(|typed| read(Id::Tags, typed.parse::<TagEdit>())).transpose()?;
        let TagEdit { replaces, more, less } = tags.unwrap_or_default();
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
            owner: owner.map(|owner| owner.as_str().to_owned()),
            without_tags: replaces,
            tags: more,
            less_tags: less,
        })
    }

    fn when(&self, form: &Form, id: Id, now: Millis) -> Result<Option<Option<Seconds>>, Fault> {
        match self.changed(form, id) {
            None => Ok(None),
            Some(_) => when(form, id, now.seconds()).map(Some),
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
    let field = |(id, label): &(Id, &'static str)| match id {
        Id::Expires => entry(*id, label, Control::Preset(Preset::new(EXPIRES))),
        id => text_with(*id, label, &text(*id)),
    };
    let mut entries: Vec<_> = fields.iter().map(field).collect();
    if let [row] = rows
        && row.kind.signs()
    {
        entries.extend(signing::entries(&row.options.algorithms, row.options.body_digest));
    }
    entries.push(button(Id::Submit, counted("Save", rows.len())));
    entries.push(button(Id::Cancel, "Cancel"));
    if let [row] = rows
        && row.kind.has_username()
    {
        entries.push(button(Id::Another, "Another password"));
    }
    Form::new(entries)
}

fn read<T>(id: Id, typed: Result<T, impl std::fmt::Display>) -> Result<T, Fault> {
    typed.map_err(|why| (id, why.to_string()))
}
