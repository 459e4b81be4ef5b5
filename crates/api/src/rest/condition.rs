//! The `where` of an update or a removal: the write happens only if it holds for the object.
//!
//! It stands in the query string. A removal has no fields, so there it may also stand in the body, which is where SDKs
//! that send every call as POST put their parameters. This goes beyond the Parse protocol.

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::value::JsonMap;
use astrolabe_wire::parse::Params;

use super::find_params::conditions_of;

const WHERE: &str = "where";

/// The condition of an update.
pub(super) fn update_condition(query: &Params) -> Result<Option<JsonMap>> {
    query.0.get(WHERE).map(conditions_of).transpose()
}

/// The condition of a removal.
pub(super) fn delete_condition(query: &Params, body: &JsonMap) -> Result<Option<JsonMap>> {
    match (query.0.get(WHERE), body.get(WHERE)) {
        (Some(_), Some(_)) => Err(given_twice()),
        (in_query, in_body) => in_query.or(in_body).map(conditions_of).transpose(),
    }
}

/// A creation has no object that a condition could hold for.
pub(super) fn refuse_condition(query: &Params) -> Result<()> {
    if query.0.contains_key(WHERE) {
        return Err(invalid("A creation takes no where: there is no object yet that it could hold for."));
    }
    Ok(())
}

/// The error of a write with two conditions.
pub(super) fn given_twice() -> Error {
    invalid("The where of a write was given twice.")
}

fn invalid(message: &'static str) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}
