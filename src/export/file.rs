//! The export file: newly created, readable by its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::files::ProtectedPlaces;
use crate::hub::{HubError, InputField};
use crate::time::Millis;

use super::{Exported, Format};

/// The result of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Absolute path of the file.
    pub path: PathBuf,
    /// Number of rows.
    pub rows: u64,
}

/// Takes one page of rows.
type Page<'a, R> = dyn FnMut(&[R]) -> Result<(), HubError> + 'a;

/// Writes what `pages` hands on into a new file. It is made with the first page, so a refusal leaves none behind, and
/// taken away again when something goes wrong on the way: half a list must not pass for a whole one.
pub fn to_file<R: Exported>(
    path: &Path,
    forbidden: &ProtectedPlaces,
    format: Format,
    now: Millis,
    pages: impl FnOnce(&mut Page<'_, R>) -> Result<(), HubError>,
) -> Result<Written, HubError> {
    let path = forbidden.new_file(path).map_err(|why| invalid(crate::text::safe(&why.to_string()).into_owned()))?;
    let (mut out, mut rows) = (None, 0);
    let written = pages(&mut |page| {
        if out.is_none() {
            out = Some(create::<R>(&path, format)?);
        }
        if let Some(out) = &mut out {
            page.iter().try_for_each(|row| format.row(out, row, now)).map_err(|why| unwritable(&path, &why))?;
        }
        rows += page.len() as u64;
        Ok(())
    });
    let Some(out) = out else { return written.map(|()| Written { path, rows }) };
    let kept = written.and_then(|()| finish(out).map_err(|why| unwritable(&path, &why)));
    match kept {
        Ok(()) => Ok(Written { path, rows }),
        Err(why) => {
            let _ = fs::remove_file(&path);
            Err(why)
        }
    }
}

fn create<R: Exported>(path: &Path, format: Format) -> Result<BufWriter<File>, HubError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut out = BufWriter::new(file.map_err(|why| unwritable(path, &why))?);
    format.header::<R>(&mut out).map_err(|why| unwritable(path, &why))?;
    Ok(out)
}

fn finish(mut out: BufWriter<File>) -> std::io::Result<()> {
    out.flush()?;
    out.get_ref().sync_all()
}

fn unwritable(path: &Path, why: &std::io::Error) -> HubError {
    let path = crate::text::safe(&path.display().to_string()).into_owned();
    let sentence = match why.kind() {
        ErrorKind::AlreadyExists => format!("{path} exists already and is not overwritten. Choose another name."),
        _ => format!("{path} cannot be written: {why}. Choose another place."),
    };
    invalid(sentence)
}

fn invalid(sentence: String) -> HubError {
    HubError::Invalid { field: InputField::Other, sentence }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::hub::TrailRow;

    #[test]
    fn the_file_is_new_private_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("trail.csv");
        let written =
            to_file::<TrailRow>(&path, &ProtectedPlaces::default(), Format::Csv, Millis(0), |page| page(&[])).unwrap();
        assert_eq!(written, Written { path: path.clone(), rows: 0 });
        assert!(fs::read_to_string(&path).unwrap().starts_with("no,at,who"));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = to_file::<TrailRow>(&path, &ProtectedPlaces::default(), Format::Csv, Millis(0), |page| page(&[]))
            .unwrap_err();
        assert!(again.to_string().contains("exists already and is not overwritten"), "{again}");
        assert!(path.exists());
    }

    #[test]
    fn what_went_wrong_leaves_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("trail.jsonl");
        let refused = to_file::<TrailRow>(&path, &ProtectedPlaces::default(), Format::JsonLines, Millis(0), |_| {
            Err(HubError::PasswordNeeded)
        });
        assert!(matches!(refused, Err(HubError::PasswordNeeded)) && !path.exists());
        let broken = to_file::<TrailRow>(&path, &ProtectedPlaces::default(), Format::JsonLines, Millis(0), |page| {
            page(&[]).and(Err(HubError::Unknown))
        });
        assert!(matches!(broken, Err(HubError::Unknown)) && !path.exists());
        let nowhere = to_file::<TrailRow>(
            &dir.path().join("none/trail"),
            &ProtectedPlaces::default(),
            Format::Csv,
            Millis(0),
            |page| page(&[]),
        )
        .unwrap_err();
        assert!(nowhere.to_string().contains("cannot be written"), "{nowhere}");
    }
}
