"""Whole layers as files, and lookup tables in Parquet, read by the tools that people have.

    formats.py BASE [DATA]

Every layer is downloaded in every format, in degrees and in grid metres, and read by pyogrio
(GDAL), geopandas, pyarrow and DuckDB; what they read is held to the layer's own figures, to each
other and, of the real sample, to the source files. FlatGeobuf is read over HTTP by ranges.
"""

import csv
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import geopandas
import numpy
import pandas
import pyarrow.csv
import pyarrow.parquet
import requests
import shapely

sys.path.insert(0, str(Path(__file__).parent.parent / "oracles"))
from ground import read as read_on_grid
from source import GRID, Judge, arguments

source = arguments()
judge = Judge()
counts = source.counts()
FORMATS = ["geojson", "csv", "fgb", "gpkg", "shp.zip", "parquet"]
CRS = {"OGC:CRS84": 4326, "EPSG:4326": 4326, "EPSG:27700": 27700, "EPSG:3857": 3857}


def fetch(work, layer, suffix, crs="OGC:CRS84"):
    """A layer as a file, by the link of its collection."""
    links = requests.get(f"{source.base}/collections/{layer}",
                         headers={"accept": "application/json"}, timeout=30)
    ends = f"/downloads/{layer}.{suffix}"
    hrefs = [link["href"] for link in links.json()["links"]
             if link["rel"] == "enclosure" and link["href"].split("?")[0].endswith(ends)]
    judge.hold(len(hrefs) == 1, f"{layer} has no one link to {ends}: {hrefs}")
    reply = requests.get(f"{source.base}{ends}", params={"crs": crs}, timeout=120)
    judge.hold(reply.status_code == 200, f"{reply.url}: {reply.status_code} {reply.text[:200]}")
    length = reply.headers.get("content-length")
    encoded = "content-encoding" in reply.headers
    judge.hold(encoded or int(length) == len(reply.content), f"{reply.url}: {length} bytes")
    path = Path(work) / f"{layer}.{suffix}"
    path.write_bytes(reply.content)
    return path


def frame_of(path, suffix, epsg):
    """A file as a frame by code, read by the tool of its format."""
    if suffix == "parquet":
        frame = geopandas.read_parquet(path).drop(columns="bbox", errors="ignore")
    elif suffix == "csv":
        table = pandas.read_csv(path, dtype=str, keep_default_na=False)
        geometry = geopandas.GeoSeries.from_wkt(table["wkt"])
        frame = geopandas.GeoDataFrame(table.drop(columns="wkt"), geometry=geometry, crs=epsg)
    else:
        frame = geopandas.read_file(path, engine="pyogrio")
    judge.hold(frame.crs is not None and frame.crs.to_epsg() in (epsg, None),
               f"{path.name} is in {frame.crs}, not {epsg}")
    # What is sorted along a curve, and what is not, in one order.
    return frame.set_index("code").sort_index()


def compare(layer, crs, frames):
    """Every format tells the same features at the same places."""
    first = frames["parquet"]
    degrees = CRS[crs] == 4326
    # Text formats are rounded, to 7 decimals of degrees and 3 of metres.
    rounded = 1e-7 if degrees else 1e-3
    for suffix, frame in frames.items():
        what = f"{layer}.{suffix} in {crs}"
        judge.hold(len(frame) == counts[layer], f"{what}: {len(frame)} of {counts[layer]}")
        judge.hold(frame.index.is_unique and list(frame.index) == list(first.index),
                   f"{what}: other codes")
        names = frame["name"].fillna("").astype(str)
        judge.hold((names == first["name"].fillna("").astype(str)).all(), f"{what}: other names")
        ours = shapely.get_coordinates(frame.geometry.array)
        theirs = shapely.get_coordinates(first.geometry.array)
        if suffix == "geojson" and crs == "EPSG:4326":
            # In the CRS's own order: latitude first.
            ours = ours[:, ::-1]
        if suffix in ("fgb", "gpkg"):
            judge.hold(numpy.array_equal(ours, theirs), f"{what}: other vertices")
        elif suffix == "shp.zip":
            # The same vertices, wound the other way round, in parts that GDAL puts in order.
            ours, theirs = (shapely.get_coordinates(shapely.normalize(of.geometry.array))
                            for of in (frame, first))
            judge.hold(numpy.array_equal(ours, theirs), f"{what}: other vertices")
            judge.hold(frame.geometry.is_valid.all(), f"{what}: invalid")
        elif ours.shape == theirs.shape:
            apart = numpy.abs(ours - theirs).max()
            judge.hold(apart <= rounded, f"{what}: vertices {apart} apart")
        else:
            # A GeoJSON leaves out what its decimals cannot tell apart.
            judge.hold(suffix == "geojson" and len(ours) < len(theirs), f"{what}: other vertices")


