//! `store copy`: the whole desk in another database, in one transaction there, while nobody changes it here.

use std::sync::Arc;

use crate::account::Right;
use crate::hub::audit::action;
use crate::hub::audit::chain::{self, ChainCheck};
use crate::hub::desk::{schema_tags, store_place};
use crate::hub::tx::entry::{Author, Subject, next_row};
use crate::hub::tx::intent::Intent;
use crate::hub::tx::write::Change;
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::verifier::rollback_reports::{epoch_in, told};
use crate::hub::{Actor, Cancel, Conflict, Hub, HubError, Progress, StoreNotice, StorePlace};
use crate::store::tables::{self, HeadRow, TrailFilter};
use crate::store::{Cell, Commit, NEWEST_STEP, Store, StoreError, Tx, Unconfirmed, WriteTx};
use crate::vault::{TagInput, sha256, uuid};

/// A desk that was copied.
#[derive(Clone, Debug)]
pub struct StoreCopy {
    /// The epoch here, and the one of the copy.
    pub epochs: (i64, i64),
    /// What was copied; counts and sums were the same there before it was kept.
    pub tables: Vec<CopiedRows>,
    /// Whether the trail here says that the desk was copied.
    pub noted: bool,
    /// Whether the copy is on the disk of one server alone.
    pub unconfirmed: Unconfirmed,
}

/// The rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedRows {
    /// Name of the table.
    pub table: &'static str,
    /// How many there are.
    pub rows: u64,
    /// Sum over SHA-256 of each row, in hexadecimal.
    pub sum: String,
}

/// Count and sum of rows in any order.
#[derive(Default, PartialEq, Eq)]
struct RowSum {
    rows: u64,
    sum: u128,
}

impl RowSum {
    fn add(&mut self, table: &str, row: &[Cell<'_>], room: &mut TagInput) {
        *room = row_tags::add_all(std::mem::take(room).again(table, "", 0), row.iter().copied());
        let first = sha256(room.as_bytes()).first_chunk().map_or(0, |first| u128::from_le_bytes(*first));
        self.rows += 1;
        self.sum = self.sum.wrapping_add(first);
    }
}

impl Hub {
    /// Copies this desk, which is at `from`, to a place where there is none. The head is held from beginning to end, so that
    /// no change is lost; after an error there is nothing at `to`. The copy is an epoch further: a verifier that followed the
    /// desk loads it anew from there, and takes the desk that was left behind for an older copy.
    pub fn copy_store(
        &self,
        actor: &Actor,
        from: &StorePlace,
        to: &StorePlace,
        progress: Progress<'_>,
    ) -> Result<StoreCopy, HubError> {
        let intent = || Intent::new(Right::ManageSite, "copy the desk").sensitive().lasting();
        // Who may not, and what cannot be, is told before others have to wait.
        self.read(actor, &intent(), |_| Ok(()))?;
        require_no_desk(to)?;
        if self.store.step() > NEWEST_STEP {
            return Err(HubError::Unavailable(
                "This desk was brought up to date by a newer keydesk, which has rows that this one does not know. Nothing was \
                 copied; use the newer keydesk."
                    .to_owned(),
            ));
        }
        let mut made = None;
        let noted = self.write(actor, intent(), |change| {
            // What was edited outside keydesk has the sums that it had.
            let report = self.trail_report(&mut *change.tx, None, &Cancel::default(), &mut |_, _| ())?;
            let tampered = report.tampered.first().map(|name| format!("the key {name} was changed outside keydesk"));
            if let Some(what) = report.broken.or(tampered) {
                return Err(not_copied(&what));
            }
            made = Some(Copying { change, actor, from, to, progress, done: 0, all: 0 }.run()?);
            Ok(())
        });
        match (made, noted) {
            (Some(copy), noted) => Ok(StoreCopy { noted: noted.is_ok(), ..copy }),
            (None, Err(why)) => Err(why),
            (None, Ok(())) => Err(not_copied("nothing was written")),
        }
    }

