//! Formats of keys, secrets and generated passwords, from random bytes that the caller supplies.
//!
//! Verification never enforces these formats: imported credentials differ. 20 and 30 characters are what published
//! clients check for; prefix and check characters let scanners find leaks and forms say "mistyped".

use super::Kind;
use crate::secret::Secret;

/// The alphabet of everything generated.
pub const BASE62: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Characters of an API key: prefix 3, random 17 (101 bits).
pub const KEY_LEN: usize = 20;
/// Characters of an API secret: prefix 3, random 21 (125 bits), check 6.
pub const SECRET_LEN: usize = 30;
/// Characters of a generated Legacy password (142 bits).
pub const LEGACY_PASSWORD_LEN: usize = 24;

/// Letters and digits that nobody takes for one another.
const UNLIKE: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// Characters of a generated first password: four groups of five and three dashes.
const FIRST_PASSWORD_LEN: usize = 23;

const SECRET_PREFIX: &[u8] = b"kds";
const CHECKED: usize = 24;

/// The source of random bytes failed.
#[derive(Debug, thiserror::Error)]
#[error("The operating system gave no random bytes: {0}. Try again.")]
pub struct ShapeError(pub String);

/// Fills a buffer with random bytes.
pub type Fill<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), ShapeError>;

/// A new API key: `kdb` or `kdh` and 17 random characters. A Legacy credential has a username instead.
pub fn api_key(kind: Kind, fill: Fill<'_>) -> Result<String, ShapeError> {
    let prefix = match kind {
        Kind::Basic => "kdb",
        Kind::Hmac | Kind::Legacy => "kdh",
    };
    let mut key = Vec::with_capacity(KEY_LEN);
    key.extend_from_slice(prefix.as_bytes());
    push_random(&mut key, KEY_LEN, fill)?;
    Ok(key.into_iter().map(char::from).collect())
}

/// A new API secret: `kds`, 21 random characters and 6 check characters.
pub fn api_secret(fill: Fill<'_>) -> Result<Secret, ShapeError> {
    let mut secret = Vec::with_capacity(SECRET_LEN);
    secret.extend_from_slice(SECRET_PREFIX);
    push_random(&mut secret, CHECKED, fill)?;
    let check = check_characters(&secret);
    secret.extend_from_slice(&check);
    Ok(Secret::new(secret))
}

/// A new Legacy password of 24 characters that meets the help page's rules.
pub fn legacy_password(fill: Fill<'_>) -> Result<Secret, ShapeError> {
    // One in some forty thousand lacks a letter case. Draw again: forcing a position would skew the rest.
    loop {
        let mut password = Vec::with_capacity(LEGACY_PASSWORD_LEN);
        push_random(&mut password, LEGACY_PASSWORD_LEN, fill)?;
        let secret = Secret::new(password);
        if secret.expose_text().is_some_and(|text| super::check_password(text).is_ok()) {
            return Ok(secret);
        }
    }
}

/// A first password of a user: four groups of five, without letters and digits that look alike (99 bits). It is typed once.
pub fn first_password(fill: Fill<'_>) -> Result<Secret, ShapeError> {
    let mut password = Vec::with_capacity(FIRST_PASSWORD_LEN);
    let mut drawn = zeroize::Zeroizing::new([0; 32]);
    while password.len() < FIRST_PASSWORD_LEN {
        fill(&mut *drawn)?;
        // Of 256 byte values 248 map eight to one onto 31 characters; the other eight are drawn again.
        for byte in drawn.iter().filter(|b| **b < 248) {
            if password.len() == FIRST_PASSWORD_LEN {
                break;
            }
            if password.len() % 6 == 5 {
                password.push(b'-');
            }
            password.push(UNLIKE[usize::from(*byte % 31)]);
        }
    }
    Ok(Secret::new(password))
}

/// Whether the text holds an API secret of ours anywhere: `kds`, 21 characters, and the right check characters.
pub fn holds_api_secret(text: &str) -> bool {
    text.as_bytes().windows(SECRET_LEN).any(is_api_secret)
}

