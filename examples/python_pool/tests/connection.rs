//! Connections to `multiprocessing.connection` of every Python that is found, and to a stock manager.

#[allow(dead_code, unreachable_pub)]
#[path = "../../../tests/common/python.rs"]
mod python;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cloudpickle::{Bytes, py};
use python_pool::{Address, AuthKey, Connection, Error, Listener, Manager};

use crate::python::{Python, interpreters};

/// More than any answer takes.
const LONG: Duration = Duration::from_secs(60);

/// A Python that runs a script, and is ended with the test.
struct Script(Child);

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Script {
    fn start(python: &Python, script: &str, args: &[&str]) -> Self {
        let mut command = python.command();
        command.args(["-c", script]).args(args).stdin(Stdio::null()).stdout(Stdio::piped());
        Self(command.spawn().expect("Python starts"))
    }

    /// The next line that it prints.
    fn line(&mut self) -> String {
        let mut line = Vec::new();
        let stdout = self.0.stdout.as_mut().expect("stdout is piped");
        let mut byte = [0];
        while stdout.read(&mut byte).expect("stdout can be read") == 1 && byte[0] != b'\n' {
            line.push(byte[0]);
        }
        String::from_utf8(line).expect("Python prints UTF-8")
    }

    fn port(&mut self) -> Address {
        Address::Tcp((Ipv4Addr::LOCALHOST, self.line().parse().expect("a port")).into())
    }

    fn wait(mut self) {
        let status = self.0.wait().expect("Python ends");
        assert!(status.success(), "{status}");
    }
}

fn loopback() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

fn socket_path(python: &Python) -> PathBuf {
    std::env::temp_dir().join(format!("python_pool-{}-{}", std::process::id(), python.version.1))
}

const DIAL: &str = "
import sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
address = sys.argv[1]
if ':' in address:
    host, port = address.split(':')
    address = (host, int(port))
try:
    connection = Client(address, authkey=sys.argv[2].encode() or None)
except AuthenticationError:
    sys.exit(1)
while True:
    try:
        request = connection.recv()
    except EOFError:
        break
    connection.send({'got': request, 'len': len(request)})
    connection.send_bytes(bytes(request[0]))
";

const LISTEN: &str = "
import sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener
listener = Listener(sys.argv[1] if len(sys.argv) > 3 else ('127.0.0.1', 0), authkey=sys.argv[2].encode() or None)
print(listener.address if len(sys.argv) > 3 else listener.address[1], flush=True)
while True:
    try:
        connection = listener.accept()
    except AuthenticationError:
        print('refused', flush=True)
        continue
    request = connection.recv()
    connection.send({'got': request, 'len': len(request)})
    connection.send_bytes(bytes(request[0]))
    print('done', flush=True)
";

/// Sends to and receives from a Python that runs one of the scripts.
fn converse(connection: &mut Connection, python: &Python) {
    connection.set_timeout(Some(LONG));
    // The second is longer than what Python writes at once.
    let large = vec![7; 3_000_000];
    connection.send((Bytes(&large), "caf\u{e9}")).unwrap();
    let answer = connection.recv().unwrap();
    assert!(answer.root().get("got").unwrap().py_eq(py!((Bytes(&large), "caf\u{e9}")).root()), "{python}");
    assert_eq!(answer.root().get("len").unwrap().as_i64().unwrap(), 2);
    assert!(connection.recv_bytes().unwrap() == large, "{python}");
}

#[test]
fn python_dials() {
    for python in interpreters() {
        for key in ["secret", ""] {
            let auth = (!key.is_empty()).then(|| AuthKey::new(key));
            let path = socket_path(&python);
            let listeners =
                [Listener::bind(loopback(), auth.clone()).unwrap(), Listener::bind(path.as_path(), auth.clone()).unwrap()];
            for listener in listeners {
                let script = Script::start(&python, DIAL, &[&listener.address().to_string(), key]);
                let mut connection = listener.accept().unwrap_or_else(|err| panic!("{python}: {err}"));
                converse(&mut connection, &python);
                drop(connection);
                script.wait();
            }
            assert!(!path.exists());
        }
        // Another key.
        let listener = Listener::bind(loopback(), Some(AuthKey::new("another"))).unwrap();
        let _script = Script::start(&python, DIAL, &[&listener.address().to_string(), "secret"]);
        assert!(matches!(listener.accept(), Err(Error::Authentication(_))), "{python}");
        // MD5 alone is what 3.11 and earlier have.
        let listener = Listener::bind(loopback(), Some(AuthKey::new("secret").refuse_md5())).unwrap();
        let _script = Script::start(&python, DIAL, &[&listener.address().to_string(), "secret"]);
        assert_eq!(listener.accept().is_ok(), python.is_at_least(3, 12), "{python}");
    }
}

