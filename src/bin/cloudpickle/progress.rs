//! A bar for work that takes more than a second, on a terminal only.

use std::io::{self, IsTerminal};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) struct Progress {
    files: usize,
    begin: Instant,
    done: std::sync::atomic::AtomicUsize,
    bar: OnceLock<ProgressBar>,
    terminal: bool,
}

impl Progress {
    pub(crate) fn new(files: usize) -> Self {
        // The bar goes where messages go; where results go to the same terminal, it would stand between them.
        let terminal = io::stderr().is_terminal() && !io::stdout().is_terminal() && files > 1;
        Self { files, begin: Instant::now(), done: 0.into(), bar: OnceLock::new(), terminal }
    }

    /// One more file is done.
    pub(crate) fn step(&self) {
        let done = self.done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        if !self.terminal || self.begin.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} files, {eta} left");
            let bar = ProgressBar::new(self.files as u64);
            match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        bar.set_position(done as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
