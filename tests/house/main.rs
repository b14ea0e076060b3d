//! The rules of the house, read from its own text: which module may use which, how long a file may be, what no line
//! may hold; and that the documentation says what the program does.

mod commands;
mod dependencies;
mod documents;
mod layout;
mod lengths;
mod source;
mod ssh_verbs;
mod stores;
mod style;
mod tables;

use source::{code, read, root, sources, walk};

/// Who may use whom. What is not here may not: `tui` and `cli` never meet, and nothing but `main` opens the screen.
const MAY_USE: &[(&str, &[&str])] = &[
    ("files", &[]),
    ("progress", &[]),
    ("secret", &[]),
    ("escape_sequence", &[]),
    ("terminal", &[]),
    ("text", &[]),
    ("time", &[]),
    ("credential", &["secret", "text", "time"]),
    ("account", &["credential", "secret", "time"]),
    ("sample", &["credential", "text"]),
    ("vault", &["files", "secret", "time"]),
    ("store", &["files"]),
    ("hub", &["account", "credential", "files", "sample", "secret", "store", "text", "time", "vault"]),
    ("verify", &["credential", "secret", "time", "vault"]),
    ("serve", &["credential", "files", "hub", "secret", "time", "vault", "verify"]),
    ("config", &["files", "hub", "text", "vault"]),
    ("copy_as", &["credential", "sample", "secret", "time", "verify"]),
    ("ssh", &["account", "credential", "hub", "time"]),
    ("demo", &["account", "credential", "hub", "secret", "time"]),
    ("export", &["credential", "files", "hub", "text", "time"]),
    (
        "cli",
        &[
            "account",
            "config",
            "credential",
            "demo",
            "export",
            "hub",
            "progress",
            "sample",
            "secret",
            "escape_sequence",
            "serve",
            "ssh",
            "terminal",
            "text",
            "time",
            "verify",
        ],
    ),
    ("clipboard", &["secret"]),
    (
        "plain",
        &[
            "account",
            "clipboard",
            "config",
            "credential",
            "hub",
            "progress",
            "sample",
            "secret",
            "escape_sequence",
            "terminal",
            "text",
            "time",
        ],
    ),
    (
        "tui",
        &[
            "account",
            "clipboard",
            "config",
            "copy_as",
            "credential",
            "export",
            "hub",
            "progress",
            "sample",
            "secret",
            "escape_sequence",
            "terminal",
            "text",
            "time",
        ],
    ),
];

/// Longest file.
const LINES: usize = 400;
