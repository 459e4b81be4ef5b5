//! Class files as they are written: the order of the file that is there, then by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use astrolabe_core::schema::{Class, ClassPermissions, Schema, field_to_json, index_to_json};
use astrolabe_core::value::{Json, JsonMap};

use crate::class_file::{DESCRIPTION, RENAMED_FROM};
use crate::managed::{own_fields, says_something};
use crate::{ClassFile, Wanted, jsonc};

/// What editors need to check class files and to complete in them.
pub const CLASS_JSON_SCHEMA: &str = include_str!("class.schema.json");
/// Its name beside the class files.
pub const JSON_SCHEMA_FILE: &str = "class.schema.json";

impl ClassFile {
    /// The text of a class, with what the present file says beyond the class, if there is one.
    pub fn print(class: &Class, present: Option<&ClassFile>) -> String {
        let mut map = JsonMap::new();
        map.insert("$schema".into(), format!("./{JSON_SCHEMA_FILE}").into());
        map.insert("className".into(), class.name.as_ref().into());
        if let Some(file) = present {
            map.extend(
                file.renamed_from.as_ref().map(|from| (RENAMED_FROM.to_owned(), from.as_ref().into())),
            );
            map.extend(file.description.as_ref().map(|text| (DESCRIPTION.to_owned(), text.as_str().into())));
        }
        map.insert("fields".into(), Json::Object(fields(class, present)));
        if !class.indexes.is_empty() {
            let indexes: BTreeMap<_, _> = class.indexes.iter().collect();
            let indexes = indexes.into_iter().map(|(name, index)| (name.to_string(), index_to_json(index)));
            map.insert("indexes".into(), Json::Object(indexes.collect()));
        }
        map.insert("classLevelPermissions".into(), permissions(&class.permissions));
        jsonc::print(present.map_or("", |file| &file.head), &map)
    }
}

impl Wanted {
    /// The files of a schema, by class: those whose meaning is another one, or that are missing. `None` is a file that
    /// has to go.
    pub fn changed_files(&self, schema: &Schema) -> Vec<(Arc<str>, Option<String>)> {
        let mut changed = Vec::new();
        for class in schema.classes.values().filter(|class| says_something(class)) {
            let present = self.file(&class.name);
            if present.is_none_or(|file| !says_the_same(file, class)) {
                changed.push((Arc::clone(&class.name), Some(ClassFile::print(class, present))));
            }
        }
        let is_gone = |name: &Arc<str>| !schema.class(name).is_some_and(|class| says_something(class));
        let gone = self.files().map(|file| &file.class.name).filter(|name| is_gone(name));
        changed.extend(gone.map(|name| (Arc::clone(name), None)));
        changed.sort();
        changed
    }
}

/// A name that a class or field had is not a part of the meaning once it has come true.
fn says_the_same(file: &ClassFile, class: &Class) -> bool {
    let strip = |class: &Class| {
        let fields: BTreeMap<_, _> =
            own_fields(class).map(|field| (Arc::clone(&field.name), field_to_json(field))).collect();
        (fields, class.indexes.clone(), class.permissions.clone())
    };
    strip(&file.class) == strip(class)
}

fn fields(class: &Class, present: Option<&ClassFile>) -> JsonMap {
    let mut own: BTreeMap<_, _> =
        own_fields(class).map(|field| (Arc::clone(&field.name), field_to_json(field))).collect();
    let known = present.into_iter().flat_map(|file| file.class.fields.keys());
    let mut ordered: Vec<_> = known.filter_map(|name| own.remove_entry(name)).collect();
    ordered.extend(own);
    let with_beside = |(name, mut json): (Arc<str>, Json)| {
        if let (Some(file), Json::Object(map)) = (present, &mut json) {
            let renamed = file.renamed_fields.get(&name);
            map.extend(renamed.map(|from| (RENAMED_FROM.to_owned(), from.as_ref().into())));
            let text = file.field_descriptions.get(&name);
            map.extend(text.map(|text| (DESCRIPTION.to_owned(), text.as_str().into())));
        }
        (name.to_string(), json)
    };
    ordered.into_iter().map(with_beside).collect()
}

/// Always written out: who may do what is what a reviewer looks for.
fn permissions(permissions: &ClassPermissions) -> Json {
    permissions.to_json()
}
