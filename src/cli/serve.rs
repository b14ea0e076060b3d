//! `keydesk serve`: the verifier.

use std::{path::PathBuf, sync::Arc};

use clap::Args;

use crate::{
    config::{self, Found, Wishes},
    serve::{
        self, GatewayToken, ListenAddress, ListenError, LogLevel, ReadOptions, ServeError, ServeOptions, SighupFlag,
    },
    time::SystemClock,
};

use super::failure::Failure;

/// What `serve` takes.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Where to listen: unix:PATH, or an address and port; may be given more than once
    #[arg(long, value_name = "ADDR|unix:PATH")]
    listen: Vec<String>,
    /// The file with the token that gateways send over TCP
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    gateway_token_file: Option<PathBuf>,
}

/// Answers gateways until it is told to stop.
pub fn run(wishes: Wishes, args: &ServeArgs) -> Result<(), Failure> {
    // First of all: an administrator who changes the config may not know that the verifier is still starting.
    let sighup = SighupFlag::register().map_err(ServeError::from)?;
    serve::init_log();
    let listen = args.listen.iter().map(|place| config::listen(place, None)).collect::<Result<Vec<_>, _>>()?;
    let token = args.gateway_token_file.as_deref().map(config::meant).transpose()?;
    let options = options(&config::found(&wishes)?, &listen, token.as_ref())?;
    let read_options: ReadOptions = Arc::new(move || {
        let found = config::found(&wishes).map_err(|why| why.to_string())?;
        self::options(&found, &listen, token.as_ref()).map_err(|why| why.to_string())
    });
    Ok(serve::run(options, &read_options, &sighup)?)
}

fn options(found: &Found, listen: &[String], token: Option<&PathBuf>) -> Result<ServeOptions, ServeError> {
    let named = if listen.is_empty() { &found.serve.listen } else { listen };
    let mut listen = named.iter().map(|text| text.parse()).collect::<Result<Vec<ListenAddress>, ListenError>>()?;
    if listen.is_empty() {
        listen.push(default_socket(found)?);
    }
    let token = token.or(found.serve.gateway_token_file.as_ref());
    let token = token.map(|path| GatewayToken::read(path, found.is_from_systemd(path))).transpose()?;
    let log = LogLevel::read(found.serve.log.as_deref())?;
    Ok(ServeOptions { places: found.places(), listen, token, log, clock: Arc::new(SystemClock) })
}

/// In the directory that systemd made for the unit; else beside the database.
fn default_socket(found: &Found) -> Result<ListenAddress, ListenError> {
    let given = std::env::var_os("RUNTIME_DIRECTORY").filter(|dir| !dir.is_empty());
    match given {
        Some(dir) => Ok(ListenAddress::Unix(PathBuf::from(dir).join("verifier.sock"))),
        None => found.verifier().parse(),
    }
}

impl From<ServeError> for Failure {
    fn from(why: ServeError) -> Self {
        Self::Said { code: why.exit_code(), sentence: why.to_string() }
    }
}
