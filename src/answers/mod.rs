//! Answers: the data that a question about an atlas returns, independent of HTTP.
//!
//! Every function here is pure. The caller passes the day of the question
//! ([`lapwing_boundaries::atlas::Day`]), because nothing here reads a clock. Answers borrow from
//! the atlas and serialize to the JSON that `docs/http-api.md` documents:
//!
//! * Every answer has a `snapshot`. Answers made from layers also have `layers`: for each key the
//!   vintage used, or `null` if none is in force on the day.
//! * Keys are the names that the caller used: a series (`ward`) or the id of one vintage
//!   (`ward_2013`).
//! * `null` means that the layer is not in force on the day; an empty list means that nothing is
//!   there.
//! * Distances are metres to 0.1, sizes m² to 0.1, shares 0 to 1 to nine decimals, and longitudes
//!   and latitudes degrees to six decimals. Eastings and northings have the precision of their
//!   source.
//!
//! The answer types define the fields, their names and their order. JSON is written from them by
//! serde, and their schemas are derived from them ([`schema`]). [`Prerendered`] writes the same text faster, from fragments that are cut from what serde
//! writes ([`sample`]).

mod area;
mod basis;
mod changes;
mod common_fields;
pub(crate) mod coordinate;
mod date;
mod direction;
mod error;
mod layers;
mod lookup;
mod nearest;
pub(crate) mod number;
mod overlaps;
mod place;
mod prerendered;
mod replacement;
pub(crate) mod sample;
pub(crate) mod schema;
mod search;
mod submitted_polygon;
mod succession;
mod table;
pub(crate) mod text_writer;
mod typed_place;
mod vintage;
pub mod words;

pub use area::{AreaAnswer, AreaDetail, Parent, area};
pub use changes::{AreaChange, CHANGE_COLUMNS, ChangesAnswer, NamedArea, SharedPlace, changes};
pub use common_fields::{Keyed, LayerUsed, Metres, SnapshotBlock, layers_used, snapshot};
pub(crate) use common_fields::{degrees, tenths};
pub use date::read_date;
pub use direction::ChangeDirection;
pub use error::AnswerError;
pub use layers::{LayerKind, LayerListing, LayersAnswer, PointsListing, layers};
pub(crate) use lookup::month;
pub use lookup::{
    AreaMatch, Confidence, Found, LayerConfidence, LookupAnswer, MatchKind, NearArea, PlaceAnswer,
    Unassigned, find, lookup, place_answer,
};
pub(crate) use nearest::choose_points;
pub use nearest::{NearestAnswer, NearestSite, nearest};
pub use overlaps::{
    BestFit, BestFitBy, Choice, NoBestFit, OverlapEntry, OverlapsAnswer, RequestedArea,
    SharedCount, Uncovered, overlaps,
};
pub use place::{Location, Place, Query, invalid_postcode, similar_postcode};
pub use prerendered::{Prerendered, PrerenderedPlaces};
pub use replacement::{NewerVintage, Replacement, ReplacingArea, has_newer, replacement};
pub use search::{SearchAnswer, SearchHit, search};
pub use submitted_polygon::{PolygonAnswer, RequestedPolygon, overlaps_of_polygon};
pub use succession::{ChangeWords, PartEntry, SuccessionAnswer, succession};
pub(crate) use succession::{Predecessors, Successors};
pub(crate) use table::TableDocument;
pub use table::{Table, TableHead, TableRow, table};
pub use typed_place::{TypedPlaceError, read_place};

use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day};

/// Chooses the area layers to answer from: those with these names, or one for each series.
pub fn choose(
    atlas: &Atlas,
    names: Option<&[String]>,
    day: Day,
) -> Result<Vec<ChosenLayer>, AnswerError> {
    atlas.choose(names, day).map_err(|name| error::no_such_area_layer(atlas, &name))
}

/// All names that select a layer.
pub(crate) fn layer_names(atlas: &Atlas) -> Vec<String> {
    [error::names_of(atlas, true), error::names_of(atlas, false)].concat()
}

/// Chooses one area layer that is in force on the day, and returns its position in the atlas.
fn choose_one(atlas: &Atlas, name: &str, day: Day) -> Result<(ChosenLayer, usize), AnswerError> {
    let chosen = choose(atlas, Some(&[name.to_owned()]), day)?.remove(0);
    match (chosen.layer, day) {
        (Some(layer), _) => Ok((chosen, layer)),
        (None, Day::Requested(date) | Day::Today(date)) => {
            Err(AnswerError::NotInForce { layer: name.to_owned(), date })
        }
    }
}

/// Chooses one area of a layer that is in force on the day. Returns the choice, the position of the
/// layer in the atlas, and that of the area in the layer.
///
/// The id of one vintage is also the name of its series. If no day is requested and today's vintage
/// does not have the code, the vintage with that id is searched: links to an area stay valid when
/// wards are redrawn.
fn choose_area(
    atlas: &Atlas,
    name: &str,
    code: &str,
    day: Day,
) -> Result<(ChosenLayer, usize, usize), AnswerError> {
    let (mut chosen, layer) = choose_one(atlas, name, day)?;
    let index_in = |layer: usize| atlas.layers()[layer].layer().area_index(code);
    if let Some(index) = index_in(layer) {
        return Ok((chosen, layer, index));
    }
    let itself = atlas.layer_index(name).filter(|_| matches!(day, Day::Today(_)));
    if let Some((layer, index)) = itself.and_then(|layer| Some((layer, index_in(layer)?))) {
        chosen.layer = Some(layer);
        return Ok((chosen, layer, index));
    }
    Err(error::no_such_area(atlas, layer, code))
}

#[cfg(test)]
pub(crate) use lapwing_testing::squares;
#[cfg(test)]
pub(crate) mod test_worlds;
#[cfg(test)]
mod tests;
