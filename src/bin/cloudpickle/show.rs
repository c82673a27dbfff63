//! `cloudpickle show`: the objects of a pickle as Python would write them.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use cloudpickle::show::{Show, Token, Tree, find};
use cloudpickle::{Obj, Value};
use serde_json::{Value as Json, json};

use super::input;
use super::pickles::{self, Found};

/// What is said on the command line.
#[derive(Args)]
pub(crate) struct Options {
    /// The files; `-` or nothing for standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Open so many levels of containers
    #[arg(short, long, value_name = "LEVELS")]
    depth: Option<usize>,
    /// Show the object at a path, as messages print them: root['model'].weights[3]
    #[arg(short, long, value_name = "PATH")]
    path: Option<String>,
    /// Show so many items of each container
    #[arg(short = 'n', long, value_name = "N", default_value_t = 100)]
    items: usize,
    /// Show so many objects of each pickle, about
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    objects: usize,
    /// Show so many characters of each str
    #[arg(long, value_name = "N", default_value_t = 200)]
    text: usize,
    /// Show everything: no limit for items, objects and characters
    #[arg(short, long)]
    all: bool,
    /// Print something else than the objects
    #[arg(long = "as", value_name = "WHAT", default_value = "objects")]
    what: What,
    /// Print a JSON object a line for each pickle
    #[arg(long)]
    json: bool,
    /// Write a page for a browser instead: objects, opcodes and what a scan finds, in one file that asks for no other
    #[arg(long, value_name = "OUT", conflicts_with_all = ["json", "what", "path"])]
    html: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// The tree of objects
    Objects,
    /// A Python program that would make the same objects, for reading
    Python,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

/// Shows everything; the exit status is 0, or 2 when something could not be read.
pub(crate) fn run(options: &Options) -> ExitCode {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let standard_input = [PathBuf::from("-")];
    let files = if options.files.is_empty() { &standard_input[..] } else { &options.files };
    let mut unread = false;
    if let Some(page) = &options.html {
        return super::html::run(files, page);
    }
    let shown = files.iter().try_for_each(|file| {
        let bytes = match input::read(file) {
            Ok(bytes) => bytes,
            Err(error) => return trouble(&input::name(file), 0, &error.to_string(), options, &mut unread, &mut out),
        };
        let mut seen = 0;
        let titled = files.len() > 1;
        pickles::each(file, &bytes, &mut |found: Found<'_>| {
            seen += 1;
            one(&found, titled || seen > 1 || found.name.contains(".pkl:"), options, &mut unread, &mut out)
        })?;
        if seen == 0 { trouble(&input::name(file), 0, "no pickle in it", options, &mut unread, &mut out) } else { Ok(()) }
    });
    match shown.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("cloudpickle: standard output: {error}");
            ExitCode::from(2)
        }
        _ if unread => ExitCode::from(2),
        _ => ExitCode::SUCCESS,
    }
}

fn trouble(name: &str, offset: usize, error: &str, options: &Options, unread: &mut bool, out: &mut impl Write) -> io::Result<()> {
    *unread = true;
    if options.json {
        return writeln!(out, "{}", json!({"file": name, "offset": offset, "error": error, "nodes": []}));
    }
    out.flush()?;
    eprintln!("cloudpickle: {name}: {error}");
    Ok(())
}

/// Shows one pickle.
fn one(found: &Found<'_>, titled: bool, options: &Options, unread: &mut bool, out: &mut impl Write) -> io::Result<()> {
    let mut say = |error: &str, out: &mut _| trouble(found.name, found.offset, error, options, unread, out);
    let pickle = match &found.pickle {
        Ok(pickle) => pickle,
        Err(error) => return say(error, out),
    };
    let object = match &options.path {
        None => pickle.root(),
        Some(path) => match find(pickle.root(), path) {
            Ok(object) => object,
            Err(error) => return say(&error.to_string(), out),
        },
    };
    let tree = limits(options).tree(object);
    if options.json {
        let base = options.path.as_deref();
        return writeln!(out, "{}", json_of(found, pickle.protocol(), &tree, base));
    }
    if titled {
        let place = if found.offset > 0 { format!(" at {:#x}", found.offset) } else { String::new() };
        writeln!(out, "# {}{place}", found.name)?;
    }
    if options.what == What::Python {
        return write!(out, "{}", cloudpickle::show::python(object));
    }
    let colours = match options.color {
        When::Always => true,
        When::Never => false,
        When::Auto => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    };
    tree.write(&mut |token, text| match style(token).filter(|_| colours) {
        Some(style) => write!(out, "{style}{text}{style:#}"),
        None => out.write_all(text.as_bytes()),
    })?;
    writeln!(out)
}

pub(crate) fn limits(options: &Options) -> Show {
    let show = Show::new().depth(options.depth.unwrap_or(usize::MAX));
    match options.all {
        true => show.items(usize::MAX).objects(usize::MAX).text(usize::MAX / 4),
        false => show.items(options.items).objects(options.objects).text(options.text),
    }
}

fn style(token: Token) -> Option<Style> {
    let plain = Style::new();
    let colour = |colour: AnsiColor| Some(plain.fg_color(Some(colour.into())));
    match token {
        Token::Plain => None,
        Token::Label => colour(AnsiColor::Cyan),
        Token::Text => colour(AnsiColor::Green),
        Token::Number => colour(AnsiColor::Yellow),
        Token::Word => colour(AnsiColor::Magenta),
        Token::Type => colour(AnsiColor::Blue),
        Token::Mark => colour(AnsiColor::Red),
        Token::Cut => Some(plain.dimmed()),
    }
}

/// A pickle as JSON: flat, since a pickle may be deeper than readers of JSON go.
fn json_of(found: &Found<'_>, protocol: u8, tree: &Tree<'_>, base: Option<&str>) -> Json {
    let nodes = tree.entries().iter().enumerate().map(|(id, entry)| {
        let node = entry.node();
        let mut json = json!({
            "id": id,
            "parent": entry.parent(),
            "path": tree.path(id),
            "type": node.kind(),
            "text": node.text(),
        });
        if let Some(value) = plain(node.object()) {
            json["value"] = value;
        }
        if !node.is_empty() {
            json["length"] = node.len().into();
            json["shown"] = entry.shown().into();
        }
        if let Some(first) = entry.same_as() {
            json["same_as"] = first.into();
        }
        json
    });
    json!({
        "file": found.name,
        "offset": found.offset,
        "length": found.bytes.len(),
        "protocol": protocol,
        "path": base.unwrap_or("root"),
        "error": null,
        "nodes": nodes.collect::<Vec<_>>(),
    })
}

/// What JSON has too: bools, ints of 64 bits, finite floats, text that is not long.
pub(crate) fn plain(object: Obj<'_>) -> Option<Json> {
    match object.value() {
        Value::True => Some(true.into()),
        Value::False => Some(false.into()),
        Value::Int(n) => Some(n.into()),
        Value::Long(_) => object.as_i64().ok().map(Json::from),
        Value::Float(_) => object.as_f64().ok().filter(|float| float.is_finite()).map(Json::from),
        Value::Str(_) => object.as_str().ok().filter(|text| text.len() <= 10_000).map(Json::from),
        _ => None,
    }
}
