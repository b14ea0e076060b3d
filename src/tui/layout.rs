//! Layout sizes: how many rows each screen has at a terminal size. The only thing that the state knows about drawing,
//! so that it can page.
//!
//! Row 0 has the place and the user, row 1 the tabs, row 2 the sections, row 3 the heads of the columns. Under the rows
//! of a list stand its status line, the panel of the selected row, and the hints.

/// Smallest size; below it only one sentence is shown.
pub const SMALLEST: (u16, u16) = (60, 16);

/// The row of the tabs; blank where there are none.
pub const TABS: u16 = 1;
/// The first row of what a screen shows under the tabs.
pub const TOP: u16 = 2;
/// The hint line.
pub const HINTS: u16 = 1;
/// The status line.
pub const STATUS: u16 = 1;
/// Columns of the panel beside a list, its edge left out.
pub const BESIDE: u16 = 47;

/// Whether the window is too small to show anything.
pub fn too_small((columns, rows): (u16, u16)) -> bool {
    columns < SMALLEST.0 || rows < SMALLEST.1
}

/// Whether the panel stands beside the list of credentials instead of under it.
pub fn is_wide((columns, _): (u16, u16)) -> bool {
    columns >= 110
}

/// Whether the menu shows the whole desk.
pub fn has_dashboard((columns, rows): (u16, u16)) -> bool {
    is_wide((columns, rows)) && rows >= 38
}

/// Whether all about a credential stands on one page.
pub fn details_fit((columns, rows): (u16, u16)) -> bool {
    is_wide((columns, rows)) && rows >= 36
}

/// Rows of the panel under a list.
pub fn panel(size: (u16, u16)) -> u16 {
    if size.1 < 22 { 1 } else { 5 }
}

/// The row of the status line of the list of credentials.
pub fn list_status(size: (u16, u16)) -> u16 {
    let panel = if is_wide(size) { 0 } else { panel(size) };
    size.1.saturating_sub(HINTS + panel + STATUS)
}

/// The row of the status line of other lists with a panel.
pub fn rows_status(size: (u16, u16)) -> u16 {
    size.1.saturating_sub(HINTS + panel(size) + STATUS)
}

/// Rows that a list of credentials has on the screen.
pub fn list_rows(size: (u16, u16)) -> usize {
    usize::from(list_status(size).saturating_sub(TOP + 2))
}

/// Rows that the trail has on the screen; under sections there is one less.
pub fn trail_rows(size: (u16, u16), under_sections: bool) -> usize {
    usize::from(rows_status(size).saturating_sub(TOP + 1 + u16::from(under_sections)))
}

/// Rows that a page to read has on the screen: its status line stands above the hints.
pub fn page_rows(size: (u16, u16)) -> usize {
    usize::from(size.1.saturating_sub(TOP + STATUS + HINTS))
}

/// Most lines of a sheet under its title: the place stays visible.
pub fn sheet_rows(size: (u16, u16)) -> usize {
    usize::from(size.1.saturating_sub(1 + 1 + HINTS))
}

/// Columns between the margins of a sheet.
pub fn sheet_columns((columns, _): (u16, u16)) -> u16 {
    columns.saturating_sub(8).min(72)
}

/// Columns between the margins of a sheet with rows in columns.
pub fn table_columns((columns, _): (u16, u16)) -> u16 {
    columns.saturating_sub(8).min(132)
}

/// Columns between the margins of the help: where there is room for two columns of whole rows, it takes it.
pub fn help_width((columns, _): (u16, u16)) -> u16 {
    columns.saturating_sub(8).min(104)
}

/// Columns of keys in the help.
pub fn help_columns(size: (u16, u16)) -> usize {
    if help_width(size) >= 70 { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_that_shows_a_list_has_rows_for_it() {
        for columns in [60, 80, 109, 110, 200] {
            for rows in 16..=60 {
                assert!(!too_small((columns, rows)));
                assert!(list_rows((columns, rows)) >= 9, "{columns}x{rows}");
                assert!(trail_rows((columns, rows), true) >= 9, "{columns}x{rows}");
            }
        }
        assert_eq!([list_rows((80, 24)), list_rows((120, 40)), list_rows((60, 16))], [13, 34, 9]);
        assert_eq!((list_status((80, 24)), list_status((120, 40))), (17, 38));
        assert!(too_small((59, 16)) && too_small((60, 15)));
    }
}
