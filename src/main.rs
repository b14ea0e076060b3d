//! The program: arguments, one command, an exit code.

#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::sync::Arc;

use keydesk::cli::{self, Next};
use keydesk::config::{ExitAction, Frontend};
use keydesk::hub::HubError;
use keydesk::time::SystemClock;
use keydesk::{demo, plain, tui};

fn main() -> ExitCode {
    cli::harden();
    ExitCode::from(match cli::run(std::env::args_os()) {
        Next::Exit(code) => code,
        Next::Desk { frontend, places, origin, appearance, verifier, keep_tmux_buffer: keep } => {
            let clock = Arc::new(SystemClock);
            ended(match frontend {
                Frontend::Screen => tui::run(&places, origin, appearance, verifier, keep, clock),
                Frontend::Lines => plain::run(&places, &origin, appearance, &verifier, keep, clock),
            })
        }
        Next::Session { frontend, hub, session, keep_tmux_buffer: keep } => ended(match frontend {
            Frontend::Screen => tui::run_session(*hub, *session, Some(demo_password()), keep),
            Frontend::Lines => plain::run_session(*hub, *session, &demo_password(), keep),
        }),
        Next::KeySession { frontend, hub, session, verifier } => ended(match frontend {
            Frontend::Screen => tui::run_key_session(*hub, *session, verifier),
            Frontend::Lines => plain::run_key_session(*hub, *session, &verifier),
        }),
    })
}

/// Only the demo opens a desk that somebody is signed in to already, and nobody else knows how to unlock it.
fn demo_password() -> String {
    format!("This is the demo: nothing is kept. Its users' password is: {}", demo::PASSWORD)
}

/// The desk has handed the terminal back: what went wrong can be said, and has the exit code of the command line.
fn ended(desk: anyhow::Result<ExitAction>) -> u8 {
    match desk {
        Ok(ExitAction::Exit(code)) => code,
        Ok(ExitAction::Open(frontend)) => {
            cli::stderr_line(&cli::reexec(frontend));
            1
        }
        Err(why) => {
            cli::stderr_line(&format!("{why:#}"));
            why.downcast_ref::<HubError>().map_or(1, HubError::exit_code)
        }
    }
}
