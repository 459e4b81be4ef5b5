//! The wire faces of the account service.

pub mod better_auth;
pub mod parse;
