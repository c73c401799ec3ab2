//! The filter of the request to a feature service: a condition for the catalogue's `only`, and the
//! extent of its `within`.

use lapwing_boundaries::catalogue::{Catalogue, LayerSource, Only, ValuePattern};
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::layer::LayerId;
use lapwing_boundaries::load::load_vector;
use lapwing_boundaries::load::raw::RawGeometry;

use super::downloads::Download;
use super::features::ServerFilter;

/// The filter that covers the selections of all users of a file.
///
/// # Errors
///
/// If the layer of a `within` has not been fetched yet, or cannot be read.
pub(super) fn for_download(
    catalogue: &Catalogue,
    download: &Download,
) -> Result<ServerFilter, String> {
    let conditions: Vec<Option<String>> =
        download.choices.iter().map(|choice| condition(&choice.only)).collect();
    let condition = match &conditions[..] {
        [] => None,
        [one] => one.clone(),
        // If one user has no condition, all features are requested.
        several => several.iter().cloned().collect::<Option<Vec<String>>>().map(|several| {
            let mut several: Vec<String> = several.iter().map(|one| format!("({one})")).collect();
            several.dedup();
            several.join(" OR ")
        }),
    };
    let grounds: Option<Vec<&LayerId>> =
        download.choices.iter().map(|choice| choice.within.as_ref()).collect();
    let mut extent: Option<[f64; 4]> = None;
    for ground in grounds.unwrap_or_default() {
        let [west, south, east, north] = extent_of(catalogue, ground)
            .map_err(|why| format!("{}, which must lie within {ground}: {why}", download.file))?;
        let wide = extent.get_or_insert([west, south, east, north]);
        *wide = [wide[0].min(west), wide[1].min(south), wide[2].max(east), wide[3].max(north)];
    }
    Ok(ServerFilter { condition, extent })
}

/// A condition in the SQL of the services; `None` if there is no condition that SQL can express.
fn condition(only: &[Only]) -> Option<String> {
    let quoted = |text: &str| text.replace('\'', "''");
    let mut all = Vec::new();
    for Only { field, values } in only {
        let is_name = field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        // `%` and `_` are wildcards in a pattern, and occur in no code.
        let is_plain = |value_pattern: &ValuePattern| match value_pattern {
            ValuePattern::Is(_) => true,
            ValuePattern::Begins(start) => !start.contains(['%', '_']),
        };
        if !is_name || !values.iter().all(is_plain) {
            continue;
        }
        let exact: Vec<String> = values
            .iter()
            .filter_map(|value_pattern| match value_pattern {
                ValuePattern::Is(text) => Some(format!("'{}'", quoted(text))),
                ValuePattern::Begins(_) => None,
            })
            .collect();
        let mut any = Vec::new();
        if !exact.is_empty() {
            any.push(format!("{field} IN ({})", exact.join(",")));
        }
        any.extend(values.iter().filter_map(|value_pattern| match value_pattern {
            ValuePattern::Is(_) => None,
            ValuePattern::Begins(start) => Some(format!("{field} LIKE '{}%'", quoted(start))),
        }));
        all.push(if any.len() == 1 { any.remove(0) } else { format!("({})", any.join(" OR ")) });
    }
    (!all.is_empty()).then(|| all.join(" AND "))
}

/// West, south, east and north of the file of a layer, rounded outwards to metres.
fn extent_of(catalogue: &Catalogue, id: &LayerId) -> Result<[f64; 4], String> {
    let spec = catalogue.layer(id).ok_or_else(|| format!("there is no layer {id}"))?;
    let LayerSource::Vector(source) = &spec.source else {
        return Err(format!("{id} has no file of areas"));
    };
    if !source.path.exists() {
        return Err(format!("the file of {id} is not there: fetch it first, with --only {id}"));
    }
    let mut report = Report::default();
    let Some(layer) = load_vector(source, id, &mut report) else {
        let why = report.faults.first().map(|fault| fault.message.clone()).unwrap_or_default();
        return Err(format!("the file of {id} cannot be read: {why}"));
    };
    let mut extent = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for feature in &layer.features {
        let RawGeometry::Polygons { polygons, .. } = &feature.geometry else { continue };
        for at in polygons.iter().flatten().flatten() {
            let [west, south, east, north] = extent;
            extent = [west.min(at.x), south.min(at.y), east.max(at.x), north.max(at.y)];
        }
    }
    if extent.iter().any(|bound| !bound.is_finite()) {
        return Err(format!("the file of {id} has no area"));
    }
    let [west, south, east, north] = extent;
    Ok([west.floor(), south.floor(), east.ceil(), north.ceil()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(field: &str, values: Vec<ValuePattern>) -> Only {
        Only { field: field.to_owned(), values }
    }

    #[test]
    fn the_selection_becomes_an_sql_condition() {
        let is = |text: &str| ValuePattern::Is(text.to_owned());
        let begins = |text: &str| ValuePattern::Begins(text.to_owned());
        assert_eq!(condition(&[]), None);
        let lads = only("LAD22CD", vec![is("E06000061"), is("E06000062")]);
        let sql = "LAD22CD IN ('E06000061','E06000062')";
        assert_eq!(condition(std::slice::from_ref(&lads)).as_deref(), Some(sql));
        let parishes = only("PARNCP23CD", vec![begins("E04")]);
        let both = format!("{sql} AND PARNCP23CD LIKE 'E04%'");
        assert_eq!(condition(&[lads, parishes]).as_deref(), Some(both.as_str()));
        let mixed = only("A", vec![is("x"), begins("y")]);
        assert_eq!(condition(&[mixed]).as_deref(), Some("(A IN ('x') OR A LIKE 'y%')"));
    }

    #[test]
    fn values_of_a_catalogue_are_quoted_in_sql() {
        let quote = only("NAME", vec![ValuePattern::Is("St Mary's') OR ('1'='1".to_owned())]);
        let sql = "NAME IN ('St Mary''s'') OR (''1''=''1')";
        assert_eq!(condition(&[quote]).as_deref(), Some(sql));
        let odd = only("A = 1 --", vec![ValuePattern::Is("x".to_owned())]);
        assert_eq!(condition(&[odd]), None);
        let pattern = only("A", vec![ValuePattern::Begins("%".to_owned())]);
        assert_eq!(condition(&[pattern]), None);
    }
}
