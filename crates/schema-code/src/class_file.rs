//! One class as a file: read into a class, with what the file says beyond it.

use std::collections::HashMap;
use std::sync::Arc;

use astrolabe_core::schema::{
    Class, FieldType, IndexChange, SchemaAction, SchemaRequest, parse_schema_request, system_fields,
};
use astrolabe_core::value::{Json, JsonMap};
use indexmap::IndexMap;

use crate::managed::is_managed;
use crate::{FileError, jsonc};

const CLASS_NAME: &str = "className";
pub(crate) const RENAMED_FROM: &str = "renamedFrom";
pub(crate) const DESCRIPTION: &str = "description";
const KEYS: [&str; 7] =
    ["$schema", CLASS_NAME, RENAMED_FROM, DESCRIPTION, "fields", "indexes", "classLevelPermissions"];
const FIELD_KEYS: [&str; 7] =
    ["type", "targetClass", "required", "defaultValue", "onDelete", RENAMED_FROM, DESCRIPTION];

/// A file of the folder `schema`.
#[derive(Debug, Clone)]
pub struct ClassFile {
    /// Where it is, as its owner knows it.
    pub file: String,
    /// The class it describes, with the built-in fields of a built-in class.
    pub class: Class,
    /// The name that the class had.
    pub renamed_from: Option<Arc<str>>,
    /// The names that fields had, by their new name.
    pub renamed_fields: HashMap<Arc<str>, Arc<str>>,
    /// A sentence about the class.
    pub description: Option<String>,
    /// Sentences about fields.
    pub field_descriptions: HashMap<Arc<str>, String>,
    /// The comment at the top of the file.
    pub head: String,
}

impl ClassFile {
    /// The file that would describe a class.
    pub(crate) fn of(class: &Class) -> Self {
        ClassFile {
            file: format!("class {}", class.name),
            class: class.clone(),
            renamed_from: None,
            renamed_fields: HashMap::new(),
            description: None,
            field_descriptions: HashMap::new(),
            head: String::new(),
        }
    }

    /// Reads a file.
    pub fn parse(file: &str, text: &str) -> Result<Self, FileError> {
        let map = jsonc::parse(file, text)?;
        check_keys(file, &map, &KEYS)?;
        let name =
            text_of(file, &map, CLASS_NAME)?.ok_or_else(|| FileError::new(file, "className is missing"))?;
        let wrong = |problem: String| FileError::new(file, problem);
        if !is_managed(&name) {
            return Err(wrong(format!("the class {name} belongs to the server")));
        }
        let mut parsed = ClassFile {
            file: file.to_owned(),
            renamed_from: text_of(file, &map, RENAMED_FROM)?.map(Arc::from),
            description: text_of(file, &map, DESCRIPTION)?,
            head: jsonc::head_comment(text),
            ..ClassFile::of(&empty_class(&name))
        };
        if let Some(Json::Object(fields)) = map.get("fields") {
            for (field, definition) in fields {
                parsed.read_beside(file, field, definition)?;
            }
        }
        let request = parse_schema_request(SchemaAction::Create, &name, &map)
            .map_err(|error| wrong(error.message.to_string()))?;
        parsed.take(request).map_err(wrong)?;
        Ok(parsed)
    }

    /// What a field's definition says that the schemas API does not know.
    fn read_beside(&mut self, file: &str, field: &str, definition: &Json) -> Result<(), FileError> {
        let Json::Object(definition) = definition else { return Ok(()) };
        check_keys(file, definition, &FIELD_KEYS)
            .map_err(|error| FileError::new(file, format!("field {field}: {}", error.problem)))?;
        if let Some(from) = text_of(file, definition, RENAMED_FROM)? {
            self.renamed_fields.insert(field.into(), from.into());
        }
        if let Some(text) = text_of(file, definition, DESCRIPTION)? {
            self.field_descriptions.insert(field.into(), text);
        }
        Ok(())
    }

    fn take(&mut self, request: SchemaRequest) -> Result<(), String> {
        for (spec, _) in request.added_fields() {
            let name = Arc::clone(&spec.name);
            self.class.fields.insert(Arc::clone(&name), spec.clone().into_field(name));
        }
        if request.deleted_fields().next().is_some() {
            return Err("a field that goes is left out of the file; it takes no __op".into());
        }
        for change in request.indexes {
            let IndexChange::Add(index) = change else {
                return Err("an index that goes is left out of the file; it takes no __op".into());
            };
            self.class.indexes.insert(Arc::clone(&index.name), index);
        }
        if let Some(permissions) = request.permissions {
            let kinds: IndexMap<Arc<str>, FieldType> = self
                .class
                .fields
                .values()
                .map(|field| (Arc::clone(&field.name), field.kind.clone()))
                .collect();
            permissions.check_fields(&kinds).map_err(|error| error.message.to_string())?;
            self.class.permissions = permissions;
        }
        Ok(())
    }
}

/// A class with nothing but its built-in fields.
pub(crate) fn empty_class(name: &str) -> Class {
    let name: Arc<str> = name.into();
    let fields = system_fields(&name).into_iter().map(|spec| {
        let column = Arc::clone(&spec.name);
        (Arc::clone(&column), spec.into_field(column))
    });
    Class {
        table: Arc::clone(&name),
        fields: fields.collect(),
        indexes: Default::default(),
        permissions: Default::default(),
        name,
    }
}

fn check_keys(file: &str, map: &JsonMap, known: &[&str]) -> Result<(), FileError> {
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => {
            Err(FileError::new(file, format!("{key:?} is not known here; known are {}", known.join(", "))))
        }
        None => Ok(()),
    }
}

pub(crate) fn text_of(file: &str, map: &JsonMap, key: &str) -> Result<Option<String>, FileError> {
    match map.get(key) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(FileError::new(file, format!("{key} must be a text"))),
    }
}
