//! The database of one app: everything in Astrolabe that speaks SQL.
//!
//! The kernel hands over plans and jobs (`astrolabe_core::ports::Store`); this crate compiles them (`compile`),
//! keeps the mapping from client names to physical names (`catalogue`) and runs them (`sqlite`). It decides
//! nothing about permissions: what arrives has been permitted, with the row filter as part of the plan.

mod catalogue;
mod columns;
mod compile;
mod dialect;
mod postgres;
mod removed;
mod returned;
mod sqlite;
mod statement;

pub use postgres::{PostgresOptions, PostgresServer, PostgresStore};
pub use sqlite::{Durability, SqliteOptions, SqliteStore, SqliteTemplate};
