//! The texts around the answers for some layers and a day, written once.

use lapwing_boundaries::atlas::{Atlas, Chosen, Day};
use lapwing_boundaries::locate::Level;

use super::area_fragments::AreaTexts;
use super::basis::By;
use super::facts::{Told, Written};
use crate::answers::common_fields::{layers_used, snapshot};
use crate::answers::error::AnswerError;
use crate::answers::text_writer::{Pen, Text, Texts};
use crate::answers::{choose, number};

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
    /// By what answers: `,"threshold_m":50.0}},"near":[`
    near: [Text; By::ALL.len()],
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
    /// By what answers.
    sure: [SureTexts; By::ALL.len()],
    /// `{"layer":"ward",`
    near: Text,
}

/// The texts of how sure one layer's answer is.
#[derive(Clone, Copy, Debug)]
struct SureTexts {
    /// After all layers together, where this one's boundary is the nearest:
    /// `,"threshold_m":50.0,"by":"position","layers":{`
    nearest: Text,
    /// By level: `,"threshold_m":50.0},"ward":{"level":"high","boundary_distance_m":`
    levels: [Text; LEVELS.len()],
}

/// What ends the texts of the layer before.
#[derive(Debug, Default)]
struct Ends {
    areas: &'static str,
    /// By what answers.
    confidence: [String; By::ALL.len()],
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
                sure: confidence.map(|before| SureTexts {
                    nearest: Text::default(),
                    levels: [keep(format!("{before}{comma}{key}:null")); LEVELS.len()],
                }),
                near: Text::default(),
            };
        };
        let meta = atlas.layers()[layer].layer().meta();
        ends.areas = "]";
        ends.confidence =
            By::ALL.map(|by| format!(",\"threshold_m\":{}}}", json(&by.near_m(meta))));
        Self {
            layer: Some(layer),
            areas: keep(format!("{areas}{comma}{key}:[")),
            sure: By::ALL.map(|by| {
                let (threshold, members) = (json(&by.near_m(meta)), by.members());
                let before = &confidence[by as usize];
                SureTexts {
                    nearest: keep(format!(",\"threshold_m\":{threshold},{members},\"layers\":{{")),
                    levels: LEVELS.map(|of| keep(format!("{before}{comma}{key}:{}", level(of)))),
                }
            }),
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
            near: ends.confidence.map(|before| keep(format!("{before}}},\"near\":["))),
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
            for held in told.holders(at, layer) {
                if !is_first {
                    pen.put(b",");
                }
                is_first = false;
                areas.put(pen, layer, held);
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
        let by = By::of(told.is_by_addresses(), worst) as usize;
        pen.put_text(&self.texts, self.levels[worst as usize]);
        write_distance(pen, distance);
        pen.put_text(&self.texts, of.sure[by].nearest);
        for (at, ready) in self.layers.iter().enumerate() {
            let Some(layer) = ready.layer else {
                pen.put_text(&self.texts, ready.sure[by].levels[0]);
                continue;
            };
            let (level, distance) = told.sureness(at, layer);
            pen.put_text(&self.texts, ready.sure[by].levels[level as usize]);
            write_distance(pen, distance);
        }
        pen.put_text(&self.texts, self.near[by]);
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
