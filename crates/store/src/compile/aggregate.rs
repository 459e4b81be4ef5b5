//! Aggregations: one statement for a pipeline, with a common table expression for each step.
//!
//! Each step reads the one before as `t`. Its columns are `c0`, `c1`, … for the values of the documents and `k0`, `k1`,
//! … for what they are sorted by: a statement keeps no order on its way, so the keys travel with the rows.

mod conversion;
mod expression;
mod group;
mod stages;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::ports::StoreError;
use astrolabe_core::query::aggregate::{AggregatePlan, Expr, Stage};
use astrolabe_core::schema::{CREATED_AT, FieldType, OBJECT_ID, UPDATED_AT};

use super::Names;
use super::access::{AccessPath, append_index};
use super::filter::append_where_by;
use super::select::SelectColumn;
use crate::columns::longitude_column;
use crate::dialect::Dialect;
use crate::statement::{Bind, SqlWriter, Statement};

/// The statement of a plan. `columns` are those of its rows, as the class is now.
pub(crate) fn aggregate<'a>(
    dialect: &'a Dialect,
    names: Names<'a>,
    columns: &[SelectColumn<'a>],
    plan: &'a AggregatePlan,
    path: AccessPath,
) -> Statement<'a> {
    let mut chain = Chain::new(dialect, names, &plan.stages);
    chain.rows(columns, plan, path);
    for stage in &plan.stages {
        chain.stage(stage);
    }
    chain.finish(plan.output.columns.len(), plan.documents_max)
}

/// The refusal of a number that is no finite double. Nothing is written, so it is no value's fault.
pub(crate) fn out_of_range() -> StoreError {
    StoreError::Refused(Error::new(ErrorCode::InvalidQuery, "A number of the aggregation is out of range."))
}

/// A statement that grows step by step.
struct Chain<'a> {
    sql: SqlWriter<'a>,
    names: Names<'a>,
    /// Steps there are.
    steps: usize,
    /// Values of a document.
    values: usize,
    /// Sort keys of the documents: whether each is descending.
    order: Vec<bool>,
    /// What is computed is kept, not computed anew for each place that uses it; else a few steps that each use the one
    /// before twice would grow into a statement without bounds.
    keeps_computed: bool,
}

impl<'a> Chain<'a> {
    fn new(dialect: &'a Dialect, names: Names<'a>, stages: &[Stage]) -> Self {
        let computing = stages.iter().filter(|stage| computes(stage)).count();
        Chain {
            sql: SqlWriter::new(dialect),
            names,
            steps: 0,
            values: 0,
            order: Vec::new(),
            keeps_computed: computing > 1,
        }
    }

    /// The rows of the class, in the order of their age.
    fn rows(&mut self, columns: &[SelectColumn<'a>], plan: &'a AggregatePlan, path: AccessPath) {
        self.begin(false);
        for (index, column) in columns.iter().enumerate() {
            append_column(&mut self.sql, *column);
            self.sql.push(&format!(" AS c{index}, "));
        }
        let names = self.names;
        self.sql.push(self.sql.dialect.row_age).push(" AS k0 FROM ").table(&names.class.table).push(" AS t");
        append_index(&mut self.sql, path);
        append_where_by(&mut self.sql, names, &plan.rows.filter, &plan.rows.access, path);
        self.end();
        (self.values, self.order) = (columns.len(), vec![false]);
    }

    /// Begins a step; its columns come next.
    fn begin(&mut self, kept: bool) {
        self.sql.push(if self.steps == 0 { "WITH " } else { ", " });
        self.sql.push(&format!("s{} AS {}(SELECT ", self.steps, if kept { "MATERIALIZED " } else { "" }));
    }

    /// Appends the table of the step before.
    fn append_before(&mut self) {
        self.sql.push(&format!(" FROM s{} AS t", self.steps.saturating_sub(1)));
    }

    fn end(&mut self) {
        self.sql.push(")");
        self.steps += 1;
    }

    /// Appends the values as they are.
    fn same_values(&mut self) {
        let values: Vec<_> = (0..self.values).map(|index| format!("t.c{index}")).collect();
        self.sql.push(&values.join(", "));
    }

    /// Appends the sort keys as they are, after other columns; the first is to be called `k<from>`.
    fn same_keys(&mut self, from: usize) {
        for index in 0..self.order.len() {
            self.sql.push(&format!(", t.k{index} AS k{}", from + index));
        }
    }

    /// Appends the sort keys with their directions, or the other way round.
    fn append_keys(&mut self, turned: bool) {
        let dialect = self.sql.dialect;
        for (index, descending) in self.order.iter().enumerate() {
            let direction = if *descending == turned { dialect.ascending } else { dialect.descending };
            self.sql.push(&format!("{}t.k{index}{direction}", if index == 0 { "" } else { ", " }));
        }
    }

    fn order_by(&mut self) {
        if !self.order.is_empty() {
            self.sql.push(" ORDER BY ");
            self.append_keys(false);
        }
    }

    /// The documents that come out, in order.
    fn finish(mut self, values: usize, documents_max: u64) -> Statement<'a> {
        self.sql.push(" SELECT ");
        if values == 0 {
            self.sql.push("NULL");
        }
        self.same_values();
        self.append_before();
        self.order_by();
        self.sql.push(" LIMIT ").bind(Bind::Integer(i64::try_from(documents_max).unwrap_or(i64::MAX)));
        self.sql.finish()
    }
}

/// Whether a stage does more than to choose columns.
fn computes(stage: &Stage) -> bool {
    match stage {
        Stage::Compute(exprs) => exprs.iter().any(|expr| !matches!(expr, Expr::Column(_))),
        _ => false,
    }
}

/// A column of a row as its kind has it; see `Kind::of_field`.
fn append_column(sql: &mut SqlWriter<'_>, column: SelectColumn<'_>) {
    let field = match column {
        SelectColumn::ObjectId => {
            sql.column(OBJECT_ID);
            return;
        }
        SelectColumn::CreatedAt => {
            sql.column(CREATED_AT);
            return;
        }
        SelectColumn::UpdatedAt => {
            sql.column(UPDATED_AT);
            return;
        }
        SelectColumn::Acl | SelectColumn::Score(_) | SelectColumn::Dropped => {
            sql.push("NULL");
            return;
        }
        SelectColumn::Field(field, _) => field,
    };
    match &field.kind {
        FieldType::Relation(_) => sql.push("NULL"),
        FieldType::GeoPoint => {
            let longitude = longitude_column(&field.column);
            sql.push("json_of_point(").column(&field.column).push(", ").column(&longitude).push(")")
        }
        kind @ (FieldType::File | FieldType::Bytes | FieldType::Polygon) => {
            sql.push("json_of('").push(kind.name()).push("', ").column(&field.column).push(")")
        }
        _ => sql.column(&field.column),
    };
}
