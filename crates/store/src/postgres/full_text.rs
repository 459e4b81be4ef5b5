//! Full-text search. What a word is, and which words are one, is known by the kernel and not by PostgreSQL, so texts are
//! looked at here before the statement runs: those whose stored terms fit, or all where there is no text index.

use astrolabe_core::query::TextQuery;
use astrolabe_core::value::{Json, JsonMap};
use futures_util::TryStreamExt as _;
use tokio_postgres::{Error, RowStream};

use crate::statement::{Bind, Question, Statement};

/// The statement that yields the texts of a question.
pub(super) fn texts_of(question: &Question) -> Statement<'static> {
    Statement {
        sql: question.texts.clone(),
        binds: question.terms.iter().cloned().map(Bind::owned).collect(),
        reads_values: question.terms.is_none(),
        questions: Vec::new(),
    }
}

/// The scores of the texts that meet a question, by object id, as JSON.
pub(super) async fn scores(query: &TextQuery, texts: RowStream) -> Result<String, Error> {
    let mut rows = std::pin::pin!(texts);
    let mut scores = JsonMap::new();
    while let Some(row) = rows.try_next().await? {
        if let Some(score) = query.score(row.try_get(1)?) {
            scores.insert(row.try_get(0)?, Json::from(score));
        }
    }
    Ok(Json::Object(scores).to_string())
}
