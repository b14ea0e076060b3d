//! Pages of lists: the same rows whichever way they are read.

use keydesk::credential::{Filter, Kind, Overlap, Verb};
use keydesk::hub::{Cancel, CountQuery, CredentialEdit, CredentialRow, ListOrder, ListQuery, PagePosition};

use keydesk::time::Seconds;

use super::support::Desk;

const ORDERS: [ListOrder; 6] = ListOrder::ALL;

fn filled() -> Desk {
    let desk = Desk::in_memory();
    for (i, name) in
        ["delta", "Alpha", "支払い", "alpha", "charlie", "Bravo", "echo", "foxtrot", "émile"].iter().enumerate()
    {
        let row = desk.create(if i % 4 == 3 { Kind::Hmac } else { Kind::Basic }, name).row;
        desk.clock.advance(jiff::SignedDuration::from_secs(7));
        match i {
            1 => drop(desk.hub.set_state(&desk.alice(), &[row.target()], Verb::Disable).unwrap()),
            4 | 6 => drop(desk.hub.set_state(&desk.alice(), &[row.target()], Verb::Revoke).unwrap()),
            _ => {}
        }
    }
    desk
}

fn whole(desk: &Desk, query: &ListQuery) -> Vec<CredentialRow> {
    let page = desk.hub.list(&desk.alice(), &ListQuery { limit: 100, ..query.clone() }).unwrap();
    assert!(!page.more_before && !page.more_after);
    page.rows
}

#[test]
fn forward_and_backward_give_the_same_rows() {
    let desk = filled();
    for kind in [None, Some(Kind::Basic), Some(Kind::Hmac)] {
        for revoked in [false, true] {
            for (order, turned) in ORDERS.into_iter().flat_map(|order| [(order, false), (order, true)]) {
                let query = ListQuery { kind, revoked, order, turned, limit: 2, ..ListQuery::default() };
                let all = whole(&desk, &query);
                let (mut forward, mut position) = (Vec::new(), PagePosition::Start);
                loop {
                    let page = desk.hub.list(&desk.alice(), &ListQuery { position, ..query.clone() }).unwrap();
                    assert_eq!(page.more_before, !forward.is_empty(), "{query:?}");
                    forward.extend(page.rows.iter().cloned());
                    assert_eq!(page.more_after, forward.len() < all.len());
                    match page.cursor(order, page.rows.len().wrapping_sub(1)).filter(|_| page.more_after) {
                        Some(cursor) => position = PagePosition::After(cursor),
                        None => break,
                    }
                }
                assert_eq!(forward, all, "{query:?}");
                let (mut backward, mut position) = (Vec::new(), PagePosition::End);
                loop {
                    let page = desk.hub.list(&desk.alice(), &ListQuery { position, ..query.clone() }).unwrap();
                    backward.splice(0..0, page.rows.iter().cloned());
                    match page.cursor(order, 0).filter(|_| page.more_before) {
                        Some(cursor) => position = PagePosition::Before(cursor),
                        None => break,
                    }
                }
                assert_eq!(backward, all, "{query:?}");
            }
        }
    }
}

#[test]
fn orders_and_revoked_keys_in_lists() {
    let desk = filled();
    let names = |query: &ListQuery| whole(&desk, query).into_iter().map(|row| row.name).collect::<Vec<_>>();
    let query = ListQuery { kind: Some(Kind::Basic), ..ListQuery::default() };
    assert_eq!(names(&query), ["Alpha", "Bravo", "delta", "émile", "支払い"]);
    let newest = ListQuery { order: ListOrder::Created, ..query.clone() };
    assert_eq!(names(&newest), ["émile", "Bravo", "支払い", "Alpha", "delta"]);
    let states = ListQuery { order: ListOrder::State, revoked: true, ..query };
    assert_eq!(names(&states), ["Bravo", "delta", "émile", "支払い", "Alpha", "charlie", "echo"]);
}

