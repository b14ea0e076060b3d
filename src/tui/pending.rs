//! Pending calls: which replies are awaited, and for what.

use crate::copy_as::CopyForm;
use crate::tui::dialog::CopyPart;
use crate::tui::msg::Ticket;

/// The purpose of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Set-up, sign-in, unlock.
    SignIn,
    /// The dialog on top.
    Form,
    /// A copy from the one-time view.
    Copying(CopyPart),
    /// A copy of keys from the list, or of credentials without their secrets.
    CopyKeys {
        /// How many.
        of: usize,
        /// In which form; none for the keys alone.
        form: Option<CopyForm>,
    },
    /// A copy of a sample.
    CopySample,
    /// A copy of an entry of the trail.
    CopyEntry,
    /// A copy of the fingerprint of an SSH key.
    CopyFingerprint,
    /// A copy of the end of the trail.
    CopyLine,
    /// The words of a refusal.
    Refused,
    /// Find by secret.
    Find,
    /// The trail of one credential.
    History,
    Overview,
    List,
    /// All rows that are to be ticked.
    Ticks,
    /// How many the filter finds in each section.
    Hits,
    /// The use of the rows on the page.
    UsedDays,
    /// What is known of a tampered credential.
    Tampering,
    /// What the palette finds.
    Jump,
    /// The users, for the palette.
    JumpUsers,
    Details,
    Taken,
    /// The credential that an entry of the trail is about.
    GoTo,
    Trail,
    /// How many entries of the trail there are.
    TrailCount,
    Users,
    /// The keys that a user created.
    UserKeys,
    /// The SSH keys of a user.
    SshKeys,
    /// One's own, for My account.
    OwnSshKeys,
    Verify,
    Security,
    SignIns,
    Pulse,
    /// How far a change got.
    SeenBy,
    /// Nothing waits for it: a note for the trail.
    Unwatched,
}

impl Slot {
    /// Background reads.
    pub const READS: [Self; 24] = [
        Self::Find,
        Self::History,
        Self::Overview,
        Self::List,
        Self::Ticks,
        Self::Hits,
        Self::UsedDays,
        Self::Tampering,
        Self::Jump,
        Self::JumpUsers,
        Self::Details,
        Self::Taken,
        Self::GoTo,
        Self::Trail,
        Self::TrailCount,
        Self::Users,
        Self::UserKeys,
        Self::SshKeys,
        Self::OwnSshKeys,
        Self::Verify,
        Self::Security,
        Self::SignIns,
        Self::Pulse,
        Self::SeenBy,
    ];

    /// Whether a newer call makes the older one pointless.
    pub fn is_read(self) -> bool {
        Self::READS.contains(&self)
    }
}

/// The tickets of calls that are not answered yet.
#[derive(Debug, Default)]
pub struct Pending {
    next: u64,
    out: Vec<(Ticket, Slot)>,
}

impl Pending {
    /// A new ticket.
    pub fn add(&mut self, slot: Slot) -> Ticket {
        self.next += 1;
        let ticket = Ticket(self.next);
        self.out.push((ticket, slot));
        ticket
    }

    /// Whether a reply for this slot is awaited.
    pub fn has(&self, slot: Slot) -> bool {
        self.out.iter().any(|(_, s)| *s == slot)
    }

    /// Whether this ticket is awaited by this slot.
    pub fn is_for(&self, ticket: Ticket, slot: Slot) -> bool {
        self.out.contains(&(ticket, slot))
    }

    /// Whether a copy from the one-time view is not done yet.
    pub fn copying(&self) -> bool {
        self.out.iter().any(|(_, s)| matches!(s, Slot::Copying(_)))
    }

    /// The purpose of this reply; `None` if nothing waits for it (any more).
    pub fn take(&mut self, ticket: Ticket) -> Option<Slot> {
        let i = self.out.iter().position(|(t, _)| *t == ticket)?;
        Some(self.out.swap_remove(i).1)
    }

    /// The tickets of calls of `slot`, which go on being awaited.
    pub fn each(&self, slot: Slot, mut each: impl FnMut(Ticket)) {
        self.out.iter().filter(|(_, s)| *s == slot).for_each(|(ticket, _)| each(*ticket));
    }

    /// Forgets the calls of `slot`.
    pub fn drop_slot(&mut self, slot: Slot, mut each: impl FnMut(Ticket)) {
        self.out.retain(|(ticket, s)| {
            let gone = *s == slot;
            if gone {
                each(*ticket);
            }
            !gone
        });
    }

    /// Forgets all calls.
    pub fn clear(&mut self) {
        self.out.clear();
    }
}
