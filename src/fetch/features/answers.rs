//! What a feature service answers, read with suspicion: nothing of it is ours.

use std::borrow::Cow;

use lapwing_boundaries::load::crs::SourceCrs;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::client::excerpt;
use super::super::error::FetchError;

/// What a layer says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Info {
    /// The names of its fields.
    pub fields: Vec<String>,
    /// The field of the object id.
    pub object_id: String,
    /// How many features it gives at once.
    pub most_a_page: Option<u64>,
    /// The kind of its geometry, in Esri's words.
    pub geometry: Option<String>,
    /// When its data were edited last, milliseconds since 1970.
    pub edited: Option<i64>,
}

impl Info {
    /// The layer's own spelling of a field: Esri does not tell upper from lower case.
    pub fn field(&self, name: &str) -> Option<&str> {
        let same = |field: &&String| field.eq_ignore_ascii_case(name);
        self.fields.iter().find(same).map(String::as_str)
    }
}

/// Which fields a page is read for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// The field of the object id.
    pub id: String,
    /// The field of the code, as the catalogue spells it.
    pub code: String,
    /// Each field to keep: as the catalogue spells it, and as the layer does.
    pub fields: Vec<(String, String)>,
}

/// A page of features.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The CRS of its coordinates.
    pub crs: PageCrs,
    /// Whether the service has more.
    pub exceeded: bool,
    /// Its features.
    pub features: Vec<PageFeature>,
}

impl Page {
    /// How many features it has.
    pub fn len(&self) -> u64 {
        self.features.len() as u64
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }
}

/// The two CRSs in which a page can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageCrs {
    /// EPSG:27700, as was asked for.
    BritishNationalGrid,
    /// Longitude and latitude: older servers give GeoJSON in nothing else (RFC 7946 section 4).
    Degrees,
}

/// One feature of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFeature {
    /// Its object id.
    pub id: String,
    /// Its code, to sort by.
    pub code: String,
    /// The feature as GeoJSON, with the wanted fields alone, on one line.
    pub json: String,
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    code: Value,
    #[serde(default)]
    message: Value,
    #[serde(default)]
    details: Value,
}

/// Reads a document, or the error that stands in it in the place of an answer.
fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, FetchError> {
    #[derive(Deserialize)]
    struct Failed {
        #[serde(default)]
        error: Option<ErrorBody>,
    }
    if let Ok(Failed { error: Some(error) }) = serde_json::from_slice(bytes) {
        return Err(trouble_of(&error));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let words = excerpt(&String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]));
        if error.is_eof() {
            // The connection was closed in the middle without saying so.
            return FetchError::transient(format!("the answer is cut short: {error}"));
        }
        if words.is_empty() {
            return FetchError::permanent("no JSON but a web page or nothing");
        }
        FetchError::permanent(format!("not what a feature service answers ({error}): {words}"))
    })
}

/// The services answer errors with status 200 and an `error` of their own.
fn trouble_of(error: &ErrorBody) -> FetchError {
    let code = error.code.as_i64().or_else(|| error.code.as_str()?.parse().ok()).unwrap_or(0);
    let mut words = vec![error.message.as_str().unwrap_or_default().to_owned()];
    for detail in error.details.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !detail.is_empty() && !words.iter().any(|word| word == detail) {
            words.push(detail.to_owned());
        }
    }
    let why = format!("error {code}, {}", excerpt(&words.join(": ")));
    match code {
        429 | 500 | 502..=504 => FetchError::transient(why),
        _ => FetchError::permanent(why),
    }
}

