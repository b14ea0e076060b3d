//! Arguments that commands share, and what is wrong with a command line that clap refuses or misreads.

pub mod clap_error;
pub mod swallowed_flags;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};

use crate::account::Role;
use crate::config::{ConfigError, Overrides};
use crate::credential::{Kind, Overlap};
use crate::hub::ListOrder;
use crate::time::is_never;

use super::output::ListFormat;

/// The config file of a desk that serves a machine.
const MACHINE_CONFIG: &str = "/etc/keydesk/config.toml";

/// Where things are.
#[derive(Clone, Debug, Args)]
pub struct PlaceArgs {
    /// Directory of the database [env: KEYDESK_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data_dir: Option<PathBuf>,
    /// The config file; the master key is beside it by default [env: KEYDESK_CONFIG]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// The file with the master key [env: KEYDESK_MASTER_KEY_FILE]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub master_key_file: Option<PathBuf>,
}

impl PlaceArgs {
    /// The overrides of flags alone: sshd's processes believe no environment.
    pub fn given(self) -> Overrides {
        Overrides {
            data_dir: self.data_dir,
            config: self.config,
            master_key_file: self.master_key_file,
            ..Overrides::default()
        }
    }

    /// The overrides of flags, and the config that the block of sshd names. Everything else in the environment may be of a client.
    pub fn or_of_sshd(self) -> Overrides {
        let config = self.config.clone().or_else(|| of_environment("KEYDESK_CONFIG"));
        Overrides { config, ..self.given() }
    }

    /// The same as of the environment, with the config of the machine where nothing names one: an operator who checks it is root.
    pub fn or_of_the_machine(self) -> Overrides {
        let given = self.overrides(None);
        let config = given.config.or_else(|| Some(PathBuf::from(MACHINE_CONFIG)));
        Overrides { config, ..given }
    }

    /// The overrides of flags and environment; an empty variable is one that is not set.
    pub fn overrides(self, store: Option<String>) -> Overrides {
        let path = of_environment;
        Overrides {
            data_dir: self.data_dir.or_else(|| path("KEYDESK_DATA_DIR")),
            config: self.config.or_else(|| path("KEYDESK_CONFIG")),
            master_key_file: self.master_key_file.or_else(|| path("KEYDESK_MASTER_KEY_FILE")),
            store,
            copy_to: None,
            store_variable: env::var_os("KEYDESK_STORE").filter(|store| !store.is_empty()),
            pass_file: path("PGPASSFILE"),
            state_dir: path("KEYDESK_STATE_DIR"),
            // The first, if a unit has several.
            state_directory: path("STATE_DIRECTORY").and_then(|dirs| env::split_paths(&dirs).next()),
            credentials_directory: path("CREDENTIALS_DIRECTORY"),
        }
    }
}

fn of_environment(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value: &OsString| !value.is_empty()).map(PathBuf::from)
}

/// How a desk is shown.
#[derive(Clone, Copy, Debug, Args)]
pub struct FrontendArgs {
    /// Open the desk line by line, for screen readers and dumb terminals
    #[arg(long)]
    pub plain: bool,
    /// Leave what is copied in a paste buffer of tmux too, for prefix ]; it stays until it is deleted there
    #[arg(long)]
    pub keep_tmux_buffer: bool,
}

/// Who acts. Whoever can read the database and the master key owns the desk, so no password is asked for.
#[derive(Clone, Debug, Args)]
pub struct Acting {
    /// The user who acts [env: KEYDESK_AS]; noted with your Unix user
    #[arg(id = "as", long = "as", value_name = "NAME")]
    name: Option<String>,
}

impl Acting {
    /// Who was named by the flag, or else by the environment; an empty variable is one that is not set.
    pub fn named(&self) -> Result<Option<String>, ConfigError> {
        match (&self.name, env::var_os("KEYDESK_AS").filter(|name| !name.is_empty())) {
            (Some(name), _) => Ok(Some(name.clone())),
            (None, Some(name)) => name.into_string().map(Some).map_err(|_| ConfigError::Variable("KEYDESK_AS")),
            (None, None) => Ok(None),
        }
    }
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, Args)]
pub struct ListFormatArgs {
    /// Print one JSON array
    #[arg(long)]
    json: bool,
    /// Print one JSON document per line
    #[arg(long, conflicts_with = "json")]
    jsonl: bool,
}

/// Who asks for a list, and how it is printed.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub acting: Acting,
    #[command(flatten)]
    pub format: ListFormatArgs,
}

impl From<ListFormatArgs> for ListFormat {
    fn from(args: ListFormatArgs) -> Self {
        match args {
            ListFormatArgs { json: true, .. } => Self::Json,
            ListFormatArgs { jsonl: true, .. } => Self::JsonLines,
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

/// Reads the order of a list of credentials.
pub fn order() -> impl TypedValueParser<Value = ListOrder> {
    one_of(&ListOrder::ALL, ListOrder::as_str)
}

/// Reads the word of a role.
pub fn role() -> impl TypedValueParser<Value = Role> {
    one_of(&Role::ALL, Role::as_str)
}
