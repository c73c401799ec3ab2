//! A page of features in GeoJSON.

use std::borrow::Cow;

use lapwing_boundaries::load::crs::SourceCrs;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::read;
use crate::fetch::client::excerpt;
use crate::fetch::error::FetchError;

/// The fields to read from a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageFields {
    /// The field of the object id.
    pub id: String,
    /// The field of the code, as the catalogue spells it.
    pub code: String,
    /// Each field to keep: the spelling of the catalogue, and that of the layer.
    pub fields: Vec<(String, String)>,
}

/// A page of features.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The CRS of its coordinates.
    pub crs: PageCrs,
    /// Whether the service has more features.
    pub exceeded: bool,
    /// Its features.
    pub features: Vec<PageFeature>,
}

impl Page {
    /// The number of features.
    pub fn len(&self) -> u64 {
        self.features.len() as u64
    }

    /// Whether it has no features.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }
}

/// The CRS of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageCrs {
    /// EPSG:27700, as requested.
    BritishNationalGrid,
    /// Longitude and latitude: older servers support no other CRS in GeoJSON (RFC 7946 section 4).
    Degrees,
}

/// One feature of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFeature {
    /// Its object id.
    pub id: String,
    /// Its code, for sorting.
    pub code: String,
    /// The feature as GeoJSON on one line, with only the requested fields.
    pub json: String,
}

/// Reads a page of GeoJSON.
///
/// # Errors
///
/// If the response is an error, not a feature collection, or in a CRS that was not requested, or if
/// a feature lacks its object id.
pub fn page(bytes: &[u8], fields: &PageFields) -> Result<Page, FetchError> {
    #[derive(Deserialize)]
    struct Response<'a> {
        #[serde(default)]
        crs: Option<Value>,
        #[serde(default, rename = "exceededTransferLimit")]
        exceeded: Option<bool>,
        #[serde(default)]
        properties: Option<PageProperties>,
        #[serde(borrow)]
        features: Vec<Feature<'a>>,
    }
    #[derive(Deserialize)]
    struct PageProperties {
        #[serde(default, rename = "exceededTransferLimit")]
        exceeded: Option<bool>,
    }
    let response: Response<'_> = read(bytes)?;
    let first = response.features.iter().find_map(|feature| first_number(feature.geometry?.get()));
    let crs = page_crs(response.crs.as_ref(), first)?;
    // The flag is at the top, or in some versions under `properties`.
    let exceeded = response.exceeded == Some(true)
        || response.properties.is_some_and(|properties| properties.exceeded == Some(true));
    let features = response.features.iter().map(|feature| feature.read(fields)).collect();
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
    fn read(&self, fields: &PageFields) -> Result<PageFeature, FetchError> {
        let id = self.properties.get(&fields.id).or(self.id.as_ref());
        let Some(id) = id.filter(|id| id.is_number() || id.is_string()) else {
            return Err(FetchError::permanent(format!("a feature has no {}", fields.id)));
        };
        let mut properties = serde_json::Map::new();
        for (ours, theirs) in &fields.fields {
            let value = self.properties.get(theirs).cloned().unwrap_or(Value::Null);
            properties.insert(ours.clone(), value);
        }
        let code = match properties.get(&fields.code) {
            Some(Value::String(code)) => code.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let properties = Value::Object(properties);
        let geometry = self.geometry.map_or(Cow::Borrowed("null"), |raw| on_one_line(raw.get()));
        let json =
            format!(r#"{{"type":"Feature","properties":{properties},"geometry":{geometry}}}"#);
        Ok(PageFeature { id: id.to_string(), code, json })
    }
}

/// Replaces line breaks with spaces. JSON strings contain no line breaks.
fn on_one_line(json: &str) -> Cow<'_, str> {
    if json.contains(['\n', '\r']) {
        Cow::Owned(json.replace(['\n', '\r'], " "))
    } else {
        Cow::Borrowed(json)
    }
}

/// The CRS of a page from its `crs` member and its first coordinate.
pub(super) fn page_crs(stated: Option<&Value>, first: Option<f64>) -> Result<PageCrs, FetchError> {
    let Some(stated) = stated.filter(|stated| !stated.is_null()) else {
        // Without a statement RFC 7946 means degrees, but some servers project as requested
        // and do not say so. Values that cannot be degrees are in the requested CRS.
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

/// The first number of the coordinates of a geometry.
fn first_number(geometry: &str) -> Option<f64> {
    let coordinates = &geometry[geometry.find("\"coordinates\"")?..];
    let start = coordinates.find(|c: char| c == '-' || c.is_ascii_digit())?;
    let number = &coordinates[start..];
    let end = number.find([',', ']', ' ', '\n', '\r', '\t']).unwrap_or(number.len());
    number[..end].parse().ok()
}
