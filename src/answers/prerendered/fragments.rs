//! The text around the answers for some layers and a day, written once.

use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day};
use lapwing_boundaries::confidence::{
    ConfidenceLevel, Coverage, CoverageGap, LayerTrust, Overall, overall,
};

use super::area_fragments::{AreaFragments, sample_names};
use super::facts::LookupFacts;
use super::place_fragments::{PlaceFragments, WritePlace};
use crate::answers::basis::AnswerBasis;
use crate::answers::common_fields::{Keyed, layers_used, snapshot};
use crate::answers::error::AnswerError;
use crate::answers::sample::{around, json};
use crate::answers::text_writer::{StoredText, TextStore, TextWriter};
use crate::answers::{
    Confidence, LayerConfidence, LookupAnswer, NearArea, Unassigned, choose, number,
};

/// The text around the answers for some layers and a day. Each piece begins with what ends the one
/// before it.
#[derive(Debug)]
pub(super) struct LookupFragments {
    pub(super) day: Day,
    texts: TextStore,
    place: PlaceFragments,
    layers: Vec<LayerFragments>,
    /// `]},"confidence":`
    confidence: StoredText,
    /// For all layers together, by state: `{"level":"high","boundary_distance_m":`
    overall: [StoredText; STATES],
    /// For one layer, by state: `{"level":"low","coverage":"incomplete","boundary_distance_m":`
    states: [StoredText; STATES],
    /// The same with addresses in no area of the layer, up to their number:
    /// `{"level":"low","unassigned":{"addresses":`
    unassigned: [StoredText; STATES],
    /// `,"share":` and `},"boundary_distance_m":` after that number.
    unassigned_share: [StoredText; 2],
    /// By basis: `,"threshold_m":50.0}},"near":[`
    near: [StoredText; BASES],
    /// `,"distance_m":` and `}` of an area in `near`.
    near_distance: [StoredText; 2],
    /// `]}`
    end: StoredText,
    /// From `,"layers":` to the end.
    tail: Vec<u8>,
}

/// The text for one of the layers asked.
#[derive(Debug)]
struct LayerFragments {
    /// `None` where no vintage is in force on the day.
    layer: Option<usize>,
    /// `],"ward":[`, or `],"ward":null`
    areas: StoredText,
    /// By basis.
    confidence: [ConfidenceFragments; BASES],
    /// `{"layer":"ward",`
    near: StoredText,
}

/// The text for the confidence of one layer's answer.
#[derive(Clone, Copy, Debug)]
struct ConfidenceFragments {
    /// For all layers together, where this one's boundary is the nearest:
    /// `,"threshold_m":50.0,"by":"position","layers":{`
    nearest: StoredText,
    /// `,"threshold_m":50.0},"ward":`, or `,"threshold_m":50.0},"ward":null`
    before: StoredText,
}

/// The text that ends the fragments of the layer before.
#[derive(Debug, Default)]
struct Ends {
    areas: String,
    /// By basis.
    confidence: [String; BASES],
    comma: &'static str,
}

/// The answer for a place in seven layers is shorter, in bytes, so it is written without moving.
const USUAL_ROOM: usize = 2048;

const BASES: usize = AnswerBasis::ALL.len();
const LEVELS: usize = ConfidenceLevel::ALL.len();

/// How many different beginnings a confidence has: the levels of a layer that answers for the place,
/// and the gaps, whose level is always low.
const STATES: usize = LEVELS + CoverageGap::ALL.len();

/// The number of the state with a level and a coverage.
#[inline]
fn state(level: ConfidenceLevel, coverage: Coverage) -> usize {
    coverage.gap().map_or(level as usize, |gap| LEVELS + gap as usize)
}

/// The level and gap of each state.
fn states() -> [(ConfidenceLevel, Option<CoverageGap>); STATES] {
    std::array::from_fn(|state| match ConfidenceLevel::ALL.get(state) {
        Some(&level) => (level, None),
        None => (ConfidenceLevel::Low, Some(CoverageGap::ALL[state - LEVELS])),
    })
}

/// The state of a sure answer.
const HIGH: (ConfidenceLevel, Option<CoverageGap>) = (ConfidenceLevel::High, None);

/// The distance of samples, and its JSON.
const DISTANCE: (f64, &str) = (1.5, "1.5");

/// The text around the distance, the layers and the near areas of a [`Confidence`].
fn around_overall(
    (level, coverage): (ConfidenceLevel, Option<CoverageGap>),
    basis: AnswerBasis,
    threshold_m: f64,
) -> ([String; 3], String) {
    let sample = Confidence {
        level,
        coverage,
        boundary_distance_m: Some(DISTANCE.0),
        threshold_m,
        by: basis.by(),
        split: basis.split(),
        layers: Keyed(Vec::new()),
        near: Vec::new(),
    };
    around(&sample, [DISTANCE.1, "{}", "[]"])
}

