//! Random conditions, compared with a few lines of plain Rust.

use std::collections::HashMap;

use astrolabe_core::query::{Filter, Test};
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::Value;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::*;

const FIELDS: [&str; 4] = ["s", "n", "b", "d"];

fn operand() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        prop::sample::select(vec!["", "a", "A", "ab", "b", "é", "1", "\u{1F600}"]).prop_map(text),
        prop::sample::select(vec![-1.5, 0.0, 1.0, 2.0, 0.1 + 0.2, 1e300, 5e-324]).prop_map(number),
        prop::num::f64::NORMAL.prop_map(number),
        any::<bool>().prop_map(Value::Boolean),
        prop::sample::select(vec![-1, 0, 1, 1_600_000_000_000]).prop_map(date),
    ]
}

/// A value for the field, of its type or missing.
fn stored(field: &'static str) -> impl Strategy<Value = Value> {
    operand().prop_filter("type of the field", move |value| *value == Value::Null || fits(field, value))
}

fn fits(field: &str, value: &Value) -> bool {
    matches!(
        (field, value),
        ("s", Value::String(_)) | ("n", Value::Number(_)) | ("b", Value::Boolean(_)) | ("d", Value::Date(_))
    )
}

fn test() -> impl Strategy<Value = Test> {
    prop_oneof![
        operand().prop_map(Test::Equal),
        operand().prop_map(Test::NotEqual),
        operand().prop_map(Test::Less),
        operand().prop_map(Test::LessOrEqual),
        operand().prop_map(Test::Greater),
        operand().prop_map(Test::GreaterOrEqual),
        prop::collection::vec(operand(), 0..4).prop_map(Test::In),
        prop::collection::vec(operand(), 0..4).prop_map(Test::NotIn),
        any::<bool>().prop_map(Test::Exists),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let one = (prop::sample::select(FIELDS.to_vec()), test()).prop_map(|(field, test)| when(field, test));
    prop::collection::vec(one, 0..4).prop_map(Filter::And)
}

type Row = HashMap<&'static str, Value>;

fn passes(row: &Row, filter: &Filter) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| passes(row, part)),
        Filter::Field { path, test } => passes_test(&row[&*path.field], test),
        _ => false,
    }
}

fn passes_test(value: &Value, test: &Test) -> bool {
    let compared = |operand: &Value| match (value, operand) {
        (Value::String(value), Value::String(operand)) => Some(value.cmp(operand)),
        (Value::Number(value), Value::Number(operand)) => value.partial_cmp(operand),
        (Value::Date(value), Value::Date(operand)) => Some(value.cmp(operand)),
        _ => None,
    };
    match test {
        Test::Equal(operand) => value == operand,
        Test::NotEqual(operand) => value != operand,
        Test::Less(operand) => compared(operand).is_some_and(|order| order.is_lt()),
        Test::LessOrEqual(operand) => compared(operand).is_some_and(|order| order.is_le()),
        Test::Greater(operand) => compared(operand).is_some_and(|order| order.is_gt()),
        Test::GreaterOrEqual(operand) => compared(operand).is_some_and(|order| order.is_ge()),
        Test::In(operands) => operands.contains(value),
        Test::NotIn(operands) => !operands.contains(value),
        Test::All(_) | Test::AllStarting(_) | Test::ContainedBy(_) | Test::Matches(_) => false,
        Test::Text(_) | Test::Near(_) | Test::Within(_) | Test::Surrounds(_) => false,
        Test::Exists(wanted) => (*value != Value::Null) == *wanted,
    }
}

pub async fn scalar_filters_match_the_oracle(fixture: &Fixture) {
    let kinds = [FieldType::String, FieldType::Number, FieldType::Boolean, FieldType::Date];
    let fields: Vec<_> = FIELDS.into_iter().zip(kinds).collect();
    fixture.class("Todo", &fields).await;
    let mut runner = TestRunner::deterministic();
    let mut rows: Vec<(String, Row)> = Vec::new();
    for index in 0..40 {
        let row: Row = FIELDS
            .into_iter()
            .map(|field| (field, stored(field).new_tree(&mut runner).unwrap().current()))
            .collect();
        let values: Vec<_> = row.iter().map(|(field, value)| (*field, value.clone())).collect();
        let id = format!("r{index}");
        fixture.insert("Todo", &id, &values).await;
        rows.push((id, row));
    }
    let mut operands = rows.iter().flat_map(|(_, row)| row.values().cloned()).cycle();
    for _ in 0..400 {
        let mut filter = filter().new_tree(&mut runner).unwrap().current();
        plant(&mut filter, &mut operands);
        let expected: Vec<_> =
            rows.iter().filter(|(_, row)| passes(row, &filter)).map(|(id, _)| id.clone()).collect();
        assert_eq!(fixture.ids("Todo", filter.clone()).await, expected, "{filter:?}");
    }
}

/// Puts values that are stored into lists, so that random doubles are found again.
fn plant(filter: &mut Filter, stored: &mut impl Iterator<Item = Value>) {
    match filter {
        Filter::And(parts) => parts.iter_mut().for_each(|part| plant(part, stored)),
        Filter::Field { test: Test::In(operands) | Test::NotIn(operands), .. } => {
            operands.extend(stored.take(3))
        }
        _ => {}
    }
}
