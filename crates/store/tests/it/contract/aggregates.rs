//! Random pipelines, compared with a few lines of plain Rust that work on a list of documents.

mod evaluator;
mod expressions;
mod random;

use std::any::Any;
use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::ports::{RowSink, StoreError};
use astrolabe_core::query::aggregate::{AggregatePlan, Kind, Pipeline, Shape};
use astrolabe_core::query::{ReadPlan, RowAccess, parse_where};
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::{ColumnValue, Json, JsonMap, Timestamp, Value, append_column};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::support::{Fixture, json as value, plan};

/// Fields of the rows.
const FIELDS: [(&str, FieldType); 6] = [
    ("s", FieldType::String),
    ("n", FieldType::Number),
    ("b", FieldType::Boolean),
    ("d", FieldType::Date),
    ("l", FieldType::Array),
    ("o", FieldType::Object),
];

pub async fn random_pipelines(fixture: &Fixture) {
    fixture.class("Sale", &FIELDS).await;
    let mut runner = TestRunner::deterministic();
    let mut documents = Vec::new();
    for index in 0..40 {
        let row = random::row().new_tree(&mut runner).unwrap().current();
        let values: Vec<(&str, Value)> =
            row.iter().map(|(name, json)| (name.as_str(), value(json.clone()))).collect();
        let id = format!("r{index:02}");
        fixture.insert("Sale", &id, &values).await;
        let mut document = row;
        document.insert("objectId".into(), id.into());
        documents.push(document);
    }
    for _ in 0..500 {
        let pipeline = random::pipeline().new_tree(&mut runner).unwrap().current();
        let expected = evaluator::run(documents.clone(), &pipeline);
        let found = run(fixture, &pipeline).await;
        assert_eq!(found, expected, "{}", Json::from(pipeline));
    }
}

pub async fn protected_by_access_lists(fixture: &Fixture) {
    use crate::support::insert_step;
    use astrolabe_core::access::Acl;
    fixture.class("Sale", &FIELDS).await;
    let class = fixture.get_class("Sale");
    for (id, acl) in [
        ("public", None),
        ("anns", Some(json!({"ann": {"read": true}}))),
        ("bobs", Some(json!({"bob": {"read": true}}))),
    ] {
        let acl = acl.map(|json| Acl::from_json(&json).unwrap());
        fixture.submit(insert_step(&class, id, acl, &[("n", Value::Number(1.0))])).await.unwrap();
    }
    let count = json!([{"$group": {"_id": null, "n": {"$sum": "$n"}}}]);
    let pipeline = Pipeline::parse(&count).unwrap();
    for (principals, expected) in [(vec!["*", "ann"], 2), (vec!["*"], 1), (vec!["*", "ann", "bob"], 3)] {
        let principals: Arc<[String]> = principals.into_iter().map(str::to_owned).collect();
        let mut plan = aggregate_plan(fixture, &pipeline);
        plan.rows.access = RowAccess::Readable(principals);
        let found = documents_of(fixture, plan).await;
        assert_eq!(found, [json!({"n": expected}).as_object().cloned().unwrap()]);
    }
}

pub async fn no_statement_grows_without_bounds(fixture: &Fixture) {
    fixture.class("Sale", &FIELDS).await;
    fixture.insert("Sale", "a", &[("n", Value::Number(1.0))]).await;
    let doubled = json!({"$addFields": {"n": {"$add": ["$n", "$n"]}}});
    let stages: Vec<_> = std::iter::repeat_n(doubled, 48).collect();
    let found = run(fixture, &stages).await;
    assert_eq!(found[0]["n"], json!(2_f64.powi(48) as u64));
}

pub async fn texts_sort_byte_by_byte(fixture: &Fixture) {
    fixture.class("Sale", &FIELDS).await;
    fixture.insert("Sale", "a", &[("l", value(json!(["b", "é", "B", "a", "A"])))]).await;
    let stages = [
        json!({"$unwind": "$l"}),
        json!({"$project": {"_id": 0, "s": {"$concat": ["$l", "-", {"$dateToString": {"date": "$d", "onNull": "x"}}]}}}),
        json!({"$sort": {"s": 1}}),
    ];
    let found: Vec<Json> =
        run(fixture, &stages).await.into_iter().map(|document| document["s"].clone()).collect();
    assert_eq!(Json::from(found), json!(["A-x", "B-x", "a-x", "b-x", "é-x"]));
}

