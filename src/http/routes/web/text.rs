//! The answer as text, for browsers without scripts and for a program built without the page.
//!
//! `q` is a postcode, a position, a layer and code separated by a slash, or the beginning of a name.

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::confidence::{ConfidenceLevel, CoverageGap};
use lapwing_boundaries::overlap::Relation;
use maud::{Markup, html};

use crate::answers::{
    self, AnswerError, AreaMatch, Choice, Confidence, Keyed, LayerConfidence, LayerUsed,
    LookupAnswer, OverlapEntry, OverlapsAnswer, SearchHit, TypedPlaceError, words,
};
use crate::http::html::{joined, replacement_notice};
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
            let answer = answers::lookup(atlas, place, None, day).map_err(message)?;
            return Ok(place_in_words(atlas, &answer));
        }
        Err(TypedPlaceError::Position(error)) => return Err(error.to_string()),
        Err(TypedPlaceError::NotAPlace(_)) => {}
    }
    if let Some((layer, code)) = asked.q.split_once('/') {
        return area_in_words(atlas, layer.trim(), code.trim(), day).map_err(message);
    }
    let found = answers::search(atlas, &asked.q, None, 30, day).map_err(message)?;
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

/// What must be said before the areas: that the place is outside, or that boundaries are old.
fn warnings(atlas: &Atlas, answer: &LookupAnswer<'_>) -> Markup {
    let gap = answer.place.confidence.as_ref().and_then(|confidence| confidence.coverage);
    html! {
        @if gap == Some(CoverageGap::Outside) {
            p { strong { (words::OUTSIDE) "." } }
        }
        (superseded_in_words(atlas, &answer.layers))
    }
}

/// Which boundaries of an answer are no longer in force.
fn superseded_in_words(atlas: &Atlas, layers: &Keyed<Option<LayerUsed>>) -> Markup {
    let superseded = layers.0.iter().filter_map(|(_, used)| {
        let used = used.as_ref()?;
        used.superseded_since.zip(atlas.layer_index(used.layer.as_str()))
    });
    html! {
        @for (since, layer) in superseded {
            @let title = &atlas.layers()[layer].layer().meta().title;
            p { strong { (title) ": " (words::superseded(since, answers::has_newer(atlas, layer))) } }
        }
    }
}

fn place_in_words(atlas: &Atlas, answer: &LookupAnswer<'_>) -> Markup {
    let confidence = answer.place.confidence.as_ref();
    html! {
        (warnings(atlas, answer))
        dl {
            @if let Some(month) = &answer.place.terminated {
                dt { "Terminated" }
                dd { (month) "; this is its last location" }
            }
            @for (key, areas) in &answer.place.areas.0 {
                @let layer = answer.layers.get(key.as_str()).and_then(Option::as_ref);
                @let layer = layer.map_or(key.as_str(), |used| used.layer.as_str());
                @let of_layer = confidence.and_then(|of| of.layers.get(key.as_str())?.as_ref());
                dt { (key.as_str()) }
                dd { (areas_in_words(atlas, layer, areas.as_deref(), of_layer)) }
            }
            @if let Some(confidence) = confidence {
                dt { "Confidence" }
                dd {
                    (level_in_words(confidence))
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

fn areas_in_words(
    atlas: &Atlas,
    layer: &str,
    areas: Option<&[AreaMatch<'_>]>,
    confidence: Option<&LayerConfidence>,
) -> Markup {
    match areas {
        None => html! { "no boundaries for that date" },
        Some([]) => {
            let gap = confidence.and_then(|of| of.coverage);
            let reason = |layer| words::none_of(atlas, layer, gap);
            html! { (atlas.layer_index(layer).map_or_else(|| "none".to_owned(), reason)) }
        }
        Some(areas) => {
            let links = areas.iter().map(|area| {
                html! {
                    (link(layer, area.code, area.name))
                    @if let Some(share) = area.share {
                        (format_args!(", {:.0} % of its addresses", share * 100.0))
                    }
                }
            });
            let unassigned = confidence.and_then(|of| of.unassigned).map(|rest| {
                html! { (words::percent(rest.share)) " of its addresses in none that we hold" }
            });
            joined(links.chain(unassigned), "; ")
        }
    }
}

fn level_in_words(confidence: &Confidence<'_>) -> &'static str {
    match confidence.level {
        _ if confidence.coverage == Some(CoverageGap::Outside) => "not covered",
        _ if confidence.coverage.is_some() => "not known for every layer",
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
    let listed = answer.overlaps.iter().filter(|other| !is_drawing_error(&answer, other));
    Ok(html! {
        @if let Some(notice) = superseded_area(atlas, &answer, day) { (notice) }
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
                @for other in listed {
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

/// True for a part beside the area that holds the whole: it is only an error of the drawings.
fn is_drawing_error(answer: &OverlapsAnswer<'_>, part: &OverlapEntry<'_>) -> bool {
    let is_holder =
        |entry: &OverlapEntry<'_>| matches!(entry.relation, Relation::Within | Relation::Equals);
    let is_inside = |entry: &OverlapEntry<'_>| entry.layer == part.layer && is_holder(entry);
    !is_holder(part) && answer.overlaps.iter().any(is_inside)
}

/// Says since when an area's own boundaries are old, and what replaced it.
fn superseded_area(atlas: &Atlas, answer: &OverlapsAnswer<'_>, day: Day) -> Option<Markup> {
    let used = answer.layers.get(&answer.area.layer)?.as_ref()?;
    let layer = atlas.layer_index(used.layer.as_str())?;
    let area = atlas.layers()[layer].layer().area_index(answer.area.code)?;
    let found = answers::replacement(atlas, layer, area, day)?;
    Some(replacement_notice(&found, link))
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
                        SearchHit::Area { layer, code, name, superseded_since } => {
                            (link(layer, code, name)) ", " (layer)
                            @if let Some(since) = superseded_since {
                                ", replaced on " (words::long_date(*since))
                            }
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
