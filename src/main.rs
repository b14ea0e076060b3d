//! The program: arguments, one command, an exit code.

#![forbid(unsafe_code)]

use std::{process::ExitCode, sync::Arc};

use keydesk::{
    cli::{self, Next},
    config::{After, Face},
    demo,
    hub::HubError,
    plain,
    time::SystemClock,
    tui,
};

fn main() -> ExitCode {
    cli::harden();
    ExitCode::from(match cli::run(std::env::args_os()) {
        Next::Exit(code) => code,
        Next::Desk { face: Face::Screen, places, origin, appearance, verifier } => {
            ended(tui::run(&places, origin, appearance, verifier, Arc::new(SystemClock)))
        }
        Next::Desk { face: Face::Lines, places, origin, appearance, verifier } => {
            ended(plain::run(&places, &origin, appearance, &verifier, Arc::new(SystemClock)))
        }
        Next::Session(Face::Screen, hub, session) => ended(tui::run_session(*hub, *session, Some(demo_password()))),
        Next::Session(Face::Lines, hub, session) => ended(plain::run_session(*hub, *session, &demo_password())),
    })
}

/// Only the demo opens a desk that somebody is signed in to already, and nobody else knows how to unlock it.
fn demo_password() -> String {
    format!("The demo's password is: {}", demo::PASSWORD)
}

/// The desk has handed the terminal back: what went wrong can be said, and has the exit code of the command line.
fn ended(desk: anyhow::Result<After>) -> u8 {
    match desk {
        Ok(After::Exit(code)) => code,
        Ok(After::Open(face)) => {
            cli::say(&cli::anew(face));
            1
        }
        Err(why) => {
            cli::say(&format!("{why:#}"));
            why.downcast_ref::<HubError>().map_or(1, HubError::exit_code)
        }
    }
}
