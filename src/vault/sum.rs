//! Sums over tagged rows. A tag cannot show that its row is an older copy (rollback of a row) or that a row is missing;
//! a count and a sum of one keyed term per row can.
//!
//! A term is HMAC-SHA-256 over table, id, version and tag, cut to 128 bits; terms are added modulo 2^128, so that a
//! change takes the old term off and adds the new one whatever the order (an additive multiset hash, MSet-Add-Hash of
//! Clarke et al., 2003). Terms and sums never leave the process in the clear: whoever knew them could balance one
//! change by another.

use std::collections::BTreeMap;
use std::fmt;

use super::tag::Keyed;
use super::{Context, TagInput, Vault, VaultError};

/// What the sum key is derived for (HMAC of the head key over this label).
pub(super) const LABEL: &str = "keydesk sum key v1";

/// The contribution of one row.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Term(u128);

/// How many rows there are, and the sum of their terms.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    rows: u64,
    sum: u128,
}

/// The sums of several tables, by name. Entries that this program does not know stay as they are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sums(BTreeMap<String, Sum>);

#[cfg(test)]
impl Term {
    /// A term for tests.
    pub fn of_number(number: u128) -> Self {
        Self(number)
    }
}

impl Sum {
    /// Adds the term of a row.
    pub fn add(&mut self, term: Term) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(term.0);
    }

    /// Removes a row. If that row was never added, the sum is wrong from then on, which is what it is for.
    pub fn remove(&mut self, term: Term) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(term.0);
    }

    /// Adds all rows of another sum.
    pub fn join(&mut self, other: Self) {
        self.rows = self.rows.wrapping_add(other.rows);
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// How many rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl Sums {
    /// The sum of a table; an empty one if it has no rows.
    pub fn of(&self, table: &str) -> Sum {
        self.0.get(table).copied().unwrap_or_default()
    }

    /// The sum of a table, to be changed.
    pub fn of_mut(&mut self, table: &str) -> &mut Sum {
        self.0.entry(table.to_owned()).or_default()
    }

    /// Replaces the sums of the tables that `other` has; the others stay.
    pub fn set(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * 48);
        for (table, Sum { rows, sum }) in &self.0 {
            // Table names are short and ours.
            out.push(table.len() as u8);
            out.extend_from_slice(table.as_bytes());
            out.extend_from_slice(&rows.to_le_bytes());
            out.extend_from_slice(&sum.to_le_bytes());
        }
        out
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut sums = Self::default();
        while let Some((length, rest)) = bytes.split_first() {
            let (table, rest) = rest.split_at_checked(usize::from(*length))?;
            let (rows, rest) = rest.split_first_chunk()?;
            let (sum, rest) = rest.split_first_chunk()?;
            let sum = Sum { rows: u64::from_le_bytes(*rows), sum: u128::from_le_bytes(*sum) };
            sums.0.insert(String::from_utf8(table.to_vec()).ok()?, sum);
            bytes = rest;
        }
        Some(sums)
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Term(..)")
    }
}

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sum({} rows, ..)", self.rows)
    }
}

impl fmt::Debug for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sums(..)")
    }
}

impl Vault {
    /// The term of a row with this tag.
    pub fn term(&self, table: &str, id: &str, version: i64, tag: &[u8]) -> Term {
        self.term_in(table, id, version, tag, &mut Vec::with_capacity(128))
    }

    /// The same with a reused buffer, for a reader of a million rows.
    pub fn term_in(&self, table: &str, id: &str, version: i64, tag: &[u8], room: &mut Vec<u8>) -> Term {
        room.clear();
        // Length prefixes, and the tag at the end: every row has its own encoding.
        room.push(table.len() as u8);
        room.extend_from_slice(table.as_bytes());
        room.extend_from_slice(&(id.len() as u32).to_le_bytes());
        room.extend_from_slice(id.as_bytes());
        room.extend_from_slice(&version.to_le_bytes());
        room.extend_from_slice(tag);
        Term(self.sum_key.first_16(room))
    }

    /// Seals the sums for the head of one store.
    pub fn seal_sums(&self, sums: &Sums, store_id: &str) -> Result<Vec<u8>, VaultError> {
        self.seal(&sums.encode(), &place(store_id))
    }

    /// Opens what [`Vault::seal_sums`] made for the same store.
    pub fn open_sums(&self, sealed: &[u8], store_id: &str) -> Result<Sums, VaultError> {
        Sums::decode(self.open_sealed(sealed, &place(store_id))?.expose()).ok_or(VaultError::Sealed)
    }
}

fn place(store_id: &str) -> Context<'_> {
    Context { table: "head", row: store_id, column: "sums", kind: "", version: 1 }
}

/// The sum key, derived from the head key.
pub(super) fn key(head: &Keyed) -> Keyed {
    Keyed::new(&*head.whole(TagInput::new("key", LABEL, 1).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::test_vault as vault;

    #[test]
    fn a_sum_depends_on_every_row_but_not_on_their_order() {
        let vault = vault();
        let [one, two, three] = ["a", "b", "c"].map(|id| vault.term("credential", id, 1, b"tag"));
        let sum = |terms: &[Term]| terms.iter().fold(Sum::default(), |mut sum, term| (sum.add(*term), sum).1);
        assert_eq!(sum(&[one, two, three]), sum(&[three, one, two]));
        assert_ne!(sum(&[one, two]), sum(&[one, three]));
        assert_ne!(sum(&[one]), sum(&[one, one]), "a row that is there twice is told by the count as well");
        let mut changed = sum(&[one, two]);
        changed.remove(two);
        changed.add(three);
        assert_eq!(changed, sum(&[one, three]));
        let mut joined = sum(&[one]);
        joined.join(sum(&[two, three]));
        assert_eq!((joined, joined.rows()), (sum(&[one, two, three]), 3));
    }

    #[test]
    fn a_term_depends_on_table_row_version_and_tag() {
        let vault = vault();
        let term = vault.term("credential", "ab", 1, b"tag");
        assert_eq!(term, vault.term("credential", "ab", 1, b"tag"));
        for other in [
            vault.term("person", "ab", 1, b"tag"),
            vault.term("credential", "a", 1, b"tag"),
            vault.term("credential", "ab", 2, b"tag"),
            vault.term("credential", "ab", 1, b"tah"),
            vault.term("credentiala", "b", 1, b"tag"),
            crate::vault::test_vault().term("credential", "ab", 1, b"tag"),
        ] {
            assert_ne!(term, other);
        }
    }

    #[test]
    fn sums_open_only_for_their_store_and_keep_unknown_tables() {
        let vault = vault();
        let mut sums = Sums::default();
        sums.of_mut("credential").add(vault.term("credential", "a", 1, b"tag"));
        sums.of_mut("of_a_later_version").add(vault.term("x", "a", 1, b"tag"));
        let sealed = vault.seal_sums(&sums, "one").unwrap();
        assert_eq!(vault.open_sums(&sealed, "one").unwrap(), sums);
        assert!(vault.open_sums(&sealed, "two").is_err());
        assert_eq!(sums.of("person"), Sum::default());
        assert!(!format!("{sums:?} {:?}", sums.of("credential")).contains("sum:"));
    }

    #[test]
    fn truncated_or_extended_sums_are_rejected() {
        let mut sums = Sums::default();
        sums.of_mut("person").add(Term(7));
        let bytes = sums.encode();
        assert_eq!(Sums::decode(&bytes), Some(sums));
        assert!((1..bytes.len()).all(|end| Sums::decode(&bytes[..end]).is_none()));
        assert!(Sums::decode(&[&bytes[..], &[9]].concat()).is_none());
    }
}
