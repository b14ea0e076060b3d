//! The characters that draw lines and marks: Unicode, and ASCII for terminals and fonts that have nothing else.

/// The characters that draw lines and marks.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Before the row, field, section or language that is selected.
    pub here: &'static str,
    /// A state that works.
    pub active: &'static str,
    /// Expiring, locked; before a warning.
    pub warning: &'static str,
    /// Not usable before its time.
    pub not_yet: &'static str,
    /// Disabled; still to be done.
    pub disabled: &'static str,
    /// Expired, refused; before what went wrong.
    pub over: &'static str,
    /// Changed outside keydesk; before what cannot be undone.
    pub tampered: &'static str,
    /// Revoked.
    pub revoked: &'static str,
    /// Done, ticked, a rule that is met.
    pub done: &'static str,
    /// A rule that is broken.
    pub broken: &'static str,
    /// A rule before its field was left; a row that can be ticked; between two parts of a title.
    pub dot: &'static str,
    /// Ordered from the first on, and from the last on.
    pub order: [&'static str; 2],
    /// Between a value before and after a change.
    pub arrow: &'static str,
    /// A thin line.
    pub line: &'static str,
    /// The line of a sheet, and at the open tab.
    pub heavy: &'static str,
    /// A vertical line; the scroll bar.
    pub vertical: &'static str,
    /// The part of the scroll bar that is on the screen.
    pub thumb: &'static str,
    /// Bars of a chart, from the lowest on.
    pub bars: [&'static str; 8],
    /// The choice that is made.
    pub chosen: &'static str,
    /// Another choice.
    pub unchosen: &'static str,
    /// Options that are shown.
    pub open: &'static str,
    /// Options that are not shown.
    pub closed: &'static str,
    /// In the focused button.
    pub focus: &'static str,
    /// Stands for what was cut off.
    pub ellipsis: char,
    /// Between two places.
    pub place: &'static str,
    /// Stands for a character of a masked password.
    pub bullet: &'static str,
    /// Between two names of keys or values: how often.
    pub times: &'static str,
    /// Stands for nobody.
    pub nobody: &'static str,
    /// The keys up and down.
    pub up_down: &'static str,
    /// The keys left and right.
    pub left_right: &'static str,
    /// Before the rest of a line that was too long.
    pub goes_on: &'static str,
}

/// Unicode: what docs/screens.md shows.
pub static UNICODE: Glyphs = Glyphs {
    here: "▌",
    active: "●",
    warning: "!",
    not_yet: "◐",
    disabled: "○",
    over: "×",
    tampered: "▲",
    revoked: "■",
    done: "✓",
    broken: "✗",
    dot: "·",
    order: ["↑", "↓"],
    arrow: "→",
    line: "─",
    heavy: "━",
    vertical: "│",
    thumb: "┃",
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    chosen: "(•)",
    unchosen: "( )",
    open: "▾",
    closed: "▸",
    focus: "▸",
    ellipsis: '…',
    place: "›",
    bullet: "•",
    times: "×",
    nobody: "–",
    up_down: "↑↓",
    left_right: "←→",
    goes_on: "↳ ",
};

/// ASCII: for terminals and fonts that have nothing else.
pub static ASCII: Glyphs = Glyphs {
    here: ">",
    active: "*",
    warning: "!",
    not_yet: "%",
    disabled: "o",
    over: "x",
    tampered: "!",
    revoked: "#",
    done: "+",
    broken: "x",
    dot: ".",
    order: ["^", "v"],
    arrow: ">",
    line: "-",
    heavy: "=",
    vertical: "|",
    thumb: "#",
    bars: ["_", ".", ":", "-", "=", "+", "*", "#"],
    chosen: "(*)",
    unchosen: "( )",
    open: "v",
    closed: ">",
    focus: ">",
    ellipsis: '~',
    place: ">",
    bullet: "*",
    times: "x",
    nobody: "-",
    up_down: "up/down",
    left_right: "left/right",
    goes_on: "\\ ",
};
