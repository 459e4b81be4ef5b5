//! A bound for what a job hands back: the new values of its updates wait in memory until all of it is committed, and
//! a small step can hand back a large list.

use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::limits;
use astrolabe_core::ports::{StepOutcome, StoreError, StoreResult};
use astrolabe_core::value::{Json, Value};

/// What the steps of one job have handed back so far.
#[derive(Default)]
pub(crate) struct Returned {
    bytes: usize,
}

impl Returned {
    /// Counts a step. What one step alone hands back is no more than what is stored, so it is never refused.
    pub(crate) fn add(&mut self, outcome: &StepOutcome) -> StoreResult<()> {
        let bytes: usize = outcome.returned.iter().map(|(_, value)| size_of_value(value)).sum();
        if self.bytes > 0 && self.bytes + bytes > limits::RESPONSE_BYTES_MAX {
            return Err(StoreError::Refused(too_large()));
        }
        self.bytes += bytes;
        Ok(())
    }
}

/// About the bytes of a value. Only lists and objects can be large where a new value depends on the old one.
fn size_of_value(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(size_of_json).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| key.len() + size_of_json(value)).sum(),
        _ => size_of::<Value>(),
    }
}

fn size_of_json(json: &Json) -> usize {
    size_of::<Json>()
        + match json {
            Json::String(text) => text.len(),
            Json::Array(items) => items.iter().map(size_of_json).sum(),
            Json::Object(map) => map.iter().map(|(key, value)| key.len() + size_of_json(value)).sum(),
            Json::Null | Json::Bool(_) | Json::Number(_) => 0,
        }
}

fn too_large() -> Error {
    let megabytes = limits::RESPONSE_BYTES_MAX / 1024 / 1024;
    Error::new(
        ErrorCode::InvalidQuery,
        format!("The new values of the changes take more than {megabytes} MB together; change less at once."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(megabytes: usize) -> StepOutcome {
        let list = vec![Json::String("x".repeat(megabytes * 1024 * 1024))];
        StepOutcome { rows: 1, returned: vec![("list".into(), Value::Array(list))] }
    }

    #[test]
    fn small_steps_on_a_large_list_are_bounded() {
        let (mut returned, large) = (Returned::default(), outcome(20));
        for allowed in [true, true, true, false, false] {
            assert_eq!(returned.add(&large).is_ok(), allowed);
        }
        assert!(returned.add(&StepOutcome::default()).is_ok());
        assert!(Returned::default().add(&outcome(100)).is_ok(), "one alone");
    }
}
