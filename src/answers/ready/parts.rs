//! Texts that answers share, written once.

use lapwing_boundaries::atlas::{Atlas, Chosen, Day};
use lapwing_boundaries::locate::Level;
use lapwing_boundaries::predicate::Position;

use super::told::{Told, Written};
use crate::answers::error::AnswerError;
use crate::answers::shape::{layers_used, snapshot};
use crate::answers::{choose, number};

/// `"code":"N4","name":"Northampton 4"` of every area.
#[derive(Debug)]
pub(super) struct AreaTexts {
    bytes: Vec<u8>,
    /// Where the text of each area begins, layer by layer; one more at the end.
    starts: Vec<u32>,
    /// The place of each layer's first area in `starts`.
    layers: Vec<usize>,
}

/// The texts around the answers for some layers and a day.
#[derive(Debug)]
pub(super) struct ReadyLookup {
    pub(super) day: Day,
    /// `,"date":"2024-05-01"`, or nothing.
    date: Vec<u8>,
    layers: Vec<ReadyLayer>,
    /// From `,"layers":` to the end.
    tail: Vec<u8>,
}

/// The texts of one of the layers asked; each is followed by a value, or whole where no vintage is
/// in force on the day.
#[derive(Debug)]
struct ReadyLayer {
    layer: Option<usize>,
    /// `"ward":[`, or `"ward":null`.
    areas: Vec<u8>,
    /// `"ward":{"level":"`, or `"ward":null`.
    confidence: Vec<u8>,
    /// `50.0`
    threshold: Vec<u8>,
    /// `{"layer":"ward",`
    near: Vec<u8>,
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

impl AreaTexts {
    pub(super) fn of(atlas: &Atlas) -> Self {
        let mut texts = Self { bytes: Vec::new(), starts: vec![0], layers: Vec::new() };
        for (place, layer) in atlas.layers().iter().enumerate() {
            texts.layers.push(texts.starts.len() - 1);
            let areas = if layer.layer().is_areas() { layer.layer().len() } else { 0 };
            for (code, name) in (0..areas).map(|area| atlas.code_and_name(place, area)) {
                // Neither memory nor text can fail to be written.
                texts.bytes.extend_from_slice(b"\"code\":");
                let _ = serde_json::to_writer(&mut texts.bytes, code);
                texts.bytes.extend_from_slice(b",\"name\":");
                let _ = serde_json::to_writer(&mut texts.bytes, name);
                texts.starts.push(u32::try_from(texts.bytes.len()).expect("less than 4 GiB"));
            }
        }
        texts
    }

    fn of_area(&self, layer: usize, area: usize) -> &[u8] {
        let at = self.layers[layer] + area;
        &self.bytes[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
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
        let layer = |chosen: &Chosen| {
            let key = String::from_utf8_lossy(&json(&chosen.key.as_str())).into_owned();
            let meta = chosen.layer.map(|layer| atlas.layers()[layer].layer().meta());
            let rest =
                |open: &str| if meta.is_some() { open.to_owned() } else { "null".to_owned() };
            ReadyLayer {
                layer: chosen.layer,
                areas: format!("{key}:{}", rest("[")).into_bytes(),
                confidence: format!("{key}:{}", rest("{\"level\":\"")).into_bytes(),
                threshold: meta
                    .map(|meta| json(&lapwing_boundaries::locate::near_threshold_m(meta)))
                    .unwrap_or_default(),
                near: format!("{{\"layer\":{key},").into_bytes(),
            }
        };
        let mut tail = b",\"layers\":".to_vec();
        tail.extend(json(&layers_used(atlas, chosen)));
        tail.extend_from_slice(b",\"snapshot\":");
        tail.extend(json(&snapshot(atlas)));
        tail.push(b'}');
        let date = match day {
            Day::Asked(date) => format!(",\"date\":\"{date}\"").into_bytes(),
            Day::Today(_) => Vec::new(),
        };
        Self { day, date, layers: chosen.iter().map(layer).collect(), tail }
    }

    /// The layers asked, by their places in the atlas.
    pub(super) fn layers(&self) -> impl Iterator<Item = Option<usize>> {
        self.layers.iter().map(|ready| ready.layer)
    }

    /// Appends the answer for a place of which so much is `told`.
    pub(super) fn write(
        &self,
        out: &mut Vec<u8>,
        texts: &AreaTexts,
        place: &impl Written,
        told: &(impl Told + ?Sized),
    ) {
        out.push(b'{');
        self.write_place(out, texts, place, told);
        out.extend_from_slice(&self.tail);
    }

    /// Appends the members of a [`PlaceAnswer`](crate::answers::PlaceAnswer), without the braces
    /// around them.
    pub(super) fn write_place(
        &self,
        out: &mut Vec<u8>,
        texts: &AreaTexts,
        place: &impl Written,
        told: &(impl Told + ?Sized),
    ) {
        out.extend_from_slice(b"\"query\":{");
        place.write_query(out);
        out.extend_from_slice(&self.date);
        out.extend_from_slice(b"},\"location\":{");
        place.write_location(out);
        out.extend_from_slice(b",\"areas\":{");
        self.write_areas(out, texts, told);
        out.extend_from_slice(b"},\"confidence\":");
        self.write_confidence(out, texts, told);
    }

    fn write_areas(&self, out: &mut Vec<u8>, texts: &AreaTexts, told: &(impl Told + ?Sized)) {
        for (at, ready) in self.layers.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&ready.areas);
            let Some(layer) = ready.layer else { continue };
            let mut is_first = true;
            for (area, position) in told.holders(at, layer) {
                out.extend_from_slice(if is_first { b"{" } else { b",{" });
                is_first = false;
                out.extend_from_slice(texts.of_area(layer, area));
                out.extend_from_slice(match position {
                    Position::Boundary => b",\"match\":\"boundary\"}",
                    _ => b",\"match\":\"inside\"}",
                });
            }
            out.push(b']');
        }
    }

