//! OGC GeoPackage 1.3 (12-128r18): an SQLite database with one feature table, its R-tree (extension
//! `gpkg_rtree_index`), and metadata of the layer (extension `gpkg_metadata`).
//!
//! SQLite writes to a named file and not to a stream, so the database is created in a temporary
//! folder and copied from there. Its only timestamp is that of the snapshot.

use std::io::{self, Write};
use std::path::Path;

use lapwing_boundaries::progress::Progress;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql, Transaction, params};
use serde_json::json;

use super::Selection;
use super::columns::{self, Cell, CellType};
use super::crs_definitions;
use super::geometry::{Extent, Shape, shapes};

/// The columns of the format itself.
const KEY: &str = "fid";
const GEOMETRY: &str = "geom";

pub(super) fn write(
    selection: &Selection<'_>,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("layer.gpkg");
    make(selection, &path, progress).map_err(|error| {
        io::Error::other(format!("the GeoPackage cannot be made in {}: {error}", path.display()))
    })?;
    io::copy(&mut std::fs::File::open(&path)?, out)?;
    out.flush()
}

fn make(selection: &Selection<'_>, path: &Path, progress: &dyn Progress) -> rusqlite::Result<()> {
    let mut database = Connection::open(path)?;
    // An interrupted write is discarded with its folder, so no crash safety is needed.
    database.execute_batch(
        "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;",
    )?;
    let transaction = database.transaction()?;
    transaction.execute_batch(include_str!("geopackage.sql"))?;
    let table = Table::of(selection);
    table.describe(&transaction)?;
    let extent = table.fill(&transaction, progress)?;
    table.finish(&transaction, extent)?;
    transaction.commit()?;
    database.close().map_err(|(_, error)| error)
}

/// The feature table.
struct Table<'a> {
    selection: &'a Selection<'a>,
    /// The id of the layer, which needs no quoting.
    name: &'a str,
    columns: Vec<String>,
    /// The time of the snapshot in the notation of the format.
    time: String,
}

impl<'a> Table<'a> {
    fn of(selection: &'a Selection<'a>) -> Self {
        Self {
            selection,
            name: selection.layer().meta().id.as_str(),
            columns: columns::names(selection, &[KEY, GEOMETRY]),
            time: time(selection.atlas.built()),
        }
    }

