//! The requests to a layer of a feature service.

use std::fmt::Write as _;

use form_urlencoded::Serializer;

use super::super::client::shown;
use super::super::downloads::Download;
use super::super::error::FetchError;
use super::responses::{LayerInfo, PageFields};

/// The features to download. The build selects exactly; this only keeps the download small.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ServerFilter {
    /// A condition on attributes in the SQL of the service; `None` for all features.
    pub(crate) condition: Option<String>,
    /// Minimum and maximum easting and northing in BNG metres; features that intersect this
    /// rectangle.
    pub(crate) extent: Option<[f64; 4]>,
}

/// The query of one layer.
pub(super) struct Query {
    layer: String,
    fields: PageFields,
    parameters: Vec<(&'static str, String)>,
}

impl Query {
    /// # Errors
    ///
    /// If the layer has no areas or lacks a required field.
    pub(super) fn new(
        layer: &str,
        info: &LayerInfo,
        download: &Download,
        filter: &ServerFilter,
    ) -> Result<Self, FetchError> {
        let refuse = |why: String| Err(FetchError::permanent(format!("{}: {why}", shown(layer))));
        if let Some(kind) = &info.geometry
            && kind != "esriGeometryPolygon"
        {
            return refuse(format!("the layer has {kind}, but areas are required"));
        }
        let Some(code) = download.fields.code.clone() else {
            return refuse(
                "a feature service gives areas: let `source` end in .geojson and name the field \
                 of the code"
                    .to_owned(),
            );
        };
        let mut fields = Vec::new();
        for name in &download.fields.all {
            let Some(theirs) = info.field(name) else {
                let has = info.fields.join(", ");
                return refuse(format!("the layer has no field {name}; its fields are {has}"));
            };
            fields.push((name.clone(), theirs.to_owned()));
        }
        let out: Vec<&str> = fields.iter().map(|(_, theirs)| theirs.as_str()).collect();
        let mut parameters =
            vec![("where", filter.condition.clone().unwrap_or_else(|| "1=1".to_owned()))];
        if let Some([west, south, east, north]) = filter.extent {
            parameters.push(("geometry", format!("{west},{south},{east},{north}")));
            parameters.push(("geometryType", "esriGeometryEnvelope".to_owned()));
            parameters.push(("inSR", "27700".to_owned()));
            parameters.push(("spatialRel", "esriSpatialRelIntersects".to_owned()));
        }
        let id = info.object_id.clone();
        parameters.push(("outFields", format!("{id},{}", out.join(","))));
        Ok(Self { layer: layer.to_owned(), fields: PageFields { id, code, fields }, parameters })
    }

    pub(super) fn fields(&self) -> &PageFields {
        &self.fields
    }

    /// Describes the query, for messages and the lock.
    pub(super) fn in_words(&self) -> String {
        let mut words = String::new();
        for (name, value) in &self.parameters {
            if matches!(*name, "where" | "geometry" | "outFields") {
                let space = if words.is_empty() { "" } else { " " };
                let _ = write!(words, "{space}{name}={value}");
            }
        }
        words
    }

    /// Identifies the pages of a query: a later run continues with pages only if all of this is the
    /// same.
    pub(super) fn mark(&self, info: &LayerInfo, count: u64) -> String {
        format!("{}\n{}\n{:?}\n{count}\n", self.layer, self.in_words(), info.edited)
    }

    /// The request for the number of features.
    pub(super) fn count(&self) -> String {
        self.address(&[("returnCountOnly", "true"), ("f", "json")])
    }

    /// The request for a page, in order of the object id.
    pub(super) fn page(&self, offset: u64, most: u64) -> String {
        self.address(&[
            ("returnGeometry", "true"),
            ("outSR", "27700"),
            ("orderByFields", &self.fields.id),
            ("resultOffset", &offset.to_string()),
            ("resultRecordCount", &most.to_string()),
            ("f", "geojson"),
        ])
    }

    fn address(&self, more: &[(&str, &str)]) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.parameters.iter().map(|(name, value)| (*name, value.as_str())));
        query.extend_pairs(more);
        format!("{}/query?{}", self.layer, query.finish())
    }
}

/// Returns whether a URL belongs to a feature service.
pub(crate) fn is_feature_service(url: &str) -> bool {
    split(url).is_some()
}

/// Splits `…/FeatureServer/0/query` into `…/FeatureServer` and the layer number `0`.
pub(super) fn split(url: &str) -> Option<(String, Option<u32>)> {
    let path = shown(url);
    let at = ["/FeatureServer", "/MapServer"].into_iter().find_map(|kind| {
        let at = path.find(kind)? + kind.len();
        (path.len() == at || path.as_bytes()[at] == b'/').then_some(at)
    })?;
    let layer = path[at..].split('/').find(|part| !part.is_empty());
    Some((path[..at].to_owned(), layer.and_then(|layer| layer.parse().ok())))
}

/// `Wards_December_2022_Boundaries_UK_BGC` of `…/Wards_December_2022_Boundaries_UK_BGC/FeatureServer/0`.
pub(crate) fn service_name(url: &str) -> Option<String> {
    let (service, _) = split(url)?;
    let (path, _) = service.rsplit_once('/')?;
    Some(path.rsplit('/').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_services_layers_and_queries_are_distinguished() {
        let base = "https://a.example/x/rest/services/Wards/FeatureServer";
        let layer = |rest: &str| split(&format!("{base}{rest}"));
        assert_eq!(layer(""), Some((base.to_owned(), None)));
        assert_eq!(layer("/"), Some((base.to_owned(), None)));
        assert_eq!(layer("/3"), Some((base.to_owned(), Some(3))));
        assert_eq!(layer("/0/query?where=1%3D1"), Some((base.to_owned(), Some(0))));
        assert_eq!(layer("s/0"), None);
        assert_eq!(split("https://a.example/wards.zip"), None);
        assert_eq!(service_name(&format!("{base}/0")).as_deref(), Some("Wards"));
        assert_eq!(service_name("FeatureServer"), None);
    }
}
