//! The command line as clap parses it: global flags, verbs, and the arguments that verbs share.

use std::{env, ffi::OsString, path::PathBuf};

use clap::{
    Args, Parser, Subcommand, ValueHint,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};

use crate::{
    account::Role,
    config::Wishes,
    credential::{Kind, Overlap},
    time::is_never,
};

use super::{
    audit::AuditVerb, completions::CompletionsArgs, explain::ExplainArgs, init::InitArgs, key::KeyVerb, out::Form,
    serve::ServeArgs, setting::SettingVerb, sign::SignArgs, snippet::SnippetArgs, user::UserVerb,
};

/// A self-hosted desk for API credentials. Without a command it opens the desk in this terminal.
#[derive(Debug, Parser)]
#[command(name = "keydesk", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct CommandLine {
    #[command(flatten)]
    pub places: PlaceArgs,
    #[command(flatten)]
    pub face: FaceArgs,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong command line or input, 3 not allowed, 4 not found, 5 conflict, \
                          6 store unavailable.";

/// Where things are.
#[derive(Clone, Debug, Args)]
pub struct PlaceArgs {
    /// Directory of the database [env: KEYDESK_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data_dir: Option<PathBuf>,
    /// The config file; the master key lies beside it unless another is named [env: KEYDESK_CONFIG]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// The file with the master key [env: KEYDESK_MASTER_KEY_FILE]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub master_key_file: Option<PathBuf>,
}

impl PlaceArgs {
    /// The wishes of flags and environment; an empty variable is one that is not set.
    pub fn wishes(self, store: Option<String>) -> Wishes {
        let path = |name| env::var_os(name).filter(|v: &OsString| !v.is_empty()).map(PathBuf::from);
        Wishes {
            data_dir: self.data_dir.or_else(|| path("KEYDESK_DATA_DIR")),
            config: self.config.or_else(|| path("KEYDESK_CONFIG")),
            master_key_file: self.master_key_file.or_else(|| path("KEYDESK_MASTER_KEY_FILE")),
            store,
            state_dir: path("KEYDESK_STATE_DIR"),
            // Of several that a unit has the first.
            state_directory: path("STATE_DIRECTORY").and_then(|dirs| env::split_paths(&dirs).next()),
            credentials_directory: path("CREDENTIALS_DIRECTORY"),
        }
    }
}

/// What can be done without the screen.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Set up a new desk: account, first Administrator, master key
    Init(InitArgs),
    /// Create, list and change credentials
    #[command(subcommand)]
    Key(KeyVerb),
    /// List, add and change users
    #[command(subcommand)]
    User(UserVerb),
    /// Read and check the trail
    #[command(subcommand)]
    Audit(AuditVerb),
    /// List and change what the desk and its verifiers follow (Administrators)
    #[command(subcommand)]
    Setting(SettingVerb),
    /// Print the configuration of a gateway with this desk's addresses
    Snippet(SnippetArgs),
    /// Answer gateways: is this request's credential good?
    Serve(ServeArgs),
    /// Print the fields of a signed request
    Sign(SignArgs),
    /// Say what the verifier answers to a request on standard input, and why (Administrators)
    Explain(ExplainArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
    /// Open a filled desk in memory, for looking around; nothing is written to disk
    Demo(FaceArgs),
}

/// How a desk is shown.
#[derive(Clone, Copy, Debug, Args)]
pub struct FaceArgs {
    /// Open the desk line by line, for screen readers and dumb terminals
    #[arg(long)]
    pub plain: bool,
}

/// Who acts. Whoever can read the database and the master key owns the desk, so no password is asked for.
#[derive(Clone, Debug, Args)]
pub struct Acting {
    /// The user who acts; the trail says so, with your Unix user
    #[arg(id = "as", long = "as", value_name = "NAME")]
    pub name: String,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, Args)]
pub struct FormArgs {
    /// Print one JSON array
    #[arg(long)]
    json: bool,
    /// Print one JSON document a line
    #[arg(long, conflicts_with = "json")]
    jsonl: bool,
}

/// Who asks for a list, and how it is printed.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub acting: Acting,
    #[command(flatten)]
    pub form: FormArgs,
}

impl From<FormArgs> for Form {
    fn from(args: FormArgs) -> Self {
        match args {
            FormArgs { json: true, .. } => Self::Json,
            FormArgs { jsonl: true, .. } => Self::JsonLines,
            _ => Self::Table,
        }
    }
}

/// Reads one of a fixed set of words; help lists them.
pub fn one_of<T>(all: &'static [T], word: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    let words = PossibleValuesParser::new(all.iter().map(|t| word(*t)));
    words.try_map(move |text| all.iter().copied().find(|t| word(*t) == text).ok_or("unknown"))
}

/// Reads how long an old secret lives on; `never` is `none`.
pub fn overlap() -> impl TypedValueParser<Value = Overlap> {
    let value = |overlap: Overlap| {
        let value = PossibleValue::new(overlap.as_str());
        if overlap == Overlap::None { value.alias("never") } else { value }
    };
    PossibleValuesParser::new(Overlap::ALL.map(value)).try_map(|text| {
        let text = if is_never(&text) { Overlap::None.as_str() } else { &text };
        Overlap::ALL.into_iter().find(|overlap| overlap.as_str().eq_ignore_ascii_case(text)).ok_or("unknown")
    })
}

/// Reads `basic`, `hmac` or `legacy`.
pub fn kind() -> impl TypedValueParser<Value = Kind> {
    one_of(&Kind::ALL, Kind::as_str)
}

/// Reads `administrator`, `advanced` or `basic`.
pub fn role() -> impl TypedValueParser<Value = Role> {
    one_of(&Role::ALL, Role::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        <CommandLine as clap::CommandFactory>::command().debug_assert();
    }
}
