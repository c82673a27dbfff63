//! The program `cloudpickle`: looks into pickles and rewrites them. Nothing is ever executed.

use std::process::ExitCode;

#[path = "cloudpickle/code.rs"]
mod code;
#[path = "cloudpickle/diff.rs"]
mod diff;
#[path = "cloudpickle/dis.rs"]
mod dis;
#[path = "cloudpickle/failure.rs"]
mod failure;
#[path = "cloudpickle/files.rs"]
mod files;
#[path = "cloudpickle/generate.rs"]
mod generate;
#[path = "cloudpickle/html.rs"]
mod html;
#[path = "cloudpickle/input.rs"]
mod input;
#[path = "cloudpickle/optimize.rs"]
mod optimize;
#[path = "cloudpickle/pickles.rs"]
mod pickles;
#[path = "cloudpickle/progress.rs"]
mod progress;
#[path = "cloudpickle/recode.rs"]
mod recode;
#[path = "cloudpickle/rules.rs"]
mod rules;
#[path = "cloudpickle/scan.rs"]
mod scan;
#[path = "cloudpickle/show.rs"]
mod show;
#[path = "cloudpickle/stats.rs"]
mod stats;

use clap::{CommandFactory, Parser, Subcommand};

/// Looks into Python pickles and rewrites them. Nothing is imported and nothing is run.
#[derive(Parser)]
#[command(
    version,
    arg_required_else_help = true,
    after_help = "Examples:\n  cloudpickle scan downloads/          what loading each file there would do\n  cloudpickle show model.pkl           the objects as Python would write them\n  cloudpickle dis model.pkl            its opcodes\n  cloudpickle code payload.pkl         the bytecode of its functions\n  cloudpickle recode -p 2 new.pkl > old.pkl"
)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the opcodes of a pickle, as `python -m pickletools` does
    #[command(after_help = "Examples:\n  cloudpickle dis model.pkl\n  cloudpickle dis --annotate < payload.pkl")]
    Dis(dis::Options),
    /// Prints the bytecode of each function in a pickle, or of a `.pyc` file, as its Python's `dis` does
    #[command(
        after_help = "Examples:\n  cloudpickle code payload.pkl\n  cloudpickle code __pycache__/tasks.cpython-312.pyc\n  cloudpickle code --python 3.8 < payload.pkl\n\nCode objects have no addresses in a pickle: \"at 0x...\" stands for them. They do not say either which\nPython they are of; without --python the newest is taken that they can be of."
    )]
    Code(code::Options),
    /// Reads a pickle and writes it again: the same objects, the same protocol unless told. What follows it is kept
    #[command(
        after_help = "Examples:\n  cloudpickle recode --protocol 2 new.pkl > old.pkl\n  cloudpickle recode --optimize < large.pkl > smaller.pkl\n  cloudpickle recode --dialect 'pyspark 2.2' udf.pkl > for_spark.pkl"
    )]
    Recode(recode::Options),
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
    /// Prints a script with which a shell completes the arguments
    #[command(
        after_help = "Examples:\n  cloudpickle completions bash > ~/.local/share/bash-completion/completions/cloudpickle\n  cloudpickle completions zsh > ~/.zfunc/_cloudpickle"
    )]
    Completions(generate::Completions),
    /// Prints the man page
    #[command(after_help = "Examples:\n  cloudpickle man > ~/.local/share/man/man1/cloudpickle.1\n  cloudpickle man | man -l -")]
    Man,
}

fn main() -> ExitCode {
    match Program::parse().command {
        Command::Scan(options) => scan::run(&options),
        Command::Show(options) => show::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Stats(options) => stats::run(&options),
        Command::Optimize(options) => optimize::run(&options),
        Command::Dis(options) => dis::run(&options),
        Command::Code(options) => code::run(&options),
        Command::Recode(options) => recode::run(&options),
        Command::Completions(options) => generate::completions(Program::command(), &options),
        Command::Man => generate::man(Program::command()),
    }
}
