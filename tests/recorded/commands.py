"""Every command of `lapwing`: its output, its exit code, and the files that it writes."""

import gzip
import hashlib
import os
import subprocess

from rows import Rows

TEXT_SUFFIXES = {".csv", ".json", ".ndjson", ".geojson", ".toml", ".txt", ".lock"}
# Longer texts are kept by their hash and their beginning.
LONGEST = 200_000


class Commands:
    """Runs commands in a folder of their own, so that paths in their output are short and always the same."""

    def __init__(self, binary, folder, masks):
        self.binary, self.folder, self.masks = binary, folder, masks
        self.lines, self.count = [], {}

    def run(self, *arguments, stdin=b"", environment=None, name=""):
        before = self.stamps()
        kept = {key: value for key, value in os.environ.items() if not key.startswith("LAPWING_")}
        done = subprocess.run(
            [self.binary, *arguments],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            timeout=300,
            env={**kept, **(environment or {})},
        )
        changed = [path for path, stamp in self.stamps().items() if before.get(path) != stamp]
        shown = " ".join(arguments) + (f" {{{name}}}" if name else "")
        line = {
            "name": self.masks.text(f"lapwing {shown}"),
            "exit code": done.returncode,
            "stdout": self.output(done.stdout),
            "stderr": self.output(done.stderr, is_console=True),
            "files": {path: self.file(self.folder / path) for path in sorted(changed)},
        }
        self.lines.append(line)
        return done

    def stamps(self):
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return {
            str(path.relative_to(self.folder)): (path.stat().st_mtime_ns, path.stat().st_ino)
            for path in files
        }

    def output(self, data, is_console=False):
        try:
            text = data.decode()
        except UnicodeDecodeError:
            if data[:1].isascii() and data[:2] != b"\x1f\x8b" and b"\0" not in data:
                return self.masks.text(data.decode("utf-8", "backslashreplace"))
            return self.masks.binary(data)
        if "\0" in text:
            return self.masks.binary(data)
        return self.masks.console(text) if is_console else shorten(self.masks.text(text))

    def file(self, path):
        data = path.read_bytes()
        if path.suffix == ".gz":
            return {"gzip of": self.output(gzip.decompress(data))}
        if path.suffix in TEXT_SUFFIXES:
            return shorten(self.masks.console(data.decode("utf-8", "backslashreplace")))
        if path.suffix == ".lapwing":
            return {"bytes": len(data)}
        return self.masks.binary(data)


def shorten(text):
    if len(text) < LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[:3000]}…\n({len(text)} characters, sha256 {digest})"


def of_lyonesse(commands, facts, snapshot):
    """A few commands: each makes Lyonesse anew, which takes seconds."""
    run, split = commands.run, facts.postcodes[1]
    rows = Rows(facts)
    run("inspect", snapshot)
    run("inspect", snapshot, "--json", "--seed", "2")
    run("locate", snapshot, split)
    run("locate", snapshot, "{},{}".format(*facts.vertices[0]), "--json", "--layers", ",".join(facts.areas))
    run("locate", snapshot, "LY99 9ZZ")
    run("overlaps", snapshot, "--from", facts.layer, "--to", facts.other)
    run("changes", snapshot, "--layer", facts.layer)
    run("export", snapshot, facts.other, "-o", "layer.gpkg", "--crs", "EPSG:27700")
    run("match", snapshot, "-", "-o", "-", stdin=dict(rows.csv_bodies())["postcodes"])
    run(
        "match",
        snapshot,
        "-",
        "-o",
        "-",
        "--format",
        "ndjson",
        "--flat",
        stdin=dict(rows.ndjson_bodies())["postcodes"],
    )
    run("tiles", snapshot, "-o", "some.pmtiles", "--layers", facts.other, "--zooms", "0-9")


