use proptest::prelude::*;

use super::*;

/// The keys in words; pastes in quotes.
fn words(given: Vec<Input>) -> String {
    let word = |input| match input {
        Input::Key(chord) => chord.to_string(),
        Input::Paste(text) => format!("{text:?}"),
        Input::Background(light) => format!("light:{light}"),
    };
    given.into_iter().map(word).collect::<Vec<_>>().join(" ")
}

/// A terminal, and a line that may be slow.
struct Line {
    parser: Parser,
    now: Instant,
    given: Vec<Input>,
}

impl Line {
    fn new() -> Self {
        Self { parser: Parser::default(), now: Instant::now(), given: vec![] }
    }

    fn sends(&mut self, bytes: &[u8]) -> &mut Self {
        self.given.extend(self.parser.take(bytes, self.now));
        self
    }

    /// Nothing comes for so long.
    fn pauses(&mut self, ms: u64) -> &mut Self {
        let until = self.now + Duration::from_millis(ms);
        while let Some(due) = self.parser.due().filter(|due| *due <= until) {
            self.now = due;
            self.given.extend(self.parser.passed(due));
        }
        self.now = until;
        self
    }

    #[track_caller]
    fn gives(&mut self, keys: &str) -> &mut Self {
        assert_eq!(words(std::mem::take(&mut self.given)), keys);
        self
    }
}

fn all(bytes: &[u8]) -> String {
    let mut line = Line::new();
    line.sends(bytes).pauses(5_000);
    words(line.given)
}

#[test]
fn the_terminals_answer_is_no_key_however_it_comes() {
    for answer in [&b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\"[..], b"\x1b]11;rgb:ff/ff/ff\x07"] {
        let mut line = Line::new();
        line.sends(b"a").sends(&answer[..7]).pauses(200).sends(&answer[7..]).sends(b"b");
        assert_eq!(words(std::mem::take(&mut line.given)), "a light:true b");
    }
}

#[test]
fn keys_that_terminals_send_are_recognised() {
    for (bytes, keys) in [
        (&b"aA?~ "[..], "a A ? ~ space"),
        ("ß支🔑".as_bytes(), "ß 支 🔑"),
        (b"\r\n\t\x7f\x08", "enter enter tab backspace backspace"),
        (b"\x01\x07\x18\x1a", "ctrl-a ctrl-g ctrl-x ctrl-z"),
        (b"\x1b", "esc"),
        (b"\x1b\x1b", "esc esc"),
        (b"\x1b\x1b[A", "esc ↑"),
        ("\x1bb\x1b\r\x1bß".as_bytes(), "alt-b alt-enter alt-ß"),
        (b"\x1bO", "alt-O"),
        (b"\x1bP", "alt-P"),
        (b"\x1b]", "alt-]"),
        (b"\x1b[A\x1b[B\x1b[C\x1b[D", "↑ ↓ → ←"),
        (b"\x1bOA\x1bOH\x1bOF", "↑ Home End"),
        (b"\x9bA\x8fA", "↑ ↑"),
        (b"\x1b[1;5C\x1b[1;3D\x1b[1;2A\x1b[1;5:2C", "ctrl-→ alt-← ↑ ctrl-→"),
        (b"\x1bO5C\x1bO1;3D\x1b[1;69C", "ctrl-→ alt-← ctrl-→"),
        (b"\x1b[H\x1b[4~\x1b[7~\x1b[3~\x1b[5~\x1b[6~\x1b[Z", "Home End Home delete PgUp PgDn shift-tab"),
        (b"\x1bOP\x1b[11~\x1b[[A\x1b[15~\x1b[17~\x1b[24~\x1b[1;2P\x1bO2P", "F1 F1 F1 F5 F6 F12 F1 F1"),
        // The keypad in application mode.
        (b"\x1bOM\x1bOq\x1bOy\x1bOp\x1bOk\x1bOm\x1bOX", "enter 1 9 0 + - ="),
        (b"a\x1b[200~x\r\x1b[B\ny\x1b[201~b", "a \"x\\r\\u{1b}[B\\ny\" b"),
        (b"\x1b[200~\x1b[201~", "\"\""),
        (b"\x1b[200~a\x1b\x1b[201~", "\"a\\u{1b}\""),
        (b"\x1b[200~a\x1b[20\x1b[201\x1b[201~b", "\"a\\u{1b}[20\\u{1b}[201\" b"),
        (b"\x9b200~a\x1b[201~\x9b201~b", "\"a\\u{1b}[201~\" b"),
    ] {
        assert_eq!(all(bytes), keys, "{bytes:?}");
    }
}

