"""Checks a tree of tiles of areas by Mapbox's decoder, GDAL's and GEOS.

    python tiles_check.py FOLDER SOURCE.geojson CODE_FIELD [LAYER]

FOLDER holds the {z}/{x}/{y}.pbf of SOURCE: as layer `area` those that
`cargo run -p lapwing-tiles --example tile_tree` writes. Of every tile of every zoom there:

- each polygon is valid by GEOS, and wound as MVT 2.1 wants;
- no two areas overlap, and nothing between them is left open, wider than one tile unit, unless
  they do so in the source;
- in the ground that two neighbouring tiles both hold, they hold the same;
and of zoom 14, if it is there:
- Mapbox's decoder and GDAL's find the same areas with the same codes, in the same tiles;
- every area of the source is there, its ground within 0.5 % of the source's.
"""

import gzip
import json
import math
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy
import shapely
from shapely.geometry import box, shape

EXTENT, BUFFER, DEEPEST = 4096, 64, 14
WINDOW = box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
TILE = box(0, 0, EXTENT, EXTENT)
AREA_AGREEMENT = 0.005
# How far simplifying may move the edge of open ground, in tile units.
MOVED = 8
# Metres of EPSG:3857 around the world.
WORLD = 2 * math.pi * 6378137
HERE = Path(__file__).parent

failures = []


def fail(text):
    failures.append(text)
    if len(failures) > 20:
        finish()


def finish():
    if failures:
        sys.exit("\n".join(["FAILED", *failures]))


def main(folder, source_file, field, layer="area"):
    features = list(decoded(folder))
    source = Source(*read(source_file, field))
    by_tile = defaultdict(dict)
    for feature in features:
        place, what = tuple(feature["tile"]), f"{feature['tile']} {feature['properties']}"
        if feature["extent"] != EXTENT or feature["version"] != 2:
            fail(f"{what}: extent {feature['extent']}, version {feature['version']}")
        if feature["layer"] == layer:
            number = feature["id"]
            if number in by_tile[place]:
                fail(f"{what}: stands twice in one tile")
            if feature["properties"]["code"] != source.codes[number]:
                fail(f"{what}: feature {number} has the code {source.codes[number]}")
            by_tile[place][number] = polygons(feature["geometry"], what)
    for place, areas in by_tile.items():
        check_neighbours(place, areas, source)
    check_between_tiles(by_tile)
    deepest = max(z for z, _, _ in by_tile)
    areas = in_units(source.areas, deepest)
    counts = defaultdict(int)
    for z, _, _ in by_tile:
        counts[z] += 1
    if deepest == DEEPEST:
        check_deepest(folder, layer, deepest, by_tile, areas)
        labels = [f for f in features if f["layer"] == f"{layer}_label" and f["tile"][0] == deepest]
        check_labels(labels, areas, deepest)
    finish()
    print(f"{source_file}: {len(by_tile)} tiles of zooms {min(counts)}-{max(counts)}, "
          f"{sum(map(len, by_tile.values()))} areas in them: as they should be")


def decoded(folder):
    """Every feature of every tile by Mapbox's decoder."""
    with subprocess.Popen(
        ["node", HERE / "tiles_decode.mjs", folder], stdout=subprocess.PIPE, text=True
    ) as node:
        yield from map(json.loads, node.stdout)
    if node.returncode:
        sys.exit("node tiles_decode.mjs failed")


def polygons(rings, what):
    """The polygons of a feature, put together by the rule of MVT 2.1 section 4.3.3.3."""
    found = []
    for ring in rings:
        signed = shoelace(ring)
        if signed > 0:
            found.append((ring, []))
        elif signed < 0 and found:
            found[-1][1].append(ring)
        else:
            fail(f"{what}: a ring of no area, or a hole before its shell")
    area = shapely.MultiPolygon(found)
    if not area.is_valid:
        fail(f"{what}: {shapely.is_valid_reason(area)}")
    return area


