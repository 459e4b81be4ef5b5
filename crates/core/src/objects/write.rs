//! A write under construction: what a client asked for, checked and completed step by step.

mod nested;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::access::{Acl, Scope};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::ports::WriteStep;
use crate::query::Filter;
use crate::schema::{
    ACL, CREATED_AT, FieldType, OBJECT_ID, UPDATED_AT, is_import_field, is_valid_field_name,
};
use crate::value::{FieldOp, Json, JsonMap, NestedEdit, Timestamp, Value, parse_field};

/// The creation or change of one object.
#[derive(Debug)]
pub struct Write {
    /// The class, which may not exist yet.
    pub class_name: Arc<str>,
    /// Whether an object is made or changed.
    pub kind: WriteKind,
    /// The object's id.
    pub object_id: String,
    /// What happens to whole fields.
    pub fields: IndexMap<Arc<str>, FieldOp>,
    /// What happens inside Object fields (`address.city`) that `fields` does not name.
    pub nested: IndexMap<Arc<str>, Vec<(Vec<String>, NestedEdit)>>,
    /// `Some` replaces the access list; `Some(None)` makes the object public.
    pub acl: Option<Option<Acl>>,
    /// The time of the write.
    pub now: Timestamp,
    /// Times that a holder of the maintenance key chose.
    pub chosen_times: ChosenTimes,
    /// What else has to hold for an object to be changed.
    pub conditions: Vec<Filter>,
    /// Steps that rules add; they are committed with the write or not at all.
    pub more_steps: Vec<WriteStep>,
    /// Members that rules add to the answer.
    pub more_answer: JsonMap,
    /// What the client is told after the commit, although the write has worked. In a transaction it does not count.
    pub refusal_after: Option<Error>,
}

/// Creation and modification times other than now.
#[derive(Debug, Default, Clone, Copy)]
pub struct ChosenTimes {
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Modification time.
    pub updated_at: Option<Timestamp>,
}

/// Whether an object is made or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteKind {
    /// A new object.
    Create,
    /// An existing object.
    Update,
}

/// What the client is told of a write.
#[derive(Debug)]
pub struct WriteAnswer {
    /// Whether an object was made or changed; of a removal it says nothing.
    pub kind: WriteKind,
    /// The id of the object.
    pub object_id: String,
    /// The members of the answer.
    pub body: JsonMap,
}

impl Write {
    /// An empty write.
    pub fn new(class_name: &str, kind: WriteKind, object_id: String, now: Timestamp) -> Self {
        Write {
            class_name: class_name.into(),
            kind,
            object_id,
            fields: IndexMap::new(),
            nested: IndexMap::new(),
            acl: None,
            now,
            chosen_times: ChosenTimes::default(),
            conditions: Vec::new(),
            more_steps: Vec::new(),
            more_answer: JsonMap::new(),
            refusal_after: None,
        }
    }

    /// Reads the members of a request body.
    pub(super) fn read_body(&mut self, scope: &Scope, body: JsonMap) -> Result<()> {
        for (key, json) in body {
            match key.as_str() {
                OBJECT_ID | "id" => {}
                CREATED_AT => self.chosen_times.created_at = self.chosen_time(scope, &key, json)?,
                UPDATED_AT => self.chosen_times.updated_at = self.chosen_time(scope, &key, json)?,
                ACL => self.read_acl(&json)?,
                key if key.contains('.') => self.read_nested(key, json)?,
                key if is_valid_field_name(key)
                    || (scope.is_maintenance() && is_import_field(&self.class_name, key)) =>
                {
                    self.read_field(key, parse_field(json)?);
                }
                key => return Err(invalid_field_name(key)),
            }
        }
        self.join_nested()
    }

    fn read_field(&mut self, name: &str, op: FieldOp) {
        let op = match (op, self.kind) {
            (FieldOp::SetOnInsert(value), WriteKind::Create) => FieldOp::Set(value),
            (FieldOp::SetOnInsert(_), WriteKind::Update) => return,
            (op, _) => op,
        };
        self.fields.insert(name.into(), op);
    }

    /// Times belong to the server; only the maintenance key chooses them (imports do).
    fn chosen_time(&self, scope: &Scope, key: &str, json: Json) -> Result<Option<Timestamp>> {
        let time = match Value::from_json(json)? {
            Value::Date(time) => Some(time),
            Value::String(text) if scope.is_maintenance() => Timestamp::parse_iso(&text),
            Value::Null => None,
            _ if self.kind == WriteKind::Update => None,
            other => {
                let got = FieldType::of_value(&other).map_or("null", |kind| kind.name());
                return Err(Error::new(
                    ErrorCode::IncorrectType,
                    format!("schema mismatch for {}.{key}; expected Date but got {got}", self.class_name),
                ));
            }
        };
        Ok(time.filter(|_| scope.is_maintenance()))
    }

    fn read_acl(&mut self, json: &Json) -> Result<()> {
        let is_delete = json.get("__op").and_then(Json::as_str) == Some("Delete");
        self.acl = match self.kind {
            WriteKind::Create if json.is_null() || is_delete => None,
            // Taking the list away must not open the object to everybody: the master key alone is left.
            WriteKind::Update if json.is_null() || is_delete => Some(Some(Acl::default())),
            _ => Some(Some(Acl::from_json(json)?)),
        };
        Ok(())
    }

    /// Sets a field to a value.
    pub fn set(&mut self, field: &str, value: Value) {
        self.nested.shift_remove(field);
        self.fields.insert(field.into(), FieldOp::Set(value));
    }

    /// The text a field is set to, if it is.
    pub fn new_text(&self, field: &str) -> Option<&str> {
        match self.fields.get(field) {
            Some(FieldOp::Set(Value::String(text))) => Some(text),
            _ => None,
        }
    }

    /// The field types this write asks for. Null and removals ask for none.
    pub(super) fn wanted_types(&self) -> impl Iterator<Item = (&str, FieldType)> {
        let fields = self.fields.iter().filter_map(|(name, op)| Some((&**name, wanted_type(op)?)));
        fields.chain(self.nested.keys().map(|name| (&**name, FieldType::Object)))
    }
}

fn wanted_type(op: &FieldOp) -> Option<FieldType> {
    match op {
        FieldOp::Set(value) | FieldOp::SetOnInsert(value) => FieldType::of_value(value),
        FieldOp::Delete => None,
        FieldOp::Increment(_) => Some(FieldType::Number),
        FieldOp::Add(_) | FieldOp::AddUnique(_) | FieldOp::Remove(_) => Some(FieldType::Array),
        FieldOp::Relate { class_name, .. } if class_name.is_empty() => None,
        FieldOp::Relate { class_name, .. } => Some(FieldType::Relation(class_name.as_str().into())),
    }
}

fn invalid_field_name(key: &str) -> Error {
    Error::new(ErrorCode::InvalidKeyName, format!("Invalid field name: {}.", shown(key)))
}

#[cfg(test)]
mod tests;
