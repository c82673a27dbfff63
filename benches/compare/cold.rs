//! The first decode of a process, and the memory it takes beyond the input.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use cloudpickle::Pickle;

use crate::data::Data;
use crate::figures::Figures;

/// A field of `/proc/self/status`, in KiB.
pub(crate) fn status(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(f64::NAN)
}

/// Loads once, and prints seconds, and by how many KiB that raised the peak of resident memory.
pub(crate) fn child(path: &Path) {
    let data = Data(path.parent().map(Path::to_owned).unwrap_or_default());
    let name = path.file_stem().and_then(OsStr::to_str).expect("a file of the data");
    let parts = data.read(name).expect("a file of the data");
    let before = status("VmRSS");
    let start = Instant::now();
    let pickles: Vec<Pickle<'_>> = parts.iter().map(|part| cloudpickle::loads(part).expect("the data is sound")).collect();
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds} {}", status("VmHWM") - before);
    drop(pickles);
}

/// What the first decode takes, ours against CPython's.
#[derive(Default)]
pub(crate) struct Cold {
    ours: [Figures; 2],
    cpython: [Figures; 2],
}

impl Cold {
    /// Both sides once, each in a process of its own.
    pub(crate) fn round(&mut self, data: &Data, name: &str) {
        let program = std::env::current_exe().expect("this program has a path");
        let path = data.0.join(name).with_extension("pkl");
        let runs = [
            (&mut self.ours, Command::new(&program).arg("--cold-loads").arg(&path).output()),
            (&mut self.cpython, data.peer(&["cold", name]).output()),
        ];
        for (figures, output) in runs {
            let output = output.expect("it starts").stdout;
            let text = String::from_utf8_lossy(&output);
            for (figures, figure) in figures.iter_mut().zip(text.split_whitespace()) {
                figures.add(figure.parse::<f64>().ok());
            }
        }
    }

    /// How many times as fast, and which share of the memory. A few pages say nothing.
    pub(crate) fn ratios(&self) -> [Option<f64>; 2] {
        let pages = self.cpython[1].median().is_some_and(|kib| kib >= 256.0);
        [self.cpython[0].over(&self.ours[0]).median(), self.ours[1].over(&self.cpython[1]).median().filter(|_| pages)]
    }
}
