"""OGC API - Features Part 1, annex A: GeoJSON (and RFC 7946 behind it), HTML, OpenAPI 3.0."""

from html.parser import HTMLParser

from openapi_spec_validator import OpenAPIV30SpecValidator
from shapely.geometry import shape
from shapely.geometry.polygon import LinearRing

from items import some
from service import GEOJSON, HTML, JSON, links, media
from suite import Skip, abstract_test


@abstract_test("/conf/geojson/definition")
def geojson_definition(s):
    """Features come as application/geo+json, by Accept and by default for a plain client."""
    for collection in s.collections:
        items = f"/collections/{collection['id']}/items"
        addresses = [items] + [f"{items}/{feature['id']}" for feature in some(s, collection)]
        for address in addresses:
            for accept in (GEOJSON, "application/json, application/geo+json;q=0.9", None):
                response = s.get(address, accept)
                if response.status_code != 200 or media(response) not in (GEOJSON, JSON):
                    yield f"{address} for {accept}: {response.status_code} {media(response)}"
            if media(s.get(address, GEOJSON)) != GEOJSON:
                yield f"{address} is {media(s.get(address, GEOJSON))}"
            if s.get(address, "image/png").status_code != 406:
                yield f"{address} as image/png is not 406"


def rings(geometry):
    """The rings of a polygonal geometry, each with whether it is a shell."""
    polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
    for polygon in polygons.get(geometry["type"], []):
        for index, ring in enumerate(polygon):
            yield index == 0, ring


def numbers(coordinates):
    """Every number of a tree of coordinates."""
    if isinstance(coordinates, list):
        for part in coordinates:
            yield from numbers(part)
    else:
        yield coordinates


def geojson_faults(feature):
    """What RFC 7946 holds against a feature."""
    for member in ("type", "geometry", "properties"):
        if member not in feature:
            yield f"no {member}"
    if feature.get("type") != "Feature":
        yield f"type {feature.get('type')}"
    if not isinstance(feature.get("id"), (str, int)):
        yield f"id {feature.get('id')!r}"
    if "crs" in feature or "coordinates" in feature or "features" in feature:
        yield "a member that is not a feature's (section 7.1)"
    geometry = feature["geometry"]
    if geometry is None:
        return
    if "properties" in geometry or "crs" in geometry:
        yield "a member that is not a geometry's (section 7.1)"
    for number in numbers(geometry["coordinates"]):
        if len(repr(number).partition(".")[2]) > 9:
            yield f"{number} is finer than a millimetre (section 11.2)"
            break
    for shell, ring in rings(geometry):
        if len(ring) < 4 or ring[0] != ring[-1]:
            yield f"a ring of {len(ring)} positions, not closed (section 3.1.6)"
        elif LinearRing(ring).is_ccw != shell:
            yield f"a {'shell' if shell else 'hole'} wound wrongly (section 3.1.6)"
    if not shape(geometry).is_valid:
        yield "an invalid geometry"
    if "bbox" in feature:
        bounds = shape(geometry).bounds
        if any(abs(a - b) > 1e-9 for a, b in zip(feature["bbox"], bounds)):
            yield f"bbox {feature['bbox']}, bounds {bounds} (section 5)"


@abstract_test("/conf/geojson/content")
def geojson_content(s):
    """Every feature is GeoJSON by RFC 7946, and its rings valid by GEOS."""
    for collection in s.collections:
        for feature in s.whole(collection):
            for fault in geojson_faults(feature):
                yield f"{collection['id']}/{feature.get('id')}: {fault}"


def pages(s):
    """The addresses that must have a page."""
    yield from ("/", "/conformance", "/collections", "/api")
    for collection in s.collections:
        yield f"/collections/{collection['id']}"
        yield f"/collections/{collection['id']}/items"
        for feature in some(s, collection)[:1]:
            yield f"/collections/{collection['id']}/items/{feature['id']}"


@abstract_test("/conf/html/definition")
def html_definition(s):
    """Every operation answers in HTML, by Accept as a browser sends it and by f=html."""
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for address in pages(s):
        for response in (s.get(address, HTML), s.get(address, browser), s.get(address, f="html")):
            if response.status_code != 200 or media(response) != HTML:
                yield f"{response.url}: {response.status_code} {media(response)}"


