//! The cells that are added to a row, from parts that are ready.
//!
//! What [`answers::find`](crate::answers::find) gives for a place is what is written, but for what a
//! row has no room for; it is not made for that.

use lapwing_boundaries::atlas::{Atlas, Chosen, KnownAnswer};
use lapwing_boundaries::locate::{Level, near_threshold_m};
use lapwing_boundaries::position::Bng;

use crate::answers::Place;
use crate::bulk::Status;
use crate::bulk::write::{cell, cell_of};
use crate::pen::{Pen, Text, Texts};

/// What is written of the areas of the layers asked for.
#[derive(Debug)]
pub(super) struct AnswerCells {
    layers: Vec<LayerCells>,
    texts: Texts,
    /// The cells of the layers for each set of areas that holds postcodes, once they are ready.
    sets: Vec<Text>,
    /// The cells of a row that has no answer, from the first comma after its status.
    without_answer: Vec<u8>,
}

#[derive(Debug)]
struct LayerCells {
    /// `None` where no vintage is in force on the day.
    layer: Option<usize>,
    /// Closer to a boundary than this, in metres, is near.
    near_m: f64,
    /// `,N4,Northampton 4` of each area, once it is ready.
    areas: Vec<Text>,
}

/// How sure an answer is: what its last two cells say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sureness {
    level: Option<Level>,
    /// Metres, not rounded; infinite where there is no boundary.
    distance: f64,
}

/// What is kept from one row to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    holders: Vec<(usize, usize)>,
    text: Vec<u8>,
}

impl AnswerCells {
    /// Those for the chosen layers. The areas' texts are not ready yet.
    pub(super) fn new(atlas: &Atlas, chosen: &[Chosen], added: usize) -> Self {
        let cells = |chosen: &Chosen| LayerCells {
            layer: chosen.layer,
            near_m: chosen
                .layer
                .map_or(0.0, |layer| near_threshold_m(atlas.layers()[layer].layer().meta())),
            areas: Vec::new(),
        };
        Self {
            layers: chosen.iter().map(cells).collect(),
            texts: Texts::default(),
            sets: Vec::new(),
            without_answer: [&b",".repeat(added - 1)[..], b"\n"].concat(),
        }
    }

    /// Makes the texts of all areas, which pays when there are many rows.
    pub(super) fn make_ready(&mut self, atlas: &Atlas) {
        let mut text = Vec::new();
        for of in &mut self.layers {
            let Some(layer) = of.layer.filter(|_| of.areas.is_empty()) else { continue };
            for area in 0..atlas.layers()[layer].layer().len() {
                text.clear();
                put_code_and_name(&mut text, atlas, layer, area);
                of.areas.push(self.texts.keep(&text));
            }
        }
    }

    /// Makes the texts of all sets of areas, which pays when there are more rows than sets.
    pub(super) fn make_sets_ready(&mut self, atlas: &Atlas) {
        if !self.sets.is_empty() {
            return;
        }
        let mut sets = vec![Text::default(); atlas.known_set_numbers()];
        let (mut pen, mut text) = (Pen::default(), Vec::new());
        for (set, holders) in atlas.known_sets() {
            pen.clear();
            self.put_areas(&mut pen, &mut text, atlas, &holders);
            sets[set] = self.texts.keep(pen.written());
        }
        self.sets = sets;
    }

