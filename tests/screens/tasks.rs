//! Twelve tasks of a working day on a desk of 300 credentials, as key presses. The table of docs/screens.md holds how
//! many keys each takes; `KEYDESK_BLESS=1` writes it.

use std::fmt::Write as _;
use std::fs;
use std::sync::OnceLock;

use keydesk::account::Role;
use keydesk::credential::{Filter, Kind, Options, Owner, State, Tags};
use keydesk::hub::{CredentialRow, ListQuery, Origin, Refusal};
use keydesk::secret::Secret;
use keydesk::time::Seconds;
use tempfile::TempDir;

use super::desk::Desk;
use super::fixture::{self, Copy, NOW, PASSWORD};
use super::sign_in::set_up;

/// A user at a desk whose keys are counted.
struct Walk {
    desk: Desk,
    /// What was pressed, as the table shows it.
    pressed: String,
    commands: usize,
    letters: usize,
}

impl Walk {
    fn from(desk: Desk) -> Self {
        Self { desk, pressed: String::new(), commands: 0, letters: 0 }
    }

    fn at_menu() -> Self {
        Self::from(Desk::with(desk_of_300(), Role::Administrator))
    }

    /// Keys that command something.
    fn press(&mut self, keys: &str) -> &mut Self {
        self.commands += keys.split(' ').count();
        write!(self.pressed, " `{keys}`").unwrap();
        self.desk.press(keys).rest();
        self
    }

    /// Text; a secret one is not shown in the table.
    fn types(&mut self, text: &str) -> &mut Self {
        self.letters += text.chars().count();
        let shown = if text == PASSWORD { "password" } else { text };
        write!(self.pressed, " *{shown}*").unwrap();
        self.desk.types(text).rest();
        self
    }

    /// Looks at a dialog before it is answered.
    #[track_caller]
    fn reads(&mut self, title: &str, words: &str) -> &mut Self {
        self.desk.dialog(title).says(words);
        self
    }

    #[track_caller]
    fn sees(&mut self, words: &str) -> &mut Self {
        self.desk.sees(words);
        self
    }
}

/// 180 Basic, 90 HMAC and 30 Legacy credentials of several teams, 18 of them Basic ones of team crm.
fn desk_of_300() -> Copy {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    Copy::made_once(&MADE, make_300)
}

fn make_300() -> Copy {
    let copy = Copy::bare();
    let alice = fixture::local(&copy.hub, "alice");
    for (name, role) in [("bram", Role::Administrator), ("dora", Role::Advanced)] {
        copy.hub.add_user(&alice, name, role, &fixture::password()).unwrap();
    }
    let teams = ["billing", "shop", "data", "mobile", "search", "support", "risk", "partner", "crm", "ads"];
    let wanted = |kind, i: usize| {
        let team = teams[i % teams.len()];
        let expires_at = (i % 37 == 5).then(|| Seconds(NOW.seconds().0 + 86_400 * (i as i64 % 25 + 2)));
        let options = Options {
            owner: Owner::new(team).unwrap(),
            tags: Tags::parse(["env=prod"]).unwrap(),
            expires_at,
            ..Options::default()
        };
        let mut wanted = fixture::wanted(kind, &format!("{team}-job-{i:03}"), options);
        if let Some(legacy) = &mut wanted.legacy {
            // Letters alone may be in it.
            legacy.username =
                format!("{team}job{}{}", char::from(b'a' + (i / 26) as u8), char::from(b'a' + (i % 26) as u8));
        }
        wanted
    };
    let kinds = [(Kind::Basic, 0..180), (Kind::Hmac, 180..270), (Kind::Legacy, 270..300)];
    let all: Vec<_> = kinds.into_iter().flat_map(|(kind, of)| of.map(move |i| wanted(kind, i))).collect();
    copy.hub.create_many(&alice, &all).unwrap();
    copy
}

/// The credential of this name.
fn found(desk: &Desk, name: &str) -> CredentialRow {
    let filter = Filter::parse(name).unwrap();
    let query = ListQuery { filter, limit: 9, ..ListQuery::default() };
    desk.hub().list(&fixture::local(desk.hub(), "alice"), &query).unwrap().rows.remove(0)
}

fn first_key() -> Walk {
    let mut walk = Walk::from(set_up());
    walk.types("Acme").press("tab").types("alice").press("tab").types(PASSWORD).press("tab").types(PASSWORD);
    walk.reads("Set up", "✓ the same twice").press("enter").sees("alice · Administrator");
    walk.press("enter enter n").types("crm-sync").reads("Create new key · Basic Authentication", "crm-sync");
    walk.press("enter").reads("The secret, once", "crm-sync").press("c").sees("✓ Sent").press("enter");
    walk
}

fn returning() -> Walk {
    let mut walk = Walk::from(Desk::where_alice_sat(desk_of_300()));
    walk.types(PASSWORD).reads("Acme Messaging", "alice").press("enter enter enter n").types("crm-new");
    walk.reads("Create new key · Basic Authentication", "crm-new").press("enter");
    walk.reads("The secret, once", "crm-new").press("c").sees("✓ Sent").press("enter");
    walk
}

fn leaked() -> Walk {
    let mut walk = Walk::at_menu();
    walk.press(":").types("data-job-142").reads("Jump", "data-job-142").press("enter").sees("1 Facts").press("R");
    walk.reads("New secret for data-job-142", "it leaked: stop it now").press("↑ ↑ enter");
    walk.reads("The secret, once", "data-job-142");
    walk.press("c").sees("✓ Sent").press("enter");
    walk
}

