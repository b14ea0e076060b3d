//! Whatever is typed: nothing panics, nothing but text is said, and eight times 0 leads to the menu or the door.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use keydesk::clipboard::CopyOutcome;
use keydesk::config::ExitAction;
use keydesk::credential::Kind;
use keydesk::hub::Origin;
use keydesk::plain::{Echo, Io, LineEvent, converse};
use keydesk::secret::Secret;
use proptest::prelude::*;

use crate::script::TestDesk;

struct Monkey {
    lines: Vec<String>,
    zeros: usize,
    said: String,
    secrets: Vec<String>,
}

impl Io for Monkey {
    fn write(&mut self, text: &str) -> io::Result<()> {
        self.said.push_str(text);
        Ok(())
    }

    fn reveal(&mut self, secret: &Secret) -> io::Result<()> {
        self.secrets.push(secret.expose_text().unwrap().to_owned());
        Ok(())
    }

    fn read(&mut self, _: Echo, _: Duration) -> LineEvent {
        match self.lines.pop() {
            Some(line) => LineEvent::Line(Secret::from_text(&line)),
            None if self.zeros < 8 => {
                self.zeros += 1;
                // The one question where 0 keeps what is there: a secret that nobody took.
                let asks = self.said.rsplit("\n\n").next().unwrap_or_default().starts_with("Close without copying?");
                LineEvent::Line(Secret::from_text(if asks { "1" } else { "0" }))
            }
            None => LineEvent::End,
        }
    }

    fn forget_typed_ahead(&mut self) -> bool {
        false
    }

    fn copy(&mut self, _: &Secret) -> CopyOutcome {
        CopyOutcome::Copied
    }

    fn choose_screen(&mut self) -> Result<(), String> {
        Err("A monkey has no screen.".to_owned())
    }
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => (0..14u8).prop_map(|n| n.to_string()),
        2 => "[a-z]{5,8}",
        2 => Just("Correct1horse2battery".to_owned()),
        1 => any::<String>().prop_map(|s| s.replace(['\n', '\r'], "")),
        1 => Just("?".to_owned()),
        1 => Just("90d".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_sequence_of_answers_ends_cleanly(mut lines in proptest::collection::vec(line(), 1..60)) {
        let table = TestDesk::new();
        for kind in Kind::ALL {
            table.create(kind, "something");
        }
        let session = table.session("alice");
        lines.reverse();
        let mut monkey = Monkey { lines, zeros: 0, said: String::new(), secrets: Vec::new() };
        let code = converse(&mut monkey, Arc::clone(&table.hub), &Origin::default(), crate::script::VERIFIER, Some(session));
        prop_assert_eq!(code, ExitAction::Exit(0));
        let bad = monkey.said.chars().find(|c| *c != '\n' && keydesk::text::is_harmful(*c));
        prop_assert_eq!(bad, None);
        // A secret is said by `reveal` or not at all.
        for secret in monkey.secrets.iter().filter(|text| text.len() == 30 && text.starts_with("kds")) {
            prop_assert!(!monkey.said.contains(secret.as_str()));
        }
        let last = monkey.said.trim_end().rsplit("\n\n").next().unwrap_or_default().to_owned();
        let home = last.starts_with("Menu.") || monkey.said.contains("An empty line quits keydesk") || last.ends_with("Good-bye.");
        prop_assert!(home, "{}", last);
        let report = table.hub.verify_trail(&table.alice(), None, &mut |_, _| {}).unwrap();
        prop_assert_eq!(report.broken, None);
    }
}
