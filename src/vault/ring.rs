//! The key ring: data keys by purpose, wrapped (encrypted) by the master key. One key of each purpose is active; older
//! ones only open and check.

use crate::secret::Secret;

use super::tag::Keyed;
use super::{Context, MasterKey, VaultError, random};

/// What a ring key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Sealing secrets and password hashes.
    Seal,
    /// Tagging rows that decide.
    Guard,
    /// Authenticating the head of the trail.
    Head,
}

impl Purpose {
    /// Every purpose, in the order in which set-up makes its key.
    pub const ALL: [Self; 3] = [Self::Seal, Self::Guard, Self::Head];

    /// The word for it in the store, which wrapping authenticates.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Guard => "guard",
            Self::Head => "head",
        }
    }
}

impl std::str::FromStr for Purpose {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|p| p.as_str() == text).ok_or(())
    }
}

/// A ring key in the clear.
#[derive(Debug)]
pub struct RingKey {
    /// Number of the key, which sealed values and tags begin with.
    pub id: u32,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether new values are sealed or tagged with this key.
    pub active: bool,
    pub(super) key: Secret,
    /// The same key, set up for tags.
    pub(super) mac: Keyed,
}

/// A ring key as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingRow {
    /// Number of the key, which sealed values and tags begin with.
    pub id: u32,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether new values are sealed or tagged with this key.
    pub active: bool,
    /// The key, encrypted by the master key.
    pub wrapped: Vec<u8>,
}

impl RingKey {
    /// A new active key.
    pub fn generate(id: u32, purpose: Purpose) -> Result<Self, VaultError> {
        let mut key = zeroize::Zeroizing::new([0; 32]);
        random::fill(&mut *key)?;
        Ok(Self::new(id, purpose, true, Secret::new(key.to_vec())))
    }

    fn new(id: u32, purpose: Purpose, active: bool, key: Secret) -> Self {
        Self { id, purpose, active, mac: Keyed::new(key.expose()), key }
    }

    /// Wrapped for the store.
    pub fn wrapped(&self, master: &MasterKey) -> Result<RingRow, VaultError> {
        let row = self.id.to_string();
        let wrapped = master.wrap(self.key.expose(), &context(&row, self.purpose))?;
        Ok(RingRow { id: self.id, purpose: self.purpose, active: self.active, wrapped })
    }
}

fn context(row: &str, purpose: Purpose) -> Context<'_> {
    Context { table: "ring", row, column: "wrapped", kind: purpose.as_str(), version: 1 }
}

/// The ring, unwrapped.
#[derive(Debug)]
pub(super) struct Ring(Vec<RingKey>);

impl Ring {
    pub(super) fn unwrap(master: &MasterKey, rows: &[RingRow]) -> Result<Self, VaultError> {
        let unwrap = |row: &RingRow| {
            let key = master.unwrap(&row.wrapped, &context(&row.id.to_string(), row.purpose))?;
            Ok(RingKey::new(row.id, row.purpose, row.active, key))
        };
        let ring = Self(rows.iter().map(unwrap).collect::<Result<_, VaultError>>()?);
        Purpose::ALL.into_iter().try_for_each(|purpose| ring.active(purpose).map(|_| ()))?;
        Ok(ring)
    }

    /// The newest active key of a purpose.
    pub(super) fn active(&self, purpose: Purpose) -> Result<&RingKey, VaultError> {
        let of_purpose = self.0.iter().filter(|key| key.purpose == purpose && key.active);
        of_purpose.max_by_key(|key| key.id).ok_or(VaultError::Sealed)
    }

    pub(super) fn get(&self, purpose: Purpose, id: u32) -> Option<&RingKey> {
        self.0.iter().find(|key| key.purpose == purpose && key.id == id)
    }
}
