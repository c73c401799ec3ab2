//! A succession read from one of its two vintages.

use super::{MAIN_SHARE, Part, ROUNDING_M2, Side, Succession, Weight, perimeter_m, weigh};
use crate::change::{Change, ChangeKind};
use crate::overlap::{
    OverlapRow, SLIVER_SHARE, covering, thinness_m, uncovered_by_m2, uncovered_ground,
};

/// A succession read in one direction: `here` is where the asked area is.
#[derive(Clone, Copy)]
pub(super) struct View<'s, 'a> {
    pub(super) of: &'s Succession<'a>,
    pub(super) backward: bool,
}

impl<'s, 'a> View<'s, 'a> {
    fn turned(self) -> Self {
        Self { backward: !self.backward, ..self }
    }

    fn here(self) -> &'s Side<'a> {
        if self.backward { &self.of.later } else { &self.of.earlier }
    }

    fn there(self) -> &'s Side<'a> {
        self.turned().here()
    }

    /// The places of the rows of an area.
    fn places(self, area: usize) -> impl Iterator<Item = usize> + 's {
        let Succession { starts, back, back_starts, .. } = self.of;
        let starts = if self.backward { back_starts } else { starts };
        let range = starts[area] as usize..starts[area + 1] as usize;
        range.map(move |at| if self.backward { back[at] as usize } else { at })
    }

    fn row(self, place: usize) -> OverlapRow {
        let row = self.of.rows[place];
        if self.backward { row.reversed() } else { row }
    }

    fn rows(self, area: usize) -> impl Iterator<Item = OverlapRow> + 's {
        self.places(area).map(move |place| self.row(place))
    }

    pub(super) fn parts(self, area: usize) -> Vec<Part> {
        let part = |place| Part { row: self.row(place), weight: self.of.weight(place) };
        self.places(area).map(part).collect()
    }

    pub(super) fn uncovered_m2(self, area: usize) -> f64 {
        let (asked, there) = (self.here().area(area), self.there());
        uncovered_by_m2(asked, self.rows(area), there.layer, there.disjoint)
    }

    /// What the uncovered ground of an area tells.
    fn open(self, area: usize) -> Weight {
        *self.here().open[area].get_or_init(|| {
            let whole_m2 = self.here().area(area).area_m2();
            let (m2, tolerance_m) = (self.uncovered_m2(area), self.of.tolerance_m);
            if m2 < ROUNDING_M2 {
                return Weight::None;
            }
            let thinness = || {
                let covering = covering(self.rows(area), self.there().layer);
                let rest = uncovered_ground(self.here().area(area).geometry(), covering);
                // Where the overlay fails, its ground is thought thin: a doubt, not a claim.
                rest.map_or(0.0, |rest| thinness_m(m2, perimeter_m(&rest)))
            };
            match weigh(m2, whole_m2, tolerance_m, thinness) {
                Weight::Doubtful if m2 < SLIVER_SHARE * whole_m2 => Weight::None,
                weight => weight,
            }
        })
    }

    fn is_open(self, area: usize, doubtful: bool) -> bool {
        counts(self.open(area), doubtful)
    }

    /// The areas there that an area here is linked to, in code order.
    fn links(self, area: usize, doubtful: bool) -> Vec<usize> {
        self.places(area)
            .filter(|&place| counts(self.of.weight(place), doubtful))
            .map(|place| self.row(place).to as usize)
            .collect()
    }

    /// Whether an area here is linked to that one there alone.
    fn is_all_in(self, area: usize, other: usize, doubtful: bool) -> bool {
        !self.is_open(area, doubtful) && self.links(area, doubtful) == [other]
    }

    fn counterpart(self, area: usize) -> Option<OverlapRow> {
        let whole = self.here().area(area).area_m2();
        self.rows(area).find(|row| {
            let other = self.there().area(row.to as usize).area_m2();
            row.shared_m2 > MAIN_SHARE * whole && row.shared_m2 > MAIN_SHARE * other
        })
    }

    pub(super) fn change(self, area: usize) -> Change {
        let counterpart = self.counterpart(area);
        let kind = self.read(area, counterpart, false);
        let perhaps = self.read(area, counterpart, true);
        let rest = |whole: f64, row: &OverlapRow| (whole - row.shared_m2).max(0.0);
        let lost = |row| rest(self.here().area(area).area_m2(), row);
        let gained = |row: &OverlapRow| rest(self.there().area(row.to as usize).area_m2(), row);
        Change {
            kind,
            or: (perhaps != kind).then_some(perhaps),
            counterpart: counterpart.map(|row| row.to as usize),
            lost_m2: counterpart.as_ref().map(lost),
            gained_m2: counterpart.as_ref().map(gained),
        }
    }

    /// The kind, as the module's documentation says it.
    fn read(self, area: usize, counterpart: Option<OverlapRow>, doubtful: bool) -> ChangeKind {
        let back = self.turned();
        let links = self.links(area, doubtful);
        if links.is_empty() {
            let uncovered = self.uncovered_m2(area) > MAIN_SHARE * self.here().area(area).area_m2();
            return if uncovered { ChangeKind::Abolished } else { ChangeKind::Reorganised };
        }
        let into_one = !self.is_open(area, doubtful) && links.len() == 1;
        let sources = if into_one { back.links(links[0], doubtful) } else { Vec::new() };
        if into_one {
            let other = links[0];
            if let Some(row) = counterpart
                && back.is_all_in(other, area, doubtful)
            {
                return self.same_ground(area, row.to as usize);
            }
            let all_of_all = sources.iter().all(|&source| self.is_all_in(source, other, doubtful));
            if sources.len() > 1 && !back.is_open(other, doubtful) && all_of_all {
                return ChangeKind::Merged;
            }
        } else if !self.is_open(area, doubtful)
            && links.iter().all(|&other| back.is_all_in(other, area, doubtful))
        {
            return ChangeKind::Split;
        }
        match counterpart {
            Some(_) => ChangeKind::MovedBoundary,
            None if into_one && sources.len() > 1 => ChangeKind::Merged,
            None => ChangeKind::Reorganised,
        }
    }

    fn same_ground(self, area: usize, other: usize) -> ChangeKind {
        let (here, there) = (self.here().area(area), self.there().area(other));
        match (here.code() == there.code(), here.name() == there.name()) {
            (true, true) => ChangeKind::Unchanged,
            (true, false) => ChangeKind::Renamed,
            (false, _) => ChangeKind::Recoded,
        }
    }
}

fn counts(weight: Weight, doubtful: bool) -> bool {
    weight == Weight::Sure || (doubtful && weight == Weight::Doubtful)
}
