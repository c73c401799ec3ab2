"""GDAL's driver for OGC API - Features: ogrinfo and ogr2ogr, with a box, a condition and the grid.

    client_gdal.py BASE [DATA]
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas
from pyproj import Geod

from source import GRID, Judge, arguments

source = arguments()
judge = Judge()
url = f"OAPIF:{source.base}"
GEOD = Geod(ellps="WGS84")


def run(*command, debug=False):
    """Standard output, or with `debug` the addresses that GDAL asked."""
    env = os.environ | ({"CPL_DEBUG": "HTTP,OAPIF"} if debug else {})
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=env)
    trouble = [line for line in done.stderr.splitlines() if re.match(r"(ERROR|Warning)", line)]
    judge.hold(done.returncode == 0 and not trouble, f"{command}: {done.returncode} {trouble[:3]}")
    return done.stderr if debug else done.stdout


def fetch(work, layer, *options):
    """A layer through ogr2ogr, as a frame by code, and the addresses asked."""
    out = Path(work) / "out.gpkg"
    out.unlink(missing_ok=True)
    # A GeoPackage has no lists.
    lists = ("-mapFieldType", "StringList=String")
    asked = run("ogr2ogr", "-f", "GPKG", *lists, *options, out, url, layer, debug=True)
    frame = geopandas.read_file(out)
    judge.hold("code" in frame.columns, f"{layer} has no code: {list(frame.columns)}")
    return frame.set_index("code"), asked


def on_the_grid(layer):
    """A layer in the service's own grid coordinates. This driver learnt to ask for a CRS in GDAL 3.7
    only (`client_python.py` has a newer one), so the address asks and the GeoJSON driver reads."""
    crs = "http://www.opengis.net/def/crs/EPSG/0/27700"
    address = f"{source.base}/collections/{layer}/items?limit=10000&crs={crs}"
    return geopandas.read_file(address).set_index("code")


def areas(frame):
    """Square metres on the ellipsoid of each area in degrees."""
    return frame.geometry.apply(lambda g: abs(GEOD.geometry_area_perimeter(g)[0]))


listed = run("ogrinfo", "-ro", "-q", url)
for layer, count in source.counts().items():
    judge.hold(re.search(rf"\b{layer}\b", listed), f"ogrinfo does not list {layer}: {listed}")
    told = run("ogrinfo", "-ro", "-so", url, layer)
    judge.hold(f"Feature Count: {count}" in told, f"ogrinfo of {layer} has not {count}: {told[:600]}")

with tempfile.TemporaryDirectory() as work:
    for layer in source.areas():
        count = source.counts()[layer]
        frame, _ = fetch(work, layer)
        judge.hold(len(frame) == count, f"{layer}: {len(frame)} of {count}")
        judge.hold(frame.is_valid.all(), f"{layer}: {(~frame.is_valid).sum()} invalid in degrees")
        # Small pages: paging loses and doubles nothing.
        paged, asked = fetch(work, layer, "-oo", "PAGE_SIZE=17")
        judge.hold(sorted(paged.index) == sorted(frame.index), f"{layer}: pages of 17 differ")
        # On the grid, as PROJ projects it, without its grid file: metres off, of the same areas.
        projected, _ = fetch(work, layer, "-t_srs", GRID)
        judge.hold(projected.crs.to_epsg() == 27700, f"{layer}: {projected.crs}")
        for code, area in projected["area_m2"].items():
            judge.close(projected.geometry[code].area, area, 1e-3, f"{layer}/{code}: projected area")
        total = projected["area_m2"].sum()
        judge.close(projected.geometry.area.sum(), total, 5e-5, f"{layer}: total projected area")
        # On the grid, as the service projects it: areas are those it answers with.
        grid = on_the_grid(layer)
        judge.hold(grid.crs.to_epsg() == 27700, f"{layer}: {grid.crs}")
        for code, area in grid["area_m2"].items():
            # The figure is rounded to a tenth, the geometry to millimetres.
            apart = abs(grid.geometry[code].area - area)
            judge.hold(apart <= 0.06 + 1e-8 * area, f"{layer}/{code}: area on the grid {apart} off")
        # A box: what GDAL's own test of the whole layer says.
        west, south, east, north = frame.total_bounds
        bounds = west, south, (west + east) / 2, (south + north) / 2
        boxed, asked = fetch(work, layer, "-spat", *bounds)
        judge.hold("bbox=" in asked, f"{layer}: GDAL did not ask by bbox")
        expected = frame.cx[bounds[0]:bounds[2], bounds[1]:bounds[3]]
        judge.hold(set(boxed.index) == set(expected.index), f"{layer} -spat: {len(boxed)}, {len(expected)} expected")
        code = sorted(frame.index)[len(frame) // 2]
        one, asked = fetch(work, layer, "-where", f"code = '{code}'")
        judge.hold(list(one.index) == [code], f"{layer} -where code: {list(one.index)}")
        judge.hold(code in asked, f"{layer}: GDAL did not send -where to the service")
        large, _ = fetch(work, layer, "-where", f"area_m2 > {frame['area_m2'].median()}")
        judge.hold(
            set(large.index) == set(frame.index[frame["area_m2"] > frame["area_m2"].median()]),
            f"{layer} -where area_m2: {len(large)}",
        )

    for layer, path, code, on_grid in source.files():
        theirs = source.frame(path, code)
        ours = on_the_grid(layer) if on_grid else fetch(work, layer)[0]
        judge.hold(set(ours.index) == set(theirs.index), f"{layer}: other codes than {path.name}")
        measure = (lambda frame: frame.geometry.area) if on_grid else areas
        mine, its = measure(ours), measure(theirs)
        judge.close(mine.sum(), its.sum(), 1e-7, f"{layer}: total area against {path.name}")
        for identifier in its.index:
            judge.close(mine[identifier], its[identifier], 1e-4, f"{layer}/{identifier}: area")
        # Every vertex within a centimetre of the source's.
        limit = 0.01 if on_grid else 1.5e-7
        apart = max(ours.geometry[i].hausdorff_distance(theirs.geometry[i]) for i in its.index)
        judge.hold(apart <= limit, f"{layer}: {apart} from {path.name}")
        print(f"{layer}: {len(ours)} areas, {mine.sum():.1f} m2, source {its.sum():.1f}, furthest {apart:.1e}")

    for layer in source.layers:
        if layer["kind"] == "points":
            points, _ = fetch(work, layer["id"])
            judge.hold((points.geom_type == "Point").all(), f"{layer['id']} is not of points")

sys.exit(judge.done())
