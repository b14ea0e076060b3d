//! Helpers for attacks by somebody who can write to the database, and for what verifier and `audit verify` say then.

use keydesk::credential::Overlap;

use super::made::on_postgres;
use super::support::{Desk, GatewayRequest, Key, Verifier};

pub fn status(verifier: &Verifier, key: &Key) -> u16 {
    verifier.ask(&GatewayRequest::nginx("GET", "/").by(key)).status()
}

pub fn ready(verifier: &Verifier) -> (u16, String) {
    let page = verifier.get("/readyz");
    (page.status(), page.text())
}

pub fn says(verifier: &Verifier, what: &str) -> bool {
    ready(verifier).1.contains(what)
}

/// What `audit verify` finds.
pub fn found(desk: &Desk) -> String {
    desk.hub.verify_trail(&desk.alice, None, &mut |_, _| ()).unwrap().broken.expect("something is wrong")
}

pub fn whole(desk: &Desk) {
    assert_eq!(desk.hub.verify_trail(&desk.alice, None, &mut |_, _| ()).unwrap().broken, None);
}

/// A copy of rows, to be put back later.
pub struct Kept {
    table: &'static str,
    condition: String,
}

impl Kept {
    pub fn of(desk: &Desk, table: &'static str, condition: String) -> Self {
        desk.sql(&format!(
            "{}; DROP TABLE IF EXISTS kept.{table}; CREATE TABLE kept.{table} AS SELECT * FROM {table} WHERE {condition}",
            beside(desk)
        ));
        Self { table, condition }
    }

    pub fn put_back(&self, desk: &Desk) {
        let (table, condition) = (self.table, &self.condition);
        let begin = if on_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" };
        desk.sql(&format!(
            "PRAGMA foreign_keys = OFF; {}; {begin}; DELETE FROM {table} WHERE {condition}; \
             INSERT INTO {table} SELECT * FROM kept.{table}; COMMIT",
            beside(desk)
        ));
    }
}

/// Where rows are kept that are none of the desk's now.
fn beside(desk: &Desk) -> String {
    match on_postgres() {
        true => "SET client_min_messages = error; CREATE SCHEMA IF NOT EXISTS kept".to_owned(),
        false => format!("ATTACH '{}' AS kept", desk.dir.path().join("kept.db").display()),
    }
}

pub fn of_key(key: &Key) -> String {
    format!("id = '{}'", key.id)
}

pub fn rotate(desk: &Desk, key: &Key, overlap: Overlap) -> Key {
    let row = desk.hub.find(&desk.alice, &key.key, None).unwrap();
    let issued = desk.hub.rotate(&desk.alice, row.target(), overlap).unwrap();
    Key { secret: issued.secret.unwrap().expose_text().unwrap().to_owned(), ..key.clone() }
}
