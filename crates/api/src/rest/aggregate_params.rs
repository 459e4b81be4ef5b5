//! The parameters of an aggregation: a pipeline or the name of a field, and which rows.

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::Aggregation;
use astrolabe_core::query::aggregate::Pipeline;
use astrolabe_core::value::{Json, JsonMap};

use super::find_params::conditions_of;

/// Parameters that are no stages.
const OTHERS: [&str; 9] = [
    "pipeline",
    "distinct",
    "where",
    "hint",
    "explain",
    "comment",
    "readPreference",
    "rawValues",
    "rawFieldNames",
];

/// Parameters that this version refuses by name, unless they are switched off.
const NOT_AVAILABLE: [&str; 2] = ["rawValues", "rawFieldNames"];

/// Reads the rows and what is asked of them.
pub(super) fn aggregate_params(params: &JsonMap) -> Result<(JsonMap, Aggregation)> {
    for name in NOT_AVAILABLE {
        if !matches!(params.get(name), None | Some(Json::Null | Json::Bool(false))) {
            return Err(invalid(format!("{name} is not available in aggregations")));
        }
    }
    let conditions = match params.get("where") {
        None | Some(Json::Null) => JsonMap::new(),
        Some(json) => conditions_of(json)?,
    };
    let kind = match params.get("distinct") {
        Some(Json::String(field)) if !field.is_empty() => Aggregation::Distinct(field.clone()),
        None | Some(Json::Null) => Aggregation::Pipeline(pipeline(params)?),
        Some(_) => return Err(invalid("distinct must be the name of a field".to_owned())),
    };
    Ok((conditions, kind))
}

/// The stages of `pipeline`, or those that stand among the parameters themselves.
fn pipeline(params: &JsonMap) -> Result<Pipeline> {
    match params.get("pipeline") {
        None | Some(Json::Null) => {
            let stages = params.iter().filter(|(name, _)| !OTHERS.contains(&name.as_str()));
            Pipeline::parse(&Json::Object(stages.map(|(name, json)| (name.clone(), json.clone())).collect()))
        }
        Some(json) => Pipeline::parse(json),
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}
