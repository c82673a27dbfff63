//! Objects that live in a Python process: a client of `multiprocessing.managers.BaseManager`.
//!
//! Every request is a connection of its own (`create`, `incref`, `decref`), or goes over one that says `accept_connection` first and then carries calls
//! (`Server.serve_client` in CPython's `Lib/multiprocessing/managers.py`):
//!
//! ```text
//! (None, 'create', (typeid, *args), kwargs)     ->   ('#RETURN', (ident, exposed))
//! (None, 'accept_connection', (name,), {})      ->   ('#RETURN', None)
//! (ident, method, args, kwargs)                 ->   ('#RETURN', value) | ('#PROXY', (exposed, token)) | ('#ERROR', exception)
//!                                                    | ('#TRACEBACK', text) | ('#UNSERIALIZABLE', text)
//! ```

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cloudpickle::{Heap, Obj, Pickle, ToPy, Value};

use crate::auth::AuthKey;
use crate::connection::{Address, Connection};
use crate::error::{Error, Result};
use crate::raised::Raised;

/// A manager that serves somewhere: `BaseManager(address, authkey)` after `connect()`.
///
/// # Examples
///
/// In Python:
///
/// ```python
/// from multiprocessing.managers import SyncManager
/// SyncManager(('127.0.0.1', 50000), b'secret').get_server().serve_forever()
/// ```
///
/// And here:
///
/// ```no_run
/// use python_pool::{AuthKey, Manager};
///
/// let address: std::net::SocketAddr = "127.0.0.1:50000".parse().unwrap();
/// let manager = Manager::connect(address, AuthKey::new(b"secret"))?;
/// let mut queue = manager.create("Queue", ())?;
/// queue.call("put", ("spam",))?;
/// assert_eq!(queue.call("get", ())?.value()?.root().as_str()?, "spam");
/// # Ok::<(), python_pool::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Manager(Arc<Server>);

#[derive(Debug)]
struct Server {
    address: Address,
    key: AuthKey,
    timeout: Option<Duration>,
}

impl Manager {
    /// Says hello to a manager, without a time limit for its answers.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::connect`].
    pub fn connect(address: impl Into<Address>, key: AuthKey) -> Result<Self> {
        Self::connect_timeout(address, key, None)
    }

    /// Says hello to a manager, each of whose answers may take so long.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::connect`].
    pub fn connect_timeout(address: impl Into<Address>, key: AuthKey, timeout: impl Into<Option<Duration>>) -> Result<Self> {
        let manager = Self(Arc::new(Server { address: address.into(), key, timeout: timeout.into() }));
        manager.0.request("dummy", ())?;
        Ok(manager)
    }

    /// Makes an object there, or fetches one, by the name under which the manager registered it: `Queue`, `dict`, `Namespace`, `get_jobs`, ...
    ///
    /// # Errors
    ///
    /// [`Error::Raised`] when it raised, as it does for a name that it does not know.
    pub fn create(&self, typeid: &str, args: impl ToPy) -> Result<Proxy> {
        let (mut heap, mut args) = arguments(args);
        args.insert(0, heap.str(typeid));
        let request = Request { heap, ident: None, method: "create", args };
        let created = request.exchange(&mut self.0.dial()?)?.value()?;
        let ident = created.root().get(0)?.as_str()?;
        Proxy::new(&self.0, typeid, ident, created.root().get(1)?)
    }

    /// How many objects live there.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::connect`].
    pub fn number_of_objects(&self) -> Result<u64> {
        Ok(self.0.request("number_of_objects", ())?.root().as_u64()?)
    }

    /// Ends the server process.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::connect`].
    pub fn shutdown(self) -> Result<()> {
        match self.0.request("shutdown", ()) {
            // It may be gone before its answer is.
            Err(Error::Eof) => Ok(()),
            answer => answer.map(drop),
        }
    }
}

impl Server {
    fn dial(&self) -> Result<Connection> {
        let mut connection = Connection::connect(&self.address, Some(&self.key))?;
        connection.set_timeout(self.timeout);
        Ok(connection)
    }

    /// Asks the server itself, over a connection of its own.
    fn request(&self, method: &str, args: impl ToPy) -> Result<Pickle<'static>> {
        let (heap, args) = arguments(args);
        Request { heap, ident: None, method, args }.exchange(&mut self.dial()?)?.value()
    }
}

/// The arguments in a tuple; anything else is the only one.
fn arguments(args: impl ToPy) -> (Heap<'static>, Vec<Value>) {
    let mut heap = Heap::new();
    let args = args.to_py(&mut heap);
    let items = match args {
        Value::Tuple(_) => heap.obj(args).iter().map(|items| items.map(Obj::value).collect()).unwrap_or_default(),
        _ => vec![args],
    };
    (heap, items)
}

struct Request<'r> {
    heap: Heap<'static>,
    ident: Option<&'r str>,
    method: &'r str,
    args: Vec<Value>,
}

impl Request<'_> {
    fn exchange(self, connection: &mut Connection) -> Result<Reply> {
        let Self { mut heap, ident, method, args } = self;
        let (args, kwargs) = (heap.tuple(args), heap.dict([]));
        let request = heap.add((ident, method, args, kwargs));
        connection.send_object(&heap, request)?;
        Reply::read(connection.recv()?)
    }
}

