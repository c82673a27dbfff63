//! Metrics for Graphite's carbon: its pickle receiver, and its query port.
//!
//! ```text
//! u32, highest byte first: length     [('app.jobs.done', (1700000000, 7.0)), ..]                       to the receiver, which answers nothing
//! u32: length                         {'type': 'cache-query', 'metric': 'app.jobs.done'}               to the query port
//! u32: length                         {'datapoints': [(1700000000.0, 7.0)]}                            its answer
//! ```
//!
//! Carbon refuses pickles that name a global; data has none.

use std::collections::BTreeMap;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use cloudpickle::{Heap, Pickle, Pickler, loads, py};

use crate::error::{Error, Result};
use crate::frame;

/// Carbon drops a message of more than a megabyte.
const METRICS_OF_A_MESSAGE: usize = 500;
/// Longer answers are refused.
const LONGEST: u32 = 256 << 20;

/// A value of a metric at a time.
#[derive(Clone, PartialEq, Debug)]
pub struct Metric {
    /// Its name: `app.jobs.done`.
    pub path: String,
    /// Seconds since 1970.
    pub time: u64,
    /// The value.
    pub value: f64,
}

/// A connection to carbon's pickle receiver, port 2004 by default.
#[derive(Debug)]
pub struct Carbon {
    stream: TcpStream,
}

impl Carbon {
    /// Connects; neither this nor sending takes longer than `within`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn connect(address: impl ToSocketAddrs, within: Duration) -> Result<Self> {
        Ok(Self { stream: connect(address, within)? })
    }

    /// Sends metrics. Carbon does not say what it did with them.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn send(&mut self, metrics: &[Metric]) -> Result<()> {
        for metrics in metrics.chunks(METRICS_OF_A_MESSAGE) {
            let items: Vec<_> = metrics.iter().map(|metric| (&*metric.path, (metric.time, metric.value))).collect();
            let mut heap = Heap::new();
            let list = heap.add(items);
            // Protocol 2 is what carbon itself sends, on every Python.
            frame::write(&mut self.stream, &Pickler::new().protocol(2).dumps(&heap, list)?)?;
        }
        Ok(())
    }
}

/// A connection to carbon's query port, 7002 by default: the points that it has not yet written to disk.
#[derive(Debug)]
pub struct Query {
    stream: TcpStream,
}

/// Times, in seconds since 1970, and values.
pub type Points = Vec<(f64, f64)>;

impl Query {
    /// Connects; neither this nor an answer takes longer than `within`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn connect(address: impl ToSocketAddrs, within: Duration) -> Result<Self> {
        Ok(Self { stream: connect(address, within)? })
    }

    /// The points of a metric; none of one that is not known.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Pickle`], [`Error::Carbon`].
    pub fn points(&mut self, metric: &str) -> Result<Points> {
        let answer = self.ask(py!({"type": "cache-query", "metric": metric}))?;
        Ok(answer.root().get("datapoints")?.extract()?)
    }

    /// The points of several metrics, by name.
    ///
    /// # Errors
    ///
    /// Those of [`Query::points`].
    pub fn points_of(&mut self, metrics: &[&str]) -> Result<BTreeMap<String, Points>> {
        let answer = self.ask(py!({"type": "cache-query-bulk", "metrics": metrics.to_vec()}))?;
        Ok(answer.root().get("datapointsByMetric")?.extract()?)
    }

    fn ask(&mut self, question: Pickle<'_>) -> Result<Pickle<'static>> {
        let (heap, root) = question.into_parts();
        frame::write(&mut self.stream, &Pickler::new().protocol(2).dumps(&heap, root)?)?;
        let answer = frame::read(&mut self.stream, LONGEST)?.ok_or_else(|| Error::Carbon("the connection was closed".into()))?;
        let answer = loads(&answer)?.into_owned();
        match answer.root().get("error") {
            Ok(error) => Err(Error::Carbon(error.to_string())),
            Err(_) => Ok(answer),
        }
    }
}

fn connect(address: impl ToSocketAddrs, within: Duration) -> Result<TcpStream> {
    let mut last = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, within) {
            Ok(stream) => {
                stream.set_read_timeout(Some(within))?;
                stream.set_write_timeout(Some(within))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last.into())
}
