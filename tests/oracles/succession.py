"""Holds what became of areas, as Lapwing tells it, to GEOS and to the rule written anew.

    python succession.py CHANGES.json FROM.geojson FROM_CODE TO.geojson TO_CODE

CHANGES.json is what `lapwing changes --format json` wrote. Of every area of FROM it must hold that

- it has a successor, and its shares, those of its slivers and of its uncovered ground sum to 1;
- every share agrees with GEOS within 1e-6: of each successor, of the slivers together, and of the
  ground that the union of all areas of TO leaves uncovered;
- its kind, and what else it may be, are those of the rule in boundaries/src/change/mod.rs, applied
  here to what GEOS measures.
"""

import json
import sys

import shapely

import ground

# One overlap at least as thick as the tolerance, or the half of either area, is ground.
MAIN = 0.5
SLIVER = 0.01


def thinness(geometry):
    return 2 * geometry.area / geometry.length if geometry.length > 0.001 else 0.0


def weigh(geometry, whole, tolerance):
    """'sure' or 'doubtful', for ground that is no sliver."""
    if geometry.area >= MAIN * whole or thinness(geometry) >= tolerance:
        return "sure"
    return "doubtful"


class Vintages:
    """Two layers, and what each area of either shares with the areas of the other."""

    def __init__(self, first, second, tolerance):
        self.sides = (first, second)
        self.tolerance = tolerance
        self.shared = ({code: {} for code in first}, {code: {} for code in second})
        self.weights = {}
        grounds = [{code: area for code, (area, _) in side.items()} for side in self.sides]
        for (code, other), common in ground.shared(*grounds).items():
            if common.area < 0.01:
                continue
            self.shared[0][code][other] = common
            self.shared[1][other][code] = common
            smaller = min(grounds[0][code].area, grounds[1][other].area)
            if thinness(common) < tolerance and common.area < SLIVER * smaller:
                weight = "sliver"
            else:
                weight = weigh(common, smaller, tolerance)
            self.weights[code, other] = weight
        unions = [shapely.union_all(list(areas.values())) for areas in grounds]
        self.uncovered = tuple(
            {code: area.difference(unions[1 - i]) for code, (area, _) in self.sides[i].items()}
            for i in (0, 1)
        )

    def weight(self, side, code, other):
        return self.weights[(code, other) if side == 0 else (other, code)]

    def links(self, side, code, kinds):
        return [o for o in self.shared[side][code] if self.weight(side, code, o) in kinds]

    def is_open(self, side, code, kinds):
        rest, whole = self.uncovered[side][code], self.sides[side][code][0].area
        if rest.area < 0.1:
            return False
        weight = weigh(rest, whole, self.tolerance)
        if weight == "doubtful" and rest.area < SLIVER * whole:
            return False
        return weight in kinds

    def only(self, side, code, other, kinds):
        return not self.is_open(side, code, kinds) and self.links(side, code, kinds) == [other]

    def counterpart(self, side, code):
        whole = self.sides[side][code][0].area
        for other, common in self.shared[side][code].items():
            theirs = self.sides[1 - side][other][0].area
            if common.area > MAIN * whole and common.area > MAIN * theirs:
                return other
        return None

    def kind(self, side, code, kinds):
        area, name = self.sides[side][code]
        links, back = self.links(side, code, kinds), 1 - side
        if not links:
            gone = self.uncovered[side][code].area > MAIN * area.area
            return "abolished" if gone else "reorganised"
        counterpart = self.counterpart(side, code)
        closed = not self.is_open(side, code, kinds)
        sources = []
        if closed and len(links) == 1:
            other = links[0]
            sources = self.links(back, other, kinds)
            if counterpart and self.only(back, other, code, kinds):
                if code != counterpart:
                    return "recoded"
                return "unchanged" if name == self.sides[back][counterpart][1] else "renamed"
            if len(sources) > 1 and not self.is_open(back, other, kinds):
                if all(self.only(side, source, other, kinds) for source in sources):
                    return "merged"
        elif closed and all(self.only(back, other, code, kinds) for other in links):
            return "split"
        if counterpart:
            return "moved_boundary"
        return "merged" if len(sources) > 1 else "reorganised"


def main(changes_file, from_file, from_code, to_file, to_code):
    name = {code: code[:-2] + "NM" for code in (from_code, to_code)}
    first = ground.read(from_file, from_code, name[from_code])
    second = ground.read(to_file, to_code, name[to_code])
    with open(changes_file) as file:
        answer = json.load(file)
    vintages = Vintages(first, second, answer["sliver_tolerance_m"])
    listed_changes = {c["from"]["code"]: c for c in answer["changes"] if c["from"]}
    failures = []
    if set(listed_changes) != set(first):
        failures.append(f"{len(listed_changes)} areas are listed, but the layer has {len(first)}")
    worst, worst_sum, kinds, doubts = 0.0, 0.0, {}, 0
    for code, change in listed_changes.items():
        area = first[code][0]
        if not change["to"]:
            failures.append(f"{code} has no successor")
        listed = {part["code"]: part["share_of_from"] for part in change["to"]}
        total = sum(listed.values()) + change["slivers"]["share"] + change["uncovered"]["share"]
        worst_sum = max(worst_sum, abs(total - 1))
        if abs(total - 1) > ground.AGREEMENT:
            failures.append(f"the shares of {code} sum to {total}")
        shared = vintages.shared[0][code]
        rest = sum(common.area for other, common in shared.items() if other not in listed)
        pairs = [(share, shared[o].area if o in shared else 0.0) for o, share in listed.items()]
        pairs.append((change["slivers"]["share"], rest))
        pairs.append((change["uncovered"]["share"], vintages.uncovered[0][code].area))
        apart = max(abs(share - m2 / area.area) for share, m2 in pairs)
        worst = max(worst, apart)
        if apart > ground.AGREEMENT:
            failures.append(f"{code}: shares differ from those of GEOS by {apart:.2e}")
        sure = vintages.kind(0, code, ("sure",))
        perhaps = vintages.kind(0, code, ("sure", "doubtful"))
        expected = (sure, None if sure == perhaps else perhaps)
        if (change["kind"], change.get("or")) != expected:
            failures.append(f"{code}: {change['kind']}, {change.get('or')}, by GEOS {expected}")
        kinds[change["kind"]] = kinds.get(change["kind"], 0) + 1
        doubts += not change["certain"]
    print(f"GEOS {shapely.geos_version_string}: {len(listed_changes)} areas, {kinds}, {doubts} uncertain")
    print(f"largest difference of a share: {worst:.2e}; of a sum of shares from 1: {worst_sum:.2e}")
    ground.report(failures)


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
