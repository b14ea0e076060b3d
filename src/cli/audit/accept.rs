//! `keydesk audit accept`: accepts a store that was rolled back or altered as it is now, and recounts its keys.

use clap::Args;

use crate::cli::args::Acting;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::hub::AcceptReport;
use crate::text;

/// Arguments of `audit accept`.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    #[command(flatten)]
    acting: Acting,
    /// Accept the rows of keys, users and settings even if the activity log cannot say which of them are older copies
    #[arg(long)]
    trust_rows: bool,
}

/// Runs the command.
pub fn run(context: &Context, args: &AcceptArgs) -> Result<(), CliError> {
    let desk = context.open(&args.acting)?;
    desk.tell_of_two_primaries();
    let AcceptReport { moved, put_right, users, trail_broken } = desk.hub.accept_store(&desk.actor, args.trust_rows)?;
    let mut said = vec![
        "The store is accepted as it is, and its keys were recounted. Verifiers load it now. If an older copy was restored, everything done since is undone: look through the trail for what must be revoked again."
            .to_owned(),
    ];
    if put_right > 0 {
        said.push(format!("Older copies of rows that were corrected by the activity log: {put_right}."));
    }
    if users > 0 {
        said.push(format!(
            "Users whose rows were removed or changed, and are restored: {users}. Give each a password: `keydesk user passwd NAME --as NAME`."
        ));
    }
    if moved > 0 {
        said.push(format!("Rows beside the activity log that were moved away: {moved}."));
    }
    if trail_broken {
        said.push("The activity log itself is not whole: rows were compared only with the part of it that can still be trusted.".to_owned());
    }
    output::outcome(said.iter().map(|line| text::as_typed(line)))
}
