//! Connections to Python processes that are somewhere else: `multiprocessing.connection.Client` and `Listener`.

use std::fmt;
use std::io::{self, BufReader, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cloudpickle::{Heap, Pickle, Pickler, ToPy, Value};

use crate::auth::{AuthKey, LONGEST, Messages};
use crate::error::{Error, Result};
use crate::wire::{self, MAX_MESSAGE};

/// How long the other side may take for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Where a listener is: Python's `('127.0.0.1', 6000)` or `'/tmp/socket'`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    /// A host and a port.
    Tcp(SocketAddr),
    /// The path of a socket of this machine.
    Unix(PathBuf),
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::Tcp(address)
    }
}

impl From<&Path> for Address {
    fn from(path: &Path) -> Self {
        Self::Unix(path.to_owned())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

/// A connection to a Python process: `multiprocessing.connection.Connection`, over TCP or a Unix socket.
///
/// Whoever is at the other end can have a Python that calls `recv` run anything; we run nothing. Without an [`AuthKey`] anyone is at the other end, and with
/// one what is sent is still not encrypted: stay on the loopback interface, or in a network of your own.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use python_pool::{AuthKey, Connection, Listener};
///
/// let key = AuthKey::new(b"secret");
/// let listener = Listener::bind("127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap(), Some(key.clone()))?;
/// let address = listener.address().clone();
/// let client = thread::spawn(move || Connection::connect(&address, Some(&key))?.send(("spam", 7)));
/// let mut connection = listener.accept()?;
/// assert_eq!(connection.recv()?.root().to_string(), "('spam', 7)");
/// client.join().unwrap()?;
/// # Ok::<(), python_pool::Error>(())
/// ```
pub struct Connection {
    stream: BufReader<Timed>,
    timeout: Option<Duration>,
    max_message: u64,
    /// Whether a message was read or written in part: nothing more can be made of the stream.
    broken: bool,
}

impl Connection {
    /// Dials a listener: `multiprocessing.connection.Client(address, authkey=key)`. The handshake has ten seconds.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when nobody listens there or the time runs out, [`Error::Authentication`] when the keys are not the same.
    pub fn connect(address: &Address, key: Option<&AuthKey>) -> Result<Self> {
        let mut connection = Self::over(match address {
            Address::Tcp(address) => Stream::tcp(TcpStream::connect_timeout(address, HANDSHAKE)?)?,
            Address::Unix(path) => Stream::Unix(UnixStream::connect(path)?),
        });
        if let Some(key) = key {
            connection.handshake(|connection| {
                key.answer(connection, None)?;
                key.challenge(connection).map(drop)
            })?;
        }
        Ok(connection)
    }

    fn over(stream: Stream) -> Self {
        let stream = Timed { stream, deadline: None, told: None };
        Self { stream: BufReader::new(stream), timeout: None, max_message: MAX_MESSAGE, broken: false }
    }

    fn handshake(&mut self, shake: impl FnOnce(&mut Handshake<'_>) -> Result<()>) -> Result<()> {
        self.stream.get_mut().deadline = Some(Instant::now() + HANDSHAKE);
        shake(&mut Handshake(self))
    }

    /// How long sending or receiving one message may take; no limit at first.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) {
        self.timeout = timeout;
    }

    /// How long a message that is received may be, in bytes: 1 GiB at first.
    pub fn set_max_message(&mut self, bytes: u64) {
        self.max_message = bytes;
    }

    /// Sends an object: Python's `Connection.send`, in protocol 4.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the other side is gone, or takes too long.
    pub fn send(&mut self, object: impl ToPy) -> Result<()> {
        let mut heap = Heap::new();
        let object = heap.add(object);
        self.send_object(&heap, object)
    }

    /// Sends an object of a heap.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::send`], and when it cannot be pickled.
    pub fn send_object(&mut self, heap: &Heap<'_>, object: Value) -> Result<()> {
        self.send_bytes(&Pickler::new().protocol(4).dumps(heap, object)?)
    }

    /// Sends bytes as they are: Python's `Connection.send_bytes`.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::send`].
    pub fn send_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.begin()?;
        self.write(bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = wire::write(self.stream.get_mut(), bytes);
        self.broken |= written.is_err();
        Ok(written?)
    }

    /// Receives an object: Python's `Connection.recv`, which runs what it receives. This runs nothing.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::recv_bytes`], and when it is no pickle.
    pub fn recv(&mut self) -> Result<Pickle<'static>> {
        Ok(cloudpickle::load(&mut &self.recv_bytes()?[..])?)
    }

    /// Receives bytes: Python's `Connection.recv_bytes`.
    ///
    /// # Errors
    ///
    /// [`Error::Eof`] when the other side has closed the connection; [`Error::TooLong`] and [`Error::Protocol`] for messages that are none;
    /// [`Error::Io`] with [`TimedOut`](io::ErrorKind::TimedOut) when none came in time, and then another call can go on waiting.
    pub fn recv_bytes(&mut self) -> Result<Vec<u8>> {
        self.begin()?;
        self.read(self.max_message)
    }

    fn read(&mut self, limit: u64) -> Result<Vec<u8>> {
        // Until the first byte nothing is lost when time runs out.
        let nothing = io::BufRead::fill_buf(&mut self.stream)?.is_empty();
        let message = if nothing { Err(Error::Eof) } else { wire::read(&mut self.stream, limit) };
        self.broken |= message.is_err();
        message
    }

    fn begin(&mut self) -> Result<()> {
        if self.broken {
            return Err(Error::Eof);
        }
        // What is too far away never comes.
        self.stream.get_mut().deadline = self.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Ok(())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(&self.stream.get_ref().stream).finish()
    }
}

/// Its messages are short, and all of them together have one deadline.
struct Handshake<'c>(&'c mut Connection);

