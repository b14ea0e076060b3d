//! `keydesk key rotate`.

use clap::Args;

use crate::cli::args::{self, Acting};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::credential::{Kind, Overlap};
use crate::hub::{Cancel, Watch};

use super::deliver::{self, Made};

/// Arguments of `key rotate`.
#[derive(Debug, Args)]
pub struct RotateArgs {
    /// Keys, Legacy usernames, or ids
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<String>,
    #[command(flatten)]
    acting: Acting,
    /// How long the old secrets keep working; none if they leaked
    #[arg(long, ignore_case = true, value_parser = args::overlap(), allow_hyphen_values = true)]
    overlap: Overlap,
    /// Their kind, if two kinds share a key
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
    /// Print one JSON document; an array for several keys
    #[arg(long)]
    json: bool,
}

/// Rotates all of them in one transaction and prints the new secrets.
pub fn run(context: &Context, args: RotateArgs) -> Result<(), CliError> {
    output::require_writable()?;
    let desk = context.open(&args.acting)?;
    let targets = desk.targets(&args.keys, args.kind)?;
    let (cancel, mut progress) = (Cancel::default(), |_| {});
    let mut watch = Watch::new(&cancel, &mut progress);
    let issued = desk.hub.rotate_many(&desk.actor, &targets, args.overlap, &mut watch)?;
    match (issued.as_slice(), args.keys.len()) {
        ([one], 1) => deliver::hand_out(one, Made::Rotated, args.json, desk.actor.user.as_str()),
        (all, _) => deliver::hand_out_all(all, args.json, desk.actor.user.as_str()),
    }
}
