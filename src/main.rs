//! Arguments, one command, an exit code; nothing else.

#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::sync::Arc;

use keydesk::cli::{self, Next};
use keydesk::hub::HubError;
use keydesk::time::SystemClock;
use keydesk::tui;

fn main() -> ExitCode {
    cli::harden();
    let done = match cli::run(std::env::args_os()) {
        Next::Exit(code) => Ok(code),
        Next::Desk { places, origin } => tui::run(&places, origin, Arc::new(SystemClock)),
        Next::Session(hub, session) => tui::run_session(*hub, *session),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(why) => {
            cli::say(&why.to_string());
            ExitCode::from(why.downcast_ref::<HubError>().map_or(1, HubError::exit_code))
        }
    }
}