const REPORTS: &[&[u8]] = &[
    b"\x1b[<64;33;12M",
    b"\x1b[96;33;12M",
    b"\x1b[M`A,",
    b"\x1b[M \xff\xfe",
    b"\x1b[M \xc3\xa1\xc2\x80",
    b"\x1b[I",
    b"\x1b[24;80R",
    b"\x1b[1;5R",
    b"\x1b[?62;1;2;4c",
    b"\x1b[?2026;2$y",
    b"\x1b[8;24;80t",
    b"\x1b[97;5u",
    b"\x1b[1;1:3A",
    b"\x1b[27;5;13~",
    b"\x1b]52;c;ZGVhZGJlZWY=\x07",
    b"\x1bP>|XTerm(380)\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x9b<64;33;12M",
];

#[test]
fn unknown_sequences_are_ignored_and_harm_nothing_around_them() {
    let broken: &[&[u8]] = &[
        b"\x00\x1c\x1f",
        b"\x1b[99~",
        b"\x1b[",
        b"\x1b[1;",
        b"\x1b]11;rgb",
        b"\x1bP1$r",
        b"\x1b[M ",
        b"\xff\xfe",
        b"\x9b",
        b"\x80\x8f\x90",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\x1b[999999999999~",
        b"\x1b[201~",
    ];
    for bytes in REPORTS.iter().chain(broken) {
        let around = [b"x", *bytes, b"\x1b[Ay"].concat();
        assert_eq!(all(&around), "x ↑ y", "{bytes:?}");
    }
}

/// The line cuts a report in two and loses the second half for a while.
#[test]
fn a_split_report_is_ignored_however_late_its_end() {
    for report in REPORTS {
        for at in 1..report.len() {
            for ms in [0, 20, 100, 700] {
                let mut line = Line::new();
                line.sends(&report[..at]).pauses(ms).sends(&report[at..]).pauses(50).sends(b"n");
                // Esc alone is taken for the key. What follows is not text all the same.
                let esc = at == 1 && report[0] == b'\x1b' && ms > 20;
                let keys = if esc { "esc n" } else { "n" };
                assert_eq!(words(line.given), keys, "{report:?} at {at} for {ms}");
            }
        }
    }
}

#[test]
fn an_unterminated_sequence_gives_the_keyboard_back() {
    for begun in [&b"\x1b[1;2"[..], b"\x1b]52;c;abc", b"\x1bP1$r", b"\x1b[M ", b"\x1b_G", b"\xe6\x94", b"\x1bO1;"] {
        let mut line = Line::new();
        line.sends(begun).pauses(1_000).sends(b"n").gives("n");
    }
    // The user goes on typing, one key at a time.
    let mut line = Line::new();
    line.sends(b"\x1b]52;c;abc");
    for _ in 0..20 {
        line.pauses(300).sends(b"n");
    }
    assert!(words(std::mem::take(&mut line.given)).matches('n').count() >= 17);
    // A byte that no string may hold is a key at once.
    for (key, word) in [(&b"\x03"[..], "ctrl-c"), (b"\x18", "ctrl-x"), (b"\x1b[A", "↑"), (b"\x1bOA", "↑")] {
        let mut line = Line::new();
        line.sends(b"\x1b]52;c;abc").sends(key).gives(word);
    }
    let mut line = Line::new();
    line.sends(b"\x1b]52;c;abc").pauses(100).sends(b"\x1b").pauses(1_000).gives("esc");
}

#[test]
fn alt_and_a_letter_swallow_nothing_after_a_pause() {
    for letter in ["O", "P", "]", "X", "^", "_"] {
        let mut line = Line::new();
        line.sends(format!("\x1b{letter}").as_bytes()).pauses(100).sends(b"n").gives(&format!("alt-{letter} n"));
    }
}

/// A slow link cuts anywhere: Esc alone is not the key while the rest may come.
#[test]
fn an_arrow_split_in_two_is_one_arrow() {
    let mut line = Line::new();
    line.sends(b"\x1b").gives("").sends(b"[").gives("").pauses(200).sends(b"B").gives("↓");
    assert_eq!(line.parser.due(), None);
    line.sends(b"\x1b").pauses(29).gives("").pauses(1).gives("esc");
    line.sends(b"[").gives("[");
}

#[test]
fn an_unterminated_paste_stays_within_its_limit() {
    let mut line = Line::new();
    line.sends(b"\x1b[200~");
    for _ in 0..100 {
        line.sends(&[b'x'; 4096]).gives("");
    }
    line.sends(PASTE_END);
    assert!(matches!(line.given.as_slice(), [Input::Paste(text)] if text.len() == LONGEST_PASTE));
}

#[test]
fn a_paste_that_lost_its_end_is_left_by_one_key() {
    let mut line = Line::new();
    line.sends(b"\x1b[200~secret").pauses(10_000).sends(b" and more\r").pauses(10_000).gives("");
    line.sends(b"n").gives("\"secret and more\\r\" n");
    line.sends(b"\x1b[200~a").pauses(1_000).sends(b"\x1b[A").gives("\"a\" ↑");
    line.sends(b"\x1b[200~a").pauses(1_000).sends(b"\x1b").pauses(1_000).gives("\"a\" esc");
    line.sends(b"\x1b[200~a").pauses(1_000).sends(b"\x1b").pauses(100).sends(b"[201~").gives("\"a\"");
    line.sends(b"\x1b[200~a").pauses(500).sends(b"b").gives("");
}

#[test]
fn an_endless_sequence_keeps_little_memory() {
    let mut line = Line::new();
    line.sends(b"\x1b[");
    for _ in 0..1000 {
        line.sends(&[b'1'; 4096]);
    }
    line.sends(b"Mn").gives("n");
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"\x1b".to_vec()),
        Just(b"\x1b[".to_vec()),
        Just(b"\x1b[M".to_vec()),
        Just(b"\x1b]".to_vec()),
        Just(b"\x1b[200~".to_vec()),
        Just(PASTE_END.to_vec()),
        Just("支\x1b[1;5B\r".as_bytes().to_vec()),
        proptest::sample::select(REPORTS).prop_map(<[u8]>::to_vec),
        proptest::collection::vec(any::<u8>(), 0..6),
    ]
}

