//! Mistakes in a Basic credential: characters around key and secret, and how the two were encoded.

use zeroize::Zeroizing;

use crate::credential::{Kind, holds_api_secret};
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::VaultError;
use crate::verify::explain::slips::{readings, tidy};
use crate::verify::snapshot::PackedSecret;
use crate::verify::syntax::base64;
use crate::verify::{BodyCheck, CheckOutcome, PasswordCheck, Snapshot, secrets};

/// What the check characters show about a generated secret that is not the right one.
const CUT: &str = "What was sent as the secret is no whole API secret of keydesk: was it cut, or mistyped?";
const OLD: &str = "What was sent is a whole API secret, and none of this key that works: one from before a rotation?";

const WORDS: [&str; 2] = ["key", "secret"];

/// Key and secret as they were meant, and what is wrong with how they were sent.
pub(super) struct Guess {
    /// What the two are called.
    words: [&'static str; 2],
    slips: Vec<String>,
    user: Zeroizing<String>,
    password: Secret,
}

impl Guess {
    /// Both as they came, each without what is around it.
    pub(super) fn of(mut slips: Vec<String>, user: &str, password: &str, words: [&'static str; 2]) -> Self {
        let mut clean = |what: &str, text: &str| match tidy(text) {
            Some((words, rest)) => {
                slips.push(format!("The {what} {}.", words.join(", and ")));
                rest
            }
            None => Secret::from_text(text),
        };
        let (user, password) = (clean(words[0], user), clean(words[1], password));
        Self { words, slips, user: Zeroizing::new(user.expose_text().unwrap_or_default().to_owned()), password }
    }

    pub(super) fn pair(self) -> (String, Secret) {
        (self.user.to_string(), self.password)
    }

    fn exchanged(&self) -> Option<(String, Secret)> {
        Some((self.password.expose_text()?.to_owned(), Secret::from_text(&self.user)))
    }

    /// What to say of it: whether without the slips it would be right.
    pub(super) fn mistake(&self, kind: Kind, snapshot: &Snapshot, now: Seconds) -> Result<Option<String>, VaultError> {
        let (said, [key, secret]) = (self.slips.join(" "), self.words);
        if let Some((user, password)) = self.exchanged()
            && is_right(kind, &user, &password, snapshot, now)?
        {
            return Ok(Some(
                format!("{said} The {key} and the {secret} are exchanged: the {key} comes first.").trim().to_owned(),
            ));
        }
        let found = snapshot.look_up(kind, self.user.as_bytes()).credential();
        let generated = found.is_some_and(|found| found.secrets().any(|secret: PackedSecret<'_>| secret.is_sha256()));
        let whole = self.password.expose_text().is_some_and(holds_api_secret);
        if self.slips.is_empty() {
            let right = !generated || is_right(kind, &self.user, &self.password, snapshot, now)?;
            return Ok(match (right, whole) {
                (true, _) => None,
                (false, true) => Some(OLD.to_owned()),
                (false, false) => Some(CUT.to_owned()),
            });
        }
        let known = found.is_some();
        let without = match (known, is_right(kind, &self.user, &self.password, snapshot, now)?) {
            (_, true) => format!("Otherwise {key} and {secret} are right."),
            (true, false) => format!("Apart from that, the {secret} is wrong as well."),
            (false, false) => format!("Apart from that, it names no {key} that is here."),
        };
        let from = if said.contains("ends in a line break") { " `echo` adds one; `printf %s` does not." } else { "" };
        Ok(Some(format!("{said}{from} {without}")))
    }
}

/// Key and secret that a token was meant as.
pub(in crate::verify) fn pair(token: &[u8]) -> Option<(String, Secret)> {
    guess(token).map(Guess::pair)
}

/// What is wrong with a token, in sentences.
pub(in crate::verify) fn mistake(
    token: &[u8],
    snapshot: &Snapshot,
    now: Seconds,
) -> Result<Option<String>, VaultError> {
    match guess(token) {
        Some(guess) => guess.mistake(Kind::Basic, snapshot, now),
        None => Ok(None),
    }
}

/// Whether a field is the token of a Basic credential alone, without the word before it.
pub(in crate::verify) fn is_bare(field: &[u8]) -> bool {
    let pair = base64::decode_secret(field);
    pair.as_ref()
        .and_then(Secret::expose_text)
        .is_some_and(|text| text.contains(':') && !text.contains(char::is_control))
}

/// What a token was meant as.
fn guess(token: &[u8]) -> Option<Guess> {
    let plain = std::str::from_utf8(token).ok().filter(|text| text.contains(':'));
    if let Some((user, password)) = plain.and_then(|text| text.split_once(':')) {
        let slip = "Key and secret are not encoded: they must be in base64, key:secret.".to_owned();
        return Some(Guess::of(vec![slip], user, password, WORDS));
    }
    readings(token).iter().find_map(|reading| {
        let mut slips: Vec<String> = reading.slip.map(|slip| format!("The token {slip}")).into_iter().collect();
        let text = text(reading.bytes.expose(), &mut slips)?;
        let (whole, around) = whole(&text);
        slips.extend(around);
        let (user, password) = whole.split_once(':')?;
        (!user.is_empty()).then(|| Guess::of(slips, user, password, WORDS))
    })
}

/// Quotes around both together.
fn whole(text: &str) -> (&str, Option<String>) {
    let ends = text.trim_end_matches(['\r', '\n']);
    let quoted = |quote: char| ends.strip_prefix(quote)?.strip_suffix(quote);
    match ['"', '\''].into_iter().find_map(quoted) {
        Some(inner) if inner.contains(':') => (inner, Some("Key and secret are in quotes.".to_owned())),
        _ => (text, None),
    }
}

/// Decoded bytes as text.
fn text(bytes: &[u8], slips: &mut Vec<String>) -> Option<Zeroizing<String>> {
    let wide = |order: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    let nulls = |from: usize| bytes.iter().skip(from).step_by(2).all(|b| *b == 0);
    let text = match std::str::from_utf8(bytes) {
        _ if bytes.len() < 2 => None,
        _ if bytes.len().is_multiple_of(2) && nulls(1) => wide(u16::from_le_bytes).map(|text| ("UTF-16", text)),
        _ if bytes.len().is_multiple_of(2) && nulls(0) => wide(u16::from_be_bytes).map(|text| ("UTF-16", text)),
        Ok(text) => Some(("", text.to_owned())),
        Err(_) => Some(("ISO-8859-1", bytes.iter().map(|&b| char::from(b)).collect())),
    };
    let (coding, text) = text?;
    if !coding.is_empty() {
        slips.push(format!("Key and secret were encoded in {coding}; they must be in UTF-8."));
    }
    Some(Zeroizing::new(text))
}

/// Whether this is a secret of that key.
fn is_right(kind: Kind, user: &str, password: &Secret, snapshot: &Snapshot, now: Seconds) -> Result<bool, VaultError> {
    let found = snapshot.look_up(kind, user.as_bytes());
    let Some(credential) = found.credential() else { return Ok(false) };
    if secrets::hashed(found, password.expose(), now).is_some() {
        return Ok(true);
    }
    if !credential.secrets().any(|secret: PackedSecret<'_>| secret.is_slow()) {
        return Ok(false);
    }
    let rest = (None, BodyCheck::None);
    let check = PasswordCheck::new(snapshot, (kind, user.as_bytes()), password.duplicate(), rest);
    Ok(matches!(check.run()?, CheckOutcome::Right { .. }))
}
