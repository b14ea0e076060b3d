//! Steps of the schema on a server that several processes use: who applies them, and who is refused.

use std::sync::Arc;

use keydesk::hub::{DeskPaths, Hub, HubError, Origin, PostgresPlace, StorePlace, StoreUse};

use super::made::open;
use super::one_store::is_of_the_other_store;
use super::roles::ROLES;
use super::server::server;
use super::steps;
use super::support::Desk;

/// What came with the newest steps is not there.
const BACK_TO_STEP_10: &str = "DROP TABLE ssh_use; DROP TABLE ssh_key; ALTER TABLE process DROP COLUMN tag; \
                               DELETE FROM schema_step WHERE no > 10";

/// A desk at an older step, as the keydesk of then left it.
fn at_step_10() -> Desk {
    let desk = Desk::on_disk();
    desk.sql(BACK_TO_STEP_10);
    let DeskPaths { store: StorePlace::Postgres(place), master_key, .. } = desk.places() else { panic!("no server") };
    steps::sign_newest(&place, &master_key);
    desk
}

fn opened(desk: &Desk, store_use: StoreUse) -> Result<(), HubError> {
    let places = DeskPaths { store_use, ..desk.places() };
    Hub::open(&places, desk.clock.clone()).map(drop)
}

#[test]
fn the_next_desk_applies_additive_steps_and_a_verifier_none() {
    if is_of_the_other_store!() {
        return;
    }
    let desk = at_step_10();
    let status =
        |desk: &Desk| Hub::schema_status(&desk.places(), desk.clock.clone(), "alice", &Origin::default()).unwrap();
    let before = status(&desk);
    assert_eq!((before.at, &before.pending[..1], before.is_breaking()), (10, &[(11, "additive")][..], false));
    let why = opened(&desk, StoreUse::Verifier).unwrap_err();
    assert!(why.exit_code() == 6 && why.to_string().contains("`keydesk schema upgrade --as NAME`"), "{why}");
    assert_eq!(status(&desk), before, "nothing was applied");
    std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| opened(&desk, StoreUse::Desk)));
        both.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
    });
    assert!(status(&desk).pending.is_empty());
    opened(&desk, StoreUse::Verifier).unwrap();
    let hub = open(&desk.places(), desk.clock.clone());
    let alice = hub.local_actor("alice", &Origin::default()).unwrap();
    assert!(hub.verify_trail(&alice, None, &mut |_, _| ()).unwrap().broken.is_none());
}

#[test]
fn a_breaking_step_is_applied_on_purpose_only() {
    if is_of_the_other_store!() {
        return;
    }
    let desk = at_step_10();
    desk.sql("DELETE FROM schema_step WHERE no > 5");
    let why = opened(&desk, StoreUse::Desk).unwrap_err();
    assert!(why.to_string().contains("install this version everywhere, then run `keydesk schema upgrade"), "{why}");
    let status = Hub::schema_status(&desk.places(), desk.clock.clone(), "alice", &Origin::default()).unwrap();
    assert!(status.is_breaking() && status.at == 5, "{status:?}");
    let upgrade =
        |name: &str| Hub::upgrade_schema(&desk.places(), desk.clock.clone(), name, &Origin::default(), &mut |_, _| ());
    assert_eq!(upgrade("nobody").unwrap_err().exit_code(), 3);

    let desk = at_step_10();
    let upgrade = Hub::upgrade_schema(&desk.places(), desk.clock.clone(), "alice", &Origin::default(), &mut |_, _| ());
    assert_eq!(upgrade.unwrap().0.at, 10);
    opened(&desk, StoreUse::Verifier).unwrap();
}

#[test]
fn an_upgrade_signs_nothing_that_was_planted_before_it() {
    if is_of_the_other_store!() {
        return;
    }
    let planted = "CREATE FUNCTION beside.p() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$; \
                   CREATE TRIGGER planted BEFORE UPDATE ON credential FOR EACH ROW EXECUTE FUNCTION beside.p()";
    let older = at_step_10();
    older.sql_beside(planted);
    // One whose owner pretends that it is older: what the step of then was signed for, the next one took away.
    let pretended = Desk::on_disk();
    pretended.sql_beside(&format!("{planted}; {BACK_TO_STEP_10}"));
    for desk in [older, pretended] {
        for store_use in [StoreUse::Desk, StoreUse::Upgrade] {
            let why = opened(&desk, store_use).unwrap_err();
            assert!(why.exit_code() == 6 && why.to_string().contains("changed outside keydesk"), "{why}");
        }
        assert_eq!(desk.number("SELECT MAX(no) FROM schema_step"), 10, "no step was taken");
    }
}

/// Has everything of the desk belong to somebody.
fn give_to(desk: &Desk, owner: &str) {
    desk.sql(&format!(
        "DO $$ DECLARE thing text; BEGIN
             FOR thing IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'keydesk'::regnamespace AND relkind = 'r' LOOP
                 EXECUTE format('ALTER TABLE %s OWNER TO {owner}', thing); END LOOP;
             FOR thing IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'keydesk'::regnamespace LOOP
                 EXECUTE format('ALTER FUNCTION %s OWNER TO {owner}', thing); END LOOP;
         END $$; ALTER SCHEMA keydesk OWNER TO {owner}"
    ));
}

#[test]
fn what_a_step_makes_belongs_to_the_owner_whoever_applies_it() {
    if is_of_the_other_store!() {
        return;
    }
    let server = server().unwrap();
    server.sql(
        "postgres",
        "CREATE ROLE \"Step owner\" LOGIN; CREATE ROLE step_member LOGIN IN ROLE \"Step owner\"; CREATE ROLE step_stranger LOGIN",
    );
    for (user, applies) in [("step_stranger", false), ("step_member", true), ("postgres", true), ("Step owner", true)] {
        let desk = at_step_10();
        give_to(&desk, "\"Step owner\"");
        let StorePlace::Postgres(place) = desk.places().store else { panic!("no server") };
        server.sql(&place.database, ROLES.split("-- `keydesk ssh").next().unwrap());
        desk.sql("GRANT keydesk_desk TO step_stranger");
        let as_user = |user: &str, store_use| {
            let store = StorePlace::Postgres(Arc::new(PostgresPlace { user: user.to_owned(), ..(*place).clone() }));
            Hub::open(&DeskPaths { store, store_use, ..desk.places() }, desk.clock.clone()).map(drop)
        };
        for store_use in [StoreUse::Desk, StoreUse::Upgrade] {
            match (as_user(user, store_use), applies) {
                (Ok(()), true) => {}
                (Err(why), false) => {
                    let said = why.to_string();
                    assert!(
                        why.exit_code() == 6 && said.contains("for the owner of its schema, \"Step owner\""),
                        "{said}"
                    );
                    assert!(said.contains("with KEYDESK_STORE set to the URL of that user"), "{said}");
                    assert_eq!(desk.number("SELECT MAX(no) FROM schema_step"), 10);
                }
                (opened, _) => panic!("{user}: {opened:?}"),
            }
        }
        let of_others = "SELECT count(*) FROM pg_class WHERE relnamespace = 'keydesk'::regnamespace \
                         AND relowner <> '\"Step owner\"'::regrole";
        assert_eq!(desk.number(of_others), 0, "{user}");
        as_user("Step owner", StoreUse::Desk).unwrap();
        as_user("Step owner", StoreUse::Verifier).unwrap();
    }
}
