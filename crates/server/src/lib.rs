//! The `astrolabe` binary as a library: commands, configuration, the apps of a server and the composition of
//! all other crates. It holds no rules about objects or users; those live in the slices it puts together.

pub mod apps;
pub mod cli;
pub mod config;
pub mod databases;
pub mod edge;
pub mod http;
pub mod lifecycle;
pub mod mail;
pub mod outbox_page;
pub mod probes;
pub mod router;
pub mod schema_folder;
pub mod state;
pub mod telemetry;
