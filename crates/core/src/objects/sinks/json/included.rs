//! Values that are left open while rows are encoded, until the objects they lead to have been read.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::schema::FieldType;
use crate::value::{ColumnValue, Json, Pointer, parse_pointer};

/// Included objects by column of the plan and by reference.
pub(in crate::objects) type Included = HashMap<usize, HashMap<Pointer, Vec<u8>>>;

/// A place in the encoded rows where an included value belongs.
pub(super) struct OpenValue {
    /// Offset in the encoded bytes.
    pub(super) at: usize,
    /// Column of the plan.
    pub(super) column: usize,
    content: OpenContent,
}

enum OpenContent {
    One(Pointer),
    Many(Vec<Element>),
}

enum Element {
    Plain(Json),
    Reference(Pointer),
}

impl OpenValue {
    /// Reads a stored pointer, or an array that may hold pointers.
    pub(super) fn read(at: usize, column: usize, kind: &FieldType, value: ColumnValue<'_>) -> Result<Self> {
        let content = match (kind, value) {
            (FieldType::Pointer(class), ColumnValue::Text(id)) => {
                OpenContent::One(Pointer { class_name: class.to_string(), object_id: id.to_owned() })
            }
            (FieldType::Array, ColumnValue::Text(json)) => {
                let items: Vec<Json> = serde_json::from_str(json).map_err(|_| Error::internal())?;
                OpenContent::Many(items.into_iter().map(Element::of).collect())
            }
            _ => return Err(Error::internal()),
        };
        Ok(OpenValue { at, column, content })
    }

    /// Where it leads to.
    pub(super) fn references(&self) -> impl Iterator<Item = &Pointer> {
        let (one, many) = match &self.content {
            OpenContent::One(pointer) => (Some(pointer), [].as_slice()),
            OpenContent::Many(elements) => (None, elements.as_slice()),
        };
        one.into_iter().chain(many.iter().filter_map(Element::reference))
    }

    /// Appends the member, `prefix` being its name. What was not found leaves no trace.
    pub(super) fn append(&self, prefix: &[u8], found: Option<&HashMap<Pointer, Vec<u8>>>, out: &mut Vec<u8>) {
        let find = |pointer: &Pointer| found.and_then(|objects| objects.get(pointer));
        match &self.content {
            OpenContent::One(pointer) => {
                if let Some(object) = find(pointer) {
                    out.extend_from_slice(prefix);
                    out.extend_from_slice(object);
                }
            }
            OpenContent::Many(elements) => {
                out.extend_from_slice(prefix);
                out.push(b'[');
                let mut separator: &[u8] = b"";
                for element in elements {
                    let plain;
                    let json = match element {
                        Element::Reference(pointer) => match find(pointer) {
                            Some(object) => object.as_slice(),
                            None => continue,
                        },
                        Element::Plain(json) => {
                            plain = json.to_string();
                            plain.as_bytes()
                        }
                    };
                    out.extend_from_slice(separator);
                    out.extend_from_slice(json);
                    separator = b",";
                }
                out.push(b']');
            }
        }
    }
}

impl Element {
    fn of(json: Json) -> Self {
        let reference = json
            .as_object()
            .filter(|map| map.get("__type").and_then(Json::as_str) == Some("Pointer"))
            .and_then(|map| parse_pointer(map).ok());
        match reference {
            Some(pointer) => Element::Reference(pointer),
            None => Element::Plain(json),
        }
    }

    fn reference(&self) -> Option<&Pointer> {
        match self {
            Element::Plain(_) => None,
            Element::Reference(pointer) => Some(pointer),
        }
    }
}
