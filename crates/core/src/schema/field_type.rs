//! The types a field can have.

use std::fmt;
use std::sync::Arc;

use crate::value::Value;

/// The type of a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// Text.
    String,
    /// A double.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A point in time.
    Date,
    /// A JSON object.
    Object,
    /// A JSON array.
    Array,
    /// A place on earth.
    GeoPoint,
    /// A stored file.
    File,
    /// Binary data.
    Bytes,
    /// A ring of places.
    Polygon,
    /// A reference to an object of the named class.
    Pointer(Arc<str>),
    /// Many references to objects of the named class, kept in a join table.
    Relation(Arc<str>),
}

impl FieldType {
    /// The name in the schemas API.
    pub fn name(&self) -> &'static str {
        match self {
            FieldType::String => "String",
            FieldType::Number => "Number",
            FieldType::Boolean => "Boolean",
            FieldType::Date => "Date",
            FieldType::Object => "Object",
            FieldType::Array => "Array",
            FieldType::GeoPoint => "GeoPoint",
            FieldType::File => "File",
            FieldType::Bytes => "Bytes",
            FieldType::Polygon => "Polygon",
            FieldType::Pointer(_) => "Pointer",
            FieldType::Relation(_) => "Relation",
        }
    }

    /// The class a pointer or relation leads to.
    pub fn target_class(&self) -> Option<&Arc<str>> {
        match self {
            FieldType::Pointer(class) | FieldType::Relation(class) => Some(class),
            _ => None,
        }
    }

    /// The type of by its API name; `target` is needed for pointers and relations.
    pub fn from_name(name: &str, target: Option<&str>) -> Option<Self> {
        Some(match (name, target) {
            ("String", _) => FieldType::String,
            ("Number", _) => FieldType::Number,
            ("Boolean", _) => FieldType::Boolean,
            ("Date", _) => FieldType::Date,
            ("Object", _) => FieldType::Object,
            ("Array", _) => FieldType::Array,
            ("GeoPoint", _) => FieldType::GeoPoint,
            ("File", _) => FieldType::File,
            ("Bytes", _) => FieldType::Bytes,
            ("Polygon", _) => FieldType::Polygon,
            ("Pointer", Some(class)) => FieldType::Pointer(class.into()),
            ("Relation", Some(class)) => FieldType::Relation(class.into()),
            _ => return None,
        })
    }

    /// The type a value asks for; `None` for null, which decides nothing.
    pub fn of_value(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Boolean(_) => FieldType::Boolean,
            Value::Number(_) => FieldType::Number,
            Value::String(_) => FieldType::String,
            Value::Date(_) => FieldType::Date,
            Value::Bytes(_) => FieldType::Bytes,
            Value::Pointer(pointer) => FieldType::Pointer(pointer.class_name.as_str().into()),
            Value::GeoPoint(_) => FieldType::GeoPoint,
            Value::Polygon(_) => FieldType::Polygon,
            Value::File(_) => FieldType::File,
            Value::Relation(class) => FieldType::Relation(class.as_str().into()),
            Value::Array(_) => FieldType::Array,
            Value::Object(_) => FieldType::Object,
        })
    }
}

/// The form used in error texts: `Pointer<Class>`, `Relation<Class>`, else the name.
impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldType::Pointer(class) => write!(f, "Pointer<{class}>"),
            FieldType::Relation(class) => write!(f, "Relation<{class}>"),
            other => f.write_str(other.name()),
        }
    }
}
