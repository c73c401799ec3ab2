"""OGC API - Features Part 1, annex A: features and their parameters."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from shapely.geometry import box, shape

from service import GEOJSON, HTML, ITEM, ITEMS, links, self_and_alternates
from suite import Skip, abstract_test


def queries(s, collection):
    """The requests by which the tests of responses are repeated: plain, and with each parameter."""
    west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
    lon, lat = (west + east) / 2, (south + north) / 2
    yield {}
    yield {"limit": s.limit["minimum"]}
    yield {"limit": 100}
    yield {"bbox": f"{west},{south},{lon},{lat}"}
    yield {"bbox": f"{west},{south},-100,{lon},{lat},100"}
    for moment in moments(collection):
        yield {"datetime": moment}


def moments(collection):
    """Instants and intervals around a collection's vintage, as RFC 3339 has them."""
    for begin, end in collection["extent"].get("temporal", {}).get("interval", []):
        begin = datetime.fromisoformat((begin or "2000-01-01T00:00:00Z").replace("Z", "+00:00"))
        end = datetime.fromisoformat(end.replace("Z", "+00:00")) if end else begin + timedelta(900)
        quarter = (end - begin) / 4
        a, b = ((begin + n * quarter).strftime("%Y-%m-%dT%H:%M:%SZ") for n in (1, 2))
        yield from (a, a[:10], f"{a}/{b}", f"{a[:10]}/{b[:10]}", f"../{b}", f"{a}/..", f"/{b}", f"{a}/")


def definition(s, name, kind, schema):
    parameter = s.parameter(ITEMS, name)
    if parameter is None:
        yield f"{name} is not documented"
        return
    expected = {"in": "query", "required": False, "style": "form", "explode": False}
    # What OpenAPI says of a query parameter that says nothing.
    stated = {"in": "query", "required": False, "style": "form", "explode": True} | parameter
    for member, value in expected.items():
        if stated[member] != value:
            yield f"{name}: {member} is {stated[member]}, must be {value}"
    if parameter["schema"].get("type") != kind:
        yield f"{name} is {parameter['schema'].get('type')}, must be {kind}"
    for member, value in schema.items():
        if parameter["schema"].get(member) != value:
            yield f"{name}: {member} is {parameter['schema'].get(member)}, must be {value}"


@abstract_test("/conf/core/fc-op")
def fc_op(s):
    """The features of each collection can be retrieved, with each parameter."""
    for collection in s.collections:
        for query in queries(s, collection):
            response = s.get(s.items_url(collection), GEOJSON, **query)
            if response.status_code != 200:
                yield f"{response.url}: {response.status_code} {response.text[:200]}"


@abstract_test("/conf/core/fc-bbox-definition")
def fc_bbox_definition(s):
    """bbox is documented as the standard has it."""
    yield from definition(s, "bbox", "array", {})
    schema = (s.parameter(ITEMS, "bbox") or {"schema": {}})["schema"]
    counts = [(part.get("minItems"), part.get("maxItems")) for part in schema.get("oneOf", [schema])]
    if counts not in ([(4, 6)], [(4, 4), (6, 6)]):
        yield f"bbox has {counts} numbers"
    if s.resolve(schema.get("items", {})).get("type") != "number":
        yield "bbox is not of numbers"


# A tenth of a metre: closer to a box's edge than this, either answer is right.
EDGE = 1e-6


def expected_in(features, boxes):
    """The features that must be in the boxes' answer, and those that may."""
    must, may = set(), set()
    for feature in features:
        geometry = feature["geometry"] and shape(feature["geometry"])
        if geometry is None or any(geometry.intersects(b.buffer(EDGE)) for b in boxes):
            may.add(feature["id"])
        inner = [b.buffer(-EDGE) for b in boxes]
        if geometry is not None and any(geometry.intersects(b) for b in inner if not b.is_empty):
            must.add(feature["id"])
    return must, may


