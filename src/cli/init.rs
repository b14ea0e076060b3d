//! `keydesk init`: set-up without the screen.

use std::sync::Arc;

use clap::Args;

use crate::{
    config::{Remembered, remember_store},
    hub::{Conflict, Hub, HubError, OpenOutcome, SetUp},
};

use super::{arrives, desk::Site, failure::Failure, out, password};

/// What set-up asks for.
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
    /// Where to keep the data: a path or sqlite:PATH; remembered in the config file
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
}

/// Makes the desk, once.
pub fn run(site: &Site, args: InitArgs) -> Result<(), Failure> {
    arrives::check()?;
    let places = site.found.places();
    // Before anybody types a password for nothing.
    if let OpenOutcome::Ready(_) = Hub::open(&places, Arc::clone(&site.clock))? {
        return Err(HubError::Conflict(Conflict::SetUpDone).into());
    }
    let password = password::new_password(&args.name, args.password_stdin)?;
    let wanted = SetUp { account: args.account, name: args.name, password };
    let remembered = remember(site)?;
    if let Err(why) = Hub::set_up(&places, Arc::clone(&site.clock), &wanted, &site.origin) {
        // After a conflict the desk of a faster one is there, and may be found by this very line.
        if let (Some(remembered), false) = (remembered, matches!(why, HubError::Conflict(_))) {
            remembered.undo();
        }
        return Err(why.into());
    }
    out::done([
        format!("The desk of {} is ready; its first Administrator is {}.", wanted.account.trim(), wanted.name),
        format!("Database    {}", site.found.database.display()),
        format!("Master key  {}", site.found.master_key.path.display()),
        "Keep a copy of the master key elsewhere: without it nothing in this desk works.".to_owned(),
    ])
}

/// Before the desk is made: a line in a file that names a desk to come does no harm, a desk that no start finds does.
fn remember(site: &Site) -> Result<Option<Remembered>, Failure> {
    match &site.found.default_database {
        Some(default) if *default == site.found.database => Ok(None),
        _ => Ok(remember_store(&site.found.config, &site.found.database)?),
    }
}
