//! Python functions in plans.
//!
//! ```text
//! PythonUDF  command      pickle of (function, return type)
//!            output_type  the return type once more, for the server
//!            eval_type    how the worker calls it: pyspark.util.PythonEvalType
//!            python_ver   "3.11": a worker of another version refuses it unread
//! ```

use cloudpickle::reflect::Dialect;
use cloudpickle::{Pickler, loads};
use worker_task::Task;

use crate::error::{Error, Result};
use crate::frame::Column;
use crate::proto::{CommonInlineUserDefinedFunction, DataType, Empty, ExprType, Kind, PythonUdf};

/// What a function returns: `pyspark.sql.types`. A value that is something else becomes a null, and nobody says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Type {
    /// `BooleanType`: `bool`.
    Boolean,
    /// `IntegerType`: `int`, 32 bits.
    Integer,
    /// `LongType`: `int`, 64 bits.
    Long,
    /// `DoubleType`: `float`, and no `int`.
    Double,
    /// `StringType`: `str`.
    String,
    /// `BinaryType`: `bytes`. With `pickle.dumps` in the function, anything.
    Binary,
}

impl Type {
    fn class(self) -> &'static str {
        match self {
            Self::Boolean => "BooleanType",
            Self::Integer => "IntegerType",
            Self::Long => "LongType",
            Self::Double => "DoubleType",
            Self::String => "StringType",
            Self::Binary => "BinaryType",
        }
    }

    fn message(self) -> DataType {
        let kind = match self {
            Self::Boolean => Kind::Boolean,
            Self::Integer => Kind::Integer,
            Self::Long => Kind::Long,
            Self::Double => Kind::Double,
            Self::String => Kind::String,
            Self::Binary => Kind::Binary,
        };
        DataType { kind: Some(kind(Empty {})) }
    }
}

/// How workers call a function: `pyspark.util.PythonEvalType`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Eval {
    /// `SQL_BATCHED_UDF`: once for each row, which travels as a pickle. The worker needs nothing but PySpark.
    Rows = 100,
    /// `SQL_ARROW_BATCHED_UDF`: once for each row, which travels in Arrow batches. The worker needs pyarrow.
    ArrowRows = 101,
    /// `SQL_SCALAR_PANDAS_UDF`: once for each batch, with a `pandas.Series` for each argument; it returns a series. The worker needs pandas and pyarrow.
    Pandas = 200,
}

/// A Python function that plans can call: `pyspark.sql.functions.udf`. [`Session::udf`](crate::Session::udf) makes it.
#[derive(Clone, Debug)]
pub struct Udf {
    name: String,
    function: PythonUdf,
}

impl Udf {
    /// For workers of a Python that is known.
    pub(crate) fn new(name: &str, task: &Task, returns: Type, eval: Eval, python: (u8, u8)) -> Result<Self> {
        task.check(python)?;
        let mut call = task.clone().into_call();
        let class = call.heap.global("pyspark.sql.types", returns.class());
        let returned = call.heap.call(class, ());
        let root = call.heap.tuple([call.function, returned]);
        let mut command = Pickler::new().protocol(4).dumps(&call.heap, root)?;
        // What cloudpickle wrote, or was built for it, asks for helpers of a module that workers do not have: theirs is a copy in pyspark.
        let mut pickle = loads(&command)?;
        if Dialect::detect(pickle.root()).is_some_and(|dialect| dialect != Dialect::PYSPARK) {
            let rebuilt = pickle.redialect(&Dialect::PYSPARK);
            if let Some(kept) = rebuilt.kept.first() {
                return Err(Error::NotForSpark(format!("{kept:?}")));
            }
            command = pickle.dumps()?;
        }
        let function = PythonUdf {
            output_type: Some(returns.message()),
            eval_type: eval as i32,
            command,
            python_ver: format!("{}.{}", python.0, python.1),
        };
        Ok(Self { name: name.to_owned(), function })
    }

    /// A function that no worker reads, since it is for no Python.
    pub(crate) fn for_nobody() -> Self {
        let output_type = Some(Type::Long.message());
        let function = PythonUdf { output_type, eval_type: Eval::Rows as i32, command: Vec::new(), python_ver: "0.0".to_owned() };
        Self { name: "python".to_owned(), function }
    }

    /// What it gives for each row of these columns.
    #[must_use]
    pub fn on(&self, arguments: impl IntoIterator<Item = Column>) -> Column {
        Column::new(ExprType::CommonInlineUserDefinedFunction(CommonInlineUserDefinedFunction {
            function_name: self.name.clone(),
            deterministic: true,
            arguments: arguments.into_iter().map(|column| column.0).collect(),
            python_udf: Some(self.function.clone()),
        }))
    }
}
