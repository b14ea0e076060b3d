//! Tests that mean something on one of the two stores only. Every other test runs on both.

use crate::made::on_postgres;

/// What only SQLite has, by test.
pub const SQLITE: &[(&str, &str)] = &[
    ("hub::desk::a_file_of_another_program_is_left_alone", "any file may stand where the database should be"),
    ("hub::desk::a_database_that_others_can_read_is_closed_to_them", "the modes of a server's files are the server's"),
    ("hub::desk::a_desk_that_cannot_be_opened_after_set_up_keeps_its_key", "a directory is in the way of the log"),
    ("hub::trail::a_replaced_file_is_detected", "a file is renamed over the open one"),
    ("serve::older_rows::a_key_hidden_by_indexes_is_loaded_reported_and_revoked", "roots of indexes are swapped"),
    ("serve::older_rows::a_lying_index_hides_no_revocation_from_a_verifier", "roots of indexes are swapped"),
    (
        "serve::store_replaced::a_rollback_closes_nothing_however_long_it_takes_to_read",
        "a server is out of reach while its database is replaced, for longer than the limit",
    ),
    (
        "serve::store_replaced::desk_and_verifier_survive_removed_wal_and_shm_files",
        "there are files beside the database",
    ),
    ("serve::verifier_files::a_link_to_the_database_is_resolved_once", "the database is reached by a link"),
];

/// What only PostgreSQL has, by test.
pub const POSTGRES: &[(&str, &str)] = &[
    ("hub::feed::a_table_that_cannot_be_reached_is_no_sign_of_tampering", "a server locks tables"),
    (
        "hub::planted_rows::every_column_changed_outside_is_found_or_decides_nothing",
        "rows of a file are tried one by one in `tamper` and `trail`",
    ),
    ("hub::roles::each_role_does_its_work_and_nothing_else", "roles are the server's"),
    (
        "hub::server_upgrade::a_breaking_step_is_applied_on_purpose_only",
        "machines share a desk and are upgraded in turn",
    ),
    (
        "hub::server_upgrade::an_upgrade_signs_nothing_that_was_planted_before_it",
        "the schema of a file is compared with the steps themselves",
    ),
    (
        "hub::server_upgrade::the_next_desk_applies_additive_steps_and_a_verifier_none",
        "machines share a desk and are upgraded in turn",
    ),
    ("hub::server_upgrade::what_a_step_makes_belongs_to_the_owner_whoever_applies_it", "a file has one owner"),
    ("hub::unanswered::a_commit_without_an_answer_is_never_told_wrongly", "the line to the server breaks"),
    ("serve::fleet::notice::behind_a_pooler_nothing_is_heard_and_nobody_says_so", "poolers stand before servers"),
    (
        "serve::fleet::notice::whoever_notifies_without_end_wakes_nobody_more_than_20_times_a_second",
        "hints are sent by the server",
    ),
    ("serve::fleet::primaries::two_servers_that_take_changes_are_told", "several servers can be named"),
    (
        "serve::fleet::revocations::verifiers_behind_a_pooler_find_a_revocation_by_themselves",
        "poolers stand before servers",
    ),
    (
        "serve::fleet::revocations::verifiers_that_hear_nothing_find_a_revocation_by_themselves",
        "hints are sent by the server",
    ),
    ("serve::fleet::seen_by::a_database_user_without_grants_cannot_touch_the_table", "roles are the server's"),
    ("serve::role_stores::a_role_in_the_place_of_another_is_refused", "roles are the server's"),
    ("serve::role_stores::each_role_works_as_the_user_that_the_config_names", "roles are the server's"),
];

/// Whether the test in whose body this stands is about the other store: then it says why and ends there. A test that is in
/// neither list fails.
macro_rules! is_of_the_other_store {
    () => {{
        fn here() {}
        $crate::one_store::is_elsewhere(std::any::type_name_of_val(&here))
    }};
}
pub(crate) use is_of_the_other_store;

/// The same for the test in whose body the function of this name stands.
#[must_use]
pub fn is_elsewhere(here: &str) -> bool {
    let test = here.strip_suffix("::here").unwrap_or(here);
    let why = |list: &[(&str, &'static str)]| list.iter().find(|(name, _)| *name == test).map(|(_, why)| *why);
    let (why, elsewhere) = match (why(SQLITE), why(POSTGRES)) {
        (Some(why), None) => (why, on_postgres()),
        (None, Some(why)) => (why, !on_postgres()),
        _ => panic!("{test} has to be in one list of tests/support/one_store.rs"),
    };
    if elsewhere {
        println!("{test} is about the other store: {why}");
    }
    elsewhere
}
