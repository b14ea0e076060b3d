//! `keydesk serve`: the verifier.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use crate::config::{self, Overrides, Paths};
use crate::hub::DeskPaths;
use crate::serve::{
    self, GatewayToken, ListenAddress, ListenError, LogLevel, ReadOptions, ServeError, ServeOptions, SighupFlag,
};
use crate::time::SystemClock;

use super::error::CliError;

/// Arguments of `serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Where to listen: unix:PATH, or an address and port; may be repeated
    #[arg(long, value_name = "ADDR|unix:PATH")]
    listen: Vec<String>,
    /// The file with the token that gateways send over TCP
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    gateway_token_file: Option<PathBuf>,
}

/// Answers gateways until it is told to stop.
pub fn run(overrides: Overrides, args: &ServeArgs) -> Result<(), CliError> {
    // Before anything else: an administrator may change the config and send SIGHUP while the verifier is still starting.
    let sighup = SighupFlag::register().map_err(ServeError::from)?;
    serve::init_log();
    let listen = args.listen.iter().map(|place| config::typed_listen(place, None)).collect::<Result<Vec<_>, _>>()?;
    let token = args.gateway_token_file.as_deref().map(config::typed_path).transpose()?;
    let options = options(&config::resolve(&overrides)?, &listen, token.as_ref())?;
    let read_options: ReadOptions = Arc::new(move || {
        let paths = config::resolve(&overrides).map_err(|why| why.to_string())?;
        self::options(&paths, &listen, token.as_ref()).map_err(|why| why.to_string())
    });
    Ok(serve::run(options, &read_options, &sighup)?)
}

fn options(paths: &Paths, listen: &[String], token: Option<&PathBuf>) -> Result<ServeOptions, ServeError> {
    let named = if listen.is_empty() { &paths.serve.listen } else { listen };
    let mut listen = named.iter().map(|text| text.parse()).collect::<Result<Vec<ListenAddress>, ListenError>>()?;
    if listen.is_empty() {
        listen.push(default_socket(paths)?);
    }
    let token = token.or(paths.serve.gateway_token_file.as_ref());
    let token = token.map(|path| GatewayToken::read(path, paths.is_from_systemd(path))).transpose()?;
    let log = LogLevel::read(paths.serve.log.as_deref())?;
    let places = DeskPaths { store: paths.store_of.verifier.clone(), ..paths.places() };
    Ok(ServeOptions { places, listen, token, log, clock: Arc::new(SystemClock) })
}

/// In the runtime directory that systemd made for the unit, or else beside the database.
fn default_socket(paths: &Paths) -> Result<ListenAddress, ListenError> {
    let given = std::env::var_os("RUNTIME_DIRECTORY").filter(|dir| !dir.is_empty());
    match given {
        Some(dir) => Ok(ListenAddress::Unix(PathBuf::from(dir).join("verifier.sock"))),
        None => paths.verifier().parse(),
    }
}

impl From<ServeError> for CliError {
    fn from(why: ServeError) -> Self {
        Self::Message { code: why.exit_code(), sentence: why.to_string() }
    }
}
