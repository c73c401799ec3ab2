"""Requests to `POST /v1/lookup`: many places at once."""

import gzip
import json

from rows import Rows, table
from service import Request

CSV, NDJSON, JSON = "text/csv", "application/x-ndjson", "application/json"


def requests(facts):
    rows = Rows(facts)

    def post(query, media_type, body, label, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        address = "/v1/lookup" + ("?" + query if query else "")
        return Request(address, "POST", {"Content-Type": media_type, **headers}, body, label=label)

    layers = f"layers={facts.layer},{facts.other}"
    csv_bodies, ndjson_bodies = dict(rows.csv_bodies()), dict(rows.ndjson_bodies())
    for label, body in csv_bodies.items():
        for query in [
            "",
            f"{layers}&add=code",
            f"{layers}&add=code,name,confidence,boundary_distance_m&by=postcode",
        ]:
            yield post(query, CSV, body, label)
    for label, body in ndjson_bodies.items():
        for query in ["", "flat=true", f"{layers}&flat=true&add=confidence,code", layers]:
            yield post(query, NDJSON, body, label)
    for label, document in rows.json_bodies():
        yield post("", JSON, json.dumps(document).encode(), label)
        yield post(f"{layers}&date=2024-05-01", JSON, json.dumps(document).encode(), label)
    yield post("", JSON, b"{", "no JSON")
    yield post("", JSON, b"", "no body")
    plain, lines = csv_bodies["postcodes"], ndjson_bodies["postcodes"]
    for label in ["several places", "positions on the grid", "positions in degrees"]:
        for by in ["postcode", "lonlat", "bng", "nil"]:
            yield post(f"by={by}", CSV, csv_bodies[label], label)
            yield post(f"by={by}&flat=true", NDJSON, ndjson_bodies[label], label)
    for add in [
        "code",
        "name",
        "confidence",
        "boundary_distance_m",
        "name,code",
        "code,code",
        "codes",
        "",
        ",",
    ]:
        yield post(f"add={add}", CSV, plain, "postcodes")
        yield post(f"add={add}", CSV, csv_bodies["positions on the grid"], "positions on the grid")
        yield post(f"add={add}&flat=true", NDJSON, lines, "postcodes")
    for date in ["1990-01-01", "2014-05-01", "2021-04-01", "x"]:
        yield post(f"date={date}&layers={facts.layer},{facts.vintage}", CSV, plain, "postcodes")
        yield post(f"date={date}", NDJSON, lines, "postcodes")
    all_layers = "layers=" + ",".join(facts.areas)
    for media_type, body, label in [
        (CSV, plain, "postcodes"),
        (NDJSON, lines, "postcodes"),
        (CSV, csv_bodies["positions in degrees"], "positions"),
    ]:
        yield post(all_layers, media_type, body, label)
        yield post("", media_type, gzip.compress(body, mtime=0), label, Content_Encoding="gzip")
        yield post("", media_type, body, label, Accept_Encoding="gzip")
        yield post(
            "",
            media_type,
            gzip.compress(body, mtime=0),
            label,
            Content_Encoding="gzip",
            Accept_Encoding="gzip",
        )
        yield post(
            "", media_type, gzip.compress(body, mtime=0)[:-20], label + ", cut short", Content_Encoding="gzip"
        )
        yield post("", media_type, body, label + ", not packed", Content_Encoding="gzip")
        yield post("", media_type, body, label, Content_Encoding="br")
        yield post("", media_type, body, label, Accept="application/json")
        yield post("", media_type, body, label, Accept="text/html, */*;q=0.1")
    for query in [
        "layers=nil",
        f"layers={facts.points[0] if facts.points else 'nil'}",
        "nosuch=1",
        "flat=yes",
        "postcode=x",
        "layers=ward&layers=lap",
    ]:
        yield post(query, CSV, plain, "postcodes")
        yield post(query, NDJSON, lines, "postcodes")
    for query in ["by=bng", "add=code", "flat=true", "flat=false"]:
        yield post(query, JSON, b'{"postcodes":[]}', "empty list")
        yield post(query, NDJSON, lines, "postcodes")
    for media_type in [
        "text/plain",
        "text/csv; charset=utf-8",
        "TEXT/CSV",
        "application/json; x=1",
        "",
        "application/geo+json",
    ]:
        yield post("", media_type, plain, "postcodes")
    yield Request("/v1/lookup", "POST", {}, plain, label="no type")
    many = table(["n", "easting", "northing"], [(n, *rows.grid[n % 400]) for n in range(40_000)])
    yield post(f"{layers}&add=code", CSV, many, "40,000 positions")
    many = table(["n", "postcode"], [(n, rows.postcodes[n % len(rows.postcodes)]) for n in range(60_000)])
    yield post(layers, CSV, many, "60,000 postcodes")
    yield post("", JSON, b'{"postcodes":["' + b" " * (2 << 20) + b'"]}', "over 2 MB")
