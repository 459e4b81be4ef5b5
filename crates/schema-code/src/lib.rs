//! The schema as code: class files, what differs between them and a database, migrations, and generated types.
//!
//! Everything here is a function from texts and schemas to texts and changes; it reads no file and opens no database. A
//! schema is the kernel's [`Schema`](astrolabe_core::schema::Schema) throughout. Where one comes from files, physical
//! names are the same as the others.

mod apply;
mod class_file;
mod describe;
mod diff;
mod jsonc;
mod managed;
mod migration;
mod plan;
mod print;
mod step_json;
mod types;
mod wanted;

pub use apply::{base_schema, replay};
pub use class_file::ClassFile;
pub use describe::{describe, loses_data, title_of};
pub use diff::diff;
pub use managed::{is_managed, own_fields};
pub use migration::{Migration, file_name, name_for};
pub use plan::{PlanError, pending};
pub use print::{CLASS_JSON_SCHEMA, JSON_SCHEMA_FILE};
pub use types::{TablesOf, TypesFile};
pub use wanted::Wanted;

use thiserror::Error as ThisError;

/// What is wrong with a file, as a sentence that names it.
#[derive(Debug, ThisError, PartialEq, Eq)]
#[error("{file}: {problem}")]
pub struct FileError {
    /// The file, as its owner knows it.
    pub file: String,
    /// What is wrong.
    pub problem: String,
}

impl FileError {
    /// An error of a file.
    pub fn new(file: &str, problem: impl Into<String>) -> Self {
        FileError { file: file.to_owned(), problem: problem.into() }
    }
}
