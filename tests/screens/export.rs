//! `x` on the list: what it shows, or what is ticked, in a file.

use keydesk::account::Role;
use serde_json::Value;

use super::desk::Desk;
use super::fixture;

/// What was exported under this name.
fn file(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.exports.path().join(name)).unwrap()
}

fn rows(desk: &Desk, name: &str) -> Vec<Value> {
    file(desk, name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["name"].as_str().unwrap()).collect()
}

#[test]
fn the_list_is_exported_as_it_is_narrowed_and_ordered() {
    let mut desk = Desk::on_list();
    desk.press("o c").rest().press("x").dialog("Export credentials");
    desk.says("Exports all 4 Basic credentials in this order, without secrets.").press("enter enter");
    desk.no_dialog().sees("4 credentials are in").sees("readable by you alone.");
    let all = rows(&desk, "keys-2026-08-14.jsonl");
    assert_eq!(names(&all), ["billing-gateway", "crm-sync", "支払い-batch", "old-gateway"], "newest first");
    assert_eq!((all[3]["state"].as_str(), all[0]["kind"].as_str()), (Some("disabled"), Some("basic")));
    desk.press("/").types("gateway state:active").press("enter").rest().press("x ctrl-u").types("mine");
    desk.press("tab →").dialog("Export credentials").says("credentials that / gateway state:active finds");
    desk.says("(•) CSV").press("enter").no_dialog().sees("1 credential is in");
    let csv = file(&desk, "mine.csv");
    assert!(csv.starts_with("name,kind,key,state,stored_state,owner,tags,note,"), "{csv}");
    assert!(csv.contains("\r\nbilling-gateway,basic,kdb") && csv.lines().count() == 2, "{csv}");
}

#[test]
fn ticked_rows_of_every_kind_are_exported_and_nothing_else() {
    let mut desk = Desk::on_list();
    desk.selects("crm-sync").press("space 3").rest().press("space x").dialog("Export credentials");
    desk.says("Exports the 2 ticked credentials, without secrets.")
        .press("enter enter")
        .no_dialog()
        .sees("2 credentials are in");
    let mut found: Vec<_> = rows(&desk, "keys-2026-08-14.jsonl");
    found.sort_by_key(|row| row["name"].to_string());
    assert_eq!(names(&found), ["crm-sync", "smsbatch"]);
    desk.press("esc 1").rest().selects("old-gateway").press("enter").rest().press("x ctrl-u").types("one");
    desk.dialog("Export credentials").says("Exports one credential, without its secret.").press("enter enter");
    assert_eq!(names(&rows(&desk, "one.jsonl")), ["old-gateway"]);
}

#[test]
fn an_auditor_exports_and_a_secret_is_in_no_file() {
    let mut desk = Desk::on_list_as(Role::Auditor);
    desk.sized(120, 40)
        .sees("x export")
        .press("x")
        .dialog("Export credentials")
        .says("all 4 Basic")
        .press("enter enter");
    desk.no_dialog().sees("4 credentials are in");
    let written = file(&desk, "keys-2026-08-14.jsonl");
    assert!(written.contains("kdb") && !written.contains("kds") && !written.contains("secret"), "{written}");
}

#[test]
fn the_password_is_asked_again_before_a_list_leaves_the_desk() {
    let mut desk = super::users::signed_in_long_ago();
    desk.press("esc").selects("API Settings").press("enter").rest().press("x");
    desk.dialog("Export credentials").says("File").press("enter enter").dialog("Your password again");
    desk.says("Password").types(fixture::PASSWORD).press("enter").no_dialog().sees("readable by you alone.");
    assert_eq!(desk.count("export"), 2);
}

#[test]
fn a_basic_user_exports_no_list() {
    let mut desk = Desk::on_list_as(Role::Basic);
    desk.press("x").sees_no("Export credentials");
    assert_eq!(desk.count("export"), 0);
}

#[test]
fn no_file_is_made_beside_those_of_the_desk() {
    let mut desk = Desk::on_list();
    let at = desk.copy.as_ref().unwrap().dir.path().join("config").canonicalize().unwrap();
    std::os::unix::fs::symlink(&at, desk.exports.path().join("far")).unwrap();
    let before = std::fs::read_dir(&at).unwrap().count();
    std::fs::create_dir(desk.exports.path().join("near")).unwrap();
    for path in
        [at.join("keydesk.db-journal").display().to_string(), "far/config.toml".to_owned(), "near/../far/x".to_owned()]
    {
        desk.press("x").dialog("Export credentials").says("all 4 Basic").press("ctrl-u").types(&path);
        desk.dialog("Export credentials").says("File").press("enter enter").dialog("Export credentials");
        desk.says("keeps files of its own").press("esc").no_dialog();
    }
    desk.press("x").dialog("Export credentials").says("all 4 Basic").press("ctrl-u").types(".profile");
    desk.dialog("Export credentials")
        .says("File")
        .press("enter enter")
        .dialog("Export credentials")
        .says("begins with a dot");
    assert_eq!(std::fs::read_dir(&at).unwrap().count(), before, "nothing was made");
}
