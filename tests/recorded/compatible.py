"""Requests written by hand to `/mapit` and `/postcodes-io`."""

import json
from urllib.parse import quote, urlencode

from service import ask


def requests(facts):
    yield from mapit(facts)
    yield from postcodes_io(facts)


def mapit(facts):
    code = quote(facts.postcode)
    one, ids = facts.area_ids[0], ",".join(facts.area_ids[:3])
    for postcode in facts.postcodes[:12]:
        yield ask(f"/mapit/postcode/{quote(postcode)}")
    for area in facts.area_ids:
        yield ask(f"/mapit/area/{area}")
    for suffix in ["", ".json", ".geojson", ".kml", ".wkt", ".html", ".xml", "/"]:
        yield ask(f"/mapit/area/{one}{suffix}")
        yield ask(f"/mapit/area/27700/{one}{suffix}")
        yield ask(f"/mapit/area/4326/{one}{suffix}", {"simplify_tolerance": 0.001})
        yield ask(f"/mapit/areas/{ids}{suffix}")
        yield ask(f"/mapit/areas/WRD{suffix}" if suffix in ("", ".json") else f"/mapit/areas/LAP{suffix}")
        yield ask(f"/mapit/postcode/{code}{suffix}")
    for question in [
        "children",
        "touches",
        "overlaps",
        "covers",
        "covered",
        "coverlaps",
        "intersects",
        "geometry",
        "example_postcode",
        "nil",
    ]:
        for suffix in ["", ".json", ".geojson", ".kml"]:
            yield ask(f"/mapit/area/{one}/{question}{suffix}")
        yield ask(f"/mapit/area/{one}/{question}", {"type": "LAP"})
    east, north = facts.positions[0]
    lon, lat = facts.centre
    for point in [
        f"27700/{east},{north}",
        f"4326/{lon},{lat}",
        f"84/{lon},{lat}",
        f"latlon/{lat},{lon}",
        f"osgb/{east},{north}",
        "4326/0,0",
        "27700/x,y",
        "nil/1,2",
        f"4326/{lon},{lat}.json",
        f"27700/{east},{north}.html",
    ]:
        for more in ["", "/box", "/polygon", "/circle"]:
            yield ask(f"/mapit/point/{point}{more}")
        yield ask(f"/mapit/nearest/{point}")
    for query in [
        {"type": "LAP"},
        {"type": "WRD,LAP"},
        {"type": "ZZZ"},
        {"country": "E"},
        {"country": "S"},
        {"generation": 1},
        {"generation": 0},
        {"generation": 99},
        {"generation": "x"},
        {"min_generation": 1},
        {"min_generation": -1},
        {"callback": "foo"},
        {"callback": "a b"},
        {"nosuch": 1},
        {"simplify_tolerance": 0.01},
        {"simplify_tolerance": "x"},
    ]:
        yield ask(f"/mapit/postcode/{code}", query)
        yield ask(f"/mapit/area/{one}", query)
        yield ask(f"/mapit/area/{one}.geojson", query)
        yield ask("/mapit/areas/LAP", query)
        yield ask(f"/mapit/point/27700/{east},{north}", query)
    for path in [
        "",
        "/",
        "/postcode/x",
        "/postcode/ZZ999ZZ",
        f"/postcode/partial/{facts.postcode.split()[0]}",
        "/postcode/partial/ZZ99",
        "/area/1",
        "/area/x",
        f"/area/{facts.code}",
        f"/area/{facts.code}.geojson?generation=1",
        "/areas/nil",
        "/areas/C",
        "/areas/1,2",
        f"/areas/{ids}/geometry",
        f"/areas/27700/{ids}.geojson",
        f"/code/gss/{facts.code}",
        f"/code/gss/{facts.code}.json",
        "/code/gss/nil",
        "/code/nil/1",
        "/code/ons/E00000001",
        "/generations",
        "/generations.json",
        "/types",
        "/types.json",
        "/types.html",
    ]:
        yield ask(f"/mapit{path}")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for fields in [
        {"URL": ids},
        {"URL": "LAP", "type": "LAP"},
        {"URL": f"/{ids}/geometry"},
        {"URL": f"27700/{ids}.geojson"},
        {},
        {"URL": "nil"},
    ]:
        yield ask("/mapit/areas", (), "POST", form, urlencode(fields).encode(), label=str(fields))
    yield ask("/mapit/areas", (), "POST", {"Content-Type": "application/json"}, b"{}", label="JSON")


