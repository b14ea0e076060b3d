//! Arguments, one command, an exit code; nothing else.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use keydesk::cli::{self, Next};

fn main() -> ExitCode {
    cli::harden();
    let code = match cli::run(std::env::args_os()) {
        Next::Exit(code) => code,
        Next::Desk { .. } | Next::Session(..) => {
            cli::say("The screen is not built in yet.");
            1
        }
    };
    ExitCode::from(code)
}