def of_snapshot(commands, facts, snapshot):
    """All commands on a snapshot."""
    run = commands.run
    layer, other, vintage = facts.layer, facts.other, facts.vintage
    one, east_north = facts.postcode, "{},{}".format(*facts.positions[0])
    lon_lat = "{:.5f},{:.5f}".format(*facts.centre)
    vertex = "{},{}".format(*facts.vertices[0])
    run("inspect", snapshot)
    run("inspect", snapshot, "--json")
    for query in [
        *facts.postcodes[:12],
        east_north,
        lon_lat,
        vertex,
        "ZZ99 9ZZ",
        "nonsense",
        "0,0",
        "-0.9,200",
        "12,41",
        "",
    ]:
        run("locate", snapshot, query)
    for query in [one, vertex]:
        run("locate", snapshot, query, "--json")
        run("locate", snapshot, query, "--layers", ",".join(facts.areas))
        run("locate", snapshot, query, "--layers", f"{layer},{vintage}", "--date", "2014-05-01")
    run("locate", snapshot, one, "--layers", "wrd")
    run("locate", snapshot, one, "--date", "x")
    run("locate", snapshot, one, "--date", "1990-01-01", "--layers", layer)
    run("overlaps", snapshot, "--from", layer, "--to", other)
    for file in ["table.csv", "table.json", "table.parquet", "table.csv.gz", "table.txt"]:
        run("overlaps", snapshot, "--from", layer, "--to", vintage, "--slivers", "--touching", "-o", file)
    run("overlaps", snapshot, "--from", other, "--to", layer, "--date", "2014-05-01", "--format", "json")
    run("overlaps", snapshot, "--from", "wrd", "--to", other)
    run("changes", snapshot, "--layer", layer)
    for file in ["changes.json", "changes.csv.gz", "changes.xml"]:
        run("changes", snapshot, "--layer", layer, "--from", vintage, "--to", layer, "-o", file)
    run("changes", snapshot, "--layer", other)
    for suffix in ["geojson", "geojson.gz", "csv", "fgb", "gpkg", "parquet", "shp", "shp.zip", "kml"]:
        for of in [layer, other, *facts.points[:1]]:
            run("export", snapshot, of, "-o", f"{of}.{suffix}")
        run("export", snapshot, layer, "-o", f"grid.{suffix}", "--crs", "EPSG:27700")
    run("export", snapshot, layer, "-o", "wkt.csv", "--wkt")
    run("export", snapshot, layer, "-o", "-", "--format", "csv")
    run("export", snapshot, layer, "-o", "-")
    run("export", snapshot, "wrd", "-o", "x.csv")
    run("export", snapshot, layer, "-o", "no/x.csv")
    run("export", snapshot, layer, "-o", "x.csv", "--crs", "EPSG:2154")
    run("tiles", snapshot, "-o", "some.pmtiles", "--layers", f"{layer},{other}", "--zooms", "0-11")
    run("tiles", snapshot, "-o", "day.pmtiles", "--layers", layer, "--date", "2014-05-01", "--zooms", "9")
    for wrong in [
        ["-o", "-"],
        ["-o", "x.mbtiles"],
        ["-o", "x.pmtiles", "--zooms", "3-15"],
        ["-o", "x.pmtiles", "--layers", "wrd"],
    ]:
        run("tiles", snapshot, *wrong)
    matches(commands, facts, snapshot)


def matches(commands, facts, snapshot):
    run, folder = commands.run, commands.folder
    rows = Rows(facts)
    layers = ["--layers", f"{facts.layer},{facts.other}"]
    bodies = [("csv", dict(rows.csv_bodies())), ("ndjson", dict(rows.ndjson_bodies()))]
    for format, named in bodies:
        for label, body in named.items():
            file = f"{label.replace(' ', '-')}.{format}"
            (folder / file).write_bytes(body)
            run("match", snapshot, file, "-o", f"answers.{format}", *layers)
            if format == "ndjson":
                run("match", snapshot, file, "-o", "flat.ndjson", "--flat", "--add", "code,confidence")
    plain = dict(bodies[0][1])["postcodes"]
    (folder / "in.csv.gz").write_bytes(gzip.compress(plain, mtime=0))
    run("match", snapshot, "in.csv.gz", "-o", "out.csv.gz")
    run("match", snapshot, "-", "-o", "-", stdin=plain)
    run("match", snapshot, "-", "-o", "-", "--format", "ndjson", stdin=dict(bodies[1][1])["postcodes"])
    for add in ["code", "name,confidence", "boundary_distance_m", "codes"]:
        run("match", snapshot, "postcodes.csv", "-o", "-", "-q", "--add", add)
    for by in ["postcode", "lonlat", "bng", "nil"]:
        run("match", snapshot, "several-places.csv", "-o", "-", "-q", "--by", by)
    for wrong in [
        ["none.csv", "-o", "x.csv"],
        ["postcodes.csv", "-o", "x.ndjson"],
        ["postcodes.csv", "-o", "x.csv", "--layers", "wrd"],
        ["postcodes.csv", "-o", "x.csv", "--flat"],
        ["postcodes.csv", "-o", "no/x.csv"],
        ["postcodes.csv"],
        ["postcodes.csv", "-o", "x.csv", "--date", "2014-05-01", "--layers", facts.layer],
    ]:
        run("match", snapshot, *wrong)
