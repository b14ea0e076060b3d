//! `keydesk audit export`: the trail as JSON Lines or CSV.

use std::io::{self, BufWriter, Write};

use clap::Args;

use crate::{
    cli::{
        args::{self, Acting},
        desk::Site,
        failure::Failure,
        out::{Form, Printer},
    },
    hub::TrailRow,
    text,
};

use super::list::PartArgs;

/// What another program reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    JsonLines,
    Csv,
}

impl Format {
    const ALL: [Self; 2] = [Self::JsonLines, Self::Csv];

    fn as_str(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
        }
    }
}

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
    let desk = site.open(&args.acting)?;
    match args.format {
        Format::JsonLines => {
            let mut printer = Printer::new(Form::JsonLines, desk.hub.now());
            args.part.pages(&desk, |rows| printer.page(rows))?;
            printer.finish("")
        }
        Format::Csv => {
            let mut out = BufWriter::new(io::stdout().lock());
            out.write_all(HEADER)?;
            args.part.pages(&desk, |rows| Ok(rows.iter().try_for_each(|row| line(&mut out, row))?))?;
            Ok(out.flush()?)
        }
    }
}

const HEADER: &[u8] = b"no,at,who,via,unix,address,action,did,what,subject,before,after,count\r\n";

fn line(out: &mut impl Write, row: &TrailRow) -> io::Result<()> {
    let (no, at, count) = (row.no.to_string(), row.at.rfc3339(), row.count.to_string());
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    let cells = [
        no,
        at,
        or_empty(&row.who),
        or_empty(&row.via),
        or_empty(&row.unix),
        or_empty(&row.address),
        row.action.clone(),
        row.did.clone(),
        row.what.clone(),
        or_empty(&row.subject),
        or_empty(&row.before),
        or_empty(&row.after),
        count,
    ];
    let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

/// A cell of RFC 4180 that no spreadsheet takes for a formula: a name may begin with `=`.
fn cell(given: &str) -> String {
    let shown = text::safe(given);
    let formula = shown.starts_with(['=', '+', '-', '@']);
    let harmless = if formula { format!("'{shown}") } else { shown.into_owned() };
    match harmless.contains([',', '"', '\'']) {
        true => format!("\"{}\"", harmless.replace('"', "\"\"")),
        false => harmless,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        for (given, wanted) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("two\nlines", "two<U+000A>lines"),
            ("\t=1", "<U+0009>=1"),
        ] {
            assert_eq!(cell(given), wanted, "{given:?}");
        }
    }
}
