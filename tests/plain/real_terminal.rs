//! The real binary: from an empty machine to a signed-out Administrator, and what the terminal gets of it.

use std::fs;
use std::path::Path;

use crate::house::{House, PASSWORD};
use crate::pty_user::Line;
use crate::script::between;

/// Whether any file below `dir` holds `text`.
fn on_disk(dir: &Path, text: &str) -> bool {
    fs::read_dir(dir).unwrap().map(Result::unwrap).any(|entry| match entry.file_type().unwrap().is_dir() {
        true => on_disk(&entry.path(), text),
        false => fs::read(entry.path()).unwrap().windows(text.len()).any(|bytes| bytes == text.as_bytes()),
    })
}

/// What a dumb terminal can print: text, and line breaks that are carriage return and line feed.
#[track_caller]
fn is_printable(text: &str) {
    let rest = text.replace("\r\n", "");
    let bad = rest.chars().find(|c| c.is_control());
    assert_eq!(bad, None, "{:?}", rest.chars().skip_while(|c| !c.is_control()).take(40).collect::<String>());
}

fn set_up(line: &mut Line) {
    line.sees("Set-up makes its account").sees("An empty line leaves: ").types("Acme Messaging");
    line.sees("your own user name").sees("leaves: ").types("alice");
    line.sees("12 characters or more; it is not shown").types(PASSWORD);
    line.sees("same password again: ").types(PASSWORD);
    line.sees("Ready to set up the account Acme Messaging").picks("Set up now.").sees("Now sign in.");
}

/// Creates one of each kind; the secret that was shown, and the letters that were spelled.
fn create_each_kind(line: &mut Line) -> (String, String) {
    line.section("Basic Authentication").creates("nightly-export");
    line.picks("Copy it").sees("This terminal (TERM=dumb) cannot copy.");
    line.picks("Show it.").sees("The API secret is: kds").sees("mark to repeat: ");
    let shown = between(&line.text(), "The API secret is:\r\n", "\r\n").to_owned();
    line.picks("Done.").sees("no longer kept here.").back(1);

    line.picks("HMAC").sees("No HMAC keys yet.").creates("webhooks-prod");
    line.picks("Spell it").sees("Group 6 of 6: ").sees("mark to repeat: ");
    let groups = line.text();
    let letters =
        groups.lines().filter(|l| l.starts_with("Group ")).flat_map(|l| l.split_once(": ").unwrap().1.split(", "));
    let spelled = letters.map(|words| words.trim_end_matches('.').chars().last().unwrap()).collect();
    line.picks("Done.").sees("no longer kept").back(1);

    line.picks("Legacy").picks("Create new key.").sees("goes back: ").types("smsbatch");
    line.sees("Let keydesk generate one.").picks("Type one.").sees("goes back: ").types("Lowercase1");
    line.sees("again: ").types("Lowercase1").picks("Create the key now.").sees("The password is the one you typed.");
    line.back(2);
    (shown, spelled)
}

fn manage(line: &mut Line) -> String {
    line.section("Basic Authentication").picks("List them.").picks("nightly-export").sees("The state is: active.");
    line.picks("Rotate").picks("For 1 hour").sees("has a new secret.").picks("Show it.").sees("mark to repeat: ");
    let rotated =
        between(line.text().rsplit_once("has a new secret").unwrap().1, "The API secret is:\r\n", "\r\n").to_owned();
    line.picks("Done.").sees("The old API secret works until");
    line.picks("Revoke").sees("An empty line keeps it: ");
    let text = line.text();
    let key = between(text.rsplit_once("type the last").unwrap().1, "its API key, ", ":").replace("\r\n", "");
    line.types(&key[16..]).sees("nightly-export is revoked.").back(1).sees("There is none.").back(2).sees("Menu.");
    rotated
}

