//! `cloudpickle code`: the bytecode of the functions in a pickle, or of a `.pyc` file.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use cloudpickle::Heap;
use cloudpickle::bytecode::Version;
use cloudpickle::marshal::Pyc;
use cloudpickle::reflect::Code;
use serde_json::json;

use super::failure::{self, Failure};
use super::input::Input;
use super::pickles;

/// What is said on the command line.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    input: Input,
    /// The Python that the functions are of, 3.8 to 3.14
    #[arg(short, long, value_name = "VERSION")]
    python: Option<Version>,
    /// Print a JSON object a line for each function
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    failure::status(&options.input.name(), code(options))
}

/// Where listings go, and how.
struct Listings<'o, W> {
    options: &'o Options,
    name: String,
    out: W,
}

impl<W: Write> Listings<'_, W> {
    /// One listing; `offset` is where the pickle begins that it is in.
    fn one(&mut self, what: &dyn Display, code: Code<'_>, offset: usize) -> io::Result<()> {
        let version = self.options.python.or_else(|| code.guess_version());
        if self.options.json {
            let listing = version.map(|version| code.dis(version).to_string());
            let python = version.map(|version| version.to_string());
            let line =
                json!({"file": self.name, "offset": offset, "what": what.to_string(), "python": python, "listing": listing});
            return writeln!(self.out, "{line}");
        }
        match version {
            Some(version) => writeln!(self.out, "Disassembly of {what} (Python {version}):\n{}", code.dis(version)),
            None => writeln!(self.out, "Disassembly of {what}: bytecode of no Python from 3.8 to 3.14\n"),
        }
    }
}

fn code(options: &Options) -> Result<(), Failure> {
    let bytes = options.input.read()?;
    let out = io::BufWriter::new(io::stdout().lock());
    let mut listings = Listings { options, name: options.input.name(), out };
    if bytes.get(2..4) == Some(b"\r\n") {
        return compiled(&bytes, listings);
    }
    let unpickler = pickles::unpickler();
    // One pickle after another, as far as there are.
    let mut done = 0;
    loop {
        let (pickle, length) = match unpickler.loads_prefix(&bytes[done..]) {
            Err(error) if done == 0 => return Err(error.into()),
            Err(_) => break,
            Ok(read) => read,
        };
        for function in pickle.functions() {
            listings.one(&function, function.code(), done)?;
        }
        if let Ok(code) = Code::reflect(pickle.root()) {
            listings.one(&format_args!("<code object {}>", code.name()), code, done)?;
        }
        done += length;
    }
    listings.out.flush()?;
    Ok(())
}

/// The text of `dis.dis` for the module code of a `.pyc` file.
fn compiled(bytes: &[u8], mut listings: Listings<'_, impl Write>) -> Result<(), Failure> {
    let pyc = Pyc::parse(bytes)?;
    let (major, minor) = pyc.header.python;
    let Some(version) = listings.options.python.or_else(|| Version::of_python((major, minor))) else {
        return Err(Failure::Because(format!("the bytecode of Python {major}.{minor} is not known, that of 3.8 to 3.14 is")));
    };
    let mut heap = Heap::new();
    let code = pyc.code.load(&mut heap)?;
    let code = Code::reflect(heap.obj(code))?;
    if listings.options.json {
        let what = format!("<code object {}>", code.name());
        let line = json!({"file": listings.name, "offset": 0, "what": what, "python": version.to_string(), "listing": code.dis(version).to_string()});
        writeln!(listings.out, "{line}")?;
    } else {
        write!(listings.out, "{}", code.dis(version))?;
    }
    listings.out.flush()?;
    Ok(())
}
