//! `keydesk audit accept`: an old copy of the store was put back, and that is how it shall be. Or the numbers of
//! keys were changed by hand: they are counted anew.

use clap::Args;

use crate::cli::{args::Acting, desk::Site, failure::Failure, out};

/// Who accepts it.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    #[command(flatten)]
    acting: Acting,
}

/// Accepts it.
pub fn run(site: &Site, args: &AcceptArgs) -> Result<(), Failure> {
    let desk = site.open(&args.acting)?;
    desk.hub.accept_store(&desk.actor)?;
    out::lines([
        "The store is accepted as it is, and its keys were counted anew. Verifiers load it now. If an older copy was put back, \
         whatever was done after it was made is undone: look through the trail for what is to be revoked again.",
    ])
}
