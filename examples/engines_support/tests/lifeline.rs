//! What a test starts ends with it, also when the test ends badly.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use engines_support::{Server, python, wait_for};

const SOON: Duration = Duration::from_secs(30);

/// A server with a child: the ids of both processes.
fn family() -> (Server, [u32; 2]) {
    let python = python(&[11, 12, 13, 10, 9, 8]).expect("an interpreter");
    let script = "import os, subprocess, sys\n\
                  child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n\
                  print('pids', os.getpid(), child.pid, flush=True)\nchild.wait()";
    let mut command = python.command();
    command.arg("-c").arg(script);
    let server =
        Server::start("family", &command, |log| log.starts_with("pids") && log.ends_with('\n'), SOON).expect("it starts");
    let log = server.log();
    let pids: Vec<u32> = log.split_whitespace().skip(1).map(|pid| pid.parse().expect("a number")).collect();
    (server, pids.try_into().expect("two"))
}

fn end(pids: [u32; 2]) -> bool {
    wait_for(SOON, || pids.iter().all(|pid| !is_running(*pid)).then_some(())).is_some()
}

/// Whether it runs: one that only waits to be reaped does not.
fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().next()).is_some_and(|state| state != "Z")
}

#[test]
#[cfg(target_os = "linux")]
fn a_dropped_server_ends() {
    let (server, pids) = family();
    assert!(pids.iter().all(|pid| is_running(*pid)));
    drop(server);
    assert!(end(pids), "{pids:?}");
}

/// This test once more, in a process that aborts.
#[test]
#[cfg(target_os = "linux")]
fn an_aborted_test_leaves_nothing() {
    if std::env::var_os("ABORT").is_some() {
        let (server, pids) = family();
        assert!(pids.iter().all(|pid| is_running(*pid)));
        println!("\npids {} {}", pids[0], pids[1]);
        std::mem::forget(server);
        std::process::abort();
    }
    let mut again = Command::new(std::env::current_exe().expect("a test has a path"));
    let again =
        again.args(["--exact", "--nocapture", "an_aborted_test_leaves_nothing"]).env("ABORT", "1").output().expect("it runs");
    assert!(!again.status.success());
    let text = String::from_utf8_lossy(&again.stdout).into_owned();
    let pids = text.lines().find_map(|line| line.strip_prefix("pids ")?.split_once(' ')).unwrap_or_else(|| panic!("{text}"));
    assert!(end([pids.0.parse().expect("a number"), pids.1.parse().expect("a number")]), "{pids:?}");
}
