//! What is measured: turns, medians, and how they are printed.

use std::hint::black_box;
use std::time::Instant;

/// How long one side is timed in one round, in seconds.
pub(crate) const TURN: f64 = 0.04;

/// How often to call what takes so long, to fill a turn.
pub(crate) fn calls(seconds: f64) -> usize {
    ((TURN / seconds) as usize).clamp(1, 100_000)
}

/// Seconds per call, one call first to warm up.
pub(crate) fn time<R>(mut call: impl FnMut() -> R) -> f64 {
    let start = Instant::now();
    drop(black_box(call()));
    let calls = calls(start.elapsed().as_secs_f64());
    let start = Instant::now();
    for _ in 0..calls {
        drop(black_box(call()));
    }
    start.elapsed().as_secs_f64() / calls as f64
}

/// One figure for each round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(pub(crate) Vec<f64>);

impl Figures {
    pub(crate) fn add(&mut self, figure: impl Into<Option<f64>>) {
        self.0.extend(figure.into());
    }

    pub(crate) fn median(&self) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => None,
            length if length % 2 == 1 => Some(sorted[middle]),
            _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        }
    }

    pub(crate) fn least(&self) -> Option<f64> {
        self.0.iter().copied().min_by(f64::total_cmp)
    }

    /// This in the unit of another, round by round.
    pub(crate) fn over(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a / b).collect())
    }
}

/// Megabytes per second; nothing for what takes no time, such as bytes that are borrowed.
pub(crate) fn rate(megabytes: f64, seconds: Option<f64>, width: usize) -> String {
    match seconds {
        Some(seconds) if megabytes / seconds < 1e6 => format!("{:>width$.0}", megabytes / seconds),
        Some(_) => format!("{:>width$}", "all"),
        None => format!("{:>width$}", "-"),
    }
}

/// A ratio, in as many digits as say something.
pub(crate) fn number(figure: Option<f64>, width: usize) -> String {
    match figure {
        None => format!("{:>width$}", "-"),
        Some(figure) if figure >= 100_000.0 => format!("{:>width$}", "all"),
        Some(figure) if figure >= 100.0 => format!("{figure:>width$.0}"),
        Some(figure) if figure >= 10.0 => format!("{figure:>width$.1}"),
        Some(figure) => format!("{figure:>width$.2}"),
    }
}