def postcodes_io(facts):
    base = "/postcodes-io"
    for postcode in facts.postcodes[:20]:
        yield ask(f"{base}/postcodes/{quote(postcode)}")
    code, outcode = quote(facts.postcode), facts.postcode.split()[0]
    for path in [
        f"/{code}/validate",
        f"/{code}/nearest",
        f"/{code}/autocomplete",
        f"/{outcode}/autocomplete",
        "/x",
        "/x/validate",
        "/ZZ999ZZ",
        "/ZZ999ZZ/validate",
        "/ZZ999ZZ/nearest",
        "/%20/validate",
    ]:
        yield ask(f"{base}/postcodes{path}")
    for limit in [1, 5, 100, 101, 0, -1, "x"]:
        yield ask(f"{base}/postcodes/{code}/nearest", {"limit": limit, "radius": 2000})
        yield ask(f"{base}/postcodes/{outcode}/autocomplete", {"limit": limit})
        yield ask(f"{base}/postcodes", {"q": outcode, "limit": limit})
        yield ask(f"{base}/outcodes/{outcode}/nearest", {"limit": limit, "radius": 25000})
    lon, lat = facts.centre
    for query in [
        {"lon": lon, "lat": lat},
        {"longitude": lon, "latitude": lat},
        {"lon": lon},
        {"lon": "x", "lat": lat},
        {"lon": 0, "lat": 0},
        {"lon": lon, "lat": lat, "widesearch": 1},
        {"lon": lon, "lat": lat, "radius": 2000, "limit": 3},
        {"q": ""},
        {"q": "ZZ"},
        {},
    ]:
        yield ask(f"{base}/postcodes", query)
        yield ask(f"{base}/outcodes", query)
    yield ask(f"{base}/postcodes/lon/{lon}/lat/{lat}", {"radius": 2000})
    yield ask(f"{base}/postcodes/lat/{lat}/lon/{lon}", {"radius": "x"})
    for path in [
        "",
        "/",
        f"/outcodes/{outcode}",
        "/outcodes/ZZ99",
        "/places",
        "/places?q=x",
        "/places?q=" + quote(facts.names[facts.layer][0]),
        f"/places/{facts.code}",
        "/places/nil",
        f"/terminated_postcodes/{code}",
        "/terminated_postcodes/x",
        f"/scotland/postcodes/{code}",
        "/ping",
        "/ready",
        "/nil",
    ]:
        yield ask(base + path)
    for path in [
        f"/random/postcodes?outcode={outcode}",
        "/random/postcodes?outcode=ZZ99",
        "/random/postcodes",
        "/random/places",
    ]:
        yield ask(base + path)
    head = {"Content-Type": "application/json"}
    geolocations = [
        {"longitude": lon, "latitude": lat, "radius": 2000, "limit": 2} for lon, lat in facts.degrees[:8]
    ]
    for label, body in {
        "postcodes": {"postcodes": [*facts.postcodes[:95], "x", "ZZ99 9ZZ", 5, None]},
        "positions": {"geolocations": geolocations},
        "too many": {"postcodes": ["x"] * 101},
        "empty": {},
        "no list": {"postcodes": "x"},
        "both": {"postcodes": [], "geolocations": []},
    }.items():
        yield ask(f"{base}/postcodes", (), "POST", head, json.dumps(body).encode(), label=label)
    few = json.dumps({"postcodes": facts.postcodes[:5]}).encode()
    for only in ["postcode,lap", "codes.admin_ward,longitude", "nil", ""]:
        yield ask(f"{base}/postcodes", {"filter": only}, "POST", head, few, label="five")
    yield ask(f"{base}/postcodes", (), "POST", head, b"{", label="no JSON")
    yield ask(f"{base}/postcodes", (), "POST", {"Content-Type": "text/plain"}, few, label="text")
    form = urlencode([("postcodes[]", one) for one in facts.postcodes[:3]])
    yield ask(
        f"{base}/postcodes",
        (),
        "POST",
        {"Content-Type": "application/x-www-form-urlencoded"},
        form.encode(),
        label="form",
    )
