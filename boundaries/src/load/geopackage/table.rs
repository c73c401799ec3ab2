//! The feature table of a GeoPackage, and its CRS.

use rusqlite::{Connection, OptionalExtension as _};

use super::super::crs::{SourceCrs, StatedCrs, from_wkt};
use super::super::error::LoadError;

/// A feature table, as described by the GeoPackage's metadata tables.
pub(super) struct FeatureTable {
    pub(super) name: String,
    geometry: String,
    srs_id: i64,
    /// All columns except the geometry.
    pub(super) columns: Vec<Column>,
}

/// A column of the table.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) is_boolean: bool,
}

impl FeatureTable {
    /// Returns the table with this name, or the only feature table.
    pub(super) fn choose(database: &Connection, wanted: Option<&str>) -> Result<Self, LoadError> {
        let tables = feature_tables(database)?;
        let names = || tables.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>().join(", ");
        let chosen = match (wanted, tables.as_slice()) {
            (_, []) => {
                return Err(LoadError::unreadable("the GeoPackage contains no feature table"));
            }
            (None, [only]) => only,
            (None, _) => {
                return Err(LoadError::unreadable(format!(
                    "the GeoPackage contains {} feature tables, {}: add # and the name of one to `source` in the catalogue",
                    tables.len(),
                    names()
                )));
            }
            // SQLite names are case-insensitive.
            (Some(wanted), _) => tables
                .iter()
                .find(|(name, ..)| name.eq_ignore_ascii_case(wanted))
                .ok_or_else(|| {
                    LoadError::unreadable(format!(
                        "the GeoPackage has no feature table {wanted:?}; it has {}",
                        names()
                    ))
                })?,
        };
        let (name, geometry, srs_id) = chosen.clone();
        let columns = columns(database, &name, &geometry)?;
        Ok(Self { name, geometry, srs_id, columns })
    }

    /// Returns the query for the geometry and these columns, in this order.
    pub(super) fn select(&self, columns: &[&Column]) -> String {
        let fields: Vec<String> = std::iter::once(&self.geometry)
            .chain(columns.iter().map(|column| &column.name))
            .map(|name| quoted(name))
            .collect();
        format!("SELECT {} FROM {}", fields.join(", "), quoted(&self.name))
    }

    /// Returns the CRS of the table from `gpkg_spatial_ref_sys`. The ids -1 and 0 mean an undefined
    /// CRS.
    pub(super) fn crs(&self, database: &Connection) -> Result<StatedCrs, LoadError> {
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
                "the table's srs_id is {id}, which is missing from gpkg_spatial_ref_sys"
            )));
        };
        let by_code = code
            .and_then(|code| u32::try_from(code).ok())
            .and_then(|code| SourceCrs::from_authority(organization.as_deref()?, code));
        // Prefer what the definition is recognised as; otherwise the code has the better name.
        let by_definition = from_wkt(&definition.unwrap_or_default(), "gpkg_spatial_ref_sys");
        Ok(match (by_code, by_definition) {
            (Some(SourceCrs::Other { .. }), StatedCrs::Stated(known)) => StatedCrs::Stated(known),
            (Some(crs), _) => StatedCrs::Stated(crs),
            (None, StatedCrs::Nothing) => StatedCrs::Unclear(format!(
                "the table's srs_id is {id}, for which gpkg_spatial_ref_sys has no definition"
            )),
            (None, stated) => stated,
        })
    }
}

/// Returns the name, geometry column and srs_id of every feature table.
fn feature_tables(database: &Connection) -> Result<Vec<(String, String, i64)>, LoadError> {
    let has_contents = database
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name IN ('gpkg_contents', 'gpkg_geometry_columns')",
            [],
            |row| row.get::<_, i64>(0),
        )?
        == 2;
    if !has_contents {
        return Err(LoadError::unreadable(
            "this SQLite database is not a GeoPackage with features: it lacks the tables gpkg_contents and gpkg_geometry_columns",
        ));
    }
    let mut statement = database
        .prepare(
            "SELECT c.table_name, g.column_name, coalesce(g.srs_id, c.srs_id, -1) FROM gpkg_contents c JOIN gpkg_geometry_columns g ON lower(g.table_name) = lower(c.table_name) WHERE c.data_type = 'features' ORDER BY c.table_name",
        )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn columns(database: &Connection, table: &str, geometry: &str) -> Result<Vec<Column>, LoadError> {
    let mut statement = database.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
    let rows = statement.query_map([table], |row| {
        let kind: String = text(row, 1)?.unwrap_or_default();
        Ok(Column { name: row.get(0)?, is_boolean: kind.eq_ignore_ascii_case("BOOLEAN") })
    })?;
    let mut columns: Vec<Column> = rows.collect::<Result<_, _>>()?;
    let before = columns.len();
    columns.retain(|column| !column.name.eq_ignore_ascii_case(geometry));
    if columns.len() == before {
        return Err(LoadError::unreadable(format!(
            "the table {table} or its column {geometry:?}, listed in gpkg_geometry_columns, does not exist"
        )));
    }
    Ok(columns)
}

fn text(row: &rusqlite::Row<'_>, place: usize) -> rusqlite::Result<Option<String>> {
    row.get(place)
}

/// Quotes a name for SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