@abstract_test("/conf/core/fc-bbox-response")
def fc_bbox_response(s):
    """Exactly the features in the box come, by GEOS: with heights, across the antimeridian, to the
    poles."""
    for collection in s.collections:
        features = s.whole(collection)
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        lon, lat = (west + east) / 2, (south + north) / 2
        third = (east - west) / 3
        for bbox, boxes in [
            ((west, south, east, north), [box(west, south, east, north)]),
            ((west, south, lon, lat), [box(west, south, lon, lat)]),
            ((lon, lat, lon + third / 9, lat + third / 9), [box(lon, lat, lon + third / 9, lat + third / 9)]),
            ((west + third, south, east - third, north), [box(west + third, south, east - third, north)]),
            ((west, south, -50, lon, lat, 9000), [box(west, south, lon, lat)]),
            ((lon, -90, 180, 90), [box(lon, -90, 180, 90)]),
            # Eastwards from the last third around the globe to the first.
            ((east - third, -90, west + third, 90), [box(-180, -90, west + third, 90), box(east - third, -90, 180, 90)]),
            ((170, -90, -170, 90), [box(170, -90, 180, 90), box(-180, -90, -170, 90)]),
            ((-180, lat, 180, 90), [box(-180, lat, 180, 90)]),
            ((-180, 89, 180, 90), [box(-180, 89, 180, 90)]),
        ]:
            text = ",".join(map(str, bbox))
            must, may = expected_in(features, boxes)
            page = s.features(collection, bbox=text, limit=s.limit["maximum"])
            found = {feature["id"] for feature in page["features"]}
            while following := links(page, "next"):
                page = s.json(following[0]["href"], GEOJSON)
                found |= {feature["id"] for feature in page["features"]}
            for missing in sorted(must - found)[:2]:
                yield f"{collection['id']} bbox={text}: {missing} is missing"
            for extra in sorted(found - may)[:2]:
                yield f"{collection['id']} bbox={text}: {extra} is not in it"


@abstract_test("/conf/core/fc-limit-definition")
def fc_limit_definition(s):
    """limit is documented as the standard has it."""
    yield from definition(s, "limit", "integer", {})
    for member in ("minimum", "maximum", "default"):
        if not isinstance(s.limit.get(member), int):
            yield f"limit has no {member}"


@abstract_test("/conf/core/fc-limit-response")
def fc_limit_response(s):
    """No more come than limit says, nor than its maximum; more asked for is the maximum."""
    maximum = s.limit["maximum"]
    for collection in s.collections:
        for limit in (1, 3, s.limit["default"], maximum, maximum + 1):
            got = len(s.features(collection, limit=limit)["features"])
            wanted = min(limit, maximum, len(s.whole(collection)))
            if got != wanted:
                yield f"{collection['id']} limit={limit}: {got} features, expected {wanted}"


@abstract_test("/conf/core/fc-time-definition")
def fc_time_definition(s):
    """datetime is documented as the standard has it."""
    yield from definition(s, "datetime", "string", {})


@abstract_test("/conf/core/fc-time-response")
def fc_time_response(s):
    """A layer answers if its vintage meets the time, and not if it does not."""
    dated = False
    for collection in s.collections:
        total = len(s.whole(collection))
        for moment in moments(collection):
            dated = True
            matched = s.features(collection, datetime=moment, limit=1)["numberMatched"]
            if matched != total:
                yield f"{collection['id']} datetime={moment}: {matched} of {total}"
        for begin, end in collection["extent"].get("temporal", {}).get("interval", []):
            before = f"../{int(begin[:4]) - 1}-01-01T00:00:00Z" if begin else None
            after = f"{int(end[:4]) + 1}-01-01T00:00:00Z/.." if end else None
            for moment in filter(None, (before, after)):
                matched = s.features(collection, datetime=moment, limit=1)["numberMatched"]
                if matched:
                    yield f"{collection['id']} datetime={moment}: {matched}, though it is out of force"
    if not dated:
        raise Skip("no collection has a temporal extent")


@abstract_test("/conf/core/query-param-invalid")
def query_param_invalid(s):
    """A value that cannot be read is 400."""
    for collection in s.collections:
        for query in (
            {"limit": "unlimited"}, {"limit": 0}, {"limit": -1}, {"limit": 1.5}, {"bbox": "1,2,3"},
            {"bbox": "a,b,c,d"}, {"bbox": "1,2,3,4,5"}, {"bbox": "0,60,1,50"}, {"bbox": "0,0,nan,1"},
            {"bbox": "0,0,1,91"}, {"bbox": ""}, {"datetime": "soon"}, {"datetime": "2021-02-30"},
            {"datetime": "2022-01-01/2021-01-01"}, {"datetime": "."}, {"datetime": ""},
        ):
            response = s.get(s.items_url(collection), GEOJSON, **query)
            if response.status_code != 400:
                yield f"{response.url}: {response.status_code}, not 400"


@abstract_test("/conf/core/query-param-unknown")
def query_param_unknown(s):
    """A parameter that is not documented is 400."""
    for collection in s.collections:
        for url in (s.items_url(collection), f"/collections/{collection['id']}"):
            response = s.get(url, unknownQueryParameter12345=1)
            if response.status_code != 400:
                yield f"{response.url}: {response.status_code}, not 400"


@abstract_test("/conf/core/fc-response")
def fc_response(s):
    """The answer is a FeatureCollection with features, whatever the parameters."""
    for collection in s.collections:
        for query in queries(s, collection):
            page = s.features(collection, **query)
            if page.get("type") != "FeatureCollection" or not isinstance(page.get("features"), list):
                yield f"{collection['id']} {query}: no FeatureCollection"


