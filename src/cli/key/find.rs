//! `keydesk key find`: whose is a secret that turned up where it should not be?

use std::{
    io::{self, IsTerminal as _},
    time::Instant,
};

use clap::Args;

use crate::{
    cli::{args::Acting, desk::Site, failure::Failure, out, password, progress::Progress, silent::Silent},
    hub::Cancel,
};

use super::{called, list::KeyJson};

const NOT_FOUND: u8 = 4;

/// Where the secret comes from.
#[derive(Debug, Args)]
pub struct FindArgs {
    #[command(flatten)]
    acting: Acting,
    /// Read the secret from the first line of standard input instead of asking for it
    #[arg(long)]
    secret_stdin: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Names the credential.
pub fn run(site: &Site, args: FindArgs) -> Result<(), Failure> {
    let desk = site.open(&args.acting)?;
    let secret = match (args.secret_stdin, io::stdin().is_terminal()) {
        (true, _) => password::read_stdin("secret")?,
        (false, true) => Silent::open()?.ask("Secret: ")?,
        (false, false) => return Err(Failure::usage("There is no terminal to ask on. Use --secret-stdin.")),
    };
    let mut progress = Progress::new(io::stderr().is_terminal(), Instant::now());
    let compared = &mut |n| progress.show(format_args!("compared with {n} secrets"));
    let found = desk.hub.find_by_secret(&desk.actor, &secret, &Cancel::default(), compared);
    progress.clear();
    match (found?, args.json) {
        (Some(row), true) => out::document(&KeyJson::new(&row, desk.hub.now())),
        (Some(row), false) => out::lines([
            format!("It is the secret of {}, which is {}.", called(&row), row.condition(desk.hub.now()).words()),
            format!(
                "To stop it: keydesk key rotate {} --kind {} --as {} --overlap none",
                row.key, row.kind, args.acting.name
            ),
        ]),
        (None, _) => {
            let sentence = "No credential has or had this secret. Look whether it was copied whole.".to_owned();
            Err(Failure::Said { code: NOT_FOUND, sentence })
        }
    }
}
