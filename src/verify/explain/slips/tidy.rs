//! Characters that shells, files and forms add around a name or a secret.

use zeroize::Zeroizing;

use crate::secret::Secret;

/// What may be around a text, and the text without it.
type TidyStep = (&'static str, fn(&str) -> &str);

/// Each is tried on what the one before it left.
const STEPS: [TidyStep; 5] = [
    ("ends in a line break", |text| text.trim_end_matches(['\r', '\n'])),
    ("begins with a byte-order mark", |text| text.trim_start_matches('\u{feff}')),
    ("has a blank before or behind it", |text| text.trim()),
    ("is in quotes", unquoted),
    ("has a blank inside its quotes", |text| text.trim()),
];

/// Takes away what is around a text: what it was, as in "ends in a line break", and the rest; `None` if there is nothing.
pub(in crate::verify) fn tidy(text: &str) -> Option<(Vec<&'static str>, Secret)> {
    let (mut words, mut rest) = (Vec::new(), text);
    for (what, without) in STEPS {
        let less = without(rest);
        if less.len() != rest.len() {
            words.push(what);
            rest = less;
        }
    }
    let unescaped = Zeroizing::new(super::texts::decoded(rest.as_bytes()));
    if *unescaped != rest.as_bytes() {
        words.push("is percent-encoded");
    }
    (!words.is_empty()).then(|| (words, Secret::new(unescaped.to_vec())))
}

fn unquoted(text: &str) -> &str {
    let within = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    ['"', '\'', '`'].into_iter().find_map(within).or_else(|| text.strip_prefix('<')?.strip_suffix('>')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_blanks_around_a_secret_are_named_and_removed() {
        for (text, words, rest) in [
            ("a\n", &["ends in a line break"][..], "a"),
            ("a\r\n", &["ends in a line break"], "a"),
            (" a\t", &["has a blank before or behind it"], "a"),
            ("\"a\"\n", &["ends in a line break", "is in quotes"], "a"),
            ("'a b'", &["is in quotes"], "a b"),
            ("a%2Bb", &["is percent-encoded"], "a+b"),
        ] {
            let (said, less) = tidy(text).unwrap();
            assert_eq!((&said[..], less.expose()), (words, rest.as_bytes()), "{text:?}");
        }
        assert!(tidy("a b").is_none() && tidy("100%").is_none() && tidy("\"").is_none());
    }
}
