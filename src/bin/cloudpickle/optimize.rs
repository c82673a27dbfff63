//! `cloudpickle optimize`: a pickle without the memo slots that nothing asks for; and the sizes that are told of what is written anew.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Args;

use super::failure::{self, Failure};
use super::input::Input;

/// What is said on the command line.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    input: Input,
}

/// Writes the pickles of the input, as `pickletools.optimize` makes them, to standard output; what follows them is kept. The exit status is 0, or 1 when the
/// first cannot be read.
pub(crate) fn run(options: &Options) -> ExitCode {
    failure::status(&options.input.name(), optimize(&options.input))
}

fn optimize(input: &Input) -> Result<(), Failure> {
    let bytes = input.read()?;
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        return Err(Failure::for_terminal());
    }
    let mut written = Vec::with_capacity(bytes.len());
    let mut done = 0;
    while done < bytes.len() || done == 0 {
        let rest = bytes.get(done..).unwrap_or_default();
        let optimized = match cloudpickle::optimize(rest) {
            Ok(optimized) => optimized,
            Err(error) if done == 0 => return Err(error.into()),
            Err(_) => break,
        };
        let mut ops = cloudpickle::ops(rest);
        ops.by_ref().for_each(drop);
        done += ops.offset();
        written.extend(optimized);
    }
    written.extend(bytes.get(done..).unwrap_or_default());
    out.write_all(&written)?;
    out.flush()?;
    say_sizes(bytes.len(), written.len());
    Ok(())
}

/// Tells how much there was and how much there is, on standard error.
pub(crate) fn say_sizes(before: usize, after: usize) {
    let change = (after as f64 - before as f64) * 100.0 / before.max(1) as f64;
    eprintln!("cloudpickle: {before} bytes before, {after} after ({change:+.1} %)");
}

/// A writer that counts what goes through it.
pub(crate) struct Counting<W> {
    pub(crate) out: W,
    pub(crate) count: usize,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.count += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
