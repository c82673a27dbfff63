//! One worker: how it is started, what is written to it and read from it. `worker.py` is the other side.

use std::collections::{HashSet, VecDeque};
use std::io::{self, BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::answer::Answer;
use crate::callable::Callable;
use crate::channel::{Channel, Stopped};
use crate::error::{Error, Result};
use crate::interpreter::Interpreter;
use crate::raised::Raised;
use crate::task::Prepared;
use crate::wire::{self, Head};

/// What the worker runs.
const SCRIPT: &str = include_str!("worker.py");

/// Runs it where `__main__` stays empty.
const START: &str = "exec(compile(__import__('sys').argv.pop(), '<python_pool>', 'exec'), {'__name__': 'python_pool'})";

/// What a hello may be long.
const HELLO: u64 = 1 << 12;

/// Messages up to this length are copied together, and go out in one system call.
const SMALL: usize = 1 << 14;

/// How many callables a worker keeps.
const KEPT: usize = 1024;

/// Calls that take less are fast: more of them may be written ahead.
const FAST: Duration = Duration::from_millis(1);

pub(crate) struct Worker {
    reader: BufReader<Channel>,
    interpreter: Interpreter,
    max_message: u64,
    /// What is to be written with the next system call.
    out: Vec<u8>,
    /// How many bytes were given to be written.
    given: u64,
    /// The callables that it has, and the order in which they came.
    known: HashSet<u64>,
    order: VecDeque<u64>,
    /// Whether a message was read in part.
    inside: bool,
    began: Instant,
    /// How long its calls take, the newest counting an eighth; none at first.
    pace: Option<Duration>,
}

impl Worker {
    /// Starts a process, and waits until it has said who it is.
    pub(crate) fn start(mut command: Command, stop: Arc<AtomicBool>, timeout: Duration, max_message: u64) -> Result<Self> {
        let python = command.get_program().to_string_lossy().into_owned();
        let failed = |reason: String| Error::Start { python: python.clone(), reason };
        let (ours, theirs) = UnixStream::pair()?;
        let stdout = theirs.try_clone()?;
        command.args(["-c", START, SCRIPT]);
        command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::from(OwnedFd::from(stdout)));
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => failed("it was not found: install Python 3 (Debian: apt-get install python3)".into()),
            _ => failed(error.to_string()),
        })?;
        // The command holds the other end of the socket, whose end would not be noticed.
        drop(command);
        let mut channel = Channel::new(ours, child, stop);
        channel.set_deadline(Some(Instant::now() + timeout));
        let mut reader = BufReader::with_capacity(1 << 16, channel);
        let hello = wire::read(&mut reader, HELLO);
        let interpreter = match hello {
            Ok(hello) if hello.first() == Some(&b'H') => Interpreter::read(&hello[1..]),
            Ok(_) => Err(Error::protocol("something else than a hello came first")),
            Err(error) => Err(error),
        };
        let interpreter = interpreter.map_err(|error| {
            let channel = reader.get_mut();
            let stopped = channel.stopped();
            match (stopped, &error, channel.kill()) {
                (Some(Stopped::Closed), ..) => Error::Closed,
                (Some(Stopped::Late), ..) => failed(format!("it did not answer within {timeout:?}")),
                (None, Error::Eof, Some(status)) => {
                    failed(format!("it ended ({status}) before it answered; it needs Python 3.6 or later"))
                }
                _ => failed(error.to_string()),
            }
        })?;
        reader.get_mut().set_deadline(None);
        Ok(Self {
            reader,
            interpreter,
            max_message,
            out: Vec::new(),
            given: 0,
            known: HashSet::new(),
            order: VecDeque::new(),
            inside: false,
            began: Instant::now(),
            pace: None,
        })
    }

    pub(crate) fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    pub(crate) fn pid(&self) -> u32 {
        self.reader.get_ref().pid()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.reader.get_mut().is_alive()
    }

    /// Whether its calls are so short that the next ones should be with it before it has answered.
    pub(crate) fn is_fast(&self) -> bool {
        self.pace.is_some_and(|pace| pace < FAST)
    }

    /// Says that the worker begins a call now, which may take so long.
    pub(crate) fn begin(&mut self, timeout: Option<Duration>) {
        self.began = Instant::now();
        // What is too far away never comes.
        self.reader.get_mut().set_deadline(timeout.and_then(|timeout| self.began.checked_add(timeout)));
    }

    /// Gives it a call, to be written now or with [`Worker::flush`]; gives the count of bytes at which it has all of it.
    pub(crate) fn push(&mut self, call: u64, prepared: &Prepared) -> io::Result<u64> {
        let callable = &prepared.callable;
        if self.known.insert(callable.id()) {
            self.keep(callable)?;
        }
        let buffers = prepared.buffers();
        let count = u32::try_from(buffers.len()).map_err(|_| io::Error::other("more buffers than a call can have"))?;
        let mut head = [0; START_OF_ARGS];
        head[0] = b'C';
        head[1..9].copy_from_slice(&call.to_le_bytes());
        head[9..17].copy_from_slice(&callable.id().to_le_bytes());
        head[17..21].copy_from_slice(&count.to_le_bytes());
        head[21] = prepared.form as u8;
        let heads: Vec<Head> = buffers.map(|buffer| Head::of(buffer.len())).collect();
        let message = Head::of(head.len() + prepared.pickle.len());
        let mut slices = vec![message.as_bytes(), &head, &prepared.pickle];
        slices.extend(heads.iter().zip(prepared.buffers()).flat_map(|(head, buffer)| [head.as_bytes(), buffer]));
        self.put(&slices)?;
        Ok(self.given)
    }

    /// Has it keep a callable, and forget the one that came first where there are many.
    fn keep(&mut self, callable: &Callable) -> io::Result<()> {
        if self.order.len() >= KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
            self.put(&[Head::of(9).as_bytes(), b"D", &oldest.to_le_bytes()])?;
        }
        self.order.push_back(callable.id());
        let pickle = callable.pickle();
        self.put(&[Head::of(9 + pickle.len()).as_bytes(), b"F", &callable.id().to_le_bytes(), pickle])
    }

    fn put(&mut self, slices: &[&[u8]]) -> io::Result<()> {
        let length: usize = slices.iter().map(|slice| slice.len()).sum();
        self.given += length as u64;
        if length <= SMALL {
            slices.iter().for_each(|slice| self.out.extend_from_slice(slice));
            return Ok(());
        }
        self.flush(self.given - length as u64)?;
        wire::write_slices(self.reader.get_mut(), slices).map(drop)
    }

    /// Writes what is still to be written, and waits until so many bytes in all are: those of the call that it is to begin. The rest are written as far as the
    /// socket takes them, since the worker may be waiting for us to read.
    pub(crate) fn flush(&mut self, wanted: u64) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        let channel = self.reader.get_mut();
        let mut done = 0;
        if channel.written() + (self.out.len() as u64) > wanted {
            done = channel.write_now(&self.out)?;
        }
        let missing = usize::try_from(wanted.saturating_sub(channel.written())).unwrap_or(usize::MAX);
        if missing > 0 {
            let end = done.saturating_add(missing).min(self.out.len());
            done += usize::try_from(wire::write_slices(channel, &[&self.out[done..end]])?).unwrap_or(0);
        }
        self.out.drain(..done);
        Ok(())
    }

    /// How many bytes it was sent; it can have begun a call only when it has all of it.
    pub(crate) fn written(&self) -> u64 {
        self.reader.get_ref().written()
    }

    /// Why reading or writing stopped, when it was not the worker's doing.
    pub(crate) fn stopped(&self) -> Option<Stopped> {
        self.reader.get_ref().stopped()
    }

    /// Reads the answer to a call: its result, or the exception it raised. An outer error says that the worker cannot go on.
    pub(crate) fn answer(&mut self, call: u64) -> Result<Result<Answer>> {
        if self.inside {
            return Err(Error::Eof);
        }
        // Until the first byte nothing is lost when time runs out.
        if self.reader.fill_buf()?.is_empty() {
            return Err(Error::Eof);
        }
        self.inside = true;
        let message = wire::read(&mut self.reader, self.max_message)?;
        let (kind, id, count) = split(&message).ok_or_else(|| Error::protocol("a message that is no answer"))?;
        if id != call {
            return Err(Error::protocol(format!("an answer to call {id} where one to {call} was wanted")));
        }
        let mut buffers = Vec::new();
        let mut room = self.max_message - message.len() as u64;
        for _ in 0..count {
            let buffer = wire::read(&mut self.reader, room)?;
            room -= buffer.len() as u64;
            buffers.push(buffer);
        }
        self.inside = false;
        let took = self.began.elapsed();
        self.pace = Some(self.pace.map_or(took, |pace| pace * 7 / 8 + took / 8));
        let answer = Answer::new(message, START_OF_PICKLE, buffers);
        match kind {
            b'R' => Ok(Ok(answer)),
            b'E' => Ok(Err(Error::Raised(Box::new(Raised::read(&answer)?)))),
            other => Err(Error::protocol(format!("an answer of kind {:?}", other.escape_ascii().to_string()))),
        }
    }

    /// Ends the process now. Answers that it had written can still be read.
    pub(crate) fn kill(&mut self) -> Option<ExitStatus> {
        self.reader.get_mut().kill()
    }

    /// Lets it end by itself, so long at most.
    pub(crate) fn end(mut self, grace: Duration) {
        let channel = self.reader.get_mut();
        channel.set_deadline(Some(Instant::now() + grace));
        channel.close();
        channel.wait();
    }
}

/// Where the pickle begins in a call, and in an answer.
const START_OF_ARGS: usize = 22;
const START_OF_PICKLE: usize = 13;

/// Kind, call and number of buffers of an answer.
fn split(message: &[u8]) -> Option<(u8, u64, u32)> {
    let (kind, rest) = message.split_first()?;
    let (call, rest) = rest.split_first_chunk()?;
    let (count, _) = rest.split_first_chunk()?;
    Some((*kind, u64::from_le_bytes(*call), u32::from_le_bytes(*count)))
}
