"""OGC API - Features Part 3 (19-079r2) and CQL2 (21-065r2): each requirement by its identifier, and
the answers to filters held to Python's own evaluation and GEOS's."""

import json
import re

from jsonschema import Draft202012Validator
from pyproj import Transformer
from shapely.geometry import box, shape

from crs import ids
from service import GEOJSON, HTML, PART3, links, media
from suite import abstract_test

QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"


def queryables(s, collection):
    return s.json(f"/collections/{collection['id']}/queryables", "application/schema+json")


@abstract_test("/req/filter/conformance")
def conformance(s):
    """The classes of filters are declared."""
    for expected in [PART3 + name for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")] + [
        CQL2 + name
        for name in ("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
                     "basic-spatial-functions", "spatial-functions", "temporal-functions")
    ]:
        if expected not in s.conforms_to:
            yield f"{expected} is not declared"


@abstract_test("/req/queryables/queryables-link")
def queryables_link(s):
    """Each collection links to its queryables."""
    for collection in s.collections:
        found = links(collection, QUERYABLES)
        if not found:
            yield f"{collection['id']} has no link {QUERYABLES}"
        for link in found:
            if s.get(link["href"], link["type"]).status_code != 200:
                yield f"{link['href']} is dead"


@abstract_test("/req/queryables/get-queryables-response")
def queryables_response(s):
    """Queryables are a JSON Schema that names itself, in HTML too, and the features keep it."""
    for collection in s.collections:
        path = f"/collections/{collection['id']}/queryables"
        schema = queryables(s, collection)
        Draft202012Validator.check_schema(schema)
        if media(s.get(path, "application/schema+json")) != "application/schema+json":
            yield f"{path} is {media(s.get(path, 'application/schema+json'))}"
        if media(s.get(path, HTML)) != HTML:
            yield f"{path} has no page"
        if schema.get("type") != "object" or not schema.get("$id", "").endswith(path):
            yield f"{path}: type {schema.get('type')}, $id {schema.get('$id')}"
        for name, stated in schema["properties"].items():
            if not ({"type", "enum", "format", "oneOf", "anyOf"} & set(stated)):
                yield f"{path}: {name} has no type"
        judge = Draft202012Validator(
            {"properties": {n: v for n, v in schema["properties"].items() if "type" in v}}
        )
        for feature in s.whole(collection):
            present = {n: v for n, v in feature["properties"].items() if v is not None}
            for fault in judge.iter_errors(present):
                yield f"{collection['id']}/{feature['id']}: {fault.message[:200]}"


def kinds(s, collection):
    """A text and a number that every collection, or most, can be asked by."""
    properties = s.whole(collection)[0]["properties"]
    known = queryables(s, collection)["properties"]
    texts = [n for n, v in properties.items() if isinstance(v, str) and n in known]
    counts = [n for n, v in properties.items() if isinstance(v, (int, float)) and not isinstance(v, bool) and n in known]
    return texts, counts


