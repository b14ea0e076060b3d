//! `keydesk audit export`: the trail as JSON Lines or CSV.

use std::io::{self, BufWriter, Write};

use clap::Args;

use crate::cli::args::{self, Acting};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output::{self, ListFormat, Printer};
use crate::export::Format;
use crate::hub::TrailRow;

use super::list::PartArgs;

/// What to write.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    part: PartArgs,
    /// JSON Lines, or CSV for a spreadsheet
    #[arg(long, default_value = "jsonl", value_parser = args::one_of(&Format::ALL, Format::as_str))]
    format: Format,
}

/// Runs the command.
pub fn run(context: &Context, args: ExportArgs) -> Result<(), CliError> {
    output::require_open()?;
    let desk = context.open(&args.acting)?;
    match args.format {
        Format::JsonLines => {
            let mut printer = Printer::new(ListFormat::JsonLines, desk.hub.now());
            args.part.pages(&desk, |rows| printer.page(rows))?;
            printer.finish("")
        }
        Format::Csv => {
            let mut out = BufWriter::new(io::stdout().lock());
            let (mut begun, now) = (false, desk.hub.now());
            args.part.pages(&desk, |rows| {
                // Only with the first page: a refused user gets no header either.
                if !std::mem::replace(&mut begun, true) {
                    Format::Csv.header::<TrailRow>(&mut out)?;
                }
                Ok(rows.iter().try_for_each(|row| Format::Csv.row(&mut out, row, now))?)
            })?;
            Ok(out.flush()?)
        }
    }
}
