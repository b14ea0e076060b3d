//! The verbs that a session runs, each with the flags that it may have. No flag in this table names a file of this machine,
//! a store or a user who acts.

/// The flag that says that the first line of standard input is the caller's own password.
pub const CONFIRM: &str = "--confirm-stdin";

/// A verb of the command line.
#[derive(Clone, Copy, Debug)]
pub struct Verb {
    /// Its words: `key list`.
    pub path: &'static [&'static str],
    /// The flags that it may have.
    pub flags: &'static [&'static str],
    /// Whether it wants the password again.
    pub sensitive: bool,
}

const fn verb(path: &'static [&'static str], flags: &'static [&'static str]) -> Verb {
    Verb { path, flags, sensitive: false }
}

const fn sensitive(path: &'static [&'static str], flags: &'static [&'static str]) -> Verb {
    Verb { path, flags, sensitive: true }
}

const KIND: &[&str] = &["--kind"];
const STATE: &[&str] = &["--kind", "--json"];
const LISTED: &[&str] = &["--json", "--jsonl"];
const LOG: &[&str] = &["--filter", "--who", "--type", "--key", "--from", "--until", "--json", "--jsonl"];

/// Every verb that there is in a session.
pub const VERBS: &[Verb] = &[
    verb(
        &["key", "list"],
        &["--kind", "--all", "--filter", "--expires-within", "--order", "--reverse", "--json", "--jsonl", "--csv"],
    ),
    verb(&["key", "show"], &["--kind", "--json"]),
    verb(&["key", "usage"], &["--kind", "--days", "--json"]),
    verb(
        &["key", "create"],
        &[
            "--kind",
            "--name",
            "--username",
            "--password-stdin",
            "--generate",
            "--not-before",
            "--expires",
            "--network",
            "--note",
            "--owner",
            "--tag",
            "--algorithm",
            "--body-digest",
            "--json",
        ],
    ),
    verb(&["key", "rotate"], &["--overlap", "--kind", "--json"]),
    verb(
        &["key", "edit"],
        &[
            "--kind",
            "--name",
            "--not-before",
            "--expires",
            "--network",
            "--any-network",
            "--note",
            "--owner",
            "--tag",
            "--no-tag",
            "--algorithm",
            "--body-digest",
            "--password-stdin",
            "--generate",
            "--stop-old-secret",
            "--json",
        ],
    ),
    verb(&["key", "rename"], KIND),
    verb(&["key", "find"], &["--secret-stdin", "--json"]),
    verb(&["key", "disable"], STATE),
    verb(&["key", "enable"], STATE),
    verb(&["key", "revoke"], STATE),
    verb(&["user", "list"], LISTED),
    verb(&["user", "sign-ins"], LISTED),
    sensitive(&["user", "add"], &["--role", "--password-stdin", "--generate", "--json", "--ssh-key", "--note"]),
    sensitive(&["user", "role"], &["--role"]),
    sensitive(&["user", "disable"], &[]),
    sensitive(&["user", "enable"], &[]),
    sensitive(&["user", "unlock"], &[]),
    sensitive(&["user", "note"], &["--note"]),
    sensitive(&["user", "passwd"], &["--password-stdin", "--generate", "--json"]),
    sensitive(&["ssh-key", "add"], &["--label", "--network", "--expires", "--json"]),
    verb(&["ssh-key", "list"], &["--all", "--json", "--jsonl"]),
    sensitive(&["ssh-key", "remove"], &[]),
    verb(&["audit", "list"], LOG),
    verb(&["audit", "verify"], &["--expect"]),
    sensitive(&["audit", "export"], &["--filter", "--who", "--type", "--key", "--from", "--until", "--format"]),
    sensitive(&["audit", "accept"], &["--trust-rows"]),
    verb(&["setting", "list"], LISTED),
    verb(&["snippet"], &[]),
    verb(
        &["sign"],
        &["--key", "--scheme", "--method", "--body", "--header", "--algorithm", "--secret-stdin", "--curl"],
    ),
    verb(&["explain"], &["--kind", "--client", "--http", "--at"]),
];

