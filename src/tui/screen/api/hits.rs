//! How many credentials of each kind the filter finds: counted part by part, so that no key waits.

use crate::credential::Kind;
use crate::hub::{CountPart, CountQuery};

/// The numbers of one filter.
#[derive(Debug)]
pub struct Hits {
    query: CountQuery,
    /// Change number of the store when counting began.
    change: i64,
    /// All of them, once they were counted.
    all: Option<[i64; Kind::ALL.len()]>,
    /// Those that were counted so far, while they are.
    so_far: Option<[i64; Kind::ALL.len()]>,
    /// A part was counted.
    begun: bool,
}

impl Hits {
    /// Nothing counted yet.
    pub fn new(query: CountQuery, change: i64) -> Self {
        Self { query, change, all: None, so_far: Some([0; Kind::ALL.len()]), begun: false }
    }

    /// Whether they are of this filter.
    pub fn are_of(&self, query: &CountQuery) -> bool {
        self.query == *query
    }

    /// Counts again, because the store changed; the numbers of before stay until then. `false` if they are being counted,
    /// or of this change already.
    pub fn begin_again(&mut self, change: i64) -> bool {
        let again = self.so_far.is_none() && self.change != change;
        if again {
            (self.change, self.so_far) = (change, Some([0; Kind::ALL.len()]));
        }
        again
    }

    /// Takes what was counted in one part; the query for the next part, if there is one.
    pub fn take(&mut self, part: &CountPart) -> Option<CountQuery> {
        let so_far = self.so_far.as_mut()?;
        so_far.iter_mut().zip(part.found).for_each(|(n, more)| *n += more);
        self.begun = true;
        match &part.next {
            Some(after) => Some(CountQuery { after: after.clone(), ..self.query.clone() }),
            None => {
                self.all = self.so_far.take();
                None
            }
        }
    }

    /// How many of a kind, and whether that is all of them.
    pub fn of(&self, kind: Kind) -> Option<(i64, bool)> {
        let counted = match self.all {
            Some(all) => Some((all, true)),
            None => self.so_far.filter(|_| self.begun).map(|so_far| (so_far, false)),
        };
        counted.map(|(numbers, all)| (numbers[kind as usize], all))
    }
}
