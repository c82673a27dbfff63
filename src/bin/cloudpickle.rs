//! The program `cloudpickle`: looks into pickles and rewrites them. Nothing is ever executed.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[path = "cloudpickle/diff.rs"]
mod diff;
#[path = "cloudpickle/html.rs"]
mod html;
#[path = "cloudpickle/optimize.rs"]
mod optimize;
#[path = "cloudpickle/pickles.rs"]
mod pickles;
#[path = "cloudpickle/scan.rs"]
mod scan;
#[path = "cloudpickle/show.rs"]
mod show;
#[path = "cloudpickle/stats.rs"]
mod stats;

use clap::{Args, Parser, Subcommand};
use cloudpickle::bytecode::Version;
use cloudpickle::marshal::Pyc;
use cloudpickle::reflect::{Code, Dialect, Rebuilt};
use cloudpickle::{Dis, Encoding, Heap, Pickler, Unpickler};

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
    /// Prints the bytecode of each function in a pickle, or of a `.pyc` file, as its Python's `dis` does
    #[command(
        after_help = "Examples:\n  cloudpickle code payload.pkl\n  cloudpickle code __pycache__/tasks.cpython-312.pyc\n  cloudpickle code --python 3.8 < payload.pkl\n\nCode objects have no addresses in a pickle: \"at 0x...\" stands for them. They do not say either which\nPython they are of; without --python the newest is taken that they can be of."
    )]
    Code {
        #[command(flatten)]
        input: Input,
        /// The Python that the functions are of, 3.8 to 3.14
        #[arg(short, long, value_name = "VERSION")]
        python: Option<Version>,
    },
    /// Reads a pickle and writes it again: the same objects, the same protocol unless told. What follows it is kept
    #[command(
        after_help = "Examples:\n  cloudpickle recode --protocol 2 new.pkl > old.pkl\n  cloudpickle recode --optimize < large.pkl > smaller.pkl\n  cloudpickle recode --dialect 'pyspark 2.2' udf.pkl > for_spark.pkl"
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
        /// Take functions and classes by value apart and build them anew
        #[arg(long)]
        rebuild: bool,
        /// Build them for another cloudpickle: a release, or a package with a copy of it
        #[arg(long, value_name = "DIALECT")]
        dialect: Option<Dialect>,
    },
    /// Says what loading pickles would import, call and change, and whether that does harm
    #[command(
        after_help = "Exit status: 0 when nothing was found, 1 when something was, else 2 when a file or a pickle could not be read.\n\nExamples:\n  cloudpickle scan model.pkl\n  cloudpickle scan --json models/ | jq 'select(.verdict != \"safe\")'\n  cloudpickle scan --fail-on dangerous --rules rules.json downloads/*.pt"
    )]
    Scan(scan::Options),
    /// Prints the objects of pickles as Python would write them; nothing is made
    #[command(
        after_help = "An object that is met more than once is marked &1 where it is met first, and is *1 then.\nExit status: 0, or 2 when something could not be read.\n\nExamples:\n  cloudpickle show model.pkl\n  cloudpickle show --depth 2 checkpoint.pt\n  cloudpickle show --path \"root['model'].weights[3]\" model.pkl\n  cloudpickle show --as python payload.pkl"
    )]
    Show(show::Options),
    /// Says what changed between two pickles: paths and values, not bytes
    #[command(
        after_help = "Exit status: 0 when the two are equal, 1 when they differ, 2 when one could not be read.\n\nExamples:\n  cloudpickle diff before.pkl after.pkl\n  cloudpickle diff --json old.pt new.pt | jq -r '.changes[].path'"
    )]
    Diff(diff::Options),
    /// Writes a pickle without the memo slots that nothing asks for, as pickletools.optimize; tells the sizes on standard error
    #[command(after_help = "Example:\n  cloudpickle optimize large.pkl > smaller.pkl")]
    Optimize(optimize::Options),
    /// Says what pickles consist of: which objects take the bytes, opcodes, memo, repeated strings
    #[command(
        after_help = "Examples:\n  cloudpickle stats model.pkl\n  cloudpickle stats --json checkpoint.pt | jq '.paths[:5]'"
    )]
    Stats(stats::Options),
}