/// The flags of the command line that no verb may have here, each with the reason.
pub const REFUSED_FLAGS: &[(&str, &str)] = &[
    ("--as", "your SSH key says who you are"),
    ("--config", "the machine says where the desk is"),
    ("--data-dir", "the machine says where the desk is"),
    ("--master-key-file", "the machine says where the desk is"),
    ("--listen", "the config file of the machine says where the verifier is"),
    ("--help", "ask for it on the machine, or on any other that has keydesk"),
];

/// The verbs of the command line that there are not here, each with the reason.
pub const REFUSED_VERBS: &[(&str, &str)] = &[
    ("init", "this desk is there"),
    ("setting set", "settings are changed at the desk: ssh -t keydesk@HOST"),
    ("schema status", "it is about the database, whose owner works on the machine"),
    ("schema upgrade", "it is about the database, whose owner works on the machine"),
    ("store copy", "it writes where the Unix user of the desk may; run it on the machine"),
    ("serve", "the machine runs the verifier"),
    ("ssh authorized-keys", "it is for sshd"),
    ("ssh session", "it is for sshd"),
    ("ssh check", "it is for the operator of the machine"),
    ("ssh enable", "it is for the operator of the machine"),
    ("completions", "they are for a shell, and there is none"),
    ("man", "ask for it on the machine, or on any other that has keydesk"),
    ("demo", "it is a desk of its own, on any machine that has keydesk"),
];

/// The verb of a command, if it and its flags are in the table; else a sentence. Every word that begins with a dash is
/// taken for a flag, whatever stands before it: nothing depends on how the command line is understood later.
pub fn allowed(words: &[String]) -> Result<&'static Verb, String> {
    let found =
        VERBS.iter().find(|verb| words.len() >= verb.path.len() && verb.path.iter().zip(words).all(|(a, b)| a == b));
    let Some(verb) = found else {
        let is_begun =
            |path: &str| path.split(' ').enumerate().all(|(i, word)| words.get(i).is_some_and(|w| w == word));
        if let Some((path, why)) = REFUSED_VERBS.iter().find(|(path, _)| is_begun(path)) {
            return Err(format!("{path} is not run over SSH: {why}."));
        }
        return Err("There is no such command here. There are key, user, ssh-key, audit, setting list, snippet, sign, explain and \
                    plain, as in: ssh keydesk@HOST 'key list --json'."
            .to_owned());
    };
    for word in &words[verb.path.len()..] {
        let name = word.split('=').next().unwrap_or_default();
        let known = verb.flags.contains(&name) || (verb.sensitive && word == CONFIRM);
        if word.starts_with('-') && !["-", "--"].contains(&word.as_str()) && !known {
            let why = REFUSED_FLAGS.iter().find(|(flag, _)| *flag == name).map(|(_, why)| format!(": {why}"));
            return Err(format!("{} takes no {name} here{}.", verb.path.join(" "), why.unwrap_or_default()));
        }
    }
    Ok(verb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::words;

    fn check(command: &str) -> Result<&'static Verb, String> {
        allowed(&words(command.as_bytes()).unwrap())
    }

    #[test]
    fn flags_that_name_a_file_a_store_or_a_user_are_refused() {
        for good in [
            "key list --json",
            "key create --kind=basic --name x",
            "user add eve --role basic --confirm-stdin",
            "explain",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "key list --as alice",
            "key list --as=alice",
            "key list --data-dir /tmp",
            "key list --config /tmp/x",
            "key list --master-key-file /tmp/x",
            "key list -h",
            "key list --confirm-stdin",
            "key rename x -- --as",
            "snippet nginx --listen unix:/tmp/x",
            "--as alice key list",
            "setting set lock-minutes 1",
            "init --account x --name y",
            "serve",
            "demo",
            "ssh session --key-id 1",
            "ssh enable",
            "man",
            "key",
            "key list;",
            "/usr/lib/openssh/sftp-server",
            "scp -t x",
            "rsync --server . x",
            "sh",
            "",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
