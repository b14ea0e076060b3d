//! Text from users: what it may contain, and how it is sanitised for display.
//!
//! A leaf. [`offence`] validates at entry, [`safe`] escapes at display (TUI, CLI tables and logs alike), [`fit`] and
//! [`wrap`] cut by terminal columns.

mod advice;
mod number;
mod wrap;

use std::borrow::Cow;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

pub use advice::{as_typed, by_ssh_key};
pub use number::grouped;
pub use wrap::{LongWords, wrap};

/// Whether a character could fake, hide or move text: control, format, bidi, zero-width, private-use, unassigned.
pub fn is_harmful(c: char) -> bool {
    use GeneralCategory as G;
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    if is_plain(c) {
        return false;
    }
    matches!(
        c.general_category(),
        G::Control
            | G::Format
            | G::PrivateUse
            | G::Surrogate
            | G::Unassigned
            | G::LineSeparator
            | G::ParagraphSeparator
    ) || is_invisible(c)
}

/// Letters with accents, box drawing, shapes and dingbats: blocks without gaps that hold nothing harmful and no accent of
/// its own, so that most of what a screen draws needs no look at the tables of Unicode.
fn is_plain(c: char) -> bool {
    matches!(c, '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{24F}' | '\u{2500}'..='\u{27BF}')
}

/// Characters of harmless categories that draw nothing: fillers, variation selectors, blank Braille.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}'
        | '\u{180B}'..='\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The first character of `text` that no name may hold, named for a person: `U+202E (invisible)`.
pub fn offence(text: &str) -> Option<String> {
    text.chars().find(|c| is_harmful(*c)).map(|c| {
        let what = match c {
            '\t' => "a tab",
            '\n' | '\r' => "a line break",
            '\u{1b}' => "the escape character",
            c if c.is_control() => "a control character",
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' => {
                "turns the direction of writing"
            }
            '\u{200D}' => "joins signs to one, as in some emoji",
            c if c.width().unwrap_or(0) == 0 => "cannot be seen",
            _ => "has no agreed meaning",
        };
        format!("U+{:04X} ({what})", u32::from(c))
    })
}

/// The text as it may be shown anywhere: harmful characters become `<U+202E>`, stacked accents end after four.
///
/// Idempotent: what it returns holds nothing harmful.
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut accents = 0;
    for c in text.chars() {
        accents = if is_accent(c) { accents + 1 } else { 0 };
        match c {
            c if is_harmful(c) => shown.push_str(&format!("<U+{:04X}>", u32::from(c))),
            // A pile of accents climbs over the lines above it.
            _ if accents > 4 => {}
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

fn is_accent(c: char) -> bool {
    use GeneralCategory as G;
    !c.is_ascii() && !is_plain(c) && matches!(c.general_category(), G::NonspacingMark | G::EnclosingMark)
}

/// Columns that safe text takes on a terminal.
pub fn width(text: &str) -> usize {
    text.width()
}

/// [`safe`] text cut to `columns`, with `…` (or `~` for ASCII terminals) where something was left out.
pub fn fit(text: &str, columns: usize, ellipsis: char) -> String {
    let text = safe(text);
    if text.width() <= columns {
        return text.into_owned();
    }
    let room = columns.saturating_sub(ellipsis.width().unwrap_or(1));
    let mut cut = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used > room {
            break;
        }
        cut.push_str(grapheme);
    }
    if columns > 0 {
        cut.push(ellipsis);
    }
    cut
}

/// [`safe`] text cut to `columns` in its middle, so that names that differ at their ends stay apart.
pub fn fit_middle(text: &str, columns: usize, ellipsis: char) -> String {
    let text = safe(text);
    if text.width() <= columns {
        return text.into_owned();
    }
    let room = columns.saturating_sub(ellipsis.width().unwrap_or(1));
    let part = |graphemes: &mut dyn Iterator<Item = &str>, room: usize| {
        let mut used = 0;
        let fits = |grapheme: &&str| {
            used += grapheme.width();
            used <= room
        };
        graphemes.take_while(fits).map(str::len).sum::<usize>()
    };
    let head = part(&mut text.graphemes(true), room.div_ceil(2));
    let left = room - text[..head].width();
    let tail = text.len() - part(&mut text.graphemes(true).rev(), left);
    let cut = if columns > 0 { ellipsis.to_string() } else { String::new() };
    format!("{}{cut}{}", &text[..head], &text[tail..])
}

/// [`fit`], filled up with blanks to exactly `columns`.
pub fn pad(text: &str, columns: usize, ellipsis: char) -> String {
    let mut fitted = fit(text, columns, ellipsis);
    let missing = columns.saturating_sub(fitted.width());
    fitted.extend(std::iter::repeat_n(' ', missing));
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_cut_in_its_middle() {
        assert_eq!(fit_middle("crm-alert-prod-024", 18, '…'), "crm-alert-prod-024");
        assert_eq!(fit_middle("crm-alert-prod-024", 11, '…'), "crm-a…d-024");
        assert_eq!(fit_middle("支払い-支払い-015", 10, '…'), "支払…い-015".replace("い-015", "-015"));
        assert_eq!(fit_middle("abc", 1, '…'), "…");
        assert_eq!(fit_middle("abc", 0, '…'), "");
    }

    #[test]
    fn the_fast_path_agrees_with_the_unicode_tables() {
        for c in ('\0'..=char::MAX).filter(|c| is_plain(*c)) {
            let category = c.general_category();
            assert!(!matches!(
                category,
                GeneralCategory::Unassigned
                    | GeneralCategory::Format
                    | GeneralCategory::Control
                    | GeneralCategory::PrivateUse
                    | GeneralCategory::NonspacingMark
                    | GeneralCategory::EnclosingMark
            ));
            assert!(!is_invisible(c), "{c:?}");
        }
    }

    #[test]
    fn characters_that_hide_or_move_text_are_named() {
        for (text, said) in [
            ("a\u{1b}[31m", "U+001B (the escape character)"),
            ("a\u{7}", "U+0007 (a control character)"),
            ("a\u{9b}", "U+009B (a control character)"),
            ("a\u{202e}b", "U+202E (turns the direction of writing)"),
            ("pay\u{200b}pal", "U+200B (cannot be seen)"),
            ("a\u{e0041}", "U+E0041 (cannot be seen)"),
            ("a\tb", "U+0009 (a tab)"),
            ("\u{e000}", "U+E000 (has no agreed meaning)"),
        ] {
            assert_eq!(offence(text).as_deref(), Some(said), "{text:?}");
        }
        for fine in ["crm-sync", "支払い-batch", "naïve café", "emoji 🔑", "Ελληνικά", "עברית"] {
            assert_eq!(offence(fine), None, "{fine}");
        }
    }

    #[test]
    fn wide_text_is_cut_between_characters() {
        assert_eq!(fit("支払い-batch", 5, '…'), "支払…");
        assert_eq!(fit("支払い-batch", 6, '~'), "支払~");
        assert_eq!(pad("支払", 6, '…'), "支払  ");
        assert_eq!(fit("abc", 0, '…'), "");
    }

    proptest! {
        #[test]
        fn safe_text_is_harmless_and_stays_so(text in any::<String>()) {
            let once = safe(&text).into_owned();
            prop_assert!(!once.chars().any(is_harmful));
            prop_assert_eq!(safe(&once).into_owned(), once);
        }

        #[test]
        fn fitted_text_fits(text in any::<String>(), columns in 0usize..90) {
            prop_assert!(width(&fit(&text, columns, '…')) <= columns);
            prop_assert_eq!(width(&pad(&text, columns, '…')), columns);
        }
    }
}
