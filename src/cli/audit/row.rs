//! A row of the trail as a row of a table.

use serde::Serialize;

use crate::cli::output::Listed;
use crate::export;
use crate::hub::TrailRow;
use crate::time::Millis;

impl Listed for TrailRow {
    const TITLES: &'static [&'static str] = &["NO.", "WHEN (UTC)", "WHO", "DID", "WHAT", "FROM"];

    fn cells(&self, _now: Millis) -> Vec<String> {
        let who = self.actor().unwrap_or_else(|| "-".to_owned());
        let did = if self.count > 1 { format!("{} ({} times)", self.did, self.count) } else { self.did.clone() };
        let from = self.address.clone().unwrap_or_else(|| "here".to_owned());
        vec![self.no.to_string(), self.at.utc("%Y-%m-%d %H:%M:%S"), who, did, self.what.clone(), from]
    }

    fn json(&self, _now: Millis) -> impl Serialize {
        export::json_of(self)
    }
}
