//! Records of Python's `logging`, as [`SocketHandler`](https://docs.python.org/3/library/logging.handlers.html#sockethandler) sends them.
//!
//! ```text
//! u32, highest byte first: length     {'name': 'app.jobs', 'msg': 'job 7 done', 'levelname': 'INFO', 'levelno': 20, 'created': 1700000000.5, ..}
//! ```
//!
//! The dict is a pickle of protocol 1, which begins with no `PROTO`. Python's own receiver unpickles whatever it is sent, and the documentation of Python warns of that;
//! this one reads.

use std::io::Read;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cloudpickle::{Obj, Pickle, loads};

use crate::error::Result;
use crate::frame;

/// Longer records are refused.
const LONGEST: u32 = 16 << 20;

/// What every record has; other keys were given as `extra`.
const USUAL: [&str; 23] = [
    "name",
    "msg",
    "args",
    "levelname",
    "levelno",
    "pathname",
    "filename",
    "module",
    "exc_info",
    "exc_text",
    "stack_info",
    "lineno",
    "funcName",
    "created",
    "msecs",
    "relativeCreated",
    "thread",
    "threadName",
    "processName",
    "process",
    "taskName",
    "message",
    "asctime",
];

/// A record of a logger.
#[derive(Clone, Debug)]
pub struct Record {
    /// The name of the logger: `app.jobs`.
    pub logger: String,
    /// `INFO`.
    pub level: String,
    /// 20.
    pub level_number: i64,
    /// The message, with its arguments in it.
    pub message: String,
    /// When it was made.
    pub created: SystemTime,
    /// The file and the line of the call.
    pub place: (String, u32),
    /// The function with the call.
    pub function: String,
    /// The id of the process.
    pub process: Option<u32>,
    /// The text of a traceback, where there was an exception.
    pub exception: Option<String>,
    /// Everything that was sent.
    pub pickle: Pickle<'static>,
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    ///
    /// [`Error::Pickle`](crate::Error::Pickle) for what is no pickle, or no record.
    ///
    /// # Examples
    ///
    /// ```
    /// use data_example::logs::Record;
    ///
    /// let sent = b"}(X\x04\0\0\0nameX\x03\0\0\0appX\x03\0\0\0msgX\x02\0\0\0hiX\x09\0\0\0levelnameX\x04\0\0\0INFOX\x07\0\0\0levelnoK\x14\
    /// X\x07\0\0\0createdG\x41\xd9\x54\xfc\x40\x20\0\0X\x04\0\0\0userX\x02\0\0\0meu.";
    /// let record = Record::read(sent)?;
    /// assert_eq!((&*record.logger, &*record.level, &*record.message), ("app", "INFO", "hi"));
    /// let extra: Vec<String> = record.extra().map(|(key, value)| format!("{key}={value}")).collect();
    /// assert_eq!(extra, ["user='me'"]);
    /// # Ok::<(), data_example::Error>(())
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let pickle = loads(bytes)?;
        let root = pickle.root();
        let text = |key: &str| root.get(key).and_then(text_of);
        let created = root.get("created")?.as_f64()?;
        Ok(Self {
            logger: text("name")?,
            level: text("levelname")?,
            level_number: root.get("levelno")?.as_i64()?,
            message: text("msg")?,
            created: Duration::try_from_secs_f64(created).map_or(UNIX_EPOCH, |since| UNIX_EPOCH + since),
            place: (text("pathname").unwrap_or_default(), root.get("lineno").and_then(Obj::extract).unwrap_or_default()),
            function: text("funcName").unwrap_or_default(),
            process: root.get("process").and_then(Obj::extract).ok(),
            exception: text("exc_text").ok(),
            pickle: pickle.into_owned(),
        })
    }

    /// What the program gave as `extra`.
    pub fn extra(&self) -> impl Iterator<Item = (&str, Obj<'_>)> {
        let items = self.pickle.root().items().into_iter().flatten();
        items.filter_map(|(key, value)| Some((key.as_str().ok()?, value))).filter(|(key, _)| !USUAL.contains(key))
    }
}

/// A str of Python 3, or of Python 2, which has bytes.
fn text_of(object: Obj<'_>) -> cloudpickle::Result<String> {
    object.as_str().map(str::to_owned).or_else(|error| match object.as_bytes() {
        Ok(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
        Err(_) => Err(error),
    })
}

/// The records of a connection, one after the other, until the program closes it.
#[derive(Debug)]
pub struct Records<R> {
    reader: Option<R>,
}

impl<R: Read> Records<R> {
    /// Reads from a connection.
    pub fn new(reader: R) -> Self {
        Self { reader: Some(reader) }
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        match frame::read(self.reader.as_mut()?, LONGEST) {
            // One bad record is one error: the next begins where it should.
            Ok(Some(message)) => Some(Record::read(&message)),
            Ok(None) => None,
            Err(error) => {
                self.reader = None;
                Some(Err(error))
            }
        }
    }
}
