//! The wire faces of the account service.

pub mod parse;
