//! `keydesk snippet`: the configuration of a gateway with this desk's addresses.

use clap::Args;

use crate::{
    config,
    sample::{self, Gateway, SHIPPED},
    serve::ListenAddress,
};

use super::{
    args::{self, Acting},
    desk::Site,
    failure::{self, Failure},
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
    let upstream = desk.hub.overview(&desk.actor)?.upstream;
    let own = if upstream.is_some() { site.found.verifier() } else { SHIPPED.to_owned() };
    // Said here as `serve` says it: a path that lacks `unix:` is no odd path.
    let asked = args.listen.as_deref().map(|place| config::listen(place, None)).transpose()?;
    let asked = asked.as_deref().map(str::parse::<ListenAddress>).transpose();
    let asked = asked.map_err(|why| Failure::usage(why.to_string()))?;
    let verifier = asked.map_or(own, |place| place.to_string());
    let snippet = args.gateway.snippet(&verifier, &upstream.clone().unwrap_or_default()).map_err(Failure::usage)?;
    if upstream.is_none() {
        failure::say(sample::NOT_YOURS);
    }
    out::bytes(snippet.as_bytes())
}
