//! GeoJSON (RFC 7946), read as a stream: a national file needs no more memory than its features.
//!
//! Taken: a FeatureCollection, a single Feature, and sequences of features, one a line or after
//! record separators (RFC 8142). Members may stand in any order, foreign members are passed over,
//! and the `crs` member of the old GeoJSON of 2008 is honoured.
//!
//! The crate `geojson` is not used for this: its streaming reader takes the first `[` of the file
//! for the features, even if it is that of a `bbox`, and reads every property of every feature.

mod feature;
mod geometry;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use self::feature::{FeatureParts, FeatureSeed};
use super::crs::{Crs, StatedCrs};
use super::error::{FileReport, Refusal, Unprojected};
use super::fields::Fields;
use super::raw::RawFeature;

/// Reads a FeatureCollection or a Feature.
///
/// # Errors
///
/// When the text is not JSON, is cut short, or is JSON of another kind.
pub fn read(
    source: impl Read,
    fields: &mut Fields<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, Refusal> {
    let mut sink = Sink { fields, report, features: Vec::new(), next: 0 };
    let mut json = serde_json::Deserializer::from_reader(io::BufReader::new(without_bom(source)?));
    let document = json.deserialize_any(DocumentVisitor { sink: &mut sink });
    let document = document.map_err(|error| unreadable(&error, sink.next))?;
    json.end().map_err(|error| unreadable(&error, sink.next))?;

    match (document.kind.as_deref(), document.has_features) {
        (Some("FeatureCollection"), true) => {}
        (Some("FeatureCollection"), false) => {
            return Err(Refusal::unreadable(
                "a FeatureCollection without `features`: the file holds nothing",
            ));
        }
        (Some("Feature"), _) => {
            let parts = FeatureSeed { fields: sink.fields }
                .deserialize(Value::Object(document.feature))
                .map_err(|error| unreadable(&error, 0))?;
            sink.take(parts);
        }
        (kind, _) => return Err(Refusal::unreadable(not_features(kind, &document.members))),
    }
    let crs = stated_crs(document.crs.as_ref());
    Ok(Unprojected { crs, features: sink.features })
}

/// Reads a sequence of Features: newline-delimited, or each after a record separator.
///
/// # Errors
///
/// When a record is no JSON, is cut short, or is no Feature.
pub fn read_sequence(
    source: impl Read,
    fields: &mut Fields<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, Refusal> {
    let mut sink = Sink { fields, report, features: Vec::new(), next: 0 };
    let source = io::BufReader::new(SeparatorsAsSpace(without_bom(source)?));
    let mut json = serde_json::Deserializer::from_reader(source);
    while json.end().is_err() {
        let parts = FeatureSeed { fields: sink.fields }
            .deserialize(&mut json)
            .map_err(|error| unreadable(&error, sink.next))?;
        sink.take(parts);
    }
    Ok(Unprojected { crs: StatedCrs::Implied(Crs::Degrees), features: sink.features })
}

/// RFC 8142's record separator, U+001E, as white space. JSON never holds it unescaped.
struct SeparatorsAsSpace<R>(R);

impl<R: Read> Read for SeparatorsAsSpace<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        for byte in &mut buffer[..count] {
            if *byte == 0x1E {
                *byte = b' ';
            }
        }
        Ok(count)
    }
}

/// Passes over a byte order mark, which RFC 8259 lets a reader ignore.
fn without_bom(mut source: impl Read) -> Result<impl Read, Refusal> {
    let mut start = Vec::with_capacity(3);
    source
        .by_ref()
        .take(3)
        .read_to_end(&mut start)
        .map_err(|error| Refusal::unreadable(read_error(error.kind(), &error)))?;
    if start.is_empty() {
        return Err(Refusal::unreadable("the file is empty"));
    }
    if start == b"\xEF\xBB\xBF" {
        start.clear();
    }
    Ok(io::Cursor::new(start).chain(source))
}

fn read_error(kind: io::ErrorKind, error: &dyn fmt::Display) -> String {
    if kind == io::ErrorKind::UnexpectedEof {
        format!(
            "the compressed file ends before its end ({error}): it was cut short, fetch it again"
        )
    } else {
        format!("the file cannot be read: {error}")
    }
}

