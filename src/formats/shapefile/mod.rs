//! ESRI shapefile: a zip of `.shp`, `.shx`, `.dbf`, `.cpg`, `.prj` and a `.txt`.
//!
//! | part | content |
//! |---|---|
//! | `.shp` | polygons (shells clockwise, each followed by its holes) or points |
//! | `.shx` | the offset of each record in the `.shp` |
//! | `.dbf` | the attributes: see [`table`] |
//! | `.cpg` | the encoding of the attributes, UTF-8 |
//! | `.prj` | the CRS, in ESRI's WKT |
//! | `.txt` | title, licence and attribution, and which names and texts were cut |
//!
//! The `.shp`, `.shx` and `.dbf` are written to temporary files and copied into the zip. Every date
//! in them and in the zip is the build time of the snapshot.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek as _, SeekFrom, Write};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use lapwing_boundaries::progress::Progress;
use shapefile::record::EsriShape;
use shapefile::{Point, Polygon, Polyline, ShapeType, ShapeWriter};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::Selection;
use super::crs_definitions;
use super::geometry::{Shape, shapes};

mod names;
mod table;

use table::Table;

/// The largest part that readers accept.
const MOST_BYTES: u64 = i32::MAX as u64;

/// Returns a sentence for each attribute whose name or texts are cut. The `.txt` lists the same.
///
/// # Errors
///
/// Fails if the attributes do not fit in a `.dbf`.
pub(super) fn warnings(selection: &Selection<'_>) -> io::Result<Vec<String>> {
    Ok(Table::of(selection)?.warnings())
}

pub(super) fn write(
    selection: &Selection<'_>,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> io::Result<()> {
    let table = Table::of(selection)?;
    let built = selection.atlas.built().to_zoned(TimeZone::UTC).datetime();
    let (mut shp, mut shx) = (temporary_file()?, temporary_file()?);
    let mut dbf = temporary_file()?;
    let mut geometries = Geometries::new(&mut shp, &mut shx);
    let mut rows = table.writer(&mut dbf)?;
    for (index, shape) in shapes(selection, selection.indices) {
        geometries.write(&shape)?;
        rows.write_record(&table.row(index)).map_err(io::Error::other)?;
        progress.advance(1);
    }
    geometries.finish()?;
    rows.finalize().map_err(io::Error::other)?;
    drop(rows);
    if selection.indices.is_empty() {
        let is_areas = selection.layer().is_areas();
        let shape_type = if is_areas { ShapeType::Polygon } else { ShapeType::Point };
        write_shape_type(&mut shp, shape_type)?;
        write_shape_type(&mut shx, shape_type)?;
    }
    table::patch_header(&mut dbf, built.date())?;

    let name = selection.layer().meta().id.as_str();
    let mut zip = ZipWriter::new_stream(&mut *out);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip_time(built))
        .unix_permissions(0o644);
    for (suffix, part) in [("shp", shp), ("shx", shx), ("dbf", dbf)] {
        zip.start_file(format!("{name}.{suffix}"), options)?;
        let mut part = part.into_inner().map_err(io::IntoInnerError::into_error)?;
        part.rewind()?;
        io::copy(&mut BufReader::new(part), &mut zip)?;
    }
    let prj = crs_definitions::of(selection.crs).esri_wkt;
    for (suffix, text) in [("cpg", "UTF-8"), ("prj", prj), ("txt", &table.notes())] {
        zip.start_file(format!("{name}.{suffix}"), options)?;
        zip.write_all(text.as_bytes())?;
    }
    zip.finish()?;
    out.flush()
}

fn temporary_file() -> io::Result<BufWriter<File>> {
    Ok(BufWriter::new(tempfile::tempfile()?))
}

