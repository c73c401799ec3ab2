//! The answer as text, for browsers without scripts and for a program built without the page.
//!
//! `q` is a postcode, a longitude and latitude separated by a comma, a layer and code separated by
//! a slash, or the beginning of a name.

use std::fmt::Write as _;

use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::confidence::ConfidenceLevel;

use crate::answers::{self, AnswerError, Choice, LookupAnswer, SearchHit, TypedPlaceError};
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
    match answers::read_place(&asked.q) {
        Ok(place) => {
            return Ok(place_in_words(&answers::lookup(atlas, place, None, day).map_err(told)?));
        }
        Err(TypedPlaceError::Position(error)) => return Err(error.to_string()),
        Err(TypedPlaceError::NotAPlace(_)) => {}
    }
    if let Some((layer, code)) = asked.q.split_once('/') {
        return area_in_words(atlas, layer.trim(), code.trim(), day).map_err(told);
    }
    let found = answers::search(atlas, &asked.q, None, 30).map_err(told)?;
    match found.did_you_mean {
        Some(postcode) if found.results.is_empty() => Ok(suggestion_in_words(&postcode)),
        _ => Ok(finds_in_words(&found.results, &asked.q)),
    }
}

fn link(layer: &str, code: &str, name: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", &format!("{layer}/{code}"))
        .finish();
    format!("<a href=\"/map?{query}\">{} ({})</a>", escape(name), escape(code))
}

fn place_in_words(answer: &LookupAnswer<'_>) -> String {
    let mut html = String::from("<dl>");
    if let Some(month) = &answer.place.terminated {
        let _ = write!(html, "<dt>Terminated</dt><dd>{month}; this is its last location</dd>");
    }
    for (key, areas) in &answer.place.areas.0 {
        let layer = answer.layers.get(key.as_str()).and_then(Option::as_ref);
        let layer = layer.map_or(key.as_str(), |used| used.layer.as_str());
        let named = match areas.as_deref() {
            None => "no boundaries for that date".to_owned(),
            Some([]) => "none".to_owned(),
            Some(areas) => {
                let links = areas.iter().map(|area| {
                    let share = area
                        .share
                        .map(|share| format!(", {:.0} % of its addresses", share * 100.0));
                    link(layer, area.code, area.name) + &share.unwrap_or_default()
                });
                links.collect::<Vec<_>>().join("; ")
            }
        };
        let _ = write!(html, "<dt>{}</dt><dd>{named}</dd>", escape(key.as_str()));
    }
    if let Some(confidence) = &answer.place.confidence {
        let far = confidence.boundary_distance_m.map(|m| format!(", {m} m from a boundary"));
        let level = match confidence.level {
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
    let mut html = format!(
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
    for other in &answer.overlaps {
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

fn suggestion_in_words(postcode: &str) -> String {
    let query = postcode.replace(' ', "");
    format!("<p>Did you mean <a href=\"/map?q={query}\">{postcode}</a>?</p>")
}

fn finds_in_words(finds: &[SearchHit<'_>], text: &str) -> String {
    if finds.is_empty() {
        return format!("<p>Nothing begins with {:?}.</p>", escape(text));
    }
    let mut html = String::from("<ul>");
    for find in finds {
        let item = match find {
            SearchHit::Area { layer, code, name } => {
                format!("{}, {}", link(layer, code, name), escape(layer))
            }
            SearchHit::Point { layer, name, .. } => {
                format!("{}, {}", escape(name), escape(layer))
            }
            SearchHit::Position { lon, lat, .. } => {
                format!("<a href=\"/map?q={lon},{lat}\">{lon}, {lat}</a>")
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
