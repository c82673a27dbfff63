//! The program `cloudpickle`: looks into pickles and rewrites them. Nothing is ever executed.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[path = "cloudpickle/scan.rs"]
mod scan;

use clap::{Args, Parser, Subcommand};
use cloudpickle::{Dis, Encoding, Pickler, Unpickler};

/// Looks into Python pickles and rewrites them. Nothing is imported and nothing is run.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the opcodes of a pickle, as `python -m pickletools` does
    #[command(after_help = "Examples:\n  cloudpickle dis model.pkl\n  cloudpickle dis --annotate < payload.pkl")]
    Dis {
        #[command(flatten)]
        input: Input,
        /// Print a line about what each opcode does
        #[arg(short, long)]
        annotate: bool,
        /// How many blanks each open mark indents what stands behind it
        #[arg(long, value_name = "N", default_value_t = 4)]
        indent: usize,
    },
    /// Reads a pickle and writes it again: the same objects, the same protocol unless told. What follows it is kept
    #[command(
        after_help = "Examples:\n  cloudpickle recode --protocol 2 new.pkl > old.pkl\n  cloudpickle recode --optimize < large.pkl > smaller.pkl"
    )]
    Recode {
        #[command(flatten)]
        input: Input,
        /// The pickle protocol to write
        #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=5))]
        protocol: Option<u8>,
        /// Leave out memo slots that nothing asks for
        #[arg(short = 'O', long)]
        optimize: bool,
    },
    /// Says what loading pickles would import, call and change, and whether that does harm
    #[command(
        after_help = "Exit status: 0 when nothing was found, 1 when something was, else 2 when a file or a pickle could not be read.\n\nExamples:\n  cloudpickle scan model.pkl\n  cloudpickle scan --json models/ | jq 'select(.verdict != \"safe\")'\n  cloudpickle scan --fail-on dangerous --rules rules.json downloads/*.pt"
    )]
    Scan(scan::Options),
}

#[derive(Args)]
struct Input {
    /// The file with the pickle; `-` or nothing for standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Input {
    fn path(&self) -> Option<&PathBuf> {
        self.file.as_ref().filter(|file| file.as_os_str() != "-")
    }

    /// What messages call the input.
    fn name(&self) -> String {
        self.path().map_or_else(|| "standard input".to_owned(), |file| file.display().to_string())
    }

    fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self.path() {
            Some(file) => File::open(file)?.read_to_end(&mut bytes)?,
            None => io::stdin().lock().read_to_end(&mut bytes)?,
        };
        Ok(bytes)
    }
}

fn main() -> ExitCode {
    let (input, result) = match Program::parse().command {
        Command::Scan(options) => return scan::run(&options),
        Command::Dis { input, annotate, indent } => {
            let result = dis(&input, annotate, indent);
            (input, result)
        }
        Command::Recode { input, protocol, optimize } => {
            let result = recode(&input, protocol, optimize);
            (input, result)
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(Failure::Because(why)) => {
            eprintln!("cloudpickle: {}: {why}", input.name());
            ExitCode::FAILURE
        }
    }
}

/// Why a command ends early.
enum Failure {
    /// Nobody reads the output any more.
    Closed,
    Because(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Because(error.to_string()) }
    }
}

impl From<cloudpickle::Error> for Failure {
    fn from(error: cloudpickle::Error) -> Self {
        match error.kind() {
            cloudpickle::ErrorKind::Io { kind: io::ErrorKind::BrokenPipe, .. } => Self::Closed,
            _ => Self::Because(error.to_string()),
        }
    }
}

fn dis(input: &Input, annotate: bool, indent: usize) -> Result<(), Failure> {
    let bytes = input.read()?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    // `python -m pickletools -a` puts the annotations at column 30.
    let result = Dis::new().indent(indent).annotate(if annotate { 30 } else { 0 }).write(&bytes, &mut out);
    // What was printed before an error stays, as with pickletools.
    out.flush()?;
    result?;
    Ok(())
}

fn recode(input: &Input, protocol: Option<u8>, optimize: bool) -> Result<(), Failure> {
    let bytes = input.read()?;
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        return Err(Failure::Because("a pickle is no text for a terminal: send standard output to a file".to_owned()));
    }
    // Python 2 strings keep their bytes, whatever they mean, and buffers that are elsewhere stay there.
    let unpickler = Unpickler::new().encoding(Encoding::Latin1).missing_buffers(true).max_digits(0);
    let recode = |bytes| -> cloudpickle::Result<(Vec<u8>, usize)> {
        let (pickle, length) = unpickler.loads_prefix(bytes)?;
        let pickler = Pickler::like(&pickle).optimize(optimize);
        let pickler = if let Some(protocol) = protocol { pickler.protocol(protocol) } else { pickler };
        Ok((pickler.dump_pickle(&pickle)?, length))
    };
    let (mut written, mut done) = recode(&bytes)?;
    // More pickles may follow; what is none is kept as it is.
    while let Ok((more, length)) = recode(&bytes[done..]) {
        written.extend(more);
        done += length;
    }
    written.extend_from_slice(&bytes[done..]);
    out.write_all(&written)?;
    out.flush()?;
    Ok(())
}
