//! The command line: everything the desk can do, for scripts. It calls `hub` and nothing below it.
//!
//! Nothing here opens the screen: [`run`] hands that back to `main` as [`Next`].

mod args;
mod audit;
mod completions;
mod desk;
mod explain;
mod failure;
mod init;
mod key;
mod man;
mod out;
mod password;
mod process;
mod progress;
mod serve;
mod setting;
mod sign;
mod silent;
mod snippet;
mod usage;
mod user;

use std::{ffi::OsString, path::PathBuf, sync::Arc};

use clap::{CommandFactory as _, Parser as _};

use crate::{
    config::{self, Appearance, Wishes},
    demo,
    export::json,
    hub::{Hub, Origin, Places, Session},
    time::SystemClock,
};

use args::{CommandLine, Verb};
use desk::Site;
use failure::Failure;

pub use failure::say;
pub use process::harden;

/// What is left to do after the command line was read.
pub enum Next {
    /// Nothing: end with this code.
    Exit(u8),
    /// Open the desk at these places: Set-up or Sign-in.
    Desk {
        /// How it is shown.
        face: Face,
        /// Where it is.
        places: Places,
        /// Who sits there.
        origin: Origin,
        /// The file with how it looks for this Unix user.
        appearance: PathBuf,
        /// Where gateways find the verifier.
        verifier: String,
    },
    /// Open this desk, signed in.
    Session(Face, Box<Hub>, Box<Session>),
}

/// How the desk is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// On the whole screen.
    Screen,
    /// Line by line.
    Lines,
}

impl Face {
    /// As `--plain` says, or as a terminal has it that can do no more.
    fn choose(plain: bool, term: Option<&str>) -> Self {
        if plain || term == Some("dumb") { Self::Lines } else { Self::Screen }
    }
}

/// Reads the command line and does what it says.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Next {
    let next = match CommandLine::try_parse_from(args) {
        Ok(line) => dispatch(line),
        Err(wrong) => return Next::Exit(usage::tell(&wrong)),
    };
    next.unwrap_or_else(|failure| Next::Exit(failure.tell()))
}

/// The clap definition, for tests that hold the README against it.
pub fn command() -> clap::Command {
    CommandLine::command()
}

fn dispatch(line: CommandLine) -> Result<Next, Failure> {
    let CommandLine { places, plain, verb } = line;
    let face = Face::choose(plain, std::env::var("TERM").ok().as_deref());
    let site = |wishes: Wishes| -> Result<Site, Failure> {
        Ok(Site { found: config::found(&wishes)?, origin: process::origin(), clock: Arc::new(SystemClock) })
    };
    match verb {
        None => {
            let Site { found, origin, .. } = site(places.wishes(None))?;
            let appearance = Appearance::beside(&found.config);
            let (places, verifier) = (found.places(), found.verifier());
            return Ok(Next::Desk { face, places, origin, appearance, verifier });
        }
        Some(Verb::Demo) => {
            let (hub, session) = demo::open(&process::origin())?;
            return Ok(Next::Session(face, Box::new(hub), Box::new(session)));
        }
        Some(Verb::Completions(args)) => completions::run(command(), &args)?,
        Some(Verb::Man) => man::run(command())?,
        Some(Verb::Init(args)) => init::run(&site(places.wishes(args.store.clone()))?, args)?,
        Some(Verb::Key(verb)) => key::run(&site(places.wishes(None))?, verb)?,
        Some(Verb::User(verb)) => user::run(&site(places.wishes(None))?, verb)?,
        Some(Verb::Audit(verb)) => audit::run(&site(places.wishes(None))?, verb)?,
        Some(Verb::Setting(verb)) => setting::run(&site(places.wishes(None))?, verb)?,
        Some(Verb::Snippet(args)) => snippet::run(&site(places.wishes(None))?, &args)?,
        Some(Verb::Explain(args)) => explain::run(&site(places.wishes(None))?, &args)?,
        Some(Verb::Sign(args)) => sign::run(&args)?,
        Some(Verb::Serve(args)) => serve::run(&site(places.wishes(None))?, &args)?,
    }
    Ok(Next::Exit(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_or_a_dumb_terminal_chooses_lines() {
        for (plain, term, face) in [
            (false, Some("xterm-256color"), Face::Screen),
            (false, None, Face::Screen),
            (false, Some("dumb"), Face::Lines),
            (true, Some("xterm-256color"), Face::Lines),
        ] {
            assert_eq!(Face::choose(plain, term), face);
        }
    }
}
