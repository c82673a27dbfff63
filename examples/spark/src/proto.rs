//! The messages of Spark Connect that are needed here, with the names and numbers of `sql/connect/common/src/main/protobuf/spark/connect/*.proto` in Spark's
//! sources. They are the same in 4.0 and 4.3. Fields and variants that nobody here writes or reads are left out, which protobuf allows.

use std::collections::HashMap;

use prost::{Message, Oneof};

/// `base.proto`: who asks.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct UserContext {
    #[prost(string, tag = "1")]
    pub(crate) user_id: String,
    #[prost(string, tag = "2")]
    pub(crate) user_name: String,
}

/// `base.proto`: of `op_type` only a query, which has a root.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Plan {
    #[prost(message, optional, tag = "1")]
    pub(crate) root: Option<Relation>,
}

/// `base.proto`: `ExecutePlan` answers with a stream of [`ExecutePlanResponse`].
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ExecutePlanRequest {
    #[prost(string, tag = "1")]
    pub(crate) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) user_context: Option<UserContext>,
    #[prost(message, optional, tag = "3")]
    pub(crate) plan: Option<Plan>,
    #[prost(string, optional, tag = "4")]
    pub(crate) client_type: Option<String>,
}

/// `base.proto`: of `response_type` only rows. Others are metrics, progress and the schema.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ExecutePlanResponse {
    #[prost(message, optional, tag = "2")]
    pub(crate) arrow_batch: Option<ArrowBatch>,
}

/// `base.proto`, `ExecutePlanResponse.ArrowBatch`: an Arrow IPC stream of its own.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ArrowBatch {
    #[prost(int64, tag = "1")]
    pub(crate) row_count: i64,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) data: Vec<u8>,
}

/// `base.proto`: of `analyze` only the question for the version.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct AnalyzePlanRequest {
    #[prost(string, tag = "1")]
    pub(crate) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) user_context: Option<UserContext>,
    #[prost(string, optional, tag = "3")]
    pub(crate) client_type: Option<String>,
    #[prost(message, optional, tag = "10")]
    pub(crate) spark_version: Option<Empty>,
}

/// `base.proto`: of `result` only the version.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct AnalyzePlanResponse {
    #[prost(message, optional, tag = "8")]
    pub(crate) spark_version: Option<SparkVersion>,
}

/// `base.proto`, `AnalyzePlanResponse.SparkVersion`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct SparkVersion {
    #[prost(string, tag = "1")]
    pub(crate) version: String,
}

/// `base.proto`: the server forgets the session.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ReleaseSessionRequest {
    #[prost(string, tag = "1")]
    pub(crate) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) user_context: Option<UserContext>,
    #[prost(string, optional, tag = "3")]
    pub(crate) client_type: Option<String>,
}

/// A message whose fields have their defaults, or do not matter.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Empty {}

/// `relations.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Relation {
    #[prost(oneof = "RelType", tags = "3, 9, 10, 15")]
    pub(crate) rel_type: Option<RelType>,
}

/// `relations.proto`, `Relation.rel_type`.
#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum RelType {
    #[prost(message, tag = "3")]
    Project(Box<Project>),
    #[prost(message, tag = "9")]
    Aggregate(Box<Aggregate>),
    #[prost(message, tag = "10")]
    Sql(Sql),
    #[prost(message, tag = "15")]
    Range(Range),
}

/// `relations.proto`: `SELECT expressions FROM input`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Project {
    #[prost(message, optional, boxed, tag = "1")]
    pub(crate) input: Option<Box<Relation>>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) expressions: Vec<Expression>,
}

/// `relations.proto`: one row for each group, or one for all.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Aggregate {
    #[prost(message, optional, boxed, tag = "1")]
    pub(crate) input: Option<Box<Relation>>,
    #[prost(int32, tag = "2")]
    pub(crate) group_type: i32,
    #[prost(message, repeated, tag = "3")]
    pub(crate) grouping_expressions: Vec<Expression>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) aggregate_expressions: Vec<Expression>,
}

/// `relations.proto`, `Aggregate.GroupType`: `GROUP_TYPE_GROUPBY`.
pub(crate) const GROUP_BY: i32 = 1;

/// `relations.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Sql {
    #[prost(string, tag = "1")]
    pub(crate) query: String,
}

/// `relations.proto`: a column `id` of longs.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Range {
    #[prost(int64, optional, tag = "1")]
    pub(crate) start: Option<i64>,
    #[prost(int64, tag = "2")]
    pub(crate) end: i64,
    #[prost(int64, tag = "3")]
    pub(crate) step: i64,
    #[prost(int32, optional, tag = "4")]
    pub(crate) num_partitions: Option<i32>,
}

