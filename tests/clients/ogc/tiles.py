"""OGC API - Tiles Part 1 (20-057), annex A: tilesets and tiles, read by GDAL's decoder.

What a tile holds at every zoom is judged in `tests/oracles`; here it is reached by the links.
"""

import math
import tempfile
from pathlib import Path

import pyogrio

from service import JSON, links, media
from suite import abstract_test

TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
VECTOR = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
SCHEMES = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
MVT = "application/vnd.mapbox-vector-tile"


def owners(s):
    """What has tilesets: the dataset and each collection."""
    yield "/", s.landing
    for collection in s.collections:
        yield f"/collections/{collection['id']}", s.json(f"/collections/{collection['id']}")


def tilesets(s):
    """Each tileset by itself, and whose it is."""
    for path, owner in owners(s):
        for link in links(owner, VECTOR):
            for listed in s.json(link["href"])["tilesets"]:
                for own in links(listed, "self"):
                    yield path, s.json(own["href"])


def tile_address(tileset, zoom, row, column):
    template = links(tileset, "item", MVT)[0]["href"]
    for name, value in (("tileMatrix", zoom), ("tileRow", row), ("tileCol", column)):
        template = template.replace("{" + name + "}", str(value))
    return template


@abstract_test("/conf/core/conformance-success (Tiles)")
def conformance(s):
    """The classes of tiles are declared."""
    for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "dataset-tilesets", "mvt", "oas30"):
        if TILES + name not in s.conforms_to:
            yield f"{TILES}{name} is not declared"


@abstract_test("/conf/geodata-tilesets/desc-links")
def desc_links(s):
    """The landing page and each collection link to their lists of tilesets."""
    for path, owner in owners(s):
        if not links(owner, VECTOR, JSON):
            yield f"{path} has no link {VECTOR}"
    if not links(s.landing, SCHEMES):
        yield f"/ has no link {SCHEMES}"


@abstract_test("/conf/tilesets-list/tileset-links")
def tileset_links(s):
    """Each tileset of a list has a title, a kind, a CRS, and links to itself and its scheme."""
    for path, owner in owners(s):
        for link in links(owner, VECTOR):
            for listed in s.json(link["href"])["tilesets"]:
                for member in ("title", "dataType", "crs"):
                    if not listed.get(member):
                        yield f"{link['href']}: no {member}"
                for rel in ("self", SCHEME):
                    if not links(listed, rel):
                        yield f"{link['href']}: no link {rel}"


@abstract_test("/conf/tileset/description")
def description(s):
    """A tileset says what it is, how it is cut and where its tiles are."""
    count = 0
    for path, tileset in tilesets(s):
        count += 1
        for member in ("title", "dataType", "crs", "links", "layers", "tileMatrixSetURI", "boundingBox"):
            if not tileset.get(member):
                yield f"tileset of {path}: no {member}"
        if tileset["dataType"] != "vector":
            yield f"tileset of {path} is {tileset['dataType']}"
        for link in links(tileset, "item", MVT):
            if not link.get("templated"):
                yield f"tileset of {path}: {link['href']} is not said to be templated"
        if not links(tileset, "item", MVT):
            yield f"tileset of {path}: no link to its tiles"
        for link in links(tileset, SCHEME):
            scheme = s.json(link["href"])
            if scheme["id"] != "WebMercatorQuad" or scheme.get("uri") != tileset["tileMatrixSetURI"]:
                yield f"{link['href']} is {scheme['id']}, {scheme.get('uri')}"
    if count < 1 + len(s.collections):
        yield f"{count} tilesets for the dataset and {len(s.collections)} collections"


@abstract_test("/conf/tms/tilematrixset")
def matrix_set(s):
    """WebMercatorQuad has the numbers of its definition (17-083r4, annex D.1)."""
    quad = s.json("/tileMatrixSets/WebMercatorQuad")
    side = 2 * math.pi * 6378137
    for zoom, matrix in enumerate(quad["tileMatrices"]):
        if matrix["id"] != str(zoom) or matrix["matrixWidth"] != 2**zoom or matrix["matrixHeight"] != 2**zoom:
            yield f"matrix {zoom}: {matrix}"
        if abs(matrix["cellSize"] * matrix["tileWidth"] * 2**zoom / side - 1) > 1e-9:
            yield f"matrix {zoom}: cells of {matrix['cellSize']}"


def decode(content):
    """Names of the layers of a tile and how many features each has, by GDAL."""
    with tempfile.TemporaryDirectory() as work:
        file = Path(work) / "0.mvt"
        file.write_bytes(content)
        return {name: pyogrio.read_info(file, layer=name)["features"] for name, _ in pyogrio.list_layers(file)}


def middle(tileset, zoom):
    lon, lat = tileset["centerPoint"]["coordinates"]
    size = 2**zoom
    y = math.asinh(math.tan(math.radians(lat)))
    return math.floor((1 - y / math.pi) / 2 * size), math.floor((lon + 180) / 360 * size)


@abstract_test("/conf/core/tc-op")
def tc_op(s):
    """The tile over the middle can be had at each zoom, and GDAL reads it."""
    for path, tileset in tilesets(s):
        found = 0
        stated = {layer["id"] for layer in tileset["layers"]}
        for limits in tileset["tileMatrixSetLimits"]:
            zoom = int(limits["tileMatrix"])
            row, column = middle(tileset, zoom)
            address = tile_address(tileset, zoom, row, column)
            answer = s.get(address, MVT)
            if answer.status_code == 204:
                continue
            if answer.status_code != 200 or media(answer) != MVT:
                yield f"{address}: {answer.status_code} {media(answer)}"
                continue
            layers = decode(answer.content)
            found += sum(layers.values())
            if set(layers) - stated:
                yield f"{address}: layers {sorted(set(layers) - stated)} are not stated"
        if not found:
            yield f"tileset of {path}: no tile over its middle has a feature"


@abstract_test("/conf/core/tc-success")
def tc_success(s):
    """A tile within the limits is 200, or 204 where it is empty."""
    for path, tileset in tilesets(s):
        for limits in tileset["tileMatrixSetLimits"]:
            for row in {limits["minTileRow"], limits["maxTileRow"]}:
                for column in {limits["minTileCol"], limits["maxTileCol"]}:
                    address = tile_address(tileset, limits["tileMatrix"], row, column)
                    if s.get(address, MVT).status_code not in (200, 204):
                        yield f"{address}: {s.get(address, MVT).status_code}"


@abstract_test("/conf/core/tc-error")
def tc_error(s):
    """A tile that cannot be is 404 or 400."""
    for path, tileset in tilesets(s):
        for zoom, row, column in ((0, 1, 0), (0, 0, 1), (99, 0, 0), (3, 8, 0), ("x", 0, 0), (1, -1, 0), (1, "a", 0)):
            answer = s.get(tile_address(tileset, zoom, row, column), MVT)
            if answer.status_code not in (400, 404):
                yield f"{answer.url}: {answer.status_code}"
    if s.get("/collections/no_such_layer/tiles", JSON).status_code != 404:
        yield "/collections/no_such_layer/tiles is not 404"


@abstract_test("/conf/oas30-definition (Tiles)")
def oas30(s):
    """The tiles' addresses are in the API definition."""
    for pattern in (r"/tiles/WebMercatorQuad/\{[^}]+\}/\{[^}]+\}/\{[^}]+\}", r"/collections/\{[^}]+\}/tiles/WebMercatorQuad/\{[^}]+\}/\{[^}]+\}/\{[^}]+\}"):
        s.path(pattern)
    yield from ()
