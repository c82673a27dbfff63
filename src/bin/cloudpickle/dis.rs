//! `cloudpickle dis`: the opcodes of a pickle.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use cloudpickle::{Dis, ops};
use serde_json::json;

use super::failure::{self, Failure};
use super::input::Input;

/// What is said on the command line.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    input: Input,
    /// Print a line about what each opcode does
    #[arg(short, long)]
    annotate: bool,
    /// How many blanks each open mark indents what stands behind it
    #[arg(long, value_name = "N", default_value_t = 4)]
    indent: usize,
    /// Print a JSON object a line for each opcode
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    failure::status(&options.input.name(), dis(options))
}

fn dis(options: &Options) -> Result<(), Failure> {
    let bytes = options.input.read()?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if options.json {
        let result = lines(&options.input.name(), &bytes, &mut out);
        out.flush()?;
        return result;
    }
    // `python -m pickletools -a` puts the annotations at column 30.
    let result = Dis::new().indent(options.indent).annotate(if options.annotate { 30 } else { 0 }).write(&bytes, &mut out);
    // What was printed before an error stays, as with pickletools.
    out.flush()?;
    result?;
    Ok(())
}

/// A line for each opcode up to `STOP`: where it stands, its name, its operand as bytes in hexadecimal digits.
fn lines(name: &str, bytes: &[u8], out: &mut impl Write) -> Result<(), Failure> {
    let mut ops = ops(bytes);
    loop {
        let Some(op) = ops.next() else { return Ok(()) };
        let (offset, op) = op?;
        let operand = bytes.get(offset + 1..ops.offset()).unwrap_or_default();
        let hex: String = operand.iter().map(|byte| format!("{byte:02x}")).collect();
        let opcode = op.opcode();
        let line = json!({"file": name, "offset": offset, "opcode": opcode.to_string(), "length": ops.offset() - offset, "operand": hex, "protocol": opcode.proto()});
        writeln!(out, "{line}")?;
    }
}
