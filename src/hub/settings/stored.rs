//! Stored settings. Every setting has a tagged row from set-up on: a missing row is tampering, like a wrong tag, and
//! never means "use the default".

use crate::hub::audit::action;
use crate::hub::audit::chain::{self, ChainCheck, SettingValues};
use crate::hub::tx::entry::{Author, Subject};
use crate::hub::tx::row_tags;
use crate::hub::tx::write::Change;
use crate::hub::{Cancel, Hub, HubError, Origin, Provenance, Setting};
use crate::store::tables::{self, SettingRecord, Tagged, TrailFilter};
use crate::store::{Query, Tx};
use crate::vault::Vault;

/// The content of a trusted row.
pub(crate) struct StoredSetting {
    pub(crate) value: String,
    /// Whether somebody set it.
    pub(crate) state: Provenance,
    /// The number of the change that wrote it: an older row put back has a lower one.
    pub(crate) change: i64,
}

/// The content of a setting's row; `None` if it is missing, has a wrong tag, is an older copy, or holds a value that
/// this keydesk cannot read.
pub(crate) fn said(tx: &mut dyn Tx, vault: &Vault, setting: Setting) -> Result<Option<StoredSetting>, HubError> {
    let found: Option<Tagged<SettingRecord>> = tables::get(tx, "id", setting.key())?;
    let Some(SettingRecord { value, change, .. }) =
        found.filter(|row| row_tags::intact(vault, row)).map(|row| row.record)
    else {
        return Ok(None);
    };
    let state = match last_set(tx, setting)? {
        Some(last) if last != value => return Ok(None),
        Some(_) => Provenance::Set,
        None => Provenance::Default,
    };
    let readable = setting.check(&value).ok().or_else(|| setting.in_place_of_odd());
    Ok(readable.map(|value| StoredSetting { value, state, change }))
}

/// What [`said`] asks.
pub(crate) fn queries(setting: Setting) -> [Query; 2] {
    [tables::get_query::<SettingRecord>("id", setting.key()), tables::trail_query(&set_by(setting), i64::MAX, 1)]
}

/// The rows of the trail that set it.
pub(crate) fn set_by(setting: Setting) -> [TrailFilter<'static>; 2] {
    [TrailFilter::Subject(setting.key()), TrailFilter::Class(action::SETTING.class)]
}

/// The last value of a setting by the trail, if somebody ever set it.
pub(crate) fn last_set(tx: &mut dyn Tx, setting: Setting) -> Result<Option<String>, HubError> {
    let mut written = SettingValues::new();
    for row in tables::trail_before(tx, &set_by(setting), i64::MAX, 1)? {
        chain::apply(&mut written, &row.action, row.after.as_deref());
    }
    Ok(written.remove(setting.key()))
}

/// Settings as one JSON object: numbers as numbers.
pub(crate) fn json<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let value = |text: &str| text.parse::<i64>().map_or_else(|_| text.into(), serde_json::Value::from);
    let all = values.into_iter().map(|(key, text)| (key.to_owned(), value(text)));
    serde_json::Value::Object(all.collect()).to_string()
}

/// Inserts the rows of a new desk; returns them as JSON for the trail.
pub(crate) fn first(change: &mut Change<'_>) -> Result<String, HubError> {
    write(change, &Setting::ALL)
}

fn write(change: &mut Change<'_>, settings: &[Setting]) -> Result<String, HubError> {
    let values: Vec<_> = settings.iter().map(|setting| (setting.key(), setting.default_value())).collect();
    let number = change.number();
    for (key, value) in &values {
        let record = SettingRecord { id: (*key).to_owned(), version: 1, value: value.clone(), change: number };
        change.insert(&record)?;
    }
    Ok(json(values.iter().map(|(key, value)| (*key, value.as_str()))))
}

/// Adds the rows that a desk of an older keydesk never had. Only an intact trail can say which these are:
/// nobody can remove a row to have it written again with its default.
pub(crate) fn settle(hub: &Hub) -> Result<(), HubError> {
    let rows = Setting::ALL.iter().map(|setting| tables::get_query::<SettingRecord>("id", setting.key()));
    if missing(&mut *hub.store.read_with(&Cancel::default(), rows.collect())?)?.is_empty() {
        return Ok(());
    }
    let mut change = match Change::begin(hub, Author::nobody(&Origin::default())) {
        // A wrong head is reported by every other call; nothing is written on top of it here.
        Err(HubError::Tampered { .. }) => return Ok(()),
        change => change?,
    };
    let mut trail = ChainCheck::new(change.head(), None);
    chain::check(&mut *change.tx, &mut trail, &Cancel::default(), &mut |_, _| ())?;
    if trail.finish(true).is_some() {
        return Ok(());
    }
    let mut never = missing(&mut *change.tx)?;
    never.retain(|setting| !trail.settings.contains_key(setting.key()));
    if never.is_empty() {
        return Ok(());
    }
    let after = write(&mut change, &never)?;
    change.note(action::SETTLED, Subject::named("settings").changed(None, Some(after)))?;
    change.commit()
}

