//! What the maker of tiles is given, and what it refuses.

use geo::{CoordsIter, MultiPolygon, Point};

/// A property's value, as MVT 2.1 section 4.4 knows them.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// Yes or no.
    Truth(bool),
}

/// One feature's number and properties.
#[derive(Clone, Debug, PartialEq)]
pub struct Attributes {
    /// The feature's `id` in the tile, unique in its layer.
    pub id: u64,
    /// Names and values, in the order they are written.
    pub properties: Vec<(String, Value)>,
}

/// The features of a layer.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Areas in degrees, WGS84. Rings may run either way.
    Areas(Vec<(Attributes, MultiPolygon)>),
    /// Points in degrees, WGS84.
    Points(Vec<(Attributes, Point)>),
}

/// A layer to make tiles of.
#[derive(Clone, Debug, PartialEq)]
pub struct InputLayer {
    /// The layer's name in the tile.
    pub name: String,
    /// Its features.
    pub features: Features,
}

/// Why a layer cannot be made into tiles.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InputError {
    /// A layer must be called something.
    #[error("a layer has no name; give it one")]
    NoName,
    /// Names must differ, or their features would be mixed in one tile.
    #[error("two tile layers are named `{name}`; rename one")]
    SameName {
        /// The name.
        name: String,
    },
    /// A coordinate is not a number of degrees.
    #[error(
        "layer `{layer}`, feature {id}: the coordinate ({x}, {y}) is no longitude and latitude in \
         degrees; convert the layer to WGS84 first"
    )]
    NotDegrees {
        /// The layer's name.
        layer: String,
        /// The feature's number.
        id: u64,
        /// The coordinate's first number.
        x: f64,
        /// The coordinate's second number.
        y: f64,
    },
}

/// The layer of names that goes with a layer of areas.
pub(crate) fn label_name(layer: &str) -> String {
    format!("{layer}_label")
}

/// Checks names and coordinates of all layers.
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
        // Written so that NaN is refused too.
        let degrees = |c: &geo::Coord| c.x.abs() <= 360.0 && c.y.abs() <= 90.0;
        if let Some(c) = geometry.coords_iter().find(|c| !degrees(c)) {
            let layer = layer.to_owned();
            return Err(InputError::NotDegrees { layer, id: attributes.id, x: c.x, y: c.y });
        }
    }
    Ok(())
}
