//! The components of the document, collected from the types of the answers.

use schemars::{JsonSchema, SchemaGenerator};

use super::build::Members;
use crate::answers::{self, schema};
use crate::bulk;
use crate::http::error::ProblemDocument;
use crate::http::routes::compat::{MapItErrorJson, PostcodesIoErrorJson, mapit, postcodes_io};
use crate::http::routes::ogc::collections::Collections;
use crate::http::routes::ogc::conformance::Conformance;
use crate::http::routes::ogc::feature_schema::{FeatureDocument, FeaturesDocument};
use crate::http::routes::ogc::landing::Landing;
use crate::http::routes::tiles::tilejson::TileJson;
use crate::http::routes::{areas, overlaps};

/// All components, by name.
pub(super) fn all() -> Members {
    let mut generator = schema::generator();
    add::<ProblemDocument<'static>>(&mut generator);
    of_answers(&mut generator);
    of_features_and_tiles(&mut generator);
    of_compatibility(&mut generator);
    let mut all = generator.take_definitions(true);
    let ogc_tiles = super::ogc_tiles::schemas().into_iter();
    all.extend(ogc_tiles.map(|(name, schema)| (name.to_owned(), schema)));
    all
}

fn of_answers(generator: &mut SchemaGenerator) {
    add::<answers::LookupAnswer<'static>>(generator);
    add::<bulk::Row<'static>>(generator);
    add::<bulk::Line<'static>>(generator);
    add::<bulk::FlatLine>(generator);
    add::<bulk::Document<'static>>(generator);
    add::<areas::Linked<'static>>(generator);
    add::<answers::OverlapsAnswer<'static>>(generator);
    add::<overlaps::PolygonOverlaps<'static>>(generator);
    add::<answers::TableDocument<'static>>(generator);
    add::<answers::Successors>(generator);
    add::<answers::Predecessors>(generator);
    add::<answers::ChangesAnswer<'static>>(generator);
    add::<answers::NearestAnswer<'static>>(generator);
    add::<answers::SearchAnswer<'static>>(generator);
    add::<answers::LayersAnswer<'static>>(generator);
}

fn of_features_and_tiles(generator: &mut SchemaGenerator) {
    add::<Landing<'static>>(generator);
    add::<Conformance<'static>>(generator);
    add::<Collections<'static>>(generator);
    add::<FeatureDocument<'static>>(generator);
    add::<FeaturesDocument<'static>>(generator);
    add::<TileJson<'static>>(generator);
}

fn of_compatibility(generator: &mut SchemaGenerator) {
    add::<MapItErrorJson<'static>>(generator);
    add::<mapit::AreaJson<'static>>(generator);
    add::<mapit::MapItPlace>(generator);
    add::<mapit::MapItPostcode<'static>>(generator);
    add::<mapit::MapItGeometry>(generator);
    add::<mapit::AreaMeasures>(generator);
    add::<PostcodesIoErrorJson<'static>>(generator);
    add::<postcodes_io::PostcodeFields<'static>>(generator);
    add::<postcodes_io::OutcodeFields>(generator);
    add::<postcodes_io::Terminated>(generator);
}

/// Adds a type and those it refers to.
fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}
