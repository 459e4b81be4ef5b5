//! Transactions on a connection that nobody else uses.

use std::time::Duration;

use astrolabe_core::ports::StoreResult;

use super::connection::Connection;
use super::errors::store_error;

/// Runs `work` in a transaction that is rolled back when it fails. When this future is dropped in the middle, the
/// connection has to be closed.
pub(super) async fn in_transaction<T>(
    connection: &Connection,
    work: impl AsyncFnOnce() -> StoreResult<T>,
) -> StoreResult<T> {
    connection.batch("BEGIN").await.map_err(store_error)?;
    let result = work().await;
    finish(connection, result).await
}

/// Commits, or rolls back what failed.
pub(super) async fn finish<T>(connection: &Connection, result: StoreResult<T>) -> StoreResult<T> {
    match result {
        Ok(value) => connection.batch("COMMIT").await.map(|()| value).map_err(store_error),
        Err(error) => {
            // If even this fails, the connection is lost, and the transaction with it.
            if let Err(lost) = connection.batch("ROLLBACK").await {
                tracing::debug!(error = %lost, "a transaction could not be rolled back");
            }
            Err(error)
        }
    }
}

/// Begins a transaction whose statements may take so long.
pub(super) async fn begin(connection: &Connection, statement_deadline: Duration) -> StoreResult<()> {
    let sql = format!("BEGIN; SET LOCAL statement_timeout = {}", statement_deadline.as_millis().max(1));
    connection.batch(&sql).await.map_err(store_error)?;
    connection.expect(statement_deadline);
    Ok(())
}
