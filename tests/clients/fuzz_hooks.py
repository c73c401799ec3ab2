"""What schemathesis cannot know of the service from an OpenAPI 3.0 document."""

import json
import re

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    if isinstance(value, bytes):
        return value
    rows = value if isinstance(value, list) else [value]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@schemathesis.deserializer("application/x-ndjson")
def from_lines(ctx, response):
    """The first line: each is of the schema, as Rust's tests hold."""
    return json.loads(response.content.splitlines()[0])


# Right by the schema and still refused, because OpenAPI 3.0 has no word for the rule. The rest of
# what is refused is a fault of the document.
RULES = {
    # One place: a postcode, or lon and lat, or easting and northing.
    "conflicting-parameters",
    "missing-parameter",
    # Postcodes have a grammar of their own.
    "invalid-postcode",
    # Eastings and northings of the grid; degrees within it.
    "outside-britain",
    # Rings must close and not cross.
    "invalid-geometry",
    # A layer of points where areas are asked for.
    "wrong-layer-kind",
    "not-in-force",
    "unknown-layer",
}


# Parameters with a grammar of their own, which is more than a pattern, and those that name the
# attributes or the vintages of the layer asked.
GRAMMARS = {"bbox", "datetime", "filter", "from", "properties", "sortby", "to"}


def may_be_refused(case, response):
    """Whether a request that is right by the schema is refused for one of those reasons."""
    try:
        problem = response.json()
        kind = problem["type"].rsplit("/", 1)[-1]
    except (ValueError, KeyError):
        return False
    if kind in RULES:
        return True
    if kind == "invalid-parameter":
        return problem.get("parameter") in GRAMMARS
    # Any text is CSV; OpenAPI has no word for its columns.
    return (kind, case.media_type) == ("invalid-body", "text/csv")


def has_wrong_line(failure, case, response):
    """Whether what is wrong is a line of many, which has a status of its own and stops no other."""
    is_of_lines = case.media_type == "application/x-ndjson" and "in body" in failure.message
    if not is_of_lines or response.status_code != 200:
        return False
    return any(json.loads(line)["status"] == "invalid" for line in response.content.splitlines())


# The members by which a line says where. What other ways than the one chosen by `by` say is passed
# over, whatever it is; OpenAPI has no word for a body that depends on a parameter.
WAYS = {"postcode": {"postcode"}, "lonlat": {"lon", "lat"}, "bng": {"easting", "northing"}}


def is_passed_over(failure, case):
    chosen = WAYS.get((case.query or {}).get("by"))
    wrong = re.search(r"in body - (\w+): ", failure.message)
    if not chosen or not wrong or case.media_type != "application/x-ndjson":
        return False
    return wrong[1] in set().union(*WAYS.values()) - chosen


# A greater limit is taken as the maximum, as the standard wants (OGC 17-069r4, /req/core/
# fc-limit-response-1), so it is wrong by the schema and answered.
BEYOND = "parameter `limit` in query - limit: Value greater than maximum"


# They read leniently what their originals read leniently, and refuse in words of their own.
LENIENT = ("/mapit/", "/postcodes-io/")


@schemathesis.hook
def filter_failure(context, failure, case, response):
    name = type(failure).__name__
    if case.path.startswith(LENIENT) and name in ("RejectedPositiveData", "AcceptedNegativeData"):
        return False
    if name == "RejectedPositiveData":
        return not may_be_refused(case, response)
    if name == "AcceptedNegativeData" and (
        has_wrong_line(failure, case, response) or is_passed_over(failure, case)
    ):
        return False
    if name == "AcceptedNegativeData":
        # That credentials are wanted first is a refusal too.
        return response.status_code != 401 and BEYOND not in failure.message
    return True
