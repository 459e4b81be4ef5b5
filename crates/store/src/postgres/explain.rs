//! The plan that PostgreSQL has for a query, and those of the searches for texts before it.

use astrolabe_core::ports::{Explained, StoreError, StoreResult};
use astrolabe_core::schema::Class;
use astrolabe_core::value::Json;
use tokio_postgres::types::{FromSql, Type};

use super::connection::Connection;
use super::errors::{class_error, store_error};
use super::read::{current, hold};
use super::{Shared, acl, full_text};
use crate::compile::{AccessPath, Names, aggregate, select, select_columns};
use crate::dialect::Dialect;
use crate::statement::Statement;

/// Explains a query without running it.
pub(super) async fn explain(shared: &Shared, query: Explained) -> StoreResult<Json> {
    let schema = shared.schema.load_full();
    let rows = match &query {
        Explained::Read(plan) => plan,
        Explained::Aggregate(plan) => &plan.rows,
    };
    let class = current(&schema, &rows.class)?;
    let path = match &query {
        Explained::Read(plan) => acl::path(shared, class, plan, false).await?,
        Explained::Aggregate(_) => AccessPath::ByRow,
    };
    let mut statement = compile(&shared.dialect, &query, Names { schema: &schema, class }, path);
    let held = hold(shared, true).await?;
    let mut searches: Vec<Json> = Vec::new();
    for question in std::mem::take(&mut statement.questions) {
        searches.push(plan(held.connection()?, class, full_text::texts_of(&question)).await?);
    }
    searches.dedup();
    let plan = plan(held.connection()?, class, statement).await?;
    Ok(match searches.is_empty() {
        true => serde_json::json!({"database": "postgres", "plan": plan}),
        false => serde_json::json!({"database": "postgres", "plan": plan, "searches": searches}),
    })
}

async fn plan(connection: &Connection, class: &Class, mut statement: Statement<'_>) -> StoreResult<Json> {
    statement.sql.insert_str(0, "EXPLAIN (FORMAT JSON) ");
    let rows = connection.query(&statement).await.map_err(|error| class_error(error, class))?;
    let text: PlanText<'_> = match rows.first() {
        Some(row) => row.try_get(0).map_err(store_error)?,
        None => PlanText("[]"),
    };
    serde_json::from_str(text.0).map_err(|error| StoreError::Database(error.to_string()))
}

fn compile<'a>(
    dialect: &'a Dialect,
    query: &'a Explained,
    names: Names<'a>,
    path: AccessPath,
) -> Statement<'a> {
    match query {
        Explained::Read(plan) => select(dialect, names, &select_columns(plan, names.class), plan, path),
        Explained::Aggregate(plan) => {
            aggregate(dialect, names, &select_columns(&plan.rows, names.class), plan, path)
        }
    }
}

/// A column of type json as it came.
struct PlanText<'r>(&'r str);

impl<'r> FromSql<'r> for PlanText<'r> {
    fn from_sql(_kind: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(PlanText(std::str::from_utf8(raw)?))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::JSON
    }
}
