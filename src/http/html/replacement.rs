//! What replaced an area whose boundaries are no longer in force, as a paragraph of a page.

use maud::{Markup, html};

use super::joined;
use crate::answers::{Replacement, words};

/// Says since when the boundaries of an area are no longer in force, and which areas have its land now.
/// `link` writes a link to the area with that layer, code and name.
pub(in crate::http) fn replacement_notice(
    replacement: &Replacement<'_>,
    link: impl Fn(&str, &str, &str) -> Markup,
) -> Markup {
    let areas = replacement.newer.as_ref().map(|newer| {
        newer.areas.iter().map(|area| {
            html! {
                (link(newer.layer, area.code, area.name))
                @if let Some(share) = area.share { " (" (words::percent(share)) ")" }
            }
        })
    });
    html! {
        p {
            strong { (words::superseded(replacement.since, replacement.newer.is_some())) }
            @match areas {
                None => {}
                Some(areas) if areas.len() == 0 => " No newer area has its land.",
                Some(areas) => { " Its land is now in " (joined(areas, ", ")) "." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::answers::{NewerVintage, ReplacingArea};

    #[test]
    fn a_replaced_area_names_those_that_have_its_land() {
        let link =
            |layer: &str, code: &str, name: &str| html! { (name) " [" (layer) "/" (code) "]" };
        let notice = |newer| {
            let found = Replacement { since: date(2025, 5, 1), newer };
            replacement_notice(&found, link).into_string()
        };
        let newer = |areas| Some(NewerVintage { layer: "ward", areas });
        let area = |code, name, share| ReplacingArea { code, name, share };
        let areas = vec![area("B", "Bee", Some(0.995)), area("C", "<Cee>", Some(0.004))];
        assert_eq!(
            notice(newer(areas)),
            "<p><strong>These boundaries were replaced on 1 May 2025.</strong> Its land is now in \
             Bee [ward/B] (over 99 %), &lt;Cee&gt; [ward/C] (under 1 %).</p>"
        );
        assert!(notice(newer(Vec::new())).ends_with("</strong> No newer area has its land.</p>"));
        assert!(notice(None).ends_with("We do not hold newer ones.</strong></p>"));
    }
}
