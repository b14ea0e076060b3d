//! Validation rules for Legacy usernames and passwords, as the help page states them.
//!
//! The create form shows each rule as met or not while typing; [`check_username`] and [`check_password`] hold the same
//! table again when the form is sent.

/// One rule and whether what is typed meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The rule in the words of the form.
    pub words: &'static str,
    /// Whether the typed text meets it.
    pub met: bool,
}

/// Rules of a username: 5 or more lower-case letters a-z only; 255 at most.
pub fn username_rules(text: &str) -> [Rule; 2] {
    [
        Rule { words: "5 or more", met: (5..=255).contains(&text.chars().count()) },
        Rule {
            words: "lower-case letters only",
            met: !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase()),
        },
    ]
}

/// Rules of a password: 6 to 50 of A-Z a-z 0-9 with an upper-case and a lower-case letter; a digit is allowed.
pub fn password_rules(text: &str) -> [Rule; 4] {
    [
        Rule { words: "6 to 50", met: (6..=50).contains(&text.chars().count()) },
        Rule {
            words: "letters and digits only",
            met: !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric()),
        },
        Rule { words: "an upper-case letter", met: text.bytes().any(|b| b.is_ascii_uppercase()) },
        Rule { words: "a lower-case letter", met: text.bytes().any(|b| b.is_ascii_lowercase()) },
    ]
}

/// A sentence that says what a username must be, if this one is not.
pub fn check_username(text: &str) -> Result<(), &'static str> {
    match username_rules(text).iter().all(|r| r.met) {
        true => Ok(()),
        false => Err("A Legacy username has 5 to 255 lower-case letters a-z and nothing else. Choose another."),
    }
}

/// A sentence that says what a password must be, if this one is not. It never repeats the password.
pub fn check_password(text: &str) -> Result<(), &'static str> {
    match password_rules(text).iter().all(|r| r.met) {
        true => Ok(()),
        false => Err(
            "A Legacy password has 6 to 50 letters and digits, with an upper-case and a lower-case letter. Choose another, or let keydesk generate one.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_by_the_help_page() {
        for good in ["smsba", "abcdefghij", &"a".repeat(255)] {
            assert_eq!(check_username(good), Ok(()), "{good}");
        }
        for bad in ["", "abcd", "Smsbatch", "sms batch", "sms1batch", "sms-batch", "smsbátch", &"a".repeat(256)] {
            assert!(check_username(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn passwords_by_the_help_page() {
        for good in ["Abcdef", "aB3456", "ABCDEf", &format!("A{}", "b".repeat(49))] {
            assert_eq!(check_password(good), Ok(()), "{good}");
        }
        for bad in
            ["", "Abcde", "abcdef", "ABCDEF", "123456", "Abc def", "Abcdé1", "Abc-def", &format!("A{}", "b".repeat(50))]
        {
            assert!(check_password(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_empty_password_meets_no_rule() {
        assert!(username_rules("").iter().chain(&password_rules("")).all(|r| !r.met));
    }
}
