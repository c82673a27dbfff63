//! A pickle of hundreds of megabytes: whether what comes last takes as long as what comes first, and the memory.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use cloudpickle::{Dis, Op, Pickler};

use crate::cold::status;
use crate::data::Data;

/// The opcodes of a list of so many items, one document again and again, each with its own objects.
fn make(document: &[u8], megabytes: usize) -> Vec<u8> {
    let mut out = b"\x80\x05]\x94(".to_vec();
    let mut slots = 1;
    let (mut copies, mut memoized) = (0, 1);
    // A batch is of 1000 items at most.
    while out.len() < megabytes * 1_000_000 && copies < 1000 {
        let base = slots;
        for op in cloudpickle::ops(document) {
            let (_, op) = op.expect("the document is sound");
            let rebased = |index: u32| u8::try_from(index + base).map_or(Op::LongBinGet(index + base), Op::BinGet);
            match op {
                Op::Proto(_) | Op::Frame(_) | Op::Stop => {}
                Op::BinGet(index) => rebased(index.into()).emit(&mut out),
                Op::LongBinGet(index) => rebased(index).emit(&mut out),
                op => {
                    memoized += u32::from(op == Op::Memoize);
                    op.emit(&mut out);
                }
            }
        }
        slots = memoized;
        copies += 1;
    }
    out.extend_from_slice(b"e.");
    out
}

/// Where text or bytes go: nowhere, but the time is noted for each megabyte.
#[derive(Default)]
struct Clock {
    written: usize,
    times: Vec<(usize, f64)>,
}

impl Clock {
    fn note(&mut self, at: usize, start: Instant) {
        self.times.push((at, start.elapsed().as_secs_f64()));
    }

    /// Megabytes per second in the first and in the last tenth.
    fn ends(&self) -> [f64; 2] {
        let &[first, .., last] = self.times.as_slice() else { return [f64::NAN; 2] };
        let length = last.0 - first.0;
        let near = |at: usize| self.times.iter().copied().min_by_key(|(other, _)| other.abs_diff(first.0 + at)).unwrap_or(first);
        let rate = |from: (usize, f64), to: (usize, f64)| (to.0 - from.0) as f64 / 1e6 / (to.1 - from.1);
        [rate(first, near(length / 10)), rate(near(length / 10 * 9), last)]
    }
}

struct Timed(Clock, Instant);

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.written += bytes.len();
        if self.0.times.last().is_none_or(|(at, _)| self.0.written - at >= 1_000_000) {
            self.0.note(self.0.written, self.1);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One of the steps, in a process of its own, so that the peak of memory is its own.
pub(crate) fn child(step: &str, path: &Path) {
    let input = std::fs::read(path).expect("the pickle was made");
    let before = status("VmRSS");
    let start = Instant::now();
    let mut clock = Timed(Clock::default(), start);
    match step {
        "ops" => {
            clock.0.note(0, start);
            let mut next = 0;
            for op in cloudpickle::ops(&input) {
                let (offset, _) = op.expect("it is sound");
                if offset >= next {
                    clock.0.note(offset, start);
                    next = offset + 1_000_000;
                }
            }
        }
        "dis" => {
            Dis::new().write(&input, &mut clock).expect("it is sound");
        }
        "loads" => drop(cloudpickle::loads(&input).expect("it is sound")),
        "recode" => {
            let pickle = cloudpickle::loads(&input).expect("it is sound");
            clock.1 = Instant::now();
            Pickler::like(&pickle).dump_pickle_to(&mut clock, &pickle).expect("it is written");
            assert_eq!(clock.0.written, input.len(), "as many bytes as were read");
        }
        _ => panic!("no step {step}"),
    }
    let seconds = start.elapsed().as_secs_f64();
    let ends = match clock.0.ends() {
        [first, last] if first.is_finite() => format!("first tenth {first:>6.0}, last {last:>6.0} MB/s of what comes out"),
        _ => String::new(),
    };
    let megabytes = input.len() as f64 / 1e6;
    let peak = (status("VmHWM") - before) / 1024.0;
    println!("{step:<7} {:>6.0} MB/s in all | {peak:>7.1} MiB more | {ends}", megabytes / seconds);
}

/// All steps.
pub(crate) fn large(data: &Data, megabytes: usize) {
    let document = data.read("twitter").expect("a set of the data");
    let path = data.0.join("large.pkl");
    {
        let large = make(&document[0], megabytes);
        println!("{:.0} MB of documents in one pickle", large.len() as f64 / 1e6);
        let mut file = BufWriter::new(std::fs::File::create(&path).expect("there is room for it"));
        file.write_all(&large).expect("there is room for it");
    }
    let program = std::env::current_exe().expect("this program has a path");
    for step in ["ops", "dis", "loads", "recode"] {
        let status = Command::new(&program).args(["--large-step", step]).arg(&path).status();
        assert!(status.is_ok_and(|status| status.success()), "{step} ends well");
    }
    std::fs::remove_file(&path).expect("it was made here");
}
