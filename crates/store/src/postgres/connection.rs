//! One connection with its prepared statements.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use astrolabe_core::ports::{StoreError, StoreResult};
use lru::LruCache;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Error, Row, RowStream, Statement as Prepared};

use super::address::Place;
use super::errors::store_error;
use super::options::PostgresOptions;
use super::patience::Patience;
use super::{full_text, functions};
use crate::statement::{Bind, Question, Statement};

/// Prepared statements kept for each connection.
const STATEMENTS_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

/// A connection. Statements that are sent at the same time follow each other without waiting for answers.
pub(super) struct Connection {
    client: Client,
    statements: Mutex<LruCache<String, Prepared>>,
    /// The server has ended the session; that the connection is closed is noticed a moment later.
    ended: AtomicBool,
    patience: Patience,
}

impl Connection {
    /// Connects; what moves the bytes runs on `runtime`.
    pub async fn open(place: &Place, options: &PostgresOptions, runtime: &Handle) -> StoreResult<Self> {
        let (client, mover) = place.connect(options.connect_deadline).await?;
        let late = |_| StoreError::Unavailable("it does not answer".to_owned());
        let mover = runtime.spawn(async move {
            if let Err(error) = mover.await {
                tracing::debug!(%error, "a connection to PostgreSQL ended");
            }
        });
        let patience = Patience::new(options.read_deadline, mover.abort_handle());
        let settings = session_settings(options);
        let prepared = client.batch_execute(&settings);
        tokio::time::timeout(options.connect_deadline, prepared).await.map_err(late)?.map_err(store_error)?;
        let statements = Mutex::new(LruCache::sparse(STATEMENTS_MAX));
        Ok(Connection { client, statements, ended: AtomicBool::new(false), patience })
    }

    /// Whether it can be used no more.
    pub fn is_closed(&self) -> bool {
        self.ended.load(Ordering::Relaxed) || self.client.is_closed()
    }

    /// Looks at a failure: whether the connection is of no more use.
    pub fn is_ended_by(&self, error: &Error) -> bool {
        let ended = error.is_closed() || error.code().is_some_and(|code| code.code().starts_with("57P"));
        if ended {
            self.ended.store(true, Ordering::Relaxed);
        }
        ended || self.is_closed()
    }

    /// From now on statements may take so long before the connection is given up.
    pub fn expect(&self, deadline: Duration) {
        self.patience.expect(deadline);
    }

    /// Runs statements of fixed text without parameters.
    pub async fn batch(&self, sql: &str) -> Result<(), Error> {
        self.patience.within(self.client.batch_execute(sql)).await
    }

    /// Runs a statement that yields no rows; returns how many it changed.
    pub async fn execute(&self, statement: &Statement<'_>) -> Result<u64, Error> {
        let prepared = self.prepare(statement).await?;
        let binds = self.answered(statement).await?;
        self.patience.within(self.client.execute_raw(&prepared, binds.iter())).await
    }

    /// Runs a statement and gathers its rows.
    pub async fn query(&self, statement: &Statement<'_>) -> Result<Vec<Row>, Error> {
        use futures_util::TryStreamExt as _;
        let rows = self.stream(statement).await?;
        self.patience.within(rows.try_collect()).await
    }

    /// Runs a statement; its rows come as they arrive.
    pub async fn stream(&self, statement: &Statement<'_>) -> Result<RowStream, Error> {
        let prepared = self.prepare(statement).await?;
        let binds = self.answered(statement).await?;
        self.patience.within(self.client.query_raw(&prepared, binds.iter())).await
    }

    /// The parameters, with the answers of what the database cannot answer.
    async fn answered<'s, 'a>(&self, statement: &'s Statement<'a>) -> Result<Cow<'s, [Bind<'a>]>, Error> {
        let mut binds = Cow::Borrowed(statement.binds.as_slice());
        for (index, question) in statement.questions.iter().enumerate() {
            let same = statement.questions[..index].iter().find(|other| {
                (&other.texts, &other.terms, &other.query)
                    == (&question.texts, &question.terms, &question.query)
            });
            let answer = match same {
                Some(other) => binds[other.place].clone(),
                None => Bind::owned(self.scores(question).await?),
            };
            binds.to_mut()[question.place] = answer;
        }
        Ok(binds)
    }

    async fn scores(&self, question: &Question) -> Result<String, Error> {
        let texts = full_text::texts_of(question);
        let prepared = self.prepare(&texts).await?;
        full_text::scores(&question.query, self.client.query_raw(&prepared, texts.binds.iter()).await?).await
    }

    /// Runs a statement of our own, which is not kept.
    pub async fn query_text(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        self.patience.within(self.client.query(sql, params)).await
    }

    /// Forgets a statement whose plan has become invalid.
    pub fn forget(&self, statement: &Statement<'_>) {
        self.statements.lock().pop(&statement.sql);
    }

    /// Two callers may prepare the same statement at the same time; one of the two is kept.
    async fn prepare(&self, statement: &Statement<'_>) -> Result<Prepared, Error> {
        if let Some(prepared) = self.statements.lock().get(statement.sql.as_str()) {
            return Ok(prepared.clone());
        }
        let types: Vec<Type> = statement.binds.iter().map(bind_type).collect();
        let prepared = self.patience.within(self.client.prepare_typed(&statement.sql, &types)).await?;
        let evicted = self.statements.lock().push(statement.sql.clone(), prepared.clone());
        drop(evicted);
        Ok(prepared)
    }
}

/// What every statement of a session goes by, whatever the server, the database or the role has as its default.
fn session_settings(options: &PostgresOptions) -> String {
    format!(
        "SET search_path = {}; SET statement_timeout = {}; SET lock_timeout = {}; \
         SET idle_in_transaction_session_timeout = {}; SET default_transaction_isolation = 'read committed'; \
         SET client_min_messages = 'error'; SET extra_float_digits = 1; SET jit = off",
        functions::schema(),
        options.read_deadline.as_millis().max(1),
        options.lock_deadline.as_millis().max(1),
        options.idle_deadline.as_millis().max(1),
    )
}

/// The type a parameter has; null takes the type of its place.
fn bind_type(bind: &Bind<'_>) -> Type {
    match bind {
        Bind::Null => Type::UNKNOWN,
        Bind::Integer(_) => Type::INT8,
        Bind::Real(_) => Type::FLOAT8,
        Bind::Text(_) => Type::TEXT,
    }
}

impl ToSql for Bind<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Bind::Null => Ok(IsNull::Yes),
            Bind::Integer(number) => number.to_sql(kind, out),
            Bind::Real(number) => number.to_sql(kind, out),
            Bind::Text(text) => text.as_ref().to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::FLOAT8, Type::TEXT].contains(kind)
    }

    to_sql_checked!();
}
