//! Pickled data of Python programs.
//!
//! ```text
//! data-example logs 127.0.0.1:9020                                      prints the records that programs send there
//! data-example send 127.0.0.1:2004 app.jobs.done 7                      sends a metric to carbon
//! data-example points 127.0.0.1:7002 app.jobs.done                      the points of a metric that carbon holds
//! data-example django|flask redis://127.0.0.1:6379/0 KEY [VALUE]        reads a key of a cache, or sets it to a str
//! ```

use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cloudpickle::py;
use data_example::cache::Cache;
use data_example::graphite::{Carbon, Metric, Query};
use data_example::logs::Records;

const WITHIN: Duration = Duration::from_secs(10);

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["logs", address] => collect(&TcpListener::bind(address)?)?,
        ["send", carbon, path, value] => {
            let time = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
            Carbon::connect(carbon, WITHIN)?.send(&[Metric { path: (*path).into(), time, value: value.parse()? }])?;
        }
        ["points", carbon, path] => {
            for (time, value) in Query::connect(carbon, WITHIN)?.points(path)? {
                println!("{time} {value}");
            }
        }
        [kind @ ("django" | "flask"), url, key, value @ ..] => {
            let mut cache = if *kind == "django" { Cache::django(url, "", 1)? } else { Cache::flask(url, "flask_cache_")? };
            match (value, cache.get(key)?) {
                ([value, ..], _) => cache.set(key, &py!(*value), None)?,
                ([], Some(value)) => println!("{}", value.root()),
                ([], None) => println!("{key} is not there"),
            }
        }
        _ => {
            eprintln!("data-example logs ADDRESS | send CARBON PATH VALUE | points CARBON PATH | django|flask REDIS KEY [VALUE]");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the records of every program that connects.
fn collect(listener: &TcpListener) -> std::io::Result<()> {
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, peer) = listener.accept()?;
        thread::spawn(move || {
            if let Err(error) = print_records(stream) {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

fn print_records(stream: TcpStream) -> data_example::Result<()> {
    for record in Records::new(stream) {
        let record = record?;
        print!("{} {}: {}", record.level, record.logger, record.message);
        for (key, value) in record.extra() {
            print!(" {key}={value}");
        }
        println!(" ({}:{})", record.place.0, record.place.1);
        if let Some(traceback) = &record.exception {
            println!("{traceback}");
        }
    }
    Ok(())
}
