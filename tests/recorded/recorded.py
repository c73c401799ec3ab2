#!/usr/bin/env python3
"""Records what a build of Lapwing answers, and compares two recordings.

recorded.py record target/release/lapwing --data DATA -o before
recorded.py compare before after [--ignore-text]
"""

import argparse
import gzip
import hashlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bulk
import commands
import comparing
import compatible
import documented
import general
import layers
import polygons
import written
from facts import Facts
from masks import Masks
from service import TOKEN, Service, record

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "boundaries/catalogues/northamptonshire/sample.toml"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    modes = parser.add_subparsers(dest="mode", required=True)
    recording = modes.add_parser("record", help="record the answers and the output of a build")
    recording.add_argument("binary", type=Path, help="the lapwing to run")
    recording.add_argument(
        "--data", type=Path, required=True, help="the folder with the sample county's files"
    )
    recording.add_argument("--catalogue", type=Path, default=SAMPLE, help="the sample county's catalogue")
    recording.add_argument("-o", "--output", type=Path, required=True, help="the folder to write to")
    recording.add_argument(
        "--world",
        choices=["lyonesse", "sample", "commands"],
        action="append",
        help="record only this (may be repeated)",
    )
    comparison = modes.add_parser("compare", help="list the differences; exit code 1 if there are any")
    comparison.add_argument("before", type=Path)
    comparison.add_argument("after", type=Path)
    comparison.add_argument(
        "--ignore-text",
        action="store_true",
        help="ignore descriptions, messages, help texts and the words of pages",
    )
    comparison.add_argument("--context", type=int, default=2, help="lines of context in diffs")
    comparison.add_argument(
        "--most", type=int, default=50, help="show at most this many differences per world"
    )
    arguments = parser.parse_args()
    if arguments.mode == "compare":
        differing = comparing.compare(
            arguments.before, arguments.after, arguments.ignore_text, arguments.context, arguments.most
        )
        sys.exit(1 if differing else 0)
    record_all(arguments)


def record_all(arguments):
    binary, data = str(arguments.binary.resolve()), arguments.data.resolve()
    catalogue = arguments.catalogue.resolve()
    arguments.output.mkdir(parents=True, exist_ok=True)
    worlds = arguments.world or ["lyonesse", "sample", "commands"]
    with tempfile.TemporaryDirectory(prefix="recorded-") as folder:
        folder = Path(folder)
        if "lyonesse" in worlds:
            record_world(
                arguments.output, "lyonesse", binary, folder, "lyonesse", ("LY", ["LY3 2AD", "LY1 3BA"])
            )
        if "sample" in worlds:
            snapshot = folder / "county.lapwing"
            began = time.monotonic()
            subprocess.run([binary, "-q", "build", catalogue, "--data", data, "-o", snapshot], check=True)
            print(f"sample: built in {time.monotonic() - began:.1f} s")
            record_world(
                arguments.output, "sample", binary, folder, str(snapshot), ("NN", ["NN1 1ED", "NN12 8AF"])
            )
        if "commands" in worlds:
            record_general(arguments.output, binary, folder, catalogue, data)


def record_world(output, world, binary, folder, source, places):
    """Records all requests to a world, and the commands on its snapshot."""
    began = time.monotonic()
    service = Service(binary, [source], folder / f"{world}.log", ["--admin-token", TOKEN])
    try:
        ready = service.json("/health/ready")["snapshot"]
        work = folder / world
        work.mkdir()
        masks = Masks(ready["id"], ready["built"], [folder])
        facts = Facts(service, *places)
        document = service.json("/api")
        count = record_requests(output / f"{world}.jsonl.gz", service, facts, document, masks)
    finally:
        service.stop()
    print(f"{world}: {count} requests in {time.monotonic() - began:.1f} s")
    began = time.monotonic()
    runner = commands.Commands(binary, work, masks)
    name = source
    if source != "lyonesse":
        name = "county.lapwing"
        (work / name).hardlink_to(source)
    run = commands.of_lyonesse if source == "lyonesse" else commands.of_snapshot
    run(runner, facts, name)
    write(output / f"{world}-commands.jsonl.gz", runner.lines)
    print(f"{world}: {len(runner.lines)} commands in {time.monotonic() - began:.1f} s")


def record_requests(path, service, facts, document, masks):
    every = [
        *documented.Document(document, facts).requests(),
        *written.requests(facts, document),
        *polygons.requests(facts),
        *layers.requests(facts),
        *compatible.requests(facts),
        *bulk.requests(facts),
    ]
    # One request is sent once.
    every = list({(request.name(), request.body): request for request in every}.values())
    raw = written.raw(facts)
    lines = (record(service, request, masks) for request in every)
    raw_lines = (
        {"name": f"bytes: {name}", "status": "", "headers": [], "body": masks.raw(service.raw(data))}
        for name, data in raw.items()
    )
    write(path, itertools.chain(lines, raw_lines))
    return len(every) + len(raw)


def record_general(output, binary, folder, catalogue, data):
    """Records the commands that need no world."""
    began = time.monotonic()
    work = folder / "commands"
    work.mkdir()
    runner = commands.Commands(binary, work, Masks(folders=[work, folder, data, catalogue.parent]))
    general.every(runner, (str(catalogue), str(data)))
    lines = runner.lines + general.log_of_service(binary, work, runner.masks)
    write(output / "commands.jsonl.gz", lines)
    print(f"commands: {len(lines)} in {time.monotonic() - began:.1f} s")


def write(path, lines):
    """Writes a recording. A long text that is there already is written as the number of its line."""
    first = {}
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
        for number, line in enumerate(lines):
            body = line.get("body")
            if isinstance(body, str) and len(body) > 2000:
                known = first.setdefault(hashlib.sha256(body.encode()).digest(), number)
                if known != number:
                    line = {**line, "body": {"as in line": known}}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
