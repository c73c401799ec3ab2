//! The answer as text, for browsers without scripts and for a program built without the page.
//!
//! `q` is a postcode, a longitude and latitude separated by a comma, a layer and code separated by
//! a slash, or the beginning of a name.

use std::fmt::Write as _;

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::confidence::{ConfidenceLevel, CoverageGap};
use lapwing_boundaries::overlap::Relation;
use lapwing_boundaries::position::LngLat;
use lapwing_boundaries::postcode::Postcode;

use crate::answers::{
    self, AnswerError, Choice, Keyed, LayerUsed, LookupAnswer, OverlapEntry, OverlapsAnswer, Place,
    SearchHit, words,
};
use crate::http::html::escape;
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
    pub(super) html: String,
}

/// The answer to a query, or why there is none.
pub(super) fn answer(served: Option<&Served>, asked: &PageQuery) -> Answer {
    let mut html = String::new();
    let Some(served) = served else {
        let html = "<p>The data are still loading: reload this page in a moment.</p>".to_owned();
        return Answer { query: asked.q.clone(), html };
    };
    let atlas = served.atlas();
    if atlas.is_illustrative() {
        html.push_str(
            "<p><strong>This place does not exist: its data are illustrative.</strong></p>",
        );
    }
    if !asked.q.is_empty() {
        let told = tell(atlas, asked).unwrap_or_else(|why| format!("<p>{}</p>", escape(&why)));
        html.push_str(&told);
    }
    Answer { query: asked.q.clone(), html }
}

fn tell(atlas: &Atlas, asked: &PageQuery) -> Result<String, String> {
    let told = |error: AnswerError| error.to_string();
    let day = match asked.date.as_deref().filter(|date| !date.is_empty()) {
        None => Day::Today(crate::http::today()),
        Some(text) => answers::read_date(text).map(Day::Asked).ok_or_else(|| {
            format!(
                "{:?} is not a date: write it like 2024-05-01",
                text.chars().take(40).collect::<String>()
            )
        })?,
    };
    if let Some(place) = place(&asked.q)? {
        let answer = answers::lookup(atlas, place, None, day).map_err(told)?;
        return Ok(place_in_words(atlas, &answer));
    }
    if let Some((layer, code)) = asked.q.split_once('/') {
        return area_in_words(atlas, layer.trim(), code.trim(), day).map_err(told);
    }
    let found = answers::search(atlas, &asked.q, None, 30, day).map_err(told)?;
    Ok(finds_in_words(&found.results, &asked.q))
}

/// A postcode, or a longitude and latitude.
fn place(text: &str) -> Result<Option<Place>, String> {
    if let Ok(postcode) = Postcode::parse(text) {
        return Ok(Some(Place::Postcode(postcode)));
    }
    let Some((lon, lat)) = text.split_once(',') else { return Ok(None) };
    let (Ok(lon), Ok(lat)) = (lon.trim().parse(), lat.trim().parse()) else { return Ok(None) };
    LngLat::new(lon, lat).map(|at| Some(Place::LngLat(at))).map_err(|error| error.to_string())
}

fn link(layer: &str, code: &str, name: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", &format!("{layer}/{code}"))
        .finish();
    format!("<a href=\"/map?{query}\">{} ({})</a>", escape(name), escape(code))
}

/// What must be said before the areas: that the place is outside, or that boundaries are old.
fn warnings(atlas: &Atlas, answer: &LookupAnswer<'_>) -> String {
    let mut html = superseded_in_words(atlas, &answer.layers);
    let gap = answer.place.confidence.as_ref().and_then(|confidence| confidence.coverage);
    if gap == Some(CoverageGap::Outside) {
        html.insert_str(0, &format!("<p><strong>{}.</strong></p>", words::OUTSIDE));
    }
    html
}

/// Which boundaries of an answer are no longer in force.
fn superseded_in_words(atlas: &Atlas, layers: &Keyed<Option<LayerUsed>>) -> String {
    let mut html = String::new();
    for used in layers.0.iter().filter_map(|(_, used)| used.as_ref()) {
        let Some((since, layer)) =
            used.superseded_since.zip(atlas.layer_place(used.layer.as_str()))
        else {
            continue;
        };
        let told = words::superseded(since, answers::has_newer(atlas, layer));
        let title = &atlas.layers()[layer].layer().meta().title;
        let _ = write!(html, "<p><strong>{}: {told}</strong></p>", escape(title));
    }
    html
}

