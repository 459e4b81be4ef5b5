//! Schema changes as the steps of a migration file, and back.

use std::sync::Arc;

use astrolabe_core::schema::{
    ClassPermissions, FieldSpec, IndexChange, SchemaAction, SchemaChange, field_to_json, index_to_json,
    parse_schema_request,
};
use astrolabe_core::value::{Json, JsonMap};
use serde_json::json;

/// The step of a change; `None` for one that no migration takes.
pub(crate) fn to_json(change: &SchemaChange) -> Option<Json> {
    Some(match change {
        SchemaChange::AddClass { name, permissions } => {
            let mut step = map([("op", "addClass".into()), ("class", (**name).into())]);
            if *permissions != ClassPermissions::default() {
                step.insert("permissions".into(), permissions.to_json());
            }
            Json::Object(step)
        }
        SchemaChange::AddField { class, field } => {
            json!({"op": "addField", "class": **class, "field": *field.name, "definition": definition(field)})
        }
        SchemaChange::SetFieldOptions { class, field } => {
            json!({"op": "setField", "class": **class, "field": *field.name, "definition": definition(field)})
        }
        SchemaChange::DropField { class, field } => {
            json!({"op": "dropField", "class": **class, "field": **field})
        }
        SchemaChange::AddIndex { class, index } => {
            json!({"op": "addIndex", "class": **class, "index": *index.name, "keys": index_to_json(index)})
        }
        SchemaChange::DropIndex { class, index } => {
            json!({"op": "dropIndex", "class": **class, "index": **index})
        }
        SchemaChange::SetPermissions { class, permissions } => {
            json!({"op": "setPermissions", "class": **class, "permissions": permissions.to_json()})
        }
        SchemaChange::DropClass { name } => json!({"op": "dropClass", "class": **name}),
        SchemaChange::RenameClass { from, to } => {
            json!({"op": "renameClass", "class": **from, "to": **to})
        }
        SchemaChange::RenameField { class, from, to } => {
            json!({"op": "renameField", "class": **class, "field": **from, "to": **to})
        }
        SchemaChange::RecordMigration(_) => return None,
    })
}

fn definition(field: &FieldSpec) -> Json {
    field_to_json(&field.clone().into_field(Arc::clone(&field.name)))
}

/// The change of a step; the error says what is wrong with it.
pub(crate) fn from_json(json: &Json) -> Result<SchemaChange, String> {
    let Json::Object(step) = json else { return Err("must be an object".into()) };
    let op = text(step, "op")?;
    let class = text(step, "class")?;
    let (change, keys): (_, &[&str]) = match &*op {
        "addClass" => {
            let permissions = match step.contains_key("permissions") {
                true => permissions(step)?,
                false => ClassPermissions::default(),
            };
            (SchemaChange::AddClass { name: class, permissions }, &["permissions"])
        }
        "setPermissions" => {
            (SchemaChange::SetPermissions { class, permissions: permissions(step)? }, &["permissions"])
        }
        "dropClass" => (SchemaChange::DropClass { name: class }, &[]),
        "renameClass" => (SchemaChange::RenameClass { from: class, to: text(step, "to")? }, &["to"]),
        "addField" => {
            let field = field(step, &class)?;
            (SchemaChange::AddField { class, field }, &["field", "definition"])
        }
        "setField" => {
            let field = field(step, &class)?;
            (SchemaChange::SetFieldOptions { class, field }, &["field", "definition"])
        }
        "dropField" => (SchemaChange::DropField { class, field: text(step, "field")? }, &["field"]),
        "renameField" => {
            let (from, to) = (text(step, "field")?, text(step, "to")?);
            (SchemaChange::RenameField { class, from, to }, &["field", "to"])
        }
        "addIndex" => {
            let index = text(step, "index")?;
            let keys = step.get("keys").cloned().unwrap_or_default();
            let body = map([("indexes", Json::Object(map([(&index, keys)])))]);
            let request = parse_schema_request(SchemaAction::Change, &class, &body).map_err(message)?;
            match request.indexes.into_iter().next() {
                Some(IndexChange::Add(index)) => {
                    (SchemaChange::AddIndex { class, index }, &["index", "keys"])
                }
                _ => return Err("keys must be an object of fields and their directions".into()),
            }
        }
        "dropIndex" => (SchemaChange::DropIndex { class, index: text(step, "index")? }, &["index"]),
        other => return Err(format!("{other:?} is no op")),
    };
    let is_known = |key: &&String| ["op", "class"].contains(&key.as_str()) || keys.contains(&key.as_str());
    match step.keys().find(|key| !is_known(key)) {
        Some(key) => Err(format!("{key:?} is not known in {op}")),
        None => Ok(change),
    }
}

fn field(step: &JsonMap, class: &str) -> Result<FieldSpec, String> {
    let name = text(step, "field")?;
    let definition = step.get("definition").cloned().unwrap_or_default();
    let body = map([("fields", Json::Object(map([(&name, definition)])))]);
    let request = parse_schema_request(SchemaAction::Create, class, &body).map_err(message)?;
    let spec = request.added_fields().next().map(|(spec, _)| spec.clone());
    spec.ok_or_else(|| "definition must be that of a field".into())
}

fn permissions(step: &JsonMap) -> Result<ClassPermissions, String> {
    ClassPermissions::from_json(step.get("permissions").unwrap_or(&Json::Null)).map_err(message)
}

fn text(step: &JsonMap, key: &str) -> Result<Arc<str>, String> {
    step.get(key).and_then(Json::as_str).map(Arc::from).ok_or_else(|| format!("{key} must be a text"))
}

fn map<const N: usize>(members: [(&str, Json); N]) -> JsonMap {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn message(error: astrolabe_core::Error) -> String {
    error.message.to_string()
}
