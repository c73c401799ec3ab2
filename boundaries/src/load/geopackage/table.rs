//! Which table of a GeoPackage holds the features, and in what CRS.

use rusqlite::{Connection, OptionalExtension as _};

use super::super::crs::{Crs, StatedCrs, from_wkt};
use super::super::error::Refusal;

/// A feature table, as the GeoPackage's own tables describe it.
pub(super) struct FeatureTable {
    pub(super) name: String,
    geometry: String,
    srs_id: i64,
    /// All columns but the geometry.
    pub(super) columns: Vec<Column>,
}

/// A column of the table.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) is_boolean: bool,
}

impl FeatureTable {
    /// The table of that name, or the only feature table.
    pub(super) fn choose(database: &Connection, wanted: Option<&str>) -> Result<Self, Refusal> {
        let tables = feature_tables(database)?;
        let names = || tables.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>().join(", ");
        let chosen = match (wanted, tables.as_slice()) {
            (_, []) => {
                return Err(Refusal::unreadable("the GeoPackage holds no feature table"));
            }
            (None, [only]) => only,
            (None, _) => {
                return Err(Refusal::unreadable(format!(
                    "the GeoPackage holds {} feature tables, {}: name one as `table` in the catalogue",
                    tables.len(),
                    names()
                )));
            }
            // SQLite's names know no case.
            (Some(wanted), _) => tables
                .iter()
                .find(|(name, ..)| name.eq_ignore_ascii_case(wanted))
                .ok_or_else(|| {
                    Refusal::unreadable(format!(
                        "the GeoPackage holds no feature table {wanted:?}, but {}",
                        names()
                    ))
                })?,
        };
        let (name, geometry, srs_id) = chosen.clone();
        let columns = columns(database, &name, &geometry)?;
        Ok(Self { name, geometry, srs_id, columns })
    }

    /// The query for the geometry and those columns, in that order.
    pub(super) fn select(&self, columns: &[&Column]) -> String {
        let fields: Vec<String> = std::iter::once(&self.geometry)
            .chain(columns.iter().map(|column| &column.name))
            .map(|name| quoted(name))
            .collect();
        format!("SELECT {} FROM {}", fields.join(", "), quoted(&self.name))
    }

    /// What `gpkg_spatial_ref_sys` says of the table's CRS. The ids -1 and 0 stand for coordinates
    /// of which nothing is known.
    pub(super) fn crs(&self, database: &Connection) -> Result<StatedCrs, Refusal> {
        let id = self.srs_id;
        if id == -1 || id == 0 {
            return Ok(StatedCrs::Nothing);
        }
        let row = database
            .query_row(
                "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?1",
                [id],
                |row| Ok((text(row, 0)?, row.get::<_, Option<i64>>(1)?, text(row, 2)?)),
            )
            .optional()?;
        let Some((organization, code, definition)) = row else {
            return Ok(StatedCrs::Unclear(format!(
                "the table's srs_id is {id}, which gpkg_spatial_ref_sys does not explain"
            )));
        };
        let by_code = code
            .and_then(|code| u32::try_from(code).ok())
            .and_then(|code| Crs::from_authority(organization.as_deref()?, code));
        // The definition knows systems that only go by another code; the code has a better name.
        let by_definition = from_wkt(&definition.unwrap_or_default(), "gpkg_spatial_ref_sys");
        Ok(match (by_code, by_definition) {
            (Some(Crs::Other { .. }), StatedCrs::Stated(known)) => StatedCrs::Stated(known),
            (Some(crs), _) => StatedCrs::Stated(crs),
            (None, StatedCrs::Nothing) => StatedCrs::Unclear(format!(
                "the table's srs_id is {id}, for which gpkg_spatial_ref_sys has no definition"
            )),
            (None, stated) => stated,
        })
    }
}

/// Name, geometry column and srs_id of every feature table.
fn feature_tables(database: &Connection) -> Result<Vec<(String, String, i64)>, Refusal> {
    let has_contents = database
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name IN ('gpkg_contents', 'gpkg_geometry_columns')",
            [],
            |row| row.get::<_, i64>(0),
        )?
        == 2;
    if !has_contents {
        return Err(Refusal::unreadable(
            "this SQLite database is no GeoPackage of features: it has no gpkg_contents and gpkg_geometry_columns",
        ));
    }
    let mut statement = database
        .prepare(
            "SELECT c.table_name, g.column_name, coalesce(g.srs_id, c.srs_id, -1) FROM gpkg_contents c JOIN gpkg_geometry_columns g ON lower(g.table_name) = lower(c.table_name) WHERE c.data_type = 'features' ORDER BY c.table_name",
        )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn columns(database: &Connection, table: &str, geometry: &str) -> Result<Vec<Column>, Refusal> {
    let mut statement = database.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
    let rows = statement.query_map([table], |row| {
        let kind: String = text(row, 1)?.unwrap_or_default();
        Ok(Column { name: row.get(0)?, is_boolean: kind.eq_ignore_ascii_case("BOOLEAN") })
    })?;
    let mut columns: Vec<Column> = rows.collect::<Result<_, _>>()?;
    let before = columns.len();
    columns.retain(|column| !column.name.eq_ignore_ascii_case(geometry));
    if columns.len() == before {
        return Err(Refusal::unreadable(format!(
            "the table {table} is missing, or has no column {geometry:?} as gpkg_geometry_columns says"
        )));
    }
    Ok(columns)
}

fn text(row: &rusqlite::Row<'_>, place: usize) -> rusqlite::Result<Option<String>> {
    row.get(place)
}

/// A name as SQL quotes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
