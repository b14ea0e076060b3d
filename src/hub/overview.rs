//! Numbers for menu and settings, which cost the same with a hundred credentials and with a million.

use crate::account::{Right, allows};
use crate::credential::{EXPIRING_DAYS, Kind, State};
use crate::hub::attention::{self, Survey};
use crate::hub::audit::trail;
use crate::hub::credentials::{list, mapping};
use crate::hub::tx::intent::Intent;
use crate::hub::tx::{row_tags, table_sums};
use crate::hub::usage::{first_day, site_usage};
use crate::hub::users::mapping::{administrators, is_able_administrator, role_of};
use crate::hub::verifier::{rollback_reports, store_findings};
use crate::hub::{Actor, Cancel, CredentialOverview, Hub, HubError, Overview, SiteOverview, USE_DAYS, settings};
use crate::store::tables::{self, Tagged, ThrottleRecord, UserRecord};
use crate::store::{Query, Tx};
use crate::time::{DAY, Millis};

/// Rows of the trail that the menu shows.
const LAST_CHANGES: i64 = 7;

impl Hub {
    /// The overview, limited to what the actor's role may see.
    pub fn overview(&self, actor: &Actor) -> Result<Overview, HubError> {
        let intent = Intent::new(Right::OwnAccount, "look").prefetch(self.overview_queries());
        self.read_as(actor, &intent, &Cancel::default(), |tx, user| {
            let role = role_of(&user)?;
            let sees = |right| allows(role, right);
            let (api, upstream) = settings::addresses(tx, &self.vault);
            Ok(Overview {
                account: self.account().to_owned(),
                administrators: administrators(tx, &self.vault)?,
                api,
                upstream: sees(Right::SeeSite).then_some(upstream),
                credentials: sees(Right::SeeCredentials).then(|| self.credential_overview(tx)).transpose()?,
                usage: sees(Right::SeeCredentials).then(|| site_usage(tx, self.now().seconds())).transpose()?,
                site: sees(Right::ReadTrail).then(|| self.site_overview(tx)).transpose()?,
                lost: Vec::new(),
            })
        })
    }

    /// What the overview asks whatever it finds. Who may see less is answered more than is shown to them.
    fn overview_queries(&self) -> Vec<Query> {
        let tags =
            [table_sums::ACCOUNT, table_sums::SETTINGS, table_sums::USERS].map(|of| tables::tags_query(of.table));
        let today = self.now().seconds().day();
        let mut queries = vec![
            tables::head_query(),
            tables::users_query(),
            tables::old_users_query(),
            tables::tallies_query(),
            tables::account_query(),
            tables::trail_ends_query(),
            tables::changes_query(LAST_CHANGES),
            tables::last_at_query(),
            tables::ring_made_at_query(),
            tables::ever_asked_query(),
            rollback_reports::query(),
            tables::used_days_query(tables::EVERY, first_day(today, USE_DAYS)),
        ];
        queries.extend(tags);
        queries.extend(settings::queries());
        queries
    }

    fn credential_overview(&self, tx: &mut dyn Tx) -> Result<CredentialOverview, HubError> {
        let from = self.now().seconds().0 + 1;
        let until = from + EXPIRING_DAYS * DAY / 1000;
        let next = tables::next_to_expire(tx, &Kind::ALL.map(Kind::as_str), (from, until), 1)?.pop();
        let counts = list::counts(tx)?;
        let survey = self.survey_for_overview(tx)?;
        let states = attention::states(tx, self.now(), survey.as_ref())?;
        let (expired_called, refused_more) = attention::refused(self, tx)?;
        let Survey { tampered, unused, never_used, .. } = survey.unwrap_or_default();
        Ok(CredentialOverview {
            counts,
            states,
            tampered,
            expired_called,
            refused_more,
            unused,
            never_used_for_long: never_used,
            next_to_expire: next.map(|(row, last)| mapping::credential(&self.vault, row, last)).transpose()?,
            unasked: counts.in_state(State::Active) > 0 && !tables::ever_asked(tx)?,
        })
    }

    /// The first sign of tampering: what can be checked quickly, then what verifiers reported.
    fn altered(&self, tx: &mut dyn Tx) -> Result<Option<String>, HubError> {
        let now = store_findings::check(self.feed(), tx)?.into_iter().map(|wrong| wrong.what).next();
        now.map_or_else(|| rollback_reports::altered(tx), |what| Ok(Some(what)))
    }

    fn site_overview(&self, tx: &mut dyn Tx) -> Result<SiteOverview, HubError> {
        let users = tables::users(tx)?;
        let (mut locked_users, mut locked_administrators) = (Vec::new(), Vec::new());
        let throttle = |row: &Tagged<UserRecord>| {
            Ok(tables::get_query::<ThrottleRecord>("id", &self.throttle_id(&row.record.name)?))
        };
        tx.prefetch(users.iter().map(throttle).collect::<Result<_, HubError>>()?)?;
        for row in &users {
            let name = &row.record.name;
            if self.locked_until(tx, name)?.is_some() {
                locked_users.push(name.clone());
                locked_administrators.extend(is_able_administrator(&row.record).then(|| name.clone()));
            }
        }
        let tampered_users = users.iter().filter(|row| !row_tags::intact(&self.vault, row));
        let tampered_users = tampered_users.map(|row| row.record.name.clone()).collect();
        let changes = tables::changes(tx, LAST_CHANGES)?;
        Ok(SiteOverview {
            users: users.len() as i64,
            locked: locked_users.len() as i64,
            tampered_users,
            locked_users,
            locked_administrators,
            trail_rows: tables::head(tx)?.map_or(0, |head| head.trail_no),
            last_changes: changes.into_iter().map(|row| trail::row(tx, row)).collect::<Result<_, _>>()?,
            last_row_at: tables::last_at(tx)?.map(Millis),
            master_key_made_at: tables::ring_made_at(tx)?.map(Millis),
            rolled_back: rollback_reports::rolled_back(tx)?,
            setting_tampered: settings::any_tampered(tx, &self.vault)?,
            altered: self.altered(tx)?,
        })
    }
}
