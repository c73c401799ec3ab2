//! What an answer cannot say for certain, in words. Pages and the command line use them; JSON and CSV
//! have fields for the same.

use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::confidence::CoverageGap;

/// For a place in no area of any layer.
pub const OUTSIDE: &str = "Outside the area that this service covers";

/// For a layer without an area at a place: that there is none, or that it is not known.
pub fn none_of(atlas: &Atlas, layer: usize, gap: Option<CoverageGap>) -> String {
    match gap {
        None => "none".to_owned(),
        Some(CoverageGap::Incomplete) => {
            let title = &atlas.layers()[layer].layer().meta().title;
            format!("not known: we do not hold the {} here", kind_in_a_sentence(title))
        }
        Some(CoverageGap::Outside) => "not covered".to_owned(),
    }
}

/// Says that the boundaries of an answer are no longer in force.
pub fn superseded(since: Date, has_newer: bool) -> String {
    let newer = if has_newer { "" } else { " We do not hold newer ones." };
    format!("These boundaries were replaced on {}.{newer}", long_date(since))
}

/// A share as a whole percentage that never says all of less than all, nor nothing of something.
pub fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 {
        "under 1 %".to_owned()
    } else if share < 1.0 && share > 0.99 {
        "over 99 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

/// `1 May 2025`.
pub fn long_date(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// The title of a layer without its vintage, as it stands inside a sentence: `wards` for `Wards,
/// December 2022`. A name such as `Local Area Partnerships` stays as it is.
fn kind_in_a_sentence(title: &str) -> String {
    let kind = title.split(',').next().unwrap_or_default().trim();
    let is_capital = |word: &str| word.starts_with(char::is_uppercase);
    let is_name = kind.split(' ').skip(1).any(is_capital)
        || kind.chars().skip(1).take(1).any(char::is_uppercase);
    let mut letters = kind.chars();
    match letters.next() {
        Some(first) if !is_name => first.to_lowercase().chain(letters).collect(),
        _ => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::answers::squares;

    #[test]
    fn the_kind_of_a_layer_is_written_as_inside_a_sentence() {
        for (title, expected) in [
            ("Wards, December 2022", "wards"),
            ("Local authorities, May 2024", "local authorities"),
            ("Local Area Partnerships", "Local Area Partnerships"),
            ("GP practices", "GP practices"),
            ("", ""),
        ] {
            assert_eq!(kind_in_a_sentence(title), expected);
        }
    }

    #[test]
    fn unknown_is_not_said_as_none() {
        let atlas = squares::atlas();
        assert_eq!(none_of(&atlas, 2, None), "none");
        let unknown = none_of(&atlas, 2, Some(CoverageGap::Incomplete));
        assert_eq!(unknown, "not known: we do not hold the squares: lap here");
        assert_eq!(none_of(&atlas, 2, Some(CoverageGap::Outside)), "not covered");
    }

    #[test]
    fn replaced_boundaries_say_since_when() {
        let day = date(2025, 5, 1);
        assert_eq!(superseded(day, true), "These boundaries were replaced on 1 May 2025.");
        assert_eq!(
            superseded(day, false),
            "These boundaries were replaced on 1 May 2025. We do not hold newer ones."
        );
    }

    #[test]
    fn a_percentage_is_all_or_nothing_only_if_the_share_is() {
        let expected = ["0 %", "under 1 %", "50 %", "over 99 %", "100 %"];
        assert_eq!([0.0, 0.004, 0.5, 0.995, 1.0].map(percent), expected);
    }
}
