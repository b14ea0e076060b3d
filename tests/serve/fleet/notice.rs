//! Hints of commits: which are sent, who hears them, and what is said where nobody does.

use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use keydesk::credential::{Kind, Verb};
use keydesk::hub::{Heard, UsageReport};
use keydesk::time::Seconds;

use super::super::made::on_postgres;
use super::super::one_store::is_of_the_other_store;
use super::super::server::url;
use super::super::support::{Desk, PATIENCE};
use super::{database, desk_on_server, notice, pooled, verifier, verifier_with};

/// A listener at a desk's store, on a thread of its own; and its channel.
fn listener(desk: &Desk) -> (Receiver<Heard>, String) {
    let mut listener = desk.hub.feed().listen().unwrap();
    let ((heard, hears), own) = (channel(), listener.channel().to_owned());
    thread::spawn(move || while heard.send(listener.hear()).is_ok() {});
    assert_eq!(hears.recv_timeout(PATIENCE), Ok(Heard::Connected));
    (hears, own)
}

/// What was heard before a proof that is sent now.
fn heard_until_now(desk: &Desk, (hears, own): &(Receiver<Heard>, String)) -> Vec<Heard> {
    desk.hub.feed().prove(own).unwrap();
    let all = std::iter::from_fn(|| hears.recv_timeout(PATIENCE).ok());
    all.take_while(|heard| *heard != Heard::Proof).collect()
}

#[test]
fn changes_are_announced_and_last_uses_are_not() {
    if !on_postgres() {
        assert!(Desk::new().hub.feed().listen().is_none(), "a file sends none");
        return;
    }
    let (desk, _) = desk_on_server();
    let listener = listener(&desk);
    let key = desk.key(Kind::Basic, "one");
    assert_eq!(heard_until_now(&desk, &listener), [Heard::Commit]);
    thread::sleep(Duration::from_millis(60));
    let used = UsageReport { credential: key.id.0, secret: 1, at: Seconds(1_786_698_764), address: None };
    desk.hub.feed().write_uses(&[used]).unwrap();
    let note = desk.hub.process_note(keydesk::hub::ProcessKind::Verifier).unwrap();
    desk.hub.feed().write_counts(&note, 1, &[]).unwrap();
    desk.hub.feed().note_position(&note).unwrap();
    assert_eq!(heard_until_now(&desk, &listener), []);
    desk.set(&key, Verb::Revoke);
    assert_eq!(heard_until_now(&desk, &listener), [Heard::Commit]);
}

#[test]
fn whoever_notifies_without_end_wakes_nobody_more_than_20_times_a_second() {
    if is_of_the_other_store!() {
        return;
    }
    let (desk, server) = desk_on_server();
    let database = database(&desk);
    server.sql("postgres", "DO $$ BEGIN CREATE ROLE stranger_who_notifies LOGIN; EXCEPTION WHEN OTHERS THEN END $$");
    let notify = |many: u32| {
        let sql = format!("SELECT count(pg_notify('keydesk', n::text)) FROM generate_series(1, {many}) n");
        server.sql_as("stranger_who_notifies", &database, &sql).unwrap();
    };
    let listener = listener(&desk);
    let began = std::time::Instant::now();
    (0..30).for_each(|_| notify(40));
    let hints = heard_until_now(&desk, &listener).len() as u128;
    let most = began.elapsed().as_millis() / 50 + 1;
    assert!((1..=most).contains(&hints), "{hints} hints, at most {most} expected");
    // More than that is not listened to at all.
    notify(5_000);
    let lost = std::iter::from_fn(|| listener.0.recv_timeout(PATIENCE).ok()).find(|heard| *heard != Heard::Commit);
    assert_eq!(lost, Some(Heard::Lost));
    // And a change goes on all the same.
    desk.key(Kind::Basic, "one");
}

#[test]
fn a_verifier_says_that_it_listens_and_that_it_listens_again() {
    let desk = Desk::new();
    let dir = tempfile::tempdir().unwrap();
    let Some(server) = on_postgres().then(|| super::server().unwrap()) else {
        assert_eq!(notice(&verifier(&desk, &dir)), "polling");
        return;
    };
    server.sql(&database(&desk), include_str!("../../../assets/sql/roles.sql"));
    server.sql("postgres", "DO $$ BEGIN CREATE ROLE verifier_who_listens LOGIN; EXCEPTION WHEN OTHERS THEN END $$");
    server.sql("postgres", "GRANT keydesk_verifier TO verifier_who_listens");
    let as_itself =
        keydesk::store::PostgresPlace { user: "verifier_who_listens".to_owned(), ..server.place(&database(&desk)) };
    let verifier = verifier_with(&desk, &dir, |command| _ = command.env("KEYDESK_STORE", url(&as_itself)));
    let listens = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND usename = 'verifier_who_listens'";
    verifier.until("it listens", |verifier| notice(verifier) == "listening");
    let ended = server.sql(&database(&desk), &format!("SELECT pg_terminate_backend(pid, 9000) FROM ({listens}) AS it"));
    assert_eq!(ended, "t");
    verifier.until("it knows", |verifier| notice(verifier) == "polling");
    verifier.until("it listens again", |verifier| notice(verifier) == "listening");
}

#[test]
fn behind_a_pooler_nothing_is_heard_and_nobody_says_so() {
    if is_of_the_other_store!() {
        return;
    }
    let (desk, server) = desk_on_server();
    let (dir, url) = (tempfile::tempdir().unwrap(), pooled(&desk, server));
    let verifier = verifier_with(&desk, &dir, |command| _ = command.env("KEYDESK_STORE", url));
    let sent = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%NOTIFY keydesk%'";
    verifier.until("a proof was sent", |_| server.sql(&database(&desk), sent) != "0");
    // The others follow within three seconds.
    for _ in 0..40 {
        assert_eq!(notice(&verifier), "polling");
        thread::sleep(Duration::from_millis(100));
    }
}