#[test]
fn python_listens() {
    for python in interpreters() {
        for key in ["secret", ""] {
            let auth = (!key.is_empty()).then(|| AuthKey::new(key));
            let mut script = Script::start(&python, LISTEN, &["", key]);
            let address = script.port();
            for _ in 0..2 {
                converse(&mut Connection::connect(&address, auth.as_ref()).unwrap(), &python);
                assert_eq!(script.line(), "done");
            }
            if !key.is_empty() {
                let err = Connection::connect(&address, Some(&AuthKey::new("another"))).unwrap_err();
                assert!(matches!(err, Error::Authentication(_)), "{python}: {err}");
                assert_eq!(script.line(), "refused");
                let strict = Connection::connect(&address, Some(&AuthKey::new("secret").refuse_md5()));
                assert_eq!(strict.is_ok(), python.is_at_least(3, 12), "{python}");
            }
        }
        let path = socket_path(&python).with_extension("listens");
        let mut script = Script::start(&python, LISTEN, &[path.to_str().unwrap(), "secret", "unix"]);
        script.line();
        converse(&mut Connection::connect(&path.as_path().into(), Some(&AuthKey::new("secret"))).unwrap(), &python);
        drop(script);
        let _ = std::fs::remove_file(&path);
    }
}

/// What a client can do to a listener that has not seen its key.
#[test]
fn hostile_clients() {
    let listener = Listener::bind(loopback(), Some(AuthKey::new("secret"))).unwrap();
    let Address::Tcp(address) = listener.address().clone() else { unreachable!() };
    let attempts: [(&[u8], &str); 7] = [
        (b"", "the other side closed the connection"),
        (b"\0\0\0", "it ended inside a message"),
        (b"\x7f\xff\xff\xff", "a message of 2147483647 bytes, 256 are allowed"),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "256 are allowed"),
        (b"\xff\xff\xff\xfe", "a message of -2 bytes"),
        (b"\0\0\0\0", "does not have the key"),
        (b"\0\0\0\x100123456789abcdef", "does not have the key"),
    ];
    for (bytes, wanted) in attempts {
        let client = thread::spawn(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(bytes).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut rest = Vec::new();
            // The listener may close while there is something left to read.
            let _ = stream.read_to_end(&mut rest);
            rest
        });
        let err = listener.accept().unwrap_err();
        assert!(err.to_string().contains(wanted), "{bytes:?}: {err}");
        let seen = client.join().unwrap();
        assert!(seen.starts_with(b"\0\0\0\x3b#CHALLENGE#{sha256}"), "{seen:?}");
    }
    // One that gives our own question back.
    let client = thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let mut challenge = vec![0; 4 + 59];
        stream.read_exact(&mut challenge).unwrap();
        stream.write_all(&challenge).unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        rest
    });
    assert!(matches!(listener.accept(), Err(Error::Authentication(_))));
    assert_eq!(client.join().unwrap(), b"\0\0\0\x09#FAILURE#");
}

#[test]
fn time_limits() {
    let listener = Listener::bind(loopback(), None).unwrap();
    let Address::Tcp(address) = listener.address().clone() else { unreachable!() };
    let mut stream = TcpStream::connect(address).unwrap();
    let mut connection = listener.accept().unwrap();
    connection.set_timeout(Some(Duration::from_millis(50)));
    // Nothing came: it can be tried again.
    for _ in 0..2 {
        assert!(matches!(connection.recv_bytes(), Err(Error::Io(err)) if err.kind() == std::io::ErrorKind::TimedOut));
    }
    stream.write_all(b"\0\0\0\x04spam").unwrap();
    assert_eq!(connection.recv_bytes().unwrap(), b"spam");
    // Byte by byte is not faster than the limit allows.
    connection.set_timeout(Some(Duration::from_millis(300)));
    let slow = thread::spawn(move || {
        for byte in b"\0\0\0\xffspam spam spam spam spam spam spam spam" {
            if stream.write_all(&[*byte]).is_err() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
    });
    let begun = Instant::now();
    assert!(matches!(connection.recv_bytes(), Err(Error::Io(_))));
    assert!(begun.elapsed() < LONG);
    // It is in the middle of a message now.
    assert!(matches!(connection.recv_bytes(), Err(Error::Eof)));
    slow.join().unwrap();
    // A peer that does not read.
    let mut stream = TcpStream::connect(address).unwrap();
    let mut connection = listener.accept().unwrap();
    connection.set_timeout(Some(Duration::from_millis(100)));
    assert!(matches!(connection.send_bytes(&vec![0; 64 << 20]), Err(Error::Io(_))));
    drop(connection);
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.len() < 64 << 20);
}

