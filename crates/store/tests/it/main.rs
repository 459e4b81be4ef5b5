//! Tests of the store through its port.
//!
//! `contract` holds what every database must do, as functions over a [`support::Fixture`]; `sqlite` and `postgres` run
//! them against their database and add what is particular to it.

mod contract;
mod postgres;
mod sqlite;
mod support;
