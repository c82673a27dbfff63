//! Records that real `SocketHandler`s send.

use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, SystemTime};

use cloudpickle::Obj;
use data_example::Result;
use data_example::logs::{Record, Records};
use engines_support::{Server, interpreters, python2, run, wait_for};

const PROGRAM: &str = r#"
import logging, logging.handlers, sys

logger = logging.getLogger("app.jobs")
logger.setLevel(logging.DEBUG)
logger.addHandler(logging.handlers.SocketHandler("127.0.0.1", int(sys.argv[1])))


def work():
    logger.info("job %d of %s", 7, u"caf\u00e9", extra={"user": "me", "sizes": [1, 2.5, None], "big": 2 ** 70})
    try:
        {}["spam"]
    except KeyError:
        logger.exception("failed")
    logger.warning("x" * 100000)
    for number in range(200):
        logger.debug("number %d", number)


work()
"#;

fn accept(listener: &TcpListener) -> TcpStream {
    listener.set_nonblocking(true).unwrap();
    let (stream, _) = wait_for(Duration::from_secs(20), || listener.accept().ok()).expect("the program connects");
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

#[test]
fn records_of_every_python() {
    for python in interpreters().into_iter().chain(python2()) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let program = std::thread::spawn({
            let python = python.clone();
            move || run(python.command().arg("-c").arg(PROGRAM).arg(port.to_string()))
        });
        let records: Vec<Record> =
            Records::new(accept(&listener)).collect::<Result<_>>().unwrap_or_else(|e| panic!("{python}: {e}"));
        program.join().unwrap().unwrap();

        assert_eq!(records.len(), 203, "{python}");
        let [first, failed, long, rest @ ..] = &records[..] else { unreachable!() };
        assert_eq!(first.pickle.protocol(), 1, "{python}");
        assert_eq!((&*first.logger, &*first.level, first.level_number), ("app.jobs", "INFO", 20));
        assert_eq!(first.message, "job 7 of café");
        assert_eq!((&*first.place.0, first.place.1, &*first.function), ("<string>", 10, "work"));
        let age = SystemTime::now().duration_since(first.created).unwrap();
        assert!(age < Duration::from_secs(600), "{python}: {age:?}");
        assert!(first.process.is_some() && first.exception.is_none());
        let mut extra: Vec<(&str, Obj<'_>)> = first.extra().collect();
        extra.sort_by_key(|(key, _)| *key);
        let extra: Vec<String> = extra.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(extra, ["big=1180591620717411303424", "sizes=[1, 2.5, None]", "user='me'"], "{python}");

        assert_eq!((&*failed.level, &*failed.message), ("ERROR", "failed"));
        let traceback = failed.exception.as_deref().unwrap();
        assert!(traceback.starts_with("Traceback") && traceback.ends_with("KeyError: 'spam'"), "{python}: {traceback}");
        assert_eq!(long.message.len(), 100_000);
        assert!(rest.iter().enumerate().all(|(number, record)| record.message == format!("number {number}")));
    }
}

#[test]
fn one_bad_record_is_one_error() {
    let mut sent = Vec::new();
    for message in [&b"}X\x04\0\0\0nameX\x03\0\0\0apps."[..], b"not a pickle", b"cos\nsystem\n(S'true'\ntR."] {
        sent.extend((message.len() as u32).to_be_bytes());
        sent.extend(message);
    }
    sent.extend(u32::MAX.to_be_bytes());
    let records: Vec<String> = Records::new(&sent[..]).map(|record| record.unwrap_err().to_string()).collect();
    assert_eq!(records.len(), 4, "{records:?}");
    assert!(records[0].contains("'levelname'") || records[0].contains("'created'"), "{records:?}");
    assert!(records[3].contains("4294967295 bytes"), "{records:?}");
}

#[test]
fn the_program_prints_them() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_data-example"));
    command.args(["logs", "127.0.0.1:0"]);
    let collector = Server::start("collector", &command, |log| log.contains("listening on"), Duration::from_secs(20)).unwrap();
    let log = collector.log();
    let port = log.trim().rsplit(':').next().expect("it says where it listens");
    let python = interpreters().pop().expect("there is one");
    run(python.command().arg("-c").arg(PROGRAM).arg(port)).unwrap();
    let last = wait_for(Duration::from_secs(20), || collector.log().contains("number 199").then_some(()));
    assert!(last.is_some(), "{}", collector.log());
    assert!(collector.log().contains("INFO app.jobs: job 7 of café user='me' "), "{}", collector.log());
}
