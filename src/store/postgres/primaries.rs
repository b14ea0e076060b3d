//! Looks for a second primary: after a bad failover two servers may take changes, and none of them says so.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::SimpleQueryMessage;

use super::connect::{self, Connected, Encryption};
use super::place::{PostgresHost, PostgresPlace};

/// How long a server may take to say which it is.
const ASKING: Duration = Duration::from_secs(5);
/// Two names may lead to one server, or two poolers to it: a server is told by the moment at which it was started.
const WHICH: &str = "SELECT extract(epoch FROM pg_catalog.pg_postmaster_start_time())::pg_catalog.text";

/// The servers of a place that are primaries, each once. One that cannot be reached is none.
pub(super) fn of(place: &PostgresPlace, encryption: &Encryption) -> Vec<String> {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return Vec::new() };
    let mut found = BTreeMap::new();
    for host in &place.hosts {
        if let Some(which) = runtime.block_on(primary(place, host, encryption)) {
            found.entry(which).or_insert_with(|| host.to_string());
        }
    }
    found.into_values().collect()
}

/// Which server it is, if it is a primary.
async fn primary(place: &PostgresPlace, host: &PostgresHost, encryption: &Encryption) -> Option<String> {
    let Connected { client, mut driver, .. } = connect::to_primary(place, host, encryption).await?;
    let asked = timeout(ASKING, async {
        tokio::select! {
            asked = client.simple_query(WHICH) => asked.ok(),
            () = driver.run() => None,
        }
    });
    let which = asked.await.ok()??.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    drop(client);
    // Says good-bye to the server, if it listens.
    let _ = timeout(ASKING, driver.run()).await;
    which
}
