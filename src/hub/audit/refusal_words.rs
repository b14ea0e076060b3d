//! A refusal of the desk in words. The trail keeps what was asked and why it was refused, as `rotate (manage credentials)`.

/// What was asked, by the words of calls, and how a sentence says it.
const ASKED: &[(&str, &str)] = &[
    ("accept the store", "accept the store"),
    ("add SSH key", "add SSH keys"),
    ("add user", "add users"),
    ("change note of user", "change notes of users"),
    ("change password", "change the password"),
    ("change settings", "change settings"),
    ("create", "create credentials"),
    ("disable", "disable credentials"),
    ("disable user", "disable users"),
    ("edit", "edit credentials"),
    ("enable", "enable credentials"),
    ("enable user", "enable users"),
    ("explain a request", "explain requests"),
    ("find by secret", "find credentials by secret"),
    ("list keys", "see credentials"),
    ("list users", "see users"),
    ("look", "look at that"),
    ("read refusals", "see refused requests"),
    ("read trail", "read the activity log"),
    ("remove SSH key", "remove SSH keys"),
    ("revoke", "revoke credentials"),
    ("rotate", "rotate secrets"),
    ("see SSH keys", "see SSH keys"),
    ("see settings", "see settings"),
    ("see user", "see users"),
    ("set password", "set passwords"),
    ("set role", "change roles"),
    ("show key", "see credentials"),
    ("show secret", "see secrets"),
    ("show use", "see the use of credentials"),
    ("stop old secret", "stop old secrets"),
    ("unlock user", "unlock users"),
    ("verify trail", "verify the activity log"),
];

/// What a right is for, where only the right is known.
const RIGHTS: &[(&str, &str)] = &[
    ("see credentials", "see credentials"),
    ("manage credentials", "manage credentials"),
    ("see users", "see users"),
    ("manage users", "manage users"),
    ("read trail", "read the activity log"),
    ("explain requests", "explain requests"),
    ("see site", "see settings"),
    ("manage site", "change settings"),
];

/// What a verifier was asked that met an older copy of the database.
pub(crate) const FOLLOW: &str = "follow a store that went back";

/// The end of "was refused: …".
pub(crate) fn refusal_words(kept: &str) -> String {
    let Some((asked, why)) = kept.strip_suffix(')').and_then(|kept| kept.rsplit_once(" (")) else {
        return if kept == FOLLOW { "an older copy of the database was put back".to_owned() } else { kept.to_owned() };
    };
    let said = |table: &[(&str, &str)], word: &str| {
        table.iter().find(|(known, _)| *known == word).map(|(_, words)| (*words).to_owned())
    };
    let deed = said(ASKED, asked).unwrap_or_else(|| asked.to_owned());
    match why {
        "session over" => format!("the session was over ({deed})"),
        "password must be changed" => format!("the password has to be changed first ({deed})"),
        "tampered" => format!("it was changed outside keydesk ({deed})"),
        right if asked == "use" => format!("may not {}", said(RIGHTS, right).unwrap_or_else(|| right.to_owned())),
        _ => format!("may not {deed}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Right;

    #[test]
    fn refusals_read_like_sentences() {
        for (kept, said) in [
            ("use (manage credentials)", "may not manage credentials"),
            ("disable (manage credentials)", "may not disable credentials"),
            ("list keys (see credentials)", "may not see credentials"),
            ("read trail (read trail)", "may not read the activity log"),
            ("edit (session over)", "the session was over (edit credentials)"),
            ("revoke (tampered)", "it was changed outside keydesk (revoke credentials)"),
            ("add user (manage users)", "may not add users"),
            (FOLLOW, "an older copy of the database was put back"),
            ("odd", "odd"),
        ] {
            assert_eq!(refusal_words(kept), said);
        }
        for right in Right::ALL.into_iter().filter(|right| *right != Right::OwnAccount) {
            assert!(RIGHTS.iter().any(|(known, _)| *known == right.as_str()), "{right:?}");
        }
    }
}
