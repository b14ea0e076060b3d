//! Signs a step of the schema as the keydesk does that took it last.

use std::sync::Arc;

use keydesk::store::tables::{self, RingRecord, StepRow};
use keydesk::store::{Commit, PostgresPlace, PostgresStore, Store as _, StoreUse, WriteTx};
use keydesk::vault::{MasterKey, MasterKeyPlace, RingRow, TagInput, Vault, sha256};

fn vault(master_key: &MasterKeyPlace, ring: Vec<RingRecord>) -> Vault {
    let row = |RingRecord { id, purpose, active, wrapped, .. }: RingRecord| RingRow {
        id: id.try_into().unwrap(),
        purpose: purpose.parse().unwrap(),
        active,
        wrapped,
    };
    let rows: Vec<_> = ring.into_iter().map(row).collect();
    Vault::open(Arc::new(MasterKey::load(master_key).unwrap()), &rows).unwrap()
}

/// Signs a step, with the catalogue as it is now.
pub fn sign(tx: &mut dyn WriteTx, master_key: &MasterKeyPlace, row: StepRow) {
    let vault = vault(master_key, tables::ring(tx).unwrap());
    let mut row = StepRow { catalogue: sha256(&tx.catalogue().unwrap()).to_vec(), ..row };
    let input = TagInput::new("schema_step", &row.no.to_string(), 1).int(row.applied_at).text(&row.nature);
    row.tag = vault.tag(&input.int(row.oldest).bytes(&row.catalogue)).unwrap();
    tables::sign_step(tx, &row).unwrap();
}

/// Signs the newest step of a desk on a server that was put back to it.
#[allow(dead_code, reason = "not every suite puts one back")]
pub fn sign_newest(place: &Arc<PostgresPlace>, master_key: &MasterKeyPlace) {
    let store = PostgresStore::open(place, StoreUse::Look, &mut |_, _| Ok(())).unwrap();
    let mut tx = store.write().unwrap();
    let newest = tables::steps(&mut *tx).unwrap().remove(0);
    sign(&mut *tx, master_key, newest);
    assert_eq!(tx.commit(), Commit::Committed);
}
