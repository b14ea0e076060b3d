//! `keydesk audit accept`: an old copy of the store was put back, and that is how it shall be. Or the numbers of
//! keys were changed by hand: they are counted anew.

use clap::Args;

use crate::{
    cli::{args::Acting, desk::Site, failure::Failure, out},
    hub::Accepted,
};

/// Who accepts it.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    #[command(flatten)]
    acting: Acting,
}

/// Accepts it.
pub fn run(site: &Site, args: &AcceptArgs) -> Result<(), Failure> {
    let desk = site.open(&args.acting)?;
    let Accepted { moved, put_right, trail_broken } = desk.hub.accept_store(&desk.actor)?;
    let mut said = vec![
        "The store is accepted as it is, and its keys were counted anew. Verifiers load it now. If an older copy was put back, \
         whatever was done after it was made is undone: look through the trail for what is to be revoked again."
            .to_owned(),
    ];
    if put_right > 0 {
        said.push(format!("Older copies of rows that were put right by the activity log: {put_right}."));
    }
    if moved > 0 {
        said.push(format!("Rows beside the activity log that were moved away: {moved}."));
    }
    if trail_broken {
        said.push("The activity log itself is not whole, so no row was held against it.".to_owned());
    }
    out::done(said)
}
