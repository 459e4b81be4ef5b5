//! What every generated file needs to know of a class.

use std::collections::BTreeMap;
use std::sync::Arc;

use astrolabe_core::schema::{Class, Field, FieldType, Schema, Visibility, is_system_class};

use super::names::Names;
use crate::Wanted;
use crate::managed::is_managed;

/// The endings of names that are made from the name of a class.
const ENDINGS: [&str; 4] = ["", "Create", "Update", "Attributes"];

/// A class.
#[derive(Debug)]
pub(super) struct ClassTypes {
    /// The name clients use.
    pub class: Arc<str>,
    /// Its name in TypeScript.
    pub name: String,
    /// The name of its table.
    pub table: Arc<str>,
    /// A sentence about it.
    pub description: Option<String>,
    /// Its fields, sorted by name.
    pub fields: Vec<FieldTypes>,
}

/// A field.
#[derive(Debug)]
pub(super) struct FieldTypes {
    /// The name clients use.
    pub name: Arc<str>,
    /// Its column, or for a relation its join table.
    pub column: Arc<str>,
    /// What it holds.
    pub kind: FieldType,
    /// Its name in TypeScript of the class it leads to; `None` when that class is not there.
    pub target: Option<String>,
    /// No object is without a value.
    pub required: bool,
    /// It has a value when none is given.
    pub has_default: bool,
    /// Clients see it.
    pub readable: bool,
    /// Clients may write it.
    pub writable: bool,
    /// A sentence about it.
    pub description: Option<String>,
}

impl FieldTypes {
    /// A new object must bring a value.
    pub fn must_be_given(&self) -> bool {
        self.required && !self.has_default
    }
}

impl ClassTypes {
    /// The classes that clients use, sorted by name. The owner's come first, so that they keep their names.
    pub fn of_schema(schema: &Schema, wanted: &Wanted) -> Vec<Self> {
        let mut classes: Vec<_> = schema.classes.values().filter(|class| is_managed(&class.name)).collect();
        classes.sort_by_key(|class| (is_system_class(&class.name), Arc::clone(&class.name)));
        let mut names = Names::default();
        let names: BTreeMap<Arc<str>, String> = classes
            .iter()
            .map(|class| (Arc::clone(&class.name), names.of_class(&class.name, &ENDINGS)))
            .collect();
        classes.into_iter().map(|class| ClassTypes::of(class, &names, wanted)).collect()
    }

    fn of(class: &Class, names: &BTreeMap<Arc<str>, String>, wanted: &Wanted) -> Self {
        let file = wanted.file(&class.name);
        let mut fields: Vec<_> = class
            .fields
            .values()
            .filter(|field| field.visibility != Visibility::Hidden && !is_token(class, field))
            .map(|field| FieldTypes {
                name: Arc::clone(&field.name),
                column: Arc::clone(&field.column),
                target: field.kind.target_class().and_then(|target| names.get(target)).cloned(),
                kind: field.kind.clone(),
                required: field.required || is_asked_for(class, field),
                has_default: field.default.is_some(),
                readable: field.visibility != Visibility::WriteOnly,
                writable: field.visibility != Visibility::Owner,
                description: file.and_then(|file| file.field_descriptions.get(&field.name)).cloned(),
            })
            .collect();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        ClassTypes {
            class: Arc::clone(&class.name),
            name: names.get(&class.name).cloned().unwrap_or_default(),
            table: Arc::clone(&class.table),
            description: file.and_then(|file| file.description.clone()),
            fields,
        }
    }
}

/// The hash of a session token is of no use to anybody.
fn is_token(class: &Class, field: &Field) -> bool {
    *class.name == *"_Session" && field.visibility == Visibility::WriteOnly
}

/// What the rules of built-in classes ask of every new object.
fn is_asked_for(class: &Class, field: &Field) -> bool {
    matches!((&*class.name, &*field.name), ("_User", "username" | "password") | ("_Role", "name"))
}
