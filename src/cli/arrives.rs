//! Checks that standard output can be written before something is made that is shown only once.

use std::{fs, io, os::fd::BorrowedFd, os::unix::fs::MetadataExt as _};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{FileType, OFlags, Stat, fcntl_getfl, fstat},
};

use super::failure::Failure;

/// Refuses a standard output that is closed, full, or whose reader is gone. A plain `>/dev/null` is taken as intended.
pub fn check() -> Result<(), Failure> {
    let trouble = |why: &str| {
        Failure::failed(format!(
            "Standard output cannot be written: {why}. Nothing was made, for nobody would have seen it. Send it to a terminal, a \
             file or a program; or, if it is not wanted, write >/dev/null."
        ))
    };
    match wrong(rustix::stdio::stdout()) {
        Ok(None) => Ok(()),
        Ok(Some(why)) => Err(trouble(why)),
        Err(why) => Err(trouble(&io::Error::from(why).to_string())),
    }
}

/// Why nothing that is printed can arrive, where writing would not say so: Rust takes a standard output that is closed, or
/// open for reading only, for one that takes everything.
pub fn silent() -> Option<&'static str> {
    deaf(rustix::stdio::stdout()).ok().flatten()
}

fn wrong(out: BorrowedFd<'_>) -> rustix::io::Result<Option<&'static str>> {
    if let Some(why) = deaf(out)? {
        return Ok(Some(why));
    }
    let mut fds = [PollFd::new(&out, PollFlags::OUT)];
    poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
    if fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL) {
        return Ok(Some("nobody reads it any more"));
    }
    if is_device(&fstat(out)?) {
        // /dev/full says no to nothing, too.
        rustix::io::write(out, &[])?;
    }
    Ok(None)
}

fn deaf(out: BorrowedFd<'_>) -> rustix::io::Result<Option<&'static str>> {
    let mode = fcntl_getfl(out)? & OFlags::ACCMODE;
    if mode == OFlags::RDONLY {
        return Ok(Some("it is open for reading only"));
    }
    let stat = fstat(out)?;
    // In place of one that was closed Rust opens this at the start, for reading and writing; a shell opens it for writing.
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
    use std::{fs::OpenOptions, io::pipe, os::fd::AsFd as _};

    use super::*;

    fn device(path: &str, read: bool, write: bool) -> Option<bool> {
        let file = OpenOptions::new().read(read).write(write).open(path).unwrap();
        wrong(file.as_fd()).ok().map(|why| why.is_none())
    }

    #[test]
    fn what_can_be_written_and_what_cannot() {
        assert_eq!(device("/dev/null", false, true), Some(true), "asked for");
        assert_eq!(device("/dev/null", true, true), Some(false), "closed");
        assert_eq!(device("/dev/null", true, false), Some(false), "for reading");
        assert_eq!(device("/dev/full", false, true), None, "full");
        let (reader, writer) = pipe().unwrap();
        assert_eq!(wrong(writer.as_fd()), Ok(None));
        drop(reader);
        assert_eq!(wrong(writer.as_fd()), Ok(Some("nobody reads it any more")));
        let file = tempfile::tempfile().unwrap();
        assert_eq!(wrong(file.as_fd()), Ok(None));
    }
}
