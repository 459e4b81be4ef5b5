//! Full-text search. What a word is, and which words are one, is known by the kernel and not by PostgreSQL, so texts are
//! looked at here before the statement runs.

use astrolabe_core::value::{Json, JsonMap};
use futures_util::TryStreamExt as _;
use tokio_postgres::{Client, Error};

use crate::statement::Question;

/// The scores of the texts that meet a question, by object id, as JSON.
pub(super) async fn scores(client: &Client, question: &Question) -> Result<String, Error> {
    let rows = client.query_raw(&question.texts, std::iter::empty::<i64>()).await?;
    let mut rows = std::pin::pin!(rows);
    let mut scores = JsonMap::new();
    while let Some(row) = rows.try_next().await? {
        if let Some(score) = question.query.score(row.try_get(1)?) {
            scores.insert(row.try_get(0)?, Json::from(score));
        }
    }
    Ok(Json::Object(scores).to_string())
}
