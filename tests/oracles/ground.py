"""Layers of GeoJSON as shapely geometries in British National Grid metres, for the oracles."""

import gzip
import json
import sys
from pathlib import Path

import numpy
import shapely
from convertbng.cutil import convert_bng
from shapely.geometry import shape

# Shares may differ by so much.
AGREEMENT = 1e-6


def to_bng(lonlat):
    """Degrees to metres by OSTN15: an array of pairs to an array of pairs."""
    eastings, northings = convert_bng(
        numpy.ascontiguousarray(lonlat[:, 0]), numpy.ascontiguousarray(lonlat[:, 1])
    )
    return numpy.column_stack([eastings, northings])


def read(path, code, name=None):
    """The areas of a file, as a dict of code to geometry, or to (geometry, name)."""
    opened = gzip.open(path) if str(path).endswith(".gz") else Path(path).open("rb")
    with opened as file:
        features = json.load(file)["features"]
    areas = {}
    for feature in features:
        geometry = shapely.transform(shape(feature["geometry"]), to_bng)
        properties = feature["properties"]
        areas[properties[code]] = (geometry, properties[name]) if name else geometry
    return areas


def shared(first, second):
    """The common ground of every two areas of two dicts of geometries that meet, by their codes."""
    return {
        (code, other_code): area.intersection(other)
        for code, area in first.items()
        for other_code, other in second.items()
        if area.intersects(other)
    }


def report(failures):
    """Ends the process with what failed, if anything did."""
    if failures:
        sys.exit("\n".join(failures))
