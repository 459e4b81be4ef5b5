//! Places on earth: distances along the sphere, and areas on the flat map of latitude and longitude.
//!
//! The store's SQL functions and the matcher share them. Edges of boxes and polygons are straight lines on the map and
//! belong to the area; no area crosses the antimeridian.

use crate::value::GeoPoint;

/// The radius of the earth that distances in kilometres are counted with.
pub const EARTH_RADIUS_KM: f64 = 6_371.0;
/// The same in miles.
pub const EARTH_RADIUS_MILES: f64 = 3_959.0;

/// More than what rounding can add to a distance, in degrees; about a tenth of a metre.
const ROUNDING_DEGREES: f64 = 1e-6;

/// The distance of two places along the sphere, in radians.
pub fn distance(from: GeoPoint, to: GeoPoint) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let across = half(to.latitude - from.latitude);
    let along = half(to.longitude - from.longitude);
    let square = across + along * from.latitude.to_radians().cos() * to.latitude.to_radians().cos();
    // Rounding can lead a little over 1, of which there is no arc.
    2.0 * square.min(1.0).sqrt().asin()
}

/// The places that are not farther from a centre than so much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disc {
    /// The centre.
    pub center: GeoPoint,
    /// The distance in radians; without one it is the whole earth.
    pub radius: Option<f64>,
}

impl Disc {
    /// Whether a place lies inside.
    pub fn contains(&self, place: GeoPoint) -> bool {
        self.radius.is_none_or(|radius| distance(self.center, place) <= radius)
    }

    /// What surely surrounds the disc: a range of latitudes, and two ranges of longitudes of which a place is in one.
    /// Two, because a disc may lie across the antimeridian.
    pub fn bounds(&self) -> DiscBounds {
        let radius = self.radius.unwrap_or(f64::INFINITY).to_degrees().max(0.0) + ROUNDING_DEGREES;
        let (south, north) = (self.center.latitude - radius, self.center.latitude + radius);
        let latitudes = (south.max(-90.0), north.min(90.0));
        // A disc that reaches a pole has places at every longitude.
        if south <= -90.0 || north >= 90.0 {
            return DiscBounds { latitudes, longitudes: [(-180.0, 180.0); 2] };
        }
        let sine = radius.to_radians().sin() / self.center.latitude.to_radians().cos();
        let reach = sine.min(1.0).asin().to_degrees() + ROUNDING_DEGREES;
        let (west, east) = (self.center.longitude - reach, self.center.longitude + reach);
        let longitudes = match (west < -180.0, east > 180.0) {
            (true, true) => [(-180.0, 180.0); 2],
            (true, false) => [(-180.0, east), (west + 360.0, 180.0)],
            (false, true) => [(west, 180.0), (-180.0, east - 360.0)],
            (false, false) => [(west, east); 2],
        };
        DiscBounds { latitudes, longitudes }
    }
}

/// What surrounds a disc, in degrees, both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiscBounds {
    /// From the south to the north.
    pub latitudes: (f64, f64),
    /// From the west to the east.
    pub longitudes: [(f64, f64); 2],
}

/// A part of the map that places are looked for in.
#[derive(Debug, Clone, PartialEq)]
pub enum Area {
    /// Around a centre.
    Disc(Disc),
    /// Between two latitudes and two longitudes.
    Box(MapBox),
    /// Inside a ring of places.
    Polygon(Vec<GeoPoint>),
}

impl Area {
    /// Whether a place lies inside.
    pub fn contains(&self, place: GeoPoint) -> bool {
        match self {
            Area::Disc(disc) => disc.contains(place),
            Area::Box(bounds) => bounds.contains(place),
            Area::Polygon(ring) => ring_contains(ring, place),
        }
    }
}

/// A rectangle on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapBox {
    /// The corner with the least latitude and longitude.
    pub south_west: GeoPoint,
    /// The corner across from it.
    pub north_east: GeoPoint,
}

impl MapBox {
    /// The smallest one that holds all places; `None` without any.
    pub fn around(places: &[GeoPoint]) -> Option<Self> {
        let first = *places.first()?;
        let around = MapBox { south_west: first, north_east: first };
        Some(places.iter().fold(around, |around, place| MapBox {
            south_west: GeoPoint {
                latitude: around.south_west.latitude.min(place.latitude),
                longitude: around.south_west.longitude.min(place.longitude),
            },
            north_east: GeoPoint {
                latitude: around.north_east.latitude.max(place.latitude),
                longitude: around.north_east.longitude.max(place.longitude),
            },
        }))
    }

