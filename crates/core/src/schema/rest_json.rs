//! The JSON of the schemas API.
//!
//! Source: Parse REST protocol, "Schema".

use std::sync::Arc;

use super::index::{indexes_to_json, parse_index_changes};
use super::{
    ACL, CREATED_AT, Class, ClassPermissions, DeletionRule, Field, FieldSpec, FieldType, IndexChange,
    OBJECT_ID, UPDATED_AT, Visibility, check_class_name, is_valid_field_name, system_fields,
};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::value::{Json, JsonMap, Value};

/// The fields of every class.
const COMMON_FIELDS: [&str; 4] = [OBJECT_ID, CREATED_AT, UPDATED_AT, ACL];

/// A class as the schemas API shows it.
pub fn class_to_json(class: &Class) -> Json {
    let mut fields = JsonMap::new();
    for (name, kind) in [(OBJECT_ID, "String"), (CREATED_AT, "Date"), (UPDATED_AT, "Date"), (ACL, "ACL")] {
        fields.insert(name.into(), serde_json::json!({ "type": kind }));
    }
    for field in class.fields.values().filter(|field| field.visibility != Visibility::Hidden) {
        fields.insert(field.name.to_string(), field_to_json(field));
    }
    let mut json = JsonMap::new();
    json.insert("className".into(), class.name.as_ref().into());
    json.insert("fields".into(), Json::Object(fields));
    json.insert("classLevelPermissions".into(), class.permissions.to_json());
    if !class.indexes.is_empty() {
        json.insert("indexes".into(), indexes_to_json(class));
    }
    Json::Object(json)
}

/// A field as the schemas API shows it.
pub fn field_to_json(field: &Field) -> Json {
    let mut json = JsonMap::new();
    json.insert("type".into(), field.kind.name().into());
    if let Some(target) = field.kind.target_class() {
        json.insert("targetClass".into(), target.as_ref().into());
    }
    if field.required {
        json.insert("required".into(), true.into());
    }
    if let Some(default) = &field.default {
        json.insert("defaultValue".into(), default.to_json());
    }
    if let Some(rule) = field.on_delete {
        json.insert("onDelete".into(), rule.name().into());
    }
    Json::Object(json)
}

/// The body of a schemas request.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaRequest {
    /// What happens to each named field.
    pub fields: Vec<(String, FieldChange)>,
    /// What happens to each named index.
    pub indexes: Vec<IndexChange>,
    /// New class-level permissions.
    pub permissions: Option<ClassPermissions>,
}

/// What a schemas request wants of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldChange {
    /// Make it, or give it these options.
    Add {
        /// The field.
        spec: FieldSpec,
        /// The request says nothing of a deletion rule, so that the one it has stays. Clients of Parse send fields
        /// without knowing of rules.
        keeps_rule: bool,
    },
    /// Remove it.
    Delete,
}

/// Whether a schemas request makes a class or changes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaAction {
    /// `POST`.
    Create,
    /// `PUT`.
    Change,
}

/// Reads the body of a schemas request.
pub fn parse_schema_request(action: SchemaAction, class_name: &str, body: &JsonMap) -> Result<SchemaRequest> {
    check_class_name(class_name)?;
    let mut fields = Vec::new();
    match body.get("fields") {
        None | Some(Json::Null) => {}
        Some(Json::Object(map)) => {
            // A schema as it is shown names all of these, so it can be made again elsewhere.
            let is_whole = COMMON_FIELDS.iter().all(|name| map.contains_key(*name));
            for (name, json) in map {
                let is_common = COMMON_FIELDS.contains(&name.as_str());
                let action = if is_whole && is_common { SchemaAction::Change } else { action };
                if let Some(change) = field_change(action, class_name, name, json)? {
                    fields.push((name.clone(), change));
                }
            }
        }
        Some(_) => return Err(Error::new(ErrorCode::InvalidJson, "fields must be an object")),
    }
    let permissions = match body.get("classLevelPermissions") {
        None | Some(Json::Null) => None,
        Some(json) => Some(ClassPermissions::from_json(json)?),
    };
    let indexes = parse_index_changes(body.get("indexes"))?;
    Ok(SchemaRequest { fields, indexes, permissions })
}

/// `None` for a built-in field named with the type it has anyway.
fn field_change(
    action: SchemaAction,
    class_name: &str,
    name: &str,
    json: &Json,
) -> Result<Option<FieldChange>> {
    let Json::Object(definition) = json else { return Err(invalid_json()) };
    let deletes = definition.get("__op").and_then(Json::as_str) == Some("Delete");
    if is_built_in(class_name, name) {
        return match action {
            SchemaAction::Create => {
                Err(Error::new(ErrorCode::FieldNotChangeable, format!("field {name} cannot be added")))
            }
            SchemaAction::Change => built_in_change(class_name, name, definition, deletes),
        };
    }
    if deletes {
        return Ok(Some(FieldChange::Delete));
    }
    if !is_valid_field_name(name) {
        return Err(Error::new(ErrorCode::InvalidKeyName, format!("invalid field name: {}", shown(name))));
    }
    let kind = parse_field_type(definition)?;
    let keeps_rule = !definition.contains_key("onDelete");
    field_spec(class_name, name, kind, definition).map(|spec| Some(FieldChange::Add { spec, keeps_rule }))
}

