//! Shell completions and the man page, made from the arguments themselves.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;

use super::failure::{self, Failure};

/// Which shell the completions are for.
#[derive(Args)]
pub(crate) struct Completions {
    shell: Shell,
}

pub(crate) fn completions(mut command: Command, options: &Completions) -> ExitCode {
    // Into memory first: the generator panics when nobody reads its output.
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "cloudpickle", &mut script);
    failure::status("completions", write(&script))
}

/// The page of the program, and a section for each command.
pub(crate) fn man(mut command: Command) -> ExitCode {
    command.build();
    let mut page = Vec::new();
    let made = (|| {
        clap_mangen::Man::new(command.clone()).render(&mut page)?;
        for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
            let man = clap_mangen::Man::new(inner.clone());
            writeln!(page, ".SH \"CLOUDPICKLE {}\"", inner.get_name().to_uppercase())?;
            man.render_description_section(&mut page)?;
            man.render_options_section(&mut page)?;
            man.render_extra_section(&mut page)?;
        }
        io::Result::Ok(())
    })();
    failure::status("man page", made.map_err(Failure::from).and_then(|()| write(&page)))
}

fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}