#[test]
fn on_a_dumb_terminal_everything_is_plain_text() {
    let house = House::empty();
    let mut line = Line::dumb(&house);
    set_up(&mut line);
    line.signs_in("alice");
    let (shown, spelled) = create_each_kind(&mut line);
    let rotated = manage(&mut line);
    line.picks("Users").picks("Add a user.").sees("goes back: ").types("chen").picks("Basic User").picks("Type one.");
    line.sees("a first password for chen").sees("goes back: ").types(PASSWORD).sees("again: ").types(PASSWORD);
    line.sees("chen is added as a Basic User.").back(1);
    line.picks("Activity log.")
        .picks("Hear the newest entries.")
        .sees("alice: added user, chen")
        .sees("That was the oldest of them.");
    line.back(1).picks("Sign out.").sees("You are signed out.").sees("quits keydesk: ").types("");
    assert_eq!(line.desk.ended(), 0);

    let text = line.text();
    is_printable(&text);
    assert!(line.desk.has_its_modes() && line.desk.clips().is_empty());
    for secret in [&shown, &rotated] {
        assert_eq!(secret.len(), 30);
        assert_eq!(text.matches(secret.as_str()).count(), 1, "shown where it was asked for");
    }
    assert_eq!(spelled.len(), 30);
    assert!(!text.contains(&spelled) && !text.contains(PASSWORD) && !text.contains("Lowercase1"));
    for secret in [&*shown, &*rotated, &*spelled, PASSWORD, "Lowercase1"] {
        assert!(!on_disk(house.dir.path(), secret), "a secret is on disk");
    }
    assert!(on_disk(house.dir.path(), "nightly-export"), "the search finds what is there");
    // The spelled one is the one that is kept.
    let found = house.script(&["key", "list", "--as", "alice", "--json", "--all"], "");
    assert!(found.contains("webhooks-prod") && found.contains("\"revoked\""), "{found}");
    house.script(&["audit", "verify", "--as", "alice"], "");
}

#[test]
fn copying_writes_the_only_escape_sequence() {
    let house = House::with_desk();
    let mut line = Line::open(&house);
    line.signs_in("alice").section("Basic Authentication").creates("nightly-export");
    line.picks("Copy it").sees("Sent to your terminal (OSC 52): the API secret.").picks("Done.").sees("no longer kept");
    line.back(2).picks("Quit").sees("Good-bye.");
    assert_eq!(line.desk.ended(), 0);
    let [secret] = &line.desk.clips()[..] else { panic!("{:?}", line.desk.clips()) };
    assert!(secret.starts_with("kds") && secret.len() == 30);
    let text = line.text();
    let (before, rest) = text.split_once("\x1b]52;c;").unwrap();
    let (_, after) = rest.split_once("\x1b\\").unwrap();
    is_printable(before);
    is_printable(after);
    assert!(!text.contains(secret.as_str()) && !on_disk(house.dir.path(), secret));
    let log = house.script(&["audit", "list", "--as", "alice"], "");
    assert!(log.contains("copied secret"), "{log}");
}

#[test]
fn wrong_passwords_are_reported_and_not_shown() {
    let house = House::with_desk();
    let mut line = Line::open(&house);
    for (name, words) in [("alice", "4 tries left before a pause of 15 minutes."), ("nobody", "4 tries left")] {
        line.sees("quits keydesk: ").types(name).sees("name again: ").types("not the password at all");
        line.sees(&format!("Name or password is wrong. {words}"));
    }
    // An arrow key is no password.
    line.sees("quits keydesk: ").types("alice").sees("name again: ").types("abc\x1b[D").sees("a key that is no letter");
    line.sees("name again: ").types("").sees("quits keydesk: ").types("");
    assert_eq!(line.desk.ended(), 0);
    is_printable(&line.text());
    assert!(!line.text().contains("not the password"));
}

/// The mouse of an editor that left it on, and replies that come late, in the middle of what is typed.
#[test]
fn reports_of_the_terminal_are_no_part_of_an_answer() {
    let house = House::with_desk();
    let mut line = Line::open(&house);
    let (tick, reply, focus) = ("\x1b[<64;33;12M", "\x1b]11;rgb:0000/0000/0000\x1b\\", "\x1b[O");
    line.sees("quits keydesk: ").types(&format!("{tick}al{reply}ice\x1b[M`A,{focus}"));
    let (first, last) = PASSWORD.split_at(7);
    line.sees("name again: ").types(&format!("{first}{tick}{focus}{last}\x1b[?62;4c")).sees("Menu.");
    // Nothing but a report is an empty line, which goes back, and does nothing at the lowest menu.
    line.sees("mark to repeat: ").types(&format!("{tick}?{tick}")).sees("Quit").picks("Quit").sees("Good-bye.");
    assert_eq!(line.desk.ended(), 0);
}

