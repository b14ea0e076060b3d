//! Checks that standard output can be written before something is made that is shown only once.

use std::os::fd::BorrowedFd;
use std::os::unix::fs::MetadataExt as _;
use std::{fs, io};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, OFlags, Stat, fcntl_getfl, fstat};

use crate::cli::error::CliError;

/// Refuses a standard output that is closed, full, or whose reader is gone. A plain `>/dev/null` is taken as intended.
pub fn require_writable() -> Result<(), CliError> {
    let trouble = |why: &str| {
        CliError::failed(format!(
            "Standard output cannot be written: {why}. Nothing was made, because nobody would have seen it. Send it to a terminal, a \
             file or a program; or, to discard it, write >/dev/null."
        ))
    };
    match trouble_with(rustix::stdio::stdout()) {
        Ok(None) => Ok(()),
        Ok(Some(why)) => Err(trouble(why)),
        Err(why) => Err(trouble(&io::Error::from(why).to_string())),
    }
}

/// Why standard output takes nothing, where a write would succeed all the same: Rust discards what is printed to one that is
/// closed or open for reading only.
pub fn unwritable_reason() -> Option<&'static str> {
    discards_output(rustix::stdio::stdout()).ok().flatten()
}

fn trouble_with(out: BorrowedFd<'_>) -> rustix::io::Result<Option<&'static str>> {
    if let Some(why) = discards_output(out)? {
        return Ok(Some(why));
    }
    let mut fds = [PollFd::new(&out, PollFlags::OUT)];
    poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
    if fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL) {
        return Ok(Some("its reader is gone"));
    }
    if is_device(&fstat(out)?) {
        // /dev/full refuses even an empty write.
        rustix::io::write(out, &[])?;
    }
    Ok(None)
}

fn discards_output(out: BorrowedFd<'_>) -> rustix::io::Result<Option<&'static str>> {
    let mode = fcntl_getfl(out)? & OFlags::ACCMODE;
    if mode == OFlags::RDONLY {
        return Ok(Some("it is open for reading only"));
    }
    let stat = fstat(out)?;
    // If it was closed, Rust opens /dev/null in its place at start, for reading and writing; a shell opens it for writing only.
    Ok((mode == OFlags::RDWR && is_device(&stat) && is_null(&stat)).then_some("it is closed"))
}

fn is_device(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice
}

fn is_null(stat: &Stat) -> bool {
    fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == stat.st_rdev)
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::pipe;
    use std::os::fd::AsFd as _;

    use super::*;

    fn device(path: &str, read: bool, write: bool) -> Option<bool> {
        let file = OpenOptions::new().read(read).write(write).open(path).unwrap();
        trouble_with(file.as_fd()).ok().map(|why| why.is_none())
    }

    #[test]
    fn closed_full_and_readerless_outputs_are_noticed() {
        assert_eq!(device("/dev/null", false, true), Some(true), "asked for");
        assert_eq!(device("/dev/null", true, true), Some(false), "closed");
        assert_eq!(device("/dev/null", true, false), Some(false), "for reading");
        assert_eq!(device("/dev/full", false, true), None, "full");
        let (reader, writer) = pipe().unwrap();
        assert_eq!(trouble_with(writer.as_fd()), Ok(None));
        drop(reader);
        assert_eq!(trouble_with(writer.as_fd()), Ok(Some("its reader is gone")));
        let file = tempfile::tempfile().unwrap();
        assert_eq!(trouble_with(file.as_fd()), Ok(None));
    }
}
