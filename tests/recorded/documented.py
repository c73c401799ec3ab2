"""Requests made from the OpenAPI document: every operation, every parameter, right and wrong."""

import json
import math
from urllib.parse import quote, urlencode

from service import Request

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
METHODS = ["get", "post", "put", "delete", "patch"]


class Document:
    def __init__(self, document, facts):
        self.document, self.facts = document, facts
        lon, lat = facts.centre
        self.tile = tile_at(lon, lat, 11)

    def requests(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    shared = item.get("parameters", [])
                    yield from self.of_operation(path, method, item[method], shared)
            yield from self.of_path(path, item)

    def resolve(self, value):
        while "$ref" in value:
            found = self.document
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            value = found
        return value

    def of_operation(self, path, method, operation, shared):
        parameters = [self.resolve(one) for one in [*shared, *operation.get("parameters", [])]]
        query = [one for one in parameters if one["in"] == "query"]
        target = self.filled(path)
        base = {one["name"]: self.value(path, one) for one in query if one.get("required")}
        if path in ("/v1/lookup", "/v1/nearest") and method == "get":
            base = {"postcode": self.facts.postcode}
        if path.endswith("/items"):
            base = {"limit": 3}
        bodies = self.bodies(operation) if method == "post" else [({}, None)]

        def ask(params, headers=(), **more):
            address = target + ("?" + urlencode(params, quote_via=quote, safe=",:/") if params else "")
            head, body = bodies[0]
            merged = {**head, **dict(headers)}
            return Request(address, method.upper(), merged, body, **more)

        for head, body in bodies:
            yield Request(ask(base).target, method.upper(), head, body)
        for one in query:
            for value in self.values(path, one):
                yield ask({**base, one["name"]: value})
            yield ask({**base, one["name"]: "~!"})
            yield ask({**base, one["name"]: ""})
        if query:
            first = list(base.items()) or [(query[0]["name"], self.value(path, query[0]))]
            yield ask([*first, first[0]])
            for name, _ in base.items():
                yield ask(
                    {other: value for other, value in base.items() if other != name}, label=f"no {name}"
                )
        yield ask({**base, "nosuch": "1"})
        content = self.resolve(operation["responses"].get("200", {})).get("content", {})
        for accept in [*content, BROWSER, "image/png", "*/*;q=0.1", "application/json;q=0"]:
            yield ask(base, {"Accept": accept})
        if method == "get":
            yield ask(base, {"Accept-Encoding": "gzip"})
            yield ask(base, {"Accept-Encoding": "br"})
            yield ask(base, {"Origin": "https://example.org"})
            yield ask(base, conditional="If-None-Match")
            yield ask(base, {"If-None-Match": '"other"'})
            yield Request(ask(base).target, "HEAD")
            yield ask(
                base,
                {
                    "X-Forwarded-Host": "maps.example.org",
                    "X-Forwarded-Proto": "https",
                    "X-Forwarded-Prefix": "/lapwing",
                },
            )

    def of_path(self, path, item):
        target = self.filled(path)
        for method in METHODS:
            if method not in item:
                yield Request(target, method.upper(), {"Content-Type": "application/json"}, b"{}")
        yield Request(
            target, "OPTIONS", {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
        )
        yield Request(target + "/")
        if "{" in path:
            yield Request(self.filled(path, "nil"))
            yield Request(self.filled(path, "%FF"))

    def filled(self, path, instead=None):
        parts = []
        for part in path.split("/"):
            while "{" in part:
                start, end = part.index("{"), part.index("}")
                value = instead or quote(str(self.path_value(path, part[start + 1 : end])), safe=",:")
                part = part[:start] + value + part[end + 1 :]
            parts.append(part)
        return "/".join(parts)

    def path_value(self, path, name):
        facts = self.facts
        z, x, y = self.tile
        swapped = path.startswith("/collections") and "tile" in path.lower()
        values = {
            "layer": facts.layer,
            "code": facts.code,
            "from": facts.layer,
            "to": facts.other,
            "file": f"{facts.layer}.geojson",
            "layers": f"{facts.layer},{facts.other}",
            "tileset": f"{facts.layer},{facts.other}.json",
            "postcode": facts.postcode,
            "outcode": facts.postcode.split()[0],
            "area": facts.area_ids[0],
            "areas": ",".join(facts.area_ids[:2]),
            "srid": "27700",
            "point": "{:.0f},{:.0f}".format(*facts.positions[0]),
            "lon": round(facts.centre[0], 5),
            "lat": round(facts.centre[1], 5),
            "z": z,
            "x": x,
            "y": y,
            "tileMatrix": z,
            "tileRow": y,
            "tileCol": x,
            "method": "box",
            "question": "covers",
            "id": facts.codes[facts.layer][0],
        }
        if name == "kind":
            return "unknown-area" if path.startswith("/problems") else "gss"
        if name == "name":
            return "page.js"
        if name in values and not (swapped and name in ("x", "y")):
            return values[name]
        return self.example(path, name)

    def example(self, path, name):
        for method in METHODS:
            operation = self.document["paths"][path].get(method, {})
            for one in operation.get("parameters", []):
                one = self.resolve(one)
                if one["name"] == name and "example" in one:
                    return one["example"]
                if one["name"] == name and one.get("schema", {}).get("enum"):
                    return one["schema"]["enum"][0]
        return "nil"

    def value(self, path, one):
        return next(iter(self.values(path, one)), "1")

    def values(self, path, one):
        """Values for a parameter: the world's own where the example may be of another, and every
        word of an enumeration."""
        facts = self.facts
        lon, lat = facts.centre
        east, north = facts.positions[0]
        own = {
            "postcode": facts.postcode,
            "lon": lon,
            "lat": lat,
            "longitude": lon,
            "latitude": lat,
            "easting": east,
            "northing": north,
            "layers": f"{facts.layer},{facts.other}",
            "with": facts.other,
            "layer": facts.layer,
            "outcode": facts.postcode.split()[0],
            "bbox": ",".join(str(round(value, 3)) for value in facts.box),
            "code": facts.code,
            "name": facts.names[facts.layer][0],
        }
        name, schema = one["name"], self.resolve(one.get("schema", {}))
        if path.startswith("/v1/nearest") and name == "layer" and facts.points:
            own["layer"] = facts.points[0]
        items = self.resolve(schema.get("items", {}))
        words = schema.get("enum") or items.get("enum") or []
        if name in own:
            return [own[name]]
        example = one.get("example", schema.get("example", schema.get("default")))
        if isinstance(example, list):
            example = ",".join(map(str, example))
        if isinstance(example, bool):
            example = str(example).lower()
        values = [example] if example is not None else []
        values += [word for word in words if word not in values and word is not None]
        if schema.get("type") == "boolean":
            values += [word for word in ("true", "false") if word not in values]
        return values

    def bodies(self, operation):
        """The documented example of each body, or an empty one."""
        content = self.resolve(operation.get("requestBody", {})).get("content", {})
        found = []
        for media_type, described in content.items():
            example = described.get("example", self.resolve(described.get("schema", {})).get("example"))
            if media_type == "application/x-www-form-urlencoded":
                text = urlencode(example or {})
            elif isinstance(example, str):
                text = example
            else:
                text = json.dumps(example if example is not None else {})
            found.append(({"Content-Type": media_type}, text.encode()))
        return found or [({}, b"")]


def tile_at(lon, lat, zoom):
    """The tile of Web Mercator that holds a position."""
    size = 1 << zoom
    x = int((lon + 180) / 360 * size)
    angle = math.radians(lat)
    y = int((1 - math.log(math.tan(angle) + 1 / math.cos(angle)) / math.pi) / 2 * size)
    return zoom, x, y
