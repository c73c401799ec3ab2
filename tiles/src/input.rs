//! The input layers, and their validation.

use geo::{CoordsIter, MultiPolygon, Point};

/// A property value (MVT 2.1, section 4.4).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A boolean.
    Bool(bool),
}

/// The id and properties of one feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributes {
    /// The feature's `id` in the tile. Unique in its layer.
    pub id: u64,
    /// Names and values, in output order.
    pub properties: Vec<(String, Value)>,
}

/// The features of a layer.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Areas in degrees (WGS84). Rings can have either winding order.
    Areas(Vec<(Attributes, MultiPolygon)>),
    /// Points in degrees (WGS84).
    Points(Vec<(Attributes, Point)>),
}

/// A layer to be turned into tiles.
#[derive(Clone, Debug, PartialEq)]
pub struct InputLayer {
    /// The layer's name in the tile.
    pub name: String,
    /// Its features.
    pub features: Features,
}

/// Why a layer cannot be turned into tiles.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InputError {
    /// A layer has an empty name.
    #[error("a layer has no name; give it one")]
    NoName,
    /// Two layers have the same name, so their features would be mixed.
    #[error("two tile layers are named `{name}`; rename one")]
    SameName {
        /// The name.
        name: String,
    },
    /// A coordinate is not in degrees.
    #[error(
        "layer `{layer}`, feature {id}: the coordinate ({x}, {y}) is not a longitude and latitude in \
         degrees; convert the layer to WGS84 first"
    )]
    NotDegrees {
        /// The layer's name.
        layer: String,
        /// The feature's id.
        id: u64,
        /// The coordinate's first number.
        x: f64,
        /// The coordinate's second number.
        y: f64,
    },
}

/// Returns the name of the label layer that accompanies a layer of areas.
pub(crate) fn label_name(layer: &str) -> String {
    format!("{layer}_label")
}

/// Checks the names and coordinates of all layers.
pub(crate) fn check(layers: &[InputLayer]) -> Result<(), InputError> {
    let mut names: Vec<String> = Vec::new();
    for layer in layers {
        if layer.name.is_empty() {
            return Err(InputError::NoName);
        }
        names.push(layer.name.clone());
        match &layer.features {
            Features::Areas(areas) => {
                names.push(label_name(&layer.name));
                check_degrees(&layer.name, areas)?;
            }
            Features::Points(points) => check_degrees(&layer.name, points)?,
        }
    }
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(InputError::SameName { name: pair[0].clone() }),
        None => Ok(()),
    }
}

fn check_degrees<G>(layer: &str, features: &[(Attributes, G)]) -> Result<(), InputError>
where
    G: CoordsIter<Scalar = f64>,
{
    for (attributes, geometry) in features {
        // Negated so that NaN is refused too.
        let degrees = |c: &geo::Coord| c.x.abs() <= 360.0 && c.y.abs() <= 90.0;
        if let Some(c) = geometry.coords_iter().find(|c| !degrees(c)) {
            let layer = layer.to_owned();
            return Err(InputError::NotDegrees { layer, id: attributes.id, x: c.x, y: c.y });
        }
    }
    Ok(())
}
