//! Rows of the feed: a change that revisions count, or one with the states of its object.

use std::sync::Arc;

use astrolabe_core::access::Acl;
use astrolabe_core::events::{ChangeKind, ObjectEvent, RowState};
use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::Schema;
use astrolabe_core::value::{Json, Timestamp, Value};
use serde_json::json;
use tokio_postgres::Row;

use crate::dialect::Dialect;
use crate::postgres::catalogue;
use crate::postgres::connection::Connection;
use crate::postgres::errors::store_error;

/// A row of the feed.
pub(super) struct Entry {
    pub id: i64,
    pub node: i64,
    pub class: Arc<str>,
    pub kind: ChangeKind,
    object_id: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

/// Adds rows inside the transaction of the changes; returns the last. The lock is held until the commit, so that the
/// numbers of rows follow the commits.
pub(in crate::postgres) async fn append(
    connection: &Connection,
    dialect: &Dialect,
    node: i64,
    watched: &[(Arc<str>, ChangeKind)],
    events: &[ObjectEvent],
) -> Result<i64, tokio_postgres::Error> {
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 1))";
    connection.query_text(lock, &[&&*dialect.prefix]).await?;
    let counted = watched.iter().map(|(class, kind)| json!([class.as_ref(), *kind == ChangeKind::New]));
    let told = events.iter().map(|event| {
        let state = |state: &Option<Arc<RowState>>| state.as_deref().map(state_to_text);
        let is_new = event.before.is_none();
        json!([event.class.name.as_ref(), is_new, event.object_id, state(&event.before), state(&event.after)])
    });
    let rows = Json::Array(counted.chain(told).collect()).to_string();
    let sql = catalogue::at(
        dialect,
        "INSERT INTO {at}_event (node, class, is_new, object_id, before, after) \
         SELECT $1, e ->> 0, (e ->> 1)::boolean, e ->> 2, e ->> 3, e ->> 4 \
         FROM json_array_elements($2::text::json) WITH ORDINALITY AS r (e, place) ORDER BY place RETURNING id",
    );
    let added = connection.query_text(&sql, &[&node, &rows]).await?;
    added.iter().map(|row| row.try_get(0)).try_fold(0, |last: i64, id| Ok(last.max(id?)))
}

/// The rows after `last`, in order.
pub(super) async fn read(
    connection: &Connection,
    dialect: &Dialect,
    last: i64,
    rows_max: i64,
) -> StoreResult<Vec<Entry>> {
    let sql = catalogue::at(
        dialect,
        "SELECT id, node, class, is_new, object_id, before, after FROM {at}_event \
         WHERE id > $1 ORDER BY id LIMIT $2",
    );
    let rows = connection.query_text(&sql, &[&last, &rows_max]).await.map_err(store_error)?;
    rows.iter().map(|row| entry(row).map_err(store_error)).collect()
}

fn entry(row: &Row) -> Result<Entry, tokio_postgres::Error> {
    let is_new: bool = row.try_get(3)?;
    Ok(Entry {
        id: row.try_get(0)?,
        node: row.try_get(1)?,
        class: row.try_get::<_, &str>(2)?.into(),
        kind: if is_new { ChangeKind::New } else { ChangeKind::Existing },
        object_id: row.try_get(4)?,
        before: row.try_get(5)?,
        after: row.try_get(6)?,
    })
}

impl Entry {
    /// Whether it is a change that revisions count, rather than one with the states of its object.
    pub fn is_counted(&self) -> bool {
        self.object_id.is_none()
    }

    /// The event, if it is one of an object whose class is still there.
    pub fn event(&self, schema: &Schema) -> Option<ObjectEvent> {
        let state = |text: &Option<String>| text.as_deref().and_then(state_from_text).map(Arc::new);
        Some(ObjectEvent {
            object_id: self.object_id.clone()?,
            class: Arc::clone(schema.class(&self.class)?),
            before: state(&self.before),
            after: state(&self.after),
        })
    }
}

/// Times, readers, writers and values.
fn state_to_text(state: &RowState) -> String {
    let acl =
        state.acl.as_ref().map(|acl| (acl.readers().collect::<Vec<_>>(), acl.writers().collect::<Vec<_>>()));
    let values: Vec<_> = state.values.iter().map(|(name, value)| (name.as_ref(), value.to_json())).collect();
    json!([state.created_at.0, state.updated_at.0, acl, values]).to_string()
}

type StoredState = (i64, i64, Option<(Vec<String>, Vec<String>)>, Vec<(String, Json)>);

fn state_from_text(text: &str) -> Option<RowState> {
    let (created_at, updated_at, acl, values): StoredState = serde_json::from_str(text).ok()?;
    let texts = |list: &Vec<String>| list.clone();
    let acl = acl.as_ref().map(|(readers, writers)| {
        let (readers, writers) = (texts(readers), texts(writers));
        Acl::from_lists(readers.iter().map(String::as_str), writers.iter().map(String::as_str))
    });
    let values = values
        .into_iter()
        .map(|(name, json)| Some((Arc::from(name), Value::from_json(json).ok()?)))
        .collect::<Option<_>>()?;
    Some(RowState { created_at: Timestamp(created_at), updated_at: Timestamp(updated_at), acl, values })
}