class Page(HTMLParser):
    """The addresses and the texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.words = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.links |= {value for name, value in attributes if tag in ("a", "link") and name == "href"}

    def handle_data(self, data):
        self.words.append(data)


@abstract_test("/conf/html/content")
def html_content(s):
    """Pages have the content of the JSON: ids, titles and property values. Their links work."""
    for collection in s.collections:
        address = f"/collections/{collection['id']}"
        text = " ".join(Page(s.get(address, HTML).text).words)
        if collection["title"] not in text:
            yield f"{address} has no title {collection['title']!r}"
        for feature in some(s, collection):
            text = " ".join(Page(s.get(f"{address}/items/{feature['id']}", HTML).text).words)
            for name, value in feature["properties"].items():
                if isinstance(value, str) and value not in text:
                    yield f"{address}/items/{feature['id']} does not show {name} {value!r}"
    requested = set()
    for address in pages(s):
        response = s.get(address, HTML)
        for link in Page(response.text).links:
            link = link.split("#")[0]
            if link.startswith("/") and link not in requested:
                requested.add(link)
                if s.get(link).status_code not in (200, 304):
                    yield f"{address} has a dead link {link}: {s.get(link).status_code}"


@abstract_test("/conf/oas30/completeness")
def oas30_completeness(s):
    """Every address that the service links to is in the definition."""
    templates = [path.split("/") for path in s.api["paths"]]
    documents = [s.landing, s.json("/collections"), *s.collections]
    documents += [s.features(collection, limit=1) for collection in s.collections]
    for document in documents:
        for link in document["links"]:
            path = link["href"].removeprefix(s.base).split("?")[0]
            if not path.startswith("/"):
                continue
            parts = (path.rstrip("/") or "/").split("/")
            if not any(
                len(template) == len(parts)
                and all(t == p or "{" in t for t, p in zip(template, parts))
                for template in templates
            ):
                yield f"{path} is not in the definition"


@abstract_test("/conf/oas30/exceptions-codes")
def oas30_exceptions(s):
    """Every operation states the errors it may answer."""
    for path, operations in s.api["paths"].items():
        for method, operation in operations.items():
            if method in ("get", "post") and path.startswith(("/collections", "/v1", "/tiles")):
                if "400" not in operation["responses"] and "default" not in operation["responses"]:
                    yield f"{method} {path} states no 400"


@abstract_test("/conf/oas30/oas-definition-1")
def oas30_definition_1(s):
    """The definition comes as OpenAPI 3.0 in JSON and as HTML, each by its link."""
    found = [link["type"] for link in links(s.landing, "service-desc")]
    if not any("application/vnd.oai.openapi+json" in kind and "3.0" in kind for kind in found):
        yield f"service-desc is {found}"
    if not links(s.landing, "service-doc", HTML):
        yield "no service-doc in HTML"
    if not links(s.landing, "service-desc"):
        return
    response = s.get(links(s.landing, "service-desc")[0]["href"], "application/vnd.oai.openapi+json;version=3.0")
    if media(response) != "application/vnd.oai.openapi+json":
        yield f"/api is {response.headers.get('content-type')}"


@abstract_test("/conf/oas30/oas-definition-2")
def oas30_definition_2(s):
    """The definition conforms to OpenAPI 3.0."""
    if not s.api["openapi"].startswith("3.0."):
        yield f"openapi is {s.api['openapi']}"
    for fault in OpenAPIV30SpecValidator(s.api).iter_errors():
        yield fault.message[:300]


@abstract_test("/conf/oas30/oas-impl")
def oas30_impl(s):
    """Each GET performs as documented: its example parameters are answered with what it states.

    `fuzz.py` asks every operation with all parameters; this asks each once, plainly."""
    collection = s.collections[0]
    feature = s.whole(collection)[0]["id"]
    fill = {"layer": collection["id"], "collectionId": collection["id"], "code": feature, "featureId": feature}
    for path, operations in s.api["paths"].items():
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        if "get" not in operations or not path.startswith("/collections") or set(names) - set(fill):
            continue
        address = path
        for name in names:
            address = address.replace("{" + name + "}", fill[name])
        response = s.get(address)
        stated = operations["get"]["responses"]
        if str(response.status_code) not in stated:
            yield f"{address}: {response.status_code} is not stated"
        elif media(response) not in {k.split(";")[0] for k in stated[str(response.status_code)].get("content", {})}:
            yield f"{address}: {media(response)} is not stated"


@abstract_test("/conf/oas30/security")
def oas30_security(s):
    """Security requirements are enforced as stated: what states one answers nobody without
    credentials (or is not there, where the operator set none), and the data state none."""
    stated = [
        (method, path, operation)
        for path, operations in s.api["paths"].items()
        for method, operation in operations.items()
        if isinstance(operation, dict) and operation.get("security", s.api.get("security"))
    ]
    if not stated:
        raise Skip("the definition states no security requirement: the data are open")
    schemes = s.api["components"]["securitySchemes"]
    for method, path, operation in stated:
        if path.startswith(("/collections", "/conformance", "/tiles")) or path == "/":
            yield f"{method} {path}: the document does not declare the data as open"
        for requirement in operation["security"]:
            yield from (f"{path}: there is no scheme {name}" for name in requirement if name not in schemes)
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            status = s.session.request(method, s.base + path, headers=headers, timeout=30).status_code
            if status not in (401, 404) or str(status) not in operation["responses"]:
                yield f"{method} {path} with {headers or 'no credentials'}: {status}"
