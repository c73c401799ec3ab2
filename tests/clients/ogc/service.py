"""The service, explored through its links and its OpenAPI document."""

import re
from functools import cached_property, lru_cache
from urllib.parse import urljoin

import requests

GEOJSON = "application/geo+json"
JSON = "application/json"
HTML = "text/html"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
PART1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
PART2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
PART3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"

HYPHENED = {name.replace("-", "_"): name for name in ("bbox-crs", "filter-crs", "filter-lang")}


def media(response):
    """The media type without its parameters."""
    return response.headers.get("content-type", "").split(";")[0].strip()


def links(document, rel, media_type=None):
    """The links of a relation, perhaps of one media type only."""
    return [
        link
        for link in document.get("links", [])
        if link.get("rel") == rel
        and (media_type is None or link.get("type", "").split(";")[0] == media_type)
    ]


class Service:
    """A service at a base URL. Responses are cached, since the tests repeat their requests."""

    def __init__(self, base):
        self.base = base
        self.session = requests.Session()

    def get(self, url, accept=None, **params):
        """Asks; Python writes the names of `HYPHENED` with `_`."""
        params = tuple(sorted((HYPHENED.get(name, name), str(v)) for name, v in params.items()))
        return self._get(urljoin(f"{self.base}/", url.lstrip("/")), accept, params)

    @lru_cache(maxsize=20_000)
    def _get(self, url, accept, params):
        headers = {"accept": accept} if accept else {}
        return self.session.get(url, params=dict(params), headers=headers, timeout=120)

    def json(self, url, accept=JSON, **params):
        response = self.get(url, accept, **params)
        assert response.status_code == 200, f"{response.url}: {response.status_code} {response.text[:200]}"
        return response.json()

    def features(self, collection, **params):
        """One page of a collection as GeoJSON."""
        return self.json(self.items_url(collection), GEOJSON, **params)

    @cached_property
    def landing(self):
        return self.json("/")

    @cached_property
    def conforms_to(self):
        return self.json("/conformance")["conformsTo"]

    @cached_property
    def collections(self):
        return self.json("/collections")["collections"]

    @staticmethod
    def items_url(collection):
        found = links(collection, "items", GEOJSON) or links(collection, "items")
        assert found, f"{collection['id']} has no link to its items"
        return found[0]["href"]

    def whole(self, collection):
        """All features of a collection, by its pages."""
        return self._whole(collection["id"])

    @lru_cache(maxsize=100)
    def _whole(self, identifier):
        collection = next(c for c in self.collections if c["id"] == identifier)
        page = self.features(collection, limit=self.limit["maximum"])
        found = list(page["features"])
        while following := links(page, "next"):
            page = self.json(following[0]["href"], GEOJSON)
            found += page["features"]
        return found

    @cached_property
    def api(self):
        return self.json("/api")

    def resolve(self, value):
        """What a reference within the document points to."""
        while "$ref" in value:
            reference, value = value["$ref"], self.api
            for part in reference.removeprefix("#/").split("/"):
                value = value[part.replace("~1", "/").replace("~0", "~")]
        return value

    def path(self, pattern):
        """The documented path that a pattern matches, with its operations."""
        for path, operations in self.api["paths"].items():
            if re.fullmatch(pattern, path):
                return path, operations
        raise AssertionError(f"no path {pattern} in the API definition")

    def parameter(self, pattern, name):
        """A parameter of the GET at a path; none where it is not documented."""
        _, operations = self.path(pattern)
        both = operations.get("parameters", []) + operations["get"].get("parameters", [])
        for parameter in map(self.resolve, both):
            if parameter["name"] == name:
                return parameter | {"schema": self.resolve(parameter["schema"])}
        return None

    @cached_property
    def limit(self):
        return self.parameter(ITEMS, "limit")["schema"]


COLLECTION = r"/collections/[^/]+"
ITEMS = COLLECTION + "/items"
ITEM = ITEMS + r"/[^/]+"


def self_and_alternates(document, types, what):
    """Faults of the links to the document itself and to its other representations."""
    for link in document.get("links", []):
        if "rel" not in link or "type" not in link or "href" not in link:
            yield f"{what}: a link without rel, type or href: {link}"
    if not links(document, "self"):
        yield f"{what}: no link to itself"
    have = {link.get("type", "").split(";")[0] for link in links(document, "self")}
    have |= {link.get("type", "").split(";")[0] for link in links(document, "alternate")}
    for expected in types:
        if expected not in have:
            yield f"{what}: no link to it as {expected}"
