//! Texts that answers share, written once.

use lapwing_boundaries::atlas::{Atlas, Chosen, Day};
use lapwing_boundaries::locate::{Level, near_threshold_m};
use lapwing_boundaries::predicate::Position;

use super::told::{Told, Written};
use crate::answers::error::AnswerError;
use crate::answers::shape::{layers_used, snapshot};
use crate::answers::{choose, number};
use crate::pen::{Pen, Text, Texts};

/// How the text of an area ends.
const INSIDE: &[u8] = b",\"match\":\"inside\"}";
const ON_BOUNDARY: &[u8] = b",\"match\":\"boundary\"}";

/// `{"code":"N4","name":"Northampton 4","match":"inside"}` of every area.
#[derive(Debug)]
pub(super) struct AreaTexts {
    texts: Texts,
    /// Of each layer those of its areas.
    areas: Vec<Vec<Text>>,
}

/// The texts around the answers for some layers and a day. Each begins with what ends the one
/// before it.
#[derive(Debug)]
pub(super) struct ReadyLookup {
    pub(super) day: Day,
    texts: Texts,
    /// After the question: `,"date":"2024-05-01"},"location":{`
    location: Text,
    layers: Vec<ReadyLayer>,
    /// `]},"confidence":`
    confidence: Text,
    /// Of all layers together, by level: `{"level":"high","boundary_distance_m":`
    levels: [Text; LEVELS.len()],
    /// `,"threshold_m":50.0}},"near":[`
    near: Text,
    /// From `,"layers":` to the end.
    tail: Vec<u8>,
}

/// The texts of one of the layers asked.
#[derive(Debug)]
struct ReadyLayer {
    /// `None` where no vintage is in force on the day.
    layer: Option<usize>,
    /// `],"ward":[`, or `],"ward":null`
    areas: Text,
    /// After all layers together, where this one's boundary is the nearest:
    /// `,"threshold_m":50.0,"by":"position","layers":{`
    nearest: Text,
    /// By level: `,"threshold_m":50.0},"ward":{"level":"high","boundary_distance_m":`
    levels: [Text; LEVELS.len()],
    /// `{"layer":"ward",`
    near: Text,
}

/// What ends the texts of the layer before.
#[derive(Debug, Default)]
struct Ends {
    areas: &'static str,
    confidence: String,
    comma: &'static str,
}

/// More bytes than the answer about a place in seven layers takes, so that it is written without
/// moving.
const USUAL_ROOM: usize = 2048;

/// In their order.
const LEVELS: [Level; 3] = [Level::High, Level::NearBoundary, Level::Low];

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl AreaTexts {
    pub(super) fn of(atlas: &Atlas) -> Self {
        let mut texts = Texts::default();
        let mut text = Vec::new();
        let of_layer = |(place, layer): (usize, &lapwing_boundaries::atlas::AtlasLayer)| {
            let areas = if layer.layer().is_areas() { layer.layer().len() } else { 0 };
            let of_area = |(code, name)| {
                text.clear();
                text.extend_from_slice(b"{\"code\":");
                // Neither memory nor text can fail to be written.
                let _ = serde_json::to_writer(&mut text, code);
                text.extend_from_slice(b",\"name\":");
                let _ = serde_json::to_writer(&mut text, name);
                text.extend_from_slice(INSIDE);
                texts.keep(&text)
            };
            (0..areas).map(|area| atlas.code_and_name(place, area)).map(of_area).collect()
        };
        let areas = atlas.layers().iter().enumerate().map(of_layer).collect();
        Self { texts, areas }
    }

    #[inline]
    fn put(&self, pen: &mut Pen, layer: usize, area: usize, position: Position) {
        let text = self.areas[layer][area];
        if position == Position::Boundary {
            pen.put_text(&self.texts, text.without(0, INSIDE.len()));
            pen.put(ON_BOUNDARY);
        } else {
            pen.put_text(&self.texts, text);
        }
    }

    /// `"code":"N4","name":"Northampton 4"`
    fn put_names(&self, pen: &mut Pen, layer: usize, area: usize) {
        pen.put_text(&self.texts, self.areas[layer][area].without(1, INSIDE.len()));
    }
}

impl ReadyLayer {
    fn of(atlas: &Atlas, chosen: &Chosen, texts: &mut Texts, ends: &mut Ends) -> Self {
        let key = json(&chosen.key.as_str());
        let Ends { areas, confidence, comma } = std::mem::take(ends);
        ends.comma = ",";
        let mut keep = |text: String| texts.keep(text.as_bytes());
        let Some(layer) = chosen.layer else {
            return Self {
                layer: None,
                areas: keep(format!("{areas}{comma}{key}:null")),
                nearest: Text::default(),
                levels: [keep(format!("{confidence}{comma}{key}:null")); LEVELS.len()],
                near: Text::default(),
            };
        };
        let threshold = json(&near_threshold_m(atlas.layers()[layer].layer().meta()));
        ends.areas = "]";
        ends.confidence = format!(",\"threshold_m\":{threshold}}}");
        Self {
            layer: Some(layer),
            areas: keep(format!("{areas}{comma}{key}:[")),
            nearest: keep(format!(
                ",\"threshold_m\":{threshold},\"by\":\"position\",\"layers\":{{"
            )),
            levels: LEVELS.map(|of| keep(format!("{confidence}{comma}{key}:{}", level(of)))),
            near: keep(format!("{{\"layer\":{key},")),
        }
    }
}

/// `{"level":"high","boundary_distance_m":`
fn level(of: Level) -> String {
    format!("{{\"level\":\"{}\",\"boundary_distance_m\":", of.as_str())
}

