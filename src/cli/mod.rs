//! The command line: everything the desk can do, for scripts. It calls `hub` and nothing below it.
//!
//! Nothing here opens the screen: [`run`] returns that to `main` as [`Next`].

mod anew;
mod args;
mod arrives;
mod audit;
mod completions;
mod dashes;
mod desk;
mod explain;
mod failure;
mod init;
mod key;
mod man;
mod out;
mod password;
mod process;
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
    config::{self, Appearance, Face, Wishes},
    demo,
    export::json,
    hub::{DeskPaths, Hub, Origin, Session},
    time::SystemClock,
};

use args::{CommandLine, FaceArgs, Verb};
use desk::Site;
use failure::Failure;

pub use anew::anew;
pub use failure::say;
pub use process::harden;

/// What is left to do after the verb ran.
pub enum Next {
    /// End with this exit code.
    Exit(u8),
    /// Open the desk at these places: Set-up or Sign-in.
    Desk {
        /// The frontend: whole screen or line by line.
        face: Face,
        /// Paths of the desk.
        places: DeskPaths,
        /// Unix user and client address of this process.
        origin: Origin,
        /// Path of the appearance file of this Unix user.
        appearance: PathBuf,
        /// Address of the verifier for gateways.
        verifier: String,
    },
    /// Open this desk, signed in.
    Session(Face, Box<Hub>, Box<Session>),
}

/// Parses the command line and runs the verb.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Next {
    let args: Vec<_> = args.into_iter().collect();
    if let Some(wrong) = dashes::swallowed(&command(), &args) {
        return Next::Exit(Failure::usage(wrong).tell());
    }
    let next = match CommandLine::try_parse_from(args) {
        Ok(line) => dispatch(line),
        Err(wrong) => return Next::Exit(usage::tell(&wrong)),
    };
    next.unwrap_or_else(|failure| Next::Exit(failure.tell()))
}

/// The clap definition, for tests that hold the documentation against it.
pub fn command() -> clap::Command {
    CommandLine::command()
}

fn dispatch(line: CommandLine) -> Result<Next, Failure> {
    let CommandLine { places, face: FaceArgs { plain }, verb } = line;
    if plain && !matches!(verb, None | Some(Verb::Demo(_))) {
        return Err(Failure::usage("--plain opens the desk line by line. A command needs no desk: leave --plain out."));
    }
    let face = |plain, remembered: Option<&str>| Face::choose(plain, std::env::var("TERM").ok().as_deref(), remembered);
    let site = |wishes: Wishes| -> Result<Site, Failure> {
        Ok(Site { found: config::found(&wishes)?, origin: process::origin(), clock: Arc::new(SystemClock) })
    };
    match verb {
        None => {
            let Site { found, origin, .. } = site(places.wishes(None))?;
            let appearance = Appearance::beside(&found.config);
            let face = face(plain, Appearance::read(&appearance).face.as_deref());
            let (places, verifier) = (found.places(), found.verifier());
            return Ok(Next::Desk { face, places, origin, appearance, verifier });
        }
        Some(Verb::Demo(shown)) => {
            let (hub, session) = demo::open(&process::origin())?;
            return Ok(Next::Session(face(plain || shown.plain, None), Box::new(hub), Box::new(session)));
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
        Some(Verb::Serve(args)) => serve::run(places.wishes(None), &args)?,
    }
    Ok(Next::Exit(0))
}
