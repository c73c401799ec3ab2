"""MapIt's answers by what programs read them with: GDAL its shapes, GEOS its relations, PROJ its
coordinates.

    client_mapit.py BASE [DATA]

No client of MapIt is published at PyPI or npm that runs today (wazimap-mapit wants Python 2);
programs ask it by hand, as this one does.
"""

import sys
import xml.etree.ElementTree

import pyproj
import requests
import shapely
from shapely.geometry import shape

from source import Judge, arguments

source = arguments()
judge = Judge()
base = f"{source.base}/mapit"
session = requests.Session()
# An answer's relations are those of drawn lines where they are clear, and drawing errors are set
# aside: GEOS is asked only of what is not within so many metres of being otherwise.
CLEAR_M2 = 5e5


def get(path, **params):
    response = session.get(base + path, params=params, timeout=60)
    response.raise_for_status()
    return response


def ground(area):
    return shape(get(f"/area/27700/{area['id']}.geojson").json())


types = get("/types").json()
judge.hold("LAP" in types, f"no LAP among {sorted(types)}")
laps = get("/areas/LAP").json()
judge.hold(laps and all(area["type"] == "LAP" for area in laps.values()), "the LAPs")
ward_types = [name for name in types if name in ("UTW", "DIW", "MTW", "LBW", "WRD")]
wards = get(f"/areas/{','.join(ward_types)}").json()
judge.hold(wards, "the wards")

grounds = {id: ground(area) for id, area in {**laps, **wards}.items()}
to_grid = pyproj.Transformer.from_crs(4326, 27700, always_xy=True)
for id, area in list(laps.items()) + list(wards.items())[:12]:
    own = grounds[id]
    again = get(f"/area/{area['id']}").json()
    judge.hold(again == area, f"{id}: not the same alone")
    code = next(iter(area["codes"].values()))
    redirected = get(f"/area/{code}")
    judge.hold(redirected.history and redirected.json() == area, f"{id}: by its code {code}")
    kind = next(iter(area["codes"]))
    judge.hold(get(f"/code/{kind}/{code}").json() == area, f"{id}: /code/{kind}/{code}")

    by_wkt = shapely.from_wkt(get(f"/area/{id}.wkt").text)
    judge.hold(by_wkt.is_valid, f"{id}: WKT is not valid")
    judge.close(by_wkt.area, own.area, 1e-9, f"{id}: WKT")
    degrees = shape(get(f"/area/{id}.geojson").json())
    x, y = to_grid.transform(*degrees.representative_point().coords[0])
    judge.hold(own.buffer(10).contains(shapely.Point(x, y)), f"{id}: degrees and metres")
    kml = xml.etree.ElementTree.fromstring(get(f"/area/{id}.kml").content)
    names = [one.text for one in kml.iter("{http://www.opengis.net/kml/2.2}name")]
    judge.hold(names == [area["name"]], f"{id}: KML {names}")

    measured = get(f"/area/{id}/geometry").json()
    judge.close(measured["area"], own.area, 1e-6, f"{id}: area")
    judge.close(measured["centre_e"], own.centroid.x, 1e-9, f"{id}: centre")
    judge.hold(abs(measured["min_e"] - own.bounds[0]) < 0.01, f"{id}: bounds")
    judge.hold(measured["parts"] == len(getattr(own, "geoms", [own])), f"{id}: parts")
    simple = shape(get(f"/area/{id}.geojson", simplify_tolerance=0.005).json())
    count = shapely.get_num_coordinates
    judge.hold(count(simple) <= count(degrees), f"{id}: simplified")

    example = get(f"/area/{id}/example_postcode").json()
    if example is not None:
        there = get(f"/postcode/{example}").json()
        point = shapely.Point(there["easting"], there["northing"])
        judge.hold(own.buffer(1).contains(point), f"{id}: {example}")
        found = get(f"/point/27700/{there['easting']},{there['northing']}", type=area["type"]).json()
        judge.hold(id in found, f"{id}: the point of {example}")
        nearest = get(f"/nearest/27700/{there['easting']},{there['northing']}").json()["postcode"]
        judge.hold(nearest["distance"] <= 1, f"{id}: nearest {nearest}")

    answers = {
        question: set(get(f"/area/{id}/{question}", type=",".join(["LAP", *ward_types])).json())
        for question in ["touches", "overlaps", "covers", "covered", "coverlaps", "intersects"]
    }
    judge.hold(answers["coverlaps"] == answers["covers"] | answers["overlaps"], f"{id}: coverlaps")
    everything = answers["touches"] | answers["coverlaps"] | answers["covered"]
    judge.hold(answers["intersects"] == everything, f"{id}: intersects")
    for other, theirs in grounds.items():
        if other == id:
            continue
        shared = own.intersection(theirs).area
        rest, beyond = own.area - shared, theirs.area - shared
        if shared > CLEAR_M2:
            judge.hold(other in everything - answers["touches"], f"{id} and {other} share {shared} m²")
            if rest > CLEAR_M2 and beyond > CLEAR_M2:
                judge.hold(other in answers["overlaps"], f"{id} overlaps {other}")
            if beyond < 1:
                judge.hold(other in answers["covers"], f"{id} covers {other}")
            if rest < 1:
                judge.hold(other in answers["covered"], f"{other} covers {id}")
        if own.distance(theirs) > 1:
            judge.hold(other not in everything, f"{id} is far from {other}")

bulk = get("/areas/" + ",".join(laps) + ".geojson").json()
judge.hold({str(f["properties"]["id"]) for f in bulk["features"]} == set(laps), "FeatureCollection")
posted = session.post(f"{base}/areas", data={"URL": ",".join(laps)}, timeout=60).json()
judge.hold(posted == laps, "POST /areas")
generations = get("/generations").json()
judge.hold(all(generations[key]["id"] == int(key) for key in generations), "generations")

for path, status, words in [
    ("/postcode/NN1", 400, "Postcode 'NN1' is not valid."),
    ("/postcode/ZZ11ZZ", 404, "No Postcode matches the given query."),
    ("/area/1", 404, "No Area matches the given query."),
    ("/point/84/0,0", 400, "Point outside the area geometry"),
]:
    response = session.get(base + path, timeout=30)
    judge.hold(response.status_code == status, f"{path}: {response.status_code}")
    judge.hold(response.json() == {"error": words, "code": status}, f"{path}: {response.text}")

sys.exit(judge.done())