    fn geometry_type(&self) -> &'static str {
        if self.selection.layer().is_areas() { "MULTIPOLYGON" } else { "POINT" }
    }

    /// Creates the feature table and registers it in the tables of the format.
    fn describe(&self, to: &Transaction<'_>) -> rusqlite::Result<()> {
        for known in crs_definitions::ALL {
            to.execute(
                "INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, 'EPSG', ?2, ?3, NULL)",
                params![known.name, known.epsg, known.wkt],
            )?;
        }
        let srs = crs_definitions::of(self.selection.crs).epsg;
        let meta = self.selection.layer().meta();
        to.execute(
            "INSERT INTO gpkg_contents VALUES (?1, 'features', ?2, ?3, ?4, NULL, NULL, NULL, NULL, ?5)",
            params![self.name, unique_title(meta), self.selection.description(), self.time, srs],
        )?;
        to.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?1, ?2, ?3, ?4, 0, 0)",
            params![self.name, GEOMETRY, self.geometry_type(), srs],
        )?;
        self.describe_layer(to)?;
        let columns: Vec<String> = std::iter::zip(&self.columns, columns::kinds(self.selection))
            .map(|(name, kind)| format!(", {} {}", quoted(name), sql_type(kind)))
            .collect();
        to.execute_batch(&format!(
            "CREATE TABLE {} ({KEY} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {GEOMETRY} {}{})",
            quoted(self.name),
            self.geometry_type(),
            columns.concat(),
        ))
    }

    /// Title, licence and attribution, as a machine-readable description of a dataset.
    fn describe_layer(&self, to: &Transaction<'_>) -> rusqlite::Result<()> {
        let meta = self.selection.layer().meta();
        let day = |day: Option<jiff::civil::Date>| day.map_or("..".to_owned(), |d| d.to_string());
        let metadata = json!({
            "@context": "https://schema.org",
            "@type": "Dataset",
            "name": meta.title,
            "identifier": meta.id.as_str(),
            "description": self.selection.description(),
            "license": meta.licence,
            "creditText": meta.attribution,
            "temporalCoverage":
                format!("{}/{}", day(meta.vintage.valid_from), day(meta.vintage.valid_to)),
            "isPartOf": {
                "@type": "Dataset",
                "name": self.selection.atlas.title(),
                "identifier": self.selection.atlas.id(),
                "dateModified": self.selection.atlas.built().to_string(),
            },
        });
        to.execute(
            "INSERT INTO gpkg_metadata VALUES (1, 'dataset', 'https://schema.org/Dataset', 'application/ld+json', ?1)",
            [metadata.to_string()],
        )?;
        to.execute(
            "INSERT INTO gpkg_metadata_reference VALUES ('table', ?1, NULL, NULL, ?2, 1, NULL)",
            params![self.name, self.time],
        )?;
        Ok(())
    }

    fn fill(&self, to: &Transaction<'_>, progress: &dyn Progress) -> rusqlite::Result<Extent> {
        let marks = ", ?".repeat(self.columns.len());
        let insert = format!("INSERT INTO {} VALUES (?, ?{marks})", quoted(self.name));
        let mut insert = to.prepare(&insert)?;
        let rtree = format!(
            "CREATE VIRTUAL TABLE {} USING rtree(id, minx, maxx, miny, maxy)",
            self.rtree()
        );
        to.execute_batch(&rtree)?;
        let mut index =
            to.prepare(&format!("INSERT INTO {} VALUES (?, ?, ?, ?, ?)", self.rtree()))?;
        let srs = crs_definitions::of(self.selection.crs).epsg;
        let mut all = Extent::NONE;
        let indices = self.selection.indices;
        for (key, (feature_index, shape)) in (1_i64..).zip(shapes(self.selection, indices)) {
            let extent = shape.extent();
            let blob = blob(&shape, extent, srs);
            let cells = columns::cells(self.selection, feature_index);
            let mut values: Vec<&dyn ToSql> = vec![&key, &blob];
            values.extend(cells.iter().map(|cell| cell as &dyn ToSql));
            insert.execute(&values[..])?;
            let Extent([min_x, min_y, max_x, max_y]) = extent;
            index.execute(params![key, min_x, max_x, min_y, max_y])?;
            all = all.join(extent);
            progress.advance(1);
        }
        Ok(all)
    }

    fn rtree(&self) -> String {
        quoted(&format!("rtree_{}_{GEOMETRY}", self.name))
    }

    /// Writes the extent, and the triggers that maintain the R-tree when the table is edited.
    fn finish(&self, to: &Transaction<'_>, extent: Extent) -> rusqlite::Result<()> {
        if let Some([min_x, min_y, max_x, max_y]) = extent.some() {
            to.execute(
                "UPDATE gpkg_contents SET min_x = ?1, min_y = ?2, max_x = ?3, max_y = ?4",
                [min_x, min_y, max_x, max_y],
            )?;
        }
        to.execute(
            "INSERT INTO gpkg_extensions VALUES (?1, ?2, 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
            [self.name, GEOMETRY],
        )?;
        to.execute_batch(&include_str!("geopackage_rtree.sql").replace("{table}", self.name))
    }
}

/// A timestamp in the notation of the format, to the millisecond.
fn time(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Titles must be unique in a GeoPackage, and there is one table.
fn unique_title(meta: &lapwing_boundaries::layer::LayerMeta) -> &str {
    if meta.title.is_empty() { meta.id.as_str() } else { &meta.title }
}

const fn sql_type(kind: CellType) -> &'static str {
    match kind {
        CellType::Text => "TEXT",
        CellType::Integer => "INTEGER",
        CellType::Number => "REAL",
        CellType::Truth => "BOOLEAN",
        CellType::Day => "DATE",
        CellType::Moment => "DATETIME",
    }
}

/// A quoted SQL identifier.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// GeoPackageBinary (section 2.1.3): `GP`, a version, flags, the CRS, for areas the extent, then
/// well-known binary.
fn blob(shape: &Shape, Extent([min_x, min_y, max_x, max_y]): Extent, srs: i32) -> Vec<u8> {
    const LITTLE_ENDIAN: u8 = 1;
    const WITH_EXTENT: u8 = 1 << 1;
    let mut blob = Vec::with_capacity(shape.weight() + 64);
    blob.extend(b"GP\0");
    let is_point = matches!(shape, Shape::Point(_));
    blob.push(if is_point { LITTLE_ENDIAN } else { LITTLE_ENDIAN | WITH_EXTENT });
    blob.extend(srs.to_le_bytes());
    if !is_point {
        blob.extend([min_x, max_x, min_y, max_y].iter().flat_map(|number| number.to_le_bytes()));
    }
    shape.write_wkb(&mut blob);
    blob
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Null => {
                rusqlite::types::Null.to_sql().map(|_| ToSqlOutput::from(rusqlite::types::Null))
            }
            Self::Text(text) => text.to_sql(),
            Self::Integer(number) => number.to_sql(),
            Self::Number(number) => number.to_sql(),
            Self::Truth(truth) => truth.to_sql(),
            Self::Day(day) => Ok(day.to_string().into()),
            Self::Moment(moment) => Ok(time(*moment).into()),
        }
    }
}
