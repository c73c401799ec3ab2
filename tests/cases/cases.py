#!/usr/bin/env python3
"""Tries inputs that people really have, and holds each to the outcome that its `expect.txt` describes.

cases.py target/debug/lapwing ../shared/cases

Each folder of inputs has a function here, named in CASES. A folder without one fails, so that none
is forgotten.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

CENTRE = (52.235518, -0.896042)


class Wrong(Exception):
    """An outcome that is not the expected one."""


def expect(condition, message):
    if not condition:
        raise Wrong(message)


class Lapwing:
    """The program under test, with a county of its own for rows and requests."""

    def __init__(self, binary, cases):
        self.binary, self.cases = binary, cases
        self.folder = tempfile.TemporaryDirectory()
        self.work = Path(self.folder.name)
        self.port = None
        self.server = None
        self.county = self.build(cases / "100-onspd-2024" / "c.toml")

    def run(self, *arguments, text=True):
        return subprocess.run(
            [self.binary, *map(str, arguments)], capture_output=True, text=text, timeout=120
        )

    def build(self, catalogue):
        """Builds a snapshot and returns its path."""
        out = self.work / f"{abs(hash(str(catalogue)))}.lapwing"
        done = self.run("-q", "build", catalogue, "-o", out)
        expect(done.returncode == 0, f"`build {catalogue.name}` failed: {done.stderr.strip()}")
        return out

    def refuses(self, catalogue, *words):
        """Checks that `build` refuses a catalogue and that the message has all the words."""
        done = self.run("-q", "build", catalogue, "-o", self.work / "refused.lapwing")
        said = done.stdout + done.stderr
        expect(done.returncode == 1, f"`build {catalogue.name}` has exit code {done.returncode}: {said}")
        for word in words:
            expect(re.search(word, said, re.I), f"the message lacks {word!r}: {said.strip()}")
        return said

    def locate(self, snapshot, query):
        done = self.run("locate", snapshot, query, "--json")
        expect(done.returncode == 0, f"`locate {query}` failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def ward(self, snapshot, query, layer="ward"):
        return [area["code"] for area in self.locate(snapshot, query)["areas"][layer] or []]

    def match(self, path, *options, format="csv"):
        """Runs `match` and returns its exit code, its output and its messages."""
        out = self.work / f"matched.{format}"
        out.unlink(missing_ok=True)
        done = self.run("match", self.county, path, "-o", out, "--format", format, *options)
        data = out.read_bytes() if out.exists() else b""
        return done.returncode, data, done.stdout + done.stderr

    def rows(self, path, *options):
        """The answered rows of a CSV, as dictionaries of its columns."""
        code, data, said = self.match(path, *options)
        expect(code == 0, f"`match {path.name}` failed: {said.strip()}")
        return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))

    def serve(self):
        if self.server is None:
            self.server = subprocess.Popen(
                [self.binary, "serve", self.county, "--listen", "127.0.0.1:0"],
                stderr=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for line in self.server.stderr:
                if found := re.search(r"127\.0\.0\.1:(\d+)", line):
                    self.port = found.group(1)
                    break
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path, body=None, headers=None):
        """Returns the status and the body of a request."""
        request = urllib.request.Request(self.serve() + path, body, headers or {})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def stop(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait()
        self.folder.cleanup()


def onspd(lapwing, folder):
    county = lapwing.build(folder / "c.toml")
    expect(lapwing.ward(county, "NN1 1ED") == ["E05000001"], "NN1 1ED is in E05000001")
    terminated = lapwing.locate(county, "NN1 1AF")
    expect(terminated.get("terminated") == "2015-05", "NN1 1AF was terminated in 2015-05")
    expect(terminated["areas"]["ward"], "a terminated postcode has its last areas")
    placed = lapwing.locate(county, "BT16 2FG")
    expect(placed["location"]["lon"] is not None, "BT16 2FG is placed by degrees")
    for postcode in ["JE3 7DW"]:
        done = lapwing.run("locate", county, postcode)
        said = done.stdout + done.stderr
        expect(re.search("no position|no location|not located", said, re.I), f"{postcode}: {said.strip()}")


def nhspd(lapwing, folder):
    for catalogue in ["c.toml", "c2.toml"]:
        county = lapwing.build(folder / catalogue)
        expect(lapwing.ward(county, "NN1 1ED") == ["E05000001"], f"{catalogue}: NN1 1ED is in E05000001")


def onspd_zip(lapwing, folder):
    for catalogue in ["c.toml", "c2.toml"]:
        county = lapwing.build(folder / catalogue)
        expect(lapwing.ward(county, "NN1 1ED") == ["E05000001"], f"{catalogue}: NN1 1ED is in E05000001")


def prefix_proxy(lapwing, folder):
    """The page, its assets and the links of answers under a prefix; no request leaves the prefix."""
    headers = {
        "X-Forwarded-Host": "example.test",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/geo",
    }
    server = subprocess.Popen(
        [lapwing.binary, "serve", lapwing.county, "--listen", "127.0.0.1:0", "--trusted-proxy", "127.0.0.1"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        port = next(re.search(r"127\.0\.0\.1:(\d+)", line).group(1) for line in server.stderr if "127.0.0.1:" in line)
        request = urllib.request.Request(f"http://127.0.0.1:{port}/map", headers=headers)
        page = urllib.request.urlopen(request, timeout=30).read().decode()
    finally:
        server.terminate()
        server.wait()
    links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    expect(links, "the map page has links")
    outside = [link for link in links if not link.startswith("/geo/") and link != "/geo"]
    expect(not outside, f"links outside the prefix: {outside}")


def swapped(lapwing, folder):
    query = f"lon={CENTRE[0]}&lat={CENTRE[1]}"
    status, body = lapwing.ask(f"/v1/lookup?{query}")
    expect(status == 400 and re.search(b"swapped", body, re.I), f"{status} {body.decode()}")
    done = lapwing.run("locate", lapwing.county, f"{CENTRE[0]},{CENTRE[1]}")
    expect(done.returncode == 0 or re.search("swapped", done.stderr, re.I), done.stderr)


def json_bom(lapwing, folder):
    code, data, said = lapwing.match(folder / "in.ndjson", format="ndjson")
    lines = [json.loads(line) for line in data.splitlines() if line.strip()]
    expect(code == 0 and len(lines) == 2, f"both lines are answered: {said}")
    expect(all("areas" in line for line in lines), f"both lines have areas: {lines}")


def dirty_sites(lapwing, folder):
    for catalogue in ["c.toml", "c_crlf.toml", "c_lf.toml"]:
        lapwing.build(folder / catalogue)
        said = "".join(
            (done := lapwing.run("check", folder / catalogue), done.stdout + done.stderr)[1]
        )
        expect(done.returncode == 0, f"{catalogue}: `check` fails: {said}")
        # H3 is on the fourth line, as the header is the first.
        expect(re.search(r"\b4\b", said) and "NN1 OAA" in said, f"{catalogue}: H3 is listed with its line: {said}")
        for dirty in ["NN1 1E", "TBC"]:
            expect(dirty in said, f"{catalogue}: {dirty!r} is listed: {said}")


def names(lapwing, folder):
    county = lapwing.build(folder / "c.toml")
    layer = lapwing.run("export", county, "--layer", "ward", "-o", lapwing.work / "names.csv", "--crs", "EPSG:27700")
    if layer.returncode != 0:
        layer = lapwing.run("export", county, "ward", "-o", lapwing.work / "names.csv")
    expect(layer.returncode == 0, layer.stderr)
    rows = list(csv.DictReader(io.StringIO((lapwing.work / "names.csv").read_text("utf-8"))))
    server = subprocess.Popen(
        [lapwing.binary, "serve", county, "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True
    )
    try:
        port = next(re.search(r"127\.0\.0\.1:(\d+)", line).group(1) for line in server.stderr if "127.0.0.1:" in line)

        def found(text):
            url = f"http://127.0.0.1:{port}/v1/search?limit=100&q={urllib.parse.quote(text)}"
            answer = json.load(urllib.request.urlopen(url, timeout=30))
            return [result["code"] for result in answer["results"]]

        plain = {"ŵ": "w", "ŷ": "y", "â": "a", "ô": "o", "’": "'", "ê": "e", "î": "i"}
        for row in rows:
            name = row["name"]
            variants = {name, name.lower(), name.replace("'", "’"), name.replace("’", "'")}
            variants.add(name.replace("'", "").replace("’", ""))
            variants.add("".join(plain.get(letter, letter) for letter in name))
            for variant in variants:
                if any(letter.isalnum() for letter in variant):
                    expect(row["code"] in found(variant), f"{variant!r} does not find {name!r}")
    finally:
        server.terminate()
        server.wait()


def own_polygons(lapwing, folder):
    def shares(name, headers=None, query=""):
        body = (folder / name).read_bytes()
        status, answer = lapwing.ask(
            f"/v1/overlaps?with=ward{query}", body, {"Content-Type": "application/json", **(headers or {})}
        )
        return status, json.loads(answer)

    def areas(answer):
        found = re.findall(r'"code": ?"(E\d+)"', json.dumps(answer))
        return sorted(set(found))

    status, plain = shares("geom.json")
    expect(status == 200 and areas(plain), f"geom.json: {status} {plain}")
    same = ["bom.json", "crs27700.json", "cw.json", "fc-crs.json", "fc1.json", "feature.json", "gc.json", "z.json"]
    for name in same:
        status, answer = shares(name)
        expect(status == 200, f"{name}: {status} {answer}")
        expect(areas(answer) == areas(plain), f"{name}: {areas(answer)} instead of {areas(plain)}")
    status, answer = shares("geom.json.gz", {"Content-Encoding": "gzip"})
    expect(status == 200 and areas(answer) == areas(plain), f"geom.json.gz: {status} {answer}")
    status, answer = shares("fc2.json")
    expect(status == 200, f"fc2.json: {status} {answer}")
    for name, words in {
        "bng-nocrs.json": "metres|degrees|27700",
        "empty.json": "empty|no ring|coordinates|position",
        "esri.json": "esri|rings",
        "line.json": "LineString|polygon",
        "swapped.json": "swapped",
        "unclosed.json": "clos",
    }.items():
        status, answer = shares(name)
        text = json.dumps(answer)
        refused = 400 <= status < 500 and re.search(words, text, re.I)
        answered = name in ("unclosed.json", "esri.json", "bng-nocrs.json") and status == 200 and areas(answer) == areas(plain)
        expect(refused or answered, f"{name}: {status} {text}")
    status, answer = shares("bowtie.json")
    expect(status == 200 or re.search("cross|meets|itself", json.dumps(answer), re.I), f"bowtie.json: {answer}")


def one_encoding(lapwing, folder):
    code, data, said = lapwing.match(folder / "in.csv")
    expect(code == 0, said)
    data.decode("utf-8")
    expect("Zoë".encode() in data, f"Zoë is written as UTF-8: {data!r}")


def duplicate_columns(lapwing, folder):
    code, data, said = lapwing.match(folder / "in.csv")
    if code == 0:
        expect(b"a,b,NN1 1ED" in data and b"E05000001" in data, f"{data!r}")
    else:
        expect("address" in said.lower(), said)


def trailing_blank(lapwing, folder):
    rows = lapwing.rows(folder / "in.csv")
    status = rows[0].index("status")
    blank = [row[status] for row in rows[1:] if not any(row[:3])]
    expect(all(value in ("", "empty", "blank") for value in blank), f"blank rows have status {blank}")


def short_rows(lapwing, folder):
    rows = lapwing.rows(folder / "in.csv")
    expect(all(len(row) == len(rows[0]) for row in rows), f"every row has all columns: {rows}")
    status = rows[0].index("status")
    expect([row[status] for row in rows[1:]] == ["ok"] * 3, f"{rows}")


def header(lapwing, folder):
    for case in sorted(folder.iterdir()):
        code, data, said = lapwing.match(case / "in.csv")
        column = (case / "in.csv").read_text("utf-8", "replace").splitlines()[0].split(",")[1].strip()
        if code == 0:
            expect(b"E05000001" in data, f"{case.name}: {data!r}")
        else:
            expect(column in said, f"{case.name}: the message does not list {column!r}: {said}")


def coordinates(lapwing, folder):
    for case in sorted(folder.iterdir()):
        code, data, said = lapwing.match(case / "in.csv")
        first = (case / "in.csv").read_text("utf-8").splitlines()
        column = first[0].split(",")[1].strip()
        if code == 0:
            swapped = first[0] == "id,lon,lat" and first[1].startswith('1,"52')
            answered = b"E05000001" in data
            expect(answered != swapped or b"swapped" in data or b"swapped" in said.encode(), f"{case.name}: {data!r} {said}")
        else:
            expect(column in said, f"{case.name}: the message does not list {column!r}: {said}")


def sep_line(lapwing, folder):
    code, data, said = lapwing.match(folder / "in.csv")
    expect((code == 0 and b"E05000001" in data) or "sep=" in said, f"{data!r} {said}")


def excel(lapwing, folder):
    code, data, said = lapwing.match(folder / "in.csv")
    expect((code == 0 and b"E05000001" in data) or re.search("xlsx|excel", said, re.I), f"{data[:80]!r} {said}")


def status_column(lapwing, folder):
    rows = lapwing.rows(folder / "in.csv")
    head = rows[0]
    expect(head[:3] == ["id", "postcode", "status"], f"{head}")
    expect(len(set(head)) == len(head), f"no column name occurs twice: {head}")
    expect(rows[1][:3] == ["1", "NN1 1ED", "active"], f"{rows[1]}")


def odd_postcodes(lapwing, folder):
    rows = lapwing.rows(folder / "in.csv")
    status = rows[0].index("status")
    states = {row[0]: row[status] for row in rows[1:]}
    for number in "123457":
        expect(states[number] == "ok", f"row {number} is answered: {states}")
    for number in "689":
        expect(states[number] != "ok", f"row {number} is not silently corrected: {states}")


def two_in_zip(lapwing, folder):
    lapwing.refuses(folder / "c.toml", r"\ba\b", r"\bb\b", "#")
    for catalogue in ["c2.toml"]:
        county = lapwing.build(folder / catalogue)
        expect(lapwing.ward(county, "NN1 1ED") == ["E05000001"], f"{catalogue}")
    said = lapwing.run("-q", "build", folder / "c3.toml", "-o", lapwing.work / "c3.lapwing")
    expect(said.returncode == 0 or "#" in said.stderr, said.stderr)


def lying_cpg(lapwing, folder):
    done = lapwing.run("check", folder / "c.toml")
    said = done.stdout + done.stderr
    expect(done.returncode == 0, said)
    expect("UTF-8" in said, f"`check` notes the UTF-8: {said}")


def sequences(lapwing, folder):
    for case in sorted(folder.iterdir()):
        county = lapwing.build(case / "c.toml")
        expect(lapwing.ward(county, "NN1 1ED") == ["E05000001"], f"{case.name}: NN1 1ED is in E05000001")


def html(lapwing, folder):
    lapwing.refuses(folder / "c.toml", "HTML", r"w\.geojson")


def lfs(lapwing, folder):
    lapwing.refuses(folder / "c.toml", "LFS", r"w\.geojson")


def exceeded(lapwing, folder):
    lapwing.refuses(folder / "c.toml", "exceededTransferLimit", "incomplete|not all|only a part")


def reads_or_advises(lapwing, folder):
    done = lapwing.run("-q", "build", folder / "c.toml", "-o", lapwing.work / "read.lapwing")
    if done.returncode == 0:
        expect(lapwing.ward(lapwing.work / "read.lapwing", "NN1 1ED") == ["E05000001"], "NN1 1ED is in E05000001")
    else:
        expect("ogr2ogr" in done.stderr, done.stderr)


def two_layers(lapwing, folder):
    lapwing.refuses(folder / "c.toml", "wards", "parishes", "#")
    lapwing.build(folder / "c2.toml")
    done = lapwing.run("-q", "build", folder / "c3.toml", "-o", lapwing.work / "c3.lapwing")
    expect(done.returncode == 0 or "parishes" in done.stderr, done.stderr)


def two_geometries(lapwing, folder):
    for catalogue in ["c.toml", "c2.toml"]:
        done = lapwing.run("-q", "build", folder / catalogue, "-o", lapwing.work / "two.lapwing")
        said = done.stdout + done.stderr
        expect(done.returncode == 0 or re.search("geometry column", said, re.I), f"{catalogue}: {said}")


CASES = {
    "100-onspd-2024": onspd,
    "103-nhspd-gridall": nhspd,
    "104-onspd-zip": onspd_zip,
    "110-prefix-proxy": prefix_proxy,
    "112-swapped-latlon": swapped,
    "113-json-bom": json_bom,
    "120-sites-dirty": dirty_sites,
    "130-names": names,
    "140-overlaps": own_polygons,
    "22b-csv-1252-welsh": one_encoding,
    "26-csv-dup-columns": duplicate_columns,
    "27-csv-trailing-blank": trailing_blank,
    "28-csv-excel-short-rows": short_rows,
    "29-csv-header": header,
    "30-csv-sep-line": sep_line,
    "33-csv-coords": coordinates,
    "34-xlsx": excel,
    "36-csv-status-column": status_column,
    "43-csv-nbsp": odd_postcodes,
    "52-shp-two-in-zip": two_in_zip,
    "58-cpg-lies": lying_cpg,
    "73-seq": sequences,
    "75c-html-saved": html,
    "75f-lfs-pointer": lfs,
    "75i-exceeded-partial": exceeded,
    "76f-geoparquet": reads_or_advises,
    "76g-csv-wkt": reads_or_advises,
    "82-gpkg-two-layers": two_layers,
    "84-gpkg-two-geom": two_geometries,
}


def main():
    binary, cases = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    folders = sorted(path for path in cases.iterdir() if path.is_dir())
    lapwing = Lapwing(binary, cases)
    wrong = 0
    try:
        for folder in folders:
            try:
                expect(folder.name in CASES, "no function tries this folder: add one to CASES")
                CASES[folder.name](lapwing, folder)
                print(f"ok     {folder.name}")
            except (Wrong, subprocess.TimeoutExpired, OSError, KeyError, ValueError, StopIteration) as error:
                wrong += 1
                print(f"WRONG  {folder.name}: {type(error).__name__}: {error}"[: int(os.environ.get("WIDTH", 600))])
    finally:
        lapwing.stop()
    print(f"{len(folders) - wrong} of {len(folders)} cases as expected")
    sys.exit(1 if wrong else 0)


main()
