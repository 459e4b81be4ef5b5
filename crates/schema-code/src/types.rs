//! Generated TypeScript: types of the `parse` SDK, of the JSON of the REST API and of `@astrolabe/client`, Zod schemas and a
//! Drizzle schema.
//!
//! Every file is made from [`ClassTypes`], sorted by name, so that the same schema gives the same text.

mod class_types;
mod client;
mod drizzle;
mod names;
mod object_types;
mod parse_sdk;
mod rest;
mod text;
mod zod;

use astrolabe_core::schema::Schema;

use crate::Wanted;
use class_types::ClassTypes;

/// Which database tables are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TablesOf {
    /// An SQLite file.
    Sqlite,
    /// A schema of PostgreSQL.
    Postgres {
        /// Its name.
        schema: String,
    },
}

/// A file of generated code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypesFile {
    /// Attributes for the `parse` SDK.
    ParseSdk,
    /// The JSON of the REST API.
    Rest,
    /// Classes for `@astrolabe/client`.
    Client,
    /// Zod schemas of the same JSON.
    Zod,
    /// Tables for Drizzle.
    Drizzle,
}

impl TypesFile {
    /// Every file.
    pub const ALL: [TypesFile; 5] =
        [TypesFile::ParseSdk, TypesFile::Rest, TypesFile::Client, TypesFile::Zod, TypesFile::Drizzle];

    /// The word for it on the command line.
    pub fn word(self) -> &'static str {
        match self {
            TypesFile::ParseSdk => "parse",
            TypesFile::Rest => "rest",
            TypesFile::Client => "client",
            TypesFile::Zod => "zod",
            TypesFile::Drizzle => "drizzle",
        }
    }

    /// The file with that word.
    pub fn from_word(word: &str) -> Option<Self> {
        TypesFile::ALL.into_iter().find(|file| file.word() == word)
    }

    /// Its name.
    pub fn file_name(self) -> String {
        format!("{}.ts", self.word())
    }

    /// Whether it is about tables and columns, which only a database knows.
    pub fn needs_database(self) -> bool {
        self == TypesFile::Drizzle
    }

    /// Its text. `wanted` has what people wrote about classes and fields, `tables` is what only Drizzle asks for.
    pub fn generate(self, schema: &Schema, wanted: &Wanted, tables: &TablesOf) -> String {
        let classes = ClassTypes::of_schema(schema, wanted);
        match self {
            TypesFile::ParseSdk => parse_sdk::generate(&classes),
            TypesFile::Rest => rest::generate(&classes),
            TypesFile::Client => client::generate(&classes),
            TypesFile::Zod => zod::generate(&classes),
            TypesFile::Drizzle => drizzle::generate(&classes, tables),
        }
    }
}
