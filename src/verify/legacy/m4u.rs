//! M4U text: `m4u`, `USER=`, `PASSWORD=`, more header lines, the messages; every line ended by CR LF (L2).

use crate::secret::Secret;
use crate::verify::legacy::Login;

/// Reads what follows the first line.
pub(super) fn read(body: &[u8]) -> Option<Login> {
    let (user, body) = line(body, b"USER=")?;
    let (password, mut body) = line(body, b"PASSWORD=")?;
    // A second name or password among the header lines would let two readers see two of them.
    loop {
        let (header, rest) = split_line(body);
        if !is_header(header) {
            break;
        }
        if header.starts_with(b"USER=") || header.starts_with(b"PASSWORD=") {
            return None;
        }
        let Some(rest) = rest else { break };
        body = rest;
    }
    // "Use message ids": not part of the name.
    let user = user.strip_suffix(b"#").unwrap_or(user);
    Some(Login { user: user.to_vec(), password: Secret::new(password.to_vec()) })
}

/// The value of the next line, which must have this name and be ended.
fn line<'a>(body: &'a [u8], name: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (line, rest) = split_line(body);
    Some((line.strip_prefix(name)?, rest?))
}

/// The next line, and what follows it if it is ended.
fn split_line(body: &[u8]) -> (&[u8], Option<&[u8]>) {
    match body.windows(2).position(|pair| pair == b"\r\n") {
        Some(end) => (&body[..end], Some(&body[end + 2..])),
        None => (body, None),
    }
}

/// Capital letters and `=`.
fn is_header(line: &[u8]) -> bool {
    let capitals = line.iter().take_while(|b| b.is_ascii_uppercase()).count();
    capitals > 0 && line.get(capitals) == Some(&b'=')
}
