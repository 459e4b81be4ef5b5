//! The Parse API. The exact form of answers is compared with recordings in `conformance/wire`; here are the promises
//! behind them: who sees what, what is stored, and what bad input leaves behind.

mod access_lists;
mod aggregates;
mod bad_input;
mod class_permissions;
mod closed_users;
mod conditional_writes;
mod config;
mod default_access_lists;
mod deletion_rules;
mod email_pages;
mod emails;
mod idempotency;
mod includes;
mod indexes;
mod installations;
mod keys;
mod lockout;
mod operations;
mod passwords;
mod pointer_permissions;
mod protected_fields;
mod queries;
mod roles;
mod route_rules;
mod schemas;
mod sessions;
mod subqueries;
mod transactions;
mod usage;
mod users;
