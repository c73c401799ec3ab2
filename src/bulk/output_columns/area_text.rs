//! The text of areas in a row, prepared for single areas and for the sets of areas that contain
//! postcodes. The first text of a row includes the most frequent status.

use std::marker::PhantomData;

use lapwing_boundaries::atlas::{Atlas, ChosenLayer, PostcodeBatch, PrecomputedAnswer};

use super::format::{RowFormat, put_status};
use super::names::{OutputColumn, OutputColumnSet};
use crate::answers::text_writer::{StoredText, TextStore, TextWriter};
use crate::bulk::Status;

/// Preparing the text of all areas pays off from this many bytes of input on.
const MANY_BYTES: usize = 32 << 10;

#[derive(Debug)]
pub(super) struct AreaColumnText<F> {
    form: PhantomData<F>,
    columns: OutputColumnSet,
    layers: Vec<LayerTexts>,
    texts: TextStore,
    /// The text of all layers for each set of areas that contains postcodes. Empty until it is
    /// prepared.
    sets: Vec<StoredText>,
    /// The text for a place outside all areas, once it is prepared.
    outside: Option<StoredText>,
}

#[derive(Debug)]
struct LayerTexts {
    /// `None` where no vintage is in force on the day.
    layer: Option<usize>,
    /// The prefix of its column names.
    key: String,
    /// `,N4,Northampton 4` for each area, once prepared. In the first layer it follows `,ok`.
    areas: Vec<StoredText>,
    /// The same for no area, without `,ok`.
    no_area: Vec<u8>,
}

impl<F: RowFormat> AreaColumnText<F> {
    /// Creates the text for the chosen layers. Nothing is prepared yet.
    pub(super) fn new(chosen: &[ChosenLayer], columns: OutputColumnSet) -> Self {
        let texts = |chosen: &ChosenLayer| {
            let (key, mut no_area) = (chosen.key.to_string(), Vec::new());
            put_columns::<F>(&mut no_area, columns, &key, &std::iter::empty());
            LayerTexts { layer: chosen.layer, key, areas: Vec::new(), no_area }
        };
        Self {
            form: PhantomData,
            columns,
            layers: chosen.iter().map(texts).collect(),
            texts: TextStore::default(),
            sets: Vec::new(),
            outside: None,
        }
    }

    /// Prepares what pays off: the areas for many bytes of input, the sets after many postcodes.
    pub(super) fn prepare(&mut self, atlas: &Atlas, bytes: usize, postcodes: u64) {
        if bytes >= MANY_BYTES {
            self.prepare_areas(atlas);
        }
        // The rows so far took as long as the preparation will: a set takes about eight numbers.
        if postcodes > atlas.area_set_id_bound() as u64 / 8 {
            self.prepare_sets(atlas);
        }
    }

    fn prepare_areas(&mut self, atlas: &Atlas) {
        if self.outside.is_some() {
            return;
        }
        let mut writer = TextWriter::default();
        put_status::<F>(&mut writer, Status::Outside);
        self.put_none(&mut writer);
        self.outside = Some(self.texts.keep(writer.written()));
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

    fn prepare_sets(&mut self, atlas: &Atlas) {
        if !self.sets.is_empty() {
            return;
        }
        let mut sets = vec![StoredText::default(); atlas.area_set_id_bound()];
        let (mut writer, mut text) = (TextWriter::default(), Vec::new());
        for (set, holders) in atlas.area_sets() {
            writer.clear();
            self.put(&mut writer, &mut text, atlas, Status::Ok, &holders);
            sets[set] = self.texts.keep(writer.written());
        }
        self.sets = sets;
    }

    /// Prefetches the text that [`Self::put_known`] writes for several postcodes.
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
        writer: &mut TextWriter,
        text: &mut Vec<u8>,
        atlas: &Atlas,
        status: Status,
        known: &PrecomputedAnswer<'_>,
    ) {
        match self.sets.get(known.area_set()) {
            Some(&ready) if status == Status::Ok => writer.put_stored(&self.texts, ready),
            _ => self.put(writer, text, atlas, status, &known.areas()),
        }
    }

    /// Writes the status and, for each layer, those of `holders` that belong to it.
    #[inline]
    pub(super) fn put(
        &self,
        writer: &mut TextWriter,
        text: &mut Vec<u8>,
        atlas: &Atlas,
        status: Status,
        holders: &(impl Iterator<Item = (usize, usize)> + Clone),
    ) {
        if status == Status::Outside
            && let Some(outside) = self.outside
        {
            writer.put_stored(&self.texts, outside);
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
                // A place with an area is not outside.
                writer.put_stored(&self.texts, ready);
                is_status_due = false;
                continue;
            }
            if is_status_due {
                put_status::<F>(writer, status);
                is_status_due = false;
            }
            match of.layer {
                Some(layer) if first.is_some() => {
                    text.clear();
                    let areas = held(layer).map(|area| atlas.code_and_name(layer, area));
                    put_columns::<F>(text, self.columns, &of.key, &areas);
                    writer.put(text);
                }
                _ => writer.put(&of.no_area),
            }
        }
        if is_status_due {
            put_status::<F>(writer, status);
        }
    }

    /// Writes the columns of no area.
    pub(super) fn put_none(&self, writer: &mut TextWriter) {
        for of in &self.layers {
            writer.put(&of.no_area);
        }
    }
}

/// Writes the code and name columns of the areas of a layer.
fn put_columns<'t, F: RowFormat>(
    out: &mut Vec<u8>,
    columns: OutputColumnSet,
    key: &str,
    areas: &(impl Iterator<Item = (&'t str, &'t str)> + Clone),
) {
    for column in columns.of_areas() {
        let text = |(code, name)| if column == OutputColumn::Code { code } else { name };
        F::areas(out, || column.of_layer(key), areas.clone().map(text));
    }
}
