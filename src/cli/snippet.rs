//! `keydesk snippet`: the configuration of a gateway with this desk's addresses.

use clap::Args;

use crate::sample::Gateway;

use super::{
    args::{self, Acting},
    desk::Site,
    failure::Failure,
    out,
};

/// What `snippet` takes.
#[derive(Debug, Args)]
pub struct SnippetArgs {
    /// Which gateway
    #[arg(value_parser = args::one_of(&Gateway::ALL, Gateway::name))]
    gateway: Gateway,
    #[command(flatten)]
    acting: Acting,
    /// Where the verifier listens: unix:PATH, or an address and port; as the config file says unless given
    #[arg(long, value_name = "ADDR|unix:PATH")]
    listen: Option<String>,
}

/// Prints it.
pub fn run(site: &Site, args: &SnippetArgs) -> Result<(), Failure> {
    let desk = site.open(&args.acting)?;
    let upstream = desk.hub.overview(&desk.actor)?.addresses.1;
    let verifier = args.listen.clone().unwrap_or_else(|| site.found.verifier());
    let snippet = args.gateway.snippet(&verifier, &upstream).map_err(Failure::usage)?;
    out::bytes(snippet.as_bytes())
}
