//! The XML declaration: version 1.x, an encoding that is UTF-8 or a part of it (L3).

use crate::verify::legacy::xml::chars::{Malformed, is_space};

/// What follows the declaration, if there is one.
pub(super) fn skip(text: &str) -> Result<&str, Malformed> {
    let Some(rest) = text.strip_prefix("<?xml").filter(|rest| rest.starts_with(is_space)) else { return Ok(text) };
    let (inside, document) = rest.split_once("?>").ok_or(Malformed)?;
    let mut rest = inside;
    let version = pseudo_attribute(&mut rest, "version").ok_or(Malformed)?;
    let minor = version.strip_prefix("1.").ok_or(Malformed)?;
    if minor.is_empty() || !minor.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Malformed);
    }
    if let Some(encoding) = pseudo_attribute(&mut rest, "encoding") {
        let ascii = encoding.eq_ignore_ascii_case("us-ascii") && document.is_ascii();
        if !ascii && !encoding.eq_ignore_ascii_case("utf-8") {
            return Err(Malformed);
        }
    }
    if pseudo_attribute(&mut rest, "standalone").is_some_and(|value| value != "yes" && value != "no") {
        return Err(Malformed);
    }
    if rest.trim_matches(is_space).is_empty() { Ok(document) } else { Err(Malformed) }
}

/// White space, name, `=`, and a quoted value; skips nothing if that is not next.
fn pseudo_attribute<'a>(rest: &mut &'a str, name: &str) -> Option<&'a str> {
    let after = rest.strip_prefix(is_space)?.trim_start_matches(is_space).strip_prefix(name)?;
    let after = after.trim_start_matches(is_space).strip_prefix('=')?.trim_start_matches(is_space);
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, after) = after[1..].split_once(quote)?;
    *rest = after;
    Some(value)
}