impl ReadyLookup {
    pub(super) fn new(
        atlas: &Atlas,
        names: Option<&[String]>,
        day: Day,
    ) -> Result<Self, AnswerError> {
        Ok(Self::of(atlas, &choose(atlas, names, day)?, day))
    }

    pub(super) fn of(atlas: &Atlas, chosen: &[Chosen], day: Day) -> Self {
        let date = match day {
            Day::Asked(date) => format!(",\"date\":\"{date}\""),
            Day::Today(_) => String::new(),
        };
        let (mut texts, mut ends) = (Texts::default(), Ends::default());
        let layers =
            chosen.iter().map(|chosen| ReadyLayer::of(atlas, chosen, &mut texts, &mut ends));
        let layers = layers.collect();
        let mut keep = |text: String| texts.keep(text.as_bytes());
        Self {
            day,
            location: keep(format!("{date}}},\"location\":{{")),
            layers,
            confidence: keep(format!("{}}},\"confidence\":", ends.areas)),
            levels: LEVELS.map(|of| keep(level(of))),
            near: keep(format!("{}}},\"near\":[", ends.confidence)),
            tail: format!(
                ",\"layers\":{},\"snapshot\":{}}}",
                json(&layers_used(atlas, chosen)),
                json(&snapshot(atlas))
            )
            .into_bytes(),
            texts,
        }
    }

    /// The layers asked, by their places in the atlas.
    pub(super) fn layers(&self) -> impl Iterator<Item = Option<usize>> {
        self.layers.iter().map(|ready| ready.layer)
    }

    /// Writes the answer for a place of which so much is `told`.
    pub(super) fn write(
        &self,
        pen: &mut Pen,
        areas: &AreaTexts,
        place: &impl Written,
        told: &(impl Told + ?Sized),
    ) {
        pen.make_room(USUAL_ROOM);
        pen.put(b"{");
        self.write_place(pen, areas, place, told);
        pen.put(&self.tail);
    }

    /// Writes the members of a [`PlaceAnswer`](crate::answers::PlaceAnswer), without the braces
    /// around them.
    pub(super) fn write_place(
        &self,
        pen: &mut Pen,
        areas: &AreaTexts,
        place: &impl Written,
        told: &(impl Told + ?Sized),
    ) {
        pen.put(b"\"query\":{");
        place.write_query(pen);
        pen.put_text(&self.texts, self.location);
        place.write_location(pen);
        pen.put(b",\"areas\":{");
        self.write_areas(pen, areas, told);
        pen.put_text(&self.texts, self.confidence);
        self.write_confidence(pen, areas, told);
    }

    fn write_areas(&self, pen: &mut Pen, areas: &AreaTexts, told: &(impl Told + ?Sized)) {
        for (at, ready) in self.layers.iter().enumerate() {
            pen.put_text(&self.texts, ready.areas);
            let Some(layer) = ready.layer else { continue };
            let mut is_first = true;
            for (area, position) in told.holders(at, layer) {
                if !is_first {
                    pen.put(b",");
                }
                is_first = false;
                areas.put(pen, layer, area, position);
            }
        }
    }

    fn write_confidence(&self, pen: &mut Pen, areas: &AreaTexts, told: &(impl Told + ?Sized)) {
        let mut worst: Option<Level> = None;
        let mut nearest: Option<(Option<f64>, &ReadyLayer)> = None;
        for (at, ready) in self.layers.iter().enumerate() {
            let Some(layer) = ready.layer else { continue };
            let (level, distance) = told.sureness(at, layer);
            worst = worst.max(Some(level));
            let metres = |distance: Option<f64>| distance.unwrap_or(f64::INFINITY);
            // The first of equals, as everywhere.
            if nearest.is_none_or(|(before, _)| metres(distance) < metres(before)) {
                nearest = Some((distance, ready));
            }
        }
        let (Some(worst), Some((distance, of))) = (worst, nearest) else {
            pen.put(b"null");
            return;
        };
        pen.put_text(&self.texts, self.levels[worst as usize]);
        write_distance(pen, distance);
        pen.put_text(&self.texts, of.nearest);
        for (at, ready) in self.layers.iter().enumerate() {
            let Some(layer) = ready.layer else {
                pen.put_text(&self.texts, ready.levels[0]);
                continue;
            };
            let (level, distance) = told.sureness(at, layer);
            pen.put_text(&self.texts, ready.levels[level as usize]);
            write_distance(pen, distance);
        }
        pen.put_text(&self.texts, self.near);
        self.write_near(pen, areas, told);
        pen.put(b"]}");
    }

    fn write_near(&self, pen: &mut Pen, areas: &AreaTexts, told: &(impl Told + ?Sized)) {
        let mut is_first = true;
        for (at, ready) in self.layers.iter().enumerate() {
            let Some(layer) = ready.layer else { continue };
            let mut candidates: Vec<(usize, f64)> = told.near(at, layer).collect();
            candidates.sort_by(|a, b| a.1.total_cmp(&b.1));
            for (area, distance) in candidates {
                if !is_first {
                    pen.put(b",");
                }
                is_first = false;
                pen.put_text(&self.texts, ready.near);
                areas.put_names(pen, layer, area);
                pen.put(b",\"distance_m\":");
                number::tenths(pen, distance);
                pen.put(b"}");
            }
        }
    }
}

/// `12.3`, or `null` where there is no boundary.
fn write_distance(pen: &mut Pen, distance: Option<f64>) {
    match distance {
        Some(metres) => number::tenths(pen, metres),
        None => pen.put(b"null"),
    }
}
