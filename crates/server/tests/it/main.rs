//! Tests of the whole program, through its command line and its sockets.

mod accounts;
mod app_changes;
mod apps;
mod cli;
mod config;
mod database_away;
mod durability;
mod events;
mod faults;
mod fuzz;
mod gateway;
mod logs;
mod mail;
mod many_apps;
mod nodes;
mod parse;
mod probes;
mod program;
mod schema_code;
mod site_services;
