"""Compares coverage simplification with GEOS's, at the tolerances of the map's zooms.

    python tiles_simplify.py SIMPLIFY SOURCE.geojson [ZOOM...]

SIMPLIFY is the built example `simplify` of lapwing-tiles. At each tolerance ours must be a valid
coverage if GEOS's is, with every area of the source valid and not empty, and no more than 1.2 times
the vertices of GEOS.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy
import shapely
from shapely.geometry import shape

from tiles_check import WORLD, to_world

MOST_VERTICES = 1.2
# Units of a tile, and the steps of the grid around the world.
UNITS, STEPS = 4096, 2**30


def main(simplify, file, zooms):
    features = json.loads(Path(file).read_bytes())["features"]
    source = on_grid([shape(f["geometry"]) for f in features])
    print(f"GEOS {shapely.geos_version_string}, {file}: {len(source)} areas, "
          f"{count(source)} vertices")
    failures = []
    for zoom in zooms:
        # Corners of 16 square units, as in the tiles.
        tolerance = 4 * WORLD / (UNITS * 2**zoom)
        theirs = shapely.coverage_simplify(source, tolerance / WORLD * STEPS)
        lines = subprocess.run(
            [simplify, file, str(tolerance)], check=True, capture_output=True, text=True
        ).stdout.splitlines()
        ours = on_grid([shape(json.loads(line)) for line in lines])
        both_valid = shapely.coverage_is_valid(ours), shapely.coverage_is_valid(theirs)
        ratio = count(ours) / count(theirs)
        print(f"zoom {zoom:2}, {tolerance:8.1f} m: {count(ours):7} vertices, GEOS "
              f"{count(theirs):7}, ratio {ratio:.3f}, valid coverage: {both_valid[0]}, GEOS "
              f"{both_valid[1]}")
        if not both_valid[0] and both_valid[1]:
            failures.append(f"zoom {zoom}: not a valid coverage")
        if not all(shapely.is_valid(ours)) or any(shapely.is_empty(ours)):
            failures.append(f"zoom {zoom}: an area is empty or not valid")
        if ratio > MOST_VERTICES:
            failures.append(f"zoom {zoom}: {ratio:.3f} times the vertices of GEOS")
    if failures:
        sys.exit("\n".join(["FAILED", *failures]))


def on_grid(areas):
    """Areas in degrees on the grid of whole numbers that the simplification works on."""
    return shapely.transform(areas, lambda lonlat: numpy.round(to_world(lonlat) * STEPS))


def count(areas):
    return int(shapely.get_num_coordinates(areas).sum())


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], [int(z) for z in sys.argv[3:]] or range(2, 14))
