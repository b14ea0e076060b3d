//! Medians and percentiles.

use std::time::Duration;

/// The middle of some figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The time in microseconds that `p` of 100 stay under.
pub fn percentile(times: &mut [Duration], p: usize) -> f64 {
    times.sort_unstable();
    times.get(times.len() * p / 100).map_or(f64::NAN, |time| time.as_nanos() as f64 / 1_000.0)
}