/// What came back.
enum Reply {
    Value(Pickle<'static>),
    /// Another object that lives there: its type, its ident, and the names of its methods as the root.
    Proxy(String, String, Pickle<'static>),
}

impl Reply {
    fn read(mut pickle: Pickle<'static>) -> Result<Self> {
        let root = pickle.root();
        let (kind, value) = (root.get(0)?.as_str()?, root.get(1)?);
        match kind {
            "#RETURN" => {
                let value = value.value();
                pickle.set_root(value);
                Ok(Self::Value(pickle))
            }
            "#PROXY" => {
                // A token is an object whose state is (typeid, address, ident).
                let token = value.get(1)?.as_call()?.state().ok_or_else(|| Error::protocol("a token without a state"))?;
                let (typeid, ident) = (token.get(0)?.as_str()?.to_owned(), token.get(2)?.as_str()?.to_owned());
                let exposed = value.get(0)?.value();
                pickle.set_root(exposed);
                Ok(Self::Proxy(typeid, ident, pickle))
            }
            "#ERROR" => Err(Error::Raised(Box::new(Raised::of_object(value)?))),
            "#TRACEBACK" | "#UNSERIALIZABLE" => Err(Error::Raised(Box::new(Raised::of_traceback(value.as_str()?)))),
            other => Err(Error::protocol(format!("an answer of kind {other:?}"))),
        }
    }

    fn value(self) -> Result<Pickle<'static>> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Proxy(typeid, ..) => Err(Error::protocol(format!("a proxy of {typeid} where a value was wanted"))),
        }
    }
}

/// An object that lives in the process of a manager. It is let go when the last proxy of it is dropped.
///
/// A proxy has a connection of its own, and with it a thread on the other side.
pub struct Proxy {
    server: Arc<Server>,
    typeid: String,
    ident: String,
    exposed: Vec<String>,
    connection: Option<Connection>,
}

/// What a method gave.
#[derive(Debug)]
pub enum Returned {
    /// A value.
    Value(Box<Pickle<'static>>),
    /// An object that lives there, for methods whose results the manager keeps (`method_to_typeid`).
    Proxy(Proxy),
}

impl Returned {
    /// The value.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] when it is a proxy.
    pub fn value(self) -> Result<Pickle<'static>> {
        match self {
            Self::Value(value) => Ok(*value),
            Self::Proxy(proxy) => Err(Error::protocol(format!("a proxy of {} where a value was wanted", proxy.typeid))),
        }
    }

    /// The proxy.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] when it is a value.
    pub fn proxy(self) -> Result<Proxy> {
        match self {
            Self::Proxy(proxy) => Ok(proxy),
            Self::Value(value) => Err(Error::protocol(format!("{} where a proxy was wanted", value.root()))),
        }
    }
}

impl Proxy {
    fn new(server: &Arc<Server>, typeid: &str, ident: &str, exposed: Obj<'_>) -> Result<Self> {
        let exposed = exposed.iter()?.map(|name| Ok(name.as_str()?.to_owned())).collect::<Result<_>>()?;
        let (typeid, ident) = (typeid.to_owned(), ident.to_owned());
        Ok(Self { server: Arc::clone(server), typeid, ident, exposed, connection: None })
    }

    /// The name under which the manager made it.
    #[must_use]
    pub fn typeid(&self) -> &str {
        &self.typeid
    }

    /// The methods that can be called.
    #[must_use]
    pub fn methods(&self) -> &[String] {
        &self.exposed
    }

    /// Calls a method: `proxy.method(*args)`. The arguments are a tuple; anything else is the only one.
    ///
    /// # Errors
    ///
    /// [`Error::Raised`] with what the method raised, or with a traceback of the server, as for a method that is not exposed.
    /// After any other error the next call has a new connection.
    pub fn call(&mut self, method: &str, args: impl ToPy) -> Result<Returned> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.dial()?,
        };
        let (heap, args) = arguments(args);
        let reply = Request { heap, ident: Some(&self.ident), method, args }.exchange(&mut connection);
        if matches!(reply, Ok(_) | Err(Error::Raised(_))) {
            self.connection = Some(connection);
        }
        Ok(match reply? {
            Reply::Value(value) => Returned::Value(Box::new(value)),
            Reply::Proxy(typeid, ident, exposed) => Returned::Proxy(Self::new(&self.server, &typeid, &ident, exposed.root())?),
        })
    }

    fn dial(&self) -> Result<Connection> {
        // The name is that of the thread which serves us.
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let name = format!("Rust-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut connection = self.server.dial()?;
        let (heap, args) = arguments((name,));
        Request { heap, ident: None, method: "accept_connection", args }.exchange(&mut connection)?;
        Ok(connection)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({} at {})", self.typeid, self.ident)
    }
}

/// Says that the object is no longer wanted; a server that is gone does not mind.
impl Drop for Proxy {
    fn drop(&mut self) {
        self.connection = None;
        let let_go = || {
            let mut connection = self.server.dial()?;
            connection.set_timeout(Some(Duration::from_secs(5)));
            let (heap, args) = arguments((self.ident.as_str(),));
            Request { heap, ident: None, method: "decref", args }.exchange(&mut connection)
        };
        let _ = let_go();
    }
}
