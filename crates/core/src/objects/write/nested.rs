//! Dotted keys in the body of a write: what happens inside Object fields.

use super::{Write, WriteKind, invalid_field_name};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::schema::is_valid_field_name;
use crate::value::{FieldOp, Json, JsonMap, NestedEdit, Value, check_depth, edit_nested, parse_field};

impl Write {
    /// Reads a member with a dotted key.
    pub(super) fn read_nested(&mut self, key: &str, json: Json) -> Result<()> {
        let mut parts = key.split('.');
        let field = parts.next().unwrap_or_default();
        let path: Vec<String> = parts.map(str::to_owned).collect();
        if !is_valid_field_name(field)
            || path.len() > limits::JSON_DEPTH_MAX
            || path.iter().any(|part| part.is_empty() || part.contains(['$', '\0']))
        {
            return Err(invalid_field_name(key));
        }
        let edit = match parse_field(json)? {
            FieldOp::SetOnInsert(_) if self.kind == WriteKind::Update => return Ok(()),
            FieldOp::Set(value) | FieldOp::SetOnInsert(value) => {
                let json = value.to_json();
                // The value will stand below the path, and what is stored must stay readable.
                check_depth(&json, limits::JSON_DEPTH_MAX - path.len())?;
                NestedEdit::Set(json)
            }
            FieldOp::Increment(amount) => NestedEdit::Increment(amount),
            FieldOp::Delete => NestedEdit::Unset,
            _ => {
                return Err(Error::new(
                    ErrorCode::CommandUnavailable,
                    format!("{}: inside an object, values can be set, incremented and deleted.", shown(key)),
                ));
            }
        };
        self.nested.entry(field.into()).or_default().push((path, edit));
        Ok(())
    }

    /// Where a body has a field as well as dotted keys of it, the edits are made in the value that is sent, whatever
    /// their order in the body. So each field is changed once.
    pub(super) fn join_nested(&mut self) -> Result<()> {
        for (name, op) in &mut self.fields {
            let Some(edits) = self.nested.shift_remove(name) else { continue };
            let mut object = match std::mem::replace(op, FieldOp::Delete) {
                FieldOp::Set(Value::Object(object)) => object,
                FieldOp::Set(Value::Null) | FieldOp::Delete => JsonMap::new(),
                _ => {
                    return Err(Error::new(
                        ErrorCode::IncorrectType,
                        format!(
                            "{} is not set to an object, so no value inside it can be changed",
                            shown(name)
                        ),
                    ));
                }
            };
            edits.into_iter().try_for_each(|(path, edit)| edit_nested(&mut object, &path, edit))?;
            *op = FieldOp::Set(Value::Object(object));
        }
        Ok(())
    }
}
