"""Requests written by hand to `/collections`, `/downloads` and `/tiles`."""

import json

from documented import BROWSER, tile_at
from facts import DAYS, FORMATS
from service import ask

CRS = "http://www.opengis.net/def/crs"
GRID = f"{CRS}/EPSG/0/27700"
PLAIN_CRS = [GRID, f"{CRS}/EPSG/0/4326", f"{CRS}/OGC/1.3/CRS84", f"{CRS}/EPSG/0/3857", "EPSG:27700", "x"]


def requests(facts):
    yield from features(facts)
    yield from filters(facts)
    yield from files(facts)
    yield from tiles(facts)


def features(facts):
    west, south, east, north = facts.box
    middle = f"{(west + east) / 2:.4f},{(south + north) / 2:.4f}"
    corner = f"{west:.4f},{south:.4f},{middle}"
    grid = ",".join(str(round(value)) for value in facts.bounds)
    for layer in [*facts.areas, *facts.points]:
        path = f"/collections/{layer}"
        for sub in ["", "/queryables", "/schema", "/tiles", "/items"]:
            yield ask(path + sub, {"limit": 3} if sub == "/items" else ())
            yield ask(path + sub, {"f": "html"})
        yield ask(f"{path}/items/{facts.codes[layer][0]}")
        yield ask(f"{path}/items/{facts.codes[layer][-1]}", {"f": "html"})
        for format in FORMATS:
            yield ask(f"{path}/items", {"limit": 20, "offset": 1, "f": format})
    items = f"/collections/{facts.layer}/items"
    for format in FORMATS[:7]:
        for crs in PLAIN_CRS:
            yield ask(items, {"limit": 2, "f": format, "crs": crs})
    for accept in [
        "application/geo+json",
        "text/csv",
        "application/flatgeobuf",
        "application/geopackage+sqlite3",
        "application/vnd.apache.parquet",
        "image/png",
        BROWSER,
    ]:
        yield ask(items, {"limit": 2}, headers={"Accept": accept})
    for query in [
        {"bbox": corner},
        {"bbox": grid, "bbox-crs": GRID},
        {"bbox": "1,2,3"},
        {"bbox": "3,2,1,0"},
        {"bbox": "a,b,c,d"},
        {"bbox": f"{west},{south},0,{east},{north},9"},
        {"bbox-crs": GRID},
        {"bbox": corner, "bbox-crs": "x"},
        {"datetime": "2022-01-01"},
        {"datetime": "1999-01-01"},
        {"datetime": "2014-01-01/.."},
        {"datetime": "../2014-01-01"},
        {"datetime": "2014-01-01T00:00:00Z/2022-01-01T00:00:00Z"},
        {"datetime": "x"},
        {"datetime": "2022-01-01/2014-01-01"},
        {"limit": 0},
        {"limit": 1},
        {"limit": 10001},
        {"limit": "x"},
        {"limit": 5, "offset": 5},
        {"offset": 99999},
        {"offset": -1},
        {"sortby": "name"},
        {"sortby": "-name,code"},
        {"sortby": "+code"},
        {"sortby": "nmae"},
        {"sortby": ""},
        {"properties": "name"},
        {"properties": "code,name"},
        {"properties": "nmae"},
        {"simplify": 100},
        {"simplify": 120},
        {"simplify": -1},
        {"simplify": "inf"},
        {"name": facts.names[facts.layer][0]},
        {"name": '"><script>'},
        {"code": facts.code},
        {"code": "nil"},
        {"colour": "red"},
        {"f": "GeoJSON"},
        {"f": ""},
    ]:
        yield ask(items, query if "limit" in query else {"limit": 4, **query})
        if not {"offset", "f", "colour"} & set(query):
            yield ask(items, {"limit": 4, **query, "f": "html"})
    item = f"{items}/{facts.code}"
    for query in [
        {"crs": GRID},
        {"properties": "name"},
        {"simplify": 50},
        {"f": "html"},
        {"f": "csv"},
        {"bbox": corner},
        {"crs": "x"},
    ]:
        yield ask(item, query)
    for path in [
        "nil",
        "nil/items",
        "nil/queryables",
        "nil/tiles",
        f"{facts.layer}/items/nil",
        f"{facts.layer}/nil",
        "",
    ]:
        yield ask(f"/collections/{path}")


