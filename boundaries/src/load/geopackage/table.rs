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
    /// Returns the table with this name, or the only feature table. A table with several columns of
    /// geometry is read by the only one of polygons, or by the one in `table.column`.
    pub(super) fn choose(
        database: &Connection,
        wanted: Option<&str>,
        file: &str,
    ) -> Result<Self, LoadError> {
        let listed = feature_tables(database)?;
        let mut names: Vec<&str> = listed.iter().map(|table| table.name.as_str()).collect();
        names.dedup();
        let list = names.join(", ");
        // SQLite names are case-insensitive.
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        let (name, column) = match (wanted, names.as_slice()) {
            (_, []) => {
                return Err(LoadError::unreadable("the GeoPackage contains no feature table"));
            }
            (None, [only]) => (*only, None),
            (None, _) => {
                return Err(LoadError::unreadable(format!(
                    "the GeoPackage contains {} feature tables, {list}: add # and the name of one to `source` in the catalogue, such as {file}#{}",
                    names.len(),
                    names[0]
                )));
            }
            (Some(wanted), _) => match names.iter().find(|name| same(name, wanted)) {
                Some(name) => (*name, None),
                None => match wanted.rsplit_once('.') {
                    Some((name, column)) if names.iter().any(|other| same(other, name)) => {
                        (name, Some(column))
                    }
                    _ => {
                        return Err(LoadError::unreadable(format!(
                            "the GeoPackage has no feature table {wanted:?}; it has {list}"
                        )));
                    }
                },
            },
        };
        let of_name: Vec<&Listed> = listed.iter().filter(|table| same(&table.name, name)).collect();
        let of_column = |table: &&Listed| column.is_none_or(|column| same(&table.geometry, column));
        let mut found: Vec<&Listed> = of_name.iter().copied().filter(of_column).collect();
        if found.len() > 1 && found.iter().filter(|table| table.has_areas()).count() == 1 {
            found.retain(|table| table.has_areas());
        }
        let [chosen] = found[..] else {
            let columns: Vec<&str> = of_name.iter().map(|table| table.geometry.as_str()).collect();
            return Err(LoadError::unreadable(format!(
                "the table {name} has the columns of geometry {}: name one in `source`, such as {file}#{name}.{}",
                columns.join(", "),
                columns[0]
            )));
        };
        let others: Vec<&str> = of_name
            .iter()
            .filter(|table| table.geometry != chosen.geometry)
            .map(|table| table.geometry.as_str())
            .collect();
        let Listed { name, geometry, srs_id, .. } = chosen.clone();
        let mut columns = columns(database, &name, &geometry)?;
        columns.retain(|column| !others.iter().any(|other| same(other, &column.name)));
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

/// A column of geometry of a feature table.
#[derive(Clone)]
struct Listed {
    name: String,
    geometry: String,
    kind: String,
    srs_id: i64,
}

impl Listed {
    fn has_areas(&self) -> bool {
        self.kind.to_ascii_uppercase().contains("POLYGON")
            || self.kind.to_ascii_uppercase().contains("SURFACE")
    }
}

/// Returns every column of geometry of the feature tables, in order of the tables' names.
fn feature_tables(database: &Connection) -> Result<Vec<Listed>, LoadError> {
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
    // The standard requires the column, but some writers leave it out.
    let has_kind = database.query_row(
        "SELECT count(*) FROM pragma_table_info('gpkg_geometry_columns') WHERE name = 'geometry_type_name'",
        [],
        |row| row.get::<_, i64>(0),
    )? > 0;
    let kind = if has_kind { "g.geometry_type_name" } else { "''" };
    let mut statement = database.prepare(&format!(
        "SELECT c.table_name, g.column_name, coalesce(g.srs_id, c.srs_id, -1), coalesce({kind}, '') FROM gpkg_contents c JOIN gpkg_geometry_columns g ON lower(g.table_name) = lower(c.table_name) WHERE c.data_type = 'features' ORDER BY c.table_name"
    ))?;
    let rows = statement.query_map([], |row| {
        Ok(Listed {
            name: row.get(0)?,
            geometry: row.get(1)?,
            srs_id: row.get(2)?,
            kind: row.get(3)?,
        })
    })?;
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
