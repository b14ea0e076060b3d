//! The schema steps that a store has taken, with their tags. What the database says of its own schema is believed only as
//! far as a holder of the master key wrote it down.

use crate::store::{
    STEPS, StoreError, Tx, WriteTx, oldest,
    tables::{self, StepRow},
};
use crate::vault::{TagInput, Vault, sha256};

use super::HubError;

/// The newest step of this program.
const LAST: i64 = STEPS.len() as i64;

fn input(row: &StepRow) -> TagInput {
    let input = TagInput::new("schema_step", &row.no.to_string(), 1);
    input.int(row.applied_at).text(&row.nature).int(row.oldest).bytes(&row.catalogue)
}

/// Signs all steps, once the last one is taken. The newest carries the hash of the whole catalogue after it.
pub(super) fn sign(tx: &mut dyn WriteTx, vault: &Vault) -> Result<(), HubError> {
    let catalogue = sha256(&tx.catalogue()?).to_vec();
    for mut row in tables::steps(tx)? {
        let Some(step) = STEPS.iter().find(|step| step.no == row.no) else { continue };
        row.nature = step.nature.as_str().to_owned();
        row.oldest = oldest(step.no);
        row.catalogue = if step.no == LAST { catalogue.clone() } else { Vec::new() };
        row.tag = vault.tag(&input(&row))?;
        tables::sign_step(tx, &row)?;
    }
    Ok(())
}

/// Whether this program may use a store with this catalogue: it is the one that the newest step with a right tag tells of,
/// and that step leaves programs like this one going on.
pub(super) fn check(tx: &mut dyn Tx, vault: &Vault) -> Result<(), HubError> {
    let steps = tables::steps(tx)?;
    let newest = steps.iter().find(|row| vault.tag_is_right(&input(row), &row.tag));
    let foreign = |sentence: String| Err(StoreError::Foreign(sentence).into());
    match newest {
        Some(row) if row.oldest > LAST => foreign(format!(
            "The database was made by a newer keydesk (schema {}, this one knows {LAST}). It was left alone; install the \
             newer keydesk.",
            row.no
        )),
        Some(row) if row.catalogue == sha256(&tx.catalogue()?) => Ok(()),
        _ => foreign(
            "The schema of the database was changed outside keydesk (a table, index, trigger or view that is not its own). \
             It was left alone; restore a backup."
                .to_owned(),
        ),
    }
}
