//! What screens ask for, on PostgreSQL beside SQLite.

use std::path::Path;
use std::time::{Duration, Instant};

use keydesk::credential::Filter;
use keydesk::hub::{HubError, ListQuery, PagePosition, StoreUse};

use crate::desk::{alice, fill, open, set_up, wanted};
use crate::server::Server;

const ROUNDS: usize = 51;

pub fn measure(server: &Server, dir: &Path, count: usize) -> Result<(), HubError> {
    let database = (*server.database()).clone();
    let desks = [("SQLite", set_up(dir, "sqlite", None)?), ("PostgreSQL", set_up(dir, "postgres", Some(database))?)];
    println!("| median, ms | opening | first page | next page | filter, no hit | details | overview | Create |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (what, paths) in desks {
        fill(&paths, count)?;
        let opening = median(|_| open(&paths, StoreUse::Desk).map(drop))?;
        let hub = open(&paths, StoreUse::Desk)?;
        let alice = alice(&hub)?;
        let first = ListQuery { limit: 40, ..ListQuery::default() };
        let page = hub.list(&alice, &first)?;
        let (row, place) = (page.rows[20].clone(), page.cursor(first.order, 20));
        let position = place.map_or(PagePosition::Start, PagePosition::After);
        let next = ListQuery { position, ..first.clone() };
        let filter = ListQuery { filter: Filter::understood("zzzz"), ..first.clone() };
        let took = [
            opening,
            median(|_| hub.list(&alice, &first).map(drop))?,
            median(|_| hub.list(&alice, &next).map(drop))?,
            median(|_| hub.list(&alice, &filter).map(drop))?,
            median(|_| hub.details(&alice, row.id).map(drop))?,
            median(|_| hub.overview(&alice).map(drop))?,
            median(|i| hub.create(&alice, &wanted(i)).map(drop))?,
        ];
        let took = took.map(|took| format!("{:.1}", took.as_secs_f64() * 1e3));
        println!("| {what}, {count} | {} |", took.join(" | "));
    }
    Ok(())
}

fn median(mut once: impl FnMut(usize) -> Result<(), HubError>) -> Result<Duration, HubError> {
    let mut took = Vec::with_capacity(ROUNDS);
    for i in 0..ROUNDS {
        let began = Instant::now();
        once(i)?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    Ok(took[ROUNDS / 2])
}
