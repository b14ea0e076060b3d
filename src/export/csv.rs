//! CSV that a spreadsheet takes for text.

use std::io::{self, Write};

use crate::{hub::TrailRow, text};

/// The names of the columns.
pub const HEADER: &[u8] = b"no,at,who,via,unix,address,action,did,what,subject,before,after,count\r\n";

/// One row.
pub fn line(out: &mut impl Write, row: &TrailRow) -> io::Result<()> {
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
