//! Charts of use by day: a line of bars, and bars in several rows with an axis.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::bar::Set;
use ratatui::widgets::{Sparkline, SparklineBar, Widget as _};

use crate::hub::UsedDay;
use crate::text::{self, grouped};
use crate::tui::theme::Theme;
use crate::tui::view::paint::Paint;

/// Steps of a character cell.
const STEPS: i64 = 8;

/// What is drawn of some days.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// Requests that might pass.
    Allowed,
    /// Requests that were refused.
    Refused,
}

impl Series {
    fn values(self, days: &[UsedDay]) -> Vec<i64> {
        let value = |day: &UsedDay| match self {
            Self::Allowed => day.allowed,
            Self::Refused => day.refused,
        };
        days.iter().map(value).collect()
    }

    /// The highest day.
    pub fn most(self, days: &[UsedDay]) -> i64 {
        self.values(days).into_iter().max().unwrap_or_default()
    }

    fn style(self, paint: &Paint<'_>, days: &[UsedDay]) -> Style {
        match self {
            Self::Allowed => paint.theme.chart(),
            Self::Refused if self.most(days) > 0 => paint.theme.warning(),
            Self::Refused => paint.theme.muted(),
        }
    }
}

/// How many columns a day has: those of its bar, and blank ones behind it.
#[derive(Clone, Copy)]
pub struct DayColumns {
    bar: usize,
    gap: usize,
}

impl DayColumns {
    /// Bars beside each other.
    pub const CLOSE: Self = Self { bar: 1, gap: 0 };
    /// Bars with gaps.
    pub const SPACED: Self = Self { bar: 1, gap: 1 };
    /// Broad bars with gaps.
    pub const BROAD: Self = Self { bar: 2, gap: 1 };

    fn all(self) -> usize {
        self.bar + self.gap
    }
}

/// Bars of the days. A day without requests has the lowest bar where there is one row, and with `floor`.
pub fn bars(paint: &mut Paint<'_>, area: Rect, days: &[UsedDay], series: Series, columns: DayColumns, floor: bool) {
    let area = area.intersection(paint.area());
    let style = series.style(paint, days);
    chart(&paint.theme, area.height, days, series, columns, floor).style(style).render(area, paint.buf);
}

fn chart<'a>(
    theme: &Theme,
    height: u16,
    days: &[UsedDay],
    series: Series,
    columns: DayColumns,
    floor: bool,
) -> Sparkline<'a> {
    let values = series.values(days);
    let (most, units) = (series.most(days).max(1), i64::from(height.max(1)) * STEPS);
    let lowest = i64::from(floor || height == 1);
    let scaled = |value: i64| {
        let steps = i128::from(value.max(0)) * i128::from(units) / i128::from(most);
        let least = if value > 0 { 1 } else { lowest };
        i64::try_from(steps).unwrap_or(units).clamp(least, units).unsigned_abs()
    };
    let bar = |value: &i64| {
        let bar = std::iter::repeat_n(Some(scaled(*value)), columns.bar);
        bar.chain(std::iter::repeat_n(None, columns.gap)).map(SparklineBar::from)
    };
    let [one_eighth, one_quarter, three_eighths, half, five_eighths, three_quarters, seven_eighths, full] =
        theme.glyphs.bars;
    let set = Set {
        full,
        seven_eighths,
        three_quarters,
        five_eighths,
        half,
        three_eighths,
        one_quarter,
        one_eighth,
        empty: " ",
    };
    Sparkline::default()
        .data(values.iter().flat_map(bar))
        .max(units.unsigned_abs())
        .bar_set(set)
        .absent_value_symbol(" ")
}

/// The bars of what was allowed, as text: for a line among others.
pub fn line(theme: &Theme, days: &[UsedDay]) -> String {
    small(theme, &Series::Allowed.values(days), days.len())
}

/// The bars of some days in so many columns, as text: where there are fewer columns than days, each has the sum of some.
pub fn small(theme: &Theme, days: &[i64], columns: usize) -> String {
    let run = days.len().div_ceil(columns.max(1)).max(1);
    let sums: Vec<i64> = days.chunks(run).map(|run| run.iter().fold(0, |sum: i64, n| sum.saturating_add(*n))).collect();
    let most = sums.iter().copied().max().unwrap_or_default().max(1);
    let bar = |sum: &i64| {
        let step = i128::from((*sum).max(0)) * i128::from(STEPS - 1) / i128::from(most);
        theme.glyphs.bars[usize::try_from(step).unwrap_or_default().min(theme.glyphs.bars.len() - 1)]
    };
    sums.iter().map(bar).collect()
}

/// Columns of the numbers beside the axis, and of the axis.
const AXIS: u16 = 10;

/// A chart with an axis: the highest number beside the first row, and a thin line down to the last.
pub fn with_axis(paint: &mut Paint<'_>, area: Rect, days: &[UsedDay], series: Series, columns: DayColumns) {
    let theme = paint.theme;
    let most = short_number(series.most(days));
    let label = format!("{most:>7}");
    paint.text_in(area.x, area.y, AXIS, &label, theme.muted());
    for y in area.y..area.bottom() {
        paint.text_in(area.x + AXIS - 2, y, 1, theme.glyphs.vertical, theme.line());
    }
    let inner = Rect { x: area.x + AXIS, width: area.width.saturating_sub(AXIS), ..area };
    bars(paint, inner, days, series, columns, series == Series::Refused);
}

/// The dates under a chart with an axis: every seventh day, and today.
pub fn dates(paint: &mut Paint<'_>, x: u16, y: u16, days: &[UsedDay], columns: DayColumns) {
    let theme = paint.theme;
    let last = days.len().saturating_sub(1);
    for (i, day) in days.iter().enumerate() {
        let words = match i {
            _ if i == last => "today".to_owned(),
            // Not into what says today.
            _ if i % 7 == 0 && i + 4 < last => day.day.start().millis().utc("%-d %b"),
            _ => continue,
        };
        let at = x + AXIS + (columns.all() * i) as u16;
        let end = at + columns.bar as u16;
        let at = if i == last { end.saturating_sub(text::width(&words) as u16) } else { at };
        paint.text_in(at, y, text::width(&words) as u16, &words, theme.muted());
    }
}

/// A number for an axis: `1,203`, `77 k`, `12 M`.
fn short_number(n: i64) -> String {
    match n {
        n if n >= 10_000_000 => format!("{} M", grouped(n / 1_000_000)),
        n if n >= 10_000 => format!("{} k", grouped(n / 1_000)),
        n => grouped(n),
    }
}
