//! `cloudpickle recode`: reads pickles and writes them again.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use cloudpickle::Pickler;
use cloudpickle::reflect::{Dialect, Rebuilt};
use serde_json::json;

use super::failure::{self, Failure};
use super::input::Input;
use super::optimize::{Counting, say_sizes};
use super::pickles;

/// What is said on the command line.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    input: Input,
    /// The pickle protocol to write
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=5))]
    protocol: Option<u8>,
    /// Leave out memo slots that nothing asks for
    #[arg(short = 'O', long)]
    optimize: bool,
    /// Take functions and classes by value apart and build them anew
    #[arg(long)]
    rebuild: bool,
    /// Build them for another cloudpickle: a release, or a package with a copy of it
    #[arg(long, value_name = "DIALECT")]
    dialect: Option<Dialect>,
    /// The file to write; without it standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print what was done as a JSON object; needs --output
    #[arg(long, requires = "output")]
    json: bool,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    failure::status(&options.input.name(), recode(options))
}

fn recode(options: &Options) -> Result<(), Failure> {
    let bytes = options.input.read()?;
    let out: Box<dyn Write> = match &options.output {
        Some(path) => {
            let file = File::create(path).map_err(|error| Failure::Because(format!("{}: {error}", path.display())))?;
            Box::new(io::BufWriter::new(file))
        }
        None if io::stdout().is_terminal() => {
            return Err(Failure::for_terminal());
        }
        None => Box::new(io::stdout().lock()),
    };
    let mut out = Counting { out, count: 0 };
    let unpickler = pickles::unpickler();
    let mut all_kept = Vec::new();
    let mut read = |bytes| {
        let (mut pickle, length) = unpickler.loads_prefix(bytes)?;
        let rebuilt = match &options.dialect {
            Some(dialect) => pickle.redialect(dialect),
            None if options.rebuild => pickle.rebuild(),
            None => Rebuilt::default(),
        };
        for kept in rebuilt.kept {
            let why = kept.error.map_or_else(|| "it has another shape".to_owned(), |error| error.to_string());
            let what = format!("{:.100}", pickle.heap().obj(kept.object).to_string());
            if options.json {
                all_kept.push(json!({"object": what, "why": why}));
            } else {
                eprintln!("cloudpickle: kept as it is: {what}: {why}");
            }
        }
        Ok::<_, cloudpickle::Error>((pickle, length))
    };
    let (mut done, mut pickles) = (0, 0);
    // More pickles may follow the first; what is none is kept as it is.
    loop {
        let (pickle, length) = match read(&bytes[done..]) {
            Ok(read) => read,
            Err(error) if done == 0 => return Err(error.into()),
            Err(_) => break,
        };
        let pickler = Pickler::like(&pickle).optimize(options.optimize);
        match options.protocol {
            // What was read can be written: it goes out as it grows.
            None => pickler.dump_pickle_to(&mut out, &pickle)?,
            Some(protocol) => match pickler.protocol(protocol).dump_pickle(&pickle) {
                Ok(written) => out.write_all(&written)?,
                Err(error) if done == 0 => return Err(error.into()),
                Err(_) => break,
            },
        }
        done += length;
        pickles += 1;
    }
    out.write_all(&bytes[done..])?;
    out.flush()?;
    if options.json {
        let output = options.output.as_ref().map(|path| path.display().to_string());
        let line = json!({"file": options.input.name(), "output": output, "pickles": pickles, "before": bytes.len(), "after": out.count, "kept": all_kept});
        writeln!(io::stdout().lock(), "{line}")?;
    } else if out.count != bytes.len() {
        say_sizes(bytes.len(), out.count);
    }
    Ok(())
}
