//! The operator's base map under the areas: the only resource that a browser may load from another
//! host.

use serde_json::{Value, json};

/// A base map of raster tiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basemap {
    template: String,
    attribution: String,
}

impl Basemap {
    /// Creates a base map from a template such as `https://tiles.example.org/{z}/{x}/{y}.png` and
    /// its attribution. The error says what to change.
    pub fn new(template: &str, attribution: &str) -> Result<Self, String> {
        let (scheme, rest) = template.split_once("://").unwrap_or_default();
        let host = rest.split('/').next().unwrap_or_default();
        if !matches!(scheme, "http" | "https") || host.is_empty() {
            return Err("it must begin with https:// and a host".to_owned());
        }
        // The origin becomes part of a header, where other characters would have a meaning.
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        if let Some(wrong) = host.chars().find(|&c| !is_host(c)) {
            return Err(format!("the host {host:?} holds {wrong:?}, which no host does"));
        }
        if let Some(wrong) = template.chars().find(|&c| !c.is_ascii_graphic()) {
            return Err(format!("it has the character {wrong:?}: percent-encode it"));
        }
        for part in ["{z}", "{x}", "{y}"] {
            if template.matches(part).count() != 1 {
                return Err(format!(
                    "it must have {part} once, as in https://tiles.example.org/{{z}}/{{x}}/{{y}}.png"
                ));
            }
        }
        let attribution = attribution.trim();
        if attribution.is_empty() {
            return Err("its source must be named: set --basemap-attribution".to_owned());
        }
        Ok(Self { template: template.to_owned(), attribution: attribution.to_owned() })
    }

    /// `https://tiles.example.org`
    pub(super) fn origin(&self) -> &str {
        let start = self.template.find("://").map_or(0, |at| at + 3);
        let end = self.template[start..].find('/').map_or(self.template.len(), |at| start + at);
        &self.template[..end]
    }

    /// The base map as JSON for the page.
    pub(super) fn settings(&self) -> Value {
        json!({"url": self.template, "attribution": self.attribution})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(template: &str) -> String {
        Basemap::new(template, "A").unwrap_err()
    }

    #[test]
    fn a_template_names_a_host_and_each_of_z_x_y() {
        let basemap = Basemap::new("https://a.example/t/{z}/{x}/{y}.png?key=1", " A ").unwrap();
        assert_eq!(basemap.origin(), "https://a.example");
        assert_eq!(basemap.settings()["attribution"], "A");
        assert!(refusal("https://a.example/{z}/{x}.png").contains("{y}"));
        assert!(refusal("//a.example/{z}/{x}/{y}").contains("https://"));
        assert!(refusal("file:///{z}/{x}/{y}").contains("https://"));
    }

    #[test]
    fn nothing_of_a_template_can_widen_the_policy() {
        for host in ["a.example; script-src *", "a.example'", "*", "a.example *", "a,b"] {
            assert!(Basemap::new(&format!("https://{host}/{{z}}/{{x}}/{{y}}"), "A").is_err());
        }
    }

    #[test]
    fn its_makers_are_named() {
        assert!(Basemap::new("https://a.example/{z}/{x}/{y}", " ").unwrap_err().contains("named"));
    }
}
