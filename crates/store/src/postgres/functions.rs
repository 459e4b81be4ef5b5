//! The functions that statements call, made once in each database.

use std::sync::LazyLock;

use astrolabe_core::ports::StoreResult;

use super::connection::Connection;
use super::errors::store_error;
use crate::statement::quoted;

/// What they are.
const FUNCTIONS: &str = concat!(include_str!("functions.sql"), include_str!("aggregate_functions.sql"));
/// Held while they are made.
const LOCK: i64 = 0x6173_7472_6f66_6e73;

/// Their schema. It is named after their text: another text is another schema.
static SCHEMA: LazyLock<String> = LazyLock::new(|| format!("astrolabe_functions_{:016x}", fnv1a(FUNCTIONS)));

/// The schema of the functions, quoted.
pub(super) fn schema() -> String {
    quoted(&SCHEMA)
}

/// Makes them where they are missing.
pub(super) async fn make(connection: &Connection) -> StoreResult<()> {
    let missing = "SELECT 1 WHERE to_regnamespace($1) IS NULL";
    let rows = connection.query_text(missing, &[&schema()]).await.map_err(store_error)?;
    if rows.is_empty() {
        return Ok(());
    }
    let schema = schema();
    let made = format!(
        "BEGIN; SELECT pg_advisory_xact_lock({LOCK}); CREATE SCHEMA {schema}; {FUNCTIONS} \
         GRANT USAGE ON SCHEMA {schema} TO PUBLIC; COMMIT"
    );
    let result = connection.batch(&made).await;
    if result.is_err() {
        connection.batch("ROLLBACK").await.map_err(store_error)?;
    }
    match result {
        // Another node was faster.
        Err(error) if error.code() == Some(&tokio_postgres::error::SqlState::DUPLICATE_SCHEMA) => Ok(()),
        other => other.map_err(store_error),
    }
}

/// A short name for a text; nobody has a reason to find two texts with one name.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
