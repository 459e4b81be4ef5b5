//! The kernel: what an object, a class, a query and a permission is.
//!
//! It knows no HTTP, no SQL and no JavaScript, starts no thread and grabs no clock or randomness of its own;
//! whatever it needs from outside comes through a small trait in [`ports`]. Commands enter through
//! [`objects::Objects`]; facts leave as [`events`].

pub mod access;
pub mod app;
pub mod error;
pub mod events;
#[cfg(test)]
mod hostile_json;
pub mod identity;
pub mod limits;
pub mod objects;
pub mod ports;
pub mod query;
pub mod schema;
pub mod text;
pub mod value;

pub use error::{Error, ErrorCode, Result};
