//! The answer as text, for browsers without scripts and for a program built without the page.
//!
//! `q` is a postcode, a position, a layer and code separated by a slash, or the beginning of a name.

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::confidence::ConfidenceLevel;
use maud::{Markup, html};

use crate::answers::{
    self, AnswerError, AreaMatch, Choice, LookupAnswer, SearchHit, TypedPlaceError,
};
use crate::http::html::joined;
use crate::live::Served;

/// The query of the page. Other parameters belong to the script.
#[derive(Debug, Default)]
pub(super) struct PageQuery {
    q: String,
    date: Option<String>,
}

impl PageQuery {
    pub(super) fn read(query: Option<&str>) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "q" => asked.q = value.trim().chars().take(200).collect(),
                "date" => asked.date = Some(value.into_owned()),
                _ => {}
            }
        }
        asked
    }
}

/// What is written into the page.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The query, repeated in the search field.
    pub(super) query: String,
    /// The answer; empty without a query.
    pub(super) words: Markup,
}

/// The answer to a query, or why there is none.
pub(super) fn answer(served: Option<&Served>, asked: &PageQuery) -> Answer {
    let words = match served {
        None => html! { p { "The data are still loading: reload this page in a moment." } },
        Some(served) => html! {
            @if served.atlas().is_illustrative() {
                p { strong { "This place does not exist: its data are illustrative." } }
            }
            @if !asked.q.is_empty() {
                @match answer_in_words(served.atlas(), asked) {
                    Ok(words) => (words),
                    Err(why) => p { (why) },
                }
            }
        },
    };
    Answer { query: asked.q.clone(), words }
}

fn answer_in_words(atlas: &Atlas, asked: &PageQuery) -> Result<Markup, String> {
    let message = |error: AnswerError| error.to_string();
    let day = match asked.date.as_deref().filter(|date| !date.is_empty()) {
        None => Day::Today(crate::http::today()),
        Some(text) => answers::read_date(text).map(Day::Requested).ok_or_else(|| {
            format!(
                "{:?} is not a date: write it like 2024-05-01",
                text.chars().take(40).collect::<String>()
            )
        })?,
    };
    match answers::read_place(&asked.q) {
        Ok(place) => {
            return Ok(place_in_words(&answers::lookup(atlas, place, None, day).map_err(message)?));
        }
        Err(TypedPlaceError::Position(error)) => return Err(error.to_string()),
        Err(TypedPlaceError::NotAPlace(_)) => {}
    }
    if let Some((layer, code)) = asked.q.split_once('/') {
        return area_in_words(atlas, layer.trim(), code.trim(), day).map_err(message);
    }
    let found = answers::search(atlas, &asked.q, None, 30).map_err(message)?;
    match found.did_you_mean {
        Some(postcode) if found.results.is_empty() => Ok(suggestion_in_words(&postcode)),
        _ => Ok(finds_in_words(&found.results, &asked.q)),
    }
}

fn link(layer: &str, code: &str, name: &str) -> Markup {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", &format!("{layer}/{code}"))
        .finish();
    html! { a href={ "/map?" (query) } { (name) " (" (code) ")" } }
}

fn place_in_words(answer: &LookupAnswer<'_>) -> Markup {
    html! {
        dl {
            @if let Some(month) = &answer.place.terminated {
                dt { "Terminated" }
                dd { (month) "; this is its last location" }
            }
            @for (key, areas) in &answer.place.areas.0 {
                @let layer = answer.layers.get(key.as_str()).and_then(Option::as_ref);
                @let layer = layer.map_or(key.as_str(), |used| used.layer.as_str());
                dt { (key.as_str()) }
                dd { (areas_in_words(layer, areas.as_deref())) }
            }
            @if let Some(confidence) = &answer.place.confidence {
                dt { "Confidence" }
                dd {
                    (level_in_words(confidence.level))
                    @if let Some(distance) = confidence.boundary_distance_m {
                        ", " (distance) " m from a boundary"
                    }
                }
                @for near in &confidence.near {
                    dt { "Near" }
                    dd { (link(&near.layer, near.code, near.name)) ", " (near.distance_m) " m away" }
                }
            }
        }
    }
}

fn areas_in_words(layer: &str, areas: Option<&[AreaMatch<'_>]>) -> Markup {
    match areas {
        None => html! { "no boundaries for that date" },
        Some([]) => html! { "none" },
        Some(areas) => {
            let links = areas.iter().map(|area| {
                html! {
                    (link(layer, area.code, area.name))
                    @if let Some(share) = area.share {
                        (format_args!(", {:.0} % of its addresses", share * 100.0))
                    }
                }
            });
            joined(links, "; ")
        }
    }
}

fn level_in_words(level: ConfidenceLevel) -> &'static str {
    match level {
        ConfidenceLevel::High => "sure",
        ConfidenceLevel::NearBoundary => "near a boundary: ask for the address",
        ConfidenceLevel::Low => "not sure: ask for the address",
    }
}

fn area_in_words(atlas: &Atlas, layer: &str, code: &str, day: Day) -> Result<Markup, AnswerError> {
    let choice = Choice { slivers: false, touches: false };
    let answer = answers::overlaps(atlas, layer, code, None, day, choice)?;
    let area = &answer.area;
    let percent = |share: Option<f64>| {
        share.map_or_else(String::new, |share| format!("{:.1} %", share * 100.0))
    };
    Ok(html! {
        h2 { (area.name) " (" (area.code) ")" }
        p { (area.layer) (format_args!(", {:.2} km²", area.area_m2 / 1e6)) }
        table {
            thead {
                tr {
                    th { "Area" }
                    th { "Layer" }
                    th { "Share of " (area.name) }
                    th { "Share of the other" }
                }
            }
            tbody {
                @for other in &answer.overlaps {
                    @let used = answer.layers.get(&other.layer).and_then(Option::as_ref);
                    @let id = used.map_or(&*other.layer, |used| used.layer.as_str());
                    tr {
                        td { (link(id, other.code, other.name)) }
                        td { (other.layer) }
                        td { (percent(other.share_of_area)) }
                        td { (percent(other.share_of_other)) }
                    }
                }
            }
        }
    })
}

fn suggestion_in_words(postcode: &str) -> Markup {
    html! { p { "Did you mean " (postcode_link(postcode)) "?" } }
}

fn postcode_link(postcode: &str) -> Markup {
    html! { a href={ "/map?q=" (postcode.replace(' ', "")) } { (postcode) } }
}

fn finds_in_words(finds: &[SearchHit<'_>], text: &str) -> Markup {
    if finds.is_empty() {
        return html! { p { "Nothing begins with \"" (text) "\"." } };
    }
    html! {
        ul {
            @for find in finds {
                li {
                    @match find {
                        SearchHit::Area { layer, code, name } => {
                            (link(layer, code, name)) ", " (layer)
                        }
                        SearchHit::Point { layer, name, .. } => { (name) ", " (layer) }
                        SearchHit::Position { lon, lat, .. } => {
                            a href={ "/map?q=" (lon) "," (lat) } { (lon) ", " (lat) }
                        }
                        SearchHit::Postcode { postcode, .. } => { (postcode_link(postcode)) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_does_not_ask_in_words_is_left_to_its_script() {
        let asked = PageQuery::read(Some("q=+NN1%201ED+&layers=ward&embed=1&q2=x"));
        assert_eq!((asked.q.as_str(), asked.date), ("NN1 1ED", None));
        assert_eq!(PageQuery::read(None).q, "");
    }
}