def by_duckdb(layer, path, frame):
    """DuckDB's own reader, which shares no code with Arrow's."""
    rows = duckdb.sql(f"SELECT count(*), count(DISTINCT code), min(bbox.xmin), max(bbox.ymax) "
                      f"FROM read_parquet('{path}')").fetchall()[0]
    box = frame.total_bounds
    expected = (len(frame), len(frame), box[0], box[3])
    judge.hold(rows == expected, f"{path.name} by DuckDB: {rows}, not {expected}")
    wkb = duckdb.sql(f"SELECT octet_length(geometry::BLOB) FROM read_parquet('{path}') LIMIT 1")
    judge.hold(wkb.fetchall()[0][0] > 20, f"{path.name} has no WKB by DuckDB")
    # A box passes over what its statistics say is elsewhere, and loses nothing.
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    some = geopandas.read_parquet(path, bbox=(box[0], box[1], x, y))
    meets = frame.geometry.bounds
    meets = (meets.minx <= x) & (meets.miny <= y)
    judge.hold(set(some.code) == set(frame.index[meets]), f"{path.name} by a box: {len(some)}")


def by_source(layer, path, code, on_grid):
    """Codes and areas of the real sample, against the source file."""
    with tempfile.TemporaryDirectory() as work:
        ours = geopandas.read_parquet(fetch(work, layer, "parquet", GRID)).set_index("code")
    if on_grid:
        theirs = source.frame(path, code).geometry
    else:
        theirs = geopandas.GeoSeries(read_on_grid(path, code))
    judge.hold(set(ours.index) == set(theirs.index), f"{layer}: other codes than {path.name}")
    judge.close(ours.area.sum(), theirs.area.sum(), 1e-6, f"{layer}: total area")
    judge.close(ours["area_m2"].sum(), ours.area.sum(), 1e-6, f"{layer}: area_m2 told")


def practices():
    """GP practices stand where Code-Point Open has their postcode."""
    with open(source.data / "codepoint_nn_2025.csv", newline="") as file:
        postcodes = {row[0].replace(" ", ""): (float(row[2]), float(row[3]))
                     for row in csv.reader(file)}
    with open(source.data / "epraccur_northamptonshire.csv", newline="") as file:
        sources = {row[0]: row[9].replace(" ", "") for row in csv.reader(file)}
    with tempfile.TemporaryDirectory() as work:
        for suffix in FORMATS:
            frame = frame_of(fetch(work, "gp_practice", suffix, GRID), suffix, 27700)
            for row in frame.itertuples():
                at = postcodes.get(sources.get(row.Index))
                judge.hold(at == (row.geometry.x, row.geometry.y),
                           f"gp_practice.{suffix}: {row.Index} at {row.geometry}, not {at}")


