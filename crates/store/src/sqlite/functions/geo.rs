//! Places on the map.

use astrolabe_core::query::geo::{distance, ring_contains};
use astrolabe_core::value::GeoPoint;
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use rusqlite::{Error, Result};

/// `geo_distance(latitude, longitude, latitude, longitude)` in radians; null where one of them is.
pub(super) fn geo_distance(context: &Context<'_>) -> Result<Option<f64>> {
    Ok(place(context, 0).zip(place(context, 2)).map(|(from, to)| distance(from, to)))
}

/// `point_in_ring(latitude, longitude, ring)`.
pub(super) fn point_in_ring(context: &Context<'_>) -> Result<bool> {
    let Some(place) = place(context, 0) else { return Ok(false) };
    let ring = context
        .get_or_create_aux(2, |text| ring(text).map_err(|error| Error::UserFunctionError(error.into())))?;
    Ok(ring_contains(&ring, place))
}

/// `ring_contains(polygon column, latitude, longitude)`; a null or damaged column holds no place.
pub(super) fn column_contains(context: &Context<'_>) -> Result<bool> {
    let ring = match context.get_raw(0) {
        ValueRef::Null => return Ok(false),
        column => ring(column).unwrap_or_default(),
    };
    Ok(place(context, 1).is_some_and(|place| ring_contains(&ring, place)))
}

fn place(context: &Context<'_>, first: usize) -> Option<GeoPoint> {
    match (context.get_raw(first), context.get_raw(first + 1)) {
        (ValueRef::Real(latitude), ValueRef::Real(longitude)) => Some(GeoPoint { latitude, longitude }),
        _ => None,
    }
}

fn ring(json: ValueRef<'_>) -> serde_json::Result<Vec<GeoPoint>> {
    let pairs: Vec<[f64; 2]> = serde_json::from_slice(json.as_bytes().unwrap_or_default())?;
    Ok(pairs.into_iter().map(|[latitude, longitude]| GeoPoint { latitude, longitude }).collect())
}
