//! Streaming reader for GeoJSON (RFC 7946). A national file needs only the memory of its features.
//!
//! Reads a FeatureCollection, a single Feature, and sequences of features, one per line or after
//! record separators (RFC 8142). Members can come in any order, foreign members are skipped, and
//! the `crs` member of GeoJSON 2008 is used.
//!
//! Weighed against the `geojson` crate. Its streaming reader takes the first `[` of the file for
//! the features, even the one of a `bbox`, and reads every property of every feature. This reader
//! also reports each fault with its feature and ring and continues.

mod feature;
mod geometry;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use self::feature::{FeatureParts, FeatureSeed};
use super::crs::{SourceCrs, StatedCrs};
use super::error::{FileReport, LoadError};
use super::fields::FieldPicker;
use super::raw::{RawFeature, Unprojected};

/// Reads a FeatureCollection, a Feature, or a sequence of Features, one per line or each after a
/// record separator. The content tells which, so a sequence is read whatever its file is called.
///
/// # Errors
///
/// Fails if the text is not JSON, is truncated, or is JSON of another kind, and if it is one page of
/// an answer that has more.
pub fn read(
    source: impl Read,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    let mut sink = Sink { fields, report, features: Vec::new(), next: 0 };
    let source = io::BufReader::new(SeparatorsAsSpace(without_bom(source)?));
    let mut json = serde_json::Deserializer::from_reader(source);
    let document = json.deserialize_any(DocumentVisitor { sink: &mut sink });
    let document = document.map_err(|error| unreadable(&error, sink.next))?;
    let crs = stated_crs(document.crs.as_ref());
    let is_feature = document.kind.as_deref() == Some("Feature");
    take(document, &mut sink)?;
    if is_feature {
        read_more_features(&mut json, &mut sink)?;
    }
    json.end().map_err(|error| unreadable(&error, sink.next))?;
    Ok(Unprojected { crs, features: sink.features })
}

/// Takes the outermost object, whose features were taken as they were read unless it is a Feature.
fn take(document: Document, sink: &mut Sink<'_, '_, '_>) -> Result<(), LoadError> {
    match (document.kind.as_deref(), document.has_features) {
        (Some("FeatureCollection"), true) => {}
        (Some("FeatureCollection"), false) => {
            return Err(LoadError::unreadable(
                "the FeatureCollection has no `features`: check that the file is complete",
            ));
        }
        (Some("Feature"), _) => {
            let parts = FeatureSeed { fields: sink.fields }
                .deserialize(Value::Object(document.feature))
                .map_err(|error| unreadable(&error, sink.next))?;
            sink.take(parts);
            return Ok(());
        }
        (kind, _) => return Err(LoadError::unreadable(not_features(kind, &document.members))),
    }
    let in_properties = document.feature.get("properties").and_then(|p| p.get(EXCEEDED));
    if document.is_exceeded || in_properties.is_some_and(is_true) {
        return Err(LoadError::unreadable(format!(
            "the file is incomplete: it is one page of an ArcGIS answer that has more features ({EXCEEDED}), of which it has {}; download the whole layer, for example with `url` and `lapwing fetch`",
            sink.next
        )));
    }
    Ok(())
}

/// Reads the rest of a sequence, after its first Feature.
fn read_more_features<R: Read>(
    json: &mut serde_json::Deserializer<serde_json::de::IoRead<R>>,
    sink: &mut Sink<'_, '_, '_>,
) -> Result<(), LoadError> {
    while json.end().is_err() {
        let parts = FeatureSeed { fields: sink.fields }
            .deserialize(&mut *json)
            .map_err(|error| unreadable(&error, sink.next))?;
        sink.take(parts);
    }
    Ok(())
}

/// The member by which an ArcGIS server says that it sent only a page of the features.
const EXCEEDED: &str = "exceededTransferLimit";

fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true) || value.as_str().is_some_and(|v| v.eq_ignore_ascii_case("true"))
}

/// Replaces record separators (RFC 8142, U+001E) by spaces. JSON never contains them unescaped.
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