fn team_disabled() -> Walk {
    let mut walk = Walk::at_menu();
    walk.press("enter enter /").types("owner:crm").press("enter a d");
    walk.reads("Disable 18 keys?", "These are all 18").press("d enter");
    walk.sees("Disabled 18 keys.");
    assert_eq!(found(&walk.desk, "crm-job-008").state, State::Disabled);
    walk
}

fn whose() -> Walk {
    let mut walk = Walk::at_menu();
    let key = found(&walk.desk, "risk-job-026").key;
    walk.press(":").types(&key[..8]).reads("Jump", "risk-job-026").press("enter").sees("Owner").sees("risk");
    // Every run draws other keys.
    walk.pressed = walk.pressed.replace(&key[..8], "kdb4T2xQ");
    walk
}

fn who_changed() -> Walk {
    let mut walk = Walk::at_menu();
    walk.press(":").types("shop-job-071").reads("Jump", "shop-job-071").press("enter l").sees("created");
    walk.sees("shop-job-071").sees("alice");
    walk
}

fn handed_over() -> Walk {
    let mut walk = Walk::at_menu();
    walk.press("enter enter n").types("partner-new").reads("Create new key · Basic Authentication", "partner-new");
    walk.press("enter").reads("The secret, once", "partner-new").press("C").reads("Copy as", ".env").press("e");
    let copied = walk.desk.copied.last().unwrap();
    assert!(copied.contains("KEYDESK_API_SECRET=") && copied.lines().count() >= 2, "{}", copied.lines().count());
    walk.reads("The secret, once", ".env").press("enter");
    walk
}

fn user_unlocked() -> Walk {
    let copy = desk_of_300();
    for _ in 0..5 {
        copy.hub.sign_in("dora", &Secret::from_text("wrong"), &Origin::default()).unwrap();
    }
    let mut walk = Walk::from(Desk::with(copy, Role::Administrator));
    walk.press(":").types("@dora").reads("Jump", "dora").press("enter u").reads("Unlock dora?", "Five wrong passwords");
    walk.press("u").sees("dora can sign in again.");
    walk
}

fn can_go() -> Walk {
    let copy = desk_of_300();
    let alice = fixture::local(&copy.hub, "alice");
    let rows = copy.hub.list(&alice, &ListQuery { kind: Some(Kind::Basic), limit: 500, ..ListQuery::default() });
    for row in rows.unwrap().rows.iter().filter(|row| !row.name.starts_with("ads")) {
        copy.hub.record_usage(row.id, 1, NOW.seconds(), None).unwrap();
    }
    let mut walk = Walk::from(Desk::with(copy, Role::Administrator));
    walk.press(":").types("never used").reads("Jump", "used:never").press("enter").sees("ads-job-009").sees("18");
    walk
}

fn log_verified() -> Walk {
    let mut walk = Walk::at_menu();
    walk.press(":").types("/act").reads("Jump", "Activity log").press("enter v");
    walk.reads("Verify the activity log", "entries are whole").press("y");
    let line = walk.desk.copied.last().unwrap();
    assert!(line.split_once(':').is_some_and(|(no, hash)| no.parse::<i64>().is_ok() && hash.len() == 64), "{line}");
    walk
}

fn refusal_read() -> Walk {
    let walk = Walk::at_menu();
    let refusal = Refusal {
        credential: found(&walk.desk, "shop-job-011").id.0,
        at: Seconds(NOW.seconds().0 - 60),
        reason: "network".to_owned(),
        component: None,
        clock_offset: None,
        address: "198.51.100.7".parse().ok(),
        mistake: None,
        count: 1,
    };
    walk.desk.hub().feed().write_refusals(&[refusal]).unwrap();
    let mut walk = walk;
    walk.press(":").types("shop-job-011").reads("Jump", "shop-job-011").press("enter").sees("outside its networks");
    walk
}

fn expiring() -> Walk {
    let mut walk = Walk::at_menu();
    walk.press("tab").sees("expire").press("enter").sees("expires<30d").sees("EXPIRES");
    walk
}

/// A task and how it is done.
type Task = (&'static str, fn() -> Walk);

const TASKS: [Task; 12] = [
    ("first key from a fresh machine", first_key),
    ("new key, returning administrator", returning),
    ("a leaked credential gets a new secret", leaked),
    ("disable the 18 keys of a team", team_disabled),
    ("whose key is this", whose),
    ("who changed it", who_changed),
    ("hand a new key over as .env", handed_over),
    ("unlock a user", user_unlocked),
    ("which keys can go", can_go),
    ("verify the log and copy its last line", log_verified),
    ("why was it refused", refusal_read),
    ("what expires within a month", expiring),
];

#[test]
fn every_task_takes_as_many_keys_as_the_table_says() {
    let mut table = String::from("| task | commands | letters | keys |\n|---|---|---|---|\n");
    for (task, done) in TASKS {
        let Walk { pressed, commands, letters, .. } = done();
        writeln!(table, "| {task} | {commands} | {letters} |{pressed} |").unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/screens.md");
    let page = fs::read_to_string(path).unwrap();
    let (begin, end) = ("<!-- tasks: begin -->\n", "<!-- tasks: end -->");
    let (head, rest) = page.split_once(begin).expect("the table has its place");
    let (old, tail) = rest.split_once(end).expect("and an end");
    if std::env::var_os("KEYDESK_BLESS").is_some() {
        fs::write(path, format!("{head}{begin}{table}{end}{tail}")).unwrap();
        return;
    }
    assert_eq!(old, table, "docs/screens.md: run KEYDESK_BLESS=1 cargo test --test screens tasks");
}
