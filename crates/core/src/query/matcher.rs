//! Conditions on a row in memory, with the meaning they have in a database.
//!
//! What lies in join tables is not part of a row: a row counts as a member of no relation, and its own relations as
//! having no members. Whoever has conditions on relations asks the store.

mod place;

use std::sync::Arc;

use super::geo::ring_contains;
use super::{FieldPath, Filter, Test};
use crate::objects::Object;
use crate::schema::Class;
use crate::value::{Json, Timestamp, Value};
use place::Place;

/// A row to be tested.
#[derive(Debug, Clone, Copy)]
pub struct MatchRow<'r> {
    /// Its class.
    pub class: &'r Class,
    /// Its id.
    pub object_id: &'r str,
    /// Creation time.
    pub created_at: Timestamp,
    /// Modification time.
    pub updated_at: Timestamp,
    /// Values of the fields that have one.
    pub values: &'r [(Arc<str>, Value)],
}

impl<'r> From<&'r Object> for MatchRow<'r> {
    fn from(object: &'r Object) -> Self {
        MatchRow {
            class: &object.class,
            object_id: &object.object_id,
            created_at: object.created_at,
            updated_at: object.updated_at,
            values: &object.values,
        }
    }
}

/// Whether a row meets a condition.
pub fn matches(filter: &Filter, row: MatchRow<'_>) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| matches(part, row)),
        Filter::Or(parts) => parts.iter().any(|part| matches(part, row)),
        Filter::Nor(parts) => !parts.iter().any(|part| matches(part, row)),
        Filter::Field { path, test } => passes(&Place::of(row, path), test),
        Filter::RelatedTo { .. } | Filter::Never => false,
    }
}

/// The value a path leads to, as JSON; relations have none.
pub fn value_at(row: MatchRow<'_>, path: &FieldPath) -> Option<Json> {
    Place::of(row, path).to_json()
}

fn passes(place: &Place<'_>, test: &Test) -> bool {
    match test {
        Test::Equal(operand) => place.equals(operand),
        Test::NotEqual(operand) => !place.equals(operand),
        Test::Less(operand) => place.compare(operand).is_some_and(|order| order.is_lt()),
        Test::LessOrEqual(operand) => place.compare(operand).is_some_and(|order| order.is_le()),
        Test::Greater(operand) => place.compare(operand).is_some_and(|order| order.is_gt()),
        Test::GreaterOrEqual(operand) => place.compare(operand).is_some_and(|order| order.is_ge()),
        Test::In(operands) => place.is_one_of(operands),
        Test::NotIn(operands) => !place.is_one_of(operands),
        Test::All(operands) => place.has_all(operands),
        Test::AllStarting(prefixes) => place.has_all_starting(prefixes),
        Test::ContainedBy(operands) => place.is_contained_by(operands),
        Test::Matches(pattern) => place.text().is_some_and(|text| pattern.matches(text)),
        Test::Text(query) => place.string().is_some_and(|text| query.score(text).is_some()),
        Test::Near(disc) => place.point().is_some_and(|point| disc.contains(point)),
        Test::Within(area) => place.point().is_some_and(|point| area.contains(point)),
        Test::Surrounds(point) => place.ring().is_some_and(|ring| ring_contains(ring, *point)),
        Test::Exists(wanted) => place.is_missing() != *wanted,
    }
}
