//! Random places, areas and sentences, and tests of them.

use astrolabe_core::query::geo::{Area, Disc, MapBox, distance};
use astrolabe_core::query::{Test, TextQuery};
use astrolabe_core::text::{Analyzer, Language};
use astrolabe_core::value::GeoPoint;
use proptest::prelude::*;
use proptest::sample::select;

/// A place, often one that is special: a pole, on the antimeridian, a corner of a small grid.
pub fn place() -> impl Strategy<Value = GeoPoint> {
    let grid = || select(vec![0.0, 1.0, 2.0]);
    prop_oneof![
        3 => (grid(), grid()),
        1 => (-90.0..=90.0, -180.0..=180.0),
        1 => (select(vec![-90.0, 90.0, 89.9]), -180.0..=180.0),
        1 => (-90.0..=90.0, select(vec![-180.0, 180.0, 179.9, -179.9])),
    ]
    .prop_map(|(latitude, longitude)| GeoPoint { latitude, longitude })
}

/// A ring of places, closed as stored ones are.
pub fn ring() -> impl Strategy<Value = Vec<GeoPoint>> {
    let has_three = |ring: &Vec<GeoPoint>| {
        let different = |(at, place): &(usize, &GeoPoint)| !ring[..*at].contains(place);
        ring.iter().enumerate().filter(different).count() >= 3
    };
    prop::collection::vec(place(), 3..7).prop_filter("three different places", has_three).prop_map(
        |mut ring| {
            ring.push(ring[0]);
            ring
        },
    )
}

/// A disc, often with a place just on its edge.
fn disc() -> impl Strategy<Value = Disc> {
    let radius = prop_oneof![(0.0..3.2).prop_map(Ok), (0.0..0.05).prop_map(Ok), place().prop_map(Err),];
    (place(), prop::option::weighted(0.9, radius)).prop_map(|(center, radius)| {
        let radius = radius.map(|radius| radius.unwrap_or_else(|edge| distance(center, edge)));
        Disc { center, radius }
    })
}

/// A test of places.
pub fn geo_test() -> impl Strategy<Value = Test> {
    let bounds = (place(), place()).prop_map(|(one, other)| MapBox::around(&[one, other]).unwrap());
    prop_oneof![
        disc().prop_map(Test::Near),
        disc().prop_map(|disc| Test::Within(Area::Disc(disc))),
        bounds.prop_map(|bounds| Test::Within(Area::Box(bounds))),
        ring().prop_map(|ring| Test::Within(Area::Polygon(ring))),
        place().prop_map(Test::Surrounds),
    ]
}

/// Words, some of which are one without endings, case or marks.
pub fn sentence(words: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let word = select(vec![
        "the", "a", "coffee", "Coffees", "café", "cafe", "running", "run", "rün", "b", "-", "\"",
    ]);
    let separator = select(vec![" ", " ", ", ", " -", " \"", "\" ", "-"]);
    let pieces = prop::collection::vec((word, separator), words);
    pieces.prop_map(|pieces| pieces.into_iter().flat_map(|(word, separator)| [word, separator]).collect())
}

/// A test of words.
pub fn text_test() -> impl Strategy<Value = Test> {
    let analyzer =
        (0..Language::ALL.len(), any::<[bool; 3]>()).prop_map(|(language, [english, case, marks])| {
            let language = if english { Language::default() } else { Language::ALL[language] };
            Analyzer { language, case_sensitive: case && !english, diacritic_sensitive: marks && case }
        });
    (sentence(1..4), analyzer).prop_map(|(term, analyzer)| Test::Text(TextQuery::new(&term, analyzer)))
}