fn unreadable(error: &serde_json::Error, feature: usize) -> Refusal {
    use serde_json::error::Category;
    let message = match error.classify() {
        Category::Io => read_error(error.io_error_kind().unwrap_or(io::ErrorKind::Other), error),
        Category::Eof => format!(
            "the JSON ends before its end, after {feature} features ({error}): the file was cut short, fetch it again"
        ),
        Category::Syntax => format!("not JSON, after {feature} features: {error}"),
        Category::Data => format!("not GeoJSON, after {feature} features: {error}"),
    };
    Refusal::unreadable(message)
}

/// What to say of JSON that is no collection of features.
fn not_features(kind: Option<&str>, members: &[String]) -> String {
    let has = |member: &str| members.iter().any(|m| m == member);
    match kind {
        Some("Topology") => "this is TopoJSON, which is not taken: convert it, for example with `ogr2ogr out.geojson in.json`".to_owned(),
        Some(kind @ ("Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon" | "GeometryCollection")) => format!(
            "a bare {kind} has no code: put it into a Feature, with the code among its properties"
        ),
        Some(kind) => format!("\"type\": {kind:?} is no GeoJSON of features: a FeatureCollection or a Feature is wanted"),
        None if has("geometryType") || has("spatialReference") => "this is Esri JSON, which is not taken: ask the service for GeoJSON (f=geojson), or convert it with ogr2ogr".to_owned(),
        None => "JSON, but no GeoJSON: it has no \"type\"; a FeatureCollection or a Feature is wanted".to_owned(),
    }
}

/// The CRS that the `crs` member of GeoJSON 2008 (its section 3) states.
fn stated_crs(member: Option<&Value>) -> StatedCrs {
    let Some(member) = member else { return StatedCrs::Implied(Crs::Degrees) };
    if member.is_null() {
        // "If the value of CRS is null, no CRS can be assumed."
        return StatedCrs::Nothing;
    }
    let name = member.get("properties").and_then(|p| p.get("name")).and_then(Value::as_str);
    match (member.get("type").and_then(Value::as_str), name) {
        (Some("name"), Some(name)) => match Crs::from_identifier(name) {
            Some(crs) => StatedCrs::Stated(crs),
            None => StatedCrs::Unclear(format!(
                "the file's `crs` member names {name:?}, which is not understood"
            )),
        },
        _ => StatedCrs::Unclear("the file's `crs` member does not name a CRS".to_owned()),
    }
}

/// Where features go as they are read.
struct Sink<'s, 'f, 'r> {
    fields: &'s mut Fields<'f>,
    report: &'s mut FileReport<'r>,
    features: Vec<RawFeature>,
    next: usize,
}

impl Sink<'_, '_, '_> {
    fn take(&mut self, parts: FeatureParts) {
        let index = self.next;
        self.next += 1;
        if let Some(feature) = parts.into_raw(index, self.fields, self.report) {
            self.features.push(feature);
        }
    }
}

/// The members of the outermost object. Features are taken as they pass.
#[derive(Default)]
struct Document {
    kind: Option<String>,
    crs: Option<Value>,
    has_features: bool,
    /// The members that matter if this is a single Feature; else they are foreign.
    feature: Map<String, Value>,
    /// The names of other members.
    members: Vec<String>,
}

struct DocumentVisitor<'d, 's, 'f, 'r> {
    sink: &'d mut Sink<'s, 'f, 'r>,
}

impl<'de> Visitor<'de> for DocumentVisitor<'_, '_, '_, '_> {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        /// Names of foreign members are kept only to tell what else the file may be.
        const MOST_MEMBERS: usize = 32;
        let mut document = Document::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => document.kind = map.next_value::<Value>()?.as_str().map(str::to_owned),
                "crs" => document.crs = Some(map.next_value()?),
                "features" => {
                    document.has_features = true;
                    map.next_value_seed(FeaturesSeed { sink: self.sink })?;
                }
                "geometry" | "properties" => {
                    document.feature.insert(key, map.next_value()?);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    if document.members.len() < MOST_MEMBERS {
                        document.members.push(key);
                    }
                }
            }
        }
        Ok(document)
    }
}

/// Takes the features of a `features` member one by one.
struct FeaturesSeed<'d, 's, 'f, 'r> {
    sink: &'d mut Sink<'s, 'f, 'r>,
}

impl<'de> DeserializeSeed<'de> for FeaturesSeed<'_, '_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FeaturesSeed<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> Result<(), A::Error> {
        while let Some(parts) =
            features.next_element_seed(FeatureSeed { fields: self.sink.fields })?
        {
            self.sink.take(parts);
        }
        Ok(())
    }
}
