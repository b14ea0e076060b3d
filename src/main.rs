//! Arguments, one command, an exit code; nothing else.

#![forbid(unsafe_code)]

use std::{process::ExitCode, sync::Arc};

use keydesk::{
    cli::{self, Next},
    demo,
    hub::HubError,
    time::SystemClock,
    tui,
};

fn main() -> ExitCode {
    cli::harden();
    ExitCode::from(match cli::run(std::env::args_os()) {
        Next::Exit(code) => code,
        Next::Desk { places, origin, appearance } => {
            ended(tui::run(&places, origin, appearance, Arc::new(SystemClock)))
        }
        Next::Session(hub, session) => {
            ended(tui::run_session(*hub, *session, Some(format!("The demo's password is: {}", demo::PASSWORD))))
        }
    })
}

/// The desk has handed the terminal back: what went wrong can be said, and has the exit code of the command line.
fn ended(desk: anyhow::Result<u8>) -> u8 {
    desk.unwrap_or_else(|why| {
        cli::say(&format!("{why:#}"));
        why.downcast_ref::<HubError>().map_or(1, HubError::exit_code)
    })
}