/// Converts a time. One that a zip cannot hold becomes 1 January 1980, the earliest that it can.
fn zip_time(at: DateTime) -> zip::DateTime {
    let [month, day, hour, minute, second] =
        [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(i8::unsigned_abs);
    u16::try_from(at.year())
        .ok()
        .and_then(|year| {
            zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
        })
        .unwrap_or_default()
}

/// Writes the type of the shapes into a header. Without a shape the crate does not know it, and
/// readers need it.
fn write_shape_type(part: &mut BufWriter<File>, shape_type: ShapeType) -> io::Result<()> {
    part.seek(SeekFrom::Start(32))?;
    part.write_all(&(shape_type as i32).to_le_bytes())
}

/// A writer of the `.shp` and the `.shx`.
struct Geometries<'f> {
    writer: ShapeWriter<&'f mut BufWriter<File>>,
    size: PartSize,
}

impl<'f> Geometries<'f> {
    fn new(shp: &'f mut BufWriter<File>, shx: &'f mut BufWriter<File>) -> Self {
        const HEADER: u64 = 100;
        Self { writer: ShapeWriter::with_shx(shp, shx), size: PartSize(HEADER) }
    }

    fn write(&mut self, shape: &Shape) -> io::Result<()> {
        match shape {
            Shape::Point([x, y]) => self.write_as(&Point::new(*x, *y)),
            Shape::Ground(polygons) => self.write_as(&polygon(polygons)),
        }
    }

    fn write_as(&mut self, shape: &impl EsriShape) -> io::Result<()> {
        // The number and length of the record, and the type of its shape.
        const BEFORE: u64 = 8 + 4;
        self.size.add(BEFORE + shape.size_in_bytes() as u64)?;
        self.writer.write_shape(shape).map_err(to_io_error)
    }

    fn finish(mut self) -> io::Result<()> {
        self.writer.finalize().map_err(to_io_error)
    }
}

fn to_io_error(error: shapefile::Error) -> io::Error {
    match error {
        shapefile::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

/// Converts polygons. Their shells are counter-clockwise and their holes clockwise; the format has
/// both reversed. `Polygon::with_rings` would reverse rings itself, by an area in floating point
/// whose sign can be wrong for a sliver far from the origin. From a polyline, it takes them as they
/// are.
fn polygon(polygons: &[Vec<Vec<[f64; 2]>>]) -> Polygon {
    let reversed =
        |ring: &Vec<[f64; 2]>| ring.iter().rev().map(|&[x, y]| Point::new(x, y)).collect();
    Polyline::with_parts(polygons.iter().flatten().map(reversed).collect()).into()
}

/// The size of a part in bytes, at most [`MOST_BYTES`].
struct PartSize(u64);

impl PartSize {
    fn add(&mut self, bytes: u64) -> io::Result<()> {
        self.0 += bytes;
        if self.0 > MOST_BYTES {
            let message = "the layer is larger than the 2 GB that a shapefile can hold: choose \
                           another format, such as GeoPackage";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_are_clockwise_and_holes_follow_them_counter_clockwise() {
        let square = |x: f64, side: f64| {
            vec![[x, 0.0], [x + side, 0.0], [x + side, side], [x, side], [x, 0.0]]
        };
        let hole = |x: f64| square(x, 1.0).into_iter().rev().collect();
        let polygon = polygon(&[vec![square(0.0, 9.0), hole(2.0)], vec![square(20.0, 5.0)]]);
        let rings: Vec<(bool, f64)> = polygon
            .rings()
            .iter()
            .map(|ring| (matches!(ring, shapefile::PolygonRing::Outer(_)), ring.points()[0].x))
            .collect();
        assert_eq!(rings, [(true, 0.0), (false, 2.0), (true, 20.0)]);
    }

    #[test]
    fn more_than_two_gigabytes_are_refused() {
        let mut size = PartSize(100);
        size.add(MOST_BYTES - 100).unwrap();
        let error = size.add(1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(error.to_string().contains("GeoPackage"), "{error}");
    }

    #[test]
    fn a_time_that_a_zip_cannot_hold_becomes_the_earliest() {
        let of = |year| zip_time(jiff::civil::datetime(year, 3, 4, 5, 6, 8, 0)).to_string();
        assert_eq!(of(2026), "2026-03-04 05:06:08");
        assert_eq!(of(1970), "1980-01-01 00:00:00");
        assert_eq!(of(-5), "1980-01-01 00:00:00");
    }
}
