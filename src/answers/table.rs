//! The lookup table of two layers, written row by row as JSON or CSV.

use std::ops::Deref;

use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day};
use lapwing_boundaries::overlap::{OverlapRow, Relation, sliver_tolerance_m};
use schemars::JsonSchema;
use serde::Serialize;

use super::common_fields::{Keyed, LayerUsed, SnapshotBlock, layers_used, share, snapshot, tenths};
use super::error::AnswerError;
use super::overlaps::{Amount, Choice, Fit, NoBestFit, best_fit_in};
use super::schema::Together;

/// The table of all pairs of overlapping areas of two layers, in the order of both codes. An area
/// without overlaps has no row, or one without a counterpart if all areas were requested.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    from: ChosenLayer,
    to: ChosenLayer,
    from_index: usize,
    to_index: usize,
    day: Day,
    choice: Choice,
    all: bool,
}

/// The members of a table before its rows.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct TableHead<'a> {
    /// Key of the first layer.
    pub from: String,
    /// Key of the second layer.
    pub to: String,
    /// Overlaps thinner than this, in metres, may be artefacts of inaccurate boundaries.
    pub sliver_tolerance_m: f64,
    /// The vintage used for each requested layer. Null if none is in force on that day.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot that answered.
    pub snapshot: SnapshotBlock<'a>,
}

/// The lookup table of two layers.
#[derive(JsonSchema)]
#[schemars(rename = "Table")]
#[expect(dead_code, reason = "written in chunks; the type describes the whole")]
pub(crate) struct TableDocument<'a> {
    #[serde(flatten)]
    head: TableHead<'a>,
    /// In order of the first code, then of the second.
    rows: Vec<TableRow<'a>>,
}

/// A pair of areas that overlap.
///
/// The members are the columns of the CSV form, in the same order. The members about addresses are
/// absent if the snapshot has no addresses, `sliver` unless slivers were requested.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct TableRow<'a> {
    /// Code of the first area.
    pub from_code: &'a str,
    /// Name of the first area.
    pub from_name: &'a str,
    /// Code of the second area. Null, as the columns about the second area are, in the row of an
    /// area without a counterpart.
    pub to_code: Option<&'a str>,
    /// Name of the second area. Null without a counterpart.
    pub to_name: Option<&'a str>,
    /// Relation of the first area to the second. Null without a counterpart.
    pub relation: Option<Relation>,
    /// Area of the overlap in m². Null without a counterpart.
    pub shared_m2: Option<f64>,
    /// Share of the first area, 0 to 1. Null if it has no area, and without a counterpart.
    #[schemars(range(min = 0, max = 1))]
    pub share_of_from: Option<f64>,
    /// Share of the second area, 0 to 1. Null if it has no area.
    #[schemars(range(min = 0, max = 1))]
    pub share_of_to: Option<f64>,
    /// Number of live postcodes in both areas. Null if the snapshot has no postcodes.
    pub postcodes: Option<u32>,
    /// Share of the first area's postcodes, 0 to 1. Null if it has none.
    #[schemars(range(min = 0, max = 1))]
    pub postcode_share_of_from: Option<f64>,
    /// Share of the second area's postcodes, 0 to 1. Null if it has none.
    #[schemars(range(min = 0, max = 1))]
    pub postcode_share_of_to: Option<f64>,
    /// True if the whole first area is assigned to the second.
    pub best_fit: bool,
    /// Why the first area is assigned to none. Null if it is assigned to one.
    pub best_fit_reason: Option<NoBestFit>,
    /// The columns about addresses. Absent if the snapshot has no addresses.
    #[serde(flatten)]
    #[schemars(with = "Option<Together<AddressColumns>>")]
    pub of_addresses: Option<AddressColumns>,
    /// True if the overlap is a sliver. Present only with `slivers=include`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sliver: Option<bool>,
}

/// The columns about addresses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct AddressColumns {
    /// Number of addresses in both areas. Null without a counterpart. Absent if the snapshot has no
    /// addresses.
    pub addresses: Option<u32>,
    /// Share of the first area's addresses, 0 to 1. Null if it has none, and without a counterpart.
    #[schemars(range(min = 0, max = 1))]
    pub address_share_of_from: Option<f64>,
    /// Share of the second area's addresses, 0 to 1. Null if it has none.
    #[schemars(range(min = 0, max = 1))]
    pub address_share_of_to: Option<f64>,
}

