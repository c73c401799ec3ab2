"""Polygons for `POST /v1/overlaps`, right and wrong."""

import json

from service import ask


def requests(facts):
    west, south, east, north = (int(value) for value in facts.bounds)
    x, y = (west + east) // 2, (south + north) // 2
    ring = lambda *corners: [[x + a, y + b] for a, b in corners]
    box = ring((0, 0), (3000, 0), (3000, 3000), (0, 3000), (0, 0))
    hole = ring((500, 500), (500, 900), (900, 900), (900, 500), (500, 500))
    lon, lat = facts.centre
    polygon = lambda *rings: {"type": "Polygon", "coordinates": list(rings)}
    on_grid = {"crs": "EPSG:27700"}
    shapes = {
        "box": polygon(box),
        "box with hole": polygon(box, hole),
        "open": polygon(box[:-1]),
        "bow tie": polygon(ring((0, 0), (900, 900), (900, 0), (0, 900), (0, 0))),
        "clockwise": polygon(box[::-1]),
        "flat": polygon(ring((0, 0), (900, 0), (0, 0), (0, 0))),
        "two positions": polygon(box[:2]),
        "hole outside": polygon(box, ring((9000, 0), (9100, 0), (9100, 100), (9000, 0))),
        "no ring": polygon(),
        "spike": polygon(ring((0, 0), (900, 0), (900, 900), (900, 1200), (900, 900), (0, 900), (0, 0))),
        "doubled": {"type": "MultiPolygon", "coordinates": [[box], [box]]},
        "far": polygon([[1e9, 1e9], [2e9, 1e9], [2e9, 2e9], [1e9, 1e9]]),
        "point": {"type": "Point", "coordinates": [x, y]},
        "feature": {"type": "Feature", "properties": {}, "geometry": polygon(box)},
        "collection": {"type": "FeatureCollection", "features": []},
        "null": {"type": "Polygon", "coordinates": [[[None, 1]]]},
        "tiny": polygon(ring((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))),
        "crs in body": {
            **polygon(box),
            "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},
        },
    }
    head = {"Content-Type": "application/geo+json"}
    for label, shape in shapes.items():
        yield ask("/v1/overlaps", on_grid, "POST", head, json.dumps(shape).encode(), label=label)
    body = json.dumps(shapes["box"]).encode()
    for query in [
        {"with": facts.other},
        {"with": ",".join(facts.areas)},
        {"with": "nil"},
        {"slivers": "include", "touches": "include"},
        {"date": "2014-05-01"},
        {"with": facts.points[0] if facts.points else "nil"},
    ]:
        yield ask("/v1/overlaps", {**on_grid, **query}, "POST", head, body)
    yield ask(
        "/v1/overlaps",
        {"crs": "CRS84"},
        "POST",
        head,
        json.dumps(shapes["crs in body"]).encode(),
        label="two CRS",
    )
    degrees = [[lon, lat], [lon + 0.05, lat], [lon + 0.05, lat + 0.03], [lon, lat]]
    yield ask(
        "/v1/overlaps",
        {"with": facts.other},
        "POST",
        head,
        json.dumps(polygon(degrees)).encode(),
        label="degrees",
    )
    yield ask("/v1/overlaps", on_grid, "POST", head, b"{", label="no JSON")
    yield ask("/v1/overlaps", on_grid, "POST", head, b"", label="empty")
    yield ask("/v1/overlaps", on_grid, "POST", {"Content-Type": "text/plain"}, body)
    yield ask("/v1/overlaps", on_grid, "POST", {**head, "Content-Encoding": "gzip"}, body)
    yield ask("/v1/overlaps", on_grid, "POST", {}, body, label="no type")
    many = polygon([[x + n / 10, y + (n % 7)] for n in range(50001)] + [[x, y]])
    yield ask("/v1/overlaps", on_grid, "POST", head, json.dumps(many).encode(), label="50,002 vertices")
    yield ask("/v1/overlaps", on_grid, "POST", head, b" " * (2 << 20 | 1), label="over 2 MB")
