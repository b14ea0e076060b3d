//! Actions of the trail: one table of the codes that are written there, with their words.

use crate::credential::Kind;

/// An action of the trail. The code is stored, so it never changes once released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    /// The code in the store and in JSON.
    pub(crate) code: &'static str,
    /// `change`, `access` or `refusal`.
    pub(crate) class: &'static str,
    /// `credential`, `user` or `desk`.
    pub(crate) about: &'static str,
    /// The words on the screen; `{kind}` stands for the kind of the credential.
    words: &'static str,
}

macro_rules! actions {
    ($($name:ident $code:literal $class:literal $about:literal $words:literal)*) => {
        $(pub(crate) const $name: Action = Action { code: $code, class: $class, about: $about, words: $words };)*
        /// Every action.
        const ALL: &[Action] = &[$($name),*];
    };
}

actions! {
    SET_UP          "desk.set_up"            "change"  "desk"       "set up the desk"
    SIGNED_IN       "session.signed_in"      "access"  "user"       "signed in"
    SIGNED_OUT      "session.signed_out"     "access"  "user"       "signed out"
    CREATED         "credential.created"     "change"  "credential" "created {kind} key"
    ROTATED         "credential.rotated"     "change"  "credential" "rotated {kind} key"
    DISABLED        "credential.disabled"    "change"  "credential" "disabled {kind} key"
    ENABLED         "credential.enabled"     "change"  "credential" "enabled {kind} key"
    REVOKED         "credential.revoked"     "change"  "credential" "revoked {kind} key"
    RENAMED         "credential.renamed"     "change"  "credential" "renamed {kind} key"
    EDITED          "credential.edited"      "change"  "credential" "changed {kind} key"
    LEGACY_PASSWORD "credential.password"    "change"  "credential" "set Legacy password"
    OLD_SECRET_STOPPED "credential.old_secret_stopped" "change" "credential" "stopped old secret"
    FOUND           "credential.found"       "access"  "credential" "found by its secret"
    EXPLAINED       "credential.explained"   "access"  "credential" "explained a request"
    COPIED          "secret.copied"          "access"  "credential" "copied secret"
    DROPPED         "secret.dropped"         "access"  "credential" "line dropped, secret shown"
    USER_ADDED      "user.added"             "change"  "user"       "added user"
    USER_ROLE       "user.role"              "change"  "user"       "changed role"
    USER_NOTE       "user.note"              "change"  "user"       "changed note of"
    USER_DISABLED   "user.disabled"          "change"  "user"       "disabled user"
    USER_ENABLED    "user.enabled"           "change"  "user"       "enabled user"
    USER_LOCKED     "user.locked"            "change"  "user"       "locked user"
    USER_UNLOCKED   "user.unlocked"          "change"  "user"       "unlocked user"
    PASSWORD_SET    "user.password_set"      "change"  "user"       "set password"
    PASSWORD_OWN    "user.password_changed"  "change"  "user"       "changed own password"
    SSH_KEY_ADDED   "ssh_key.added"          "change"  "user"       "added SSH key"
    SSH_KEY_REMOVED "ssh_key.removed"        "change"  "user"       "removed SSH key"
    SSH_KEY_REFUSED "ssh_key.refused"        "refusal" "user"       "SSH key refused"
    SETTING         "setting.changed"        "change"  "desk"       "changed setting"
    SETTLED         "setting.settled"        "change"  "desk"       "wrote settings"
    ACCEPTED        "store.accepted"         "change"  "desk"       "accepted store as it is"
    COPIED_TO       "store.copied"           "change"  "desk"       "copied the desk to"
    COPIED_FROM     "store.copied_from"      "change"  "desk"       "made as a copy of"
    ROLLED_BACK       "store.went_back"        "refusal" "desk"       "was refused"
    ALTERED         "store.altered"          "refusal" "desk"       "refused: changed outside keydesk"
    REFUSED         "refused"                "refusal" "desk"       "was refused"
    REFUSED_KEY     "refused.credential"     "refusal" "credential" "was refused"
    SIGN_IN_REFUSED "session.refused"        "refusal" "user"       "sign-in refused"
    LOCKED_UNKNOWN  "session.locked"         "refusal" "user"       "locked unknown name"
    TAMPERED        "tampered"               "refusal" "desk"       "was refused: tampered"
}

/// The words for a code, with the kind filled in.
pub(crate) fn words(code: &str, kind: Option<Kind>) -> String {
    let known = ALL.iter().find(|action| action.code == code).map_or(code, |action| action.words);
    match kind {
        Some(kind) => known.replace("{kind} key", kind.noun()),
        None => known.replace("{kind} key", "key"),
    }
}

/// The codes of the actions whose words hold a text, case-folded.
pub(crate) fn codes_with(text: &str) -> Vec<&'static str> {
    ALL.iter()
        .filter(|action| action.words.replace("{kind} key", "").contains(text))
        .map(|action| action.code)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn action_codes_are_unique_and_their_words_complete() {
        for (i, action) in ALL.iter().enumerate() {
            assert!(ALL[..i].iter().all(|before| before.code != action.code), "{}", action.code);
            assert!(!words(action.code, Some(Kind::Hmac)).contains('{'));
        }
        assert_eq!(words("credential.created", Some(Kind::Hmac)), "created HMAC key");
        assert_eq!(words("credential.revoked", Some(Kind::Legacy)), "revoked Legacy credential");
        assert_eq!(words("from.the.future", None), "from.the.future");
    }
}