impl AddressColumns {
    /// The columns of a row without a counterpart.
    const NONE: Self =
        Self { addresses: None, address_share_of_from: None, address_share_of_to: None };
}

/// Chooses the two layers of a table, by series or by the id of a vintage. With `all`, each area of
/// the first layer has a row, so that a join with the table keeps it.
pub fn table(
    atlas: &Atlas,
    from: &str,
    to: &str,
    day: Day,
    choice: Choice,
    all: bool,
) -> Result<Table, AnswerError> {
    let (from, from_index) = super::choose_one(atlas, from, day)?;
    let (to, to_index) = super::choose_one(atlas, to, day)?;
    Ok(Table { from, to, from_index, to_index, day, choice, all })
}

impl Table {
    /// Returns the members before the rows.
    pub fn head<'a>(&self, atlas: &'a Atlas) -> TableHead<'a> {
        let layer = |layer_index: usize| atlas.layers()[layer_index].layer();
        let both = [self.from.clone(), self.to.clone()];
        let distinct = if self.from.key == self.to.key { &both[..1] } else { &both[..] };
        TableHead {
            from: self.from.key.to_string(),
            to: self.to.key.to_string(),
            sliver_tolerance_m: sliver_tolerance_m(layer(self.from_index), layer(self.to_index)),
            layers: layers_used(atlas, distinct, self.day),
            snapshot: snapshot(atlas),
        }
    }

    /// The number of areas in the first layer. [`Table::rows`] accepts each.
    pub fn areas(&self, atlas: &Atlas) -> usize {
        atlas.layers()[self.from_index].layer().len()
    }

    /// The rows of one area of the first layer.
    pub fn rows<'a>(&self, atlas: &'a Atlas, area: usize) -> Vec<TableRow<'a>> {
        let (from, to) = (self.from_index, self.to_index);
        let requested = Amount::of_area(atlas, from, area);
        let fit = best_fit_in(atlas, (from, area), to, requested);
        let rows: Vec<_> = atlas
            .overlaps_of(from, area, to)
            .iter()
            .filter(|row| self.choice.lists(row.relation, row.sliver))
            .map(|row| self.row(atlas, area, requested, row, fit))
            .collect();
        if rows.is_empty() && self.all {
            return vec![self.row_without_counterpart(atlas, area, fit)];
        }
        rows
    }

    fn row<'a>(
        &self,
        atlas: &'a Atlas,
        area: usize,
        requested: Amount,
        row: &OverlapRow,
        fit: Result<Fit, NoBestFit>,
    ) -> TableRow<'a> {
        let (to, area_index) = (self.to_index, row.to as usize);
        let (to_code, to_name) = atlas.code_and_name(to, area_index);
        let other = Amount::of_area(atlas, to, area_index);
        let has_postcodes = atlas.postcode_count() > 0;
        let count_share = |part: u32, whole: u32| share(f64::from(part), f64::from(whole));
        let postcode_share = |whole| count_share(row.postcodes, whole).filter(|_| has_postcodes);
        let [share_of_from, share_of_to] =
            self.choice.ground_shares(row.relation, row.shared_m2, [requested.m2, other.m2]);
        TableRow {
            to_code: Some(to_code),
            to_name: Some(to_name),
            relation: Some(row.relation),
            shared_m2: Some(tenths(row.shared_m2)),
            share_of_from,
            share_of_to,
            postcodes: has_postcodes.then_some(row.postcodes),
            postcode_share_of_from: postcode_share(requested.postcodes),
            postcode_share_of_to: postcode_share(other.postcodes),
            best_fit: fit.is_ok_and(|(best, ..)| best == area_index),
            of_addresses: (atlas.address_count() > 0).then(|| AddressColumns {
                addresses: Some(row.addresses),
                address_share_of_from: count_share(row.addresses, requested.addresses),
                address_share_of_to: count_share(row.addresses, other.addresses),
            }),
            sliver: self.choice.slivers.then_some(row.sliver),
            ..self.row_without_counterpart(atlas, area, fit)
        }
    }

    /// The row of an area of the first layer for which no area of the second is listed.
    fn row_without_counterpart<'a>(
        &self,
        atlas: &'a Atlas,
        area: usize,
        fit: Result<Fit, NoBestFit>,
    ) -> TableRow<'a> {
        let (from_code, from_name) = atlas.code_and_name(self.from_index, area);
        TableRow {
            from_code,
            from_name,
            to_code: None,
            to_name: None,
            relation: None,
            shared_m2: None,
            share_of_from: None,
            share_of_to: None,
            postcodes: None,
            postcode_share_of_from: None,
            postcode_share_of_to: None,
            best_fit: false,
            best_fit_reason: fit.err(),
            of_addresses: (atlas.address_count() > 0).then_some(AddressColumns::NONE),
            sliver: self.choice.slivers.then_some(false),
        }
    }

    /// The names of the columns, in order.
    pub fn columns(&self, atlas: &Atlas) -> Vec<&'static str> {
        let mut columns = vec![
            "from_code",
            "from_name",
            "to_code",
            "to_name",
            "relation",
            "shared_m2",
            "share_of_from",
            "share_of_to",
            "postcodes",
            "postcode_share_of_from",
            "postcode_share_of_to",
            "best_fit",
            "best_fit_reason",
        ];
        if atlas.address_count() > 0 {
            columns.extend(["addresses", "address_share_of_from", "address_share_of_to"]);
        }
        if self.choice.slivers {
            columns.push("sliver");
        }
        columns
    }

    /// Writes the table as CSV, in chunks with the rows of several areas. It holds the atlas as the
    /// caller does, borrowed or in an `Arc`.
    pub fn into_csv<A: Deref<Target = Atlas>>(self, atlas: A) -> impl Iterator<Item = Vec<u8>> {
        let head = csv_lines(std::iter::once(
            self.columns(&atlas).into_iter().map(str::to_owned).collect(),
        ));
        let steps = steps(self.areas(&atlas));
        std::iter::once(head).chain(steps.map(move |areas| {
            csv_lines(areas.flat_map(|area| self.rows(&atlas, area)).map(|row| row.cells()))
        }))
    }

    /// Writes the table as one JSON object, with the rows last, in chunks like [`Table::into_csv`].
    pub fn into_json<A: Deref<Target = Atlas>>(self, atlas: A) -> impl Iterator<Item = Vec<u8>> {
        // Writing these types to memory cannot fail.
        let mut head = serde_json::to_vec(&self.head(&atlas)).unwrap_or_default();
        head.pop();
        head.extend(br#","rows":["#);
        let steps = steps(self.areas(&atlas));
        let mut any = false;
        let rows = steps.map(move |areas| {
            let mut piece = Vec::new();
            for row in areas.flat_map(|area| self.rows(&atlas, area)) {
                piece.extend_from_slice(if any { b",\n" } else { b"\n" });
                piece.extend(serde_json::to_vec(&row).unwrap_or_default());
                any = true;
            }
            piece
        });
        std::iter::once(head).chain(rows).chain(std::iter::once(b"\n]}\n".to_vec()))
    }
}

