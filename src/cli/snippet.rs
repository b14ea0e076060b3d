//! `keydesk snippet`: the configuration of a gateway with this desk's addresses.

use clap::Args;

use crate::config;
use crate::sample::{self, Gateway, SHIPPED};
use crate::serve::ListenAddress;

use super::args::{self, Acting};
use super::context::Context;
use super::error::{self, CliError};
use super::output;

/// Arguments of `snippet`.
#[derive(Debug, Args)]
pub struct SnippetArgs {
    /// Which gateway
    #[arg(value_parser = args::one_of(&Gateway::ALL, Gateway::name))]
    gateway: Gateway,
    #[command(flatten)]
    acting: Acting,
    /// Where the verifier listens: unix:PATH, or an address and port; by default what the config file says
    #[arg(long, value_name = "ADDR|unix:PATH")]
    listen: Option<String>,
}

/// Runs the command.
pub fn run(context: &Context, args: &SnippetArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    let upstream = desk.hub.overview(&desk.actor)?.upstream;
    let own = if upstream.is_some() { context.paths.verifier() } else { SHIPPED.to_owned() };
    // Parsed as `serve` does: a path without `unix:` must be an error of the same words.
    let asked = args.listen.as_deref().map(|place| config::typed_listen(place, None)).transpose()?;
    let asked = asked.as_deref().map(str::parse::<ListenAddress>).transpose();
    let asked = asked.map_err(|why| CliError::usage(why.to_string()))?;
    let verifier = asked.map_or(own, |place| place.to_string());
    let snippet = args.gateway.snippet(&verifier, &upstream.clone().unwrap_or_default()).map_err(CliError::usage)?;
    if upstream.is_none() {
        error::stderr_line(sample::NOT_YOURS);
    }
    output::bytes(snippet.as_bytes())
}
