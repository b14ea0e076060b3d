//! Layout sizes: how many rows each screen has at a terminal size. The only thing that the state knows about drawing,
//! so that it can page.

/// Smallest size; below it only one sentence is shown.
pub const SMALLEST: (u16, u16) = (60, 16);

/// Rows above the body: title and rule.
pub const HEADER: u16 = 2;
/// Rows under the body: status and hints.
pub const FOOTER: u16 = 2;
/// Rows of the details under a list: a rule and five lines.
pub const DETAILS: u16 = 6;

/// Whether the window is too small to show anything.
pub fn too_small((columns, rows): (u16, u16)) -> bool {
    columns < SMALLEST.0 || rows < SMALLEST.1
}

/// Whether details stand beside the list instead of under it.
pub fn is_wide((columns, _): (u16, u16)) -> bool {
    columns >= 110
}

/// Rows of the details under a list.
pub fn details_under(size: (u16, u16)) -> u16 {
    if is_wide(size) || size.1 < 20 { 0 } else { DETAILS }
}

/// Rows that a list of credentials has on the screen.
pub fn list_rows(size: (u16, u16)) -> usize {
    // Tabs and their mark, sections and their mark, the headings of the columns.
    usize::from(size.1.saturating_sub(HEADER + FOOTER + 5 + details_under(size)))
}

/// Rows that the trail has on the screen; under the tabs of API Settings there are two fewer.
pub fn trail_rows(size: (u16, u16), under_tabs: bool) -> usize {
    let tabs = if under_tabs { 2 } else { 0 };
    let details = if size.1 < 20 { 0 } else { DETAILS };
    usize::from(size.1.saturating_sub(HEADER + FOOTER + 1 + tabs + details))
}

/// Rows that a page to read has on the screen.
pub fn page_rows(size: (u16, u16)) -> usize {
    usize::from(size.1.saturating_sub(HEADER + FOOTER))
}

/// Most lines of a dialog, its frame left out.
pub fn dialog_rows(size: (u16, u16)) -> usize {
    usize::from(size.1.saturating_sub(HEADER + FOOTER + 2))
}

/// Columns of a dialog.
pub fn dialog_columns((columns, _): (u16, u16)) -> u16 {
    columns.saturating_sub(4).min(76)
}

/// Columns of the help overlay: where there is room for two columns of whole rows, it takes it.
pub fn help_width((columns, _): (u16, u16)) -> u16 {
    columns.saturating_sub(4).min(104)
}

/// Columns of keys in the help overlay.
pub fn help_columns(size: (u16, u16)) -> usize {
    if dialog_columns(size) >= 74 { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_that_shows_a_list_has_rows_for_it() {
        for columns in [60, 80, 109, 110, 200] {
            for rows in 16..=60 {
                assert!(!too_small((columns, rows)));
                assert!(list_rows((columns, rows)) >= 5, "{columns}x{rows}");
                assert!(trail_rows((columns, rows), true) >= 5, "{columns}x{rows}");
            }
        }
        assert_eq!(list_rows((80, 24)), 9);
        assert!(too_small((59, 16)) && too_small((60, 15)));
    }
}
