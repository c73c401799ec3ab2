//! Lookups of known postcodes, put together from ready parts: the same bytes that serde writes of
//! [`LookupAnswer`](super::LookupAnswer), without making one.
//!
//! What a snapshot's answers share is written once: the text of every area ([`AreaTexts`]), and for
//! the layers and day asked the texts around them ([`ReadyLookup`]). What is left for an answer is
//! one search for the postcode, some copying, and a few numbers.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;
use lapwing_boundaries::atlas::{Atlas, Chosen, Day, KnownAnswer};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::locate::Level;
use lapwing_boundaries::position::Accuracy;
use lapwing_boundaries::predicate::Position;

use super::error::AnswerError;
use super::place::Place;
use super::shape::{layers_used, snapshot};
use super::{choose, lookup, number};

/// What a snapshot keeps ready for lookups.
#[derive(Debug, Default)]
pub struct Ready {
    texts: OnceLock<AreaTexts>,
    /// What was asked last without naming layers.
    usual: ArcSwapOption<ReadyLookup>,
}

/// `"code":"N4","name":"Northampton 4"` of every area.
#[derive(Debug)]
struct AreaTexts {
    bytes: Vec<u8>,
    /// Where the text of each area begins, layer by layer; one more at the end.
    starts: Vec<u32>,
    /// The place of each layer's first area in `starts`.
    layers: Vec<usize>,
}

/// The texts around the answers for some layers and a day.
#[derive(Debug)]
struct ReadyLookup {
    day: Day,
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
    fn of(atlas: &Atlas) -> Self {
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
    fn new(atlas: &Atlas, names: Option<&[String]>, day: Day) -> Result<Self, AnswerError> {
        let chosen = choose(atlas, names, day)?;
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
        tail.extend(json(&layers_used(atlas, &chosen)));
        tail.extend_from_slice(b",\"snapshot\":");
        tail.extend(json(&snapshot(atlas)));
        tail.push(b'}');
        let date = match day {
            Day::Asked(date) => format!(",\"date\":\"{date}\"").into_bytes(),
            Day::Today(_) => Vec::new(),
        };
        Ok(Self { day, date, layers: chosen.iter().map(layer).collect(), tail })
    }

    /// Appends the answer for a postcode.
    fn write(
        &self,
        out: &mut Vec<u8>,
        texts: &AreaTexts,
        record: &PostcodeFacts,
        known: &KnownAnswer<'_>,
    ) {
        out.extend_from_slice(b"{\"query\":{\"postcode\":\"");
        record.postcode.write_to(out);
        out.push(b'"');
        out.extend_from_slice(&self.date);
        out.push(b'}');
        write_location(out, record, known);
        out.extend_from_slice(b",\"areas\":{");
        self.write_areas(out, texts, known);
        out.extend_from_slice(b"},\"confidence\":");
        self.write_confidence(out, texts, known);
        out.extend_from_slice(&self.tail);
    }

    fn write_areas(&self, out: &mut Vec<u8>, texts: &AreaTexts, known: &KnownAnswer<'_>) {
        for (at, ready) in self.layers.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&ready.areas);
            let Some(layer) = ready.layer else { continue };
            let mut is_first = true;
            for (_, area, position) in known.holders().filter(|(of, ..)| *of == layer) {
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

    fn write_confidence(&self, out: &mut Vec<u8>, texts: &AreaTexts, known: &KnownAnswer<'_>) {
        let mut worst: Option<Level> = None;
        let mut nearest: Option<(Option<f64>, &ReadyLayer)> = None;
        for ready in &self.layers {
            let Some(layer) = ready.layer else { continue };
            worst = worst.max(Some(known.level(layer)));
            let distance = known.boundary_distance_m(layer);
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
            let distance = known.boundary_distance_m(layer);
            write_distance(out, known.level(layer), distance, &ready.threshold);
            out.push(b'}');
        }
        out.extend_from_slice(b"},\"near\":[");
        self.write_near(out, texts, known);
        out.extend_from_slice(b"]}");
    }

    fn write_near(&self, out: &mut Vec<u8>, texts: &AreaTexts, known: &KnownAnswer<'_>) {
        if known.near().next().is_none() {
            return;
        }
        let mut is_first = true;
        for ready in &self.layers {
            let mut candidates: Vec<(usize, usize, f64)> =
                known.near().filter(|(layer, ..)| Some(*layer) == ready.layer).collect();
            candidates.sort_by(|a, b| a.2.total_cmp(&b.2));
            for (layer, area, distance) in candidates {
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

fn write_location(out: &mut Vec<u8>, record: &PostcodeFacts, known: &KnownAnswer<'_>) {
    let [lon, lat] = known.millionths();
    out.extend_from_slice(b",\"location\":{\"lon\":");
    number::degrees(out, lon);
    out.extend_from_slice(b",\"lat\":");
    number::degrees(out, lat);
    if let Some(at) = record.position {
        out.extend_from_slice(b",\"easting\":");
        number::grid_metres(out, at.easting());
        out.extend_from_slice(b",\"northing\":");
        number::grid_metres(out, at.northing());
    }
    out.extend_from_slice(b",\"positional_quality\":");
    number::whole(out, u64::from(record.positional_quality));
    if known.accuracy() == Accuracy::Helmert {
        out.extend_from_slice(b",\"accuracy\":\"helmert\"");
    }
    out.push(b'}');
    if let Some(month) = record.terminated {
        out.extend_from_slice(b",\"terminated\":\"");
        number::month(out, month);
        out.push(b'"');
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

impl Ready {
    /// Appends the JSON of [`lookup`](super::lookup) for the same question.
    pub fn write_lookup(
        &self,
        out: &mut Vec<u8>,
        atlas: &Atlas,
        place: Place,
        names: Option<&[String]>,
        day: Day,
    ) -> Result<(), AnswerError> {
        let known = match place {
            Place::Postcode(postcode) => atlas.known(postcode),
            _ => None,
        };
        let Some((record, known)) = known else {
            // Neither memory nor these types can fail to be written.
            let _ = serde_json::to_writer(out, &lookup(atlas, place, names, day)?);
            return Ok(());
        };
        let texts = self.texts.get_or_init(|| AreaTexts::of(atlas));
        if names.is_some() {
            ReadyLookup::new(atlas, names, day)?.write(out, texts, &record, &known);
            return Ok(());
        }
        let usual = self.usual.load();
        if let Some(usual) = usual.as_ref().filter(|usual| usual.day == day) {
            usual.write(out, texts, &record, &known);
            return Ok(());
        }
        let usual = Arc::new(ReadyLookup::new(atlas, None, day)?);
        usual.write(out, texts, &record, &known);
        if matches!(day, Day::Today(_)) {
            self.usual.store(Some(usual));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