    /// Where this desk was copied to, if it is not a copy itself that was made later: what is changed here since is not there.
    pub fn copied_to(&self) -> Result<Option<StoreNotice>, HubError> {
        let mut tx = self.store.read(&Cancel::default())?;
        let newest = newest_copy(&mut *tx, vec![action::COPIED_TO.code, action::COPIED_FROM.code])?;
        let copied = newest.filter(|row| row.action == action::COPIED_TO.code);
        Ok(copied.map(|row| StoreNotice::Copied { epoch: epoch_in(&row), place: row.what }))
    }
}

fn newest_copy(tx: &mut dyn Tx, actions: Vec<&'static str>) -> Result<Option<tables::TrailRecord>, StoreError> {
    let filters = [TrailFilter::About(action::COPIED_TO.about), TrailFilter::Done(actions)];
    Ok(tables::trail_before(tx, &filters, i64::MAX, 1)?.pop())
}

fn require_no_desk(to: &StorePlace) -> Result<(), HubError> {
    match store_place::find(to)?.is_there() {
        false => Ok(()),
        true => Err(Conflict::DeskThere(to.to_string()).into()),
    }
}

fn not_copied(why: &str) -> HubError {
    HubError::Failed(format!(
        "The desk was not copied: {why}. Run `keydesk audit verify --as NAME`, which says what to do; nothing was changed."
    ))
}

/// A copy that is being made.
struct Copying<'a, 'c> {
    change: &'a mut Change<'c>,
    actor: &'a Actor,
    from: &'a StorePlace,
    to: &'a StorePlace,
    progress: Progress<'a>,
    done: i64,
    all: i64,
}

impl Copying<'_, '_> {
    fn run(mut self) -> Result<StoreCopy, HubError> {
        let change = &mut *self.change;
        // Verifiers write last uses without the head, and wait for this.
        tables::lock_asked(&mut *change.tx)?;
        let earlier = newest_copy(&mut *change.tx, vec![action::COPIED_TO.code])?;
        let known = earlier.iter().chain(&told(&mut *change.tx)?).map(epoch_in).max().unwrap_or_default();
        let before = change.head().epoch;
        let epochs = (before, before.max(known).saturating_add(1));
        let subject = Subject::named(self.to.to_string()).changed(None, epoch_json(epochs.1));
        change.note(action::COPIED_TO, subject)?;
        let (mut made, mut failed, mut unconfirmed) = (None, None, Unconfirmed::default());
        let kept = store_place::create(self.to, &mut |store| {
            unconfirmed = store.unconfirmed();
            self.fill(store, epochs).map(|tables| made = Some(tables)).map_err(|why| {
                let said = match why {
                    HubError::Unknown => StoreError::Unknown,
                    ref why => StoreError::Unavailable(why.to_string()),
                };
                failed = Some(why);
                said
            })
        });
        match (kept, made, failed) {
            (Ok(()), Some(tables), _) => Ok(StoreCopy { epochs, tables, noted: true, unconfirmed }),
            (Err(StoreError::Unknown), ..) => Err(HubError::Failed(format!(
                "It is not known whether the copy in {} was kept: the store did not say. This desk was not changed; look whether there \
                 is a desk there before you try again.",
                self.to
            ))),
            (_, _, Some(why)) => Err(why),
            (Err(why), ..) => Err(why.into()),
            (Ok(()), None, None) => Err(not_copied("nothing was written")),
        }
    }

    fn fill(&mut self, store: Arc<dyn Store>, epochs: (i64, i64)) -> Result<Vec<CopiedRows>, HubError> {
        let mut to = store.write()?;
        let tables = tables::copied_tables();
        for table in &tables {
            // Written here, and read there.
            self.all += 2 * tables::rows_of(&mut *self.change.tx, table)?;
        }
        let mut copied = Vec::with_capacity(tables.len());
        for table in &tables {
            copied.push(self.table(&mut *to, table)?);
        }
        self.check(&mut *to)?;
        let vault = self.change.vault();
        schema_tags::sign(&mut *to, vault)?;
        let head = self.head(&mut *to, epochs)?;
        tables::insert_head(&mut *to, &head)?;
        match to.commit() {
            Commit::Committed => Ok(copied),
            Commit::NotCommitted(why) => Err(why.into()),
            Commit::Unknown => Err(HubError::Unknown),
        }
    }

    /// Copies a table, and reads it there again.
    fn table(&mut self, to: &mut dyn WriteTx, table: &tables::CopiedTable) -> Result<CopiedRows, HubError> {
        let (mut here, mut there, mut room) = (RowSum::default(), RowSum::default(), TagInput::default());
        let Self { change, progress, done, all, .. } = self;
        let mut step = || {
            *done += 1;
            progress(*done, *all);
        };
        tables::copy_table(&mut *change.tx, to, table, &mut |row| {
            here.add(table.name, row, &mut room);
            step();
        })?;
        tables::each_copied(to, table, &mut |row| {
            there.add(table.name, row, &mut room);
            step();
            Ok(())
        })?;
        match here == there {
            true => Ok(CopiedRows { table: table.name, rows: there.rows, sum: format!("{:032x}", there.sum) }),
            false => Err(not_copied(&format!(
                "the rows of {} are not the same in {} ({} and {} of them)",
                table.name, self.to, here.rows, there.rows
            ))),
        }
    }

    /// An error unless what was copied is whole: as the head of this desk says, and its trail without a gap.
    fn check(&mut self, to: &mut dyn WriteTx) -> Result<(), HubError> {
        let head = self.change.head();
        if let Some(what) = table_sums::first_mismatch(to, self.change.vault(), head)? {
            return Err(not_copied(&what));
        }
        let mut trail = ChainCheck::new(head, None);
        chain::check(to, &mut trail, &Cancel::default(), &mut |_, _| ())?;
        trail.finish(true).map_or(Ok(()), |what| Err(not_copied(&what)))
    }

    /// The head of the copy, which names the row that says where it came from.
    fn head(&mut self, to: &mut dyn WriteTx, (before, after): (i64, i64)) -> Result<HeadRow, HubError> {
        let here = self.change.head();
        // The sums are of the same rows, and sealed for the same store.
        let mut head = HeadRow { epoch: after, change: here.change + 1, mac: Vec::new(), ..here.clone() };
        let subject = Subject::named(self.from.to_string()).changed(epoch_json(before), epoch_json(after));
        let now = self.change.now;
        let operation = uuid(now)?.to_string();
        let author = Author::of(self.actor);
        let row = next_row(&mut head, (now, &operation), &author, action::COPIED_FROM, subject);
        tables::insert_trail(to, std::slice::from_ref(&row))?;
        head.mac = row_tags::head_mac(self.change.vault(), &head)?;
        Ok(head)
    }
}

fn epoch_json(epoch: i64) -> Option<String> {
    Some(serde_json::json!({ "epoch": epoch }).to_string())
}
