"""Tiles that people look at: at random corners of a layer's areas, as many of each zoom.

    choose.py LAYER.geojson COUNT SEED FIRST_ZOOM LAST_ZOOM

Prints "z/x/y" a line (WebMercatorQuad), none twice, in random order. A tile at a corner of an area
is never empty, and never one that lies within one area alone.
"""

import json
import math
import random
import sys


def corners(geometry):
    """All vertices of a Polygon or MultiPolygon."""
    polygons = geometry["coordinates"]
    for polygon in polygons if geometry["type"] == "MultiPolygon" else [polygons]:
        for ring in polygon:
            yield from ring


def tile(lon, lat, zoom):
    side = 1 << zoom
    y = math.asinh(math.tan(math.radians(lat)))
    return f"{zoom}/{int((lon / 360 + 0.5) * side)}/{int((0.5 - y / math.tau) * side)}"


def main():
    path, *numbers = sys.argv[1:]
    count, seed, first, last = map(int, numbers)
    with open(path, encoding="utf-8") as file:
        features = json.load(file)["features"]
    dice = random.Random(seed)
    zooms = range(first, last + 1)
    chosen = []
    for zoom in zooms:
        at_zoom = set()
        for _ in range(20 * count):
            lon, lat, *_ = dice.choice(list(corners(dice.choice(features)["geometry"])))
            at_zoom.add(tile(lon, lat, zoom))
            if len(at_zoom) >= count // len(zooms):
                break
        chosen += sorted(at_zoom)
    dice.shuffle(chosen)
    print("\n".join(chosen))


main()