def by_ranges(layer):
    """GDAL reads of a FlatGeobuf over HTTP no more than a box wants."""
    address = f"{source.base}/downloads/{layer}.fgb"
    length = int(requests.head(address, timeout=60).headers["content-length"])
    with tempfile.TemporaryDirectory() as work:
        whole = frame_of(fetch(work, layer, "fgb"), "fgb", 4326)
    west, south, east, north = whole.iloc[len(whole) // 2].geometry.bounds
    bounds = whole.geometry.bounds
    meets = ((bounds.minx <= east) & (bounds.maxx >= west)
             & (bounds.miny <= north) & (bounds.maxy >= south))
    box = [str(number) for number in (west, south, east, north)]
    env = os.environ | {"CPL_VSIL_SHOW_NETWORK_STATS": "YES",
                        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
    done = subprocess.run(
        ["ogrinfo", "-ro", "-q", "-spat", *box, f"/vsicurl/{address}", layer, "-geom=NO"],
        capture_output=True, text=True, env=env, timeout=120)
    read = set(re.findall(r"^  code \(String\) = (.*)$", done.stdout, re.MULTILINE))
    expected = {code for code, geometry in whole.geometry[meets].items()
                if geometry.intersects(shapely.box(west, south, east, north))}
    judge.hold(done.returncode == 0 and read == expected,
               f"{layer}.fgb by /vsicurl/: {len(read)} of {len(expected)} {done.stderr[:300]}")
    sent = sum(int(n) for n in re.findall(r'"downloaded_bytes":\s*(\d+)', done.stdout)[:1])
    judge.hold(0 < sent < length / 2, f"{layer}.fgb by /vsicurl/: {sent} of {length} bytes sent")
    print(f"{layer}.fgb, {len(read)} of {len(whole)} features by ranges: {sent} of {length} bytes")


def table(first, second):
    """The lookup table: Parquet and CSV have the same columns, types and values."""
    address = f"{source.base}/v1/overlaps/{first}/{second}"
    text = requests.get(address, params={"f": "csv"}, timeout=60).content
    asked = requests.get(address, headers={"accept": "application/vnd.apache.parquet"}, timeout=60)
    ours = pyarrow.parquet.read_table(io.BytesIO(asked.content))
    options = pyarrow.csv.ConvertOptions(column_types=ours.schema, null_values=[""],
                                         strings_can_be_null=True)
    theirs = pyarrow.csv.read_csv(io.BytesIO(text), convert_options=options)
    judge.hold(ours.num_rows > 0 and ours.schema.names == theirs.schema.names,
               f"{address}: {ours.schema.names} and {theirs.schema.names}")
    for name in ours.schema.names:
        judge.hold(ours[name].equals(theirs[name]), f"{address}: {name} differs")


def selected(layer):
    """What a request selects, in every format, is what it selects in GeoJSON."""
    address = f"{source.base}/collections/{layer}/items"
    everything = requests.get(address, params={"limit": 10000}, timeout=60).json()["features"]
    xs, ys = numpy.array([shapely.get_coordinates(shapely.geometry.shape(f["geometry"]))[0]
                          for f in everything]).T
    box = f"{xs.min()},{ys.min()},{numpy.median(xs)},{numpy.median(ys)}"
    for asked in ({"bbox": box}, {"limit": 3, "offset": 1}, {"filter": "name LIKE 'B%'"},
                  {"filter": "name LIKE 'B%'", "sortby": "-code", "properties": "name,code"},
                  {"filter": "code = 'none of them'"}):
        reply = requests.get(address, params={"limit": 10000} | asked, timeout=60).json()
        expected = [feature["id"] for feature in reply["features"]]
        with tempfile.TemporaryDirectory() as work:
            for suffix in FORMATS[1:]:
                what = f"{layer} as {suffix}, {asked}"
                file = requests.get(address, timeout=60,
                                    params={"limit": 10000, "f": suffix.split(".")[0]} | asked)
                judge.hold(file.status_code == 200, f"{what}: {file.status_code} {file.text[:200]}")
                judge.hold(file.headers.get("ogc-numberreturned") == str(len(expected)), what)
                path = Path(work) / f"{layer}.{suffix}"
                path.write_bytes(file.content)
                if suffix == "parquet":
                    table = pyarrow.parquet.read_table(path).to_pandas()
                elif suffix == "csv":
                    table = pandas.read_csv(path, dtype=str, keep_default_na=False)
                else:
                    table = geopandas.read_file(path)
                codes = list(table["code"])
                # A FlatGeobuf is sorted along its curve.
                same = sorted(codes) == sorted(expected) if suffix == "fgb" else codes == expected
                judge.hold(same, f"{what}: {len(codes)} and not {len(expected)}")
                if "properties" in asked:
                    judge.hold("area_m2" not in table.columns, f"{what}: {list(table.columns)}")


with tempfile.TemporaryDirectory() as work:
    for layer in counts:
        for crs, epsg in CRS.items():
            # Of large layers the two that people use are enough.
            if counts[layer] > 200 and crs in ("EPSG:4326", "EPSG:3857"):
                continue
            paths = {suffix: fetch(work, layer, suffix, crs) for suffix in FORMATS}
            frames = {suffix: frame_of(path, suffix, epsg) for suffix, path in paths.items()}
            compare(layer, crs, frames)
            by_duckdb(layer, paths["parquet"], frames["parquet"])
for layer, path, code, on_grid in source.files():
    by_source(layer, path, code, on_grid)
if source.data and "gp_practice" in counts:
    practices()
for layer in counts:
    if counts[layer] <= 200:
        selected(layer)
areas = source.areas()
by_ranges(max(areas, key=counts.get))
table(areas[0], areas[-1])
table(areas[-1], areas[0])
sys.exit(judge.done())