    fn write_confidence(&self, out: &mut Vec<u8>, texts: &AreaTexts, told: &(impl Told + ?Sized)) {
        let mut worst: Option<Level> = None;
        let mut nearest: Option<(Option<f64>, &ReadyLayer)> = None;
        for (at, ready) in self.layers.iter().enumerate() {
            let Some(layer) = ready.layer else { continue };
            worst = worst.max(Some(told.level(at, layer)));
            let distance = told.boundary_distance_m(at, layer);
            let metres = |distance: Option<f64>| distance.unwrap_or(f64::INFINITY);
            // The first of equals, as everywhere.
            if nearest.is_none_or(|(before, _)| metres(distance) < metres(before)) {
                nearest = Some((distance, ready));
            }
        }
        let (Some(worst), Some((distance, of))) = (worst, nearest) else {
            out.extend_from_slice(b"null");
            return;
        };
        out.extend_from_slice(b"{\"level\":\"");
        write_distance(out, worst, distance, &of.threshold);
        out.extend_from_slice(b",\"by\":\"position\",\"layers\":{");
        for (at, ready) in self.layers.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&ready.confidence);
            let Some(layer) = ready.layer else { continue };
            let distance = told.boundary_distance_m(at, layer);
            write_distance(out, told.level(at, layer), distance, &ready.threshold);
            out.push(b'}');
        }
        out.extend_from_slice(b"},\"near\":[");
        self.write_near(out, texts, told);
        out.extend_from_slice(b"]}");
    }

    fn write_near(&self, out: &mut Vec<u8>, texts: &AreaTexts, told: &(impl Told + ?Sized)) {
        let mut is_first = true;
        for (at, ready) in self.layers.iter().enumerate() {
            let Some(layer) = ready.layer else { continue };
            let mut candidates: Vec<(usize, f64)> = told.near(at, layer).collect();
            candidates.sort_by(|a, b| a.1.total_cmp(&b.1));
            for (area, distance) in candidates {
                if !is_first {
                    out.push(b',');
                }
                is_first = false;
                out.extend_from_slice(&ready.near);
                out.extend_from_slice(texts.of_area(layer, area));
                out.extend_from_slice(b",\"distance_m\":");
                number::tenths(out, distance);
                out.push(b'}');
            }
        }
    }
}

/// `high","boundary_distance_m":12.3,"threshold_m":50.0`
fn write_distance(out: &mut Vec<u8>, level: Level, distance: Option<f64>, threshold: &[u8]) {
    out.extend_from_slice(level.as_str().as_bytes());
    out.extend_from_slice(b"\",\"boundary_distance_m\":");
    match distance {
        Some(metres) => number::tenths(out, metres),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"threshold_m\":");
    out.extend_from_slice(threshold);
}
