//! The operators of places: from their JSON to areas.
//!
//! Source: Parse REST protocol, "Geo Queries". Errors are those of Parse Server.

use std::borrow::Cow;

use super::invalid;
use crate::error::{Error, ErrorCode, Result};
use crate::limits;
use crate::query::Test;
use crate::query::geo::{Area, Disc, EARTH_RADIUS_KM, EARTH_RADIUS_MILES, MapBox};
use crate::value::{GeoPoint, Json, JsonMap, Value};

/// The distances that `$nearSphere` may stand beside, and how much of each makes a radian.
const DISTANCES: [(&str, f64); 4] = [
    ("$maxDistance", 1.0),
    ("$maxDistanceInRadians", 1.0),
    ("$maxDistanceInMiles", EARTH_RADIUS_MILES),
    ("$maxDistanceInKilometers", EARTH_RADIUS_KM),
];

/// Whether an operator says how far `$nearSphere` reaches.
pub(super) fn is_distance(operator: &str) -> bool {
    DISTANCES.iter().any(|(name, _)| *name == operator)
}

/// `$nearSphere` with the distances beside it; of several the least counts.
pub(super) fn near_sphere(json: &Json, constraint: &JsonMap) -> Result<Test> {
    let center = place(json)?.ok_or_else(|| bad("bad $nearSphere value; it should be a GeoPoint"))?;
    let mut radius: Option<f64> = None;
    for (name, unit) in DISTANCES {
        let Some(json) = constraint.get(name) else { continue };
        let number = json.as_f64().filter(|number| *number >= 0.0);
        let number =
            number.ok_or_else(|| bad(format!("bad {name} value; it should be a number from 0 up")))?;
        let radians = number / unit;
        radius = Some(radius.map_or(radians, |radius| radius.min(radians)));
    }
    Ok(Test::Near(Disc { center, radius }))
}

/// `{"$box": [GeoPoint, GeoPoint]}`: two corners that lie across from each other.
pub(super) fn within(json: &Json) -> Result<Test> {
    let malformed = || bad("malformatted $within arg");
    let corners = json.get("$box").and_then(Json::as_array).filter(|corners| corners.len() == 2);
    let corners = corners.ok_or_else(malformed)?.iter();
    let corners = corners.map(|corner| place(corner)?.ok_or_else(malformed)).collect::<Result<Vec<_>>>()?;
    MapBox::around(&corners).map(|bounds| Test::Within(Area::Box(bounds))).ok_or_else(malformed)
}

/// `{"$polygon": …}` or `{"$centerSphere": …}`.
pub(super) fn geo_within(json: &Json) -> Result<Test> {
    match (json.get("$polygon"), json.get("$centerSphere")) {
        (Some(polygon), _) => ring(polygon).map(|ring| Test::Within(Area::Polygon(ring))),
        (None, Some(sphere)) => disc(sphere).map(|disc| Test::Within(Area::Disc(disc))),
        (None, None) => Err(bad("bad $geoWithin value; it should have $polygon or $centerSphere")),
    }
}

/// `{"$point": GeoPoint}`.
pub(super) fn geo_intersects(json: &Json) -> Result<Test> {
    let wrong = || bad("bad $geoIntersect value; $point should be GeoPoint");
    let point = json.get("$point").filter(|point| is_geo_point(point)).ok_or_else(wrong)?;
    place(point)?.map(Test::Surrounds).ok_or_else(wrong)
}

/// GeoPoints in a list, or the coordinates of a Polygon. Pairs of numbers are longitude and latitude in both, as Parse
/// Server reads them here, though a stored Polygon has them the other way round.
fn ring(json: &Json) -> Result<Vec<GeoPoint>> {
    let is_polygon = json.get("__type").is_some_and(|kind| kind == "Polygon");
    let (points, too_few) = match (is_polygon, json) {
        (true, _) => (
            json.get("coordinates").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default(),
            "bad $geoWithin value; Polygon.coordinates should contain at least 3 lon/lat pairs",
        ),
        (false, Json::Array(points)) => {
            (points.as_slice(), "bad $geoWithin value; $polygon should contain at least 3 GeoPoints")
        }
        _ => {
            let wanted = "$polygon should be Polygon object or Array of Parse.GeoPoint's";
            return Err(bad(format!("bad $geoWithin value; {wanted}")));
        }
    };
    if points.len() < 3 {
        return Err(bad(too_few));
    }
    if points.len() > limits::POLYGON_CORNERS_MAX {
        return Err(invalid(format!("A $polygon has at most {} corners.", limits::POLYGON_CORNERS_MAX)));
    }
    points.iter().map(corner).collect()
}