/// A [`LayerConfidence`] with [`DISTANCE`].
fn sample_of_layer(
    (level, coverage): (ConfidenceLevel, Option<CoverageGap>),
    unassigned: Option<Unassigned>,
    threshold_m: f64,
) -> LayerConfidence {
    LayerConfidence {
        level,
        coverage,
        unassigned,
        boundary_distance_m: Some(DISTANCE.0),
        threshold_m,
    }
}

/// The text before the distance of a [`LayerConfidence`].
fn before_distance(state: (ConfidenceLevel, Option<CoverageGap>)) -> String {
    let ([before], _) = around(&sample_of_layer(state, None, 0.0), [DISTANCE.1]);
    before
}

/// The text before the number of [`Unassigned`], between it and the share, and from there to the
/// distance.
fn around_unassigned(state: (ConfidenceLevel, Option<CoverageGap>)) -> [String; 3] {
    let unassigned = Some(Unassigned { addresses: 7, share: 0.25 });
    let sample = sample_of_layer(state, unassigned, 0.0);
    around(&sample, ["7", "0.25", DISTANCE.1]).0
}

/// The text around the names and the distance of a [`NearArea`].
fn around_near(layer: &str) -> ([String; 2], String) {
    let (code, name) = super::area_fragments::NAMES;
    let sample = NearArea { layer: layer.to_owned(), code, name, distance_m: DISTANCE.0 };
    around(&sample, [&sample_names(), DISTANCE.1])
}

/// The text of a [`LookupAnswer`] after its [`PlaceAnswer`].
fn tail(atlas: &Atlas, chosen: &[ChosenLayer], day: Day) -> String {
    let place = PlaceFragments::sample(day);
    let place_json = json(&place);
    let layers = layers_used(atlas, chosen, day);
    let sample = LookupAnswer { place, layers, snapshot: snapshot(atlas) };
    let (_, tail) = around(&sample, [place_json.trim_end_matches('}')]);
    tail
}

impl LayerFragments {
    fn new(atlas: &Atlas, chosen: &ChosenLayer, texts: &mut TextStore, ends: &mut Ends) -> Self {
        let key = json(chosen.key.as_str());
        let Ends { areas, confidence, comma } = std::mem::take(ends);
        ends.comma = ",";
        let mut keep = |text: String| texts.keep(text.as_bytes());
        let Some(layer) = chosen.layer else {
            return Self {
                layer: None,
                areas: keep(format!("{areas}{comma}{key}:null")),
                confidence: confidence.map(|before| ConfidenceFragments {
                    nearest: StoredText::default(),
                    before: keep(format!("{before}{comma}{key}:null")),
                }),
                near: StoredText::default(),
            };
        };
        let meta = atlas.layers()[layer].layer().meta();
        "]".clone_into(&mut ends.areas);
        let fragments = AnswerBasis::ALL.map(|basis| {
            let threshold_m = basis.by().threshold_m(meta);
            let ([_, nearest, _], _) = around_overall(HIGH, basis, threshold_m);
            let (_, end) = around(&sample_of_layer(HIGH, None, threshold_m), [DISTANCE.1]);
            ends.confidence[basis as usize] = end;
            ConfidenceFragments {
                nearest: keep(nearest + "{"),
                before: keep(format!("{}{comma}{key}:", confidence[basis as usize])),
            }
        });
        let ([near, _], _) = around_near(chosen.key.as_str());
        Self {
            layer: Some(layer),
            areas: keep(format!("{areas}{comma}{key}:[")),
            confidence: fragments,
            near: keep(near),
        }
    }
}

impl LookupFragments {
    pub(super) fn new(
        atlas: &Atlas,
        names: Option<&[String]>,
        day: Day,
    ) -> Result<Self, AnswerError> {
        Ok(Self::of(atlas, &choose(atlas, names, day)?, day))
    }

    pub(super) fn of(atlas: &Atlas, chosen: &[ChosenLayer], day: Day) -> Self {
        let mut texts = TextStore::default();
        let (place, members) = PlaceFragments::new(day, &mut texts);
        let mut ends = Ends { areas: members.areas + "{", ..Ends::default() };
        let layers =
            chosen.iter().map(|chosen| LayerFragments::new(atlas, chosen, &mut texts, &mut ends));
        let layers = layers.collect();
        let mut keep = |text: String| texts.keep(text.as_bytes());
        let of_all = |state| around_overall(state, AnswerBasis::Position, 0.0);
        let ([_, _, near], end) = of_all(HIGH);
        let [_, share, after_share] = around_unassigned(HIGH);
        let ([_, near_distance], end_of_near) = around_near("");
        Self {
            day,
            place,
            layers,
            confidence: keep(format!("{}}}{}", ends.areas, members.confidence)),
            overall: states().map(|state| {
                let ([before, ..], _) = of_all(state);
                keep(before)
            }),
            states: states().map(|state| keep(before_distance(state))),
            unassigned: states().map(|state| {
                let [before, ..] = around_unassigned(state);
                keep(before)
            }),
            unassigned_share: [share, after_share].map(&mut keep),
            near: ends.confidence.map(|before| keep(format!("{before}}}{near}["))),
            near_distance: [near_distance, end_of_near].map(&mut keep),
            end: keep(format!("]{end}")),
            tail: tail(atlas, chosen, day).into_bytes(),
            texts,
        }
    }

