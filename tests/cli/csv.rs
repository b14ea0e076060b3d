//! The trail as CSV, as a program reads it that knows no more than which sign separates the columns.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::desk::{Desk, need};

/// Names that hold formulas.
const NAMES: [&str; 9] =
    ["x;=1+1;y", "=1+1", "'=1+1", "''@SUM(A1)", "a|+1|b", "a,-1,b", "＝1+1", "x; \"=1+1\"", "x;\"\"=cmd"];

const READER: &str = r"
import csv, io, sys
signs = tuple('=+-@\uff1d\uff0b\uff0d\uff20')
text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8', newline='').read()
for separator in ',;\t|':
    for row in csv.reader(io.StringIO(text, newline=''), delimiter=separator):
        for cell in row:
            if cell.lstrip(' \t\r\n\u00a0\u3000\x22').startswith(signs):
                sys.exit('with %r: %r' % (separator, cell))
rows = list(csv.DictReader(io.StringIO(text, newline='')))
print(len(rows))
";

#[test]
fn no_csv_column_is_a_formula_whatever_the_separator() {
    if !need("python3") {
        return;
    }
    let desk = Desk::ready();
    for name in NAMES {
        desk.create(&["--kind", "basic", &format!("--name={name}"), &format!("--note={name}")]);
    }
    let csv = desk.run(&["audit", "export", "--as", "alice", "--format", "csv"]).done().out;
    let mut python = Command::new("python3");
    python.args(["-c", READER]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = python.spawn().unwrap();
    child.stdin.take().unwrap().write_all(csv.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = String::from_utf8_lossy(&output.stdout).into_owned();
    let first: usize = rows.lines().next().unwrap().parse().unwrap();
    assert!(first >= NAMES.len(), "{rows}");
}

/// A file that begins with a head looks whole.
#[test]
fn a_refused_export_writes_nothing_to_standard_output() {
    let desk = Desk::ready();
    for who in ["chen", "dora", "nobody"] {
        for format in ["csv", "jsonl"] {
            let refused = desk.run(&["audit", "export", "--as", who, "--format", format]);
            assert_eq!(refused.out, "", "{who} {format}");
            assert_ne!(refused.code, Some(0), "{who} {format}");
        }
        for verb in [
            &["audit", "list", "--json"][..],
            &["audit", "verify"],
            &["setting", "list", "--json"],
            &["user", "list", "--json"],
        ] {
            let refused = desk.run(&[verb, &["--as", who]].concat());
            assert!(refused.out.is_empty() && refused.code != Some(0), "{who} {verb:?}: {}", refused.out);
        }
    }
    let wrong = desk.run(&["audit", "export", "--as", "alice", "--format", "csv", "--from", "soon"]);
    assert_eq!(wrong.out, "");
    let none = desk.run(&["audit", "export", "--as", "alice", "--format", "csv", "--until", "1999-01-01"]).done();
    assert!(none.out.starts_with("no,at,who") && none.out.lines().count() == 1, "{}", none.out);
}
