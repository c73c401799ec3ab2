//! The local authorities of England.

use lapwing_boundaries::manifest::nearest;

/// Code and name of each authority of May 2024, by ONS ("Local Authority Districts (May 2024)",
/// Open Government Licence v3.0).
const AUTHORITIES: &str = include_str!("authorities.txt");

/// An authority: its code and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Authority {
    pub(super) code: String,
    pub(super) name: String,
}

/// Finds an authority by code or name.
///
/// # Errors
///
/// A message that says what the text is instead, if that is known, and what to write.
pub(super) fn find(text: &str) -> Result<Authority, String> {
    let text = text.trim();
    let known = || AUTHORITIES.lines().filter_map(|line| line.split_once(' '));
    let is_it = |(code, name): &(&str, &str)| {
        code.eq_ignore_ascii_case(text) || name.eq_ignore_ascii_case(text)
    };
    if let Some((code, name)) = known().find(is_it) {
        return Ok(Authority { code: code.to_owned(), name: name.to_owned() });
    }
    if let Some(what) = kind_of_code(text) {
        return Err(format!("{text} is {what}"));
    }
    let names: Vec<&str> = known().map(|(_, name)| name).collect();
    let hint = match nearest(text, &names) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => "write its code, such as E06000062, or its name".to_owned(),
    };
    Err(format!("{text:?} is not a local authority in England; {hint}"))
}

/// Describes a GSS code that is not a current local authority in England. `None` if the text is not a
/// GSS code.
fn kind_of_code(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_uppercase();
    let is_code = text.len() == 9
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text[1..].bytes().all(|byte| byte.is_ascii_digit());
    if !is_code {
        return None;
    }
    Some(match &text[..3] {
        "E06" | "E07" | "E08" | "E09" => {
            "not among the 296 local authorities in England of May 2024: check the code, or whether \
             the authority has been abolished or created since (Corby, E07000150, became part of \
             E06000061)"
        }
        "E10" => "a county council: name its districts, whose codes begin with E07",
        "E12" => "a region: name its authorities",
        "E47" => "a combined authority: name its members",
        "E05" => "a ward: name its authority",
        "E04" => "a parish: name its authority",
        _ => match text.as_bytes()[0] {
            b'W' => "in Wales: `lapwing new` covers England only",
            b'S' => "in Scotland: `lapwing new` covers England only",
            b'N' => "in Northern Ireland: `lapwing new` covers England only",
            _ => "not the code of an authority: those in England begin with E06, E07, E08 or E09",
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_found_by_code_and_by_name() {
        let west = find("E06000062").unwrap();
        assert_eq!(west.name, "West Northamptonshire");
        assert_eq!(find("west northamptonshire "), Ok(west));
        assert_eq!(find("bristol, city of").unwrap().code, "E06000023");
        assert_eq!(AUTHORITIES.lines().count(), 296);
    }

    #[test]
    fn the_error_describes_a_wrong_code() {
        for (text, expected) in [
            ("W06000015", "Wales"),
            ("S12000036", "Scotland"),
            ("N09000003", "Northern Ireland"),
            ("E10000021", "county council"),
            ("E07000150", "abolished"),
            ("E05013246", "a ward"),
            ("E92000001", "begin with E06"),
            ("West Northamptonshir", "did you mean \"West Northamptonshire\"?"),
            ("", "write its code"),
            ("E0600006é", "write its code"),
        ] {
            let error = find(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
