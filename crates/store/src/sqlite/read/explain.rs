//! The plan that SQLite has for a query: its steps, each with the number of the one that it is a part of.

use std::sync::Arc;

use astrolabe_core::ports::{Explained, StoreResult};
use astrolabe_core::schema::{Class, Schema};
use astrolabe_core::value::Json;
use rusqlite::Connection;
use serde_json::json;

use super::hint::chosen_path;
use super::{Purpose, Reader, Shared, current, elsewhere, store_error, with_reader};
use crate::compile::{AccessPath, Names, aggregate, select, select_columns};
use crate::dialect::SQLITE;
use crate::sqlite::errors::read_error;
use crate::sqlite::execute::for_each_row;
use crate::statement::Statement;

/// Explains a query without running it.
pub(in crate::sqlite) async fn explain(shared: &Arc<Shared>, query: Explained) -> StoreResult<Json> {
    elsewhere(shared, move |shared| {
        let schema = shared.schema.load();
        let rows = match &query {
            Explained::Read(plan) => plan,
            Explained::Aggregate(plan) => &plan.rows,
        };
        let class = current(&schema, &rows.class)?;
        with_reader(shared, |reader| {
            let Reader { connection, effort, reach, .. } = reader;
            let _watch = effort.begin(shared.options.read_deadline);
            let purpose = if rows.limit.is_some() { Purpose::Page } else { Purpose::Count };
            let path = chosen_path(connection, reach, class, rows, purpose)?;
            steps(connection, class, compile(&query, &schema, class, path))
        })
    })
    .await
}

fn compile<'a>(
    query: &'a Explained,
    schema: &'a Schema,
    class: &'a Class,
    path: AccessPath,
) -> Statement<'a> {
    let names = Names { schema, class };
    match query {
        Explained::Read(plan) => select(&SQLITE, names, &select_columns(plan, class), plan, path),
        Explained::Aggregate(plan) => {
            aggregate(&SQLITE, names, &select_columns(&plan.rows, class), plan, path)
        }
    }
}

fn steps(connection: &Connection, class: &Class, statement: Statement<'_>) -> StoreResult<Json> {
    let statement = Statement { sql: format!("EXPLAIN QUERY PLAN {}", statement.sql), ..statement };
    let mut steps = Vec::new();
    for_each_row(
        connection,
        &statement,
        |error| read_error(error, class),
        |row| {
            let (id, parent): (i64, i64) =
                (row.get("id").map_err(store_error)?, row.get("parent").map_err(store_error)?);
            let detail: String = row.get("detail").map_err(store_error)?;
            steps.push(json!({"id": id, "parent": parent, "detail": detail}));
            Ok(())
        },
    )?;
    Ok(json!({"database": "sqlite", "plan": steps}))
}