fn place_in_words(atlas: &Atlas, answer: &LookupAnswer<'_>) -> String {
    let mut html = warnings(atlas, answer) + "<dl>";
    if let Some(month) = &answer.place.terminated {
        let _ = write!(html, "<dt>Terminated</dt><dd>{month}; this is its last location</dd>");
    }
    for (key, areas) in &answer.place.areas.0 {
        let layer = answer.layers.get(key.as_str()).and_then(Option::as_ref);
        let layer = layer.map_or(key.as_str(), |used| used.layer.as_str());
        let sure = answer.place.confidence.as_ref();
        let sure = sure.and_then(|sure| sure.layers.get(key.as_str())?.as_ref());
        let named = match areas.as_deref() {
            None => "no boundaries for that date".to_owned(),
            Some([]) => {
                let gap = sure.and_then(|sure| sure.coverage);
                let told = |place| words::none_of(atlas, place, gap);
                escape(&atlas.layer_place(layer).map_or_else(|| "none".to_owned(), told))
            }
            Some(areas) => {
                let links = areas.iter().map(|area| {
                    let share = area
                        .share
                        .map(|share| format!(", {:.0} % of its addresses", share * 100.0));
                    link(layer, area.code, area.name) + &share.unwrap_or_default()
                });
                let unassigned = sure.and_then(|sure| sure.unassigned).map(|rest| {
                    format!("{:.0} % of its addresses in none that we hold", rest.share * 100.0)
                });
                links.chain(unassigned).collect::<Vec<_>>().join("; ")
            }
        };
        let _ = write!(html, "<dt>{}</dt><dd>{named}</dd>", escape(key.as_str()));
    }
    if let Some(confidence) = &answer.place.confidence {
        let far = confidence.boundary_distance_m.map(|m| format!(", {m} m from a boundary"));
        let level = match confidence.level {
            _ if confidence.coverage == Some(CoverageGap::Outside) => "not covered",
            _ if confidence.coverage.is_some() => "not known for every layer",
            ConfidenceLevel::High => "sure",
            ConfidenceLevel::NearBoundary => "near a boundary: ask for the address",
            ConfidenceLevel::Low => "not sure: ask for the address",
        };
        let _ = write!(html, "<dt>Confidence</dt><dd>{level}{}</dd>", far.unwrap_or_default());
        for near in &confidence.near {
            let link = link(&near.layer, near.code, near.name);
            let _ = write!(html, "<dt>Near</dt><dd>{link}, {} m away</dd>", near.distance_m);
        }
    }
    html + "</dl>"
}

fn area_in_words(atlas: &Atlas, layer: &str, code: &str, day: Day) -> Result<String, AnswerError> {
    let choice = Choice { slivers: false, touches: false };
    let answer = answers::overlaps(atlas, layer, code, None, day, choice)?;
    let area = &answer.area;
    let mut html = superseded_area(atlas, &answer, day);
    let _ = write!(
        html,
        "<h2>{} ({})</h2><p>{}, {:.2} km²</p><table><thead><tr><th>Area</th><th>Layer</th>\
         <th>Share of {}</th><th>Share of the other</th></tr></thead><tbody>",
        escape(area.name),
        escape(area.code),
        escape(&area.layer),
        area.area_m2 / 1e6,
        escape(area.name),
    );
    let percent = |share: Option<f64>| {
        share.map_or_else(String::new, |share| format!("{:.1} %", share * 100.0))
    };
    for other in answer.overlaps.iter().filter(|other| !is_drawing_error(&answer, other)) {
        let used = answer.layers.get(&other.layer).and_then(Option::as_ref);
        let id = used.map_or(&*other.layer, |used| used.layer.as_str());
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            link(id, other.code, other.name),
            escape(&other.layer),
            percent(other.share_of_area),
            percent(other.share_of_other),
        );
    }
    Ok(html + "</tbody></table>")
}