pub async fn nothing_is_of_every_kind(fixture: &Fixture) {
    fixture.class("Sale", &FIELDS).await;
    fixture.insert("Sale", "a", &[("n", Value::Number(1.0))]).await;
    for nothing in [json!(null), json!("$nothing"), json!("$n.inside")] {
        for expression in [
            json!({"$add": [nothing, nothing]}),
            json!({"$concat": [nothing, nothing]}),
            json!({"$year": nothing}),
            json!({"$ifNull": [nothing, nothing]}),
            json!({"$cond": [nothing, 1, nothing]}),
        ] {
            let found = run(fixture, &[json!({"$project": {"_id": 0, "x": expression}})]).await;
            assert_eq!(found, [JsonMap::new()], "{expression}");
        }
        let totals = json!({"_id": nothing, "sum": {"$sum": nothing}, "least": {"$min": nothing}});
        let found = run(fixture, &[json!({"$group": totals})]).await;
        assert_eq!(found, [json!({"sum": 0}).as_object().cloned().unwrap()]);
    }
}

pub async fn numbers_out_of_range(fixture: &Fixture) {
    fixture.class("Sale", &FIELDS).await;
    for id in ["a", "b"] {
        fixture.insert("Sale", id, &[("n", Value::Number(1e308))]).await;
    }
    for stage in [
        json!({"$project": {"x": {"$multiply": ["$n", "$n"]}}}),
        json!({"$group": {"_id": null, "x": {"$sum": "$n"}}}),
    ] {
        let plan = aggregate_plan(fixture, &Pipeline::parse(&json!([stage])).unwrap());
        let sink = Documents { shape: plan.output.clone(), documents: Vec::new() };
        let refused = fixture.store.aggregate(plan, Box::new(sink)).await.err();
        let is_refused =
            matches!(&refused, Some(StoreError::Refused(error)) if error.code == ErrorCode::InvalidQuery);
        assert!(is_refused, "{stage} {refused:?}");
    }
}

/// The documents of a pipeline, as the store has them.
async fn run(fixture: &Fixture, stages: &[Json]) -> Vec<JsonMap> {
    let pipeline = Pipeline::parse(&Json::from(stages.to_vec())).unwrap();
    documents_of(fixture, aggregate_plan(fixture, &pipeline)).await
}

fn aggregate_plan(fixture: &Fixture, pipeline: &Pipeline) -> AggregatePlan {
    let class = fixture.get_class("Sale");
    let filter =
        parse_where(Some(&class), &pipeline.conditions(Some(&class)).unwrap(), Timestamp(0)).unwrap();
    let rows = plan(&class, filter);
    // The times and the access lists are no part of the comparison.
    let columns: Vec<_> = rows
        .columns
        .iter()
        .enumerate()
        .filter(|(index, _)| !(1..4).contains(index))
        .map(|(_, column)| column.clone())
        .collect();
    let (stages, output) =
        pipeline.stages(Shape::of_rows(&class, &columns), &|_| Ok(()), Timestamp(0)).unwrap();
    AggregatePlan { rows: ReadPlan { columns, ..rows }, stages, output, documents_max: 10_000 }
}

async fn documents_of(fixture: &Fixture, plan: AggregatePlan) -> Vec<JsonMap> {
    let sink = Documents { shape: plan.output.clone(), documents: Vec::new() };
    let sink = fixture.store.aggregate(plan, Box::new(sink)).await.unwrap();
    sink.into_any().downcast::<Documents>().unwrap().documents
}

/// Keeps documents without the values that are missing.
struct Documents {
    shape: Shape,
    documents: Vec<JsonMap>,
}

impl RowSink for Documents {
    fn begin_row(&mut self) {
        self.documents.push(JsonMap::new());
    }

    fn column(&mut self, index: usize, value: ColumnValue<'_>) -> Result<(), Error> {
        let (name, column) = self.shape.columns.get_index(index).unwrap();
        let mut text = Vec::new();
        match (value, &column.kind) {
            (ColumnValue::Null, _) => return Ok(()),
            (ColumnValue::Text(json), Kind::Json) => text.extend_from_slice(json.as_bytes()),
            (value, kind) => append_column(&mut text, &kind.as_field_type().unwrap(), value)?,
        }
        let json = serde_json::from_slice(&text).unwrap();
        self.documents.last_mut().unwrap().insert(name.to_string(), json);
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