/// `expressions.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Expression {
    #[prost(oneof = "ExprType", tags = "2, 3, 6, 15")]
    pub(crate) expr_type: Option<ExprType>,
}

/// `expressions.proto`, `Expression.expr_type`.
#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum ExprType {
    #[prost(message, tag = "2")]
    UnresolvedAttribute(UnresolvedAttribute),
    #[prost(message, tag = "3")]
    UnresolvedFunction(UnresolvedFunction),
    #[prost(message, tag = "6")]
    Alias(Box<Alias>),
    #[prost(message, tag = "15")]
    CommonInlineUserDefinedFunction(CommonInlineUserDefinedFunction),
}

/// `expressions.proto`, `Expression.UnresolvedAttribute`: a column.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct UnresolvedAttribute {
    #[prost(string, tag = "1")]
    pub(crate) unparsed_identifier: String,
}

/// `expressions.proto`, `Expression.UnresolvedFunction`: one of Spark's own functions.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct UnresolvedFunction {
    #[prost(string, tag = "1")]
    pub(crate) function_name: String,
    #[prost(message, repeated, tag = "2")]
    pub(crate) arguments: Vec<Expression>,
}

/// `expressions.proto`, `Expression.Alias`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Alias {
    #[prost(message, optional, boxed, tag = "1")]
    pub(crate) expr: Option<Box<Expression>>,
    #[prost(string, repeated, tag = "2")]
    pub(crate) name: Vec<String>,
}

/// `expressions.proto`: of `function` only one in Python.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct CommonInlineUserDefinedFunction {
    #[prost(string, tag = "1")]
    pub(crate) function_name: String,
    #[prost(bool, tag = "2")]
    pub(crate) deterministic: bool,
    #[prost(message, repeated, tag = "3")]
    pub(crate) arguments: Vec<Expression>,
    #[prost(message, optional, tag = "4")]
    pub(crate) python_udf: Option<PythonUdf>,
}

/// `expressions.proto`, `PythonUDF`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct PythonUdf {
    #[prost(message, optional, tag = "1")]
    pub(crate) output_type: Option<DataType>,
    /// `pyspark.util.PythonEvalType`.
    #[prost(int32, tag = "2")]
    pub(crate) eval_type: i32,
    /// The pickle.
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) command: Vec<u8>,
    /// Minor version: `3.11`.
    #[prost(string, tag = "4")]
    pub(crate) python_ver: String,
}

/// `types.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct DataType {
    #[prost(oneof = "Kind", tags = "2, 3, 6, 7, 9, 11")]
    pub(crate) kind: Option<Kind>,
}

/// `types.proto`, `DataType.kind`.
#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Kind {
    #[prost(message, tag = "2")]
    Binary(Empty),
    #[prost(message, tag = "3")]
    Boolean(Empty),
    #[prost(message, tag = "6")]
    Integer(Empty),
    #[prost(message, tag = "7")]
    Long(Empty),
    #[prost(message, tag = "9")]
    Double(Empty),
    #[prost(message, tag = "11")]
    String(Empty),
}

/// `base.proto`: the whole of what a status says in short.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct FetchErrorDetailsRequest {
    #[prost(string, tag = "1")]
    pub(crate) session_id: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) user_context: Option<UserContext>,
    #[prost(string, tag = "3")]
    pub(crate) error_id: String,
    #[prost(string, optional, tag = "4")]
    pub(crate) client_type: Option<String>,
}

/// `base.proto`: an error, and its causes.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct FetchErrorDetailsResponse {
    #[prost(int32, optional, tag = "1")]
    pub(crate) root_error_idx: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) errors: Vec<ErrorDetails>,
}

/// `base.proto`, `FetchErrorDetailsResponse.Error`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ErrorDetails {
    #[prost(string, tag = "2")]
    pub(crate) message: String,
}

/// `google/rpc/status.proto`: what the details of a gRPC status are.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RpcStatus {
    #[prost(message, repeated, tag = "3")]
    pub(crate) details: Vec<Any>,
}

/// `google/protobuf/any.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Any {
    #[prost(string, tag = "1")]
    pub(crate) type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) value: Vec<u8>,
}

/// `google/rpc/error_details.proto`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ErrorInfo {
    #[prost(map = "string, string", tag = "3")]
    pub(crate) metadata: HashMap<String, String>,
}
