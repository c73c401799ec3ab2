"""OGC API - Features Part 2 (18-058r1), annex A: coordinate reference systems, held to PROJ."""

from pyproj import Transformer
from shapely.geometry import shape
from shapely.ops import transform

from items import some
from service import CRS84, GEOJSON, ITEM, ITEMS, PART2, links
from suite import Skip, abstract_test

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
WANTED = [CRS84, EPSG + "4326", EPSG + "27700", EPSG + "3857"]
UNKNOWN = EPSG + "32631"


def supported(s, collection):
    """The CRSs of a collection, with those of the list that `#/crs` stands for."""
    found = []
    for crs in collection.get("crs", []):
        found += s.json("/collections").get("crs", []) if crs == "#/crs" else [crs]
    return found


@abstract_test("/conf/crs/crs-uri")
def crs_uri(s):
    """Each CRS has an identifier of a registry, and the four that must be there are."""
    if PART2 + "crs" not in s.conforms_to:
        yield f"{PART2}crs is not declared"
    for collection in s.collections:
        crss = supported(s, collection)
        for expected in WANTED:
            if expected not in crss:
                yield f"{collection['id']} has no {expected}"
        for crs in crss:
            if not crs.startswith("http://www.opengis.net/def/crs/"):
                yield f"{collection['id']}: {crs}"


@abstract_test("/conf/crs/default-crs")
def default_crs(s):
    """The list has the default."""
    for collection in s.collections:
        if CRS84 not in supported(s, collection):
            yield f"{collection['id']} has no {CRS84}"


@abstract_test("/conf/crs/storageCrs")
def storage_crs(s):
    """The CRS of storage is among them."""
    for collection in s.collections:
        if "storageCrs" in collection and collection["storageCrs"] not in supported(s, collection):
            yield f"{collection['id']}: {collection['storageCrs']}"
    if not any("storageCrs" in collection for collection in s.collections):
        raise Skip("no collection states how it is stored")


def geometries(s, collection, **query):
    """The geometries of one page and of single features, by id, and the answers they came in."""
    page = s.get(s.items_url(collection), GEOJSON, limit=20, **query)
    answers = [page]
    found = {}
    if page.status_code == 200:
        found = {feature["id"]: feature["geometry"] for feature in page.json()["features"]}
    for feature in some(s, collection):
        path = f"/collections/{collection['id']}/items/{feature['id']}"
        answer = s.get(path, GEOJSON, **query)
        answers.append(answer)
        if answer.status_code == 200:
            found[feature["id"]] = answer.json()["geometry"]
    return found, answers


@abstract_test("/conf/crs/crs-parameter")
def crs_parameter(s):
    """crs is taken for items and for one item, and Content-Crs says it."""
    for path in (ITEMS, ITEM):
        if s.parameter(path, "crs") is None:
            yield f"crs is not documented at {path}"
    for collection in s.collections:
        for crs in supported(s, collection):
            for answer in geometries(s, collection, crs=crs)[1]:
                if answer.status_code != 200:
                    yield f"{answer.url}: {answer.status_code}"
                elif answer.headers.get("content-crs") != f"<{crs}>":
                    yield f"{answer.url}: Content-Crs is {answer.headers.get('content-crs')}"


@abstract_test("/conf/crs/crs-parameter-invalid")
def crs_parameter_invalid(s):
    """A CRS that is not listed is 400."""
    for collection in s.collections:
        for crs in (UNKNOWN, "27700", "EPSG:nil", ""):
            for answer in geometries(s, collection, crs=crs)[1]:
                if answer.status_code != 400:
                    yield f"{answer.url}: {answer.status_code}, not 400"


@abstract_test("/conf/crs/crs-parameter-default")
def crs_parameter_default(s):
    """Without crs, Content-Crs is CRS84."""
    for collection in s.collections:
        for answer in geometries(s, collection)[1]:
            if answer.headers.get("content-crs") != f"<{CRS84}>":
                yield f"{answer.url}: Content-Crs is {answer.headers.get('content-crs')}"


