//! Table scan: all credentials without an index. An index that was tampered with hides rows; the table itself has them
//! all.

use std::collections::HashMap;

use crate::hub::verifier::batch::Batch;
use crate::store::tables::{self, SecretCells};
use crate::store::{Cell, StoreError, Tx, Value};
use crate::vault::Vault;

/// Number and sealed text of the secrets of each credential.
type Secrets = HashMap<String, Vec<(i64, Vec<u8>)>>;
/// A row, copied.
type Copied = Vec<Value>;

/// Passes on all credentials in batches of about `count`, each with its secrets.
pub(super) fn each_run(
    tx: &mut dyn Tx,
    vault: &Vault,
    count: usize,
    now: i64,
    each: &mut dyn FnMut(Batch<'_>),
) -> Result<(), StoreError> {
    let mut secrets = Secrets::new();
    tables::every_secret(tx, &mut |row| {
        if let Ok(SecretCells { credential, no, sealed }) = SecretCells::read(row) {
            secrets.entry(credential.to_owned()).or_default().push((no, sealed.to_vec()));
        }
        Ok(())
    })?;
    let mut rows: Vec<Copied> = Vec::with_capacity(count);
    tables::every_credential(tx, &mut |row| {
        rows.push(row.iter().map(|cell| Value::from(*cell)).collect());
        if rows.len() == count {
            each(run(vault, std::mem::take(&mut rows), &mut secrets, now)?);
        }
        Ok(())
    })?;
    if !rows.is_empty() {
        each(run(vault, rows, &mut secrets, now)?);
    }
    Ok(())
}

fn run<'a>(vault: &'a Vault, mut rows: Vec<Copied>, secrets: &mut Secrets, now: i64) -> Result<Batch<'a>, StoreError> {
    let id = |row: &Copied| match row.first() {
        Some(Value::Text(id)) => id.clone(),
        _ => String::new(),
    };
    rows.sort_by_cached_key(id);
    let mut run = Batch::new(vault, rows.len(), now);
    for row in &rows {
        run.credential(&row.iter().map(Cell::from).collect::<Vec<_>>())?;
    }
    for id in rows.iter().map(id) {
        let mut of = secrets.remove(&id).unwrap_or_default();
        of.sort_unstable_by_key(|(no, _)| *no);
        for (no, sealed) in &of {
            run.secret(&[Cell::Text(&id), Cell::Int(*no), Cell::Bytes(sealed)])?;
        }
    }
    Ok(run)
}