    /// Whether a place lies inside.
    pub fn contains(&self, place: GeoPoint) -> bool {
        (self.south_west.latitude..=self.north_east.latitude).contains(&place.latitude)
            && (self.south_west.longitude..=self.north_east.longitude).contains(&place.longitude)
    }
}

/// Whether a place lies inside a ring or on its line: a line to the east crosses the ring an odd number of times. The
/// ring may be open or end where it starts.
pub fn ring_contains(ring: &[GeoPoint], place: GeoPoint) -> bool {
    let ends = ring.iter().cycle().skip(1);
    let mut inside = false;
    for (start, end) in ring.iter().zip(ends) {
        let turn = (end.longitude - start.longitude) * (place.latitude - start.latitude)
            - (place.longitude - start.longitude) * (end.latitude - start.latitude);
        if turn == 0.0 && MapBox::around(&[*start, *end]).is_some_and(|edge| edge.contains(place)) {
            return true;
        }
        let upward = end.latitude > start.latitude;
        let passes = (start.latitude > place.latitude) != (end.latitude > place.latitude);
        inside ^= passes && (turn > 0.0) == upward && turn != 0.0;
    }
    inside
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(latitude: f64, longitude: f64) -> GeoPoint {
        GeoPoint { latitude, longitude }
    }

    #[test]
    fn distances() {
        for (from, to, km) in [
            (at(0.0, 0.0), at(0.0, 0.0), 0.0),
            (at(52.52, 13.405), at(48.8566, 2.3522), 877.46),
            (at(0.0, 179.9), at(0.0, -179.9), 22.24),
            (at(90.0, 0.0), at(90.0, 137.0), 0.0),
            (at(90.0, 0.0), at(-90.0, 0.0), 20_015.09),
            (at(10.0, 20.0), at(-10.0, -160.0), 20_015.09),
        ] {
            let found = distance(from, to) * EARTH_RADIUS_KM;
            assert!((found - km).abs() < 0.05, "{from:?} {to:?}: {found}");
        }
    }

    #[test]
    fn rings() {
        let square = [at(0.0, 0.0), at(0.0, 10.0), at(10.0, 10.0), at(10.0, 0.0)];
        let bow_tie = [at(0.0, 0.0), at(10.0, 10.0), at(0.0, 10.0), at(10.0, 0.0)];
        let twice = [square, square].concat();
        for (ring, place, expected) in [
            (&square[..], at(5.0, 5.0), true),
            (&square, at(0.0, 5.0), true),
            (&square, at(10.0, 10.0), true),
            (&square, at(5.0, 10.1), false),
            (&square, at(-0.1, 5.0), false),
            (&square, at(0.0, -5.0), false),
            (&square, at(10.0, 11.0), false),
            (&bow_tie, at(5.0, 5.0), true),
            (&bow_tie, at(1.0, 5.0), false),
            (&bow_tie, at(5.0, 1.0), true),
            (&twice, at(5.0, 5.0), false),
            (&square[..1], at(0.0, 0.0), true),
            (&[], at(0.0, 0.0), false),
        ] {
            assert_eq!(ring_contains(ring, place), expected, "{ring:?} {place:?}");
        }
    }

    fn place() -> impl Strategy<Value = GeoPoint> {
        let latitude = prop_oneof![-90.0..=90.0, Just(90.0), Just(-90.0), 89.0..90.0];
        let longitude = prop_oneof![-180.0..=180.0, Just(180.0), Just(-180.0), 179.0..180.0];
        (latitude, longitude).prop_map(|(latitude, longitude)| at(latitude, longitude))
    }

    proptest! {
        #[test]
        fn bounds_surround_the_disc(
            center in place(),
            place in place(),
            radius in prop_oneof![0.0..4.0, 0.0..0.1, Just(std::f64::consts::FRAC_PI_2)],
            exact in any::<bool>(),
        ) {
            let radius = if exact { distance(center, place) } else { radius };
            let disc = Disc { center, radius: Some(radius) };
            let DiscBounds { latitudes, longitudes } = disc.bounds();
            let is_in = |(from, to): (f64, f64), degrees: f64| (from..=to).contains(&degrees);
            let surrounded = is_in(latitudes, place.latitude)
                && longitudes.iter().any(|range| is_in(*range, place.longitude));
            prop_assert!(surrounded || !disc.contains(place), "{disc:?} {place:?}");
        }

        #[test]
        fn distance_has_no_direction(from in place(), to in place()) {
            prop_assert!((distance(from, to) - distance(to, from)).abs() < 1e-12);
            prop_assert!((0.0..=std::f64::consts::PI).contains(&distance(from, to)));
        }
    }
}
