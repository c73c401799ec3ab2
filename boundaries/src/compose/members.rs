//! Finds the areas that a definition refers to.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use geo::MultiPolygon;

use super::PolygonReader;
use super::definition::{AreaDefinition, Members};
use super::dissolve::{Operand, SetOperation};
use crate::area::Area;
use crate::code::AreaCode;
use crate::fault::{Fault, FaultKind, Report};
use crate::geometry::measure::measure_intersection;
use crate::geometry::outline::Outline;
use crate::layer::{Layer, LayerId, LayerMeta};
use crate::load::raw::RawGeometry;
use crate::manifest::nearest;
use crate::validity::admit_rings;

/// A share of a member's area above this counts as the whole member. The difference is rounding.
const WHOLE: f64 = 1.0 - 1e-9;

/// A member: its layer, and its area there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'a> {
    pub(super) layer: &'a Layer,
    pub(super) area: &'a Area,
}

impl Member<'_> {
    /// Returns `ward:E05013246`.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.layer.meta().id, self.area.code())
    }
}

/// Everything that one composed area is made of.
#[derive(Debug)]
pub(super) struct ResolvedArea<'a> {
    /// Members taken whole, before `intersect` and `exclude`.
    pub(super) whole: Vec<Member<'a>>,
    /// Members, and the areas they are cut to.
    pub(super) parts: Vec<(Vec<Member<'a>>, Vec<Member<'a>>)>,
    pub(super) intersect: Option<Vec<Member<'a>>>,
    pub(super) exclude: Vec<Member<'a>>,
    /// The geometries of the polygon file.
    pub(super) polygon: Vec<MultiPolygon<f64>>,
    /// The largest drawing error of the layers involved, in metres.
    pub(super) drawing_error_m: f64,
}

impl<'a> ResolvedArea<'a> {
    /// Returns true if all members are taken whole.
    pub(super) fn is_plain(&self) -> bool {
        self.parts.is_empty() && self.intersect.is_none() && self.exclude.is_empty()
    }

    /// Returns every member, whole or cut.
    pub(super) fn included(&self) -> impl Iterator<Item = Member<'a>> + '_ {
        self.whole.iter().chain(self.parts.iter().flat_map(|(members, _)| members)).copied()
    }

    pub(super) fn operation(&self) -> SetOperation<'_> {
        fn operand<'a>(members: &[Member<'a>]) -> Operand<'a> {
            members.iter().map(|member| member.area.geometry()).collect()
        }
        let mut whole = operand(&self.whole);
        whole.extend(&self.polygon);
        let parts =
            self.parts.iter().map(|(members, within)| (operand(members), Some(operand(within))));
        let mut include: Vec<_> = parts.collect();
        if !whole.is_empty() {
            include.insert(0, (whole, None));
        }
        SetOperation {
            include,
            intersect: self.intersect.as_deref().map(operand),
            exclude: operand(&self.exclude),
        }
    }

    /// Returns every member with the share of its m² inside `geometry`, or `None` if it is whole.
    pub(super) fn shares(&self, geometry: &MultiPolygon<f64>) -> Vec<(String, Option<f64>)> {
        let mut members: BTreeMap<String, Member<'a>> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        for member in self.included() {
            let name = member.name();
            if members.insert(name.clone(), member).is_none() {
                order.push(name);
            }
        }
        if self.is_plain() {
            return order.into_iter().map(|name| (name, None)).collect();
        }
        let outline = Outline::new(geometry);
        let share = |name: String| {
            let area = members[&name].area;
            let shared = measure_intersection(&Outline::new(area.geometry()), &outline);
            let share = shared.area_m2 / area.area_m2();
            (name, (share < WHOLE).then_some(share))
        };
        order.into_iter().map(share).collect()
    }
}

/// Resolves layers and codes to areas, and reads polygon files.
pub(super) struct Resolver<'a, 'r, 'p> {
    layers: HashMap<&'a LayerId, &'a Layer>,
    own: &'r LayerMeta,
    read_polygons: &'r mut PolygonReader<'p>,
}

impl<'a, 'r, 'p> Resolver<'a, 'r, 'p> {
    pub(super) fn new(
        layers: &[&'a Layer],
        own: &'r LayerMeta,
        read_polygons: &'r mut PolygonReader<'p>,
    ) -> Self {
        let layers = layers.iter().map(|&layer| (&layer.meta().id, layer)).collect();
        Self { layers, own, read_polygons }
    }

    /// Resolves everything that an area refers to. Returns `None`, with faults in the report, if
    /// anything is missing.
    pub(super) fn find(
        &mut self,
        area: &AreaDefinition,
        report: &mut Report,
    ) -> Option<ResolvedArea<'a>> {
        let mut found = ResolvedArea {
            whole: Vec::new(),
            parts: Vec::new(),
            intersect: None,
            exclude: Vec::new(),
            polygon: Vec::new(),
            drawing_error_m: self.own.drawing_error_m(),
        };
        for item in &area.include {
            let members = self.members(&item.members, "include", report);
            match &item.within {
                None => found.whole.extend(members),
                Some(within) => {
                    let within = self.members(within, "within", report);
                    found.parts.push((members, within));
                }
            }
        }
        if !area.intersect.is_empty() {
            let each = area.intersect.iter();
            let all = each.flat_map(|members| self.members(members, "intersect", report));
            found.intersect = Some(all.collect());
        }
        for members in &area.exclude {
            found.exclude.extend(self.members(members, "exclude", report));
        }
        if let Some(path) = &area.polygon {
            found.polygon = self.polygon(path, report);
        }
        let named = found.included().map(|member| member.layer).collect::<Vec<_>>();
        let cutting = found.parts.iter().flat_map(|(_, within)| within);
        let cutting = cutting.chain(found.intersect.iter().flatten()).chain(&found.exclude);
        found.drawing_error_m = named
            .into_iter()
            .chain(cutting.map(|member| member.layer))
            .map(|layer| layer.meta().drawing_error_m())
            .fold(found.drawing_error_m, f64::max);
        (!report.has_errors()).then_some(found)
    }