def filters(facts):
    items = f"/collections/{facts.layer}/items"
    lon, lat = facts.centre
    name = facts.names[facts.layer][0].replace("'", "''")
    west, south, east, north = facts.box
    box = f"POLYGON(({west} {south},{lon} {south},{lon} {lat},{west} {lat},{west} {south}))"
    for text in [
        f"name = '{name}'",
        f"name <> '{name}'",
        "name LIKE 'C%'",
        "name NOT LIKE '%e%'",
        "CASEI(name) LIKE CASEI('c%')",
        f"code IN ('{facts.code}', 'x')",
        f"code BETWEEN 'A' AND '{facts.code}'",
        "name IS NULL",
        "name IS NOT NULL",
        "area_m2 > 5000000",
        "area_m2 / 2 < 1e7 + 3",
        "NOT (area_m2 > 5000000) AND name < 'M' OR name > 'T'",
        f"S_INTERSECTS(geometry, POINT({lon} {lat}))",
        f"S_WITHIN(geometry, {box})",
        f"S_DISJOINT(geometry, {box})",
        f"S_INTERSECTS(geometry, BBOX({west}, {south}, {lon}, {lat}))",
        f"S_TOUCHES(geometry, {box})",
        f"S_OVERLAPS(geometry, {box})",
        f"S_CROSSES(geometry, LINESTRING({west} {south},{east} {north}))",
        "T_AFTER(valid_from, DATE('2000-01-01'))",
        f"{facts.other} = '{facts.codes[facts.other][0]}'",
        "true",
        "false",
        "",
        "name",
        "name =",
        "name = 5",
        "nmae = 'a'",
        "Foo(name) = 1",
        "name = 'a",
        "((((((((((true))))))))))",
        "1 = 1",
        "name = 'a' AND",
        "S_INTERSECTS(geometry, POINT(1))",
        "AVG(area_m2) > 1",
    ]:
        yield ask(items, {"limit": 5, "properties": "name", "simplify": 500, "filter": text})
    point = {"type": "Point", "coordinates": [lon, lat]}
    for tree in [
        {"op": "=", "args": [{"property": "name"}, facts.names[facts.layer][0]]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, point]},
        {"op": "and", "args": [{"op": "like", "args": [{"property": "name"}, "C%"]}, True]},
        {"op": "nil", "args": []},
        {},
        [],
        True,
        1,
        {"op": "in", "args": [{"property": "code"}, [facts.code]]},
        {"op": "between", "args": [{"property": "area_m2"}, 1, 1e9]},
    ]:
        yield ask(
            items, {"limit": 5, "properties": "name", "filter-lang": "cql2-json", "filter": json.dumps(tree)}
        )
    east, north = facts.positions[0]
    for query in [
        {"filter": f"S_INTERSECTS(geometry, POINT({east} {north}))", "filter-crs": GRID},
        {"filter": "true", "filter-crs": "EPSG:1"},
        {"filter": "true", "filter-lang": "sql"},
        {"filter-lang": "cql2-text"},
        {"filter-crs": GRID},
        {"filter": "{", "filter-lang": "cql2-json"},
        {"filter": "true", "f": "csv"},
        {"filter": "false", "f": "fgb"},
        {"filter": "false", "f": "gpkg"},
        {"filter": "false", "f": "parquet"},
        {"filter": "name = '<b>'", "f": "html"},
    ]:
        yield ask(items, {"limit": 5, **query})


