//! `keydesk key rotate`.

use clap::Args;

use crate::cli::args::{self, Acting};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::credential::{Kind, Overlap};

use super::deliver::{self, Made};

/// Arguments of `key rotate`.
#[derive(Debug, Args)]
pub struct RotateArgs {
    /// A key, a Legacy username, or an id
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    acting: Acting,
    /// How long the old secret keeps working; none if it leaked
    #[arg(long, ignore_case = true, value_parser = args::overlap(), allow_hyphen_values = true)]
    overlap: Overlap,
    /// Its kind, if two kinds share the key
    #[arg(long, value_parser = args::kind())]
    kind: Option<Kind>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Rotates the secret and prints the new one.
pub fn run(context: &Context, args: RotateArgs) -> Result<(), CliError> {
    output::require_writable()?;
    let desk = context.open(&args.acting)?;
    let row = desk.find(&args.key, args.kind)?;
    let issued = desk.hub.rotate(&desk.actor, row.target(), args.overlap)?;
    deliver::hand_out(&issued, Made::Rotated, args.json, desk.actor.user.as_str())
}