    /// The layers asked, by their places in the atlas.
    pub(super) fn layers(&self) -> impl Iterator<Item = Option<usize>> {
        self.layers.iter().map(|layer| layer.layer)
    }

    /// Writes the JSON of a [`LookupAnswer`].
    pub(super) fn write(
        &self,
        writer: &mut TextWriter,
        areas: &AreaFragments,
        place: &impl WritePlace,
        facts: &(impl LookupFacts + ?Sized),
    ) {
        writer.reserve(USUAL_ROOM);
        writer.put(b"{");
        self.write_place(writer, areas, place, facts);
        writer.put(&self.tail);
    }

    /// Writes the members of a [`PlaceAnswer`], without the braces around them.
    pub(super) fn write_place(
        &self,
        writer: &mut TextWriter,
        areas: &AreaFragments,
        place: &impl WritePlace,
        facts: &(impl LookupFacts + ?Sized),
    ) {
        place.write(writer, &self.place, &self.texts);
        self.write_areas(writer, areas, facts);
        writer.put_stored(&self.texts, self.confidence);
        self.write_confidence(writer, areas, facts);
    }

    fn write_areas(
        &self,
        writer: &mut TextWriter,
        areas: &AreaFragments,
        facts: &(impl LookupFacts + ?Sized),
    ) {
        for (at, fragments) in self.layers.iter().enumerate() {
            writer.put_stored(&self.texts, fragments.areas);
            let Some(layer) = fragments.layer else { continue };
            let mut is_first = true;
            for matched in facts.matches(at, layer) {
                if !is_first {
                    writer.put(b",");
                }
                is_first = false;
                areas.put(writer, layer, matched);
            }
        }
    }

    fn write_confidence(
        &self,
        writer: &mut TextWriter,
        areas: &AreaFragments,
        facts: &(impl LookupFacts + ?Sized),
    ) {
        let trusts: Vec<Option<LayerTrust>> = (self.layers.iter().enumerate())
            .map(|(at, fragments)| Some(facts.trust(at, fragments.layer?)))
            .collect();
        let answered = self.layers.iter().zip(&trusts);
        let answered = answered.filter_map(|(fragments, trust)| Some((fragments, (*trust)?)));
        let Some(Overall { level, coverage, nearest, boundary_distance_m }) = overall(answered)
        else {
            writer.put(b"null");
            return;
        };
        let basis = facts.basis(self.layers().flatten()) as usize;
        writer.put_stored(&self.texts, self.overall[state(level, coverage)]);
        write_distance(writer, boundary_distance_m);
        writer.put_stored(&self.texts, nearest.confidence[basis].nearest);
        for (fragments, trust) in self.layers.iter().zip(trusts) {
            writer.put_stored(&self.texts, fragments.confidence[basis].before);
            let Some((layer, trust)) = fragments.layer.zip(trust) else { continue };
            let state = state(trust.level, trust.coverage);
            match facts.unassigned(layer) {
                (0, _) => writer.put_stored(&self.texts, self.states[state]),
                (count, all) => self.write_unassigned(writer, state, count, all),
            }
            write_distance(writer, trust.boundary_distance_m);
        }
        writer.put_stored(&self.texts, self.near[basis]);
        self.write_near(writer, areas, facts);
        writer.put_stored(&self.texts, self.end);
    }

    /// Writes the beginning of a layer's confidence with the addresses that are in none of its areas.
    fn write_unassigned(&self, writer: &mut TextWriter, state: usize, count: usize, all: usize) {
        let [before_share, after_share] = self.unassigned_share;
        writer.put_stored(&self.texts, self.unassigned[state]);
        writer.integer(count as u64);
        writer.put_stored(&self.texts, before_share);
        number::share(writer, count as f64 / all as f64);
        writer.put_stored(&self.texts, after_share);
    }

    fn write_near(
        &self,
        writer: &mut TextWriter,
        areas: &AreaFragments,
        facts: &(impl LookupFacts + ?Sized),
    ) {
        let [before_distance, end] = self.near_distance;
        let mut is_first = true;
        for (at, fragments) in self.layers.iter().enumerate() {
            let Some(layer) = fragments.layer else { continue };
            let mut candidates: Vec<(usize, f64)> = facts.near(at, layer).collect();
            candidates.sort_by(|a, b| a.1.total_cmp(&b.1));
            for (area, distance) in candidates {
                if !is_first {
                    writer.put(b",");
                }
                is_first = false;
                writer.put_stored(&self.texts, fragments.near);
                areas.put_names(writer, layer, area);
                writer.put_stored(&self.texts, before_distance);
                number::tenths(writer, distance);
                writer.put_stored(&self.texts, end);
            }
        }
    }
}

/// Writes `12.3`, or `null` for an infinite distance.
#[inline]
fn write_distance(writer: &mut TextWriter, metres: f64) {
    if metres < f64::INFINITY {
        number::tenths(writer, metres);
    } else {
        writer.put(b"null");
    }
}