fn corner(json: &Json) -> Result<GeoPoint> {
    let point = match json {
        Json::Array(_) => pair(json)?,
        point if is_geo_point(point) => place(point)?,
        _ => None,
    };
    point.ok_or_else(|| bad("bad $geoWithin value"))
}

fn disc(json: &Json) -> Result<Disc> {
    let Some([center, distance, ..]) = json.as_array().map(Vec::as_slice) else {
        let wanted = "$centerSphere should be an array of Parse.GeoPoint and distance";
        return Err(bad(format!("bad $geoWithin value; {wanted}")));
    };
    let point = match center {
        Json::Array(_) => pair(center)?,
        point if is_geo_point(point) => place(point)?,
        _ => None,
    };
    let center = point.ok_or_else(|| bad("bad $geoWithin value; $centerSphere geo point invalid"))?;
    let radius = distance.as_f64().filter(|radius| *radius >= 0.0);
    let radius = radius.ok_or_else(|| bad("bad $geoWithin value; $centerSphere distance invalid"))?;
    Ok(Disc { center, radius: Some(radius) })
}

fn is_geo_point(json: &Json) -> bool {
    json.get("__type").is_some_and(|kind| kind == "GeoPoint")
}

/// A GeoPoint, also without its `__type`; `None` for what is none.
fn place(json: &Json) -> Result<Option<GeoPoint>> {
    match (degrees(json.get("latitude")), degrees(json.get("longitude"))) {
        (Some(latitude), Some(longitude)) => on_earth(latitude, longitude).map(Some),
        _ => Ok(None),
    }
}

/// `[longitude, latitude]`.
fn pair(json: &Json) -> Result<Option<GeoPoint>> {
    let Some([longitude, latitude]) = json.as_array().map(Vec::as_slice) else { return Ok(None) };
    match (degrees(Some(latitude)), degrees(Some(longitude))) {
        (Some(latitude), Some(longitude)) => on_earth(latitude, longitude).map(Some),
        _ => Ok(None),
    }
}

fn degrees(json: Option<&Json>) -> Option<f64> {
    json?.as_f64()
}

fn on_earth(latitude: f64, longitude: f64) -> Result<GeoPoint> {
    let json = serde_json::json!({"__type": "GeoPoint", "latitude": latitude, "longitude": longitude});
    match Value::from_json(json)? {
        Value::GeoPoint(point) => Ok(point),
        _ => Err(Error::internal()),
    }
}

fn bad(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorCode::InvalidJson, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn point(latitude: f64, longitude: f64) -> Json {
        json!({"__type": "GeoPoint", "latitude": latitude, "longitude": longitude})
    }

    #[test]
    fn distances() {
        let near = |constraint: Json| match near_sphere(&point(1.0, 2.0), constraint.as_object().unwrap()) {
            Ok(Test::Near(disc)) => Ok(disc.radius),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.code),
        };
        for (constraint, expected) in [
            (json!({}), Ok(None)),
            (json!({"$maxDistance": 0.5}), Ok(Some(0.5))),
            (json!({"$maxDistanceInRadians": 1}), Ok(Some(1.0))),
            (json!({"$maxDistanceInMiles": 3959}), Ok(Some(1.0))),
            (json!({"$maxDistanceInKilometers": 12742, "$maxDistance": 3}), Ok(Some(2.0))),
            (json!({"$maxDistance": -1}), Err(ErrorCode::InvalidJson)),
            (json!({"$maxDistance": "1"}), Err(ErrorCode::InvalidJson)),
            (json!({"$maxDistanceInMiles": null}), Err(ErrorCode::InvalidJson)),
        ] {
            assert_eq!(near(constraint.clone()), expected, "{constraint}");
        }
    }

    #[test]
    fn rings_have_a_bound() {
        let corners = |count: usize| json!({"$polygon": vec![point(0.0, 0.0); count]});
        assert!(geo_within(&corners(limits::POLYGON_CORNERS_MAX)).is_ok());
        assert!(geo_within(&corners(limits::POLYGON_CORNERS_MAX + 1)).is_err());
    }

    #[test]
    fn pairs_are_longitude_and_latitude() {
        let expected = Disc { center: GeoPoint { latitude: 52.0, longitude: 130.0 }, radius: Some(0.5) };
        for center in [json!([130, 52]), point(52.0, 130.0)] {
            let test = geo_within(&json!({"$centerSphere": [center, 0.5]}));
            assert_eq!(test, Ok(Test::Within(Area::Disc(expected))), "{center}");
        }
        assert!(geo_within(&json!({"$centerSphere": [[52, 130], 0.5]})).is_err());
    }
}
