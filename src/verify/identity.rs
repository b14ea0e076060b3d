//! Identity fields (C14): the fields by which an API knows its caller. Only a gateway may write them.
//!
//! Applications do not see names as they were sent. CGI and its successors turn `-` into `_`, PHP turns `.` and others
//! into `_` too, and case does not count. So every spelling that some application may read as one of these names counts
//! as one.

/// What the names begin with.
const OURS: &[u8; 10] = b"x-keydesk-";

/// Whether a name begins with `x-keydesk-` once it is in lower case and every byte that is no letter or digit is a `-`.
pub(super) fn is_claimed_by(name: &[u8]) -> bool {
    let fold = |b: u8| if b.is_ascii_alphanumeric() { b.to_ascii_lowercase() } else { b'-' };
    // Nearly every name is ruled out by its first byte.
    let may_be = matches!(name, [b'x' | b'X', ..]);
    may_be && name.first_chunk().is_some_and(|start: &[u8; OURS.len()]| start.map(fold) == *OURS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_identity_field_is_recognised() {
        for name in [
            "X-Keydesk-Credential",
            "x-keydesk-",
            "X_KEYDESK_NAME",
            "x.keydesk.account",
            "X~Keydesk+Kind",
            "X!Keydesk*Body",
            "x'keydesk^x",
            "X-Keydesk-Gateway-Token",
            "x|keydesk`tomorrow",
        ] {
            assert!(is_claimed_by(name.as_bytes()), "{name}");
        }
        assert!(is_claimed_by(b"X\xffKeydesk\x80Credential"), "bytes that are no ASCII");
    }

    #[test]
    fn similar_names_belong_to_the_client() {
        for name in ["", "X-Keydesk", "X-Keydesks", "X-Keydesk1Credential", "XKeydesk-Name", "Y-Keydesk-Name"] {
            assert!(!is_claimed_by(name.as_bytes()), "{name}");
        }
        assert!(!is_claimed_by(b"X-X-Keydesk-Name"));
    }

    #[test]
    fn any_byte_but_letters_and_digits_stands_for_a_hyphen() {
        for b in 0..=255_u8 {
            let name = [b"X", &[b][..], b"Keydesk", &[b], b"Name"].concat();
            assert_eq!(is_claimed_by(&name), !b.is_ascii_alphanumeric(), "{b:#x}");
        }
    }
}