/// Reads what a layer says of itself.
///
/// # Errors
///
/// If it is an error, or no description of a layer.
pub fn info(bytes: &[u8]) -> Result<Info, FetchError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        #[serde(default)]
        fields: Option<Vec<Field>>,
        #[serde(default)]
        object_id_field: Option<String>,
        #[serde(default)]
        max_record_count: Option<u64>,
        #[serde(default)]
        geometry_type: Option<String>,
        #[serde(default)]
        editing_info: Option<Editing>,
        #[serde(default)]
        advanced_query_capabilities: Option<Capabilities>,
    }
    #[derive(Deserialize)]
    struct Field {
        name: String,
        #[serde(default, rename = "type")]
        kind: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Editing {
        #[serde(default)]
        data_last_edit_date: Option<i64>,
        #[serde(default)]
        last_edit_date: Option<i64>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Capabilities {
        #[serde(default)]
        supports_pagination: Option<bool>,
    }
    let answer: Answer = read(bytes)?;
    let Some(fields) = answer.fields else {
        return Err(FetchError::permanent("this is no layer of a feature service"));
    };
    if answer.advanced_query_capabilities.and_then(|c| c.supports_pagination) == Some(false) {
        return Err(FetchError::permanent("the layer cannot be read in pages"));
    }
    let of_kind = fields.iter().find(|field| field.kind == "esriFieldTypeOID");
    let object_id = answer
        .object_id_field
        .or_else(|| of_kind.map(|field| field.name.clone()))
        .unwrap_or_else(|| "OBJECTID".to_owned());
    let edited = answer.editing_info.and_then(|e| e.data_last_edit_date.or(e.last_edit_date));
    Ok(Info {
        fields: fields.into_iter().map(|field| field.name).collect(),
        object_id,
        most_a_page: answer.max_record_count.filter(|most| *most > 0),
        geometry: answer.geometry_type,
        edited,
    })
}

/// Reads the layers of a service: number and name.
///
/// # Errors
///
/// If it is an error, or no description of a service.
pub fn layers(bytes: &[u8]) -> Result<Vec<(u32, String)>, FetchError> {
    #[derive(Deserialize)]
    struct Answer {
        layers: Vec<Layer>,
    }
    #[derive(Deserialize)]
    struct Layer {
        id: u32,
        #[serde(default)]
        name: String,
    }
    let answer: Answer = read(bytes)?;
    Ok(answer.layers.into_iter().map(|layer| (layer.id, layer.name)).collect())
}

/// Reads a count.
///
/// # Errors
///
/// If it is an error, or no count.
pub fn count(bytes: &[u8]) -> Result<u64, FetchError> {
    #[derive(Deserialize)]
    struct Answer {
        count: u64,
    }
    read::<Answer>(bytes).map(|answer| answer.count)
}

/// Reads a page of GeoJSON.
///
/// # Errors
///
/// If it is an error, no collection of features, in a CRS that was not asked for, or a feature
/// lacks its object id.
pub fn page(bytes: &[u8], shape: &Shape) -> Result<Page, FetchError> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(default)]
        crs: Option<Value>,
        #[serde(default, rename = "exceededTransferLimit")]
        exceeded: Option<bool>,
        #[serde(default)]
        properties: Option<Foreign>,
        #[serde(borrow)]
        features: Vec<Feature<'a>>,
    }
    #[derive(Deserialize)]
    struct Foreign {
        #[serde(default, rename = "exceededTransferLimit")]
        exceeded: Option<bool>,
    }
    let answer: Answer<'_> = read(bytes)?;
    let first = answer.features.iter().find_map(|feature| first_number(feature.geometry?.get()));
    let crs = page_crs(answer.crs.as_ref(), first)?;
    // It stands at the top, and in some versions under `properties`.
    let exceeded = answer.exceeded == Some(true)
        || answer.properties.is_some_and(|foreign| foreign.exceeded == Some(true));
    let features = answer.features.iter().map(|feature| feature.keep(shape)).collect();
    Ok(Page { crs, exceeded, features: Result::from_iter::<Vec<_>>(features)? })
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    properties: serde_json::Map<String, Value>,
    #[serde(borrow, default)]
    geometry: Option<&'a RawValue>,
}

impl Feature<'_> {
    fn keep(&self, shape: &Shape) -> Result<PageFeature, FetchError> {
        let id = self.properties.get(&shape.id).or(self.id.as_ref());
        let Some(id) = id.filter(|id| id.is_number() || id.is_string()) else {
            return Err(FetchError::permanent(format!("a feature has no {}", shape.id)));
        };
        let mut kept = serde_json::Map::new();
        for (ours, theirs) in &shape.fields {
            let value = self.properties.get(theirs).cloned().unwrap_or(Value::Null);
            kept.insert(ours.clone(), value);
        }
        let code = match kept.get(&shape.code) {
            Some(Value::String(code)) => code.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let properties = Value::Object(kept);
        let geometry = self.geometry.map_or(Cow::Borrowed("null"), |raw| on_one_line(raw.get()));
        let json =
            format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#);
        Ok(PageFeature { id: id.to_string(), code, json })
    }
}

/// Line breaks between tokens as spaces; inside a JSON text there is none.
fn on_one_line(json: &str) -> Cow<'_, str> {
    if json.contains(['\n', '\r']) {
        Cow::Owned(json.replace(['\n', '\r'], " "))
    } else {
        Cow::Borrowed(json)
    }
}

fn page_crs(stated: Option<&Value>, first: Option<f64>) -> Result<PageCrs, FetchError> {
    let Some(stated) = stated.filter(|stated| !stated.is_null()) else {
        // Not stated is RFC 7946's degrees; but some servers project as they are asked and say
        // nothing. What cannot be degrees is then what was asked for.
        return Ok(match first {
            Some(first) if first.abs() > 180.0 => PageCrs::BritishNationalGrid,
            _ => PageCrs::Degrees,
        });
    };
    let name = stated.pointer("/properties/name").and_then(Value::as_str);
    match name.and_then(SourceCrs::from_identifier) {
        Some(SourceCrs::BritishNationalGrid) => Ok(PageCrs::BritishNationalGrid),
        Some(SourceCrs::Degrees) => Ok(PageCrs::Degrees),
        _ => Err(FetchError::permanent(format!(
            "features in {}, though EPSG:27700 was asked for",
            excerpt(name.unwrap_or("a CRS that is not named"))
        ))),
    }
}

/// The first number of a geometry's coordinates.
fn first_number(geometry: &str) -> Option<f64> {
    let coordinates = &geometry[geometry.find("\"coordinates\"")?..];
    let start = coordinates.find(|c: char| c == '-' || c.is_ascii_digit())?;
    let number = &coordinates[start..];
    let end = number.find([',', ']', ' ', '\n', '\r', '\t']).unwrap_or(number.len());
    number[..end].parse().ok()
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
