//! What leads from a schema to the one that class files describe, as an ordered list of changes.
//!
//! Each change is applied to a working copy before the next is looked for, so that whatever a rename or a removal takes
//! with it is not asked for again.

use std::sync::Arc;

use astrolabe_core::schema::{Class, Field, FieldSpec, Schema, SchemaChange};

use crate::apply::replay;
use crate::managed::{is_managed, own_fields};
use crate::{FileError, Wanted};

/// The changes that make `present` what the files want.
pub fn diff(present: &Schema, wanted: &Wanted) -> Result<Vec<SchemaChange>, FileError> {
    let mut diff = Diff { now: present.draft(), changes: Vec::new(), wanted };
    diff.rename_classes()?;
    let goal = wanted.schema().map_err(|error| FileError::new("schema", error.message.to_string()))?;
    let classes: Vec<_> = goal.classes.values().filter(|class| is_managed(&class.name)).collect();
    for class in &classes {
        let (name, permissions) = (Arc::clone(&class.name), class.permissions.clone());
        if diff.now.class(&name).is_none() {
            diff.push(&name.clone(), SchemaChange::AddClass { name, permissions })?;
        }
    }
    for class in &classes {
        diff.change_class(class)?;
    }
    diff.drop_classes(&goal)?;
    Ok(diff.changes)
}

struct Diff<'w> {
    /// The schema as it is after the changes so far.
    now: Schema,
    changes: Vec<SchemaChange>,
    wanted: &'w Wanted,
}

impl Diff<'_> {
    fn push(&mut self, class: &str, change: SchemaChange) -> Result<(), FileError> {
        let file = self.wanted.file(class).map_or("schema", |file| &file.file);
        self.now = replay(self.now.draft(), std::slice::from_ref(&change))
            .map_err(|error| FileError::new(file, error.message.to_string()))?;
        self.changes.push(change);
        Ok(())
    }

    fn rename_classes(&mut self) -> Result<(), FileError> {
        let wanted = self.wanted;
        for file in wanted.files() {
            let (from, to) = (file.renamed_from.as_ref(), &file.class.name);
            let Some(from) = from.filter(|from| self.is_to_be_renamed(from, to)) else { continue };
            self.push(to, SchemaChange::RenameClass { from: Arc::clone(from), to: Arc::clone(to) })?;
        }
        Ok(())
    }

    /// A rename that has come true may stay in the file, even when the old name was given to another class since.
    fn is_to_be_renamed(&self, from: &str, to: &str) -> bool {
        self.now.class(from).is_some() && self.now.class(to).is_none()
    }

    fn current(&self, class: &str) -> Class {
        self.now
            .class(class)
            .map(|class| Class::clone(class))
            .unwrap_or_else(|| crate::class_file::empty_class(class))
    }

    fn change_class(&mut self, goal: &Class) -> Result<(), FileError> {
        self.rename_fields(goal)?;
        self.drop_indexes(goal)?;
        self.change_fields(goal)?;
        for index in goal.indexes.values() {
            if self.current(&goal.name).indexes.get(&index.name).is_none() {
                let (class, index) = (Arc::clone(&goal.name), index.clone());
                self.push(&goal.name, SchemaChange::AddIndex { class, index })?;
            }
        }
        if self.current(&goal.name).permissions != goal.permissions {
            let (class, permissions) = (Arc::clone(&goal.name), goal.permissions.clone());
            self.push(&goal.name, SchemaChange::SetPermissions { class, permissions })?;
        }
        Ok(())
    }

    fn rename_fields(&mut self, goal: &Class) -> Result<(), FileError> {
        let wanted = self.wanted;
        let Some(file) = wanted.file(&goal.name) else { return Ok(()) };
        for field in own_fields(&file.class) {
            let Some(from) = file.renamed_fields.get(&field.name) else { continue };
            let now = self.current(&goal.name);
            if now.field(from).is_some() && now.field(&field.name).is_none() {
                let (class, from, to) = (Arc::clone(&goal.name), Arc::clone(from), Arc::clone(&field.name));
                self.push(&goal.name, SchemaChange::RenameField { class, from, to })?;
            }
        }
        Ok(())
    }

    /// An index that differs is removed and made anew.
    fn drop_indexes(&mut self, goal: &Class) -> Result<(), FileError> {
        for index in self.current(&goal.name).indexes.values() {
            if goal.indexes.get(&index.name) != Some(index) {
                let (class, index) = (Arc::clone(&goal.name), Arc::clone(&index.name));
                self.push(&goal.name, SchemaChange::DropIndex { class, index })?;
            }
        }
        Ok(())
    }

    /// The type of a field cannot change, so such a field goes and comes anew.
    fn change_fields(&mut self, goal: &Class) -> Result<(), FileError> {
        let now = self.current(&goal.name);
        let class = &goal.name;
        for field in own_fields(&now) {
            if goal.field(&field.name).is_none_or(|wanted| wanted.kind != field.kind) {
                let (class, field) = (Arc::clone(class), Arc::clone(&field.name));
                self.push(&goal.name, SchemaChange::DropField { class, field })?;
            }
        }
        let now = self.current(class);
        for field in own_fields(goal) {
            let spec = spec_of(field);
            let class = Arc::clone(class);
            match now.field(&field.name) {
                None => self.push(&goal.name, SchemaChange::AddField { class, field: spec })?,
                Some(present) if spec_of(present) == spec => {}
                Some(_) => self.push(&goal.name, SchemaChange::SetFieldOptions { class, field: spec })?,
            }
        }
        Ok(())
    }

    fn drop_classes(&mut self, goal: &Schema) -> Result<(), FileError> {
        let names: Vec<_> = self.now.classes.keys().cloned().collect();
        for name in names.into_iter().filter(|name| is_managed(name) && goal.class(name).is_none()) {
            self.push(&name.clone(), SchemaChange::DropClass { name })?;
        }
        Ok(())
    }
}

/// What files can say of a field.
fn spec_of(field: &Field) -> FieldSpec {
    FieldSpec {
        required: field.required,
        default: field.default.clone(),
        on_delete: field.on_delete,
        ..FieldSpec::new(&field.name, field.kind.clone())
    }
}
