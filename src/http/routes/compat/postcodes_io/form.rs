//! Form fields as JSON, as Express reads them: `postcodes[]=…`, `geolocations[0][longitude]=…`.
//! jQuery sends data in this form.

use serde_json::{Map, Value};

use super::Query;

/// Maximum length of a list that fields can create.
const MAX_LIST_LENGTH: usize = 1000;

/// Converts the fields of a form to an object.
pub(super) fn read(form: &str) -> Value {
    let mut whole = Value::Object(Map::new());
    for (name, value) in Query::read(Some(form)).pairs() {
        let (first, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
        let keys = rest.split('[').skip(1).map(|key| key.trim_end_matches(']'));
        let path: Vec<&str> = std::iter::once(first).chain(keys).collect();
        // Deeper than any structure that the routes read.
        if path.len() <= 4 {
            put(&mut whole, &path, value);
        }
    }
    whole
}

fn put(at: &mut Value, path: &[&str], text: &str) {
    let Some((key, rest)) = path.split_first() else {
        // A repeated name becomes a list.
        let text = Value::String(text.to_owned());
        match at {
            Value::Null => *at = text,
            Value::Array(all) => all.push(text),
            other => *other = Value::Array(vec![other.take(), text]),
        }
        return;
    };
    let index = if key.is_empty() { Some(usize::MAX) } else { key.parse::<usize>().ok() };
    match (index, &mut *at) {
        (Some(_), Value::Null) => *at = Value::Array(Vec::new()),
        (None, Value::Null) => *at = Value::Object(Map::new()),
        _ => {}
    }
    match (at, index) {
        (Value::Array(all), Some(index)) => {
            let index = index.min(all.len());
            if index == all.len() && index < MAX_LIST_LENGTH {
                all.push(Value::Null);
            }
            if let Some(one) = all.get_mut(index) {
                put(one, rest, text);
            }
        }
        (Value::Object(all), _) => {
            put(all.entry((*key).to_owned()).or_insert(Value::Null), rest, text);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_with_brackets_become_lists_and_objects() {
        for (form, made) in [
            ("postcodes[]=A&postcodes[]=B", json!({"postcodes": ["A", "B"]})),
            ("postcodes%5B%5D=A", json!({"postcodes": ["A"]})),
            ("postcodes=A&postcodes=B", json!({"postcodes": ["A", "B"]})),
            ("postcodes=A", json!({"postcodes": "A"})),
            ("postcodes[0]=A&postcodes[1]=B", json!({"postcodes": ["A", "B"]})),
            (
                "geolocations[0][longitude]=1&geolocations[0][latitude]=2&geolocations[1][longitude]=3",
                json!({"geolocations": [{"longitude": "1", "latitude": "2"}, {"longitude": "3"}]}),
            ),
            ("", json!({})),
            ("a[9999999]=1", json!({"a": ["1"]})),
            ("a[b][c][d][e]=1", json!({})),
            ("a=1&a[b]=2", json!({"a": "1"})),
        ] {
            assert_eq!(read(form), made, "{form}");
        }
    }
}
