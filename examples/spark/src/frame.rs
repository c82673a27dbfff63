//! Plans: where rows come from, and what becomes of them.

use crate::proto::{
    Aggregate, Alias, ExprType, Expression, GROUP_BY, Project, Range, RelType, Relation, Sql, UnresolvedAttribute,
    UnresolvedFunction,
};

/// Rows that a server is to make: `pyspark.sql.DataFrame`. Nothing is sent before [`Session::collect`](crate::Session::collect).
#[derive(Clone, Debug)]
pub struct Frame(pub(crate) Relation);

impl Frame {
    fn new(of: RelType) -> Self {
        Self(Relation { rel_type: Some(of) })
    }

    /// A column `id` of longs: `spark.range(start, end)`.
    #[must_use]
    pub fn range(start: i64, end: i64) -> Self {
        Self::new(RelType::Range(Range { start: Some(start), end, step: 1, num_partitions: None }))
    }

    /// The rows of a query: `spark.sql(query)`.
    #[must_use]
    pub fn sql(query: &str) -> Self {
        Self::new(RelType::Sql(Sql { query: query.to_owned() }))
    }

    /// For each row these columns: `frame.select(..)`.
    #[must_use]
    pub fn select(self, columns: impl IntoIterator<Item = Column>) -> Self {
        let expressions = columns.into_iter().map(|column| column.0).collect();
        Self::new(RelType::Project(Box::new(Project { input: Some(Box::new(self.0)), expressions })))
    }

    /// One row for all of them: `frame.agg(..)`.
    #[must_use]
    pub fn aggregate(self, columns: impl IntoIterator<Item = Column>) -> Self {
        Self::new(RelType::Aggregate(Box::new(Aggregate {
            input: Some(Box::new(self.0)),
            group_type: GROUP_BY,
            grouping_expressions: Vec::new(),
            aggregate_expressions: columns.into_iter().map(|column| column.0).collect(),
        })))
    }
}

/// A column, or what is made of columns: `pyspark.sql.Column`.
#[derive(Clone, Debug)]
pub struct Column(pub(crate) Expression);

impl Column {
    pub(crate) fn new(of: ExprType) -> Self {
        Self(Expression { expr_type: Some(of) })
    }

    /// The column of that name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::new(ExprType::UnresolvedAttribute(UnresolvedAttribute { unparsed_identifier: name.to_owned() }))
    }

    /// What one of Spark's own functions gives: `Column::call("sum", [Column::named("id")])`.
    #[must_use]
    pub fn call(function: &str, arguments: impl IntoIterator<Item = Self>) -> Self {
        let arguments = arguments.into_iter().map(|column| column.0).collect();
        Self::new(ExprType::UnresolvedFunction(UnresolvedFunction { function_name: function.to_owned(), arguments }))
    }

    /// The same under another name.
    #[must_use]
    pub fn alias(self, name: &str) -> Self {
        Self::new(ExprType::Alias(Box::new(Alias { expr: Some(Box::new(self.0)), name: vec![name.to_owned()] })))
    }
}
