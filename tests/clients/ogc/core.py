"""OGC API - Features Part 1 (17-069r4), annex A: HTTP, landing page, conformance, collections."""

from openapi_spec_validator import OpenAPIV30SpecValidator
from shapely.geometry import box, shape

from service import (
    COLLECTION, CRS84, GEOJSON, HTML, JSON, PART1, links, media, self_and_alternates,
)
from suite import abstract_test


@abstract_test("/conf/core/http")
def http(s):
    """The service speaks HTTP 1.1."""
    for path in ("/", "/conformance", "/collections", "/api"):
        response = s.get(path)
        if response.raw.version != 11:
            yield f"{path}: HTTP version {response.raw.version}"
        if s.session.head(s.base + path, timeout=30).status_code != 200:
            yield f"{path}: HEAD is not answered as GET is"
    if s.session.delete(f"{s.base}/collections", timeout=30).status_code != 405:
        yield "DELETE /collections is not 405"


@abstract_test("/conf/core/crs84")
def crs84(s):
    """Without crs, coordinates are degrees of CRS84 inside the stated extent."""
    for collection in s.collections:
        extent = box(*collection["extent"]["spatial"]["bbox"][0]).buffer(1e-6)
        if collection["extent"]["spatial"].get("crs", CRS84) != CRS84:
            yield f"{collection['id']}: the extent is not in CRS84"
        for feature in s.whole(collection):
            if feature["geometry"] and not extent.contains(shape(feature["geometry"])):
                yield f"{collection['id']}/{feature['id']} lies outside the collection's extent"


@abstract_test("/conf/core/root-op")
def root_op(s):
    """The landing page can be retrieved."""
    if s.get("/").status_code != 200:
        yield "GET / is not 200"


@abstract_test("/conf/core/root-success")
def root_success(s):
    """The landing page links to the API definition, the conformance declaration and the data."""
    for rels in (["service-desc", "service-doc"], ["conformance"], ["data"]):
        found = [link for rel in rels for link in links(s.landing, rel)]
        if not found:
            yield f"no link {' or '.join(rels)}"
        for link in found:
            if s.get(link["href"], link.get("type")).status_code != 200:
                yield f"the link {link} is dead"
    yield from self_and_alternates(s.landing, [JSON, HTML], "/")
    if media(s.get("/", HTML)) != HTML:
        yield "no landing page in HTML"


@abstract_test("/conf/core/api-definition-op")
def api_definition_op(s):
    """The API definition can be retrieved as every type its links name."""
    for rel in ("service-desc", "service-doc"):
        for link in links(s.landing, rel):
            response = s.get(link["href"], link["type"])
            if response.status_code != 200:
                yield f"{link['href']} as {link['type']}: {response.status_code}"
            elif media(response) != link["type"].split(";")[0]:
                yield f"{link['href']} is {media(response)}, its link says {link['type']}"


@abstract_test("/conf/core/api-definition-success")
def api_definition_success(s):
    """The API definition is valid OpenAPI 3.0."""
    for fault in OpenAPIV30SpecValidator(s.api).iter_errors():
        yield fault.message[:300]


@abstract_test("/conf/core/conformance-op")
def conformance_op(s):
    """The conformance declaration can be retrieved, and by its link."""
    if s.get("/conformance", JSON).status_code != 200:
        yield "GET /conformance is not 200"


@abstract_test("/conf/core/conformance-success")
def conformance_success(s):
    """The declaration names the classes of Part 1 that the service has."""
    for name in ("core", "geojson", "html", "oas30"):
        if PART1 + name not in s.conforms_to:
            yield f"{PART1}{name} is not declared"
    if len(set(s.conforms_to)) != len(s.conforms_to):
        yield "a class is declared twice"


@abstract_test("/conf/core/fc-md-op")
def fc_md_op(s):
    """The collections can be retrieved."""
    if s.get("/collections", JSON).status_code != 200:
        yield "GET /collections is not 200"


@abstract_test("/conf/core/fc-md-success")
def fc_md_success(s):
    """The document has links and collections, and CRS84 comes first wherever CRSs are listed."""
    document = s.json("/collections")
    for member in ("links", "collections"):
        if not document.get(member):
            yield f"no {member}"
    for owner in [document, *s.collections]:
        if "crs" in owner and owner["crs"][0] not in (CRS84, "#/crs"):
            yield f"CRS84 is not the first of {owner['crs']}"


@abstract_test("/conf/core/fc-md-links")
def fc_md_links(s):
    """The collections link to themselves in every format, with rel and type."""
    yield from self_and_alternates(s.json("/collections"), [JSON, HTML], "/collections")


@abstract_test("/conf/core/fc-md-items")
def fc_md_items(s):
    """Every layer of the service is a collection."""
    layers = {layer["id"] for layer in s.json("/v1/layers")["layers"]}
    collections = [collection["id"] for collection in s.collections]
    if layers != set(collections) or len(collections) != len(layers):
        yield f"layers {sorted(layers)}, collections {collections}"


@abstract_test("/conf/core/fc-md-items-links")
def fc_md_items_links(s):
    """Each collection links to its items as GeoJSON and as HTML."""
    for collection in s.collections:
        for kind in (GEOJSON, HTML):
            found = links(collection, "items", kind)
            if not found:
                yield f"{collection['id']}: no link to its items as {kind}"
            for link in found:
                response = s.get(link["href"], limit=1)
                if media(response) != kind:
                    yield f"{link['href']} is {media(response)}, not {kind}"


@abstract_test("/conf/core/fc-md-extent")
def fc_md_extent(s):
    """Extents have four numbers in order, and intervals two ends in order."""
    for collection in s.collections:
        name, extent = collection["id"], collection["extent"]
        west, south, east, north = extent["spatial"]["bbox"][0]
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            yield f"{name}: {extent['spatial']['bbox']}"
        for begin, end in extent.get("temporal", {}).get("interval", []):
            if begin is not None and end is not None and begin > end:
                yield f"{name}: from {begin} to {end}"


@abstract_test("/conf/core/sfc-md-op")
def sfc_md_op(s):
    """Each collection can be retrieved; one that is not there is 404."""
    for collection in s.collections:
        if s.get(f"/collections/{collection['id']}", JSON).status_code != 200:
            yield f"/collections/{collection['id']} is not 200"
    if s.get("/collections/no_such_layer", JSON).status_code != 404:
        yield "/collections/no_such_layer is not 404"


@abstract_test("/conf/core/sfc-md-success")
def sfc_md_success(s):
    """A collection by itself says what the list says of it."""
    s.path(COLLECTION)
    for listed in s.collections:
        path = f"/collections/{listed['id']}"
        alone = s.json(path)
        for member in ("id", "title", "description", "extent", "itemType", "crs", "storageCrs"):
            # The list may say "#/crs" where the collection by itself must spell it out.
            same = alone.get(member) == listed.get(member) or listed.get(member) == ["#/crs"]
            if not same:
                yield f"{path}: {member} is {alone.get(member)}, in the list {listed.get(member)}"
        yield from self_and_alternates(alone, [JSON, HTML], path)
        if not links(alone, "items", GEOJSON):
            yield f"{path}: no link to its items"
        if not [link for link in alone["links"] if link["rel"] == "license"]:
            yield f"{path}: no link to a licence"
