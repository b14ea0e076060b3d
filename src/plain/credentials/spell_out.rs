//! Spells a secret out letter by letter: screen readers pronounce "d" and "D" alike.

use crate::secret::Secret;

/// Letters in a group: what a person keeps in mind while writing it down.
const GROUP: usize = 5;

/// One line for each group: "Group 1 of 6: small k, capital D, digit 4."
pub fn groups(secret: &Secret) -> Vec<Secret> {
    let letters: Vec<char> = secret.expose_text().unwrap_or_default().chars().collect();
    let of = letters.len().div_ceil(GROUP);
    let line = |(i, group): (usize, &[char])| {
        // Capacity for the longest words: a buffer that grew would leave a copy behind.
        let mut line = String::with_capacity(40 + GROUP * 32);
        line.push_str(&format!("Group {} of {of}: ", i + 1));
        for (i, letter) in group.iter().enumerate() {
            line.push_str(if i == 0 { "" } else { ", " });
            line.push_str(kind(*letter));
            line.push(*letter);
        }
        line.push('.');
        Secret::new(line.into_bytes())
    };
    letters.chunks(GROUP).enumerate().map(line).collect()
}

/// Letters of a text that is no secret, each by itself: "small k, digit 4".
pub fn apart(text: &str) -> String {
    text.chars().map(|letter| format!("{}{letter}", kind(letter))).collect::<Vec<_>>().join(", ")
}

fn kind(letter: char) -> &'static str {
    match letter {
        'A'..='Z' => "capital ",
        'a'..='z' => "small ",
        '0'..='9' => "digit ",
        _ => "character ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_spelled_in_groups_of_five() {
        let lines: Vec<_> =
            groups(&Secret::from_text("kdsD4tZ")).iter().map(|s| s.expose_text().unwrap().to_owned()).collect();
        assert_eq!(
            lines,
            ["Group 1 of 2: small k, small d, small s, capital D, digit 4.", "Group 2 of 2: small t, capital Z."]
        );
        assert_eq!(groups(&Secret::from_text(&"x".repeat(30))).len(), 6);
        assert!(groups(&Secret::from_text("")).is_empty());
    }

    #[test]
    fn the_end_of_a_key_is_spelled_apart() {
        assert_eq!(apart("D4tZ"), "capital D, digit 4, small t, capital Z");
    }

    #[test]
    fn spelled_lines_never_reallocate() {
        let line = &groups(&Secret::from_text("𝔸𝔹ℂ𝔻𝔼"))[0];
        assert!(line.len() < 40 + GROUP * 32);
    }
}