/// How a pickle is written again.
struct Recoding {
    protocol: Option<u8>,
    optimize: bool,
    rebuild: bool,
    dialect: Option<Dialect>,
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
        Command::Show(options) => return show::run(&options),
        Command::Diff(options) => return diff::run(&options),
        Command::Optimize(options) => return optimize::run(&options),
        Command::Stats(options) => return stats::run(&options),
        Command::Dis { input, annotate, indent } => {
            let result = dis(&input, annotate, indent);
            (input, result)
        }
        Command::Code { input, python } => {
            let result = code(&input, python);
            (input, result)
        }
        Command::Recode { input, protocol, optimize, rebuild, dialect } => {
            let result = recode(&input, &Recoding { protocol, optimize, rebuild, dialect });
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

fn code(input: &Input, python: Option<Version>) -> Result<(), Failure> {
    let bytes = input.read()?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let unpickler = Unpickler::new().encoding(Encoding::Latin1).missing_buffers(true).max_digits(0);
    let mut listing = |what: &dyn Display, code: Code<'_>| match python.or_else(|| code.guess_version()) {
        Some(version) => writeln!(out, "Disassembly of {what} (Python {version}):\n{}", code.dis(version)),
        None => writeln!(out, "Disassembly of {what}: bytecode of no Python from 3.8 to 3.14\n"),
    };
    if bytes.get(2..4) == Some(b"\r\n") {
        drop(out);
        return compiled(&bytes, python);
    }
    // One pickle after another, as far as there are.
    let mut done = 0;
    loop {
        let (pickle, length) = match unpickler.loads_prefix(&bytes[done..]) {
            Err(error) if done == 0 => return Err(error.into()),
            Err(_) => break,
            Ok(read) => read,
        };
        done += length;
        for function in pickle.functions() {
            listing(&function, function.code())?;
        }
        if let Ok(code) = Code::reflect(pickle.root()) {
            listing(&format_args!("<code object {}>", code.name()), code)?;
        }
    }
    out.flush()?;
    Ok(())
}

/// The text of `dis.dis` for the module code of a `.pyc` file.
fn compiled(bytes: &[u8], python: Option<Version>) -> Result<(), Failure> {
    let pyc = Pyc::parse(bytes)?;
    let (major, minor) = pyc.header.python;
    let Some(version) = python.or_else(|| Version::of_python((major, minor))) else {
        return Err(Failure::Because(format!("the bytecode of Python {major}.{minor} is not known, that of 3.8 to 3.14 is")));
    };
    let mut heap = Heap::new();
    let code = pyc.code.load(&mut heap)?;
    let code = Code::reflect(heap.obj(code))?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    write!(out, "{}", code.dis(version))?;
    out.flush()?;
    Ok(())
}

fn recode(input: &Input, how: &Recoding) -> Result<(), Failure> {
    let bytes = input.read()?;
    let out = io::stdout().lock();
    if out.is_terminal() {
        return Err(Failure::Because("a pickle is no text for a terminal: send standard output to a file".to_owned()));
    }
    let mut out = optimize::Counting { out, count: 0 };
    // Python 2 strings keep their bytes, whatever they mean, and buffers that are elsewhere stay there.
    let unpickler = Unpickler::new().encoding(Encoding::Latin1).missing_buffers(true).max_digits(0);
    let read = |bytes| {
        let (mut pickle, length) = unpickler.loads_prefix(bytes)?;
        let rebuilt = match &how.dialect {
            Some(dialect) => pickle.redialect(dialect),
            None if how.rebuild => pickle.rebuild(),
            None => Rebuilt::default(),
        };
        for kept in rebuilt.kept {
            let why = kept.error.map_or_else(|| "it has another shape".to_owned(), |error| error.to_string());
            eprintln!("cloudpickle: kept as it is: {:.100}: {why}", pickle.heap().obj(kept.object).to_string());
        }
        Ok::<_, cloudpickle::Error>((pickle, length))
    };
    let mut done = 0;
    // More pickles may follow the first; what is none is kept as it is.
    loop {
        let (pickle, length) = match read(&bytes[done..]) {
            Ok(read) => read,
            Err(error) if done == 0 => return Err(error.into()),
            Err(_) => break,
        };
        let pickler = Pickler::like(&pickle).optimize(how.optimize);
        match how.protocol {
            // What was read can be written: it goes out as it grows.
            None => pickler.dump_pickle_to(&mut out, &pickle)?,
            Some(protocol) => match pickler.protocol(protocol).dump_pickle(&pickle) {
                Ok(written) => out.write_all(&written)?,
                Err(error) if done == 0 => return Err(error.into()),
                Err(_) => break,
            },
        }
        done += length;
    }
    out.write_all(&bytes[done..])?;
    out.flush()?;
    if out.count != bytes.len() {
        optimize::say_sizes(bytes.len(), out.count);
    }
    Ok(())
}
