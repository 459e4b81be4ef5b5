//! Where the rows of a read go: straight into JSON bytes, or into objects.

mod documents;
mod json;
mod object;

pub(super) use documents::{DocumentForm, DocumentSink};
pub(super) use json::{ColumnTarget, Included, JsonSink, RenderedRows, SCORE_MEMBER};
pub(super) use object::ObjectSink;

use std::any::Any;

use crate::error::{Error, Result};
use crate::ports::{RowSink, Store};
use crate::query::ReadPlan;

/// Runs a plan into a sink and hands the sink back.
pub(super) async fn read_into<S: RowSink + Any>(store: &dyn Store, plan: ReadPlan, sink: S) -> Result<S> {
    let filled = store.read(plan, Box::new(sink)).await?;
    filled.into_any().downcast::<S>().map(|sink| *sink).map_err(|_| Error::internal())
}
