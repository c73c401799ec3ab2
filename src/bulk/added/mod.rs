//! What is added to rows that come back: a status, the areas of each layer, and how sure that is,
//! from parts that are ready.
//!
//! What [`answers::find`](crate::answers::find) gives for a place is what is written, but for what a
//! row has no room for; it is not made for that.

use std::marker::PhantomData;

use lapwing_boundaries::atlas::{Atlas, Chosen, KnownAnswer};
use lapwing_boundaries::locate::{Level, near_threshold_m};
use lapwing_boundaries::position::Bng;

use crate::bulk::Status;
use crate::pen::{Pen, Text, Texts};

mod form;
mod together;

pub(super) use form::{Cells, FlatMembers, Form};
use form::{put_status, put_sureness};
pub(super) use together::{Asked, Rows, TOGETHER};

/// From so many bytes of rows on it pays to have the texts of all areas ready.
const MANY_BYTES: usize = 32 << 10;

/// What is written of the areas of the layers asked for.
#[derive(Debug)]
pub(super) struct Added<F> {
    form: PhantomData<F>,
    layers: Vec<LayerTexts>,
    texts: Texts,
    /// The texts of all layers for each set of areas that holds postcodes, once they are ready.
    sets: Vec<Text>,
    /// What stands after the status of a row that has no answer.
    without_answer: Vec<u8>,
}

#[derive(Debug)]
struct LayerTexts {
    /// `None` where no vintage is in force on the day.
    layer: Option<usize>,
    /// What its codes and names are called after.
    key: String,
    /// Closer to a boundary than this, in metres, is near.
    near_m: f64,
    /// `,N4,Northampton 4` of each area, once it is ready.
    areas: Vec<Text>,
    /// The same of none.
    no_area: Vec<u8>,
}

/// How sure an answer is.
#[derive(Clone, Copy, Debug)]
struct Sureness {
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

impl<F: Form> Added<F> {
    /// What is added for the chosen layers. The areas' texts are not ready yet.
    pub(super) fn new(atlas: &Atlas, chosen: &[Chosen]) -> Self {
        let texts = |chosen: &Chosen| {
            let mut no_area = Vec::new();
            let key = chosen.key.to_string();
            F::areas(&mut no_area, &key, std::iter::empty());
            let near = |layer: usize| near_threshold_m(atlas.layers()[layer].layer().meta());
            LayerTexts {
                layer: chosen.layer,
                key,
                near_m: chosen.layer.map_or(0.0, near),
                areas: Vec::new(),
                no_area,
            }
        };
        let layers: Vec<LayerTexts> = chosen.iter().map(texts).collect();
        let no_areas: Vec<u8> = layers.iter().flat_map(|of| &of.no_area).copied().collect();
        let without_answer = [&no_areas, F::NO_LEVEL, F::NO_DISTANCE].concat();
        Self {
            form: PhantomData,
            layers,
            texts: Texts::default(),
            sets: Vec::new(),
            without_answer,
        }
    }

    /// Makes ready what pays for so many bytes of rows that wait to be answered, after so many rows;
    /// the latter of those that say postcodes.
    pub(super) fn make_ready(&mut self, atlas: &Atlas, bytes: usize, postcodes: u64) {
        if bytes >= MANY_BYTES {
            self.make_areas_ready(atlas);
        }
        // So many rows have taken as long as this does: a set takes about eight numbers.
        if postcodes > atlas.known_set_numbers() as u64 / 8 {
            self.make_sets_ready(atlas);
        }
    }

    fn make_areas_ready(&mut self, atlas: &Atlas) {
        let mut text = Vec::new();
        for of in &mut self.layers {
            let Some(layer) = of.layer.filter(|_| of.areas.is_empty()) else { continue };
            for area in 0..atlas.layers()[layer].layer().len() {
                text.clear();
                F::areas(&mut text, &of.key, std::iter::once(atlas.code_and_name(layer, area)));
                of.areas.push(self.texts.keep(&text));
            }
        }
    }

    fn make_sets_ready(&mut self, atlas: &Atlas) {
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
    fn layers(&self) -> impl Iterator<Item = usize> + '_ {
        self.layers.iter().filter_map(|of| of.layer)
    }

    /// Fetches what [`Self::put_known`] will write of the areas of several postcodes.
    #[inline]
    fn prefetch_areas<const N: usize>(&self, known: &[Option<KnownAnswer<'_>>; N]) {
        let texts = std::array::from_fn::<_, N, _>(|at| {
            self.sets.get(known[at].as_ref().map(KnownAnswer::set)?).copied()
        });
        for text in texts.into_iter().flatten() {
            self.texts.prefetch(text);
        }
    }

    /// How sure the answer of a known postcode is.
    #[inline]
    fn sureness_of(&self, known: &KnownAnswer<'_>) -> Sureness {
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

    /// Writes the answer of a known postcode.
    #[inline]
    fn put_known(
        &self,
        pen: &mut Pen,
        scratch: &mut Scratch,
        atlas: &Atlas,
        known: &KnownAnswer<'_>,
    ) -> Status {
        let sureness = self.sureness_of(known);
        let status = if known.is_outside(self.layers()) { Status::Outside } else { Status::Ok };
        put_status::<F>(pen, status);
        if let Some(&ready) = self.sets.get(known.set()) {
            pen.put_text(&self.texts, ready);
        } else {
            self.put_areas(pen, &mut scratch.text, atlas, &known.holders());
        }
        put_sureness::<F>(pen, sureness.level, sureness.distance);
        pen.put(F::END);
        status
    }

    /// Writes the answer for a position.
    fn put_position(&self, pen: &mut Pen, scratch: &mut Scratch, atlas: &Atlas, at: Bng) -> Status {
        let Scratch { holders, text } = scratch;
        holders.clear();
        atlas.cells().locate(at, |layer, area, _| holders.push((layer, area)));
        let status = if holders.is_empty() { Status::Outside } else { Status::Ok };
        let sureness = self.sureness(|layer| atlas.cells().boundary_distance_m(layer, at));
        put_status::<F>(pen, status);
        self.put_areas(pen, text, atlas, &holders.iter().copied());
        put_sureness::<F>(pen, sureness.level, sureness.distance);
        pen.put(F::END);
        status
    }

    /// Writes what is added to a row without an answer, but for its end.
    pub(super) fn put_refused(&self, pen: &mut Pen, status: Status) {
        put_status::<F>(pen, status);
        pen.put(&self.without_answer);
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
                pen.put(&of.no_area);
                continue;
            };
            let own = holders.clone().filter(|&(held, _)| held == layer).map(|(_, area)| area);
            let mut few = own.clone();
            match (few.next(), few.next()) {
                (None, _) => pen.put(&of.no_area),
                (Some(area), None) if !of.areas.is_empty() => {
                    pen.put_text(&self.texts, of.areas[area]);
                }
                (Some(_), _) => {
                    text.clear();
                    let own = own.map(|area| atlas.code_and_name(layer, area));
                    F::areas(text, &of.key, own);
                    pen.put(text);
                }
            }
        }
    }
}
