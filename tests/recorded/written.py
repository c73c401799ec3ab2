"""Requests written by hand to `/v1`, the pages and the service itself."""

from urllib.parse import quote

from documented import BROWSER
from facts import DAYS, FORMATS
from service import TOKEN, Request, ask


def requests(facts, document):
    yield from lookups(facts)
    yield from areas(facts)
    yield from tables(facts)
    yield from pages(facts, document)
    yield from service(facts)


def lookups(facts):
    lookup = "/v1/lookup"
    for postcode in facts.postcodes[:60]:
        yield ask(lookup, {"postcode": postcode})
    for postcode in facts.postcodes[:4]:
        for layers in [",".join(facts.areas), facts.layer, facts.vintage, f"{facts.layer},{facts.layer}"]:
            yield ask(lookup, {"postcode": postcode, "layers": layers})
        for day in DAYS:
            yield ask(lookup, {"postcode": postcode, "date": day})
            yield ask(lookup, {"postcode": postcode, "date": day, "layers": f"{facts.layer},{facts.vintage}"})
    for east, north in facts.positions[:40] + facts.vertices:
        yield ask(lookup, {"easting": east, "northing": north})
    for east, north in facts.vertices[:8]:
        yield ask(lookup, {"easting": east, "northing": north, "layers": ",".join(facts.areas)})
        yield ask(lookup, {"easting": east, "northing": north, "date": "2014-05-01"})
    for lon, lat in facts.degrees[:40]:
        yield ask(lookup, {"lon": lon, "lat": lat})
    for query in [
        "postcode=" + facts.postcode.replace(" ", "").lower(),
        "postcode=%20" + quote(facts.postcode) + "%20",
        "postcode=ZZ99%209ZZ",
        "postcode=ZZ99+3WZ",
        "postcode=nonsense",
        "postcode=",
        "postcode=SW1A1AA",
        "postcode=" + facts.postcode.split()[0],
        "postcode=%FF",
        "lon=12&lat=41",
        "lon=1",
        "lat=52",
        "lon=-0.9&lat=52.2&easting=1&northing=2",
        "lon=52.2&lat=-0.9",
        "lon=x&lat=1",
        "lon=NaN&lat=1",
        "lon=inf&lat=1",
        "lon=1e400&lat=1",
        "lon=-3.2&lat=55.95",
        "lon=-6&lat=54.6",
        "easting=0&northing=0",
        "easting=-50000&northing=100000",
        "easting=500&northing=500",
        "easting=1&northing=x",
        "easting=9e9&northing=9e9",
        "",
        "date=2024-05-01",
        "date=2024-02-30&postcode=x",
        "layers=nil&postcode=x",
        "layers=,&postcode=x",
    ]:
        yield Request(lookup + ("?" + query if query else ""))
    place = {"postcode": facts.postcode}
    for layers in ["nil", "wrd", "WARD", "", ",", *facts.points[:1], f"{facts.layer},nil"]:
        yield ask(lookup, {**place, "layers": layers})
    for day in ["today", "2024-13-01", "24-01-01", "2024-5-1", "9999-12-31", "0001-01-01"]:
        yield ask(lookup, {**place, "date": day})
    for name in ["by", "add", "flat", "layer", "Postcode", "callback"]:
        yield ask(lookup, {**place, name: "x"})
    lon, lat = facts.centre
    for layer in [*facts.points, facts.layer, "nil"]:
        for limit in [1, 7, 100, 0, 101]:
            yield ask("/v1/nearest", {**place, "layer": layer, "limit": limit})
    for query in [
        {"lon": lon, "lat": lat},
        {"easting": -50000, "northing": 100000},
        {"easting": 1, "northing": 1},
        {},
    ]:
        yield ask("/v1/nearest", query)
    names = [name for layer in facts.areas[:3] for name in facts.names[layer][:4]]
    words = names + [name[:3] for name in names] + [name.split()[-1].upper() for name in names]
    for word in [
        *words,
        facts.postcode[:3],
        facts.postcode[:5].lower(),
        facts.code,
        facts.code[:5].lower(),
        "st",
        "ô",
        "'",
        "%",
        "",
        " ",
        "zzzz",
        "a" * 201,
        "<b>",
    ]:
        yield ask("/v1/search", {"q": word})
    for layer in [*facts.areas, *facts.points, "nil", facts.vintage]:
        yield ask("/v1/search", {"q": "c", "layer": layer, "limit": 100})


