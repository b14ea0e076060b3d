//! Why a verifier does not start or does not go on.

use std::io;

use crate::hub::HubError;
use crate::vault::VaultError;

use crate::serve::http::gateway_token::TokenError;
use crate::serve::http::listen_address::ListenError;
use crate::serve::telemetry::log::LogLevelError;

/// Why a verifier does not start or does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The desk cannot be read.
    #[error(transparent)]
    Desk(#[from] HubError),
    /// There is no desk at the path.
    #[error(
        "There is no desk at {0}. Run `keydesk init --account ACCOUNT --name NAME`, or name another place with --data-dir or --config."
    )]
    NoDesk(String),
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The token cannot be read.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The log level is not understood.
    #[error(transparent)]
    LogLevel(#[from] LogLevelError),
    /// The state directory cannot be used.
    #[error("The directory {0} cannot be made: {1}. Check `state_dir` in the config.")]
    State(String, io::Error),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No threads or no event queue.
    #[error("The system gave the verifier no threads ({0}). Try again with fewer other processes.")]
    System(#[from] io::Error),
}

impl ServeError {
    /// The exit code of the command line.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Desk(why) => why.exit_code(),
            Self::NoDesk(_) | Self::State(..) => 6,
            Self::Listen(ListenError::NotAnAddress(_) | ListenError::NoToken(_))
            | Self::Token(_)
            | Self::LogLevel(_) => 2,
            Self::Listen(ListenError::InUse(_) | ListenError::NotASocket(_) | ListenError::WrongOwner(..)) => 5,
            Self::Listen(_) | Self::Vault(_) | Self::System(_) => 1,
        }
    }
}