def from_crs84(crs):
    """PROJ's way from longitude and latitude, by the axis order of the CRS. The way to the British
    National Grid is Helmert's unless PROJ has the OSTN15 grid: 5 m then, else a millimetre."""
    code = "OGC:CRS84" if crs == CRS84 else f"EPSG:{crs.rsplit('/', 1)[1]}"
    return Transformer.from_crs("OGC:CRS84", code)


def tolerance(crs, transformer):
    if not crs.endswith("/27700"):
        # The last digits written: 1e-7 degrees, and a centimetre.
        return 2e-7 if crs in WANTED[:2] else 0.02
    return 0.02 if "OSTN" in transformer.description else 6


@abstract_test("/conf/crs/crs-parameter-transform")
def crs_parameter_transform(s):
    """Coordinates in each CRS are those in CRS84, converted by PROJ, axis order and all."""
    for collection in s.collections:
        plain = geometries(s, collection)[0]
        for crs in supported(s, collection):
            transformer = from_crs84(crs)
            limit = tolerance(crs, transformer)
            for identifier, geometry in geometries(s, collection, crs=crs)[0].items():
                if geometry is None:
                    continue
                ours = shape(geometry)
                theirs = transform(transformer.transform, shape(plain[identifier]))
                apart = ours.hausdorff_distance(theirs)
                if not apart <= limit:
                    yield f"{collection['id']}/{identifier} in {crs}: {apart} from PROJ's"


def ids(s, collection, **query):
    page = s.features(collection, limit=s.limit["maximum"], **query)
    found = [feature["id"] for feature in page["features"]]
    while following := links(page, "next"):
        page = s.json(following[0]["href"], GEOJSON)
        found += [feature["id"] for feature in page["features"]]
    return set(found)


def corners(collection):
    """The south-western quarter of the extent, off any round number where features could end."""
    west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
    return west - 0.01, south - 0.01, west + 0.4137 * (east - west), south + 0.4137 * (north - south)


@abstract_test("/conf/crs/bbox-crs-parameter")
def bbox_crs_parameter(s):
    """bbox is read in bbox-crs: the features in a box of each CRS are those that meet it, by GEOS."""
    if s.parameter(ITEMS, "bbox-crs") is None:
        yield "bbox-crs is not documented"
    for collection in s.collections:
        for crs in supported(s, collection):
            transformer = from_crs84(crs)
            west, south, east, north = corners(collection)
            x1, y1 = transformer.transform(west, south)
            x2, y2 = transformer.transform(east, north)
            if not all(map(abs, (x1, y1, x2, y2))) or x1 == float("inf"):
                continue
            edge = 2e-6 if crs in WANTED[:2] else 7
            text = f"{min(x1, x2)},{min(y1, y2)},{max(x1, x2)},{max(y1, y2)}"
            found = ids(s, collection, bbox=text, bbox_crs=crs)
            asked = shape({"type": "Polygon", "coordinates": [[(x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1)]]})
            for feature in s.whole(collection):
                if feature["geometry"] is None:
                    continue
                geometry = transform(transformer.transform, shape(feature["geometry"]))
                if feature["id"] in found and not geometry.intersects(asked.buffer(edge)):
                    yield f"{collection['id']} bbox={text} in {crs}: {feature['id']} is not in it"
                if feature["id"] not in found and geometry.intersects(asked.buffer(-edge)):
                    yield f"{collection['id']} bbox={text} in {crs}: {feature['id']} is missing"


@abstract_test("/conf/crs/bbox-crs-parameter-invalid")
def bbox_crs_parameter_invalid(s):
    """A bbox-crs that is not listed is 400."""
    for collection in s.collections:
        answer = s.get(s.items_url(collection), GEOJSON, bbox="5,49,6,50", bbox_crs=UNKNOWN)
        if answer.status_code != 400:
            yield f"{answer.url}: {answer.status_code}, not 400"


@abstract_test("/conf/crs/bbox-crs-parameter-default")
def bbox_crs_parameter_default(s):
    """Without bbox-crs, bbox is in CRS84."""
    for collection in s.collections:
        text = ",".join(map(str, corners(collection)))
        if ids(s, collection, bbox=text) != ids(s, collection, bbox=text, bbox_crs=CRS84):
            yield f"{collection['id']} bbox={text}: other features with bbox-crs={CRS84}"
