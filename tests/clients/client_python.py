"""OWSLib's client of OGC API - Features, geopandas and pyogrio.

    client_python.py BASE [DATA]
"""

import sys

import geopandas
import pyogrio
from owslib.ogcapi.features import Features
from shapely.geometry import shape

from source import GRID, Judge, arguments

source = arguments()
judge = Judge()
base = source.base

service = Features(f"{base}/")
judge.hold(service.links, "OWSLib finds no links")
judge.hold(service.conformance()["conformsTo"], "OWSLib finds no conformance")
judge.hold(service.api()["openapi"], "OWSLib finds no API definition")
judge.hold(set(service.feature_collections()) == set(source.counts()), "OWSLib lists other collections")

for layer, count in source.counts().items():
    collection = service.collection(layer)
    judge.hold(collection["id"] == layer, f"OWSLib {layer}: {collection['id']}")
    judge.hold(service.collection_queryables(layer)["properties"], f"OWSLib {layer}: no queryables")
    page = service.collection_items(layer, limit=5)
    judge.hold(page["numberMatched"] == count, f"OWSLib {layer}: {page['numberMatched']} of {count}")
    judge.hold(page["numberReturned"] == min(5, count), f"OWSLib {layer}: limit")
    feature = page["features"][0]
    one = service.collection_item(layer, feature["id"])
    judge.hold(one["geometry"] == feature["geometry"], f"OWSLib {layer}: another geometry alone")
    bounds = shape(feature["geometry"]).buffer(1e-5).bounds
    boxed = service.collection_items(layer, bbox=list(bounds), limit=1000)
    judge.hold(feature["id"] in [f["id"] for f in boxed["features"]], f"OWSLib {layer}: bbox")
    found = service.collection_items(layer, filter=f"code='{feature['id']}'")
    judge.hold([f["id"] for f in found["features"]] == [feature["id"]], f"OWSLib {layer}: filter")
    same = service.collection_items(layer, code=feature["id"])
    judge.hold(same["features"] == found["features"], f"OWSLib {layer}: parameter code")
    in_order = service.collection_items(layer, sortby=("code", "desc"), limit=1)
    judge.hold(in_order["features"][0]["id"] == max(f["id"] for f in service.collection_items(layer, limit=10_000)["features"]), f"OWSLib {layer}: sortby")

    items = f"{base}/collections/{layer}/items"
    frame = geopandas.read_file(f"{items}?limit=10000")
    judge.hold(len(frame) == count, f"geopandas {layer}: {len(frame)} of {count}")
    judge.hold(frame.crs.to_epsg() == 4326, f"geopandas {layer}: {frame.crs}")
    judge.hold(frame.is_valid.all(), f"geopandas {layer}: invalid areas")
    west, south, east, north = frame.total_bounds
    part = geopandas.read_file(f"{items}?limit=10000&bbox={west - 1},{south - 1},{(west + east) / 2},{north + 1}")
    expected = frame.cx[west - 1:(west + east) / 2, :]
    judge.hold(set(part["code"]) == set(expected["code"]), f"geopandas {layer}: bbox")

    read = pyogrio.read_dataframe(f"OAPIF:{base}", layer=layer)
    judge.hold(sorted(read["code"]) == sorted(frame["code"]), f"pyogrio {layer}: other codes")
    grid = pyogrio.read_dataframe(f"OAPIF:{base}", layer=layer, CRS=GRID)
    judge.hold(grid.crs.to_epsg() == 27700, f"pyogrio {layer}: {grid.crs}")
    if "area_m2" in grid:
        judge.close(grid.area.sum(), grid["area_m2"].sum(), 1e-8, f"pyogrio {layer}: total area")

sys.exit(judge.done())
