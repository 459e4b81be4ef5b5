//! The plan that PostgreSQL has for a query.

use astrolabe_core::ports::{Explained, StoreError, StoreResult};
use astrolabe_core::schema::{Class, Schema};
use astrolabe_core::value::Json;
use tokio_postgres::types::{FromSql, Type};

use super::Shared;
use super::errors::{class_error, store_error};
use super::read::{current, hold};
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
    let mut statement = compile(&shared.dialect, &query, &schema, class);
    statement.sql.insert_str(0, "EXPLAIN (FORMAT JSON) ");
    let held = hold(shared, true).await?;
    let rows = held.connection()?.query(&statement).await.map_err(|error| class_error(error, class))?;
    let text: PlanText<'_> = match rows.first() {
        Some(row) => row.try_get(0).map_err(store_error)?,
        None => PlanText("[]"),
    };
    let plan: Json = serde_json::from_str(text.0).map_err(|error| StoreError::Database(error.to_string()))?;
    Ok(serde_json::json!({"database": "postgres", "plan": plan}))
}

fn compile<'a>(
    dialect: &'a Dialect,
    query: &'a Explained,
    schema: &'a Schema,
    class: &'a Class,
) -> Statement<'a> {
    let (names, path) = (Names { schema, class }, AccessPath::ByRow);
    match query {
        Explained::Read(plan) => select(dialect, names, &select_columns(plan, class), plan, path),
        Explained::Aggregate(plan) => {
            aggregate(dialect, names, &select_columns(&plan.rows, class), plan, path)
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