const MANAGER: &str = "
import sys
from multiprocessing.managers import SyncManager, BaseProxy

class Jobs:
    def __init__(self, *names):
        self.names = list(names)
    def add(self, name, *more):
        self.names += [name, *more]
        return len(self.names)
    def fail(self, text):
        raise KeyError(text)
    def lock(self):
        import threading
        return threading.Lock()
    def inner(self):
        return {'first': self.names[0]}

class Manager(SyncManager):
    pass

Manager.register('Jobs', Jobs, exposed=['add', 'fail', 'lock', 'inner'], method_to_typeid={'inner': 'dict'})
jobs = Jobs('shared')
Manager.register('shared_jobs', callable=lambda: jobs, exposed=['add'])
server = Manager(('127.0.0.1', 0), b'secret').get_server()
print(server.address[1], flush=True)
server.serve_forever()
";

#[test]
fn managers() {
    let pythons = interpreters();
    for python in pythons.iter().filter(|python| matches!(python.version.1, 8 | 11 | 13) || python == &&pythons[0]) {
        let mut script = Script::start(python, MANAGER, &[]);
        let address = script.port();
        assert!(matches!(Manager::connect(address.clone(), AuthKey::new("another")), Err(Error::Authentication(_))));
        let manager = Manager::connect_timeout(address, AuthKey::new("secret"), LONG).unwrap();
        assert_eq!(manager.number_of_objects().unwrap(), 0, "{python}");

        let mut queue = manager.create("Queue", (2,)).unwrap();
        for item in 0..2 {
            assert!(queue.call("put", ((item, "spam"),)).unwrap().value().unwrap().root().is_none());
        }
        assert_eq!(queue.call("qsize", ()).unwrap().value().unwrap().root().as_i64().unwrap(), 2);
        let err = queue.call("put_nowait", (3,)).unwrap_err();
        assert_eq!(err.raised().unwrap().type_name(), "queue.Full", "{python}");
        assert_eq!(queue.call("get", ()).unwrap().value().unwrap().root().to_string(), "(0, 'spam')");

        let mut jobs = manager.create("Jobs", ("a", "b")).unwrap();
        assert_eq!(jobs.methods()[..4], ["add", "fail", "lock", "inner"]);
        assert_eq!(jobs.call("add", ("c", "d")).unwrap().value().unwrap().root().as_i64().unwrap(), 4);
        let err = jobs.call("fail", ("text",)).unwrap_err();
        let raised = err.raised().unwrap();
        assert_eq!((raised.type_name(), raised.message()), ("KeyError", "text"));
        assert_eq!(raised.object().unwrap().unwrap().root().to_string(), "KeyError('text')");
        let err = jobs.call("names", ()).unwrap_err();
        assert!(err.raised().unwrap().traceback().contains("AttributeError: method 'names'"), "{python}: {err}");
        assert!(jobs.call("lock", ()).unwrap_err().to_string().contains("pickle"), "{python}");

        // A method whose result stays there.
        let mut inner = jobs.call("inner", ()).unwrap().proxy().unwrap();
        assert_eq!((inner.typeid(), manager.number_of_objects().unwrap()), ("dict", 3));
        inner.call("__setitem__", ("second", [1, 2])).unwrap();
        let items = inner.call("copy", ()).unwrap().value().unwrap();
        assert_eq!(items.root().to_string(), "{'first': 'a', 'second': [1, 2]}");
        drop(inner);
        assert_eq!(manager.number_of_objects().unwrap(), 2, "{python}");

        // One that both sides have.
        let mut both = [manager.create("shared_jobs", ()).unwrap(), manager.create("shared_jobs", ()).unwrap()];
        both[0].call("add", ("x",)).unwrap();
        assert_eq!(both[1].call("add", ("y",)).unwrap().value().unwrap().root().as_i64().unwrap(), 3);
        assert_eq!(manager.number_of_objects().unwrap(), 3);
        drop((both, queue, jobs));
        assert_eq!(manager.number_of_objects().unwrap(), 0, "{python}");

        let err = manager.create("nothing", ()).unwrap_err();
        assert_eq!(err.raised().unwrap().type_name(), "KeyError", "{python}: {err}");
        manager.shutdown().unwrap();
        script.wait();
    }
}
