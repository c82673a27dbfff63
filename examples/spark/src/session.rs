//! A session on a Spark Connect server.

use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use http::uri::PathAndQuery;
use prost::Message;
use tokio::runtime::{Builder, Runtime};
use tonic::Request;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;
use uuid::Uuid;
use worker_task::Task;

use crate::error::{Error, Result};
use crate::failure::{self, Failure};
use crate::frame::{Column, Frame};
use crate::proto::{
    AnalyzePlanRequest, AnalyzePlanResponse, Empty, ExecutePlanRequest, ExecutePlanResponse, FetchErrorDetailsRequest, Plan,
    ReleaseSessionRequest, UserContext,
};
use crate::udf::{Eval, Type, Udf};

/// A batch of rows is longer than what gRPC takes by default.
const LONGEST: usize = 128 << 20;

const CLIENT: &str = "cloudpickle-rust";

/// A session: `SparkSession.builder.remote(url)`. The server forgets it when it is [closed](Session::close), or has not been used for an hour.
#[derive(Debug)]
pub struct Session {
    runtime: Runtime,
    grpc: Grpc<Channel>,
    id: String,
    python: Option<(u8, u8)>,
}

impl Session {
    /// Connects to a server: `http://127.0.0.1:15002`.
    ///
    /// # Errors
    ///
    /// [`Error::Connection`] for an address that is none, or where nobody answers within that time.
    pub fn connect(address: &str, within: Duration) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let endpoint = Endpoint::from_shared(address.to_owned())?.connect_timeout(within);
        let channel = runtime.block_on(endpoint.connect())?;
        let grpc = Grpc::new(channel).max_decoding_message_size(LONGEST).max_encoding_message_size(LONGEST);
        Ok(Self { runtime, grpc, id: Uuid::new_v4().to_string(), python: None })
    }

    /// The release of Spark: `4.3.0`.
    ///
    /// # Errors
    ///
    /// [`Error::Spark`].
    pub fn version(&mut self) -> Result<String> {
        let request = AnalyzePlanRequest {
            session_id: self.id.clone(),
            user_context: user(),
            client_type: Some(CLIENT.to_owned()),
            spark_version: Some(Empty {}),
        };
        let answer: AnalyzePlanResponse = self.ask("AnalyzePlan", request)?;
        let version = answer.spark_version.ok_or_else(|| Error::Unreadable("no version".to_owned()))?;
        Ok(version.version)
    }

    /// The Python of the workers.
    ///
    /// The server does not know it. But a worker refuses a function of another Python before it reads it, and says which it is itself.
    ///
    /// # Errors
    ///
    /// [`Error::Spark`]; [`Error::Unreadable`] when a worker says something else.
    pub fn python(&mut self) -> Result<(u8, u8)> {
        if let Some(python) = self.python {
            return Ok(python);
        }
        let question = Frame::range(0, 1).select([Udf::for_nobody().on([Column::named("id")])]);
        let python = match self.collect(&question) {
            Err(Error::Raised(raised)) => failure::worker_version(&raised.to_string())
                .ok_or_else(|| Error::Unreadable(format!("{raised} for the version of a worker")))?,
            Err(error) => return Err(error),
            Ok(_) => return Err(Error::Unreadable("rows of a function for no Python".to_owned())),
        };
        self.python = Some(python);
        Ok(python)
    }

    /// A function for plans, called once for each row.
    ///
    /// Arguments that the task has are not used: those of each row are.
    ///
    /// # Errors
    ///
    /// Those of [`Session::udf_with`].
    pub fn udf(&mut self, name: &str, function: &Task, returns: Type) -> Result<Udf> {
        self.udf_with(name, function, returns, Eval::Rows)
    }

    /// A function for plans, called as is said.
    ///
    /// # Errors
    ///
    /// [`Error::OtherPython`] for bytecode that the workers could not run, [`Error::NotForSpark`] for what their cloudpickle cannot load; those of
    /// [`Session::python`].
    pub fn udf_with(&mut self, name: &str, function: &Task, returns: Type, eval: Eval) -> Result<Udf> {
        Udf::new(name, function, returns, eval, self.python()?)
    }

    /// Has the server make the rows of a plan, and brings them all: a batch for each partition that has some.
    ///
    /// # Errors
    ///
    /// [`Error::Raised`] for what a Python function raised, [`Error::Spark`] for all else that the server says; [`Error::Arrow`].
    pub fn collect(&mut self, frame: &Frame) -> Result<Vec<RecordBatch>> {
        let request = ExecutePlanRequest {
            session_id: self.id.clone(),
            user_context: user(),
            plan: Some(Plan { root: Some(frame.0.clone()) }),
            client_type: Some(CLIENT.to_owned()),
        };
        let Self { runtime, grpc, .. } = self;
        let streams: std::result::Result<_, Failure> = runtime.block_on(async {
            grpc.ready().await?;
            let codec = ProstCodec::<ExecutePlanRequest, ExecutePlanResponse>::default();
            let answer = grpc.server_streaming(Request::new(request), path("ExecutePlan"), codec).await?;
            let (mut messages, mut streams) = (answer.into_inner(), Vec::new());
            while let Some(message) = messages.message().await? {
                streams.extend(message.arrow_batch);
            }
            Ok(streams)
        });
        let streams = streams.map_err(|failure| self.said(failure))?;
        let mut batches = Vec::new();
        for stream in streams {
            let mut rows = 0;
            for batch in StreamReader::try_new(&*stream.data, None)? {
                let batch = batch?;
                rows += batch.num_rows();
                batches.push(batch);
            }
            if i64::try_from(rows) != Ok(stream.row_count) {
                return Err(Error::Unreadable(format!("{rows} rows that should be {}", stream.row_count)));
            }
        }
        Ok(batches.into_iter().filter(|batch| batch.num_rows() > 0).collect())
    }

    /// Has the server forget the session.
    ///
    /// # Errors
    ///
    /// [`Error::Spark`].
    pub fn close(mut self) -> Result<()> {
        let request =
            ReleaseSessionRequest { session_id: self.id.clone(), user_context: user(), client_type: Some(CLIENT.to_owned()) };
        self.ask("ReleaseSession", request).map(|Empty {}| ())
    }

    fn ask<Q, A>(&mut self, method: &'static str, request: Q) -> Result<A>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        self.unary(method, request).map_err(|failure| self.said(failure))
    }

    fn unary<Q, A>(&mut self, method: &'static str, request: Q) -> std::result::Result<A, Failure>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let Self { runtime, grpc, .. } = self;
        runtime.block_on(async {
            grpc.ready().await?;
            Ok(grpc.unary(Request::new(request), path(method), ProstCodec::<Q, A>::default()).await?.into_inner())
        })
    }

    /// Asks for the whole of what the server says.
    fn said(&mut self, failure: Failure) -> Error {
        let status = match failure {
            Failure::Connection(error) => return error.into(),
            Failure::Status(status) => status,
        };
        let whole = failure::error_id(&status).and_then(|error_id| {
            let (session_id, client_type) = (self.id.clone(), Some(CLIENT.to_owned()));
            let request = FetchErrorDetailsRequest { session_id, user_context: user(), error_id, client_type };
            failure::message(self.unary("FetchErrorDetails", request).ok()?)
        });
        failure::read(status.code(), whole.unwrap_or_else(|| status.message().to_owned()))
    }
}

fn user() -> Option<UserContext> {
    Some(UserContext { user_id: "rust".to_owned(), user_name: "rust".to_owned() })
}

fn path(method: &str) -> PathAndQuery {
    PathAndQuery::try_from(format!("/spark.connect.SparkConnectService/{method}")).expect("a method's name is a path")
}
