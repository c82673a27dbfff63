//! Metrics for a real carbon, and back.

use std::fs;
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::time::Duration;

use data_example::Error;
use data_example::graphite::{Carbon, Metric, Query};
use engines_support::{Server, command, free_port, need, python, run, scratch_file, venv, wait_for};

/// Carbon with all that it needs.
#[rustfmt::skip]
const CARBON: &[&str] = &[
    "carbon==1.1.10", "whisper==1.1.10", "twisted==24.11.0", "txAMQP==0.8.2", "cachetools==5.5.2", "urllib3==2.3.0", "six==1.17.0", "attrs==25.1.0",
    "automat==24.8.1", "constantly==23.10.4", "hyperlink==21.0.0", "idna==3.10", "incremental==24.7.2", "typing-extensions==4.12.2", "zope.interface==7.2", "setuptools==75.8.0",
];

const SOON: Duration = Duration::from_secs(30);

/// The two ports of a carbon that keeps what it gets in memory.
fn carbon() -> Option<(Server, u16, u16)> {
    let python = need(python(&[11, 12, 10, 9]))?;
    let packages = need(venv(&python, CARBON))?;
    let root = scratch_file("graphite");
    fs::create_dir_all(root.join("conf")).unwrap();
    fs::create_dir_all(root.join("storage")).unwrap();
    let (line, pickle, query) = (free_port(), free_port(), free_port());
    let config = format!(
        "[cache]\nUSER =\nLINE_RECEIVER_INTERFACE = 127.0.0.1\nLINE_RECEIVER_PORT = {line}\nPICKLE_RECEIVER_INTERFACE = 127.0.0.1\n\
         PICKLE_RECEIVER_PORT = {pickle}\nCACHE_QUERY_INTERFACE = 127.0.0.1\nCACHE_QUERY_PORT = {query}\nENABLE_LOGROTATION = False\n\
         CACHE_WRITE_STRATEGY = timesorted\nMIN_TIMESTAMP_LAG = 4000000000\n"
    );
    fs::write(root.join("conf/carbon.conf"), config).unwrap();
    fs::write(root.join("conf/storage-schemas.conf"), "[all]\npattern = .*\nretentions = 1s:1d\n").unwrap();
    let library = packages.join("opt").join("graphite").join("lib");
    let mut command = command(&python, &[&packages, &library]);
    command.env("GRAPHITE_ROOT", &root);
    command.arg(packages.join("bin").join("carbon-cache.py")).arg("--config").arg(root.join("conf/carbon.conf"));
    command.args(["--nodaemon", "--debug", "start"]);
    let listens = move |port| TcpStream::connect(("127.0.0.1", port)).is_ok();
    let server = Server::start("carbon", &command, move |_| listens(pickle) && listens(query), SOON);
    Some((server.unwrap_or_else(|error| panic!("{error}")), pickle, query))
}

fn metric(path: &str, time: u64, value: f64) -> Metric {
    Metric { path: path.into(), time, value }
}

#[test]
fn there_and_back() {
    let Some((server, pickle, query)) = carbon() else { return };
    let mut carbon = Carbon::connect(("127.0.0.1", pickle), SOON).unwrap();
    let mut asked = Query::connect(("127.0.0.1", query), SOON).unwrap();
    assert_eq!(asked.points("app.jobs.done").unwrap(), []);

    let mut sent = vec![metric("app.jobs.done", 1_700_000_000, 7.0), metric("app.jobs.done", 1_700_000_060, -0.125)];
    // More than one message.
    sent.extend((0..1200).map(|n| metric(&format!("app.many.{n}"), 1_700_000_000, f64::from(n) / 8.0)));
    sent.push(metric("app.café", 4_000_000_000, 1e300));
    carbon.send(&sent).unwrap();

    let last = wait_for(SOON, || Some(asked.points("app.café").unwrap()).filter(|points| !points.is_empty()));
    assert_eq!(last, Some(vec![(4e9, 1e300)]), "{}", server.log());
    let mut points = asked.points("app.jobs.done").unwrap();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(points, [(1.7e9, 7.0), (1_700_000_060.0, -0.125)]);
    let names: Vec<String> = (0..1200).map(|n| format!("app.many.{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = asked.points_of(&names).unwrap();
    assert_eq!(many.len(), 1200);
    assert!((0..1200).all(|n| many[&format!("app.many.{n}")] == [(1.7e9, f64::from(n) / 8.0)]));

    // The program does the same.
    let program = |args: &[&str]| run(Command::new(env!("CARGO_BIN_EXE_data-example")).args(args)).unwrap();
    program(&["send", &format!("127.0.0.1:{pickle}"), "app.program", "2.5"]);
    let points = wait_for(SOON, || {
        Some(program(&["points", &format!("127.0.0.1:{query}"), "app.program"])).filter(|text| !text.is_empty())
    });
    assert!(points.as_deref().is_some_and(|text| text.trim().ends_with(" 2.5")), "{points:?}");

    // A carbon that is gone is an error, not a wait.
    drop(server);
    assert!(matches!(asked.points("app.jobs.done"), Err(Error::Io(_) | Error::Carbon(_))));
    let _ = TcpStream::connect(("127.0.0.1", pickle)).map(|stream| stream.shutdown(Shutdown::Both));
}