/// True for a part beside the area that holds the whole: it is only an error of the drawings.
fn is_drawing_error(answer: &OverlapsAnswer<'_>, part: &OverlapEntry<'_>) -> bool {
    let is_holder =
        |entry: &OverlapEntry<'_>| matches!(entry.relation, Relation::Within | Relation::Equals);
    let is_inside = |entry: &OverlapEntry<'_>| entry.layer == part.layer && is_holder(entry);
    !is_holder(part) && answer.overlaps.iter().any(is_inside)
}

/// Says since when an area's own boundaries are old, and what replaced it.
fn superseded_area(atlas: &Atlas, answer: &OverlapsAnswer<'_>, day: Day) -> String {
    let used = answer.layers.get(&answer.area.layer).and_then(Option::as_ref);
    let found = used.and_then(|used| {
        let layer = atlas.layer_place(used.layer.as_str())?;
        let area = atlas.layers()[layer].layer().area_index(answer.area.code)?;
        answers::replacement(atlas, layer, area, day)
    });
    let Some(found) = found else { return String::new() };
    let told = words::superseded(found.since, found.newer.is_some());
    let by = words::replaced_by(&found, link).map_or_else(String::new, |by| format!(" {by}"));
    format!("<p><strong>{told}</strong>{by}</p>")
}

fn finds_in_words(finds: &[SearchHit<'_>], text: &str) -> String {
    if finds.is_empty() {
        return format!("<p>Nothing begins with {:?}.</p>", escape(text));
    }
    let mut html = String::from("<ul>");
    for find in finds {
        let item = match find {
            SearchHit::Area { layer, code, name, superseded_since } => {
                let old = superseded_since
                    .map(|since| format!(", replaced on {}", words::long_date(since)));
                let old = old.unwrap_or_default();
                format!("{}, {}{old}", link(layer, code, name), escape(layer))
            }
            SearchHit::Point { layer, name, .. } => {
                format!("{}, {}", escape(name), escape(layer))
            }
            SearchHit::Postcode { postcode, .. } => {
                let query = postcode.replace(' ', "");
                format!("<a href=\"/map?q={query}\">{postcode}</a>")
            }
        };
        let _ = write!(html, "<li>{item}</li>");
    }
    html + "</ul>"
}

/// The page of a program built without the map.
pub(super) fn page_without_map(why: &str, answer: &Answer) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Lapwing</title>\n</head>\n\
         <body>\n<main>\n<h1>Lapwing</h1>\n\
         <form action=\"/map\">\n<label>Postcode, area name or code \
         <input name=\"q\" value=\"{query}\" required></label>\n<button>Search</button>\n</form>\n\
         {answer}\n<h2>There is no map here</h2>\n<p>The map page was left out when this program was \
         built: {why}.</p>\n<p>To have it, install Node.js with npm, let the build reach npm's \
         registry, and build again:</p>\n<pre>touch src/web/build.rs\ncargo build --release</pre>\n\
         <p>Everything else is here: <a href=\"/\">where to go</a>, <a href=\"/api\">the \
         interface</a>.</p>\n</main>\n</body>\n</html>\n",
        query = escape(&answer.query),
        answer = answer.html,
        why = escape(why),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_page_a_form_answers_and_what_is_missing_is_said() {
        let answer = Answer { query: "NN1 \"".to_owned(), html: "<dl></dl>".to_owned() };
        let page = page_without_map("npm ci cannot be run: <no such file>", &answer);
        for part in [
            "<form action=\"/map\">",
            "value=\"NN1 &quot;\"",
            "<dl></dl>",
            "npm ci cannot be run: &lt;no such file&gt;",
            "install Node.js with npm",
            "cargo build",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn what_the_page_does_not_ask_in_words_is_left_to_its_script() {
        let asked = PageQuery::read(Some("q=+NN1%201ED+&layers=ward&embed=1&q2=x"));
        assert_eq!((asked.q.as_str(), asked.date), ("NN1 1ED", None));
        assert_eq!(PageQuery::read(None).q, "");
    }
}
