//! The schema as code, through what the crate offers.

mod class_files;
mod differences;
mod migrations;
mod types;
