//! The order of features.

use std::cmp::Ordering;

use lapwing_boundaries::atlas::Atlas;

use crate::features::attributes::{Schema, Value};

/// The attributes to sort by, the most significant first. Features that are equal in all of them
/// are in code order; those without a value come last in either direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    keys: Vec<Key>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Key {
    attribute: usize,
    descending: bool,
}

/// Why a `sortby` is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidOrder {
    /// There is no such attribute.
    #[error("there is no attribute {name:?} to sort by: the layer has {}", known.join(", "))]
    Unknown {
        /// The name, shortened.
        name: String,
        /// The attributes of the layer.
        known: Vec<String>,
    },
    /// A name is missing or repeated.
    #[error(
        "write attribute names separated by commas, each once, with - for descending order, such as -area_m2,name"
    )]
    Form,
}

impl Order {
    /// Parses attribute names separated by commas, each with a prefix `-` for descending or `+`,
    /// which is optional. A plus sign that was not escaped arrives as a space.
    pub fn read(text: &str, schema: &Schema) -> Result<Self, InvalidOrder> {
        let mut keys: Vec<Key> = Vec::new();
        for item in text.split(',') {
            let item = item.trim();
            let descending = item.starts_with('-');
            let name = item.strip_prefix(['-', '+']).unwrap_or(item);
            if name.is_empty() {
                return Err(InvalidOrder::Form);
            }
            let attribute = schema.position(name).ok_or_else(|| InvalidOrder::Unknown {
                name: name.chars().take(60).collect(),
                known: schema.attributes().iter().map(|a| a.name.clone()).collect(),
            })?;
            if keys.iter().any(|key| key.attribute == attribute) {
                return Err(InvalidOrder::Form);
            }
            keys.push(Key { attribute, descending });
        }
        Ok(Self { keys })
    }

    /// Sorts indices that are in code order.
    pub fn sort(&self, atlas: &Atlas, schema: &Schema, indices: &mut Vec<usize>) {
        if self.keys.is_empty() {
            return;
        }
        let mut keyed: Vec<(Vec<Value<'_>>, usize)> = indices
            .iter()
            .map(|&index| {
                let value = |key: &Key| schema.value(atlas, index, key.attribute);
                (self.keys.iter().map(value).collect(), index)
            })
            .collect();
        keyed.sort_by(|(a, _), (b, _)| {
            let by_key = self.keys.iter().zip(a.iter().zip(b));
            by_key
                .map(|(key, (a, b))| compare(a, b, key.descending))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        indices.clear();
        indices.extend(keyed.into_iter().map(|(_, index)| index));
    }
}

fn compare(a: &Value<'_>, b: &Value<'_>, descending: bool) -> Ordering {
    let order = match (a, b) {
        (Value::Null, Value::Null) => return Ordering::Equal,
        (Value::Null, _) => return Ordering::Greater,
        (_, Value::Null) => return Ordering::Less,
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.total_cmp(b),
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (a, b) => a.cell().cmp(&b.cell()),
    };
    if descending { order.reverse() } else { order }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::squares;

    fn sorted(layer: usize, text: &str) -> Vec<usize> {
        let atlas = squares::atlas();
        let schema = Schema::of(&atlas, layer);
        let mut indices = (0..atlas.layers()[layer].layer().len()).collect();
        Order::read(text, &schema).unwrap().sort(&atlas, &schema, &mut indices);
        indices
    }

    #[test]
    fn several_keys_sort_in_sequence_and_then_the_code() {
        assert_eq!(sorted(0, "name"), [0, 1]);
        assert_eq!(sorted(0, "-name"), [1, 0]);
        assert_eq!(sorted(0, " name"), [0, 1], "a plus sign that was not escaped");
        assert_eq!(sorted(0, "-area_m2"), [0, 1], "alike: in code order");
        assert_eq!(sorted(0, "area_m2,-code"), [1, 0]);
        assert_eq!(sorted(4, "-seats,-parish,-name"), [2, 1, 0]);
    }

    #[test]
    fn null_values_sort_last_in_both_directions() {
        let one = Value::Integer(1);
        assert_eq!(compare(&Value::Null, &one, false), Ordering::Greater);
        assert_eq!(compare(&Value::Null, &one, true), Ordering::Greater);
        assert_eq!(compare(&one, &Value::Integer(2), true), Ordering::Greater);
    }

    #[test]
    fn an_unknown_or_repeated_name_is_refused() {
        let atlas = squares::atlas();
        let schema = Schema::of(&atlas, 0);
        let message = Order::read("nmae", &schema).unwrap_err().to_string();
        assert!(message.contains("nmae") && message.contains("area_m2"), "{message}");
        for text in ["", "name,", "-", "name,-name"] {
            assert_eq!(Order::read(text, &schema), Err(InvalidOrder::Form), "{text:?}");
        }
    }
}
