//! The list of connections that this process has open. SQLite shares memory among all connections of a process to one
//! database, even after its files were replaced: while one of them holds files that are gone, a new connection would
//! use these too.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::store::StoreError;

use super::connection::OpenConnection;
use super::file_identity::{BETWEEN, DatabaseFile, FileId, LOOKS, SidecarIds};

/// Held while a connection is opened: one at a time.
static OPENING: Mutex<()> = Mutex::new(());
/// Every connection that is open.
static OPEN: Mutex<Vec<ListedConnection>> = Mutex::new(Vec::new());
static NUMBERS: AtomicU64 = AtomicU64::new(0);

struct ListedConnection {
    no: u64,
    database: FileId,
    beside: SidecarIds,
    slot: Weak<ConnectionSlot>,
}

/// A slot for a connection of a store; empty while it has none.
#[derive(Default)]
pub(super) struct ConnectionSlot {
    live: Mutex<Option<OpenConnection>>,
    /// The connection was closed because its files are gone, and no caller has been told yet.
    lost: AtomicBool,
}

impl ConnectionSlot {
    pub(super) fn holding(live: OpenConnection) -> Self {
        Self { live: Mutex::new(Some(live)), lost: AtomicBool::new(false) }
    }

    /// A thread that panicked with the lock left an open transaction at worst.
    pub(super) fn lock(&self) -> MutexGuard<'_, Option<OpenConnection>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the connection if its files are gone and nobody is using it; `told` when somebody hears of it.
    pub(super) fn close_if_lost(&self, told: bool) {
        let mut held = match self.live.try_lock() {
            Ok(held) => held,
            Err(std::sync::TryLockError::Poisoned(held)) => held.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => return,
        };
        if held.as_ref().is_some_and(|live| !live.has_its_files()) {
            *held = None;
            self.lost.store(!told, Relaxed);
        }
    }

    /// Whether its connection was closed and no caller has been told yet.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Relaxed)
    }

    /// The same, and resets it: the caller reports it now.
    pub(super) fn was_lost(&self) -> bool {
        self.lost.swap(false, Relaxed)
    }

    /// Makes the next caller report it.
    pub(super) fn set_lost(&self) {
        self.lost.store(true, Relaxed);
    }
}

/// The right to open connections to a database.
pub(super) struct OpeningGuard<'a> {
    slot: &'a Arc<ConnectionSlot>,
    _one_at_a_time: MutexGuard<'static, ()>,
}

impl<'a> OpeningGuard<'a> {
    /// Waits for others who open one, and closes those whose files are gone.
    pub(super) fn begin(place: &DatabaseFile, slot: &'a Arc<ConnectionSlot>) -> Result<Self, StoreError> {
        let _one_at_a_time = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        let there = place.beside();
        let lost = || -> Vec<Weak<ConnectionSlot>> {
            let of_lost = |noted: &&ListedConnection| noted.database == place.database && Some(noted.beside) != there;
            open().iter().filter(of_lost).map(|noted| noted.slot.clone()).collect()
        };
        for look in 0.. {
            let lost = lost();
            if lost.is_empty() {
                break;
            }
            if look == LOOKS {
                return Err(place.held());
            }
            lost.iter().filter_map(Weak::upgrade).for_each(|slot| slot.close_if_lost(false));
            if look > 0 {
                std::thread::sleep(BETWEEN);
            }
        }
        place.take_away_leftover();
        Ok(Self { slot, _one_at_a_time })
    }

    /// For another connection of the same store.
    pub(super) fn and<'b>(self, slot: &'b Arc<ConnectionSlot>) -> OpeningGuard<'b> {
        OpeningGuard { slot, _one_at_a_time: self._one_at_a_time }
    }

    /// Adds a connection that was opened to the list.
    pub(super) fn note(&self, database: FileId, beside: SidecarIds) -> Entry {
        let no = NUMBERS.fetch_add(1, Relaxed);
        open().push(ListedConnection { no, database, beside, slot: Arc::downgrade(self.slot) });
        Entry(no)
    }
}

/// A connection in the list, until it is closed.
pub(super) struct Entry(u64);

impl Drop for Entry {
    fn drop(&mut self) {
        open().retain(|noted| noted.no != self.0);
    }
}

fn open() -> MutexGuard<'static, Vec<ListedConnection>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}
