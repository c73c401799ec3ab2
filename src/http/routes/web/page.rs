//! The HTML of `/map`, with the map and without it.

use maud::{DOCTYPE, Markup, html};
use serde_json::json;

use super::text::Answer;
use super::{Basemap, MapPage};
use crate::http::html::{ScriptJson, anchor};

/// The page, which the script fills. The answer as text is for browsers without scripts.
pub(super) fn with_map(built: &MapPage, basemap: Option<&Basemap>, answer: &Answer) -> Markup {
    let settings = json!({ "basemap": basemap.map(Basemap::settings) });
    let asset = |name: &str| format!("/map/assets/{name}");
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Lapwing map" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(asset(built.style));
                link rel="modulepreload" href=(asset(built.map));
                script type="application/json" id="settings" { (ScriptJson(&settings)) }
                script type="module" src=(asset(built.script)) {}
            }
            body {
                a class="skip" href="#answer" { "Skip to the result" }
                " "
                a class="skip" href="#layers" { "Skip to layers" }
                (header(&answer.query))
                div id="layout" {
                    main id="result" {
                        p id="illustrative" class="warning" hidden {
                            "This is demonstration data: the places shown do not exist."
                        }
                        noscript { (without_script(answer)) }
                        section id="answer" tabindex="-1" aria-label="Result" {}
                        p id="status" role="status" class="quiet" {}
                    }
                    section id="map-part" tabindex="-1" aria-label="Map" {
                        div id="map" {}
                        div id="map-note" hidden {}
                        p id="attribution" {}
                    }
                    (tools())
                }
            }
        }
    }
}

fn header(query: &str) -> Markup {
    html! {
        header {
            h1 { (anchor("/map", "Lapwing")) }
            p id="snapshot-title" {}
            a class="map-link" href="#map-part" { "Map" }
            form id="search" action="/map" role="search" {
                label for="q" { "Postcode, area name or code" }
                div class="field" {
                    input id="q" name="q" type="text" value=(query) autocomplete="off"
                        autocapitalize="off" spellcheck="false" enterkeyhint="search";
                    " "
                    button type="submit" { "Search" }
                }
                ul id="suggestions" role="listbox" aria-label="Suggestions" hidden {}
            }
        }
    }
}

fn without_script(answer: &Answer) -> Markup {
    html! {
        p {
            "The map needs JavaScript, which is turned off in your browser. You can still search: the \
             result is shown as text."
        }
        (answer.words)
        p {
            "See also: " (anchor("/", "home page")) ", " (anchor("/collections", "layers")) ", "
            (anchor("/api", "API")) "."
        }
    }
}

/// The sections that the script fills.
fn tools() -> Markup {
    let sections = [
        ("by-area", "By area"),
        ("upload", "Look up a list of places"),
        ("share", "Share or embed"),
    ];
    html! {
        aside id="tools" aria-label="Layers and tools" {
            section id="layers" tabindex="-1" aria-labelledby="layers-title" {
                h2 id="layers-title" { "Layers" }
                div id="layers-body" {}
            }
            @for (id, title) in sections {
                section id=(id) aria-labelledby={ (id) "-title" } hidden {
                    h2 id={ (id) "-title" } { (title) }
                    div id={ (id) "-body" } {}
                }
            }
        }
    }
}

/// The page of a program built without the map.
pub(super) fn without_map(why: &str, answer: &Answer) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                meta name="color-scheme" content="light dark";
                title { "Lapwing" }
            }
            body {
                main {
                    h1 { "Lapwing" }
                    form action="/map" {
                        label {
                            "Postcode, area name or code "
                            input name="q" value=(answer.query) required;
                        }
                        " "
                        button { "Search" }
                    }
                    (answer.words)
                    h2 { "There is no map here" }
                    p { "The map page was left out when this program was built: " (why) "." }
                    p {
                        "To have it, install Node.js with npm, let the build reach npm's registry, \
                         and build again:"
                    }
                    pre { "touch src/web/build.rs\ncargo build --release" }
                    p {
                        "Everything else is here: " (anchor("/", "where to go")) ", "
                        (anchor("/api", "the interface")) "."
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: MapPage = MapPage {
        style: "page-1.css",
        map: "map-2.js",
        script: "page-3.js",
        licences: "",
        assets: &[],
    };

    fn hostile() -> Answer {
        let query = "\" autofocus onfocus=\"alert(1)".to_owned();
        Answer { query, words: html! { dl { "{query} {settings}" } } }
    }

    #[test]
    fn braces_in_a_text_are_not_placeholders() {
        let basemap = Basemap::new("https://a.example/{z}/{x}/{y}.png", "{query}").unwrap();
        for page in [with_map(&BUILT, Some(&basemap), &hostile()), without_map("npm", &hostile())] {
            let page = page.into_string();
            let value = "value=\"&quot; autofocus onfocus=&quot;alert(1)\"";
            assert_eq!(page.matches("onfocus").count(), 1, "{page}");
            assert!(page.contains(value), "{page}");
            assert!(page.contains("<dl>{query} {settings}</dl>"), "{page}");
        }
    }

    #[test]
    fn the_settings_cannot_end_their_element() {
        let basemap = Basemap::new("https://a.example/{z}/{x}/{y}.png", "</script><b>x").unwrap();
        let with = with_map(&BUILT, Some(&basemap), &Answer::default()).into_string();
        let without = with_map(&BUILT, None, &Answer::default()).into_string();
        assert_eq!(with.matches('<').count(), without.matches('<').count(), "{with}");
        assert!(with.contains("\\u003c/script>\\u003cb>x"), "{with}");
    }

    #[test]
    fn the_page_names_its_assets() {
        let page = with_map(&BUILT, None, &Answer::default()).into_string();
        for part in [
            "<link rel=\"stylesheet\" href=\"/map/assets/page-1.css\">",
            "<link rel=\"modulepreload\" href=\"/map/assets/map-2.js\">",
            "<script type=\"module\" src=\"/map/assets/page-3.js\"></script>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn without_the_map_a_form_answers_and_the_page_says_what_is_missing() {
        let answer = Answer { query: "NN1 \"".to_owned(), words: html! { dl {} } };
        let page = without_map("npm ci cannot be run: <no such file>", &answer).into_string();
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
}
