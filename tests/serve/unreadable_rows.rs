//! Rows and a trail that cannot be read.

use keydesk::credential::{Kind, Verb};

use super::attacker::{Kept, of_key, ready, says, status};
use super::made::on_postgres;
use super::support::Desk;

/// If the rows cannot be trusted, the trail tells whether a key was revoked. If the trail was edited as well, nobody
/// knows, so nobody is answered.
#[test]
fn an_older_row_with_an_edited_trail_closes_the_verifier() {
    let desk = Desk::new();
    let [one, two] = ["one", "two"].map(|name| desk.key(Kind::Basic, name));
    let kept = Kept::of(&desk, "credential", of_key(&one));
    let verifier = desk.verifier();
    assert_eq!([&one, &two].map(|key| status(&verifier, key)), [200; 2]);
    verifier.suspended(|| {
        desk.set(&one, Verb::Revoke);
        kept.put_back(&desk);
        desk.sql_past_triggers("UPDATE trail SET what = 'x' WHERE action = 'credential.revoked'");
    });
    verifier.until("closed", |verifier| status(verifier, &one) == 503 && status(verifier, &two) == 503);
    assert!(says(&verifier, "what was revoked is not known"), "{}", ready(&verifier).1);
}

/// A row of nonsense does not keep the verifier from following changes.
#[test]
fn unreadable_rows_do_not_keep_changes_from_being_followed() {
    for planted in [
        "UPDATE credential SET id = CAST(x'ff' AS TEXT) WHERE id = 'ID'",
        "UPDATE credential SET name = CAST(x'ff' AS TEXT) WHERE id = 'ID'",
        "UPDATE credential SET networks = CAST(x'ff' AS TEXT), change = change + 1000 WHERE id = 'ID'",
        "UPDATE person SET name = CAST(x'ff' AS TEXT) WHERE name <> 'alice'",
    ] {
        let desk = Desk::new();
        let [one, two] = ["one", "two"].map(|name| desk.key(Kind::Basic, name));
        let verifier = desk.verifier();
        assert_eq!([&one, &two].map(|key| status(&verifier, key)), [200; 2]);
        // A server keeps no text that is none.
        let planted = if on_postgres() { &planted.replace("CAST(x'ff' AS TEXT)", "'nonsense'") } else { planted };
        desk.sql(&format!("PRAGMA foreign_keys = OFF; {}", planted.replace("ID", &one.id.to_string())));
        desk.set(&two, Verb::Revoke);
        verifier.until(planted, |verifier| status(verifier, &two) == 401);
    }
}
