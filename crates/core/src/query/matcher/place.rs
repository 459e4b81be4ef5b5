//! What a path leads to in a row, and the tests of it.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::MatchRow;
use crate::query::FieldPath;
use crate::query::json_test::{self, Candidates, at_path};
use crate::schema::{CREATED_AT, FieldType, OBJECT_ID, UPDATED_AT};
use crate::value::{GeoPoint, Json, Value};

/// The place a path leads to.
pub(super) enum Place<'r> {
    /// Nothing.
    Missing,
    /// A relation, which is there even without members.
    Relation,
    /// The value of a field that is neither an array nor an object.
    Plain(Cow<'r, Value>),
    /// An Array or Object field as a whole.
    Whole(Json),
    /// A value inside one; never null.
    Inside(&'r Json),
}

impl<'r> Place<'r> {
    /// Follows a path.
    pub fn of(row: MatchRow<'r>, path: &FieldPath) -> Self {
        let Some(field) = row.class.field(&path.field) else { return built_in(row, path) };
        if !path.nested.is_empty() && !matches!(field.kind, FieldType::Object | FieldType::Array) {
            return Place::Missing;
        }
        if matches!(field.kind, FieldType::Relation(_)) {
            return Place::Relation;
        }
        let value = row.values.iter().find(|(name, _)| *name == path.field).map(|(_, value)| value);
        match value {
            None | Some(Value::Null) => Place::Missing,
            Some(value @ (Value::Object(_) | Value::Array(_))) if path.nested.is_empty() => {
                Place::Whole(value.to_json())
            }
            Some(Value::Object(map)) => inside(map.get(&path.nested[0]), &path.nested),
            Some(Value::Array(items)) => {
                inside(path.nested[0].parse::<usize>().ok().and_then(|index| items.get(index)), &path.nested)
            }
            Some(value) => Place::Plain(Cow::Borrowed(value)),
        }
    }

    /// Equal to an operand, or an array with an element that is.
    pub fn equals(&self, operand: &Value) -> bool {
        match self {
            Place::Missing => *operand == Value::Null,
            Place::Relation => false,
            _ if *operand == Value::Null => false,
            Place::Plain(value) => plain_equals(value, operand),
            Place::Whole(json) => json_test::equals_or_contains(json, &operand.to_json()),
            Place::Inside(json) => json_test::equals_or_contains(json, &operand.to_json()),
        }
    }

    /// The same for a list of operands.
    pub fn is_one_of(&self, operands: &[Value]) -> bool {
        match self.json() {
            Some(json) => candidates(operands).has_or_meet(json),
            None => operands.iter().any(|operand| self.equals(operand)),
        }
    }

    /// Values of one type that has an order.
    pub fn compare(&self, operand: &Value) -> Option<Ordering> {
        match self {
            Place::Missing | Place::Relation | Place::Whole(_) => None,
            Place::Plain(value) => match (&**value, operand) {
                (Value::String(value), Value::String(operand)) => Some(value.cmp(operand)),
                (Value::Number(value), Value::Number(operand)) => value.partial_cmp(operand),
                (Value::Date(value), Value::Date(operand)) => Some(value.cmp(operand)),
                _ => None,
            },
            Place::Inside(json) => json_test::compare(json, &operand.to_json()),
        }
    }

    /// An array with all operands.
    pub fn has_all(&self, operands: &[Value]) -> bool {
        self.json().is_some_and(|json| candidates(operands).are_all_in(json))
    }

    /// An array with a text for each prefix.
    pub fn has_all_starting(&self, prefixes: &[String]) -> bool {
        self.json().is_some_and(|json| json_test::has_all_starting(json, prefixes))
    }

    /// An array of operands only.
    pub fn is_contained_by(&self, operands: &[Value]) -> bool {
        self.json().is_some_and(|json| candidates(operands).contain_all_of(json))
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Place::Plain(value) => match &**value {
                Value::String(text) => Some(text),
                _ => None,
            },
            Place::Inside(json) => json.as_str(),
            Place::Missing | Place::Relation | Place::Whole(_) => None,
        }
    }

    /// The text in a String field; one inside another value is not searched.
    pub fn string(&self) -> Option<&str> {
        match self {
            Place::Plain(_) => self.text(),
            Place::Missing | Place::Relation | Place::Whole(_) | Place::Inside(_) => None,
        }
    }

    /// The place in a GeoPoint field.
    pub fn point(&self) -> Option<GeoPoint> {
        match self {
            Place::Plain(value) => match &**value {
                Value::GeoPoint(point) => Some(*point),
                _ => None,
            },
            Place::Missing | Place::Relation | Place::Whole(_) | Place::Inside(_) => None,
        }
    }

    /// The ring in a Polygon field.
    pub fn ring(&self) -> Option<&[GeoPoint]> {
        match self {
            Place::Plain(value) => match &**value {
                Value::Polygon(ring) => Some(ring),
                _ => None,
            },
            Place::Missing | Place::Relation | Place::Whole(_) | Place::Inside(_) => None,
        }
    }

    /// No value.
    pub fn is_missing(&self) -> bool {
        matches!(self, Place::Missing)
    }

    /// The value.
    pub fn to_json(&self) -> Option<Json> {
        match self {
            Place::Plain(value) => Some(value.to_json()),
            other => other.json().cloned(),
        }
    }

    fn json(&self) -> Option<&Json> {
        match self {
            Place::Whole(json) => Some(json),
            Place::Inside(json) => Some(json),
            Place::Missing | Place::Relation | Place::Plain(_) => None,
        }
    }
}

fn built_in<'r>(row: MatchRow<'r>, path: &FieldPath) -> Place<'r> {
    let value = match &*path.field {
        _ if !path.nested.is_empty() => return Place::Missing,
        OBJECT_ID => Value::String(row.object_id.to_owned()),
        CREATED_AT => Value::Date(row.created_at),
        UPDATED_AT => Value::Date(row.updated_at),
        _ => return Place::Missing,
    };
    Place::Plain(Cow::Owned(value))
}

/// What the rest of a path leads to, after its first key.
fn inside<'r>(first: Option<&'r Json>, path: &[String]) -> Place<'r> {
    first.and_then(|first| at_path(first, &path[1..])).map_or(Place::Missing, Place::Inside)
}

/// Files are compared by name, because the address depends on where the server runs.
fn plain_equals(value: &Value, operand: &Value) -> bool {
    match (value, operand) {
        (Value::File(value), Value::File(operand)) => value.name == operand.name,
        _ => value == operand,
    }
}

fn candidates(operands: &[Value]) -> Candidates {
    let operands: Vec<_> = operands.iter().map(Value::to_json).collect();
    Candidates::new(&operands)
}
