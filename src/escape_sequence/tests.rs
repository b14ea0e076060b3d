use proptest::prelude::*;

use super::*;

/// How many bytes the first sequence takes, and what it is; what broke it is not counted.
fn cut(bytes: &[u8]) -> (usize, Option<Function>) {
    let mut sequence = Sequence::begin(bytes[0]).unwrap();
    for (i, byte) in bytes.iter().enumerate().skip(1) {
        match sequence.step(*byte) {
            Step::Goes => {}
            Step::Ends(function) => return (i + 1, Some(function)),
            Step::Breaks => return (i, None),
        }
    }
    (bytes.len(), None)
}

/// What terminals send of their own accord, or when somebody asked before us.
const REPORTS: &[&[u8]] = &[
    // The mouse: SGR, SGR with pixels, urxvt, X10, X10 far right, in UTF-8 (1005), out of reach.
    b"\x1b[<64;33;12M",
    b"\x1b[<0;33;12m",
    b"\x1b[<35;1024;768M",
    b"\x1b[96;33;12M",
    b"\x1b[M`A,",
    b"\x1b[M \xff\xfe",
    b"\x1b[M \xc2\x41",
    b"\x1b[M \xc3\xa1\xc2\x80",
    b"\x1b[M\xc2\xa0\xc4\x80!",
    b"\x1b[M \x00\x00",
    // Focus, the place of the cursor, attributes, modes, sizes, colours of the screen.
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[1;5R",
    b"\x1b[24;80R",
    b"\x1b[?24;80;1R",
    b"\x1b[0n",
    b"\x1b[?997;1n",
    b"\x1b[?62;1;2;4c",
    b"\x1b[>41;380;0c",
    b"\x1b[?2026;2$y",
    b"\x1b[4;1$y",
    b"\x1b[8;24;80t",
    b"\x1b[4;600;800t",
    b"\x1b[48;24;80;600;800t",
    b"\x1b[?1;0;256S",
    b"\x1b[1;2;3;4;1&w",
    // Keys in the protocols of kitty and xterm.
    b"\x1b[?1u",
    b"\x1b[97;5u",
    b"\x1b[57399;1:3u",
    b"\x1b[97:65;2;65u",
    b"\x1b[1;1:3A",
    b"\x1b[27;5;13~",
    b"\x1b[3$",
    // Strings.
    b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    b"\x1b]10;rgb:ffff/ffff/ffff\x07",
    b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    b"\x1b]52;c;ZGVhZGJlZWY=\x07",
    "\x1b]lÜber œ 支\x1b\\".as_bytes(),
    b"\x1b]l \xc3\x9c\x1b\\",
    b"\x1bP>|XTerm(380)\x1b\\",
    b"\x1bP1$r0;1m\x1b\\",
    b"\x1bP0+r544e\x1b\\",
    b"\x1bP!|00000000\x1b\\",
    b"\x1bPq#0;2;0;0;0~-\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^private\x1b\\",
    b"\x1bXany\r\nthing\x1b\\",
    b"\x1b]0;a\tb\r\n\x7f\x00c\x07",
    // Controls of 8 bits.
    b"\x9b<64;33;12M",
    b"\x9bI",
    b"\x9d11;rgb:0000/0000/0000\x9c",
    b"\x90>|xterm\x9c",
    b"\x9fGi=31;OK\x9c",
    // Functions that nobody knows.
    b"\x1b[1;2;3;4;5;6;7z",
    b"\x1b[?!\"#$%&'()*+,-./@",
    b"\x1b[1\x00;2z",
    b"\x1bO~",
    b"\x1b[[x",
    b"\x1b[[F",
];

#[test]
fn an_unknown_sequence_is_one_piece() {
    for report in REPORTS {
        let behind = [report, &b"n\r"[..]].concat();
        assert_eq!(cut(&behind), (report.len(), Some(Function::Other)), "{report:?}");
    }
}

#[test]
fn a_long_list_of_parameters_is_one_piece() {
    let mut bytes = b"\x1b[".to_vec();
    bytes.extend(b"1;".repeat(100_000));
    bytes.push(b'M');
    assert_eq!(cut(&bytes), (bytes.len(), Some(Function::Other)));
}

#[test]
fn a_byte_that_does_not_belong_breaks_a_sequence() {
    for (bytes, length) in [
        (&b"\x1b[1;5\x1b[A"[..], 5),
        (b"\x1b[1;\x18", 4),
        (b"\x1b[\r", 2),
        (b"\x1b[1\xc3", 3),
        (b"\x1b]11;\x1a", 5),
        (b"\x1b]11;\x03", 5),
        (b"\x1b]11;\x1bn", 6),
        (b"\x1bP1\x18", 3),
        (b"\x1b[M \x1b[A", 4),
        (b"\x1b[M\r", 3),
        (b"\x1b[[1", 3),
        (b"\x1bO\r", 2),
        (b"\x1bn", 1),
        (b"\x1b\x1b", 1),
        (b"\x9bn", 1),
        (b"\x9dn", 1),
    ] {
        assert_eq!(cut(bytes), (length, None), "{bytes:?}");
    }
}

#[test]
fn a_sequence_that_breaks_a_string_off_counts() {
    assert_eq!(cut(b"\x1b]11;rgb\x1b[A"), (11, Some(Function::Key(Press::plain(Key::Up)))));
    assert_eq!(cut(b"\x1b]11;rgb\x1b]11;rgb\x07n"), (17, Some(Function::Other)));
}

#[test]
fn typed_text_survives_terminal_reports() {
    for report in REPORTS {
        let line = [&b"corr"[..], report, "ect支 1".as_bytes(), report].concat();
        assert_eq!(without_reports(&line).as_slice(), "correct支 1".as_bytes(), "{report:?}");
    }
    // Keys, an Esc, bytes that are no text: whoever reads the line refuses them.
    for line in [&b"\x1b[A"[..], b"\x1b", b"a\x1bb", b"a\x9b", b"\xff\xc3", b"\x1b\x1b[1;5C", b"\x8f"] {
        assert_eq!(without_reports(line).as_slice(), line, "{line:?}");
    }
    assert_eq!(without_reports(b"\x1b[200~pasted\x1b[201~").as_slice(), b"pasted");
    assert_eq!(without_reports(b"1\x1b[<64;3").as_slice(), b"1");
}

proptest! {
    /// Whatever comes: what was typed as text stays, and nothing panics.
    #[test]
    fn text_without_reports_is_unchanged(text in "[ -~äß支]{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let kept = without_reports(text.as_bytes());
        prop_assert_eq!(kept.as_slice(), text.as_bytes());
        prop_assert!(without_reports(&bytes).len() <= bytes.len());
    }
}
