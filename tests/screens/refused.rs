//! The requests that verifiers refused: in the Activity tab, in the details, and never for users who may not read the trail.

use keydesk::account::Role;
use keydesk::hub::{ListQuery, Refusal};
use keydesk::time::Seconds;

use super::desk::Desk;
use super::fixture::{self, NOW};

/// Refusals as a verifier reports them: key's name, seconds ago, reason, offset of the clock, mistake.
type Told = (&'static str, i64, &'static str, Option<i64>, Option<&'static str>);

fn refuse(desk: &Desk, told: &[Told]) {
    let rows = desk.hub().list(&fixture::local(desk.hub(), "alice"), &ListQuery { limit: 99, ..ListQuery::default() });
    let rows = rows.unwrap().rows;
    let refusals: Vec<_> = told
        .iter()
        .map(|(name, ago, reason, clock_offset, mistake)| Refusal {
            credential: rows.iter().find(|row| row.name == *name).unwrap().id.0,
            at: Seconds(NOW.seconds().0 - ago),
            reason: (*reason).to_owned(),
            component: None,
            clock_offset: *clock_offset,
            address: "198.51.100.7".parse().ok(),
            mistake: mistake.map(str::to_owned),
            count: 1,
        })
        .collect();
    desk.hub().feed().write_refusals(&refusals).unwrap();
}

const TOLD: [Told; 5] = [
    ("webhooks-prod", 60, "clock_skew", Some(-425), None),
    ("webhooks-staging", 120, "bad_signature", None, Some("It signed PUT as POST.")),
    ("billing-gateway", 180, "bad_secret", None, None),
    ("billing-gateway", 7_300, "network", None, None),
    ("crm-sync", 90_000, "disabled", None, None),
];

/// The tab, with refused requests in it.
pub fn on_refused(mut desk: Desk) -> Desk {
    refuse(&desk, &TOLD);
    desk.press("tab tab").rest().press("r").rest();
    desk
}

#[test]
fn the_newest_refusals_say_why_in_words() {
    let mut desk = on_refused(Desk::on_list());
    for words in ["clock 7 min behind", "signed PUT as POST", "wrong secret", "outside its networks", "disabled"] {
        desk.sees(words);
    }
    desk.sees("The newest refused requests first").sees("HMAC Authentication").sees("Set the client's clock");
    desk.selects("crm-sync").press("enter").dialog("Refused: crm-sync").says("Enable the key").press("esc").no_dialog();
    desk.press("r").rest().sees("entries about credentials").sees_no("wrong secret");
}

#[test]
fn refusals_of_one_key_can_be_shown_alone() {
    let mut desk = on_refused(Desk::on_list());
    desk.selects("billing-gateway").press("w").rest().sees("The newest refused requests of billing-gateway first");
    desk.sees("wrong secret").sees("outside its networks").sees_no("clock 7 min").press("w").rest().sees("clock 7 min");
}

#[test]
fn new_refusals_appear_and_without_any_nothing_is_drawn() {
    let mut desk = on_refused(Desk::on_list());
    refuse(&desk, &[("crm-sync", 0, "bad_secret", None, None)]);
    desk.sees_no("crm-sync         wrong").waits(11_000).rest().sees("wrong secret").selects("crm-sync");
}

#[test]
fn the_details_say_how_often_and_why_last() {
    let mut desk = Desk::on_list();
    refuse(&desk, &TOLD);
    desk.selects("billing-gateway").press("enter").rest();
    desk.sees("2 times, last 3 min ago from 198.51.100.7: wrong secret").press("2");
    desk.sees("REFUSED BECAUSE").sees("outside its networks").sees("Was it rotated").press("esc").rest();
    desk.sees("Refused   2 times, last 3 min ago");
}

#[test]
fn users_who_may_not_read_the_trail_see_no_refusals() {
    let mut desk = Desk::on_list_as(Role::Advanced);
    refuse(&desk, &TOLD);
    desk.selects("billing-gateway").press("enter").rest();
    desk.sees("Last used").sees_no("Refused").press("esc").no_dialog().sees_no("Refused");
}