def files(facts):
    for layer in [*facts.areas, *facts.points]:
        for format in ["geojson", "csv", "fgb", "gpkg", "shp.zip", "parquet"]:
            yield ask(f"/downloads/{layer}.{format}")
    file = f"/downloads/{facts.layer}"
    for format in ["geojson", "csv", "fgb", "gpkg", "shp.zip", "parquet"]:
        for crs in PLAIN_CRS:
            yield ask(f"{file}.{format}", {"crs": crs})
        for accept in ["gzip", "br"]:
            yield ask(f"{file}.{format}", headers={"Accept-Encoding": accept})
        yield ask(f"{file}.{format}", method="HEAD")
        yield ask(f"{file}.{format}", conditional="If-None-Match")
        yield ask(f"{file}.{format}", headers={"Range": "bytes=0-99"}, conditional="If-Range")
    for ranges in [
        "bytes=0-0",
        "bytes=0-99",
        "bytes=100-199",
        "bytes=-50",
        "bytes=99999999-",
        "bytes=5-2",
        "bytes=0-1,5-9",
        "lines=0-1",
        "bytes=",
        "bytes=a-b",
        "bytes=10-",
    ]:
        yield ask(f"{file}.geojson", headers={"Range": ranges})
        yield ask(f"{file}.fgb", headers={"Range": ranges}, label="fgb")
    yield ask(f"{file}.geojson", headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    yield ask(f"{file}.geojson", headers={"Range": "bytes=0-9"}, method="HEAD")
    yield ask(f"{file}.geojson", headers={"Range": "bytes=0-9", "Accept-Encoding": "gzip"})
    for path in [
        "nil.gpkg",
        "ward",
        "ward.GPKG",
        "ward.nil",
        "ward.shp",
        "ward.shp.zip",
        ".csv",
        "ward.csv.gz",
        "",
    ]:
        yield ask(f"/downloads/{path}")


def tiles(facts):
    lon, lat = facts.centre
    both = f"{facts.layer},{facts.other}"
    for zoom in range(0, 16):
        z, x, y = tile_at(lon, lat, zoom)
        yield ask(f"/tiles/{both}/{z}/{x}/{y}")
        yield ask(f"/collections/{facts.layer}/tiles/WebMercatorQuad/{z}/{y}/{x}")
        yield ask(f"/tiles/WebMercatorQuad/{z}/{y}/{x}")
    for layer in [*facts.areas, *facts.points]:
        z, x, y = tile_at(lon, lat, 10)
        yield ask(f"/tiles/{layer}/{z}/{x}/{y}.pbf")
        yield ask(f"/tiles/{layer}.json")
        yield ask(f"/collections/{layer}/tiles/WebMercatorQuad")
    z, x, y = tile_at(lon, lat, 11)
    tile = f"/tiles/{both}/{z}/{x}/{y}"
    for suffix in ["", ".mvt", ".pbf", ".png"]:
        yield ask(tile + suffix)
    for headers in [
        {"Accept-Encoding": "gzip"},
        {"Accept-Encoding": "br"},
        {"Accept": "image/png"},
        {"Range": "bytes=0-9"},
    ]:
        yield ask(tile, headers=headers)
    yield ask(tile, conditional="If-None-Match")
    yield ask(tile, method="HEAD")
    yield ask(tile, {"v": "0123456789abcdef"})
    yield ask(tile, {"x": "1"})
    for day in DAYS:
        yield ask(tile, {"date": day})
        yield ask(f"/tiles/{both}.json", {"date": day})
        yield ask(tile, {"date": day, "v": "0"})
    for path in [
        "nil.json",
        "ward",
        "ward.html",
        "ward,nil.json",
        "ward/1/x/0",
        "ward/11/99999/0",
        "ward/15/0/0",
        "ward/0/0/1",
        "nil/0/0/0",
        "ward/-1/0/0",
        ",/0/0/0",
        "ward,ward/0/0/0",
        "WorldCRS84Quad",
        "WebMercatorQuad",
        "WebMercatorQuad/1/2/0",
    ]:
        yield ask(f"/tiles/{path}")
    for path in [
        "/tiles",
        "/tileMatrixSets",
        "/tileMatrixSets/WebMercatorQuad",
        "/tileMatrixSets/nil",
        "/tiles/",
    ]:
        yield ask(path)
        yield ask(path, {"f": "html"})
    yield ask(f"/collections/{facts.layer}/tiles/WorldCRS84Quad")
    yield ask(f"/collections/{facts.layer}/tiles/WebMercatorQuad/11/0/0")
    yield ask(
        f"/tiles/{both}.json", headers={"X-Forwarded-Host": "maps.example.org", "X-Forwarded-Proto": "https"}
    )