fn missing(tx: &mut dyn Tx) -> Result<Vec<Setting>, HubError> {
    let mut missing = Vec::new();
    for setting in Setting::ALL {
        let found: Option<Tagged<SettingRecord>> = tables::get(tx, "id", setting.key())?;
        missing.extend(found.is_none().then_some(setting));
    }
    Ok(missing)
}

/// The first row that is not as the trail left it. An older copy of a row that was put back has a right tag, so the tag
/// alone is not enough.
pub(crate) fn first_mismatch(
    tx: &mut dyn Tx,
    vault: &Vault,
    written: &SettingValues,
) -> Result<Option<String>, HubError> {
    for setting in Setting::ALL {
        let found: Option<Tagged<SettingRecord>> = tables::get(tx, "id", setting.key())?;
        let how = match (found, written.get(setting.key())) {
            (None, _) => "was removed outside keydesk",
            (Some(row), _) if !row_tags::intact(vault, &row) => "was changed outside keydesk",
            (Some(row), Some(value)) if row.record.value == *value => continue,
            (Some(_), _) => "is not as the trail left it: it was changed by hand, or an older copy was put back",
        };
        return Ok(Some(format!("the setting {} {how}", setting.name())));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::hub::{EffectivePolicy, SetUp};
    use crate::secret::Secret;
    use crate::store::Commit;
    use crate::store::tables::TrailRecord;
    use crate::time::{Millis, SetClock};

    fn desk() -> Hub {
        let password = Secret::from_text("correct horse battery");
        let wanted = SetUp { account: "Acme".to_owned(), name: "alice".to_owned(), password };
        Hub::in_memory(Arc::new(SetClock::at(Millis(1_786_698_764_000))), &wanted).unwrap()
    }

    /// Changes the trail as only a holder of the master key can: its hashes and its head are right again.
    fn rewrite(hub: &Hub, change: impl Fn(&mut TrailRecord), sql: &[&str]) {
        let mut tx = hub.store.write().unwrap();
        let mut rows = Vec::new();
        tables::trail_after(&mut *tx, 0, 100, &mut |row| {
            rows.push(row);
            Ok(())
        })
        .unwrap();
        tx.execute("DROP TRIGGER trail_keeps_text", &[]).unwrap();
        tx.execute("DROP TRIGGER trail_keeps_rows", &[]).unwrap();
        let mut head = tables::head(&mut *tx).unwrap().unwrap();
        head.trail_hash = row_tags::first_hash(&head.store_id);
        for mut row in rows {
            change(&mut row);
            row.hash = row_tags::trail_hash(&head.trail_hash, &row);
            head.trail_hash.clone_from(&row.hash);
            let params = [row.no.into(), row.after.into(), row.hash.as_slice().into()];
            tx.execute("UPDATE trail SET after = $2, hash = $3 WHERE no = $1", &params).unwrap();
        }
        head.mac = row_tags::head_mac(&hub.vault, &head).unwrap();
        tables::update_head(&mut *tx, &head).unwrap();
        sql.iter().for_each(|sql| _ = tx.execute(sql, &[]).unwrap());
        assert_eq!(tx.commit(), Commit::Committed);
    }

    fn tampered(hub: &Hub) -> usize {
        hub.feed().policy(&EffectivePolicy::default()).unwrap().tampered.len()
    }

    /// A desk of an older keydesk has no row for what was never set, and its trail tells of none.
    #[test]
    fn an_older_desk_gets_the_setting_rows_it_never_had() {
        let hub = desk();
        let of_then =
            |row: &mut TrailRecord| row.after = row.after.take().filter(|_| row.action != action::SET_UP.code);
        rewrite(&hub, of_then, &["DELETE FROM setting"]);
        settle(&hub).unwrap();
        assert_eq!(tampered(&hub), 0);
        let mut newest =
            tables::trail_before(&mut *hub.store.read(&Cancel::default()).unwrap(), &[], i64::MAX, 1).unwrap();
        let newest = newest.remove(0);
        assert_eq!((newest.action.as_str(), newest.who), (action::SETTLED.code, None));
        let mut written = SettingValues::new();
        chain::apply(&mut written, &newest.action, newest.after.as_deref());
        let mut tx = hub.store.read(&Cancel::default()).unwrap();
        assert_eq!(first_mismatch(&mut *tx, &hub.vault, &written).unwrap(), None);
        drop(tx);
        settle(&hub).unwrap();
        let mut tx = hub.store.read(&Cancel::default()).unwrap();
        assert_eq!(tables::head(&mut *tx).unwrap().unwrap().trail_no, newest.no, "once");
    }

    #[test]
    fn a_removed_setting_row_is_not_written_again() {
        for sql in [
            &["DELETE FROM setting"][..],
            &["DELETE FROM setting WHERE id = 'verifier_replay'"],
            // Nor if what the trail says of it goes as well.
            &["DELETE FROM setting", "UPDATE trail SET after = NULL WHERE no = 1"],
            &["DELETE FROM setting", "DELETE FROM trail WHERE no = 1"],
            &["DELETE FROM setting", "UPDATE head SET trail_no = 0"],
        ] {
            let hub = desk();
            rewrite(&hub, |_| (), sql);
            settle(&hub).unwrap();
            assert_eq!(tampered(&hub), if sql[0].contains("WHERE") { 1 } else { 3 }, "{sql:?}");
        }
    }
}
