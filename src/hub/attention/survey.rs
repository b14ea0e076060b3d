//! The survey: every credential, its tag, its state and its last use.
//!
//! How a tag is wrong no index knows. A small desk is surveyed when its overview is asked for; a large one in the
//! background, a run at a time, so that no other read waits for it.

use std::sync::PoisonError;
use std::time::Duration;

use crate::credential::{Kind, State, Wanted, condition};
use crate::hub::attention::states::by_index;
use crate::hub::attention::types::shown_as;
use crate::hub::tx::row_tags;
use crate::hub::{Cancel, Group, Hub, HubError, StateCounts};
use crate::store::tables::{self, CredentialCells, CredentialRecord};
use crate::store::{Cell, StoreError, Tx};
use crate::time::{Millis, Seconds};
use crate::vault::TagInput;

/// Credentials of a desk that is surveyed at once, which takes some milliseconds.
const SMALL: i64 = 2_000;
/// Rows of a run in the background: a millisecond or two.
const RUN: i64 = 500;
/// Pause between two runs.
const PAUSE: Duration = Duration::from_millis(3);
/// Milliseconds for which a survey of an unchanged desk counts.
const FRESH: i64 = 10_000;
/// Seconds after which a credential counts as not used.
const UNUSED: i64 = 90 * 86_400;
/// Seconds after its creation in which nobody wonders that a credential was not used.
const NEW: i64 = 7 * 86_400;

/// What a survey found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Survey {
    /// Numbers of all credentials.
    pub(super) states: StateCounts,
    /// Those with a wrong tag.
    pub(crate) tampered: Group,
    /// How the indexes count those: they are not what their rows say.
    pub(super) claimed: StateCounts,
    /// Usable ones that were not used for a long time, or never.
    pub(crate) unused: Group,
    /// Usable ones that were never used, and are not new.
    pub(crate) never_used: Group,
    /// The change of the store that it was made at, and when.
    made: (i64, Millis),
    last: String,
}

impl Hub {
    /// The newest survey, made now if the desk is small; `None` while a large desk was not surveyed yet.
    pub(crate) fn survey_for_overview(&self, tx: &mut dyn Tx) -> Result<Option<Survey>, HubError> {
        let (now, change) = (self.now(), tables::head(tx)?.map_or(0, |head| head.change));
        let known = self.survey.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fresh = |survey: &Survey| survey.made.0 == change && (0..FRESH).contains(&now.since(survey.made.1));
        if known.as_ref().is_some_and(fresh) || !is_small(tx)? {
            return Ok(known);
        }
        let mut survey = Survey { made: (change, now), ..Survey::default() };
        while self.survey_run(tx, &mut survey, SMALL)? {}
        *self.survey.lock().unwrap_or_else(PoisonError::into_inner) = Some(survey.clone());
        Ok(Some(survey))
    }

    /// Surveys a large desk, a run at a time; says whether something is tampered that was not, or no longer. For a
    /// thread that has nothing else to do. A small desk is surveyed when its overview is asked for.
    pub fn survey(&self, cancel: &Cancel) -> Result<bool, HubError> {
        let mut tx = self.store.read(cancel)?;
        if is_small(&mut *tx)? {
            return Ok(false);
        }
        let change = tables::head(&mut *tx)?.map_or(0, |head| head.change);
        let mut survey = Survey { made: (change, self.now()), ..Survey::default() };
        while self.survey_run(&mut *tx, &mut survey, RUN)? {
            drop(tx);
            std::thread::sleep(PAUSE);
            tx = self.store.read(cancel)?;
        }
        let mut known = self.survey.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = known.as_ref().is_none_or(|known| known.tampered != survey.tampered);
        *known = Some(survey);
        Ok(differs)
    }

    /// Reads one run; says whether there may be more.
    fn survey_run(&self, tx: &mut dyn Tx, survey: &mut Survey, limit: i64) -> Result<bool, HubError> {
        let (after, now) = (std::mem::take(&mut survey.last), self.now());
        let (mut room, mut rows) = (TagInput::default(), 0);
        tables::survey(tx, &after, limit, &mut |row, used| {
            rows += 1;
            let intact = row_tags::cells_intact::<CredentialRecord>(&self.vault, row, &mut room);
            survey.take_up(row, used, intact, now)
        })?;
        Ok(rows == limit)
    }
}

/// Whether a desk has few credentials, by the numbers that are kept of them.
fn is_small(tx: &mut dyn Tx) -> Result<bool, StoreError> {
    let all: i64 = tables::tallies(tx)?.into_iter().map(|(_, _, n)| n.clamp(0, 1 << 40)).sum();
    Ok(all <= SMALL)
}

impl Survey {
    fn take_up(&mut self, row: &[Cell<'_>], used: Option<i64>, intact: bool, now: Millis) -> Result<(), StoreError> {
        let cells = CredentialCells::of(row)?;
        if let Ok(id) = cells.id() {
            id.clone_into(&mut self.last);
        }
        let read = || Some((cells.kind().ok()?.parse::<Kind>().ok()?, cells.state().ok()?.parse::<State>().ok()?));
        let Some((kind, state)) = read() else { return Ok(()) };
        let time = |at: Result<Option<i64>, StoreError>| at.ok().flatten().map(Seconds);
        let shown = shown_as(condition(state, time(cells.not_before()), time(cells.expires_at()), now));
        let name = cells.name().unwrap_or_default();
        if !intact {
            self.tampered.add(kind, name);
            self.states.add(kind, Wanted::Tampered, 1);
            self.claimed.add(kind, shown, 1);
            return Ok(());
        }
        self.states.add(kind, shown, 1);
        let second = now.seconds().0;
        let age = second.saturating_sub(Millis(cells.created_at()?).seconds().0);
        if matches!(shown, Wanted::Active | Wanted::Expiring) {
            if age > UNUSED && used.is_none_or(|at| second.saturating_sub(at) > UNUSED) {
                self.unused.add(kind, name);
            }
            if age > NEW && used.is_none() {
                self.never_used.add(kind, name);
            }
        }
        Ok(())
    }

    /// The numbers by state: of a small desk those of the survey; of a large one those of the indexes, which are of now.
    pub(crate) fn states(&self, tx: &mut dyn Tx, now: Millis) -> Result<StateCounts, StoreError> {
        match is_small(tx)? {
            true => Ok(self.states),
            false => by_index(tx, now, Some(self)),
        }
    }
}
