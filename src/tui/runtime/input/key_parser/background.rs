//! What the terminal says of its background, in answer to the one question that the desk asks it.

use zeroize::Zeroizing;

/// Most bytes of a string that are kept: an answer is shorter.
const LONGEST: usize = 40;

/// The text of a control string, as far as it is kept.
#[derive(Default)]
pub(super) struct Told(Zeroizing<Vec<u8>>);

impl Told {
    /// One byte more.
    pub(super) fn push(&mut self, byte: u8) {
        if self.0.len() < LONGEST {
            self.0.push(byte);
        }
    }

    /// The string is over, or was none.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether the background is light, if that is what the string says: `11;rgb:ffff/ffff/ffff`.
    pub(super) fn is_light(&self) -> Option<bool> {
        let text = std::str::from_utf8(&self.0).ok()?;
        let value = text.trim_end_matches('\x1b').strip_prefix("11;rgb")?;
        let value = value.strip_prefix(':').or_else(|| value.strip_prefix("a:"))?;
        let mut parts = value.split('/').map(|part| {
            let most = 16_u32.checked_pow(u32::try_from(part.len()).ok()?)?.checked_sub(1).filter(|most| *most > 0)?;
            let n = u32::from_str_radix(part, 16).ok().filter(|_| part.len() <= 4)?;
            Some(f64::from(n) / f64::from(most))
        });
        let [red, green, blue] = [parts.next()??, parts.next()??, parts.next()??];
        Some(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light(text: &str) -> Option<bool> {
        let mut told = Told::default();
        text.bytes().for_each(|byte| told.push(byte));
        told.is_light()
    }

    #[test]
    fn the_answer_is_read_in_every_length() {
        assert_eq!(light("11;rgb:0000/0000/0000"), Some(false));
        assert_eq!(light("11;rgb:ffff/ffff/eeee\x1b"), Some(true));
        assert_eq!(light("11;rgb:2e/34/40"), Some(false));
        assert_eq!(light("11;rgba:f/f/f/8"), Some(true));
        for other in ["", "11;", "11;rgb:", "11;rgb://", "11;rgb:zz/0/0", "11;rgb:00000/0/0", "10;rgb:f/f/f", "52;c;x"]
        {
            assert_eq!(light(other), None, "{other:?}");
        }
    }
}
