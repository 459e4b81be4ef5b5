//! Objects in memory, for the parts of the server that work with them.

use std::sync::Arc;

use crate::access::Acl;
use crate::schema::Class;
use crate::value::{Timestamp, Value};

/// A stored object.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its class.
    pub class: Arc<Class>,
    /// Its id.
    pub object_id: String,
    /// Creation time.
    pub created_at: Timestamp,
    /// Modification time.
    pub updated_at: Timestamp,
    /// Its access list; `None` is public.
    pub acl: Option<Acl>,
    /// Values of the fields that have one.
    pub values: Vec<(Arc<str>, Value)>,
}

impl Object {
    /// The value of a field; null when it has none.
    pub fn value(&self, field: &str) -> &Value {
        self.values.iter().find(|(name, _)| **name == *field).map_or(&Value::Null, |(_, value)| value)
    }

    /// The text of a String field.
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.value(field) {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The time of a Date field.
    pub fn time(&self, field: &str) -> Option<Timestamp> {
        match self.value(field) {
            Value::Date(time) => Some(*time),
            _ => None,
        }
    }

    /// The target of a Pointer field.
    pub fn pointer_id(&self, field: &str) -> Option<&str> {
        match self.value(field) {
            Value::Pointer(pointer) => Some(&pointer.object_id),
            _ => None,
        }
    }
}
