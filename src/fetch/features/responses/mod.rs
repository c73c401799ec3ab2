//! Parsers of the JSON responses of a feature service: the description of a layer or service, counts,
//! errors, and the [pages](page) of features. The input is untrusted.

mod page;

use serde::Deserialize;
use serde_json::Value;

use super::super::client::excerpt;
use super::super::error::FetchError;

pub use page::{Page, PageCrs, PageFeature, PageFields, page};

/// The description of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerInfo {
    /// The names of its fields.
    pub fields: Vec<String>,
    /// The field of the object id.
    pub object_id: String,
    /// The maximum number of features per page.
    pub max_per_page: Option<u64>,
    /// Its geometry type, as an Esri constant.
    pub geometry: Option<String>,
    /// The time of the last edit of its data, in milliseconds since 1970.
    pub edited: Option<i64>,
}

impl LayerInfo {
    /// The layer's spelling of a field name. Names are not case-sensitive in Esri's software.
    pub fn field(&self, name: &str) -> Option<&str> {
        let same = |field: &&String| field.eq_ignore_ascii_case(name);
        self.fields.iter().find(same).map(String::as_str)
    }
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

/// Reads a document. A document with an `error` member is an error.
fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, FetchError> {
    #[derive(Deserialize)]
    struct Failed {
        #[serde(default)]
        error: Option<ErrorBody>,
    }
    if let Ok(Failed { error: Some(error) }) = serde_json::from_slice(bytes) {
        return Err(fetch_error(&error));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let text = excerpt(&String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]));
        if error.is_eof() {
            // The connection was closed early, but without an error.
            return FetchError::transient(format!("the answer is cut short: {error}"));
        }
        if text.is_empty() {
            return FetchError::permanent("no JSON but a web page or nothing");
        }
        FetchError::permanent(format!("not what a feature service answers ({error}): {text}"))
    })
}

/// Classifies an error. The services return errors with status 200 and an `error` member.
fn fetch_error(error: &ErrorBody) -> FetchError {
    let code = error.code.as_i64().or_else(|| error.code.as_str()?.parse().ok()).unwrap_or(0);
    let mut messages = vec![error.message.as_str().unwrap_or_default().to_owned()];
    for detail in error.details.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !detail.is_empty() && !messages.iter().any(|message| message == detail) {
            messages.push(detail.to_owned());
        }
    }
    let why = format!("error {code}, {}", excerpt(&messages.join(": ")));
    match code {
        429 | 500 | 502..=504 => FetchError::transient(why),
        _ => FetchError::permanent(why),
    }
}

/// Reads the description of a layer.
///
/// # Errors
///
/// If the response is an error, or not the description of a layer that can be read in pages.
pub fn layer_info(bytes: &[u8]) -> Result<LayerInfo, FetchError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Response {
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
    let response: Response = read(bytes)?;
    let Some(fields) = response.fields else {
        return Err(FetchError::permanent("this is no layer of a feature service"));
    };
    if response.advanced_query_capabilities.and_then(|c| c.supports_pagination) == Some(false) {
        return Err(FetchError::permanent("the layer cannot be read in pages"));
    }
    let of_kind = fields.iter().find(|field| field.kind == "esriFieldTypeOID");
    let object_id = response
        .object_id_field
        .or_else(|| of_kind.map(|field| field.name.clone()))
        .unwrap_or_else(|| "OBJECTID".to_owned());
    let edited = response.editing_info.and_then(|e| e.data_last_edit_date.or(e.last_edit_date));
    Ok(LayerInfo {
        fields: fields.into_iter().map(|field| field.name).collect(),
        object_id,
        max_per_page: response.max_record_count.filter(|most| *most > 0),
        geometry: response.geometry_type,
        edited,
    })
}

/// Reads the layers of a service: id and name.
///
/// # Errors
///
/// If the response is an error, or not the description of a service.
pub fn layers(bytes: &[u8]) -> Result<Vec<(u32, String)>, FetchError> {
    #[derive(Deserialize)]
    struct Response {
        layers: Vec<Layer>,
    }
    #[derive(Deserialize)]
    struct Layer {
        id: u32,
        #[serde(default)]
        name: String,
    }
    let response: Response = read(bytes)?;
    Ok(response.layers.into_iter().map(|layer| (layer.id, layer.name)).collect())
}

/// Reads a count.
///
/// # Errors
///
/// If the response is an error, or not a count.
pub fn count(bytes: &[u8]) -> Result<u64, FetchError> {
    #[derive(Deserialize)]
    struct Response {
        count: u64,
    }
    read::<Response>(bytes).map(|response| response.count)
}

#[cfg(test)]
mod tests;