#[test]
fn roles_are_refused_with_the_words_of_the_help() {
    let house = House::with_desk();
    let add = ["user", "add", "chen", "--as", "alice", "--role", "basic", "--password-stdin"];
    house.script(&add, "another horse battery");
    let mut line = Line::dumb(&house);
    line.sees("quits keydesk: ").types("chen").sees("name again: ").types("another horse battery");
    line.sees("set by somebody else").sees("goes back: ").types(PASSWORD).sees("again: ").types(PASSWORD);
    line.sees("Your password is changed.").sees("Menu.").picks("API Settings");
    line.sees("Only account Administrators can create and manage API keys. Your role is Basic User.");
    line.sees("Please contact your account administrator for assistance: alice.");
    line.picks("Users").sees("Only account Administrators and Auditors can see users and roles.");
    line.picks("Quit").sees("Good-bye.");
    assert_eq!(line.desk.ended(), 0);
}

#[test]
fn the_demo_works_line_by_line() {
    let house = House::empty();
    let mut line = Line::of(house.run(&[crate::house::BINARY, "demo", "--plain"], &[]));
    line.sees("This is the demo: nothing is kept. Its users' password is: ")
        .sees("Menu.")
        .section("Basic Authentication")
        .picks("List them.");
    line.sees("by name").back(3).picks("Lock").sees("locked.").sees("name again: ").types(PASSWORD).sees("Menu.");
    line.picks("Quit");
    assert_eq!(line.desk.ended(), 0);
    assert!(!on_disk(house.dir.path(), "nightly"), "the demo writes nothing");
}

#[test]
fn without_a_terminal_it_is_refused_with_a_sentence() {
    let house = House::empty();
    for args in [&["--plain"][..], &["demo", "--plain"]] {
        let output = house.try_script(args, "alice");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.starts_with("keydesk: Line by line works on a terminal only") && said.lines().count() == 1,
            "{said}"
        );
        assert!(output.stdout.is_empty());
    }
    assert!(!house.data().exists(), "nothing was made");
}

/// What was typed for a question that did not come is not an answer to the next.
#[test]
fn text_typed_ahead_of_a_refusal_is_dropped() {
    let house = House::with_desk();
    let mut line = Line::open(&house);
    line.signs_in("alice").sees("mark to repeat: ");
    // "99" is refused; the rest was typed before that could be read.
    line.keys("99\r9\r9\r").sees("not one of the choices");
    line.sees("What you typed ahead was not used.").sees("mark to repeat: ");
    line.types("?").picks("Quit").sees("Good-bye.");
    assert_eq!(line.desk.ended(), 0);
}

#[test]
fn keys_created_in_a_row_are_all_listed() {
    let house = House::with_desk();
    let mut line = Line::open(&house);
    line.signs_in("alice").sees("mark to repeat: ");
    // Menu, Basic Authentication, Create new key, its name, Create, Show, Done, back, back, Quit.
    line.keys("1\r1\r1\rnightly-export\r1\r2\r0\r0\r0\r9\r").sees("Good-bye.");
    assert_eq!(line.desk.ended(), 0);
    let shown = between(&line.text(), "The API secret is:\r\n", "\r\n").to_owned();
    assert!(shown.starts_with("kds") && shown.len() == 30);
    assert!(house.script(&["key", "list", "--as", "alice"], "").contains("nightly-export"));
}

#[test]
fn an_idle_question_writes_nothing() {
    let house = House::with_desk();
    let mut line = Line::open(&house);
    line.signs_in("alice").sees("mark to repeat: ");
    let before = line.desk.raw().len();
    std::thread::sleep(std::time::Duration::from_millis(2500));
    assert_eq!(line.desk.raw().len(), before);
    line.picks("Quit");
    assert_eq!(line.desk.ended(), 0);
}
