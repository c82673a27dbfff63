//! The process of a worker, and the socket to it: reading and writing that end when time is up, when the process is gone, or when the pool stops.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::is_timeout;

/// How long a read or write sleeps before it looks whether the process is still there.
///
/// The end of a process ends its socket as well, and is noticed at once, unless a child of it holds the socket open.
const TICK: Duration = Duration::from_millis(50);

/// Why reading or writing stopped before the socket did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stopped {
    /// The deadline passed.
    Late,
    /// The pool is closed.
    Closed,
}

pub(crate) struct Channel {
    stream: UnixStream,
    child: Child,
    stop: Arc<AtomicBool>,
    deadline: Option<Instant>,
    stopped: Option<Stopped>,
    gone: bool,
    written: u64,
    /// What the socket was last told.
    ticks: [Duration; 2],
}

impl Channel {
    pub(crate) fn new(stream: UnixStream, child: Child, stop: Arc<AtomicBool>) -> Self {
        Self { stream, child, stop, deadline: None, stopped: None, gone: false, written: 0, ticks: [Duration::ZERO; 2] }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// From when on reading and writing fail.
    pub(crate) fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    pub(crate) fn stopped(&self) -> Option<Stopped> {
        self.stopped
    }

    /// How many bytes the socket took.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Writes what the socket takes at once; gives how many bytes.
    pub(crate) fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_nonblocking(true)?;
        let written = match self.stream.write(bytes) {
            Err(error) if is_timeout(&error) || error.kind() == ErrorKind::Interrupted => Ok(0),
            written => written,
        };
        self.stream.set_nonblocking(false)?;
        self.written += written.as_ref().map_or(0, |written| *written as u64);
        written
    }

    /// Whether the process has not ended yet.
    pub(crate) fn is_alive(&mut self) -> bool {
        !self.gone && matches!(self.child.try_wait(), Ok(None))
    }

    /// Says that nothing more will be written: a worker that waits for a call ends.
    pub(crate) fn close(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Waits until the process has ended by itself, up to the deadline.
    pub(crate) fn wait(&mut self) {
        let mut pause = Duration::from_millis(1);
        while self.is_alive() && self.deadline.is_some_and(|deadline| Instant::now() < deadline) {
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// Ends the process if it has not ended yet. What it had written before can still be read.
    pub(crate) fn kill(&mut self) -> Option<ExitStatus> {
        let _ = self.child.kill();
        let status = self.child.wait().ok();
        self.leave();
        (self.deadline, self.stopped) = (None, None);
        status
    }

    /// What is in the socket can still be read, and then it ends, even where a child of the process holds it open.
    fn leave(&mut self) {
        self.gone = true;
        let _ = self.stream.shutdown(Shutdown::Read);
    }

    fn stop(&mut self, why: Stopped) -> io::Error {
        self.stopped = Some(why);
        ErrorKind::TimedOut.into()
    }

    /// How long to sleep in the socket.
    fn tick(&mut self) -> io::Result<Duration> {
        if self.gone {
            return Ok(TICK);
        }
        if self.stop.load(Ordering::Relaxed) {
            return Err(self.stop(Stopped::Closed));
        }
        let Some(deadline) = self.deadline else { return Ok(TICK) };
        let rest = deadline.saturating_duration_since(Instant::now());
        if rest.is_zero() { Err(self.stop(Stopped::Late)) } else { Ok(rest.min(TICK)) }
    }

    fn look(&mut self) {
        if !self.gone && !self.is_alive() {
            self.leave();
        }
    }
}

impl Read for Channel {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let tick = self.tick()?;
            if self.ticks[0] != tick {
                self.stream.set_read_timeout(Some(tick))?;
                self.ticks[0] = tick;
            }
            match self.stream.read(buffer) {
                Err(error) if is_timeout(&error) => self.look(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // It ended while what we wrote was still in its socket.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(0),
                read => return read,
            }
        }
    }
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        loop {
            let tick = self.tick()?;
            if self.ticks[1] != tick {
                self.stream.set_write_timeout(Some(tick))?;
                self.ticks[1] = tick;
            }
            match self.stream.write_vectored(slices) {
                Err(error) if is_timeout(&error) => {
                    self.look();
                    if self.gone {
                        return Err(ErrorKind::BrokenPipe.into());
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(written) => {
                    self.written += written as u64;
                    return Ok(written);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// No process outlives its channel, and none stays behind as a zombie.
impl Drop for Channel {
    fn drop(&mut self) {
        self.kill();
    }
}
