//! Aggregation pipelines: from the JSON of a client to stages whose every value has a known kind, ready for a store.
//!
//! Source: Parse REST protocol, "Aggregate"; the stages and operators are those of MongoDB's documentation.

mod calendar;
mod conditions;
mod dates;
mod expr;
mod expressions;
mod group;
mod operators;
mod pipeline;
mod plan;
mod project;
mod shape;
mod stages;

use crate::error::{Error, ErrorCode};

pub use expr::{Arithmetic, Comparison, DatePart, Expr};
pub use pipeline::{Pipeline, distinct_stages};
pub use plan::{Accumulator, AggregatePlan, GroupId, Measure, SortKey, Stage};
pub use shape::{Kind, Shape, ShapeColumn};

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}
