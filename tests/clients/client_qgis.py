"""QGIS without a screen: each layer added, counted, identified at a place, filtered, in its CRS.

    client_qgis.py BASE [DATA]

For Debian's Python, for which its `python3-qgis` is built; so nothing else is imported.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen, urlretrieve

# QGIS writes its profile and its cache at home.
home = tempfile.TemporaryDirectory()
os.environ |= {
    "QT_QPA_PLATFORM": "offscreen",
    "HOME": home.name,
    "XDG_RUNTIME_DIR": home.name,
    "QGIS_CUSTOM_CONFIG_PATH": home.name,
}

from qgis.core import (  # noqa: E402
    QgsApplication, QgsFeatureRequest, QgsGeometry, QgsRectangle, QgsVectorLayer,
)

base = sys.argv[1]
held = faults = 0


def hold(truth, what):
    global held, faults
    held += bool(truth)
    faults += not truth
    if not truth:
        print(f"FAULT {what}")


def read(path):
    with urlopen(f"{base}{path}") as answer:
        return json.load(answer)


application = QgsApplication([], False)
application.initQgis()
for stated in read("/v1/layers")["layers"]:
    name, count = stated["id"], stated["count"]
    layer = QgsVectorLayer(f"url='{base}' typename='{name}' restrictToRequestBBOX='0'", name, "OAPIF")
    hold(layer.isValid(), f"{name} cannot be added: {layer.error().message()}")
    if not layer.isValid():
        continue
    hold(layer.crs().authid() in ("OGC:CRS84", "EPSG:4326"), f"{name}: {layer.crs().authid()}")
    everything = list(layer.getFeatures())
    hold(len(everything) == count, f"{name}: {len(everything)} of {count}")
    hold(layer.featureCount() == count, f"{name}: featureCount {layer.featureCount()} of {count}")
    fields = layer.fields().names()
    hold("code" in fields and "name" in fields, f"{name}: fields {fields}")
    chosen = everything[len(everything) // 2]
    code = chosen["code"]
    # Identified: what stands at a place inside it.
    place = chosen.geometry().pointOnSurface().asPoint()
    spot = QgsRectangle(place.x() - 1e-6, place.y() - 1e-6, place.x() + 1e-6, place.y() + 1e-6)
    fresh = QgsVectorLayer(f"url='{base}' typename='{name}' restrictToRequestBBOX='1'", name, "OAPIF")
    request = QgsFeatureRequest().setFilterRect(spot).setFlags(QgsFeatureRequest.ExactIntersect)
    found = [feature["code"] for feature in fresh.getFeatures(request)]
    inside = [
        feature["code"] for feature in everything
        if feature.geometry().intersects(QgsGeometry.fromRect(spot))
    ]
    hold(sorted(found) == sorted(inside) and code in found, f"{name} at {place}: {found}, not {inside}")
    request = QgsFeatureRequest().setFilterExpression(f"\"code\" = '{code}'")
    hold([feature["code"] for feature in layer.getFeatures(request)] == [code], f"{name}: filter")
    # As a user sets it in "Filter…".
    layer.setSubsetString(f"\"code\" = '{code}'")
    hold([feature["code"] for feature in layer.getFeatures()] == [code], f"{name}: subset")
    # The whole layer as a shapefile, as a user drops it on the map.
    file = Path(home.name) / f"{name}.shp.zip"
    urlretrieve(f"{base}/downloads/{file.name}?crs=EPSG:27700", file)
    shapes = QgsVectorLayer(str(file), name, "ogr")
    hold(shapes.isValid(), f"{file.name} cannot be added: {shapes.error().message()}")
    hold(shapes.crs().authid() == "EPSG:27700", f"{file.name}: {shapes.crs().authid()}")
    names = {feature["code"]: feature["name"] or "" for feature in shapes.getFeatures()}
    expected = {feature["code"]: feature["name"] or "" for feature in everything}
    hold(names == expected, f"{file.name}: {len(names)} names, not the {len(expected)} of the service")
    fields = shapes.fields().names()
    hold(all(len(field.encode()) <= 10 for field in fields), f"{file.name}: fields {fields}")
    if stated["kind"] == "areas":
        hold(all(f.geometry().isGeosValid() for f in shapes.getFeatures()), f"{file.name}: invalid areas")
        hold(all(f.geometry().isGeosValid() for f in everything), f"{name}: invalid areas")
print(f"{held} passed, {faults} failed")
sys.stdout.flush()
# Qt's teardown without a screen is not what is tested.
os._exit(1 if faults or not held else 0)
