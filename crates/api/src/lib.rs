//! How clients read and write objects. Today: the Parse REST protocol.

mod config;
mod installations;
pub mod rest;

pub use installations::InstallationRules;
