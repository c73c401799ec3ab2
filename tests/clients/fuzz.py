"""Every operation of /api with random data, right and wrong, by schemathesis: no 5xx, no answer
outside its schema, no wrong request answered, no right one refused.

    fuzz.py BASE [--seed N] [--examples N] [SCHEMATHESIS OPTION…]

The seed is fixed, so that a failure is seen again; it is printed with the summary.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

HERE = Path(__file__).parent


def words(base):
    """What the service has, so that random requests get past "there is no such layer"."""
    layers = requests.get(f"{base}/v1/layers", timeout=30).json()["layers"]
    codes = []
    for layer in layers:
        items = requests.get(f"{base}/collections/{layer['id']}/items", timeout=60).json()
        codes += [feature["id"] for feature in items["features"][:3]]
    return {
        "layer": [layer["id"] for layer in layers],
        "code": codes,
        "postcode": ["NN1 1ED", "ly11aa", "LY1 1AB"],
    }


def settings(base):
    """schemathesis.toml: which parameters take which words, and how often."""
    lines = [f'hooks = "{HERE / "fuzz_hooks.py"}"', "[warnings]", "enabled = false"]
    # What schemathesis itself expects of a wrong request, and an address that grew too long.
    lines += [
        "[checks.negative_data_rejection]",
        "expected-statuses = [400, 404, 405, 406, 409, 413, 414, 415, 422]",
    ]
    for name, values in words(base).items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    lines.append("[parameters]")
    for parameter, dictionary, share in [
        ("path.layer", "layer", 0.9),
        ("path.layers", "layer", 0.9),
        ("path.from", "layer", 0.9),
        ("path.to", "layer", 0.9),
        ("path.code", "code", 0.7),
        ("query.postcode", "postcode", 0.5),
    ]:
        lines.append(f'"{parameter}" = {{ dictionary = "{dictionary}", probability = {share} }}')
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("--seed", default="20261121")
    parser.add_argument("--examples", default="20")
    known, others = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as work:
        config = Path(work) / "schemathesis.toml"
        config.write_text(settings(known.base))
        schemathesis = Path(sys.executable).parent / "schemathesis"
        command = [
            schemathesis, "--config-file", config, "run", f"{known.base}/api",
            "--seed", known.seed, "--max-examples", known.examples,
            "--phases", "examples,coverage,fuzzing", "--continue-on-failure",
            "--request-timeout", "30", *others,
        ]
        # Where it keeps what it learnt; nothing of it is wanted in the work tree.
        return subprocess.run(command, cwd=work, env=os.environ | {"NO_COLOR": "1"}).returncode


sys.exit(main())