fn is_built_in(class_name: &str, name: &str) -> bool {
    COMMON_FIELDS.contains(&name) || system_fields(class_name).iter().any(|field| *field.name == *name)
}

/// A client may send back what it was shown; anything else is a change that is not possible.
fn built_in_change(
    class_name: &str,
    name: &str,
    definition: &JsonMap,
    deletes: bool,
) -> Result<Option<FieldChange>> {
    let shown = definition.get("type").and_then(Json::as_str);
    let present = match name {
        OBJECT_ID => Some("String"),
        CREATED_AT | UPDATED_AT => Some("Date"),
        ACL => Some("ACL"),
        _ => {
            system_fields(class_name).iter().find(|field| *field.name == *name).map(|field| field.kind.name())
        }
    };
    if !deletes && shown == present {
        check_built_in_rule(class_name, name, definition)?;
        return Ok(None);
    }
    Err(if deletes || COMMON_FIELDS.contains(&name) {
        Error::new(ErrorCode::FieldNotChangeable, format!("field {name} cannot be changed"))
    } else {
        Error::new(ErrorCode::InvalidSchemaOperation, format!("Field {name} exists, cannot update."))
    })
}

/// The deletion rule of a built-in field is the server's.
fn check_built_in_rule(class_name: &str, name: &str, definition: &JsonMap) -> Result<()> {
    let Some(wanted) = definition.get("onDelete") else { return Ok(()) };
    let fields = system_fields(class_name);
    let rule = fields.iter().find(|field| *field.name == *name).and_then(|field| field.on_delete);
    match wanted.as_str() == rule.map(DeletionRule::name) {
        true => Ok(()),
        false => Err(Error::new(ErrorCode::FieldNotChangeable, format!("field {name} cannot be changed"))),
    }
}

/// Reads `{"type": …, "targetClass": …}`.
pub fn parse_field_type(definition: &JsonMap) -> Result<FieldType> {
    let name = definition.get("type").and_then(Json::as_str).ok_or_else(invalid_json)?;
    let target = definition.get("targetClass");
    if matches!(name, "Pointer" | "Relation") {
        match target {
            None | Some(Json::Null) => {
                return Err(Error::new(
                    ErrorCode::MissingClassName,
                    format!("type {name} needs a class name"),
                ));
            }
            Some(Json::String(class)) => check_class_name(class)?,
            Some(_) => return Err(invalid_json()),
        }
    }
    FieldType::from_name(name, target.and_then(Json::as_str))
        .ok_or_else(|| Error::new(ErrorCode::IncorrectType, format!("invalid field type: {}", shown(name))))
}

/// A member of a field definition that has the wrong JSON type.
fn invalid_json() -> Error {
    Error::new(ErrorCode::InvalidJson, "invalid JSON")
}

fn field_spec(class_name: &str, name: &str, kind: FieldType, definition: &JsonMap) -> Result<FieldSpec> {
    let required = match definition.get("required") {
        None | Some(Json::Null) => false,
        Some(Json::Bool(required)) => *required,
        Some(_) => return Err(invalid_json()),
    };
    let default = match definition.get("defaultValue") {
        None | Some(Json::Null) => None,
        Some(json) => Some(Value::from_json(json.clone())?),
    };
    let on_delete = match definition.get("onDelete") {
        None | Some(Json::Null) => None,
        Some(json) => Some(DeletionRule::from_json(name, json)?),
    };
    for (option, given) in [("required", required), ("default value", default.is_some())] {
        if given && matches!(kind, FieldType::Relation(_)) {
            return Err(Error::new(
                ErrorCode::IncorrectType,
                format!("The '{option}' option is not applicable for {kind}"),
            ));
        }
    }
    match default.as_ref().and_then(FieldType::of_value) {
        Some(got) if got != kind => Err(Error::new(
            ErrorCode::IncorrectType,
            format!("schema mismatch for {class_name}.{name} default value; expected {kind} but got {got}"),
        )),
        _ => Ok(FieldSpec { required, default, on_delete, ..FieldSpec::new(name, kind) }),
    }
}

impl SchemaRequest {
    /// The fields to be made or given options, and whether each keeps the deletion rule it has.
    pub fn added_fields(&self) -> impl Iterator<Item = (&FieldSpec, bool)> {
        self.fields.iter().filter_map(|(_, change)| match change {
            FieldChange::Add { spec, keeps_rule } => Some((spec, *keeps_rule)),
            FieldChange::Delete => None,
        })
    }

    /// The fields to be removed.
    pub fn deleted_fields(&self) -> impl Iterator<Item = Arc<str>> {
        self.fields.iter().filter_map(|(name, change)| match change {
            FieldChange::Add { .. } => None,
            FieldChange::Delete => Some(Arc::from(name.as_str())),
        })
    }
}