fn is_api_secret(window: &[u8]) -> bool {
    window.starts_with(SECRET_PREFIX)
        && window.iter().all(u8::is_ascii_alphanumeric)
        && window[CHECKED..] == check_characters(&window[..CHECKED])
}

/// CRC-32 of the 24 characters before, as six base-62 digits, most significant first.
fn check_characters(checked: &[u8]) -> [u8; SECRET_LEN - CHECKED] {
    let mut rest = crc32fast::hash(checked);
    let mut check = [0; SECRET_LEN - CHECKED];
    for place in check.iter_mut().rev() {
        *place = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    check
}

/// Rejection sampling: of 256 byte values 248 map four to one onto 62 characters, the other eight are drawn again.
fn push_random(out: &mut Vec<u8>, len: usize, fill: Fill<'_>) -> Result<(), ShapeError> {
    let mut drawn = zeroize::Zeroizing::new([0; 32]);
    while out.len() < len {
        fill(&mut *drawn)?;
        let room = len - out.len();
        out.extend(drawn.iter().filter(|b| **b < 248).map(|b| BASE62[usize::from(*b % 62)]).take(room));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> impl FnMut(&mut [u8]) -> Result<(), ShapeError> {
        let mut next = 0u64;
        move |buffer| {
            // SplitMix64: a test needs bytes that are even, not bytes that are secret.
            for byte in buffer {
                next = next.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut z = next;
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                *byte = (z ^ (z >> 31)) as u8;
            }
            Ok(())
        }
    }

    #[test]
    fn keys_and_secrets_have_their_shapes_and_check_characters() {
        let mut fill = counting();
        let key = api_key(Kind::Basic, &mut fill).unwrap();
        assert!(key.len() == KEY_LEN && key.starts_with("kdb") && key.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert!(api_key(Kind::Hmac, &mut fill).unwrap().starts_with("kdh"));
        let secret = api_secret(&mut fill).unwrap();
        let text = secret.expose_text().unwrap();
        assert!(text.len() == SECRET_LEN && holds_api_secret(text) && holds_api_secret(&format!("x {text}.")));
        let mut wrong = text.to_owned();
        wrong.replace_range(10..11, if &text[10..11] == "A" { "B" } else { "A" });
        assert!(!holds_api_secret(&wrong));
        assert!(!holds_api_secret("kds and a long enough sentence after it"));
    }

    #[test]
    fn generated_passwords_meet_the_rules() {
        let mut fill = counting();
        for _ in 0..200 {
            let password = legacy_password(&mut fill).unwrap();
            assert_eq!(super::super::check_password(password.expose_text().unwrap()), Ok(()));
        }
    }

    #[test]
    fn first_passwords_are_four_groups_of_five() {
        let mut fill = counting();
        let passwords: Vec<_> = (0..200).map(|_| first_password(&mut fill).unwrap()).collect();
        for password in &passwords {
            let text = password.expose_text().unwrap();
            let groups: Vec<_> = text.split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [5, 5, 5, 5], "{}", text.len());
            assert!(groups.concat().bytes().all(|b| UNLIKE.contains(&b)));
        }
        assert!(passwords.iter().enumerate().all(|(i, one)| passwords[..i].iter().all(|other| one != other)));
    }

    #[test]
    fn every_character_is_equally_likely() {
        let mut fill = counting();
        let mut drawn = Vec::new();
        push_random(&mut drawn, 620_000, &mut fill).unwrap();
        let mut counts = [0f64; 256];
        drawn.iter().for_each(|b| counts[usize::from(*b)] += 1.0);
        let chi: f64 = BASE62.iter().map(|b| (counts[usize::from(*b)] - 10_000.0).powi(2) / 10_000.0).sum();
        // 61 degrees of freedom: beyond 120 lies one run in a hundred thousand.
        assert!(chi < 120.0, "chi squared {chi}");
    }

    #[test]
    fn without_random_bytes_no_key_is_made() {
        let mut broken = |_: &mut [u8]| Err(ShapeError("gone".to_owned()));
        assert!(api_secret(&mut broken).is_err());
    }
}
