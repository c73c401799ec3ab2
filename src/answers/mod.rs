//! The answers: from an atlas and a question to what is sent, with no word of HTTP.
//!
//! Every function here is pure. The day on which a question is asked comes from the caller
//! ([`lapwing_boundaries::atlas::Day`]); there is no clock inside. Answers borrow from the atlas
//! and serialize to the JSON that `docs/http-api.md` documents:
//!
//! * every answer has a `snapshot` and, where it was made from layers, `layers`: for each key the
//!   vintage used, or `null` where none is in force on the day asked for;
//! * keys are what the caller asked by: a series (`ward`) or one vintage's own id (`ward_2013`);
//! * `null` says "no such layer on that day", an empty list "nothing there";
//! * distances are metres to 0.1, measures m² to 0.1, shares 0 to 1 to nine decimals, longitudes
//!   and latitudes degrees to six decimals, and eastings and northings are as the source has them.

mod area;
mod basis;
mod changes;
mod common_fields;
mod error;
mod layers;
mod lookup;
mod nearest;
mod number;
mod overlaps;
mod place;
mod prerendered;
pub(crate) mod sample;
mod search;
mod submitted_polygon;
mod succession;
mod table;
pub(crate) mod text_writer;
mod vintage;

pub use area::{AreaAnswer, AreaDetail, Parent, area};
pub use changes::{AreaChange, CHANGE_COLUMNS, ChangesAnswer, NamedArea, SharedPlace, changes};
pub use common_fields::{Keyed, LayerUsed, Metres, SnapshotBlock, layers_used, snapshot};
pub(crate) use common_fields::{degrees, tenths};
pub use error::AnswerError;
pub use layers::{LayerListing, LayersAnswer, PointsListing, layers};
pub use lookup::{
    AreaMatch, Confidence, Found, LayerConfidence, LookupAnswer, MatchKind, NearArea, PlaceAnswer,
    find, lookup, place_answer,
};
pub(crate) use nearest::choose_points;
pub use nearest::{NearestAnswer, NearestSite, nearest};
pub use overlaps::{
    AskedArea, BestFit, BestFitBy, Choice, OverlapEntry, OverlapsAnswer, SharedCount, Uncovered,
    overlaps,
};
pub use place::{Location, Place, Query, read_date};
pub use prerendered::{Ready, ReadyPlaces};
pub use search::{SearchAnswer, SearchHit, search};
pub use submitted_polygon::{AskedPolygon, PolygonAnswer, overlaps_of_polygon};
pub use succession::{ChangeWords, PartEntry, SuccessionAnswer, succession};
pub use table::{Table, TableHead, TableRow, table};
pub use vintage::Towards;

use lapwing_boundaries::atlas::{Atlas, Chosen, Day};

/// The area layers to answer from: those named, or one for every series.
pub fn choose(
    atlas: &Atlas,
    names: Option<&[String]>,
    day: Day,
) -> Result<Vec<Chosen>, AnswerError> {
    atlas.choose(names, day).map_err(|name| error::no_such_area_layer(atlas, &name))
}

/// Every name by which a layer can be asked for.
pub(crate) fn layer_names(atlas: &Atlas) -> Vec<String> {
    [error::names_of(atlas, true), error::names_of(atlas, false)].concat()
}

/// One area layer in force on the day, with its place in the atlas.
fn choose_one(atlas: &Atlas, name: &str, day: Day) -> Result<(Chosen, usize), AnswerError> {
    let chosen = choose(atlas, Some(&[name.to_owned()]), day)?.remove(0);
    match (chosen.layer, day) {
        (Some(place), _) => Ok((chosen, place)),
        (None, Day::Asked(date) | Day::Today(date)) => {
            Err(AnswerError::NotInForce { layer: name.to_owned(), date })
        }
    }
}

/// One area of a layer in force on the day: the key, the layer's place, and the area's.
///
/// A series bears the id of one of its vintages. If no day is asked for and the vintage of today
/// has no such code, it is looked for in the layer of that very id: what an address names does not
/// go because wards are redrawn.
fn choose_area(
    atlas: &Atlas,
    name: &str,
    code: &str,
    day: Day,
) -> Result<(Chosen, usize, usize), AnswerError> {
    let (mut chosen, place) = choose_one(atlas, name, day)?;
    let index_in = |place: usize| atlas.layers()[place].layer().area_index(code);
    if let Some(index) = index_in(place) {
        return Ok((chosen, place, index));
    }
    let itself = atlas.layer_place(name).filter(|_| matches!(day, Day::Today(_)));
    if let Some((place, index)) = itself.and_then(|place| Some((place, index_in(place)?))) {
        chosen.layer = Some(place);
        return Ok((chosen, place, index));
    }
    Err(error::no_such_area(atlas, place, code))
}

#[cfg(test)]
pub(crate) use lapwing_testing::squares;
#[cfg(test)]
pub(crate) mod test_worlds;
#[cfg(test)]
mod tests;
