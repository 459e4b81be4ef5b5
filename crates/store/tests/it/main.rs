//! Tests of the store through its port.
//!
//! `contract` holds what every database must do, as functions over a [`support::Fixture`]; `sqlite` runs them
//! against SQLite and adds what is particular to it.

mod contract;
mod sqlite;
mod support;
