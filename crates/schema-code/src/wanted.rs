//! All class files together: the schema that their owner wants.

use std::collections::BTreeMap;
use std::sync::Arc;

use astrolabe_core::schema::{Class, Schema};

use crate::apply::base_schema;
use crate::managed::says_something;
use crate::{ClassFile, FileError};

/// The class files of the folder `schema`, by class.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    files: BTreeMap<Arc<str>, ClassFile>,
}

impl Wanted {
    /// Puts files together. Two of the same class are a mistake.
    pub fn new(files: impl IntoIterator<Item = ClassFile>) -> Result<Self, FileError> {
        let mut wanted = Wanted::default();
        for file in files {
            let name = Arc::clone(&file.class.name);
            if let Some(other) = wanted.files.get(&name) {
                return Err(FileError::new(&file.file, format!("{} describes {name}, too", other.file)));
            }
            wanted.files.insert(name, file);
        }
        Ok(wanted)
    }

    /// The files that describe a schema as it is.
    pub fn of(schema: &Schema) -> Self {
        let classes = schema.classes.values().filter(|class| says_something(class));
        Wanted { files: classes.map(|class| (Arc::clone(&class.name), ClassFile::of(class))).collect() }
    }

    /// Whether a file names something that has to be renamed.
    pub fn renames(&self) -> bool {
        self.files().any(|file| file.renamed_from.is_some() || !file.renamed_fields.is_empty())
    }

    /// The file of a class.
    pub fn file(&self, class: &str) -> Option<&ClassFile> {
        self.files.get(class)
    }

    /// Every file, by class.
    pub fn files(&self) -> impl Iterator<Item = &ClassFile> {
        self.files.values()
    }

    /// The schema they describe. A built-in class without a file is as the server brings it.
    pub fn schema(&self) -> astrolabe_core::Result<Schema> {
        let mut schema = base_schema()?;
        for file in self.files() {
            schema.classes.insert(Arc::clone(&file.class.name), Arc::new(Class::clone(&file.class)));
        }
        Ok(schema)
    }
}
