//! What a desk sends to PostgreSQL, as far as it must be read to know where a COMMIT is.

/// What a desk sends, cut into messages.
#[derive(Default)]
pub(super) struct Messages {
    pub(super) bytes: Vec<u8>,
    /// Whether the message that begins a connection was there: it has no kind.
    begun: bool,
    /// A COMMIT was parsed, and takes place at the next Sync.
    parsed: bool,
}

/// Messages that ask for encryption, which another beginning follows.
const ASKS_TO_ENCRYPT: [u32; 2] = [80_877_103, 80_877_104];
/// The first byte of TLS.
const TLS: u8 = 22;

impl Messages {
    /// The next whole message, and whether the server commits when it has it.
    pub(super) fn next(&mut self) -> Option<(Vec<u8>, bool)> {
        if !self.begun && self.bytes.first() == Some(&TLS) {
            return Some((std::mem::take(&mut self.bytes), false));
        }
        let before = usize::from(self.begun);
        let number = |at: usize| Some(u32::from_be_bytes(self.bytes.get(at..at + 4)?.try_into().ok()?));
        let long = before + usize::try_from(number(before)?).ok()?;
        if self.bytes.len() < long {
            return None;
        }
        if !self.begun {
            self.begun = !ASKS_TO_ENCRYPT.contains(&number(4)?);
            return Some((self.bytes.drain(..long).collect(), false));
        }
        let message: Vec<u8> = self.bytes.drain(..long).collect();
        let commits = match message[0] {
            b'Q' => ends_in_commit(&message[5..]),
            // Its name comes first.
            b'P' => {
                self.parsed |= message[5..].splitn(3, |byte| *byte == 0).nth(1).is_some_and(ends_in_commit);
                false
            }
            b'S' => std::mem::take(&mut self.parsed),
            _ => false,
        };
        Some((message, commits))
    }
}

fn ends_in_commit(sql: &[u8]) -> bool {
    let text = String::from_utf8_lossy(sql);
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ';' | '\0'));
    text.to_ascii_uppercase().ends_with("COMMIT")
}