    /// The layers that answer.
    pub(super) fn layers(&self) -> impl Iterator<Item = usize> + '_ {
        self.layers.iter().filter_map(|of| of.layer)
    }

    /// Fetches what [`Self::put_known`] will write of the areas of several postcodes.
    #[inline]
    pub(super) fn prefetch_areas<const N: usize>(&self, known: &[Option<KnownAnswer<'_>>; N]) {
        let texts = std::array::from_fn::<_, N, _>(|at| {
            self.sets.get(known[at].as_ref().map(KnownAnswer::set)?).copied()
        });
        for text in texts.into_iter().flatten() {
            self.texts.prefetch(text);
        }
    }

    /// How sure the answer of a known postcode is.
    #[inline]
    pub(super) fn sureness_of(&self, known: &KnownAnswer<'_>) -> Sureness {
        let mut sureness = self.sureness(|layer| known.boundary_distance_m(layer));
        if known.is_by_addresses() {
            sureness.level = self.layers().map(|layer| known.level(layer)).max();
        } else if known.is_guess() && sureness.level.is_some() {
            sureness.level = Some(Level::Low);
        }
        sureness
    }

    #[inline]
    fn sureness(&self, distance_m: impl Fn(usize) -> Option<f64>) -> Sureness {
        let mut sureness = Sureness { level: None, distance: f64::INFINITY };
        for of in &self.layers {
            let Some(layer) = of.layer else { continue };
            let distance = distance_m(layer).unwrap_or(f64::INFINITY);
            let level = if distance < of.near_m { Level::NearBoundary } else { Level::High };
            sureness.level = sureness.level.max(Some(level));
            sureness.distance = sureness.distance.min(distance);
        }
        sureness
    }

    /// Writes the answer of a known postcode, from the comma before its status.
    #[inline]
    pub(super) fn put_known(
        &self,
        pen: &mut Pen,
        scratch: &mut Scratch,
        atlas: &Atlas,
        known: &KnownAnswer<'_>,
        sureness: Sureness,
    ) -> Status {
        let status = if known.is_outside(self.layers()) { Status::Outside } else { Status::Ok };
        put_status(pen, status);
        if let Some(&ready) = self.sets.get(known.set()) {
            pen.put_text(&self.texts, ready);
        } else {
            self.put_areas(pen, &mut scratch.text, atlas, &known.holders());
        }
        put_sureness(pen, sureness);
        status
    }

    /// Writes the answer for a position.
    pub(super) fn put_position(
        &self,
        pen: &mut Pen,
        scratch: &mut Scratch,
        atlas: &Atlas,
        at: Bng,
    ) -> Status {
        let Scratch { holders, text } = scratch;
        holders.clear();
        atlas.cells().locate(at, |layer, area, _| holders.push((layer, area)));
        let status = if holders.is_empty() { Status::Outside } else { Status::Ok };
        let sureness = self.sureness(|layer| atlas.cells().boundary_distance_m(layer, at));
        put_status(pen, status);
        self.put_areas(pen, text, atlas, &holders.iter().copied());
        put_sureness(pen, sureness);
        status
    }

    /// Writes the answer for any place.
    pub(super) fn put_place(
        &self,
        pen: &mut Pen,
        scratch: &mut Scratch,
        atlas: &Atlas,
        place: Place,
    ) -> Status {
        match place {
            Place::Bng(at) => self.put_position(pen, scratch, atlas, at),
            Place::LngLat(at) => match at.to_bng() {
                Ok((at, _)) => self.put_position(pen, scratch, atlas, at),
                Err(_) => self.put_refused(pen, Status::Outside),
            },
            Place::Postcode(postcode) => match atlas.known(postcode) {
                Some((_, known)) => {
                    self.put_known(pen, scratch, atlas, &known, self.sureness_of(&known))
                }
                None => self.put_refused(pen, Status::NotFound),
            },
        }
    }

    /// Writes the cells of a row without an answer.
    pub(super) fn put_refused(&self, pen: &mut Pen, status: Status) -> Status {
        put_status(pen, status);
        pen.put(&self.without_answer);
        status
    }

    /// Writes the areas of each layer that are among some of all layers.
    #[inline]
    fn put_areas(
        &self,
        pen: &mut Pen,
        text: &mut Vec<u8>,
        atlas: &Atlas,
        holders: &(impl Iterator<Item = (usize, usize)> + Clone),
    ) {
        for of in &self.layers {
            let Some(layer) = of.layer else {
                pen.put(b",,");
                continue;
            };
            let own = holders.clone().filter(|&(held, _)| held == layer).map(|(_, area)| area);
            let mut few = own.clone();
            match (few.next(), few.next()) {
                (None, _) => pen.put(b",,"),
                (Some(area), None) if !of.areas.is_empty() => {
                    pen.put_text(&self.texts, of.areas[area]);
                }
                (Some(_), _) => {
                    text.clear();
                    put_all(text, own.map(|area| atlas.code_and_name(layer, area)));
                    pen.put(text);
                }
            }
        }
    }
}

#[inline]
fn put_status(pen: &mut Pen, status: Status) {
    match status {
        // The usual one is copied without asking how long it is.
        Status::Ok => pen.put(b",ok"),
        other => {
            pen.put(b",");
            pen.put(other.as_str().as_bytes());
        }
    }
}

/// The last two cells, and the end of the row.
#[inline]
fn put_sureness(pen: &mut Pen, sureness: Sureness) {
    match sureness.level {
        None => pen.put(b",,"),
        Some(Level::High) => pen.put(b",high,"),
        Some(level) => {
            pen.put(b",");
            pen.put(level.as_str().as_bytes());
            pen.put(b",");
        }
    }
    if sureness.distance < f64::INFINITY {
        pen.tenths(sureness.distance);
    }
    pen.put(b"\n");
}

fn put_code_and_name(out: &mut Vec<u8>, atlas: &Atlas, layer: usize, area: usize) {
    let (code, name) = atlas.code_and_name(layer, area);
    for text in [code, name] {
        out.push(b',');
        cell(out, text.as_bytes());
    }
}

/// The cells of several areas' codes and names, each after a comma.
fn put_all<'t>(out: &mut Vec<u8>, areas: impl Iterator<Item = (&'t str, &'t str)> + Clone) {
    out.push(b',');
    cell_of(out, areas.clone().map(|(code, _)| code));
    out.push(b',');
    cell_of(out, areas.map(|(_, name)| name));
}