    fn members(&self, members: &Members, key: &str, report: &mut Report) -> Vec<Member<'a>> {
        let Members { layer: id, codes } = members;
        let mut unknown = |message: String| {
            report.add(Fault::error(FaultKind::UnknownMember, message).of_field(key));
        };
        let Some(&layer) = self.layers.get(id) else {
            unknown(self.no_such_layer(id));
            return Vec::new();
        };
        if !layer.is_areas() {
            unknown(format!(
                "the layer {id} holds points, and areas can only be composed of areas"
            ));
            return Vec::new();
        }
        let mut found = Vec::with_capacity(codes.len());
        for code in codes {
            match layer.area_index(code.as_str()) {
                Some(index) => found.push(Member { layer, area: &layer.areas()[index] }),
                None => unknown(self.no_such_code(layer, code)),
            }
        }
        found
    }

    fn no_such_layer(&self, id: &LayerId) -> String {
        if *id == self.own.id {
            return format!("{id} is the layer being composed: an area cannot be made of itself");
        }
        let mut names: Vec<&str> = self.layers.keys().map(|name| name.as_str()).collect();
        names.sort_unstable();
        let hint = match nearest(id.as_str(), &names) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None if names.is_empty() => {
                "no layer comes before this one in the catalogue".to_owned()
            }
            None => format!("the layers before this one are {}", names.join(", ")),
        };
        format!("the catalogue has no layer {id}; {hint}")
    }

    fn no_such_code(&self, layer: &Layer, code: &AreaCode) -> String {
        let id = &layer.meta().id;
        let mut elsewhere: Vec<&str> = self
            .layers
            .values()
            .filter(|other| other.area_index(code.as_str()).is_some())
            .map(|other| other.meta().id.as_str())
            .collect();
        elsewhere.sort_unstable();
        let codes: Vec<&str> = layer.areas().iter().map(|area| area.code().as_str()).collect();
        let hint = if elsewhere.is_empty() {
            // Among thousands of codes that differ in one digit, the nearest is not a useful hint.
            match nearest(code.as_str(), &codes).filter(|_| code.as_str().len() < 6) {
                Some(meant) => format!("did you mean {meant}?"),
                None => {
                    "no other layer here has it: codes change when boundaries do, so it may be from \
                         another vintage; add that vintage to the catalogue as a layer, or look up the \
                         code in the layer's file"
                        .to_owned()
                }
            }
        } else {
            let named = elsewhere.iter().map(|other| self.with_vintage(layer, other));
            format!("it is a code of {}", named.collect::<Vec<_>>().join(", "))
        };
        format!("the layer {id} has no area {code}; {hint}")
    }

    /// Names a layer that has a code missing in another layer. If both belong to one series, adds
    /// the dates of its vintage.
    fn with_vintage(&self, requested: &Layer, other: &str) -> String {
        let found = self.layers.values().find(|layer| layer.meta().id.as_str() == other);
        let vintage = found
            .filter(|layer| layer.meta().series == requested.meta().series)
            .map(|layer| layer.meta().vintage);
        match vintage.map(|vintage| (vintage.valid_from, vintage.valid_to)) {
            Some((Some(from), Some(to))) => {
                format!("{other}, in force {from} to {to}: name that layer")
            }
            Some((Some(from), None)) => format!("{other}, in force from {from}: name that layer"),
            Some((None, Some(to))) => format!("{other}, in force until {to}: name that layer"),
            Some((None, None)) | None => other.to_owned(),
        }
    }

    /// Reads the geometries of all features of a polygon file.
    fn polygon(&mut self, path: &Path, report: &mut Report) -> Vec<MultiPolygon<f64>> {
        let Some(raw) = (self.read_polygons)(path, report) else {
            if !report.has_errors() {
                let message = format!("{} cannot be read", path.display());
                report.add(Fault::error(FaultKind::UnreadableFile, message).of_field("polygon"));
            }
            return Vec::new();
        };
        let mut geometries = Vec::new();
        for feature in raw.features {
            let place = |fault: Fault| {
                fault.in_file(raw.file.clone()).of_feature(feature.index, feature.code.as_deref())
            };
            let admitted = match feature.geometry {
                RawGeometry::Polygons { polygons, grouped } => {
                    admit_rings(polygons, grouped, self.own.drawing_error_m())
                }
                RawGeometry::Empty => admit_rings(Vec::new(), true, 0.0),
                RawGeometry::Point(_) | RawGeometry::Other(_) => {
                    let message = "the feature is not a polygon: the file in `polygon` must contain only polygons";
                    Err(vec![Fault::error(FaultKind::WrongGeometry, message)])
                }
            };
            match admitted {
                Ok(admitted) => {
                    geometries.push(admitted.geometry);
                    admitted.faults.into_iter().for_each(|fault| report.add(place(fault)));
                }
                Err(faults) => faults.into_iter().for_each(|fault| report.add(place(fault))),
            }
        }
        if geometries.is_empty() && !report.has_errors() {
            let message = format!("{} contains no polygons", path.display());
            report.add(Fault::error(FaultKind::EmptyGeometry, message).of_field("polygon"));
        }
        geometries
    }
}