@abstract_test("/req/queryables-query-parameters/parameters")
def query_parameters(s):
    """Each queryable is a parameter, and its value selects."""
    for collection in s.collections:
        features = s.whole(collection)
        for name in kinds(s, collection)[0][:3]:
            value = features[len(features) // 2]["properties"][name]
            if value is None:
                continue
            expected = {f["id"] for f in features if f["properties"].get(name) == value}
            if ids(s, collection, **{name: value}) != expected:
                yield f"{collection['id']} {name}={value}: not the features with that value"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def predicates(s, collection):
    """Filters in text and JSON, each with the same question in Python."""
    texts, counts = kinds(s, collection)
    features = s.whole(collection)
    prop = lambda name: {"property": name}
    op = lambda name, *args: {"op": name, "args": list(args)}
    middle = features[len(features) // 2]["properties"]
    for name in texts[:2]:
        value = middle[name]
        if value is None:
            continue
        yield f"{name}={quoted(value)}", op("=", prop(name), value), lambda p: p[name] == value
        yield f"{name}<>{quoted(value)}", op("<>", prop(name), value), lambda p: p[name] is not None and p[name] != value
        yield f"NOT ({name}={quoted(value)})", op("not", op("=", prop(name), value)), lambda p: p[name] is not None and p[name] != value
        yield f"{name} IN ({quoted(value)},'nil')", op("in", prop(name), [value, "nil"]), lambda p: p[name] in (value, "nil")
        yield f"{name} IS NULL", op("isNull", prop(name)), lambda p: p[name] is None
        if not re.search(r"[%_\\]", value):
            half = value[: len(value) // 2] or value
            yield f"{name} LIKE {quoted(half + '%')}", op("like", prop(name), half + "%"), lambda p: p[name] is not None and p[name].startswith(half)
        yield f"CASEI({name})=CASEI({quoted(value.upper())})", op("=", op("casei", prop(name)), op("casei", value.upper())), lambda p: p[name] is not None and p[name].casefold() == value.upper().casefold()
    for name in counts[:2]:
        values = sorted(f["properties"][name] for f in features if f["properties"][name] is not None)
        low, high = values[len(values) // 4], values[3 * len(values) // 4]
        yield f"{name}>{high}", op(">", prop(name), high), lambda p: p[name] is not None and p[name] > high
        yield f"{name}<={low}", op("<=", prop(name), low), lambda p: p[name] is not None and p[name] <= low
        yield f"{name} BETWEEN {low} AND {high}", op("between", prop(name), low, high), lambda p: p[name] is not None and low <= p[name] <= high
        yield f"{name}<{low} OR {name}>{high}", op("or", op("<", prop(name), low), op(">", prop(name), high)), lambda p: p[name] is not None and not low <= p[name] <= high


@abstract_test("/req/filter/filter-param")
def filter_param(s):
    """Filters on properties select what Python selects, in text and in JSON."""
    for collection in s.collections:
        for text, tree, question in predicates(s, collection):
            expected = {f["id"] for f in s.whole(collection) if question(f["properties"])}
            if (got := ids(s, collection, filter=text)) != expected:
                yield f"{collection['id']} {text}: {len(got)} features, Python finds {len(expected)}"
            got = ids(s, collection, filter=json.dumps(tree), filter_lang="cql2-json")
            if got != expected:
                yield f"{collection['id']} {json.dumps(tree)}: {len(got)}, Python finds {len(expected)}"


@abstract_test("/req/filter/filter-lang-param")
def filter_lang(s):
    """The language is text unless stated, and one that is not known is 400."""
    for collection in s.collections:
        name = kinds(s, collection)[0][0]
        text = f"{name} IS NOT NULL"
        if ids(s, collection, filter=text) != ids(s, collection, filter=text, filter_lang="cql2-text"):
            yield f"{collection['id']}: another answer with filter-lang=cql2-text"
        answer = s.get(s.items_url(collection), GEOJSON, filter=text, filter_lang="ecql")
        if answer.status_code != 400:
            yield f"{answer.url}: {answer.status_code}, not 400"


@abstract_test("/req/filter/invalid")
def filter_invalid(s):
    """What is no filter, or names what is not there, is 400."""
    for collection in s.collections:
        for text in ("", "=", "no_such_property=1", "name=", "name='open", "S_INTERSECTS(geometry)",
                     "S_INTERSECTS(name,POINT(0 0))", "nil(1)=1", "(" * 5000, "NOT " * 5000 + "1=1"):
            answer = s.get(s.items_url(collection), GEOJSON, filter=text)
            if answer.status_code not in (400, 414):
                yield f"{collection['id']} filter={text[:60]}: {answer.status_code}, not 400"


@abstract_test("/req/filter/filter-crs-param")
def filter_crs(s):
    """Geometries of a filter are read in filter-crs, CRS84 without it."""
    to_grid = Transformer.from_crs("OGC:CRS84", "EPSG:27700")
    for collection in s.collections:
        for feature in s.whole(collection)[:3]:
            if not feature["geometry"]:
                continue
            point = shape(feature["geometry"]).representative_point()
            margin = 0.02 if feature["geometry"]["type"] == "Point" else 0
            here = point.buffer(margin, quad_segs=1) if margin else point
            plain = ids(s, collection, filter=f"S_INTERSECTS(geometry,{here.wkt})")
            if feature["id"] not in plain:
                yield f"{collection['id']}: {feature['id']} does not meet {here.wkt}"
            # PROJ without its grid may be metres off: a box of 10 m around the place.
            x, y = to_grid.transform(point.x, point.y)
            around = box(x - 10, y - 10, x + 10, y + 10).wkt
            there = ids(s, collection, filter=f"S_INTERSECTS(geometry,{around})",
                        filter_crs="http://www.opengis.net/def/crs/EPSG/0/27700")
            if feature["id"] not in there:
                yield f"{collection['id']}: {feature['id']} does not meet {around} on the grid"
        answer = s.get(s.items_url(collection), GEOJSON, filter="S_INTERSECTS(geometry,POINT(0 0))", filter_crs="nil")
        if answer.status_code != 400:
            yield f"{answer.url}: {answer.status_code}, not 400"


@abstract_test("/req/cql2/spatial-functions")
def spatial(s):
    """S_… functions against a box select what GEOS selects, but for a decimetre at its edge."""
    relations = {
        "S_INTERSECTS": lambda a, b: a.intersects(b),
        "S_WITHIN": lambda a, b: a.within(b),
        "S_DISJOINT": lambda a, b: a.disjoint(b),
        "S_CONTAINS": lambda a, b: a.contains(b),
        "S_OVERLAPS": lambda a, b: a.overlaps(b),
        "S_EQUALS": lambda a, b: a.equals(b),
    }
    for collection in s.collections:
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        third = (east - west) / 3, (north - south) / 3
        # As GEOS reads it from the text of the filter.
        middle = box(*(round(v, 6) for v in (west + third[0], south + third[1], east - third[0], north - third[1])))
        for name, relation in relations.items():
            got = ids(s, collection, filter=f"{name}(geometry,{middle.wkt})")
            for feature in s.whole(collection):
                geometry = shape(feature["geometry"])
                answers = {relation(geometry, middle.buffer(d, join_style="mitre")) for d in (-1e-6, 0, 1e-6)}
                if len(answers) == 1 and (feature["id"] in got) not in answers:
                    yield f"{collection['id']} {name}: {feature['id']} should be {answers.pop()}"


@abstract_test("/req/sorting/sortby")
def sortby(s):
    """sortby orders over all pages, up and down."""
    for collection in s.collections:
        texts, counts = kinds(s, collection)
        for name in texts[:1] + counts[:1]:
            for sign, backwards in (("", False), ("+", False), ("-", True)):
                page = s.features(collection, sortby=sign + name, limit=s.limit["maximum"])
                values = [f["properties"][name] for f in page["features"]]
                values = [v for v in values if v is not None]
                if values != sorted(values, reverse=backwards):
                    yield f"{collection['id']} sortby={sign}{name} is not in order"
        answer = s.get(s.items_url(collection), GEOJSON, sortby="no_such_property")
        if answer.status_code != 400:
            yield f"{answer.url}: {answer.status_code}, not 400"


@abstract_test("/req/property-selection/properties")
def properties(s):
    """properties= leaves only what it names."""
    for collection in s.collections:
        name = kinds(s, collection)[0][0]
        for feature in s.features(collection, properties=name)["features"]:
            if set(feature["properties"]) != {name}:
                yield f"{collection['id']}/{feature['id']}: {sorted(feature['properties'])}"
                break
        answer = s.get(s.items_url(collection), GEOJSON, properties="no_such_property")
        if answer.status_code != 400:
            yield f"{answer.url}: {answer.status_code}, not 400"
