//! Cleans a line that the terminal edited itself: what was typed, without reports and replies of the terminal.

use zeroize::Zeroizing;

use super::{ESC, Function, Sequence, Step, following};

/// The line without reports and replies. Keys that are not text stay: the reader of the line says that they cannot be
/// typed there. The line may be a password, so the result is wiped too.
pub fn without_reports(line: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut kept = Zeroizing::new(Vec::with_capacity(line.len()));
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let (length, keep) = piece(rest);
        if keep {
            kept.extend_from_slice(&rest[..length]);
        }
        at += length;
    }
    kept
}

/// How long the piece at the front is, and whether it was typed.
fn piece(rest: &[u8]) -> (usize, bool) {
    let first = rest[0];
    let Some(mut sequence) = Sequence::begin(first) else {
        let whole = 1 + usize::from(following(first));
        let character = rest.get(..whole).is_some_and(|bytes| std::str::from_utf8(bytes).is_ok());
        return (if character { whole } else { 1 }, true);
    };
    for (i, byte) in rest.iter().enumerate().skip(1) {
        let untold = sequence;
        match sequence.step(*byte) {
            Step::Goes => {}
            Step::Ends(function) => return (i + 1, matches!(function, Function::Key(_))),
            // Nothing was begun: the first byte stands for itself.
            Step::Breaks if untold.is_escape() || untold.is_fresh() => return (1, true),
            Step::Breaks => return (i, false),
        }
    }
    match sequence.is_escape() || (sequence.is_fresh() && first != ESC) {
        true => (1, true),
        false => (rest.len(), false),
    }
}
