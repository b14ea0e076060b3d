//! `keydesk init`: set-up without the screen.

use std::sync::Arc;

use clap::Args;

use crate::config::{Remembered, remember_store};
use crate::hub::{Conflict, Hub, HubError, OpenOutcome, SetUp, StorePlace};

use super::context::Context;
use super::error::CliError;
use super::{output, password_prompt};

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Name of the account: your organisation
    #[arg(long, value_name = "ACCOUNT", allow_hyphen_values = true)]
    account: String,
    /// Name of the first Administrator, for example alice
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
    /// Where to keep the data: a path, sqlite:PATH or postgres://USER@HOST/DATABASE; saved in the config file
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
}

/// Runs the command.
pub fn run(context: &Context, args: InitArgs) -> Result<(), CliError> {
    output::require_writable()?;
    let places = context.paths.places();
    // Checked before anybody types a password for nothing.
    match places.store {
        StorePlace::Sqlite(_) => {
            if let OpenOutcome::Ready(_) = Hub::open(&places, Arc::clone(&context.clock))? {
                return Err(HubError::Conflict(Conflict::SetUpDone).into());
            }
        }
        // A desk of others, whose master key is not on this machine, is one too.
        StorePlace::Postgres(_) => Hub::require_nothing(&places)?,
    }
    let password = password_prompt::new_password(&args.name, args.password_stdin)?;
    let wanted = SetUp { account: args.account, name: args.name, password };
    let remembered = remember(context)?;
    match Hub::set_up(&places, Arc::clone(&context.clock), &wanted, &context.origin) {
        Ok(hub) => context.watch(hub.unconfirmed()),
        Err(why) => {
            // After a conflict somebody else's desk exists, and may be found by this very line; and one that is there may be
            // found where nobody knows whether it is.
            let may_be_there = matches!(why, HubError::Conflict(_) | HubError::Failed(_) | HubError::Unknown);
            if let (Some(remembered), false) = (remembered, may_be_there) {
                remembered.undo();
            }
            return Err(why.into());
        }
    }
    output::outcome([
        format!("The desk of {} is ready; its first Administrator is {}.", wanted.account.trim(), wanted.name),
        format!("Database    {}", context.paths.store),
        format!("Master key  {}", context.paths.master_key.path.display()),
        "Keep a copy of the master key elsewhere: without it nothing in this desk works.".to_owned(),
    ])
}

/// Called before the desk is made: a config line for a desk that is still to come does no harm, but a desk that no
/// later start finds does.
fn remember(context: &Context) -> Result<Option<Remembered>, CliError> {
    match &context.paths.remembered {
        None => Ok(None),
        Some(url) => Ok(remember_store(&context.paths.config, &context.paths.store, url)?),
    }
}
