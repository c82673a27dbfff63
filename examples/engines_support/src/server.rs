//! Servers and workers as children that end with the test.

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::python::default_python;
use crate::tools::{scratch_file, wait_for};

/// Starts the command in a process group of its own and kills the group when its standard input ends: when the test says so, or is no more.
const SUPERVISOR: &str = r#"
import os, signal, subprocess, sys, threading
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
def follow():
    code = child.wait()
    os._exit(code if code >= 0 else 128 - code)
threading.Thread(target=follow, daemon=True).start()
sys.stdin.buffer.read()
try:
    os.killpg(child.pid, signal.SIGKILL)
except ProcessLookupError:
    pass
child.wait()
"#;

/// A server or worker that is ready. Dropping it kills it, and what it started in its process group.
#[derive(Debug)]
pub struct Server {
    supervisor: Child,
    lifeline: Option<ChildStdin>,
    log: PathBuf,
}

impl Server {
    /// Starts a command and waits until it is ready, which its log (stdout and stderr together) or anything else may tell.
    ///
    /// # Errors
    ///
    /// The end of the log, when it ends or when it is not ready in time.
    pub fn start(name: &str, command: &Command, ready: impl Fn(&str) -> bool, within: Duration) -> Result<Self, String> {
        let log = scratch_file(&format!("{name}.log"));
        let failed = |what: &dyn std::fmt::Display| format!("{name}: {what}");
        let file = File::create(&log).map_err(|e| failed(&e))?;
        let both = file.try_clone().map_err(|e| failed(&e))?;
        let mut supervisor = Command::new(default_python().path);
        supervisor.args(["-I", "-S", "-c", SUPERVISOR]).arg(command.get_program()).args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => supervisor.env(key, value),
                None => supervisor.env_remove(key),
            };
        }
        if let Some(dir) = command.get_current_dir() {
            supervisor.current_dir(dir);
        }
        let mut supervisor = supervisor.stdin(Stdio::piped()).stdout(file).stderr(both).spawn().map_err(|e| failed(&e))?;
        let lifeline = supervisor.stdin.take();
        let mut server = Self { supervisor, lifeline, log };
        let ended = |server: &mut Self| server.supervisor.try_wait().ok().flatten();
        let begun = Instant::now();
        while !ready(&server.log()) {
            if let Some(status) = ended(&mut server) {
                return Err(failed(&format!("ended with {status}\n{}", server.tail())));
            }
            if begun.elapsed() > within {
                return Err(failed(&format!("not ready after {within:?}\n{}", server.tail())));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// What it has written so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Waits for it to end by itself.
    pub fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        wait_for(within, || self.supervisor.try_wait().ok().flatten())
    }

    fn tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        if self.ended(Duration::from_secs(10)).is_none() {
            let _ = self.supervisor.kill();
            let _ = self.supervisor.wait();
        }
        if std::thread::panicking() {
            let _ = writeln!(std::io::stderr(), "{}:\n{}", self.log.display(), self.tail());
        } else {
            let _ = fs::remove_file(&self.log);
        }
    }
}

/// A port of the loopback that nobody listens on.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback has a free port");
    listener.local_addr().expect("it is bound").port()
}