def areas(facts):
    for layer in facts.areas:
        codes = facts.codes[layer]
        for code in [codes[0], codes[len(codes) // 2], codes[-1]]:
            yield ask(f"/v1/areas/{layer}/{code}")
            yield ask(f"/v1/areas/{layer}/{code}/overlaps")
            yield ask(f"/v1/areas/{layer}/{code}/overlaps", {"slivers": "include", "touches": "include"})
            yield ask(f"/v1/areas/{layer}/{code}/successors")
            yield ask(f"/v1/areas/{layer}/{code}/predecessors")
    area = f"/v1/areas/{facts.layer}/{facts.code}"
    for other in [*facts.areas, *facts.points, "nil", f"{facts.layer},{facts.other}"]:
        yield ask(f"{area}/overlaps", {"with": other})
    old = f"/v1/areas/{facts.vintage}/{facts.codes[facts.vintage][0]}"
    for day in DAYS:
        yield ask(area, {"date": day})
        yield ask(f"{area}/overlaps", {"with": facts.other, "date": day})
        yield ask(f"{area}/predecessors", {"date": day})
        yield ask(f"{old}/successors", {"date": day})
        yield ask(f"{old}/successors", {"to": day})
        yield ask(f"{area}/predecessors", {"from": day})
    for name in [facts.layer, facts.vintage, facts.other, "nil", ""]:
        yield ask(f"{old}/successors", {"to": name})
        yield ask(f"{old}/successors", {"to": name, "slivers": "include"})
        yield ask(f"{area}/predecessors", {"from": name})
    for path in [
        "ward/nil",
        "nil/nil",
        f"{facts.layer}/",
        f"{facts.layer}",
        f"{facts.layer}/{facts.code.lower()}",
        f"{facts.layer}/%FF",
        f"{facts.layer}/a%2Fb",
        f"{facts.layer}/{facts.code}/nil",
        *[f"{layer}/{facts.codes[layer][0]}" for layer in facts.points],
        *[f"{layer}/{facts.codes[layer][0]}/overlaps" for layer in facts.points],
    ]:
        yield ask(f"/v1/areas/{path}")


def tables(facts):
    for one in [facts.layer, facts.other, facts.vintage, "parish", "nil"]:
        for two in [facts.layer, facts.other, facts.vintage, *facts.points[:1]]:
            yield ask(f"/v1/overlaps/{one}/{two}", {"f": "csv"})
            yield ask(f"/v1/overlaps/{one}/{two}", {"f": "json", "slivers": "include", "touches": "include"})
    table = f"/v1/overlaps/{facts.layer}/{facts.other}"
    for format in FORMATS:
        yield ask(table, {"f": format})
    for accept in [
        "text/csv",
        "application/vnd.apache.parquet",
        BROWSER,
        "text/*;q=0.5, application/json;q=0.4",
    ]:
        yield ask(table, headers={"Accept": accept})
    for day in DAYS:
        yield ask(table, {"date": day, "f": "csv"})
    for query in [
        {},
        {"from": facts.vintage},
        {"to": facts.layer},
        {"from": facts.vintage, "to": facts.layer},
        {"from": facts.layer, "to": facts.vintage},
        {"from": "2014-01-01", "to": "2024-01-01"},
        {"from": "nil"},
        {"date": "2014-05-01"},
    ]:
        for format in ["json", "csv", "xml"]:
            yield ask(f"/v1/changes/{facts.layer}", {**query, "f": format})
    for layer in [*facts.areas, *facts.points[:1], "nil"]:
        yield ask(f"/v1/changes/{layer}")


def pages(facts, document):
    html = {"Accept": BROWSER}
    for path in [
        "/",
        "/map",
        "/api",
        "/conformance",
        "/collections",
        "/tiles",
        "/tileMatrixSets",
        "/v1/layers",
        "/health/ready",
        "/problems/unknown-area",
    ]:
        yield ask(path, headers=html)
        yield ask(path, {"f": "html"})
        yield ask(path, {"f": "json"})
        yield ask(path, {"f": "csv"})
    place = {"postcode": facts.postcode}
    for layer in facts.areas:
        yield ask(f"/v1/areas/{layer}/{facts.codes[layer][0]}", headers=html)
        yield ask(f"/collections/{layer}/items/{facts.codes[layer][0]}", headers=html)
    for query in [
        place,
        {"postcode": "x"},
        {"q": facts.postcode},
        {"lon": facts.centre[0], "lat": facts.centre[1]},
    ]:
        yield ask("/v1/lookup", query, headers=html)
    first = facts.names[facts.layer][0]
    for query in [
        {"q": facts.postcode},
        {"q": first},
        {"q": f"{facts.layer}/{facts.code}"},
        {"q": "<script>"},
        {"q": ""},
        {"embed": 1},
        {"q": "{},{}".format(*facts.centre)},
        {"q": "ZZ99 9ZZ"},
        {"layer": facts.layer},
        {"nosuch": 1},
    ]:
        yield ask("/map", query)
    kinds = (
        document["components"]["schemas"]
        .get("Problem", {})
        .get("properties", {})
        .get("type", {})
        .get("enum", [])
    )
    for path in kinds:
        yield ask(path)
    for path in [
        "/map/licences",
        "/map/assets/page.js",
        "/map/assets/..%2Fx",
        "/maps",
        "/nil",
        "/v1",
        "/v1/",
        "//",
        "/problems",
        "/problems/nil",
        "/robots.txt",
        "/favicon.ico",
        "/api.json",
        "/openapi.json",
        "/docs",
        "/static/style.css",
        "/%00",
        "/index.html",
    ]:
        yield ask(path)


def service(facts):
    for path in ["/health", "/health/live", "/health/ready"]:
        for method in ["GET", "HEAD", "POST"]:
            yield ask(path, method=method)
    yield ask("/metrics")
    yield ask("/metrics", headers={"Accept": "application/openmetrics-text"})
    yield ask("/metrics", {"x": 1})
    for headers in [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic x"},
        {"Authorization": f"Bearer {TOKEN}"},
        {"Authorization": f"bearer  {TOKEN} "},
    ]:
        yield ask("/admin/reload", method="POST", headers=headers, body=b"")
    yield ask("/admin/reload", headers={"Authorization": f"Bearer {TOKEN}"})
    yield ask("/admin", headers={"Authorization": f"Bearer {TOKEN}"})
    yield ask("/health/ready", label="after a reload")
    yield ask("/v1/lookup", {"postcode": facts.postcode, "layers": "x" * 9000})
    for request_id in ["mine-1", "two words", "x" * 200, ""]:
        yield ask("/health/live", headers={"X-Request-Id": request_id})
        yield ask("/v1/nil", headers={"X-Request-Id": request_id})
    lookup = f"/v1/lookup?postcode={quote(facts.postcode)}"
    for headers in [
        {"Accept-Encoding": "gzip, br"},
        {"Accept-Encoding": "gzip;q=0, br;q=0.5"},
        {"Accept-Encoding": "identity"},
        {"Accept-Encoding": "zstd"},
        {"If-None-Match": "*"},
        {"If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT"},
        {"Origin": "null"},
        {"Accept": "nonsense"},
        {"Accept": "application/json, text/html"},
        {"Accept": "text/html;q=0.1, application/json;q=0.2"},
        {"X-Forwarded-Host": "a b"},
        {"X-Forwarded-Prefix": "//x"},
        {"Host": "other.test:8080"},
    ]:
        yield Request(lookup, headers=headers)
        yield Request("/", headers=headers)


def raw(facts):
    """Requests as bytes: what no client library sends."""
    path = f"/v1/lookup?postcode={quote(facts.postcode)}".encode()
    head = b"Host: lapwing.test\r\nConnection: close\r\n"
    body = f"postcode\n{facts.postcode}\n".encode()
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return {
        "HTTP/1.0": b"GET " + path + b" HTTP/1.0\r\n\r\n",
        "no Host": b"GET " + path + b" HTTP/1.1\r\nConnection: close\r\n\r\n",
        "two at once": b"GET /health/live HTTP/1.1\r\nHost: lapwing.test\r\n\r\nGET "
        + path
        + b" HTTP/1.1\r\n"
        + head
        + b"\r\n",
        "no HTTP": b"nonsense\r\n\r\n",
        "absolute address": b"GET http://lapwing.test" + path + b" HTTP/1.1\r\n" + head + b"\r\n",
        "chunked body": b"POST /v1/lookup HTTP/1.1\r\n"
        + head
        + b"Content-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"
        + chunks,
        "expect": b"POST /v1/lookup HTTP/1.1\r\n"
        + head
        + b"Content-Type: text/csv\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n%s"
        % (len(body), body),
        "two Accept": b"GET /v1/overlaps/"
        + facts.layer.encode()
        + b"/"
        + facts.other.encode()
        + b" HTTP/1.1\r\n"
        + head
        + b"Accept: text/html\r\nAccept: text/csv;q=0.5\r\n\r\n",
        "space in the address": b"GET /v1/search?q=a b HTTP/1.1\r\n" + head + b"\r\n",
        "long header": b"GET /health/live HTTP/1.1\r\n" + head + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n",
    }
