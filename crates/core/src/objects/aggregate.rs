//! Aggregations, and the distinct values of a field.

use std::sync::Arc;

use super::Objects;
use super::explain::hinted_index;
use super::sinks::{DocumentForm, DocumentSink};
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result};
use crate::limits;
use crate::query::aggregate::{AggregatePlan, Kind, Pipeline, Shape, Stage, distinct_stages};
use crate::query::{FieldPath, Filter, KeySelection, PlanColumn, ReadPlan, ShownIn};
use crate::schema::{Class, Operation};
use crate::value::{Json, JsonMap, Timestamp};

/// An aggregation as its caller wrote it.
#[derive(Debug)]
pub struct AggregateRequest<'a> {
    /// The class.
    pub class_name: &'a str,
    /// Which rows go into it.
    pub conditions: JsonMap,
    /// What becomes of them.
    pub kind: Aggregation,
    /// The index to use: its name or its fields.
    pub hint: Option<Json>,
}

/// What is asked of the rows.
#[derive(Debug)]
pub enum Aggregation {
    /// What comes out of a pipeline.
    Pipeline(Pipeline),
    /// The values of a field, each once.
    Distinct(String),
}

impl Objects {
    /// Whether anybody but the holder of the master key may aggregate objects of the class.
    pub fn opens_aggregates(&self, class_name: &str) -> bool {
        let schema = self.schema();
        schema.class(class_name).is_some_and(|class| class.permissions.opens(Operation::Aggregate))
    }

    /// The documents of an aggregation, with commas between them. A class that does not exist has none.
    pub async fn aggregate(&self, scope: &Scope, request: AggregateRequest<'_>) -> Result<Vec<u8>> {
        let Some(plan) = self.aggregate_plan(scope, &request).await? else { return Ok(Vec::new()) };
        let form = match request.kind {
            Aggregation::Pipeline(_) => DocumentForm::Object,
            Aggregation::Distinct(_) => DocumentForm::Value,
        };
        let sink = DocumentSink::new(&plan.output, form);
        let filled = self.store().aggregate(plan, Box::new(sink)).await?;
        let sink = filled.into_any().downcast::<DocumentSink>().map_err(|_| Error::internal())?;
        if sink.documents > limits::AGGREGATE_DOCUMENTS_MAX {
            return Err(too_many());
        }
        Ok(sink.bytes)
    }

    pub(super) async fn aggregate_plan(
        &self,
        scope: &Scope,
        request: &AggregateRequest<'_>,
    ) -> Result<Option<AggregatePlan>> {
        let Some(class) = self.class_to_read(scope, request.class_name)? else {
            self.filter_of(scope, None, request).await?;
            return Ok(None);
        };
        if scope.is_read_only() && !self.settings().read_only_master_aggregates {
            return Err(Error::denied(
                ErrorCode::OperationForbidden,
                "Cannot run an aggregation pipeline when using the readOnlyMasterKey",
            ));
        }
        let readable = self.open_for_reading(scope, Arc::clone(&class), Operation::Aggregate)?;
        let filter = self.filter_of(scope, Some(&class), request).await?;
        let check = |name: &str| readable.check_path(&FieldPath::top(name));
        let columns = plain_columns(readable.columns(&KeySelection::default()), &class);
        let (stages, output) = stages(request, Shape::of_rows(&class, &columns), &check, self.clock().now())?;
        let rows = readable.plan(filter, &KeySelection::default())?;
        let index = hinted_index(scope, &class, request.hint.as_ref())?;
        let rows = ReadPlan { columns, index, ..rows };
        let documents_max = limits::AGGREGATE_DOCUMENTS_MAX as u64 + 1;
        Ok(Some(AggregatePlan { rows, stages, output, documents_max }))
    }

    /// The rows of the request's own conditions and of those that the pipeline begins with.
    async fn filter_of(
        &self,
        scope: &Scope,
        class: Option<&Class>,
        request: &AggregateRequest<'_>,
    ) -> Result<Filter> {
        let filter = self.caller_filter(scope, class, &request.conditions).await?;
        let Aggregation::Pipeline(pipeline) = &request.kind else { return Ok(filter) };
        let first = self.caller_filter(scope, class, &pipeline.conditions(class)?).await?;
        Ok(filter.and(first))
    }
}

fn stages(
    request: &AggregateRequest<'_>,
    source: Shape,
    check: &dyn Fn(&str) -> Result<()>,
    now: Timestamp,
) -> Result<(Vec<Stage>, Shape)> {
    match &request.kind {
        Aggregation::Pipeline(pipeline) => pipeline.stages(source, check, now),
        Aggregation::Distinct(field) => distinct_stages(field, source, check, now),
    }
}

/// The columns that hold values, and hold them in every row: what is hidden in any row takes no part.
fn plain_columns(columns: Vec<PlanColumn>, class: &Class) -> Vec<PlanColumn> {
    let is_plain = |column: &PlanColumn| match column {
        PlanColumn::Acl | PlanColumn::Score(_) => false,
        PlanColumn::Field { index, shown } => {
            *shown == ShownIn::EveryRow && Kind::of_field(&class.fields[*index].kind).is_some()
        }
        _ => true,
    };
    columns.into_iter().filter(is_plain).collect()
}

fn too_many() -> Error {
    let max = limits::AGGREGATE_DOCUMENTS_MAX;
    Error::new(
        ErrorCode::InvalidQuery,
        format!("The answer holds more than {max} documents; ask for fewer with $limit."),
    )
}
