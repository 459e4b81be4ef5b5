//! What a reader asks for: conditions, order, page, fields; and the plan a store executes.

pub mod aggregate;
pub mod geo;
pub mod json_test;
pub mod json_value;
mod matcher;
mod options;
mod parse_where;
mod pattern;
mod plan;
mod text;

use std::sync::Arc;

use crate::value::{GeoPoint, Pointer, Value};
use geo::{Area, Disc};

pub use matcher::{MatchRow, matches, value_at};
pub use options::{FindOptions, KeySelection, KeyTree, SCORE, parse_order};
pub use parse_where::parse_where;
pub use pattern::Pattern;
pub use plan::{OrderBy, OrderKey, PlanColumn, ReadPlan, RowAccess, ShownIn};
pub use text::{ScoredText, TextQuery};

/// A condition on a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of them hold; empty means every row.
    And(Vec<Filter>),
    /// At least one of them holds.
    Or(Vec<Filter>),
    /// None of them holds.
    Nor(Vec<Filter>),
    /// A test of one field.
    Field {
        /// Which value is tested.
        path: FieldPath,
        /// How.
        test: Test,
    },
    /// The row is a member of a relation field of `owner`.
    RelatedTo {
        /// The object that has the relation.
        owner: Pointer,
        /// Its relation field.
        field: Arc<str>,
    },
    /// No row.
    Never,
}

impl Filter {
    /// The condition that every row meets.
    pub fn all() -> Self {
        Filter::And(Vec::new())
    }

    /// Both hold.
    pub fn and(self, other: Filter) -> Self {
        match (self, other) {
            (Filter::And(none), only) | (only, Filter::And(none)) if none.is_empty() => only,
            (one, other) => Filter::And(vec![one, other]),
        }
    }

    /// `field == value` on a top-level field.
    pub fn equals(field: &str, value: Value) -> Self {
        Filter::Field { path: FieldPath::top(field), test: Test::Equal(value) }
    }

    /// Shows every test of a field that each row that matches passes.
    pub fn for_each_required<'a>(&'a self, visit: &mut impl FnMut(&'a FieldPath, &'a Test)) {
        match self {
            Filter::And(parts) => parts.iter().for_each(|part| part.for_each_required(visit)),
            Filter::Field { path, test } => visit(path, test),
            Filter::Or(_) | Filter::Nor(_) | Filter::RelatedTo { .. } | Filter::Never => {}
        }
    }

    /// Shows every condition that holds no others, at any level.
    pub fn for_each_leaf<'a>(&'a self, visit: &mut impl FnMut(&'a Filter)) {
        match self {
            Filter::And(parts) | Filter::Or(parts) | Filter::Nor(parts) => {
                parts.iter().for_each(|part| part.for_each_leaf(visit));
            }
            leaf => visit(leaf),
        }
    }
}

/// A field of a class, or a value inside an Object field (`address.city`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldPath {
    /// The field's name; also `objectId`, `createdAt`, `updatedAt`.
    pub field: Arc<str>,
    /// Keys inside the field's JSON, outermost first.
    pub nested: Vec<String>,
}

impl FieldPath {
    /// A field as a whole.
    pub fn top(field: &str) -> Self {
        FieldPath { field: field.into(), nested: Vec::new() }
    }

    /// Splits `a.b.c`.
    pub fn parse(text: &str) -> Self {
        let mut parts = text.split('.');
        let field = parts.next().unwrap_or_default().into();
        FieldPath { field, nested: parts.map(str::to_owned).collect() }
    }
}

/// How a value is tested. On an Array field equality and membership ask for one element that matches.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Equal; null matches a missing value too.
    Equal(Value),
    /// Not equal; matches a missing value unless the operand is null.
    NotEqual(Value),
    /// Smaller.
    Less(Value),
    /// Smaller or equal.
    LessOrEqual(Value),
    /// Greater.
    Greater(Value),
    /// Greater or equal.
    GreaterOrEqual(Value),
    /// One of; null among them matches a missing value too.
    In(Vec<Value>),
    /// None of; matches a missing value unless null is among them.
    NotIn(Vec<Value>),
    /// An array with all of them; of none nothing has all.
    All(Vec<Value>),
    /// An array with a text that begins so, for each of them.
    AllStarting(Vec<String>),
    /// An array without any other element.
    ContainedBy(Vec<Value>),
    /// A text in which the pattern is found.
    Matches(Pattern),
    /// A text with words that are asked for.
    Text(TextQuery),
    /// A place in a disc. Rows are sorted by the distance from its centre, unless another order is given.
    Near(Disc),
    /// A place in an area.
    Within(Area),
    /// A polygon that a place lies in.
    Surrounds(GeoPoint),
    /// Has a value (`true`) or has none.
    Exists(bool),
}
