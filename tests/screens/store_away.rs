//! A store that goes away, comes back, or lacks what was seen of it: what the desk says, and that nothing typed is lost.

use std::cell::RefCell;
use std::rc::Rc;

use keydesk::account::Role;
use keydesk::hub::{HubError, StoreNotice, StorePlace};
use keydesk::tui::msg::{Call, Effect, Msg};

use super::desk::Desk;
use super::fixture::{PASSWORD, local};
use super::made::places;

const AWAY: &str = "The database postgres db1,db2/keydesk cannot be reached (db1: it does not answer; db2 is a standby). Nothing \
                    was changed.";
/// Two servers that both take changes.
pub fn two_primaries() -> StoreNotice {
    StoreNotice::TwoPrimaries(vec!["db1.example.com:5432".to_owned(), "db2.example.com:5432".to_owned()])
}

/// A desk that was copied to a server.
pub fn copied() -> StoreNotice {
    StoreNotice::Copied { place: "postgres db1.example.com/keydesk".to_owned(), epoch: 2 }
}

const ASKS: &str = "The database has not said yet whether this was kept.";

impl Desk {
    /// No call is answered by the store any more.
    pub fn loses_its_store(&mut self) -> &mut Self {
        self.fails(AWAY)
    }

    /// Every pulse and every change fails.
    pub fn fails(&mut self, said: &'static str) -> &mut Self {
        self.instead = Some(Box::new(move |call| match call {
            Call::Pulse(..) | Call::Create(..) => Some(Err(HubError::Unavailable(said.to_owned()))),
            _ => None,
        }));
        self
    }

    /// The thread that looks at the store found something else.
    pub fn is_told(&mut self, notices: &[StoreNotice]) -> &mut Self {
        self.send(Msg::StoreNotices(notices.to_vec()))
    }

    /// Types a name into a new key, up to the button.
    pub fn fills_in(&mut self, name: &str) -> &mut Self {
        self.press("n").types(name).dialog("Create new key · Basic Authentication").says(name)
    }

    /// The line broke behind COMMIT: the worker asks the store.
    pub fn begins_to_ask(&mut self) -> &mut Self {
        self.stalls().press("enter");
        let sent = self.queue.iter().find_map(|effect| match effect {
            Effect::Call(ticket, Call::Create(..)) => Some(*ticket),
            _ => None,
        });
        self.send(Msg::Asking(sent.unwrap()))
    }
}

#[test]
fn a_store_that_goes_away_keeps_what_is_typed_and_comes_back() {
    let mut desk = Desk::on_list();
    desk.fills_in("nightly").loses_its_store().waits(2_000).sees("cannot be reached (db1: it does not answer;");
    // The key that takes the sentence away does nothing else.
    desk.press("x").dialog("Create new key · Basic Authentication").says("nightly").sees_no("nightlyx");
    desk.press("enter").sees("cannot be reached").sees("nightly");
    desk.instead = None;
    desk.waits(2_000).sees("The store answers again.").sees("nightly");
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.dialog("The secret, once").says("nightly");
}

/// A pulse that names the change that the screen shows is answered once there is another one.
#[test]
fn a_store_that_is_back_is_told_although_nothing_changed() {
    let mut desk = Desk::on_list();
    desk.waits(2_000);
    let asked = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&asked);
    desk.instead = Some(Box::new(move |call| match call {
        Call::Pulse(_, known) => {
            noted.borrow_mut().push(known.is_some());
            Some(Err(HubError::Unavailable(AWAY.to_owned())))
        }
        _ => None,
    }));
    desk.waits(4_000).sees("cannot be reached");
    let asked = asked.borrow();
    assert!(asked.len() > 2 && asked[0] && !asked[1..].contains(&true), "{asked:?}");
}

#[test]
fn the_desk_keeps_asking_and_shows_the_secret_once_it_is_known() {
    let mut desk = Desk::on_list();
    desk.fills_in("nightly").begins_to_ask().sees(ASKS).sees("keydesk keeps asking").sees("nightly").sees_no("kds");
    desk.waits(60_000).sees(ASKS).answers();
    desk.dialog("The secret, once").says("nightly").press("s");
    assert!(desk.copied[0].starts_with("kds"));
}

#[test]
fn a_change_that_was_not_kept_leaves_the_form_as_it_was() {
    let mut desk = Desk::on_list();
    desk.fills_in("nightly").begins_to_ask().sees(ASKS);
    desk.fails("The store could not keep the change. Nothing was changed; try again.").answers().sees_no(ASKS);
    desk.sees("The store could not keep the change. Nothing was changed").sees("nightly");
    desk.instead = None;
    desk.dialog("Create new key · Basic Authentication").says("nightly").press("enter");
    desk.dialog("The secret, once").says("nightly");
}