#[test]
fn by_expiry_and_by_last_use() {
    let desk = filled();
    let alice = desk.alice();
    let names = |query: &ListQuery| whole(&desk, query).into_iter().map(|row| row.name).collect::<Vec<_>>();
    let query = ListQuery { kind: Some(Kind::Basic), ..ListQuery::default() };
    let row = |name: &str| whole(&desk, &query).into_iter().find(|row| row.name == name).unwrap();
    let now = desk.hub.now().seconds().0;
    for (name, days) in [("delta", 9), ("支払い", 2)] {
        let expires_at = Some(Some(Seconds(now + days * 86_400)));
        let edit = CredentialEdit { expires_at, ..CredentialEdit::default() };
        desk.hub.edit(&alice, &[row(name).target()], &edit).unwrap();
    }
    let expiry = ListQuery { order: ListOrder::Expiry, ..query.clone() };
    assert_eq!(names(&expiry)[..2], ["支払い", "delta"]);
    assert_eq!(names(&ListQuery { turned: true, ..expiry })[3..], ["delta", "支払い"]);
    for (name, ago) in [("Bravo", 500), ("Alpha", 90), ("émile", 7_000)] {
        desk.hub.record_usage(row(name).id, 1, Seconds(now - ago), None).unwrap();
    }
    // Its newest secret was never used, the one before was.
    desk.hub.rotate(&alice, row("Alpha").target(), Overlap::Day).unwrap();
    let used = ListQuery { order: ListOrder::LastUse, ..query };
    assert_eq!(names(&used)[..3], ["Alpha", "Bravo", "émile"]);
    let turned = names(&ListQuery { turned: true, ..used.clone() });
    assert_eq!(turned[2..], ["émile", "Bravo", "Alpha"]);
    assert_eq!(names(&used).len(), 5, "those that were never used are listed as well");
}

#[test]
fn a_page_is_read_again_from_its_first_row() {
    let desk = filled();
    let query = ListQuery { kind: Some(Kind::Basic), limit: 2, ..ListQuery::default() };
    let all = whole(&desk, &query);
    let page = desk.hub.list(&desk.alice(), &query).unwrap();
    let from = PagePosition::From(page.cursor(ListOrder::Name, 1).unwrap());
    let again = desk.hub.list(&desk.alice(), &ListQuery { position: from, ..query }).unwrap();
    assert_eq!(again.rows, all[1..3]);
    assert!(again.more_before && again.more_after);
}

#[test]
fn an_empty_list_is_no_error() {
    let desk = Desk::in_memory();
    for position in [PagePosition::Start, PagePosition::End] {
        let page = desk.hub.list(&desk.alice(), &ListQuery { position, ..ListQuery::default() }).unwrap();
        assert!(page.rows.is_empty() && !page.more_before && !page.more_after);
    }
}

#[test]
fn names_and_usernames_in_use_are_reported() {
    let desk = filled();
    desk.create(Kind::Legacy, "smsbatch");
    let taken = |kind, name: &str, username: &str| {
        let taken = desk.hub.name_in_use(&desk.alice(), kind, name, username).unwrap();
        (taken.name, taken.username)
    };
    assert_eq!(taken(Kind::Basic, " DELTA ", ""), (true, false));
    assert_eq!(taken(Kind::Hmac, "delta", ""), (false, false), "of another kind");
    assert_eq!(taken(Kind::Legacy, "x", "smsbatch"), (false, true));
}

#[test]
fn a_key_that_exists_in_two_kinds_needs_a_kind() {
    let desk = Desk::on_disk();
    let row = desk.create(Kind::Basic, "one").row;
    desk.create(Kind::Hmac, "two");
    // An import may bring one key in two kinds. Here SQL does it, which also makes the row untrusted.
    desk.sql(&format!("UPDATE credential SET key = '{}' WHERE kind = 'hmac'", row.key));
    let both = desk.hub.find(&desk.alice(), &row.key, None).unwrap_err();
    assert_eq!(both.exit_code(), 5);
    assert!(both.to_string().contains("basic and hmac"), "{both}");
    assert!(!desk.hub.find(&desk.alice(), &row.key, Some(Kind::Basic)).unwrap().tampered);
    assert!(desk.hub.find(&desk.alice(), &row.key, Some(Kind::Hmac)).unwrap().tampered);
    let by_id = desk.hub.find(&desk.alice(), &row.id.to_string().to_uppercase(), None).unwrap();
    assert_eq!(by_id.id, row.id);
    assert_eq!(desk.hub.find(&desk.alice(), "nothing", None).unwrap_err().exit_code(), 4);
}