/// Areas per chunk of a table: about ten kilobytes.
const AREAS_A_PIECE: usize = 64;

fn steps(areas: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..areas).step_by(AREAS_A_PIECE).map(move |at| at..(at + AREAS_A_PIECE).min(areas))
}

fn csv_lines(records: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in records {
        // Writing to memory cannot fail, and every record has as many cells as the header.
        let _ = writer.write_record(record);
    }
    writer.into_inner().unwrap_or_default()
}

impl TableRow<'_> {
    /// The cells of the CSV form. `null` is an empty cell.
    pub fn cells(&self) -> Vec<String> {
        fn cell<T: ToString>(value: Option<T>) -> String {
            value.map(|v| v.to_string()).unwrap_or_default()
        }
        let mut cells = vec![
            self.from_code.to_owned(),
            self.from_name.to_owned(),
            cell(self.to_code),
            cell(self.to_name),
            cell(self.relation.map(Relation::as_str)),
            cell(self.shared_m2),
            cell(self.share_of_from),
            cell(self.share_of_to),
            cell(self.postcodes),
            cell(self.postcode_share_of_from),
            cell(self.postcode_share_of_to),
            self.best_fit.to_string(),
            cell(self.best_fit_reason.map(NoBestFit::as_str)),
        ];
        if let Some(of) = self.of_addresses {
            cells.push(cell(of.addresses));
            cells.extend([cell(of.address_share_of_from), cell(of.address_share_of_to)]);
        }
        cells.extend(self.sliver.map(|sliver| sliver.to_string()));
        cells
    }
}
