//! Field names, which hold at most ten bytes.

use std::collections::HashSet;

/// The bytes of a name in a field descriptor, without the NUL that ends it.
const MOST_BYTES: usize = 10;

/// Returns a field name for each attribute: at most ten bytes of UTF-8, and unique without regard to
/// case.
///
/// A name that fits is kept. Any other is cut after the last whole character that fits, and numbered
/// if another field has that name: `population_2021` and `population_2022` become `population` and
/// `populati_1`.
pub(super) fn field_names(names: &[&str]) -> Vec<String> {
    let mut used = HashSet::new();
    let plain: Vec<String> =
        names.iter().map(|name| name.replace(|c: char| c.is_control(), "_")).collect();
    let kept: Vec<bool> = plain
        .iter()
        .map(|name| {
            (1..=MOST_BYTES).contains(&name.len())
                && name.trim() == name
                && used.insert(name.to_lowercase())
        })
        .collect();
    std::iter::zip(plain, kept)
        .map(|(name, kept)| if kept { name } else { cut_and_number(&name, &mut used) })
        .collect()
}

fn cut_and_number(name: &str, used: &mut HashSet<String>) -> String {
    let name = if name.trim().is_empty() { "field" } else { name.trim() };
    let mut short = cut(name, MOST_BYTES).trim_end().to_owned();
    let mut number = 1;
    while !used.insert(short.to_lowercase()) {
        let suffix = format!("_{number}");
        short = cut(name, MOST_BYTES - suffix.len()).to_owned() + &suffix;
        number += 1;
    }
    short
}

/// Returns the beginning of a text, at most `bytes` bytes, cut between characters.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_fit_stay_and_others_are_cut_and_numbered() {
        let names = ["code", "population_2021", "population_2022", "populati_1", "Code", "name"];
        assert_eq!(
            field_names(&names),
            ["code", "population", "populati_2", "populati_1", "Code_1", "name"]
        );
    }

    #[test]
    fn twelve_long_names_with_a_common_prefix_stay_unique() {
        let names: Vec<String> = (0..12).map(|at| format!("households_with_{at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let short = field_names(&names);
        assert_eq!(short[..2], ["households", "househol_1"]);
        assert_eq!(short[9..], ["househol_9", "househo_10", "househo_11"]);
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        assert_eq!(
            field_names(&["Etholaeth Môn", "地区名称", "a long one", "a long\tname"]),
            ["Etholaeth", "地区名", "a long one", "a long_nam"]
        );
    }

    #[test]
    fn an_empty_name_is_replaced() {
        assert_eq!(field_names(&["", " ", "\n"]), ["field", "field_1", "_"]);
    }
}