impl Messages for Handshake<'_> {
    fn send(&mut self, message: &[u8]) -> Result<()> {
        self.0.write(message)
    }

    fn receive(&mut self) -> Result<Vec<u8>> {
        self.0.read(LONGEST)
    }
}

/// Waits for connections: `multiprocessing.connection.Listener`.
///
/// # Examples
///
/// Python dials in by `multiprocessing.connection.Client(('127.0.0.1', port), authkey=b'secret')`:
///
/// ```
/// use std::net::Ipv4Addr;
/// use python_pool::{Address, AuthKey, Listener};
///
/// let listener = Listener::bind(std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), Some(AuthKey::new("secret")))?;
/// let Address::Tcp(address) = listener.address() else { unreachable!() };
/// assert_ne!(address.port(), 0);
/// # Ok::<(), python_pool::Error>(())
/// ```
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    address: Address,
    key: Option<AuthKey>,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// Listens at an address; port 0 takes one that is free. The file of a Unix socket is removed when the listener is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the address is taken.
    pub fn bind(address: impl Into<Address>, key: Option<AuthKey>) -> Result<Self> {
        match address.into() {
            Address::Tcp(address) => {
                let socket = TcpListener::bind(address)?;
                let address = Address::Tcp(socket.local_addr()?);
                Ok(Self { socket: Socket::Tcp(socket), address, key })
            }
            Address::Unix(path) => {
                let socket = Socket::Unix(UnixListener::bind(&path)?);
                Ok(Self { socket, address: Address::Unix(path), key })
            }
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Waits for a connection, and for the handshake, which has ten seconds.
    ///
    /// The handshake is made in this thread: who must not be kept from other clients by a slow one takes several threads, all in `accept`.
    ///
    /// # Errors
    ///
    /// [`Error::Authentication`] and [`Error::Protocol`] when the client does not have the key, [`Error::Io`] when it takes too long. Whoever listens goes on.
    pub fn accept(&self) -> Result<Connection> {
        let mut connection = Connection::over(match &self.socket {
            Socket::Tcp(socket) => Stream::tcp(socket.accept()?.0)?,
            Socket::Unix(socket) => Stream::Unix(socket.accept()?.0),
        });
        if let Some(key) = &self.key {
            connection.handshake(|connection| {
                let ours = key.challenge(connection)?;
                key.answer(connection, Some(&ours))
            })?;
        }
        Ok(connection)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Address::Unix(path) = &self.address {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[derive(Debug)]
enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    fn tcp(stream: TcpStream) -> io::Result<Self> {
        // An answer must not wait for the acknowledgement of what was sent before.
        stream.set_nodelay(true)?;
        Ok(Self::Tcp(stream))
    }
}

/// A stream that is given up when a deadline passes, however slowly bytes come.
struct Timed {
    stream: Stream,
    deadline: Option<Instant>,
    /// What the socket was last told.
    told: Option<Duration>,
}

impl Timed {
    fn tell(&mut self) -> io::Result<()> {
        let rest = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if rest == Some(Duration::ZERO) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        if rest != self.told {
            match &self.stream {
                Stream::Tcp(stream) => stream.set_read_timeout(rest).and_then(|()| stream.set_write_timeout(rest)),
                Stream::Unix(stream) => stream.set_read_timeout(rest).and_then(|()| stream.set_write_timeout(rest)),
            }?;
            self.told = rest;
        }
        Ok(())
    }
}

/// The sockets say `WouldBlock` when their time is up.
fn late(error: io::Error) -> io::Error {
    if crate::error::is_timeout(&error) { io::ErrorKind::TimedOut.into() } else { error }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tell()?;
        let read = match &mut self.stream {
            Stream::Tcp(stream) => stream.read(buffer),
            Stream::Unix(stream) => stream.read(buffer),
        };
        read.map_err(late)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.tell()?;
        let written = match &mut self.stream {
            Stream::Tcp(stream) => stream.write_vectored(slices),
            Stream::Unix(stream) => stream.write_vectored(slices),
        };
        written.map_err(late)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
