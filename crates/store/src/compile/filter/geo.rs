//! Tests of places: of the two columns of a GeoPoint, and of the ring in a Polygon column.
//!
//! What an index can narrow down is written as ranges of the two columns, the rest is left to functions.

use astrolabe_core::query::Test;
use astrolabe_core::query::geo::{Area, Disc, MapBox};
use astrolabe_core::schema::FieldType;
use astrolabe_core::value::GeoPoint;

use super::append_truth;
use crate::columns::{longitude_column, polygon_json};
use crate::compile::target::Target;
use crate::statement::{Bind, SqlWriter};

/// Appends a test; what is no place lies nowhere.
pub(super) fn append_geo(sql: &mut SqlWriter<'_>, target: &Target<'_>, test: &Test) {
    match (target, test) {
        (Target::Point(column), Test::Near(disc) | Test::Within(Area::Disc(disc))) => {
            append_disc(sql, column, disc);
        }
        (Target::Point(column), Test::Within(Area::Box(bounds))) => append_box(sql, column, bounds),
        (Target::Point(column), Test::Within(Area::Polygon(ring))) => append_polygon(sql, column, ring),
        (Target::Scalar { column, kind: FieldType::Polygon }, Test::Surrounds(point)) => {
            sql.call_on_value("ring_contains", column).push(", ");
            append_place(sql, *point);
            sql.push(")");
        }
        _ => append_truth(sql, false),
    }
}

/// Appends the distance between the place in a GeoPoint column and another one, in radians; null without a place.
pub(in crate::compile) fn append_distance(sql: &mut SqlWriter<'_>, column: &str, from: GeoPoint) {
    sql.push("geo_distance(").column(column).push(", ").column(&longitude_column(column)).push(", ");
    append_place(sql, from);
    sql.push(")");
}

fn append_disc(sql: &mut SqlWriter<'_>, column: &str, disc: &Disc) {
    let Some(radius) = disc.radius else {
        sql.column(column).push(" IS NOT NULL");
        return;
    };
    let bounds = disc.bounds();
    let longitude = longitude_column(column);
    sql.push("(");
    append_range(sql, column, bounds.latitudes);
    sql.push(" AND (");
    sql.separated(bounds.longitudes, " OR ", |sql, range| append_range(sql, &longitude, range));
    sql.push(") AND ");
    append_distance(sql, column, disc.center);
    sql.push(" <= ").bind(Bind::Real(radius)).push(")");
}

fn append_box(sql: &mut SqlWriter<'_>, column: &str, bounds: &MapBox) {
    let (from, to) = (bounds.south_west, bounds.north_east);
    sql.push("(");
    append_range(sql, column, (from.latitude, to.latitude));
    sql.push(" AND ");
    append_range(sql, &longitude_column(column), (from.longitude, to.longitude));
    sql.push(")");
}

fn append_polygon(sql: &mut SqlWriter<'_>, column: &str, ring: &[GeoPoint]) {
    let Some(bounds) = MapBox::around(ring) else { return append_truth(sql, false) };
    sql.push("(");
    append_box(sql, column, &bounds);
    sql.push(" AND point_in_ring(").column(column).push(", ").column(&longitude_column(column)).push(", ");
    sql.bind(Bind::owned(polygon_json(ring))).push("))");
}

fn append_range(sql: &mut SqlWriter<'_>, column: &str, (from, to): (f64, f64)) {
    sql.column(column).push(" BETWEEN ").bind(Bind::Real(from)).push(" AND ").bind(Bind::Real(to));
}

fn append_place(sql: &mut SqlWriter<'_>, place: GeoPoint) {
    sql.bind(Bind::Real(place.latitude)).push(", ").bind(Bind::Real(place.longitude));
}
