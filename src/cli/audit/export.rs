//! `keydesk audit export`: the trail as JSON Lines or CSV.

use std::io::{self, BufWriter, Write};

use clap::Args;

use crate::{
    cli::{
        args::{self, Acting},
        desk::Site,
        failure::Failure,
        out::{self, Form, Printer},
    },
    export::Format,
};

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

/// Writes it.
pub fn run(site: &Site, args: ExportArgs) -> Result<(), Failure> {
    out::heard()?;
    let desk = site.open(&args.acting)?;
    match args.format {
        Format::JsonLines => {
            let mut printer = Printer::new(Form::JsonLines, desk.hub.now());
            args.part.pages(&desk, |rows| printer.page(rows))?;
            printer.finish("")
        }
        Format::Csv => {
            let mut out = BufWriter::new(io::stdout().lock());
            let mut begun = false;
            args.part.pages(&desk, |rows| {
                // With the first page, which a refused user does not get.
                if !std::mem::replace(&mut begun, true) {
                    Format::Csv.header(&mut out)?;
                }
                Ok(rows.iter().try_for_each(|row| Format::Csv.row(&mut out, row))?)
            })?;
            Ok(out.flush()?)
        }
    }
}