/// Skips a byte-order mark, which RFC 8259 allows a reader to ignore.
fn without_bom(mut source: impl Read) -> Result<impl Read, LoadError> {
    let mut start = Vec::with_capacity(3);
    source
        .by_ref()
        .take(3)
        .read_to_end(&mut start)
        .map_err(|error| LoadError::unreadable(read_error(error.kind(), &error)))?;
    if start.is_empty() {
        return Err(LoadError::unreadable("the file is empty: download it again"));
    }
    if start == b"\xEF\xBB\xBF" {
        start.clear();
    }
    Ok(io::Cursor::new(start).chain(source))
}

pub(super) fn read_error(kind: io::ErrorKind, error: &dyn fmt::Display) -> String {
    if kind == io::ErrorKind::UnexpectedEof {
        format!("the compressed file is truncated ({error}): download it again")
    } else {
        format!("the file cannot be read: {error}")
    }
}

fn unreadable(error: &serde_json::Error, feature: usize) -> LoadError {
    use serde_json::error::Category;
    let message = match error.classify() {
        Category::Io => read_error(error.io_error_kind().unwrap_or(io::ErrorKind::Other), error),
        Category::Eof => format!(
            "the JSON is truncated after {feature} features ({error}): download the file again"
        ),
        Category::Syntax => format!("the file is not valid JSON after {feature} features: {error}"),
        Category::Data => {
            format!("the file is not valid GeoJSON after {feature} features: {error}")
        }
    };
    LoadError::unreadable(message)
}

/// Describes JSON that contains no features.
fn not_features(kind: Option<&str>, members: &[String]) -> String {
    let has = |member: &str| members.iter().any(|m| m == member);
    match kind {
        Some("Topology") => "this is TopoJSON, which is not supported: convert it, for example with `ogr2ogr out.geojson in.json`".to_owned(),
        Some(kind @ ("Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon" | "GeometryCollection")) => format!(
            "a bare {kind} has no code: wrap it in a Feature with the code in its properties"
        ),
        Some(kind) => format!("\"type\" is {kind:?}: the file must be a FeatureCollection or a Feature"),
        None if has("error") => "this is the error message of a server, not the data: open it in an editor to read it, and download the file again".to_owned(),
        None if has("geometryType") || has("spatialReference") => "this is Esri JSON, which is not supported: request GeoJSON from the service (f=geojson), or convert it with ogr2ogr".to_owned(),
        None => "the JSON has no \"type\": the file must be a GeoJSON FeatureCollection or Feature".to_owned(),
    }
}

/// Returns the CRS in the `crs` member of GeoJSON 2008 (section 3).
fn stated_crs(member: Option<&Value>) -> StatedCrs {
    let Some(member) = member else { return StatedCrs::Implied(SourceCrs::Degrees) };
    if member.is_null() {
        // "If the value of CRS is null, no CRS can be assumed."
        return StatedCrs::Nothing;
    }
    let name = member.get("properties").and_then(|p| p.get("name")).and_then(Value::as_str);
    match (member.get("type").and_then(Value::as_str), name) {
        (Some("name"), Some(name)) => match SourceCrs::from_identifier(name) {
            Some(crs) => StatedCrs::Stated(crs),
            None => StatedCrs::Unclear(format!(
                "the file's `crs` member names {name:?}, which is not a known CRS"
            )),
        },
        _ => StatedCrs::Unclear("the file's `crs` member does not name a CRS".to_owned()),
    }
}

/// Collects features as they are read.
struct Sink<'s, 'f, 'r> {
    fields: &'s mut FieldPicker<'f>,
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

/// The members of the outermost object. Features go to the sink as they are read.
#[derive(Default)]
struct Document {
    kind: Option<String>,
    crs: Option<Value>,
    has_features: bool,
    /// The server says that it has more features.
    is_exceeded: bool,
    /// The members of a single Feature. In a FeatureCollection they are foreign members.
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
        /// Names of foreign members are only used to recognise other formats.
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
                EXCEEDED => document.is_exceeded = is_true(&map.next_value()?),
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

/// Reads the `features` member one by one.
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
