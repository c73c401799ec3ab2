"""Layers of GeoJSON as shapely geometries in British National Grid metres, for the oracles."""

import gzip
import json
from pathlib import Path

import numpy
import shapely
from convertbng.cutil import convert_bng
from shapely.geometry import shape


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
