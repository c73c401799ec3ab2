//! ESRI shapefile: a zip of `.shp`, `.shx`, `.dbf`, `.cpg`, `.prj` and a `.txt`.
//!
//! | part | holds |
//! |---|---|
//! | `.shp`, `.shx` | polygons (shells clockwise, each followed by its holes) or points, and where each begins |
//! | `.dbf` | the attributes: see [`table`] |
//! | `.cpg` | the encoding of the attributes, UTF-8 |
//! | `.prj` | the CRS, in ESRI's WKT |
//! | `.txt` | what the format has no place for: title, licence and attribution, the full names of attributes, and the texts that were cut |
//!
//! The parts pass through temporary files, and from those into the zip. The only date in the parts
//! and in the zip is that of the snapshot.

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

/// Readers count bytes in 31 bits.
const MOST_BYTES: u64 = i32::MAX as u64;

/// What the attributes lose in this format, a sentence each. The `.txt` in the zip has the same.
///
/// # Errors
///
/// Fails if the attributes do not fit in a `.dbf`.
pub(super) fn losses(selection: &Selection<'_>) -> io::Result<Vec<String>> {
    Ok(Table::of(selection)?.losses())
}

pub(super) fn write(
    selection: &Selection<'_>,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> io::Result<()> {
    let table = Table::of(selection)?;
    let built = selection.atlas.built().to_zoned(TimeZone::UTC).datetime();
    let (mut shp, mut shx) = (scratch()?, scratch()?);
    let mut dbf = scratch()?;
    let mut geometries = Geometries::new(&mut shp, &mut shx);
    let mut rows = table.begin(&mut dbf)?;
    for (place, shape) in shapes(selection, selection.places) {
        geometries.write(&shape)?;
        rows.write_record(&table.row(place)).map_err(io::Error::other)?;
        progress.advance(1);
    }
    geometries.finish()?;
    rows.finalize().map_err(io::Error::other)?;
    drop(rows);
    if selection.places.is_empty() {
        let kind = if selection.layer().is_areas() { ShapeType::Polygon } else { ShapeType::Point };
        state_kind(&mut shp, kind)?;
        state_kind(&mut shx, kind)?;
    }
    table::state_date(&mut dbf, built.date())?;

    let name = selection.layer().meta().id.as_str();
    let mut zip = ZipWriter::new_stream(&mut *out);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(time(built))
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

fn scratch() -> io::Result<BufWriter<File>> {
    Ok(BufWriter::new(tempfile::tempfile()?))
}

/// A time as a zip has it, to two seconds; the earliest one if it is out of a zip's range.
fn time(at: DateTime) -> zip::DateTime {
    let [month, day, hour, minute, second] =
        [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(i8::unsigned_abs);
    u16::try_from(at.year())
        .ok()
        .and_then(|year| {
            zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
        })
        .unwrap_or_default()
}

/// The writer leaves the kind of shapes out if there are none, but readers go by it.
fn state_kind(part: &mut BufWriter<File>, kind: ShapeType) -> io::Result<()> {
    part.seek(SeekFrom::Start(32))?;
    part.write_all(&(kind as i32).to_le_bytes())
}

/// The `.shp` and the `.shx`.
struct Geometries<'f> {
    writer: ShapeWriter<&'f mut BufWriter<File>>,
    room: Room,
}

impl<'f> Geometries<'f> {
    fn new(shp: &'f mut BufWriter<File>, shx: &'f mut BufWriter<File>) -> Self {
        const HEADER: u64 = 100;
        Self { writer: ShapeWriter::with_shx(shp, shx), room: Room::after(HEADER) }
    }

    fn write(&mut self, shape: &Shape) -> io::Result<()> {
        match shape {
            Shape::Point([x, y]) => self.write_as(&Point::new(*x, *y)),
            Shape::Ground(polygons) => self.write_as(&polygon(polygons)),
        }
    }

    fn write_as(&mut self, shape: &impl EsriShape) -> io::Result<()> {
        // The number and length of the record, and the kind of its shape.
        const BEFORE: u64 = 8 + 4;
        self.room.take(BEFORE + shape.size_in_bytes() as u64)?;
        self.writer.write_shape(shape).map_err(of_crate)
    }

    fn finish(mut self) -> io::Result<()> {
        self.writer.finalize().map_err(of_crate)
    }
}

fn of_crate(error: shapefile::Error) -> io::Error {
    match error {
        shapefile::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

/// A polygon record. Atlases have shells counter-clockwise and holes clockwise, the format the
/// other way round. The crate would turn rings itself, by an area in floating point that can have
/// the wrong sign for a sliver far from the origin: made of a polyline, they stay as they are.
fn polygon(polygons: &[Vec<Vec<[f64; 2]>>]) -> Polygon {
    let reversed =
        |ring: &Vec<[f64; 2]>| ring.iter().rev().map(|&[x, y]| Point::new(x, y)).collect();
    Polyline::with_parts(polygons.iter().flatten().map(reversed).collect()).into()
}

/// How much of a part is used of the 2 GB that it may have.
struct Room(u64);

impl Room {
    const fn after(bytes: u64) -> Self {
        Self(bytes)
    }

    fn take(&mut self, bytes: u64) -> io::Result<()> {
        self.0 += bytes;
        if self.0 > MOST_BYTES {
            let message = "this is more than the 2 GB that a shapefile can hold: choose another \
                           format, such as GeoPackage";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_are_wound_as_the_format_has_them_and_holes_follow_their_shell() {
        let square = |x: f64, side: f64| {
            vec![[x, 0.0], [x + side, 0.0], [x + side, side], [x, side], [x, 0.0]]
        };
        let hole = |x: f64| square(x, 1.0).into_iter().rev().collect();
        let polygon = polygon(&[vec![square(0.0, 9.0), hole(2.0)], vec![square(20.0, 5.0)]]);
        let told: Vec<(bool, f64)> = polygon
            .rings()
            .iter()
            .map(|ring| (matches!(ring, shapefile::PolygonRing::Outer(_)), ring.points()[0].x))
            .collect();
        assert_eq!(told, [(true, 0.0), (false, 2.0), (true, 20.0)]);
    }

    #[test]
    fn more_than_two_gigabytes_are_refused_in_words() {
        let mut room = Room::after(100);
        room.take(MOST_BYTES - 100).unwrap();
        let error = room.take(1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(error.to_string().contains("GeoPackage"), "{error}");
    }

    #[test]
    fn a_time_out_of_the_range_of_a_zip_is_the_earliest() {
        let of = |year| time(jiff::civil::datetime(year, 3, 4, 5, 6, 8, 0)).to_string();
        assert_eq!(of(2026), "2026-03-04 05:06:08");
        assert_eq!(of(1970), "1980-01-01 00:00:00");
        assert_eq!(of(-5), "1980-01-01 00:00:00");
    }
}