#[test]
fn esc_stops_asking_and_the_secret_that_comes_late_is_not_shown() {
    let mut desk = Desk::on_list();
    desk.fills_in("nightly").begins_to_ask().sees(ASKS).press("esc");
    let told = desk.queue.iter().any(|effect| matches!(effect, Effect::Cancel(_)));
    assert!(told, "the worker stops");
    desk.sees("It is not known whether the change was kept").sees("nightly").sees_no(ASKS);
    desk.answers().rest();
    desk.dialog("Create new key · Basic Authentication").says("It is not known whether").sees_no("kds");
    desk.press("esc").no_dialog();
    assert!(desk.shows("nightly"), "the list was read again, and has it");
}

#[test]
fn a_store_that_went_back_is_said_without_a_key_press() {
    let mut desk = Desk::on_list();
    desk.fails("The store went back: it lacks changes that were seen before. Nothing was changed.").waits(2_000);
    desk.sees("The store went back: it lacks changes that were seen before.");
}

const TWO: &str = "Two servers of the store take changes: db1.example.com:5432 and db2.example.com:5432. None sees what is changed at \
                   the other. Stop the one that is not to be the primary; what was changed there has to be done again.";

#[test]
fn two_primaries_are_told_while_somebody_types_and_nothing_is_lost() {
    let mut desk = Desk::on_list();
    desk.fills_in("nightly").is_told(&[two_primaries()]).sees(TWO).sees("nightly");
    desk.press("x").sees_no("Two servers").sees("nightly").sees_no("nightlyx");
    desk.is_told(&[two_primaries()]).sees_no("Two servers");
    desk.is_told(&[]).sees("One server of the store takes changes again, and no other.").sees("nightly");
}

#[test]
fn two_primaries_stay_on_the_menu_until_one_is_left() {
    for role in [Role::Administrator, Role::Basic] {
        let mut desk = Desk::signed_in_as(role);
        desk.is_told(&[copied(), two_primaries()]).sees(TWO).press("x").sees_no(TWO);
        desk.press("tab").sees("▌ ▲ Two servers of the store take changes").sees("! This desk was copied elsewhere");
        desk.press("enter").sees(TWO).press("x");
        desk.press("d").sees("This line stays until what it tells of is put right.").rest();
        desk.is_told(&[copied()])
            .sees("One server of the store takes changes again")
            .waits(6_000)
            .sees_no("servers of the store");
    }
}

#[test]
fn a_change_that_no_standby_confirmed_is_told_until_one_does() {
    let alone = "No standby has confirmed the last change: it is on the primary's disk alone, and lost if that server dies before";
    let mut desk = Desk::on_list();
    desk.sized(200, 40).fills_in("nightly").is_told(&[StoreNotice::Unconfirmed]).sees(alone).sees("nightly");
    desk.is_told(&[StoreNotice::Unconfirmed]).waits(6_000).sees_no(alone);
    desk.is_told(&[]).sees("A standby has confirmed all changes.").sees("nightly");
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.is_told(&[StoreNotice::Unconfirmed]).waits(6_000).press("tab");
    desk.sees("▌ ! No standby has confirmed the last change").press("d").sees("This line stays until");
}

#[test]
fn the_lock_screen_says_nothing_and_the_menu_behind_it_does() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    desk.press("L").sees("Locked").is_told(&[two_primaries()]).sees_no("servers").sees_no("db1");
    desk.types(PASSWORD).dialog("Acme Messaging").says("alice").press("enter").rest();
    desk.sees("▲ Two servers of the store take changes").sees_no("None sees what is changed");
}

#[test]
fn a_desk_that_was_copied_elsewhere_says_so_until_that_is_hidden() {
    let mut desk = Desk::signed_in_as(Role::Administrator);
    let dir = tempfile::tempdir().unwrap();
    let copy = |desk: &Desk, name: &str| {
        let (here, to) = (places(&desk.copy.as_ref().unwrap().dir).store, StorePlace::Sqlite(dir.path().join(name)));
        desk.hub().copy_store(&local(desk.hub(), "alice"), &here, &to, &mut |_, _| ()).unwrap();
        (desk.hub().look_at_store(), to.to_string())
    };
    let (told, first) = copy(&desk, "a.db");
    let said = format!(
        "This desk was copied to {first}, and neither sees what is changed at the other: if the copy is in use, name"
    );
    // It takes no key from whoever types.
    desk.sized(200, 40).is_told(&told).sees(&said).press("tab").sees("▌ ! This desk was copied elsewhere").sees(&first);
    desk.waits(6_000).sees_no("neither sees").press("enter").sees(&said).press("x");
    desk.press("d").sees("Hidden until its number grows.").sees_no("copied elsewhere").waits(6_000);
    desk.is_told(&[]).is_told(&told).waits(6_000).sees_no("copied");
    let (told, second) = copy(&desk, "b.db");
    desk.is_told(&told).sees(&format!("This desk was copied to {second}")).sees("! This desk was copied elsewhere");
}