@abstract_test("/conf/core/fc-links")
def fc_links(s):
    """Each page links to itself and its other formats, and links to the next keep the parameters."""
    for collection in s.collections:
        for query in queries(s, collection):
            page = s.features(collection, **query)
            what = f"{collection['id']} {query}"
            yield from self_and_alternates(page, [GEOJSON, HTML], what)
            for link in links(page, "self") + links(page, "alternate"):
                for name, value in query.items():
                    if f"{name}=" not in link["href"]:
                        yield f"{what}: {link['href']} lost {name}"


@abstract_test("/conf/core/fc-timeStamp")
def fc_time_stamp(s):
    """timeStamp is the time of the answer, in UTC."""
    for collection in s.collections:
        before = datetime.now(UTC)
        # Not the answer that is kept here from before.
        page = s.session.get(urljoin(s.base, s.items_url(collection)), params={"limit": 2}).json()
        stamp = datetime.fromisoformat(page["timeStamp"].replace("Z", "+00:00"))
        # Written to the millisecond.
        second = timedelta(seconds=1)
        if not before - second <= stamp <= datetime.now(UTC) + second:
            yield f"{collection['id']}: {page['timeStamp']}, asked at {before}"


@abstract_test("/conf/core/fc-numberMatched")
def fc_number_matched(s):
    """numberMatched is how many all pages have together, each feature once; prev leads back."""
    for collection in s.collections:
        total = len(s.whole(collection))
        for query in queries(s, collection):
            query = {name: value for name, value in query.items() if name != "limit"}
            page = s.features(collection, **query, limit=max(1, total // 4))
            matched, seen, before = page.get("numberMatched"), [], None
            while True:
                ids = [feature["id"] for feature in page["features"]]
                if page.get("numberMatched") != matched:
                    yield f"{collection['id']} {query}: numberMatched changes between pages"
                if before is not None:
                    back = links(page, "prev")
                    if not back:
                        yield f"{collection['id']} {query}: a later page without prev"
                    elif [f["id"] for f in s.json(back[0]["href"], GEOJSON)["features"]] != before:
                        yield f"{collection['id']} {query}: prev is not the page before"
                elif links(page, "prev"):
                    yield f"{collection['id']} {query}: the first page has prev"
                seen, before = seen + ids, ids
                following = links(page, "next")
                if not following:
                    break
                page = s.json(following[0]["href"], GEOJSON)
            if len(seen) != matched or len(set(seen)) != matched:
                yield f"{collection['id']} {query}: {matched} matched, {len(seen)} came, {len(set(seen))} different"


@abstract_test("/conf/core/fc-numberReturned")
def fc_number_returned(s):
    """numberReturned is how many there are."""
    for collection in s.collections:
        for query in queries(s, collection):
            page = s.features(collection, **query)
            if page.get("numberReturned") != len(page["features"]):
                yield f"{collection['id']} {query}: {page.get('numberReturned')}, {len(page['features'])} came"


def some(s, collection):
    """The first feature, the middle one and the last."""
    features = s.whole(collection)
    return [features[i] for i in sorted({0, len(features) // 2, len(features) - 1})] if features else []


@abstract_test("/conf/core/f-op")
def f_op(s):
    """A feature can be retrieved by its id; one that is not there is 404."""
    s.path(ITEM)
    for collection in s.collections:
        items = f"/collections/{collection['id']}/items"
        for feature in some(s, collection):
            if s.get(f"{items}/{feature['id']}", GEOJSON).status_code != 200:
                yield f"{items}/{feature['id']} is not 200"
        if s.get(f"{items}/no-such-code", GEOJSON).status_code != 404:
            yield f"{items}/no-such-code is not 404"


@abstract_test("/conf/core/f-success")
def f_success(s):
    """A feature by itself is what the collection says it is."""
    for collection in s.collections:
        for listed in some(s, collection):
            alone = s.json(f"/collections/{collection['id']}/items/{listed['id']}", GEOJSON)
            for member in ("type", "id", "geometry", "properties"):
                if alone.get(member) != listed.get(member):
                    yield f"{collection['id']}/{listed['id']}: another {member} by itself"


@abstract_test("/conf/core/f-links")
def f_links(s):
    """A feature links to itself, to its other formats and to its collection."""
    for collection in s.collections:
        for feature in some(s, collection):
            path = f"/collections/{collection['id']}/items/{feature['id']}"
            alone = s.json(path, GEOJSON)
            yield from self_and_alternates(alone, [GEOJSON, HTML], path)
            if not links(alone, "collection"):
                yield f"{path}: no link to its collection"