def shoelace(ring):
    x, y = numpy.array(ring, dtype=numpy.int64).T
    return int((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


class Source:
    """The source's areas on the world as a square of side 1, and what they are together."""

    def __init__(self, codes, areas):
        self.codes, self.areas = codes, areas
        self.union = shapely.union_all(areas)
        shapely.prepare(self.union)
        self.is_coverage = shapely.coverage_is_valid(areas)

    def ground_in(self, gap, place):
        """What of a gap in a tile is ground, further from open ground than simplifying moves."""
        z, x, y = place
        side = EXTENT * 2**z
        west, north, east, south = (gap.bounds + numpy.array([x, y, x, y]) * EXTENT) / side
        reach = 2 * MOVED / side
        near = shapely.clip_by_rect(
            self.union, west - reach, north - reach, east + reach, south + reach
        )
        # Clipping must not look like open ground: the rectangle is wider than the erosion.
        ground = shapely.transform(near, lambda c: c * side - [x * EXTENT, y * EXTENT])
        return gap.intersection(ground.buffer(-MOVED))


def check_neighbours(place, areas, source):
    """No overlap and no gap in one tile that holds a square of more than one unit a side."""
    numbers, shapes = list(areas), list(areas.values())
    tree = shapely.STRtree(shapes)
    for i, shape_i in enumerate(shapes):
        for j in tree.query(shape_i):
            shared = shape_i.intersection(shapes[j]) if i < j else None
            if shared is None or too_wide(shared).is_empty:
                continue
            theirs = in_units(source.areas[[numbers[i], numbers[j]]], place[0])
            if too_wide(theirs[0].intersection(theirs[1]).buffer(2)).is_empty:
                fail(f"{place}: {numbers[i]} and {numbers[j]} overlap by {shared.area}")
    union = shapely.union_all(shapes)
    for part in shapely.get_parts(union):
        for hole in map(shapely.Polygon, part.interiors):
            if not too_wide(hole).is_empty and not too_wide(source.ground_in(hole, place)).is_empty:
                fail(f"{place}: a gap of {hole.area} at {hole.exterior.coords[0]}")
    # Stand-ins of one unit for areas that are narrower than that lie on their neighbours.
    drawn = [area for area in shapes if area.area > 1]
    if source.is_coverage and not shapely.coverage_is_valid(drawn):
        fail(f"{place}: neighbours do not share their edges")


def too_wide(ground):
    """What of some ground is wider than one unit."""
    return ground.buffer(-0.5 - 1e-9, join_style="mitre")


def check_between_tiles(by_tile):
    """Where the buffers of two neighbours lie over both, they must hold the same."""
    for (z, x, y), areas in by_tile.items():
        for dx, dy in ((1, 0), (0, 1)):
            other = by_tile.get((z, x + dx, y + dy), {})
            both = WINDOW.intersection(
                shapely.transform(WINDOW, lambda c: c + [dx * EXTENT, dy * EXTENT])
            )
            for number in areas.keys() | other.keys():
                here = areas.get(number, shapely.Polygon()).intersection(both)
                there = shapely.transform(
                    other.get(number, shapely.Polygon()), lambda c: c + [dx * EXTENT, dy * EXTENT]
                ).intersection(both)
                if here.symmetric_difference(there).area > 1e-6:
                    fail(f"{(z, x, y)} and its neighbour {(dx, dy)} differ in area {number}")


def read(path, field):
    """The source's codes, and its areas on the world as a square of side 1, in their order."""
    opened = gzip.open(path) if str(path).endswith(".gz") else Path(path).open("rb")
    with opened as file:
        features = json.load(file)["features"]
    codes = [f["properties"][field] for f in features]
    return codes, shapely.transform([shape(f["geometry"]) for f in features], to_world)


def to_world(lonlat):
    """Degrees to the world as a square of side 1: an array of pairs to an array of pairs."""
    lon, lat = numpy.radians(lonlat.T)
    x = lon / (2 * math.pi) + 0.5
    y = 0.5 - numpy.arctanh(numpy.sin(lat)) / (2 * math.pi)
    return numpy.column_stack([x, y])


def in_units(areas, zoom):
    """Areas in tile units of a zoom, counted over the world."""
    return shapely.transform(areas, lambda c: c * (EXTENT * 2**zoom))


def check_deepest(folder, layer, zoom, by_tile, source):
    """Codes, places and areas at the deepest zoom, by both decoders."""
    ours, places = defaultdict(float), set()
    for (z, x, y), areas in by_tile.items():
        for number, area in areas.items() if z == zoom else ():
            ours[number] += area.intersection(TILE).area
            places.add((number, x, y))
    worst = 0.0
    for number, area in enumerate(source):
        apart = abs(ours[number] - area.area) / area.area
        worst = max(worst, apart)
        if apart > AREA_AGREEMENT:
            fail(f"{number}: {ours[number]} square units at zoom {zoom}, {area.area} in the source")
    check_places(source, places)
    theirs = gdal_areas(folder, layer, zoom)
    if theirs.keys() != ours.keys():
        fail(f"GDAL finds {len(theirs)} areas, Mapbox's decoder {len(ours)}")
    unit = WORLD / (EXTENT * 2**zoom)
    for number, area in theirs.items():
        if not math.isclose(area / unit**2, ours[number], rel_tol=1e-6):
            fail(f"{number}: {area / unit**2} square units by GDAL, {ours[number]} by Mapbox's decoder")
    print(f"zoom {zoom}: {len(ours)} areas by both decoders, areas within {worst:.2e} of the source")


def check_places(source, places):
    """An area stands in the tiles that it reaches, and in no other: by a unit or two more or less."""
    for number, area in enumerate(source):
        west, north, east, south = area.bounds
        for x in range(int((west - 80) // EXTENT), int((east + 80) // EXTENT) + 1):
            for y in range(int((north - 80) // EXTENT), int((south + 80) // EXTENT) + 1):
                window = shapely.transform(WINDOW, lambda c: c + [x * EXTENT, y * EXTENT])
                within = area.intersection(window.buffer(-2, join_style="mitre"))
                if (number, x, y) in places:
                    if not area.intersects(window.buffer(2)):
                        fail(f"{number} stands in tile {x}/{y}, which it does not reach")
                elif within.area > 4 and not too_wide(too_wide(within)).is_empty:
                    fail(f"{number} is missing in tile {x}/{y}")


def gdal_areas(folder, layer, zoom):
    """The areas of a zoom by GDAL's decoder, in square metres of EPSG:3857."""
    lines = subprocess.run(
        ["ogr2ogr", "-f", "GeoJSONSeq", "/vsistdout/", f"MVT:{folder}/{zoom}", layer,
         "-lco", "COORDINATE_PRECISION=6", "-s_srs", "EPSG:4326", "-t_srs", "EPSG:4326"],
        check=True, capture_output=True, text=True,
    ).stdout.splitlines()
    areas = defaultdict(float)
    for feature in map(json.loads, lines):
        areas[feature["properties"]["mvt_id"]] += shape(feature["geometry"]).area
    return areas


def check_labels(labels, source, zoom):
    """Each area is named once, in its own ground."""
    named = [label["id"] for label in labels]
    if sorted(named) != list(range(len(source))):
        fail(f"{len(named)} names for {len(source)} areas at zoom {zoom}")
    for label in labels:
        (x, y), (_, column, row) = label["geometry"][0][0], label["tile"]
        if not (0 <= x < EXTENT and 0 <= y < EXTENT):
            fail(f"the name of {label['properties']} stands outside its tile")
        at = shapely.Point(column * EXTENT + x, row * EXTENT + y)
        if source[label["id"]].distance(at) > 2:
            fail(f"the name of {label['properties']} stands outside its area")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