proptest! {
    /// However a link cuts the bytes, they mean the same.
    #[test]
    fn splitting_the_input_changes_nothing(pieces in proptest::collection::vec(piece(), 0..12), cuts in any::<u64>()) {
        let bytes = pieces.concat();
        let mut line = Line::new();
        let mut from = 0;
        for to in 1..=bytes.len() {
            if cuts >> (to % 64) & 1 == 1 || to == bytes.len() {
                line.sends(&bytes[from..to]).pauses(1);
                from = to;
            }
        }
        line.pauses(5_000);
        prop_assert_eq!(words(line.given), all(&bytes));
    }

    /// Reports among keys, however the line cuts them: the keys are all there, and nothing else.
    #[test]
    fn reports_among_keys_are_ignored(
        pieces in proptest::collection::vec((proptest::sample::select(REPORTS), proptest::sample::select(&b"nyL1\r\t?"[..])), 1..8),
        cuts in any::<u64>(),
    ) {
        let keys: Vec<u8> = pieces.iter().map(|(_, key)| *key).collect();
        let bytes: Vec<u8> = pieces.iter().flat_map(|(report, key)| [*report, &[*key][..]].concat()).collect();
        let mut line = Line::new();
        let mut from = 0;
        for to in 1..=bytes.len() {
            if cuts >> (to % 64) & 1 == 1 || to == bytes.len() {
                line.sends(&bytes[from..to]).pauses(10);
                from = to;
            }
        }
        prop_assert_eq!(words(line.given), all(&keys));
    }
}
