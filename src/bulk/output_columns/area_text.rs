//! The texts of areas, ready to be written: of each by itself, and of the sets of them that hold
//! postcodes. The first of a row have the status of most rows before them.

use std::marker::PhantomData;

use lapwing_boundaries::atlas::{Atlas, Chosen, PostcodeBatch, PrecomputedAnswer};

use super::format::{Form, put_status};
use super::names::{AddedColumn, AddedColumns};
use crate::answers::text_writer::{Pen, Text, Texts};
use crate::bulk::Status;

/// From so many bytes of rows on it pays to have the texts of all areas ready.
const MANY_BYTES: usize = 32 << 10;

#[derive(Debug)]
pub(super) struct AreaTexts<F> {
    form: PhantomData<F>,
    columns: AddedColumns,
    layers: Vec<LayerTexts>,
    texts: Texts,
    /// The texts of all layers for each set of areas that holds postcodes, once they are ready.
    sets: Vec<Text>,
    /// The text of a place in no area, once that is.
    outside: Option<Text>,
}

#[derive(Debug)]
struct LayerTexts {
    /// `None` where no vintage is in force on the day.
    layer: Option<usize>,
    /// What its codes and names are called after.
    key: String,
    /// `,N4,Northampton 4` of each area, once it is ready; the first layer's after `,ok`.
    areas: Vec<Text>,
    /// The same of none, without `,ok`.
    no_area: Vec<u8>,
}

impl<F: Form> AreaTexts<F> {
    /// Those of the chosen layers. None is ready yet.
    pub(super) fn new(chosen: &[Chosen], columns: AddedColumns) -> Self {
        let texts = |chosen: &Chosen| {
            let (key, mut no_area) = (chosen.key.to_string(), Vec::new());
            put_columns::<F>(&mut no_area, columns, &key, &std::iter::empty());
            LayerTexts { layer: chosen.layer, key, areas: Vec::new(), no_area }
        };
        Self {
            form: PhantomData,
            columns,
            layers: chosen.iter().map(texts).collect(),
            texts: Texts::default(),
            sets: Vec::new(),
            outside: None,
        }
    }

    /// Makes ready what pays for so many bytes of rows that wait to be answered, after so many rows;
    /// the latter of those that say postcodes.
    pub(super) fn make_ready(&mut self, atlas: &Atlas, bytes: usize, postcodes: u64) {
        if bytes >= MANY_BYTES {
            self.make_areas_ready(atlas);
        }
        // So many rows have taken as long as this does: a set takes about eight numbers.
        if postcodes > atlas.area_set_id_bound() as u64 / 8 {
            self.make_sets_ready(atlas);
        }
    }

    fn make_areas_ready(&mut self, atlas: &Atlas) {
        if self.outside.is_some() {
            return;
        }
        let mut pen = Pen::default();
        put_status::<F>(&mut pen, Status::Outside);
        self.put_none(&mut pen);
        self.outside = Some(self.texts.keep(pen.written()));
        let mut text = Vec::new();
        for (at, of) in self.layers.iter_mut().enumerate() {
            let Some(layer) = of.layer else { continue };
            for area in 0..atlas.layers()[layer].layer().len() {
                text.clear();
                if at == 0 {
                    text.extend_from_slice(F::OK);
                }
                let area = std::iter::once(atlas.code_and_name(layer, area));
                put_columns::<F>(&mut text, self.columns, &of.key, &area);
                of.areas.push(self.texts.keep(&text));
            }
        }
    }

    fn make_sets_ready(&mut self, atlas: &Atlas) {
        if !self.sets.is_empty() {
            return;
        }
        let mut sets = vec![Text::default(); atlas.area_set_id_bound()];
        let (mut pen, mut text) = (Pen::default(), Vec::new());
        for (set, holders) in atlas.area_sets() {
            pen.clear();
            self.put(&mut pen, &mut text, atlas, Status::Ok, &holders);
            sets[set] = self.texts.keep(pen.written());
        }
        self.sets = sets;
    }

    /// Fetches what [`Self::put_known`] will write of several postcodes.
    #[inline]
    pub(super) fn prefetch<const N: usize>(&self, known: &PostcodeBatch<'_, N>) {
        if self.sets.is_empty() {
            return;
        }
        for at in 0..N {
            let set = known.answer(at).map(|known| known.area_set());
            if let Some(&text) = set.and_then(|set| self.sets.get(set)) {
                self.texts.prefetch(text);
            }
        }
    }

    /// Writes the status and the areas of a known postcode.
    #[inline]
    pub(super) fn put_known(
        &self,
        pen: &mut Pen,
        text: &mut Vec<u8>,
        atlas: &Atlas,
        status: Status,
        known: &PrecomputedAnswer<'_>,
    ) {
        match self.sets.get(known.area_set()) {
            Some(&ready) if status == Status::Ok => pen.put_text(&self.texts, ready),
            _ => self.put(pen, text, atlas, status, &known.areas()),
        }
    }

    /// Writes the status, and the areas of each layer that are among some of all layers.
    #[inline]
    pub(super) fn put(
        &self,
        pen: &mut Pen,
        text: &mut Vec<u8>,
        atlas: &Atlas,
        status: Status,
        holders: &(impl Iterator<Item = (usize, usize)> + Clone),
    ) {
        if status == Status::Outside
            && let Some(outside) = self.outside
        {
            pen.put_text(&self.texts, outside);
            return;
        }
        let mut is_status_due = true;
        for of in &self.layers {
            let held = |layer: usize| {
                holders.clone().filter(move |&(held, _)| held == layer).map(|(_, area)| area)
            };
            let mut few = of.layer.map(held).into_iter().flatten();
            let (first, second) = (few.next(), few.next());
            if let (Some(area), None) = (first, second)
                && let Some(&ready) = of.areas.get(area)
            {
                // Who holds it is in an area.
                pen.put_text(&self.texts, ready);
                is_status_due = false;
                continue;
            }
            if is_status_due {
                put_status::<F>(pen, status);
                is_status_due = false;
            }
            match of.layer {
                Some(layer) if first.is_some() => {
                    text.clear();
                    let areas = held(layer).map(|area| atlas.code_and_name(layer, area));
                    put_columns::<F>(text, self.columns, &of.key, &areas);
                    pen.put(text);
                }
                _ => pen.put(&of.no_area),
            }
        }
        if is_status_due {
            put_status::<F>(pen, status);
        }
    }

    /// Writes that there are no areas.
    pub(super) fn put_none(&self, pen: &mut Pen) {
        for of in &self.layers {
            pen.put(&of.no_area);
        }
    }
}

/// Writes the codes and names of the areas of a layer, as far as they are among the columns.
fn put_columns<'t, F: Form>(
    out: &mut Vec<u8>,
    columns: AddedColumns,
    key: &str,
    areas: &(impl Iterator<Item = (&'t str, &'t str)> + Clone),
) {
    for column in columns.of_areas() {
        let text = |(code, name)| if column == AddedColumn::Code { code } else { name };
        F::areas(out, || column.of_layer(key), areas.clone().map(text));
    }
}
