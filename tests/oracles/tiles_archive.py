"""Checks a PMTiles archive by GDAL's own driver of them.

    python tiles_archive.py FILE.pmtiles LAYER SOURCE.geojson

GDAL must find the same codes and names in LAYER as SOURCE has, at the deepest zoom, and each area's
ground within 0.5 % of the source's.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

import pyogrio
import shapely
from shapely.geometry import shape

from tiles_check import AREA_AGREEMENT, WORLD, to_world


def main(archive, layer, source_file):
    info = pyogrio.read_info(archive, layer=layer)
    if "PMTiles" not in info["driver"]:
        sys.exit(f"FAILED: {archive} is read by {info['driver']}")
    found = pyogrio.read_dataframe(archive, layer=layer)
    theirs = defaultdict(float)
    names = {}
    for code, name, ground in zip(found["code"], found["name"], found.geometry):
        theirs[code] += ground.area / WORLD**2
        names[code] = name
    features = json.loads(Path(source_file).read_bytes())["features"]
    expected = {f["properties"]["code"]: f["properties"]["name"] for f in features}
    if names != expected:
        sys.exit(f"FAILED: GDAL finds {len(names)} areas, the source has {len(expected)}")
    worst = 0.0
    for feature in features:
        area = shapely.transform(shape(feature["geometry"]), to_world).area
        worst = max(worst, abs(theirs[feature["properties"]["code"]] - area) / area)
    if worst > AREA_AGREEMENT:
        sys.exit(f"FAILED: an area differs by {worst:.2e}")
    print(f"{layer} by GDAL {pyogrio.__gdal_version_string__} from the archive: {len(names)} areas, "
          f"within {worst:.2e} of the source")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
