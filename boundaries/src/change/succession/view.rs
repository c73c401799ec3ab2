//! A view of a comparison from one of its two vintages.

use super::{
    ComparedLayer, LinkStrength, MAIN_SHARE, OverlapPart, ROUNDING_M2, Succession, assess,
    perimeter_m,
};
use crate::change::{Change, ChangeKind};
use crate::overlap::{
    OverlapRow, SLIVER_SHARE, covering, thinness_m, uncovered_by_m2, uncovered_geometry,
};

/// A comparison in one direction: `here` is the vintage of the queried area, `there` the other.
#[derive(Clone, Copy)]
pub(super) struct View<'s, 'a> {
    pub(super) of: &'s Succession<'a>,
    pub(super) backward: bool,
}

impl<'s, 'a> View<'s, 'a> {
    fn reversed(self) -> Self {
        Self { backward: !self.backward, ..self }
    }

    fn here(self) -> &'s ComparedLayer<'a> {
        if self.backward { &self.of.later } else { &self.of.earlier }
    }

    fn there(self) -> &'s ComparedLayer<'a> {
        self.reversed().here()
    }

    /// The indices of the rows of an area.
    fn row_indices(self, area: usize) -> impl Iterator<Item = usize> + 's {
        let Succession { starts, back, back_starts, .. } = self.of;
        let starts = if self.backward { back_starts } else { starts };
        let range = starts[area] as usize..starts[area + 1] as usize;
        range.map(move |at| if self.backward { back[at] as usize } else { at })
    }

    fn row(self, index: usize) -> OverlapRow {
        let row = self.of.rows[index];
        if self.backward { row.reversed() } else { row }
    }

    fn rows(self, area: usize) -> impl Iterator<Item = OverlapRow> + 's {
        self.row_indices(area).map(move |index| self.row(index))
    }

    pub(super) fn parts(self, area: usize) -> Vec<OverlapPart> {
        let part = |index| OverlapPart { row: self.row(index), strength: self.of.strength(index) };
        self.row_indices(area).map(part).collect()
    }

    pub(super) fn uncovered_m2(self, area: usize) -> f64 {
        let (requested, there) = (self.here().area(area), self.there());
        uncovered_by_m2(requested, self.rows(area), there.layer, there.disjoint)
    }

    /// The significance of the uncovered part of an area.
    fn open(self, area: usize) -> LinkStrength {
        *self.here().open[area].get_or_init(|| {
            let whole_m2 = self.here().area(area).area_m2();
            let (m2, tolerance_m) = (self.uncovered_m2(area), self.of.tolerance_m);
            if m2 < ROUNDING_M2 {
                return LinkStrength::None;
            }
            let thinness = || {
                let covering = covering(self.rows(area), self.there().layer);
                let rest = uncovered_geometry(self.here().area(area).geometry(), covering);
                // If the overlay fails, a width of 0 makes the part doubtful rather than certain.
                rest.map_or(0.0, |rest| thinness_m(m2, perimeter_m(&rest)))
            };
            match assess(m2, whole_m2, tolerance_m, thinness) {
                LinkStrength::Doubtful if m2 < SLIVER_SHARE * whole_m2 => LinkStrength::None,
                strength => strength,
            }
        })
    }

    fn is_open(self, area: usize, doubtful: bool) -> bool {
        counts(self.open(area), doubtful)
    }

    /// The areas of the other vintage that an area is linked to, in code order.
    fn links(self, area: usize, doubtful: bool) -> Vec<usize> {
        self.row_indices(area)
            .filter(|&index| counts(self.of.strength(index), doubtful))
            .map(|index| self.row(index).to as usize)
            .collect()
    }

    /// Returns true if an area is not open and linked only to the area `other` of the other vintage.
    fn is_linked_only_to(self, area: usize, other: usize, doubtful: bool) -> bool {
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
        let kind = self.kind(area, counterpart, false);
        let alternative = self.kind(area, counterpart, true);
        let rest = |whole: f64, row: &OverlapRow| (whole - row.shared_m2).max(0.0);
        let lost = |row| rest(self.here().area(area).area_m2(), row);
        let gained = |row: &OverlapRow| rest(self.there().area(row.to as usize).area_m2(), row);
        Change {
            kind,
            alternative: (alternative != kind).then_some(alternative),
            counterpart: counterpart.map(|row| row.to as usize),
            lost_m2: counterpart.as_ref().map(lost),
            gained_m2: counterpart.as_ref().map(gained),
        }
    }

    /// The kind, by rule 4 of the documentation of [`crate::change`].
    fn kind(self, area: usize, counterpart: Option<OverlapRow>, doubtful: bool) -> ChangeKind {
        let back = self.reversed();
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
                && back.is_linked_only_to(other, area, doubtful)
            {
                return self.same_ground(area, row.to as usize);
            }
            let all_of_all =
                sources.iter().all(|&source| self.is_linked_only_to(source, other, doubtful));
            if sources.len() > 1 && !back.is_open(other, doubtful) && all_of_all {
                return ChangeKind::Merged;
            }
        } else if !self.is_open(area, doubtful)
            && links.iter().all(|&other| back.is_linked_only_to(other, area, doubtful))
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

fn counts(strength: LinkStrength, doubtful: bool) -> bool {
    strength == LinkStrength::Sure || (doubtful && strength == LinkStrength::Doubtful)
}
