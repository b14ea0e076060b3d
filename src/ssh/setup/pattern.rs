//! The patterns of sshd: `*` stands for anything, `?` for one character.

/// Whether the whole text is what the pattern says.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    let behind = &pattern[first.len_utf8()..];
    let mut rest = text.chars();
    match first {
        '*' => matches(behind, text) || (rest.next().is_some() && matches(pattern, rest.as_str())),
        '?' => rest.next().is_some() && matches(behind, rest.as_str()),
        first => rest.next() == Some(first) && matches(behind, rest.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_anything_and_a_question_mark_is_one_character() {
        for (pattern, text) in [("keydesk", "keydesk"), ("key*", "keydesk"), ("*", ""), ("k?y*k", "keydesk"), ("", "")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("key", "keydesk"), ("Key*", "keydesk"), ("?", ""), ("*s", "keydesk"), ("", "k")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
