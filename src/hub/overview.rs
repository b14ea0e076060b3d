//! What menu and settings show: numbers that cost the same with a hundred credentials and with a million.

use crate::account::{Right, allows};
use crate::credential::State;
use crate::store::{Cancel, Tx, tables};
use crate::time::{DAY, Millis};

use super::{
    Actor, Capped, CredentialOverview, Hub, HubError, Overview, SiteOverview, check, convert, list, mark,
    refusal::Intent, settings,
};

/// Credentials are called expiring this many days before.
const EXPIRING_DAYS: i64 = 30;

/// Secrets that are looked at for a use, so that a desk with a million costs no more than one with a few.
const LOOKED_AT: i64 = 4 * Capped::MOST;

impl Hub {
    /// What the actor's role may see of everything.
    pub fn overview(&self, actor: &Actor) -> Result<Overview, HubError> {
        self.look_as(actor, &Intent::new(Right::OwnAccount, "look"), &Cancel::default(), |tx, person| {
            let role = check::role_of(&person)?;
            let sees = |right| allows(role, right);
            let (api, upstream) = settings::addresses(tx, &self.vault);
            Ok(Overview {
                account: self.account().to_owned(),
                administrators: check::administrators(tx, &self.vault)?,
                api,
                upstream: sees(Right::ManageSite).then_some(upstream),
                credentials: sees(Right::SeeCredentials).then(|| self.credential_overview(tx)).transpose()?,
                site: sees(Right::ReadTrail).then(|| self.site_overview(tx)).transpose()?,
            })
        })
    }

    fn credential_overview(&self, tx: &mut dyn Tx) -> Result<CredentialOverview, HubError> {
        let (from, most) = (self.now().seconds().0 + 1, Capped::MOST + 1);
        let until = from + EXPIRING_DAYS * DAY / 1000;
        let next = tables::next_to_expire(tx, from, until, 3)?.into_iter();
        let (counts, never_used) = (list::counts(tx)?, Capped(tables::count_waiting(tx, most)?));
        let kind = tables::kind_waiting(tx)?.and_then(|kind| kind.parse().ok());
        // Where one that is active was used, there is no need to look further.
        let unused = never_used.0 > 0 && never_used.0 == counts.in_state(State::Active);
        Ok(CredentialOverview {
            counts,
            expiring: Capped(tables::count_expiring(tx, from, until, most)?),
            next_to_expire: next
                .map(|(row, last)| convert::credential(&self.vault, row, last))
                .collect::<Result<_, _>>()?,
            never_used,
            never_used_kind: kind,
            unasked: unused && !tables::ever_asked(tx, LOOKED_AT)?,
        })
    }

    fn site_overview(&self, tx: &mut dyn Tx) -> Result<SiteOverview, HubError> {
        let people = tables::people(tx)?;
        let mut locked = 0;
        for row in &people {
            locked += i64::from(self.locked_until(tx, &row.record.name)?.is_some());
        }
        let changes = tables::changes(tx, 3)?;
        Ok(SiteOverview {
            users: people.len() as i64,
            locked,
            trail_rows: tables::head(tx)?.map_or(0, |head| head.trail_no),
            last_changes: changes.into_iter().map(|row| super::trail::row(tx, row)).collect::<Result<_, _>>()?,
            last_row_at: tables::last_at(tx)?.map(Millis),
            master_key_made_at: tables::ring_made_at(tx)?.map(Millis),
            went_back: mark::went_back(tx)?,
            setting_tampered: settings::any_tampered(tx, &self.vault)?,
        })
    }
}