#[test]
fn filters_narrow_every_page() {
    let desk = filled();
    let alice = desk.alice();
    let names = |typed: &str| {
        let query = ListQuery { filter: Filter::parse(typed).unwrap(), ..ListQuery::default() };
        let all: Vec<_> = whole(&desk, &query).into_iter().map(|row| row.name).collect();
        let mut paged = Vec::new();
        let mut position = PagePosition::Start;
        loop {
            let page = desk.hub.list(&alice, &ListQuery { position, limit: 1, ..query.clone() }).unwrap();
            paged.extend(page.rows.iter().map(|row| row.name.clone()));
            match page.cursor(ListOrder::Name, 0).filter(|_| page.more_after) {
                Some(cursor) => position = PagePosition::After(cursor),
                None => break,
            }
        }
        assert_eq!(paged, all, "{typed}");
        all
    };
    assert_eq!(names("ALPHA"), ["Alpha", "alpha"]);
    assert_eq!(names("払"), ["支払い"]);
    assert_eq!(names("%"), [""; 0], "no wildcard");
    assert_eq!(names("state:disabled"), ["Alpha"]);
    assert_eq!(names("state:revoked"), ["charlie", "echo"]);
    assert_eq!(names("kind:hmac alpha"), ["alpha"]);
    assert_eq!(names("by:bram"), [""; 0]);
    assert_eq!(names("by:alice kind:hmac"), ["alpha", "foxtrot"]);
    assert_eq!(names("unused>1d"), [""; 0], "they are younger than a day");

    let delta =
        desk.hub.list(&alice, &ListQuery { filter: Filter::parse("delta").unwrap(), limit: 5, ..ListQuery::default() });
    let delta = delta.unwrap().rows.remove(0);
    assert_eq!(names(&delta.key.to_lowercase()[3..12]), ["delta"], "part of the key");
    let now = super::support::NOW.seconds().0 + 100;
    let expires_at = Some(Some(keydesk::time::Seconds(now + 10 * 86_400)));
    let edit = keydesk::hub::CredentialEdit { expires_at, ..Default::default() };
    desk.hub.edit(&alice, &[delta.target()], &edit).unwrap();
    assert_eq!(names("expires<30d"), ["delta"]);
    assert_eq!(names("expires<1d"), [""; 0]);
    assert_eq!(names("expires>1d"), ["delta"]);
    desk.clock.advance(jiff::SignedDuration::from_hours(11 * 24));
    assert_eq!(names("state:expired"), ["delta"]);
    desk.hub.record_usage(delta.id, 1, desk.hub.now().seconds(), None).unwrap();
    assert!(!names("unused>10d kind:basic").contains(&"delta".to_owned()));
    assert_eq!(names("unused>10d kind:basic").len(), 4);
}

/// The hits in every kind, counted part by part.
fn count_found(desk: &Desk, typed: &str, revoked: bool) -> ([i64; 3], usize) {
    let mut query = CountQuery { filter: Filter::parse(typed).unwrap(), revoked, ..CountQuery::default() };
    let (mut sums, mut parts) = ([0; 3], 0);
    loop {
        let part = desk.hub.count_found(&desk.alice(), &query, &Cancel::default()).unwrap();
        sums.iter_mut().zip(part.found).for_each(|(sum, n)| *sum += n);
        parts += 1;
        match part.next {
            Some(after) => query.after = after,
            None => return (sums, parts),
        }
    }
}

#[test]
fn hits_are_counted_in_every_kind_as_the_list_finds_them() {
    let desk = filled();
    for typed in ["alpha", "a", "state:active", "state:disabled", "state:revoked", "kind:hmac", "by:alice", "払", "%"]
    {
        for revoked in [false, true] {
            let listed = |kind| {
                let filter = Filter::parse(typed).unwrap();
                whole(&desk, &ListQuery { kind: Some(kind), revoked, filter, ..ListQuery::default() }).len() as i64
            };
            assert_eq!(count_found(&desk, typed, revoked).0, Kind::ALL.map(listed), "{typed} {revoked}");
        }
    }
}

#[test]
fn the_hits_of_many_are_counted_in_parts() {
    let desk = Desk::in_memory();
    let wanted: Vec<_> = (0..500).map(|n| super::support::wanted(Kind::Basic, &format!("key-{n:03}"))).collect();
    for _ in 0..21 {
        desk.hub.create_many(&desk.alice(), &wanted).unwrap();
    }
    assert_eq!(count_found(&desk, "key-00", false), ([210, 0, 0], 2));
}
